"""The HMAC family: a shared secret, and a signed text of the body and other parts of the request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from ..errors import SignatureError, SignatureReason
from .fast_verification import UsualForm, fast_verifier, signed_pieces
from .keys import Key, Secrets, SecretText
from .message import Message, malformed, octets
from .scheme import FastVerifier, Verifier, check_time, no_match, read_timestamp
from .secret_resolution import AnySecrets, bind_secrets

_AS_TEXT = SecretText()
_FIELD = re.compile(r"\{(body|timestamp|id|url|method|form)\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedAt:
    """Place of the time of signing: a header of its own, or a pair in the signature header."""

    header: str | None = None
    pair: str | None = None
    unit: Literal["seconds", "milliseconds"] = "seconds"


@dataclass(frozen=True, kw_only=True, slots=True)
class HMAC:
    """A keyed hash (RFC 2104) in a header.

    Args:
        header: The header with the signature.
        digest: The hash function.
        encoding: How the signature is written.
        signed: The signed text; `{body}`, `{timestamp}`, `{id}`, `{url}`, `{method}` and `{form}` stand for what
            the delivery says, `{form}` for the names and values of a form body, sorted, without separators.
        syntax: `plain`: the header is the signature; `prefixed`: after `prefix`; `pairs`: `t=1,v1=…`;
            `list`: `v1,… v1,…`, separated by spaces.
        prefix: What stands before a prefixed signature.
        key: The name of the signatures among the pairs, or their version in the list.
        separator: What a signer writes between pairs; spaces around a comma do not matter to a reader.
        timestamp: Where the time of signing stands.
        id_header: The header that `{id}` is taken from.
        body_digest: Name of a query parameter with the SHA-256 of the body in hexadecimal; where the URL has it,
            it stands for the body, and `{form}` is empty.
        secret: How secrets become bytes.
        tolerance: Seconds between signing and now, either way; None: not checked.
    """

    header: str
    digest: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    signed: str = "{body}"
    syntax: Literal["plain", "prefixed", "pairs", "list"] = "plain"
    prefix: str = ""
    key: str = ""
    separator: str = ","
    timestamp: SignedAt | None = None
    id_header: str | None = None
    body_digest: str | None = None
    secret: SecretText = _AS_TEXT
    tolerance: float | None = None

    def __post_init__(self) -> None:
        fields = set(_FIELD.findall(self.signed))
        if not fields & {"body", "form"}:
            raise ValueError(
                "the signed text has neither {body} nor {form}: it would not prove the body"
            )
        if "timestamp" in fields and self.timestamp is None:
            raise ValueError(
                "the signed text has {timestamp}, but `timestamp` does not say where it stands"
            )
        if "id" in fields and not self.id_header:
            raise ValueError(
                "the signed text has {id}, but `id_header` does not say where it stands"
            )
        if self.syntax in ("pairs", "list") and not self.key:
            raise ValueError(f"the syntax {self.syntax} needs `key`")

    @property
    def signs_url(self) -> bool:
        """Whether the signature covers the URL."""
        return "{url}" in self.signed or self.body_digest is not None

    def bind(self, secrets: AnySecrets) -> Verifier:
        """Return the verifier with these secrets."""
        return bind_secrets(secrets, self._bind, signs_url=self.signs_url)

    def _bind(self, secrets: Secrets) -> Verifier:
        return HMACVerifier(self, self.secret.load(secrets))


class HMACVerifier:
    """Verifier of an `HMAC` with its keys."""

    waits = False

    def __init__(self, scheme: HMAC, keys: tuple[Key, ...]) -> None:
        self._scheme = scheme
        self.signs_url = self.reads_url = scheme.signs_url
        self._hashes = [key.keyed_hash(scheme.digest) for key in keys]
        texts = [*_FIELD.split(scheme.signed), ""]
        self._parts = [
            (text.encode(), name) for text, name in zip(texts[::2], texts[1::2], strict=True)
        ]
        self._covers_url = any(name == "url" for _, name in self._parts)
        self._line = _line(scheme)
        self.verify_fast = _fast_verifier(scheme, self._line, self._hashes[0])
        # A header's line → the signatures in it, and the timestamp if it stands there.
        self._read = {
            "plain": self._plain,
            "prefixed": self._prefixed,
            "list": self._list,
            "pairs": self._pairs,
        }[scheme.syntax]
        self._milliseconds = (
            scheme.timestamp is not None and scheme.timestamp.unit == "milliseconds"
        )

    def verify(self, message: Message, now: float, tolerance: float | None) -> None:
        scheme = self._scheme
        for line in message.needed(scheme.header):
            candidates, stamp = self._read(line)
            if scheme.timestamp is not None:
                stamp, header = self._stamp(message, stamp)
                sent = read_timestamp(stamp, header, self._milliseconds)
                check_time(sent, now, tolerance, header)
            if any(
                self._matches(candidates, self._text(each, stamp))
                for each in self._url_forms(message)
            ):
                return
        raise no_match(scheme.header, covers_url=self._covers_url)

    def _url_forms(self, message: Message) -> Iterator[Message]:
        """Yield the message; if the signature covers the URL, also with the URL's default port added or removed."""
        yield message
        if self._covers_url and message.url is not None and (url := _other_port(message.url)):
            yield Message(message.body, message.headers, message.method, url)

    def sign(self, message: Message, now: float, id_: str) -> dict[str, str]:
        scheme = self._scheme
        headers: dict[str, str] = {}
        stamp = ""
        if scheme.timestamp is not None:
            stamp = str(int(now * 1000 if scheme.timestamp.unit == "milliseconds" else now))
            if scheme.timestamp.header:
                headers[scheme.timestamp.header] = stamp
        if scheme.id_header:
            headers[scheme.id_header] = id_
        signed = Message(message.body, headers, message.method, message.url)
        signature = self._written(self._hashes[0](self._text(signed, stamp)))
        headers[scheme.header] = self._write(signature.decode("ascii"), stamp)
        return headers

    def _stamp(self, message: Message, in_pair: str) -> tuple[str, str]:
        """Return the digits of the timestamp, and the header that has them."""
        where = self._scheme.timestamp
        if where is None or where.header is None:
            return in_pair, self._scheme.header
        return message.one(where.header), where.header

    def _plain(self, line: str) -> tuple[list[str], str]:
        return [line], ""

    def _prefixed(self, line: str) -> tuple[list[str], str]:
        prefix = self._scheme.prefix
        if not line.startswith(prefix):
            raise malformed(self._scheme.header, f"does not begin with {prefix!r}")
        return [line[len(prefix) :]], ""

    def _list(self, line: str) -> tuple[list[str], str]:
        entries = [entry.partition(",") for entry in line.split()]
        if not any(comma for _, comma, _ in entries):
            raise malformed(self._scheme.header, "is not a list of versions and signatures")
        return [signature for version, _, signature in entries if version == self._scheme.key], ""

    def _pairs(self, line: str) -> tuple[list[str], str]:
        scheme = self._scheme
        pairs = [entry.strip(" \t").partition("=") for entry in line.split(",")]
        if not all(equals for _, equals, _ in pairs):
            raise malformed(scheme.header, "is not a list of pairs")
        signatures = [value for key, _, value in pairs if key == scheme.key]
        if not signatures:
            raise malformed(scheme.header, f"has no {scheme.key}")
        name = scheme.timestamp.pair if scheme.timestamp else None
        stamps = {value for key, _, value in pairs if key == name}
        if name and len(stamps) != 1:
            raise malformed(scheme.header, f"has no {name}, or several")
        return signatures, stamps.pop() if stamps else ""

    def _write(self, signature: str, stamp: str) -> str:
        before_stamp, before_signature = self._line
        stamped = before_stamp + stamp if before_stamp else ""
        return stamped + before_signature + signature

    def _text(self, message: Message, stamp: str) -> bytes:
        """Return the signed text."""
        pieces: list[bytes] = []
        for text, name in self._parts:
            pieces.append(text)
            if name:
                pieces.append(self._field(name, message, stamp))
        return b"".join(pieces)

    def _field(self, name: str, message: Message, stamp: str) -> bytes:
        match name:
            case "body":
                return message.body
            case "timestamp":
                return octets(stamp)
            case "id":
                return octets(message.one(self._scheme.id_header or ""))
            case "url":
                return _url(message).encode("utf-8", "surrogatepass")
            case "method":
                return octets(message.method.upper())
        return b"" if self._is_digested(message) else form_text(message.body)

    def _is_digested(self, message: Message) -> bool:
        """Return whether the URL has a digest of the body; raises SignatureError for another body's digest."""
        name = self._scheme.body_digest
        if name is None:
            return False
        try:
            query = urlsplit(_url(message)).query
        except ValueError:
            return False
        digests = [value for key, value in parse_qsl(query, errors="replace") if key == name]
        if not digests:
            return False
        digest = hashlib.sha256(message.body).hexdigest()
        if not hmac.compare_digest(digest.encode(), octets(digests[0])):
            raise SignatureError(
                SignatureReason.DIGEST_MISMATCH, f"the body is not the one that {name} was made of"
            )
        return True

    def _matches(self, candidates: list[str], text: bytes) -> bool:
        """Return whether a signature is that of `text` under any key; all are compared, in constant time."""
        expected = [self._written(hashed(text)) for hashed in self._hashes]
        is_match = False
        for candidate in candidates:
            signature_bytes = octets(candidate)
            for signature in expected:
                is_match |= hmac.compare_digest(signature_bytes, signature)
        return is_match

    def _written(self, digest: bytes) -> bytes:
        return digest.hex().encode() if self._scheme.encoding == "hex" else base64.b64encode(digest)


