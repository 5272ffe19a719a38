"""Hints: the known word that an unknown one was meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'format'?`, or nothing where no known word is close."""
    from difflib import get_close_matches  # for what goes wrong alone

    close = get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""
