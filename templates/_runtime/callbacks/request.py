"""A callback's request, with the values of its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..webhooks.errors import Issue
from ..webhooks.signatures.message import AnyHeaders, header_values
from .callback import Callback


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackRequest:
    """Request of a callback.

    `values` are the parts of its address, by their last words: for
    `{$request.body#/url}/invoices/{$request.body#/id}`, `values["id"]`. `issues` are the departures of the body from
    the document.
    """

    callback: Callback[Any, Any]
    body: bytes = field(repr=False)
    headers: AnyHeaders = field(repr=False)
    path: str
    query: Mapping[str, list[str]]
    values: Mapping[str, str]
    issues: tuple[Issue, ...] = ()

    def header(self, name: str) -> str | None:
        """Return the value of a header; the case of the name does not matter."""
        return next(iter(header_values(self.headers, name)), None)