def _line(scheme: HMAC) -> tuple[str, str]:
    """Return the header's texts before the time, if the time is in the header, and before the signature."""
    match scheme.syntax:
        case "plain":
            return "", ""
        case "prefixed":
            return "", scheme.prefix
        case "list":
            return "", f"{scheme.key},"
    if scheme.timestamp is None or scheme.timestamp.pair is None:
        return "", f"{scheme.key}="
    return f"{scheme.timestamp.pair}=", f"{scheme.separator}{scheme.key}="


def _fast_verifier(
    scheme: HMAC, line: tuple[str, str], hashed: Callable[[bytes], bytes]
) -> FastVerifier | None:
    """Return the fast verifier of the key that signs; during a rotation, `verify` decides for the other keys."""
    signed = signed_pieces(scheme.signed)
    time = scheme.timestamp
    time_header = time.header or "" if time else ""
    is_time_clear = time is None or (
        "{timestamp}" in scheme.signed and bool(time_header) != bool(line[0])
    )
    if signed is None or not is_time_clear or not "".join(line).isascii():
        return None
    form = UsualForm(
        is_hex=scheme.encoding == "hex",
        header=scheme.header,
        line=line,
        signed=signed,
        ticks=0 if time is None else 1000 if time.unit == "milliseconds" else 1,
        id_header=scheme.id_header or "" if "{id}" in scheme.signed else "",
        time_header=time_header,
    )
    return fast_verifier(hashed, form)


_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def _other_port(url: str) -> str | None:
    """Return the URL with its default port if it has no port, and without it if it has; otherwise None.

    Senders and proxies differ in writing the default port, which leads to the same place (RFC 9110, 4.2).
    """
    scheme, mark, rest = url.partition("://")
    port = _DEFAULT_PORTS.get(scheme.lower())
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    if not mark or port is None:
        return None
    if authority.endswith(port):
        changed = authority.removesuffix(port)
    elif re.search(r":\d*$", authority):
        return None
    else:
        changed = authority + port
    return f"{scheme}://{changed}{rest[len(authority) :]}"


def _url(message: Message) -> str:
    if message.url is None:
        raise TypeError(
            "this scheme signs the URL: give it as url=, as it was registered with the sender"
        )
    return message.url


def form_text(body: bytes) -> bytes:
    """Return the names and values of a form, decoded, sorted and joined; repeated pairs count once."""
    pairs = set()
    for entry in body.split(b"&"):
        if entry:
            name, _, value = entry.partition(b"=")
            pairs.add((_decoded(name), _decoded(value)))
    return b"".join(name + value for name, value in sorted(pairs))


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))
