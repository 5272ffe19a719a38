"""JSON Pointers (RFC 6901): texts and their tokens."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)
def tokens(pointer: str) -> tuple[str, ...]:
    """Return the tokens of a JSON Pointer, unescaped."""
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def pointer(*tokens: int | str) -> str:
    """Return the JSON Pointer of these tokens."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
