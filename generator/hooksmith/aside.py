"""Something done on another thread while this one goes on: a formatter is a process of its own, and is waited for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_Outcome = TypeVar("_Outcome")


def aside(work: Callable[[], _Outcome]) -> Callable[[], _Outcome]:
    """Begin `work`; what is returned waits for its outcome, and raises what it raised."""
    outcomes: list[_Outcome] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            outcomes.append(work())
        except BaseException as error:  # raised where the outcome is wanted
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def outcome() -> _Outcome:
        thread.join()
        for error in errors:
            raise error
        return outcomes[0]

    return outcome
