"""The logger `hooksmith`: one line an attempt at DEBUG, one line a repetition at INFO.

A line has method, route template, status, duration, attempt and request id; `record.hooksmith` has the same. Bodies,
query
values and credentials are never logged.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import httpx2

from ..errors import printable

if TYPE_CHECKING:
    from .hooks import ReplyEvent

logger = logging.getLogger("hooksmith")


def logs_replies() -> bool:
    """Return whether the log shows the lines of `log_reply`."""
    return logger.isEnabledFor(logging.DEBUG)


def log_reply(event: ReplyEvent) -> None:
    """Log the outcome of an attempt."""
    logger.debug(
        "%s %s -> %s in %.1f ms (attempt %d, request id %s)",
        event.method,
        event.route,
        event.status or event.error,
        event.duration * 1000,
        event.attempt,
        event.request_id and printable(event.request_id),
        extra={"hooksmith": event},
    )


def log_retry(event: ReplyEvent, wait: float) -> None:
    """Log that the request is sent again after `wait` seconds."""
    logger.info(
        "%s %s -> %s, again in %.2f s (attempt %d, request id %s)",
        event.method,
        event.route,
        event.status or event.error,
        wait,
        event.attempt,
        event.request_id and printable(event.request_id),
        extra={"hooksmith": event},
    )


class _QueryKeys(logging.Filter):
    """Filter that masks API keys in the URLs that httpx2 logs at INFO."""

    def __init__(self) -> None:
        super().__init__()
        self.names: frozenset[str] = frozenset()

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(self._blotted(arg) for arg in record.args)
        return True

    def _blotted(self, arg: object) -> object:
        if isinstance(arg, httpx2.URL):
            for name in self.names.intersection(arg.params):
                arg = arg.copy_set_param(name, "***")
        return arg


_query_keys = _QueryKeys()
_adding = threading.Lock()


def hide_query_key(name: str) -> None:
    """Mask the values of this query parameter in httpx2's log."""
    with _adding:
        _query_keys.names |= {name}
        logging.getLogger("httpx2").addFilter(_query_keys)
