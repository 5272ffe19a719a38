"""Hints for misspelled words."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint such as `did you mean 'format'?`; empty if no known word is close."""
    from difflib import get_close_matches  # 5 ms, needed for errors only

    close = get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""
