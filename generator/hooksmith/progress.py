"""How far a run has come, told to whoever listens: the command line shows it, tests and programs need not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str], None]

_listener: ContextVar[Listener | None] = ContextVar("hooksmith_progress", default=None)


def report(step: str) -> None:
    """Say what is done next, in a few words: `workos: format`."""
    listener = _listener.get()
    if listener is not None:
        listener(step)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have `listener` called with every step that is reported in the body."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
