"""Hooks: callables that observe requests, such as for traces and metrics.

Hooks are plain functions, called in the thread or task of the request. They get operation and timing, never a body, a
query
or a credential. An exception of a hook ends the call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class RequestEvent:
    """An attempt (from 1) before it is sent; a hook may add `headers`."""

    api: str
    operation: str
    method: str
    route: str
    attempt: int
    headers: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class ReplyEvent:
    """An attempt after `duration` seconds: with a status, or with the name of an error."""

    api: str
    operation: str
    method: str
    route: str
    attempt: int
    duration: float
    status: int | None = None
    request_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Hooks before and after every attempt."""

    on_request: Callable[[RequestEvent], object] | None = None
    on_reply: Callable[[ReplyEvent], object] | None = None
