"""Exceptions by which a handler decides the outcome of an event.

    PermanentFailure        no later attempt can succeed: the event is not tried again
    RetryLater              this attempt does not count; the next one is due in `seconds`
    HandlerTimeoutError     raised for a handler that exceeds its time limit

Any other exception is a failed attempt. A receiver without an inbox answers 200 to `PermanentFailure`, 503 with
`Retry-After` to `RetryLater`, and 500 to the rest; with an inbox, the worker records the outcome in the event's row.
"""

from __future__ import annotations

import math


class PermanentFailure(Exception):
    """Failure of an event that no later attempt can handle; `reason` is text for the operator."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(Exception):
    """Request for another attempt in `seconds`; the current attempt is not counted as failed.

    Raises:
        ValueError: `seconds` is negative, infinite or not a number.
    """

    def __init__(self, seconds: float) -> None:
        if not 0 <= seconds < math.inf:
            raise ValueError(f"seconds: a number from 0 upwards, not {seconds!r}")
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"retry in {self.seconds:g} s"


class HandlerTimeoutError(TimeoutError):
    """A handler exceeded its time limit of `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"the handler exceeded its limit of {self.seconds:g} s"


def checked_timeout(seconds: float | None) -> float | None:
    """Return a handler's time limit in seconds; None: no limit.

    Raises:
        ValueError: The limit is not a positive, finite number.
    """
    if seconds is not None and not 0 < seconds < math.inf:
        raise ValueError(f"timeout: a number of seconds above 0, not {seconds!r}")
    return seconds
