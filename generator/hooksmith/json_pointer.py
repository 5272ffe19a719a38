"""JSON Pointers (RFC 6901): text ↔ keys."""

from __future__ import annotations


def escape(key: str) -> str:
    """Return the pointer token for a key: `a/b` gives `a~1b`."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def unescape(token: str) -> str:
    """Return the key of a pointer token: `a~1b` gives `a/b`."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def join(pointer: str, *keys: str | int) -> str:
    """Return the pointer to the value at `keys` below `pointer`."""
    return "".join([pointer, *(f"/{escape(str(key))}" for key in keys)])


def split(pointer: str) -> list[str]:
    """Return the keys of a pointer: `/a~1b/c` gives `["a/b", "c"]`, the empty pointer none."""
    return [unescape(token) for token in pointer.split("/")[1:]]
