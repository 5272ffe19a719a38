"""When a request is sent again, and how long to wait before.

Again after: connection errors, 408, 429, 5xx, and what else the API says to repeat. A request that is
not idempotent (RFC 9110, section 9.2.2) and has no idempotency key is sent again only where the first
never left: no connection was made.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"})
FIRST_WAIT = 0.5
"""Seconds; the bound doubles with every attempt."""
LONGEST_WAIT = 8.0
"""Seconds between attempts where the API asks for none."""
LONGEST_RETRY_AFTER = 60.0
"""Seconds; a call that is asked to wait longer fails at once, with the wait in `retry_after`."""


def is_retryable(status: int, also: frozenset[int] = frozenset()) -> bool:
    """Whether the same request may succeed later."""
    return status in (408, 429) or status >= 500 or status in also


def wait_before(attempt: int, retry_after: float | None) -> float | None:
    """Seconds to wait after attempt number `attempt` (from 1); None: longer than the ceiling.

    What the API asks for, else exponential with full jitter.
    """
    if retry_after is None:
        return random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)))
    return retry_after if retry_after <= LONGEST_RETRY_AFTER else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for (RFC 9110, section 10.2.3), as a number or a date."""
    text = headers.get("retry-after", "").strip()
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    until = _date(text)
    if until is None:
        return None
    now = _date(headers.get("date", "")) or datetime.fromtimestamp(time.time(), UTC)
    return max(0.0, (until - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
