"""Fast verification of the form that nearly all deliveries have.

The signature header is not parsed: its line is written as the sender should have written it, and compared.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

from .message import AnyHeaders, lone_value, spellings
from .scheme import LONGEST_TIMESTAMP, FastVerifier

_SIGNED = re.compile(r"([^{}]*)(?:\{id\}([^{}]*))?(?:\{timestamp\}([^{}]*))?\{body\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class UsualForm:
    """Form of a delivery that signs an id, a time and the body, in this order, or some of these.

    Args:
        is_hex: Whether signatures are hexadecimal; otherwise base64.
        header: The header with the signature.
        line: The texts of the header before the time, if the time is in the header, and before the signature.
        signed: The signed texts before the id, before the time, and before the body.
        ticks: The unit of the time, as parts of a second; 0: no time is signed.
        id_header: The header with the id, if an id is signed.
        time_header: The header with the time, if the time has a header of its own.
    """

    is_hex: bool
    header: str
    line: tuple[str, str]
    signed: tuple[str, str, str]
    ticks: int
    id_header: str = ""
    time_header: str = ""


def fast_verifier(hashed: Callable[[bytes], bytes], form: UsualForm) -> FastVerifier:
    """Return the fast verifier of a form. `hashed`: text → its keyed hash."""
    names, id_names = spellings(form.header), spellings(form.id_header)
    time_names = spellings(form.time_header)
    opening, before_signature = form.line
    before_id, before_time, before_body = form.signed
    ticks, is_hex, has_id = form.ticks, form.is_hex, form.id_header != ""
    is_time_in_line, has_time_header = opening != "", form.time_header != ""

    def verify_fast(body: bytes, headers: AnyHeaders, now: float, tolerance: float | None) -> bool:
        line = lone_value(headers, names)
        if line is None:
            return False
        id_ = stamp = in_line = ""
        if is_time_in_line:
            stamp = in_line = line.partition(",")[0].removeprefix(opening)
        elif has_time_header:
            stamp = lone_value(headers, time_names) or ""
        if ticks:
            if not stamp.isdigit() or len(stamp) > LONGEST_TIMESTAMP:
                return False
            if tolerance is not None and abs(now - int(stamp) / ticks) > tolerance:
                return False
        if has_id:
            id_ = lone_value(headers, id_names) or ""
            if not id_ or id_ != id_.strip():
                return False
        text = f"{before_id}{id_}{before_time}{stamp}{before_body}"
        digest = hashed(text.encode() + body)
        signature = digest.hex() if is_hex else b2a_base64(digest, newline=False).decode()
        return compare_digest(line, f"{opening}{in_line}{before_signature}{signature}")

    return verify_fast


def signed_pieces(template: str) -> tuple[str, str, str] | None:
    """Return `UsualForm.signed` of a template; None if the signed text has another form."""
    match = _SIGNED.fullmatch(template)
    if match is None:
        return None
    before_id, *others = match.groups()
    # A part that is not signed has no text before it.
    before_time, before_body = (piece or "" for piece in others)
    return before_id, before_time, before_body
