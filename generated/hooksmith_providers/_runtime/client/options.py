"""Options of a single call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..errors import Detail, RequestError
from ..headers import first_problem
from ..omit import OMIT, Omit
from ..representation import safe_repr

if TYPE_CHECKING:
    import httpx2

    from .replies import RawReply


@dataclass(frozen=True, kw_only=True, repr=False)
class RequestOptions:
    """Deviations of one operation's call from the settings of its client.

    Args:
        timeout: Seconds for each step (connect, send, receive, wait for a connection); None: no limit.
        headers: Added to the client's; they win.
        query: Added to the operation's query parameters; they win.
        idempotency_key: Makes a POST or PATCH safe to repeat.
        max_retries: The most repetitions.
        on_reply: Called with the raw reply (status, headers, request id) of each page or call.
        reconnect: Whether a stream of server-sent events that ends or breaks off is opened again, with
            `Last-Event-ID`, after the wait that the API asks for.

    Raises:
        RequestError: A value cannot be sent.
    """

    timeout: float | httpx2.Timeout | Omit | None = OMIT
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, object] = field(default_factory=dict)
    idempotency_key: str | None = None
    max_retries: int | None = None
    on_reply: Callable[[RawReply[Any]], object] | None = None
    reconnect: bool = False

    def __post_init__(self) -> None:
        problem = first_problem(self.headers)
        if problem:
            raise RequestError(Detail(f"options.headers/{problem[0]}", problem[1]))
        if self.idempotency_key is not None and (
            not self.idempotency_key or first_problem({"key": self.idempotency_key})
        ):
            raise RequestError(Detail("options.idempotency_key", "cannot stand in a header"))
        if self.max_retries is not None and self.max_retries < 0:
            raise RequestError(Detail("options.max_retries", "Input should not be negative"))

    @safe_repr
    def __repr__(self) -> str:
        return (
            f"RequestOptions(timeout={self.timeout!r}, headers={sorted(self.headers)}, "
            f"query={sorted(self.query)}, max_retries={self.max_retries!r})"
        )


DEFAULT_OPTIONS = RequestOptions()


def with_query(options: RequestOptions, query: Mapping[str, object]) -> RequestOptions:
    """Return options with further query parameters, which win."""
    return replace(options, query={**options.query, **query}) if query else options
