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
    """A callback as it came. `values` stand in its address for parts of the call, by their last words.

    For `{$request.body#/url}/invoices/{$request.body#/id}`, that is `values["id"]`. `issues` say where the body departs
    from the document.
    """

    callback: Callback[Any, Any]
    body: bytes = field(repr=False)
    headers: AnyHeaders = field(repr=False)
    path: str
    query: Mapping[str, list[str]]
    values: Mapping[str, str]
    issues: tuple[Issue, ...] = ()

    def header(self, name: str) -> str | None:
        """The value of a header, whatever the case of its name."""
        return next(iter(header_values(self.headers, name)), None)
