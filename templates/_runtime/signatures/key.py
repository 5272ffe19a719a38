"""Secrets → keys that show nothing of themselves."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable
from typing import TypeAlias

Secret: TypeAlias = str | bytes
Secrets: TypeAlias = Secret | Iterable[Secret]
"""One secret, or several while they are rotated; the first one signs."""


class Key:
    """Bytes that neither `repr` nor a traceback's variables show."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The bytes."""
        return self._value

    def keyed_hash(self, digest: str) -> Callable[[bytes], bytes]:
        """text → its HMAC (RFC 2104); what depends on the key alone is computed once."""
        block = hashlib.new(digest).block_size
        key = (
            self._value if len(self._value) <= block else hashlib.new(digest, self._value).digest()
        )
        key = key.ljust(block, b"\0")
        inner = hashlib.new(digest, key.translate(hmac.trans_36))
        outer = hashlib.new(digest, key.translate(hmac.trans_5C))

        def compute(text: bytes) -> bytes:
            within, around = inner.copy(), outer.copy()
            within.update(text)
            around.update(within.digest())
            return around.digest()

        return compute

    def __repr__(self) -> str:
        return "Key(***)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not pickled")


def load_keys(secrets: Secrets, read: Callable[[Secret], Key | None], form: str) -> tuple[Key, ...]:
    """The keys of one secret or several. `form` says what a secret should be, for the ValueError."""
    listed = [secrets] if isinstance(secrets, str | bytes) else list(secrets)
    if not listed:
        raise ValueError("there is no secret")
    keys: list[Key] = []
    for each in listed:
        if not isinstance(each, str | bytes):
            raise TypeError(f"a secret is a str or bytes, not {type(each).__name__}")
        key = read(each)
        if key is None or not key.reveal():
            raise ValueError(f"the secret is not {form}")
        keys.append(key)
    return tuple(keys)


def from_base64(text: str) -> bytes | None:
    """The bytes of standard base64, with or without padding; None where it is not."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def from_hex(text: str) -> bytes | None:
    """The bytes of hexadecimal digits; None where they are not."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
