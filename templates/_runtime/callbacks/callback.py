"""Callbacks: requests that an API sends to addresses in the requests of its operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import Detail
from ..media_types import essence_of
from ..models.reading import MAX_DEPTH
from ..models.validation import Adapter, parse_data, parse_json
from ..webhooks.errors import EventParseError, Issue
from ..webhooks.form_bodies import FORM, read_form
from .addresses import Address, evaluate

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True, eq=False)
class Callback(Generic[T, R]):
    """Request that the API makes because of a request of `operation`: T is its body, R the body of its reply.

    `expression` leads to its address (OpenAPI's runtime expressions), such as `{$request.body#/callbackUrl}`: the
    property
    `callbackUrl` of the operation's request body. `path` is its path below the address of a receiver. R is `object`
    if the
    document describes no body of the reply.
    """

    operation: str
    route: str
    """The path of `operation`."""
    name: str
    expression: str
    method: str
    path: str
    annotation: Any
    media_type: str = "application/json"
    form: Mapping[str, str] = field(default_factory=dict)
    """How a form has the body's properties; see `read_form`."""
    status: int = 200
    """What the API takes for success."""
    reply: Any = None
    """The annotation of R; None where there is nothing to answer."""
    reply_media_type: str = "application/json"

    def parse(self, body: bytes | bytearray | memoryview | str, *, max_depth: int = MAX_DEPTH) -> T:
        """Parse the raw body of a callback. It is not verified.

        `max_depth`: the most levels of objects and arrays.

        Raises:
            EventParseError: The body breaks the callback's model; `issues` has the places.
        """
        raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
        value, details = self._read(raw, max_depth)
        if details:
            issues = tuple(Issue(detail.where, detail.problem) for detail in details)
            raise EventParseError(f"the body is not that of the callback {self.name}", issues)
        result: T = value
        return result

    def address_in(self, request: httpx2.Request, response: httpx2.Response | None = None) -> str:
        """Return the address to which the API sends this callback; for tests that play the API.

        Args:
            request: The request of the operation.
            response: Its reply, if the address is partly in it.

        Raises:
            ValueError: The request does not have the address.
        """
        return evaluate(self.expression, self.route, request, response)

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON."""
        essence = self._essence
        return essence == "application/json" or essence.endswith("+json")

    @property
    def _essence(self) -> str:
        return essence_of(self.media_type)

    def _read(self, raw: bytes, max_depth: int) -> tuple[Any, tuple[Detail, ...]]:
        """Return the body's value, and its problems."""
        if self.annotation is None:
            return None, ()
        if self._essence == FORM:
            return parse_data(
                self._adapter, read_form(raw, self.form), len(raw), max_depth=max_depth
            )
        if self.is_json:
            return parse_json(self._adapter, raw, max_depth=max_depth)
        return raw.decode("utf-8", "replace") if self.annotation is str else raw, ()

    @cached_property
    def address(self) -> Address:
        """The form of the callback's addresses."""
        return Address(self.expression)

    @cached_property
    def _adapter(self) -> Adapter:
        return Adapter(self.annotation, received=True)

    def __str__(self) -> str:
        return f"{self.operation} {self.name} ({self.method} {self.expression})"
