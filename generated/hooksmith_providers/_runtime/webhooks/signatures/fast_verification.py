"""Deliveries in the form that nearly all have, proven without being taken apart."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable
from hmac import compare_digest
from typing import TypeAlias

from .message import AnyHeaders, lone_value, spellings
from .scheme import LONGEST_TIMESTAMP

_SIGNED = re.compile(r"([^{}]*)(?:\{id\}([^{}]*))?(?:\{timestamp\}([^{}]*))?\{body\}")

Proves: TypeAlias = Callable[[bytes, AnyHeaders, float, float | None], bool]
"""(body, headers, now, tolerance) → whether a delivery is of the usual form, in time and rightly signed.

True is what `Verifier.verify` would find; False is no verdict, that is left to `verify`.
"""


def usual_prover(
    hashed: Callable[[bytes], bytes],
    *,
    is_hex: bool,
    header: str,
    line: tuple[str, str],
    signed: tuple[str, str, str],
    ticks: int,
    id_header: str = "",
    time_header: str = "",
) -> Proves:
    """For schemes that sign an id, a time and the body, in this order, or some of them.

    The header's line is not read: it is written, as the sender should have, and compared with the one that came.

    Args:
        hashed: text → keyed hash.
        is_hex: Whether signatures are hexadecimal, or else base64.
        header: The header with the signature.
        line: What stands in its line before the time, if that stands there, and before the signature.
        signed: What stands in the signed text before the id, before the time, and before the body.
        ticks: The unit of the time, as parts of a second; 0: there is no time.
        id_header: The header that has the id, if one is signed.
        time_header: The header that has the time, if one of its own has.
    """
    names, id_names, time_names = spellings(header), spellings(id_header), spellings(time_header)
    opening, before_signature = line
    is_time_in_line = opening != ""
    before_id, before_time, before_body = signed

    def proves(body: bytes, headers: AnyHeaders, now: float, tolerance: float | None) -> bool:
        given = lone_value(headers, names)
        if given is None:
            return False
        id_ = stamp = in_line = ""
        if is_time_in_line:
            stamp = in_line = given.partition(",")[0].removeprefix(opening)
        elif time_header:
            stamp = lone_value(headers, time_names) or ""
        if ticks:
            if not stamp.isdigit() or len(stamp) > LONGEST_TIMESTAMP:
                return False
            if tolerance is not None and abs(now - int(stamp) / ticks) > tolerance:
                return False
        if id_header:
            id_ = lone_value(headers, id_names) or ""
            if not id_ or id_ != id_.strip():
                return False
        text = f"{before_id}{id_}{before_time}{stamp}{before_body}"
        digest = hashed(text.encode() + body)
        signature = digest.hex() if is_hex else b2a_base64(digest, newline=False).decode()
        return compare_digest(given, f"{opening}{in_line}{before_signature}{signature}")

    return proves


def signed_pieces(template: str) -> tuple[str, str, str] | None:
    """`signed` of a signed text's template; None where it is another text than `usual_prover` can write."""
    found = _SIGNED.fullmatch(template)
    if found is None:
        return None
    before_id, *others = found.groups()
    # What is not signed has nothing before it.
    before_time, before_body = (piece or "" for piece in others)
    return before_id, before_time, before_body
