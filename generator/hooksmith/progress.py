"""Reports of progress to a listener, such as the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str], None]

_listener: ContextVar[Listener | None] = ContextVar("hooksmith_progress", default=None)


def report(step: str) -> None:
    """Report the next step in a few words: `workos: format`."""
    listener = _listener.get()
    if listener is not None:
        listener(step)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener` with every step that is reported in the body."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
