"""Formatting by black alone, to compare with the fast path."""

from __future__ import annotations

from black import format_str
from black.mode import Mode, TargetVersion

_MODE = Mode(target_versions={TargetVersion.PY311}, line_length=100)


def as_black_has_it(text: str) -> str:
    return format_str(text, mode=_MODE)
