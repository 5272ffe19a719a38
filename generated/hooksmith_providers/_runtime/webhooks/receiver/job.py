"""Jobs: the events of a delivery, each with its handlers, as a dispatcher gives them to the engine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from ...errors import printable
from ..outcomes import Retry
from .http import IncomingRequest, Reply

_OK = Reply(status=200)
_DUPLICATE = Reply(status=200, text="handled before")


def _acknowledged(result: object) -> Reply:
    return _OK


@dataclass(kw_only=True, slots=True)
class HandlerRun:
    """A handler with its arguments.

    Args:
        name: The handler's name, which tells the handlers of one event apart.
        call: The handler and its middleware, without parameters; its result is awaitable if `is_async` is set.
        is_async: Whether `call` is a coroutine function.
        key: The key in the store; None: duplicates are not recognized.
        timeout: The time limit in seconds; None: no limit.
        retry: The retry policy with an inbox; None: the receiver's.
        around: A context that the handler runs in, such as a span of a trace.
    """

    call: Callable[[], Any]
    is_async: bool
    name: str = ""
    key: str | None = None
    timeout: float | None = None
    retry: Retry | None = None
    around: Callable[[], AbstractContextManager[object]] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Replies:
    """Replies to an event.

    Args:
        success: The handler's result → the reply; raises an exception for a result that cannot be sent.
        acknowledgement: The reply to an event without a handler, or that no handler can handle.
        duplicate: The reply to a duplicate.
    """

    success: Callable[[object], Reply] = _acknowledged
    acknowledgement: Reply = _OK
    duplicate: Reply = _DUPLICATE


_REPLIES = Replies()


@dataclass(kw_only=True, slots=True)
class Job:
    """An event, its handlers, and its replies.

    Args:
        event_type: The event type, or the callback.
        event_id: The id that repeated deliveries share.
        runs: The handlers; all must succeed.
        replies: The replies to the event.
        is_unknown: Whether the document does not have the event type.
        drift: The JSON Pointer of the first departure from the document; None: no departure.
        is_expected: Whether the event type has a handler, though this drifted event has none.
    """

    event_type: str
    event_id: str | None = None
    runs: tuple[HandlerRun, ...] = ()
    replies: Replies = _REPLIES
    is_unknown: bool = False
    drift: str | None = None
    is_expected: bool = False

    @property
    def description(self) -> str:
        """The event for the log."""
        event_type = printable(self.event_type)
        return event_type if self.event_id is None else f"{event_type} {self.event_id!r}"


@dataclass(kw_only=True, slots=True)
class Jobs:
    """The jobs of one request. `is_batch`: whether the request has several events; `acknowledgement`: its reply."""

    jobs: tuple[Job, ...]
    is_batch: bool = False
    acknowledgement: Reply = _OK


class Dispatcher(Protocol):
    """Gives the jobs of a request."""

    needs_url: bool
    """Whether requests are verified or dispatched by their URL."""

    def check(self) -> None:
        """Raise RuntimeError if the receiver must not start."""

    def reject_early(self, method: str, path: str) -> Reply | None:
        """Return the rejection of a request by its method or path; None: the body is needed."""
        raise NotImplementedError

    def may_block(self, request: IncomingRequest) -> bool:
        """Return whether `jobs` may wait for the network, or compute for a long time."""
        raise NotImplementedError

    def jobs(self, request: IncomingRequest) -> Jobs | Reply:
        """Verify and parse a request; return its jobs, or the rejection.

        Raises:
            WebhookError: The request is not verified, or not an event.
        """
        raise NotImplementedError
