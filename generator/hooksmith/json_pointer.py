"""JSON pointers (RFC 6901): text ↔ keys."""

from __future__ import annotations


def escape(key: str) -> str:
    """A key as one token of a pointer: `a/b` gives `a~1b`."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def unescape(token: str) -> str:
    """The key that a token of a pointer stands for: `a~1b` gives `a/b`."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def join(pointer: str, *keys: str | int) -> str:
    """The pointer to what stands below `pointer` under `keys`."""
    return "".join([pointer, *(f"/{escape(str(key))}" for key in keys)])


def split(pointer: str) -> list[str]:
    """The keys of a pointer: `/a~1b/c` gives `["a/b", "c"]`, and the empty pointer none."""
    return [unescape(token) for token in pointer.split("/")[1:]]
