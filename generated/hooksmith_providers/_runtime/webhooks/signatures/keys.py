"""Secrets → keys, which repr and tracebacks hide."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Secret: TypeAlias = str | bytes
Secrets: TypeAlias = Secret | Iterable[Secret]
"""One secret, or several while they are rotated; the first one signs."""


class Key:
    """Bytes that neither `repr` nor a traceback's variables show."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """Return the bytes."""
        return self._value

    def keyed_hash(self, digest: str) -> Callable[[bytes], bytes]:
        """Return the function text → HMAC (RFC 2104); the part that depends on the key alone is computed once."""
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
    """Return the keys of one or several secrets. `form` describes a valid secret, for the ValueError.

    Raises:
        TypeError: A secret is neither str nor bytes. The message names the argument and hides the secret.
        ValueError: A secret is empty, has outer white space, or another form. The message hides the secret.
    """
    if not isinstance(secrets, Iterable):
        raise TypeError(f"secret: a str or bytes, or several of them, not {_kind(secrets)}")
    listed = [secrets] if isinstance(secrets, str | bytes) else list(secrets)
    if not listed:
        raise ValueError("secret: there is no secret in it")
    return tuple(_load_key(each, read, form) for each in listed)


def _load_key(secret: object, read: Callable[[Secret], Key | None], form: str) -> Key:
    if not isinstance(secret, str | bytes):
        raise TypeError(f"secret: a str or bytes, not {_kind(secret)}")
    if not secret:
        raise ValueError("secret: it is empty")
    if isinstance(secret, str) and secret != secret.strip(" \t\r\n"):
        raise ValueError("secret: it starts or ends with a space or a line break; strip it")
    key = read(secret)
    if key is None or not key.reveal():
        raise ValueError(f"secret: it is not {form}")
    return key


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def from_base64(text: str) -> bytes | None:
    """Return the bytes of standard base64, with or without padding; None for other texts."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def from_hex(text: str) -> bytes | None:
    """Return the bytes of hexadecimal digits; None for other texts."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretText:
    """Decoding of secrets: none, or by an encoding after an optional `prefix`."""

    encoding: Literal["utf-8", "base64", "hex"] = "utf-8"
    prefix: str = ""

    def load(self, secrets: Secrets) -> tuple[Key, ...]:
        """Return the keys of secrets; raises ValueError, which hides the secret."""
        forms = {"utf-8": "a text", "base64": "base64", "hex": "hexadecimal"}
        return load_keys(secrets, self._read, forms[self.encoding])

    def _read(self, secret: Secret) -> Key | None:
        if isinstance(secret, bytes):
            return Key(secret)
        if self.encoding == "utf-8":
            return Key(secret.encode())
        decode = from_base64 if self.encoding == "base64" else from_hex
        octets = decode(secret.removeprefix(self.prefix))
        return None if octets is None else Key(octets)
