"""The retry policy: the requests that are sent again, the waits between them, and idempotency keys.

A request is sent again after a connection error, 408, 429, 5xx, and the statuses that the API declares. A request that
is not idempotent (RFC 9110, section 9.2.2) and has no idempotency key is sent again only if no connection was made.
"""

from __future__ import annotations

import math
import random
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from .operation import ApiInfo, Operation
from .options import RequestOptions

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"})
FIRST_WAIT = 0.5
"""Seconds; the bound doubles with every attempt."""
LONGEST_WAIT = 8.0
"""Seconds between attempts if the API asks for no wait."""
LONGEST_RETRY_AFTER = 60.0
"""Seconds; if the API asks for a longer wait, the operation fails at once, with the wait in `retry_after`."""

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_TRANSIENT = (
    httpx2.TimeoutException,
    httpx2.NetworkError,
    httpx2.RemoteProtocolError,
    httpx2.ProxyError,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """Retry policy for one operation.

    Args:
        max_retries: The most repetitions.
        is_idempotent: Whether the request may be sent twice: by its method, or by an idempotency key.
        is_replayable: Whether the request body can be read again.
        statuses: Statuses that the API declares as repeatable, beside 408, 429 and 5xx.
    """

    max_retries: int
    is_idempotent: bool
    is_replayable: bool
    statuses: frozenset[int] = frozenset()

    def wait_after_failure(self, cause: BaseException | None, retries: int) -> float | None:
        """Return the seconds until the next attempt after a transport error; None: there is no next attempt.

        Args:
            cause: The transport's error.
            retries: The repetitions so far.
        """
        was_sent = not isinstance(cause, _NEVER_SENT)
        is_safe = not was_sent or (self.is_idempotent and isinstance(cause, _TRANSIENT))
        if retries >= self.max_retries or not is_safe or not self.is_replayable:
            return None
        return wait_before(retries + 1, None)

    def wait_after_refusal(
        self, status: int, headers: Mapping[str, str], retries: int
    ) -> float | None:
        """Return the seconds until the next attempt after a refusal; None: there is no next attempt."""
        is_safe = self.is_idempotent and self.is_replayable
        if retries >= self.max_retries or not is_safe or not is_retryable(status, self.statuses):
            return None
        return wait_before(retries + 1, retry_after(headers))


def is_retryable(status: int, declared: frozenset[int] = frozenset()) -> bool:
    """Return whether the same request may succeed later. `declared`: the API's own repeatable statuses."""
    return status in (408, 429) or status >= 500 or status in declared


def wait_before(attempt: int, retry_after: float | None) -> float | None:
    """Return the seconds to wait after attempt number `attempt` (from 1); None: longer than the ceiling.

    If the API asks for a wait, return it; otherwise the wait grows exponentially, with full jitter.
    """
    if retry_after is None:
        return random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)))
    return retry_after if retry_after <= LONGEST_RETRY_AFTER else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks for (RFC 9110, section 10.2.3), as a number or a date.

    Return None if there is none, or if it is out of the range of numbers and dates.
    """
    text = headers.get("retry-after", "").strip()
    if text.replace(".", "", 1).isdecimal():
        seconds = float(text)
        return seconds if math.isfinite(seconds) else None
    until = _date(text)
    if until is None:
        return None
    now = _date(headers.get("date", "")) or datetime.fromtimestamp(time.time(), UTC)
    return max(0.0, (until - now).total_seconds())


def _date(text: str) -> datetime | None:
    """Return a date in UTC: the subtraction of dates with offsets can leave the range of dates."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def has_idempotency_key(api: ApiInfo, headers: Mapping[str, str]) -> bool:
    """Return whether a request has an idempotency key, so that it can be repeated."""
    return (api.idempotency_header or "Idempotency-Key").lower() in headers


def idempotency_header(
    api: ApiInfo, operation: Operation[Any], headers: Iterable[str], options: RequestOptions
) -> dict[str, str]:
    """Return the header of the key: the caller's, or a new key for each POST if the API has such a header.

    Args:
        api: The API.
        operation: The operation.
        headers: The names of the headers that the caller gives.
        options: The options of the call.
    """
    if options.idempotency_key is not None:
        return {api.idempotency_header or "Idempotency-Key": options.idempotency_key}
    names = {name.lower() for name in headers}
    if (api.idempotency_header or "Idempotency-Key").lower() in names:
        return {}
    if api.idempotency_header is not None and operation.method == "POST":
        return {api.idempotency_header: str(uuid.uuid4())}
    return {}
