"""Events that the document does not describe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..models.base import Model
from .errors import Issue


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownEvent:
    """An event of a type that the document does not have.

    `payload` is the event as plain data; `raw` the body of its delivery, which may be a batch.
    """

    type: str
    payload: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftedEvent:
    """An event that breaks the model of its type: the provider departs from its document.

    `event` is the readable part, as the type's model: a property that `issues` names is unvalidated or absent.
    `payload` is the event as plain data; `raw` the body of its delivery, which may be a batch.
    """

    type: str
    event: Model = field(repr=False)
    issues: tuple[Issue, ...]
    payload: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)
