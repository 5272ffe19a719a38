"""Exceptions by which a handler decides the outcome of an event, and the retry policy of an inbox.

    PermanentFailure        no later attempt can succeed: the event is not tried again
    RetryLater              this attempt does not count; the next one is due in `seconds`
    HandlerTimeoutError     raised for a handler that exceeds its time limit

Any other exception is a failed attempt. A receiver without an inbox answers 200 to `PermanentFailure`, 503 with
`Retry-After` to `RetryLater`, and 500 to the rest; with an inbox, the worker records the outcome in the event's row.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from ..representation import safe_repr


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

    @safe_repr
    def __str__(self) -> str:
        return f"retry in {self.seconds:g} s"


class HandlerTimeoutError(TimeoutError):
    """A handler exceeded its time limit of `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    @safe_repr
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """Retry policy of failed attempts: delays grow by `factor` from `first` to `longest` seconds.

    Args:
        max_attempts: Attempts until an event is dead.
        first: Seconds after the first failed attempt.
        factor: Growth of the delay from one attempt to the next.
        longest: Upper limit of the delay, in seconds.
        jitter: Share of the delay that is random: 0.2 gives 80 % to 120 % of it.

    Raises:
        ValueError: A number is outside its range.
    """

    max_attempts: int = 10
    first: float = 5.0
    factor: float = 3.0
    longest: float = 3600.0
    jitter: float = 0.2

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError(f"max_attempts: 1 or more, not {self.max_attempts}")
        if not (0 <= self.first < math.inf and 0 <= self.longest < math.inf):
            raise ValueError("first, longest: seconds from 0 upwards")
        if not 1 <= self.factor < math.inf:
            raise ValueError(f"factor: 1 or more, not {self.factor}")
        if not 0 <= self.jitter <= 1:
            raise ValueError(f"jitter: between 0 and 1, not {self.jitter}")

    def delay(self, attempt: int, uniform: Callable[[], float] = random.random) -> float:
        """Return the seconds from failed attempt number `attempt` (from 1) to the next one."""
        exponent = min(attempt - 1, 64)  # 64 doublings pass every limit; more would overflow
        delay = min(self.longest, self.first * self.factor**exponent)
        return delay * (1 + self.jitter * (2 * uniform() - 1))
