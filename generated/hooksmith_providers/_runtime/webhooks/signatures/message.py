"""The message that a signature is verified on: the raw body, the headers, and for some schemes method and URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from ..errors import SignatureError, SignatureReason

AnyHeaders: TypeAlias = Mapping[Any, Any] | Iterable[tuple[Any, Any]]
"""A mapping, a list of pairs, ASGI's list of pairs of bytes, or a WSGI environ; names in any case."""

_WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def raw_body(body: object) -> bytes:
    """Return the raw body; raises TypeError for a decoded or parsed body, whose signature cannot be verified."""
    if isinstance(body, bytes):
        return body
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    if isinstance(body, str):
        raise TypeError("pass the body as bytes, exactly as received, not as text")
    raise TypeError(
        f"pass the raw body as bytes, exactly as received, not a {type(body).__name__}: "
        "a parsed body written again is not the text that was signed"
    )


class Message:
    """A delivery as received."""

    __slots__ = ("body", "headers", "method", "secret_name", "tenant", "url")

    def __init__(
        self, body: bytes, headers: AnyHeaders, method: str = "POST", url: str | None = None
    ) -> None:
        self.body = body
        # They are looked at more than once.
        self.headers: AnyHeaders = (
            headers if type(headers) is dict or hasattr(headers, "items") else _pairs(headers)
        )
        self.method = method
        self.url = url
        self.secret_name: str | None = None
        """The name of the secret that matched, once it is verified, if the secrets have names."""
        self.tenant: str | None = None
        """The tenant that a resolver of secrets states."""

    def values(self, name: str) -> list[str]:
        """Return the values of a header, one a line, without outer spaces."""
        return header_values(self.headers, name)

    def one(self, name: str) -> str:
        """Return the value of a required header whose lines must not differ; raises SignatureError."""
        value = only_value(self.headers, name)
        if value is None:
            raise _missing(name)
        return value

    def needed(self, name: str) -> list[str]:
        """Return the values of a required header; raises SignatureError."""
        values = header_values(self.headers, name)
        if len(values) == 1 and values[0]:
            return values
        values = [value for value in values if value]
        if not values:
            raise _missing(name)
        return values


def _pairs(headers: object) -> list[tuple[Any, Any]]:
    """Return headers as pairs; raises TypeError for objects that are no headers."""
    pairs: list[Any] = list(headers) if isinstance(headers, Iterable) else [headers]
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs):
        raise TypeError(
            "headers: pass the request's headers, a mapping or pairs of name and value, "
            f"not {type(headers).__name__}"
        )
    return pairs


def only_value(headers: AnyHeaders, name: str) -> str | None:
    """Return the value of a header whose lines must not differ; None if it is absent. Empty lines are skipped.

    Verification, ids and event types read headers by this rule: an added line must not change the meaning of a
    delivery that was signed.

    Raises:
        SignatureError: Lines differ.
    """
    values = {value for value in header_values(headers, name) if value}
    if len(values) > 1:
        raise malformed(name, "stands more than once")
    return values.pop() if values else None


def _missing(name: str) -> SignatureError:
    return SignatureError(
        SignatureReason.MISSING_HEADER, f"the delivery has no header {name}", header=name
    )


def malformed(name: str, problem: str) -> SignatureError:
    """Return the error for a header that breaks the scheme's form."""
    return SignatureError(
        SignatureReason.MALFORMED_HEADER, f"the header {name} {problem}", header=name
    )


def spellings(name: str) -> tuple[str, str, str]:
    """Return a header's name as declared, in lower case, and as the key of a WSGI environ (PEP 3333)."""
    lower = name.lower()
    return name, lower, _environ_key(lower)


def lone_value(headers: AnyHeaders, names: tuple[str, str, str]) -> str | None:
    """Return the value of a header that is a single ASCII text; None gives no verdict.

    The header is searched in a dict under its `spellings`, or in a list of pairs.
    """
    if type(headers) is not dict:
        return _lone_in_pairs(headers, names[1]) if type(headers) is list else None
    declared, lower, environ = names
    value = headers.get(declared)
    if value is None:
        value = headers.get(lower)
        if value is None and "REQUEST_METHOD" in headers:
            value = headers.get(environ)
    return value if type(value) is str and value.isascii() else None


def _lone_in_pairs(pairs: list[Any], lower: str) -> str | None:
    size, lone = len(lower), None
    try:
        for name, value in pairs:
            if len(name) == size and _text(name).lower() == lower:
                if lone is not None:
                    return None
                lone = value
    except (TypeError, ValueError):  # These are no headers: `Message` says so.
        return None
    if type(lone) is bytes:
        lone = lone.decode("latin-1")
    return lone if type(lone) is str and lone.isascii() else None


def header_values(headers: AnyHeaders, name: str) -> list[str]:
    """Return all values of a header. Case of the name and form of `headers` do not matter."""
    if type(headers) is dict:
        value = headers.get(name, headers.get(name.lower()))
        if type(value) is str:
            return [value.strip(" \t")]
    lower = name.lower()
    return [value for lower_name, value in header_pairs(headers, only=lower) if lower_name == lower]


def header_pairs(headers: AnyHeaders, *, only: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield (lower-case name, value) of every header line, in order."""
    if isinstance(headers, Mapping) and "REQUEST_METHOD" in headers:
        yield from _from_environ(headers, only)
        return
    items: Any = getattr(headers, "items", None)
    for name, value in items() if items is not None else headers:
        lower = _text(name).lower()
        if only is None or lower == only:
            for each in value if isinstance(value, list | tuple) else (value,):
                yield lower, _text(each).strip(" \t")


def _from_environ(environ: Mapping[Any, Any], only: str | None) -> Iterator[tuple[str, str]]:
    """Yield the headers of a WSGI environ (PEP 3333), which has them as `HTTP_*`."""
    if only is not None:
        key = _environ_key(only)
        if key in environ:
            yield only, _text(environ[key]).strip(" \t")
        return
    for name, key in _WITHOUT_PREFIX.items():
        if environ.get(key):
            yield name, _text(environ[key]).strip(" \t")
    for key, value in environ.items():
        if isinstance(key, str) and key.startswith("HTTP_"):
            yield key[5:].replace("_", "-").lower(), _text(value).strip(" \t")


def _environ_key(lower: str) -> str:
    return _WITHOUT_PREFIX.get(lower, "HTTP_" + lower.upper().replace("-", "_"))


def standard_name(headers: AnyHeaders, name: str) -> str:
    """Return the name under which a delivery has a header of Svix or of Standard Webhooks.

    `svix-id` is `webhook-id` in a delivery that has no `svix-signature` but a `webhook-signature`. So the id that is
    read is always the id that was signed.
    """
    prefix, _, part = name.lower().partition("-")
    if prefix != "svix" or part not in ("id", "timestamp", "signature"):
        return name
    if header_values(headers, "svix-signature") or not header_values(headers, "webhook-signature"):
        return name
    return f"webhook-{part}"


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray):
        return value.decode("latin-1")
    raise TypeError(f"headers are text or bytes, not {type(value).__name__}")


def octets(value: str) -> bytes:
    """Return a header's value as the transmitted bytes."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
