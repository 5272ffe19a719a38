"""Protocol of signature schemes, and the validation of timestamps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, TypeAlias

from ..errors import SignatureError, SignatureReason
from .message import AnyHeaders, Message, malformed

LONGEST_TIMESTAMP = 18
"""Digits, which neither an int nor a float has trouble with."""


FastVerifier: TypeAlias = Callable[[bytes, AnyHeaders, float, float | None], bool]
"""(body, headers, now, tolerance) → whether a delivery has the usual form, is in time and rightly signed.

True is the verdict of `Verifier.verify` as well; False is no verdict.
"""


class Verifier(Protocol):
    """Signature scheme with its keys."""

    waits: bool
    """Whether a check may wait for the network, as when keys are fetched."""

    signs_url: bool
    """Whether the signature may cover the URL, so that a receiver must know its own."""

    reads_url: bool
    """Whether verification reads the URL."""

    verify_fast: FastVerifier | None
    """Verification of the usual form, which `verify` follows if it gives no verdict; None if the scheme has none."""

    def verify(self, message: Message, now: float, tolerance: float | None) -> None:
        """Raise SignatureError unless a signature is right. `now`: Unix time in seconds."""
        raise NotImplementedError

    def sign(self, message: Message, now: float, id_: str) -> dict[str, str]:
        """Return the headers that make `message` a delivery sent at `now` under the id `id_`."""
        raise NotImplementedError


def read_timestamp(text: str, header: str, milliseconds: bool = False) -> float:
    """Return the Unix time in seconds of a timestamp's digits; raises SignatureError."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_TIMESTAMP):
        raise malformed(header, "has no Unix timestamp")
    return int(text) / 1000 if milliseconds else float(text)


def check_time(sent: float, now: float, tolerance: float | None, header: str) -> None:
    """Raise SignatureError unless `sent` is at most `tolerance` seconds before or after `now`."""
    if tolerance is not None and abs(now - sent) > tolerance:
        side = "in the future" if sent > now else "ago"
        raise SignatureError(
            SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE,
            f"the delivery was signed more than {tolerance:g} seconds {side}",
            header=header,
            is_late=sent < now,
        )


def no_match(header: str, *, covers_url: bool = False) -> SignatureError:
    """Return the error for a delivery without a matching signature.

    `covers_url`: the signature covers the URL, so that a wrong URL is the likely cause.
    """
    causes = "another secret, or not the body that was signed"
    if covers_url:
        causes = (
            "most likely another URL, since the signature covers it: pass url= as the sender has it, "
            f"with scheme, host, path and query; otherwise {causes}"
        )
    return SignatureError(
        SignatureReason.NO_MATCHING_SIGNATURE,
        f"no signature of the delivery matches: {causes}",
        header=header,
    )


def checked_tolerance(tolerance: float | None) -> float | None:
    """Return `tolerance` if it is a number of seconds or None; raises ValueError."""
    if tolerance is not None and not (tolerance >= 0 and math.isfinite(tolerance)):
        raise ValueError("tolerance is a number of seconds, or None for no check of the time")
    return tolerance
