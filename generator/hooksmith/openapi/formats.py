"""Formats of OpenAPI's registry whose limits are asserted of sent values."""

from __future__ import annotations

INTEGER_FORMATS = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
"""Integer format → (least value, greatest value)."""

DECIMAL_FORMATS = frozenset({"decimal", "decimal128"})
"""Formats of numbers whose digits are exact."""

STRING_FORMATS = frozenset(
    """uuid email idn-email uri iri uri-reference iri-reference hostname idn-hostname ipv4 ipv6 time duration
    byte decimal json-pointer relative-json-pointer""".split()
)
"""String formats that every API means alike, as far as `_runtime/models/formats.py` checks them."""
