"""Errors of receiving.

    WebhookError                  a delivery is refused
    ├── SignatureError            it is not proven to be the sender's; `reason` names the failed check
    ├── EventParseError           verified, but not JSON, or not an event
    └── KeysUnavailableError      the sender's public keys cannot be fetched: no verdict, try again later

No message shows a secret, an expected signature or a value of the delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..errors import PicklableError


class WebhookError(PicklableError):
    """A delivery is refused."""


class SignatureReason(StrEnum):
    """Check that a delivery failed."""

    MISSING_HEADER = "missing_header"
    """A header that the scheme needs is not there."""

    MALFORMED_HEADER = "malformed_header"
    """A header is there, but does not have the scheme's form."""

    TIMESTAMP_OUTSIDE_TOLERANCE = "timestamp_outside_tolerance"
    """Signed too long ago, or in the future, or expired."""

    NO_MATCHING_SIGNATURE = "no_matching_signature"
    """None of the signatures is that of this delivery under any of the secrets."""

    UNKNOWN_KEY = "unknown_key"
    """Signed with a key that the sender does not publish."""

    DIGEST_MISMATCH = "digest_mismatch"
    """The body is not the one that the signed digest was made of."""

    NOT_COVERED = "not_covered"
    """The signature does not cover something that it must cover."""

    URL_NEEDED = "url_needed"
    """The signature covers the URL, and no `url=` was given to compare it with."""

    OTHER_HOST = "other_host"
    """The request names a host that is not among the receiver's `hosts`."""


class SignatureError(WebhookError):
    """The delivery is not proven to be the sender's.

    `reason` names the failed check, `header` the header that it read; None if it read none.
    """

    def __init__(
        self,
        reason: SignatureReason,
        message: str,
        *,
        header: str | None = None,
        is_late: bool = False,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.header = header
        self.is_late = is_late
        """Whether the delivery is refused because it was signed too long ago."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Departure of a delivery from its model: the JSON Pointer, and the problem there."""

    where: str
    what: str


class EventParseError(WebhookError):
    """The body is not JSON, or not an event; with `strict`, also unknown and drifted events.

    `issues` has places and problems; the message does not show the body.
    """

    def __init__(self, message: str, issues: tuple[Issue, ...] = ()) -> None:
        super().__init__(message)
        self.issues = issues


class KeysUnavailableError(WebhookError):
    """The sender's public keys cannot be fetched, so there is no verdict; `__cause__` is the reason."""
