"""Request bodies: JSON, forms, multipart, text and binary, validated before they are sent.

A body is a model, a mapping by wire names whose values may be OMIT, or a value of its media type. The validated bytes
are
the sent bytes: no defaults are filled in, null is sent, OMIT is left out.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ..errors import Detail, RequestError
from ..headers import value_problem
from ..json_pointer import pointer
from ..media_types import essence_of
from ..models.decimals import decimal_text, is_marked
from ..models.validation import check, drop_read_only, plain
from ..omit import OMIT
from .file_parts import File, Part, chunks, file_part, is_file, length_of, opened
from .operation import Body, Encoding, Parameter
from .parameters import Pairs, form_pairs, join

_PLAIN_ENCODING = Encoding()
_BOUNDARY = "hooksmith-empty"
_EMPTY_MULTIPART = f"--{_BOUNDARY}--\r\n".encode()
"""A multipart body without parts, which the HTTP client cannot write: the closing delimiter (RFC 2046, 5.1.1)."""


@dataclass(frozen=True, eq=False, repr=False)
class Content:
    """Encoded request body. `media_type` is None for multipart, whose boundary the HTTP client chooses."""

    source: bytes | File | Iterable[bytes] | AsyncIterable[bytes] = b""
    media_type: str | None = None
    parts: tuple[tuple[str, Part], ...] = ()
    replayable: bool = True

    def headers(self) -> Pairs:
        """Return the headers that describe the body."""
        pairs = [("content-type", self.media_type)] if self.media_type else []
        if is_file(self.source) and self.replayable:
            pairs.append(("content-length", str(length_of(self.source))))
        return pairs

    def stream(self) -> bytes | Iterable[bytes]:
        """Return the content for the sync client, from its start."""
        if isinstance(self.source, AsyncIterable):
            raise RequestError(Detail("body", "an async iterable needs the async client"))
        return self._from_start()

    def async_stream(self) -> bytes | AsyncIterable[bytes]:
        """Return the content for the async client, from its start."""
        if isinstance(self.source, (bytes, AsyncIterable)):
            return self.source
        return _asynchronous(self._from_start())

    def _from_start(self) -> bytes | Iterable[bytes]:
        if is_file(self.source):
            return chunks(self.source, rewind=self.replayable)
        assert not isinstance(self.source, AsyncIterable)
        return self.source


def encode(body: Body | None, value: object, content_type: str | None = None) -> Content | None:
    """Return `value` encoded in a media type of `body`, by default the first; None for no body. Raises RequestError."""
    if body is None:
        if value is OMIT:
            return None
        raise RequestError(Detail("body", "is not described"))
    if value is OMIT or (not body.required and _is_empty(value)):
        if body.required:
            raise RequestError(Detail("body", "is required"))
        return None
    if content_type is None:
        return _encode(body, value, body.media_type)
    return _encode(_chosen(body, content_type), value, content_type)


def _chosen(body: Body, content_type: str) -> Body:
    """Return the description of a media type: the same text, the same without parameters, or its range."""
    problem = value_problem(content_type)
    if problem:
        raise RequestError(Detail("body", f"its content type {problem}"))
    bodies = (body, *body.others)
    for form_of in (str.lower, essence_of, _range_of, lambda media_type: "*/*"):
        for one in bodies:
            if one.media_type.lower() == form_of(content_type):
                return one
    known = ", ".join(one.media_type for one in bodies)
    raise RequestError(Detail("body", f"its content type should be one of {known}"))


def _range_of(media_type: str) -> str:
    return essence_of(media_type).partition("/")[0] + "/*"


def _encode(body: Body, value: object, media_type: str) -> Content:
    essence = essence_of(media_type)
    if essence in ("application/json", "text/json") or essence.endswith("+json"):
        return Content(check(body.adapter, plain(value, "body"), "body", value), media_type)
    if essence == "application/x-www-form-urlencoded":
        return Content(_form(body, value), media_type)
    if essence == "multipart/form-data":
        return _multipart(body, value)
    return _raw(value, media_type)


def _is_empty(value: object) -> bool:
    return (
        isinstance(value, Mapping) and bool(value) and all(item is OMIT for item in value.values())
    )


def _properties(value: object) -> dict[str, Any]:
    """Return the given properties of a form by wire name, unencoded."""
    if isinstance(value, BaseModel):
        properties = value.model_dump(by_alias=True, exclude_unset=True)
        drop_read_only(value, properties)
        return properties
    if isinstance(value, Mapping):
        return {str(name): item for name, item in value.items() if item is not OMIT}
    raise RequestError(Detail("body", "Input should be a model or a mapping"))


def _form(body: Body, value: object) -> bytes:
    properties = plain(_properties(value), "body")
    check(body.adapter, properties, "body", value)
    pairs = [pair for name, item in properties.items() for pair in _field(body, name, item)]
    return join(pairs).encode("ascii")


def _field(body: Body, name: str, item: Any) -> Pairs:
    """Return the pairs of a property: with a style as a parameter, otherwise an object as JSON."""
    encoding = body.encoding.get(name, _PLAIN_ENCODING)
    if encoding.style == "deepObject":
        return list(_deep(name, item, encoding))
    if encoding.style is not None or encoding.media_type is not None:
        parameter = Parameter(
            name,
            style=encoding.style,
            explode=encoding.explode,
            media_type=encoding.media_type,
            allow_reserved=encoding.allow_reserved,
        )
        return [] if item is None else form_pairs(parameter, item)
    items = item if isinstance(item, list) else [item]
    return [pair for each in items if each is not None for pair in _default_field(name, each)]


def _deep(name: str, item: Any, encoding: Encoding) -> Iterator[tuple[str, str]]:
    """Yield `name[key][0]=value`, as Rack, PHP and qs read it; OpenAPI does not define values inside arrays."""
    if item is None:
        return
    if not isinstance(item, (dict, list)):
        yield from form_pairs(Parameter(name, allow_reserved=encoding.allow_reserved), item)
        return
    for key, inner in item.items() if isinstance(item, dict) else enumerate(item):
        if isinstance(key, str) and ("[" in key or "]" in key):
            raise RequestError(
                Detail("body" + pointer(name), "has a name with brackets, the style's delimiter")
            )
        yield from _deep(f"{name}[{key}]", inner, encoding)


def _default_field(name: str, item: Any) -> Pairs:
    nested = isinstance(item, (dict, list))
    return form_pairs(Parameter(name, media_type="application/json" if nested else None), item)


def _multipart(body: Body, value: object) -> Content:
    properties = _properties(value)
    check(body.adapter, plain(_without_uploads(properties), "body"), "body", value)
    parts = tuple(
        (name, part)
        for name, item in properties.items()
        for part in _parts(name, item, body.encoding.get(name, _PLAIN_ENCODING))
    )
    if not parts:
        return Content(_EMPTY_MULTIPART, f"multipart/form-data; boundary={_BOUNDARY}")
    files = [part[1] for _, part in parts if not isinstance(part[1], bytes)]
    return Content(parts=parts, replayable=all(file.seekable() for file in files))


def _without_uploads(value: Any) -> Any:
    """Return `value` with a string in place of each file, as JSON Schema describes binary content."""
    if file_part(value, None) is not None:
        return "file"
    if isinstance(value, Mapping):
        return {name: _without_uploads(item) for name, item in value.items()}
    return [_without_uploads(item) for item in value] if isinstance(value, (list, tuple)) else value


def _parts(name: str, item: Any, encoding: Encoding) -> list[Part]:
    upload = file_part(item, encoding.media_type)
    if upload is not None:
        return [upload]
    if isinstance(item, (list, tuple)):
        return [part for each in item for part in _parts(name, each, encoding)]
    value = plain(item, "body" + pointer(name))
    if value is None or value is OMIT:
        return []
    if isinstance(value, str):
        text = decimal_text(value) if is_marked(value) else value
        return [(None, text.encode(), encoding.media_type)]
    media_type = "application/json" if isinstance(value, (dict, list)) else None
    return [(None, check(None, value, "body"), encoding.media_type or media_type)]


def _raw(value: object, media_type: str) -> Content:
    """Encode text or binary content without a change."""
    value = opened(value)
    essence = essence_of(media_type)
    if "*" in essence:
        media_type = "application/octet-stream"
    if isinstance(value, str):
        charset = (
            "" if "charset" in media_type or not essence.startswith("text/") else "; charset=utf-8"
        )
        return Content(_utf8(value), media_type + charset)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return Content(bytes(value), media_type)
    if is_file(value):
        file: Any = value
        return Content(file, media_type, replayable=file.seekable())
    if isinstance(value, (Iterable, AsyncIterable)) and not isinstance(value, (Mapping, BaseModel)):
        return Content(value, media_type, replayable=False)
    raise RequestError(Detail("body", f"Input should be bytes, text or a file for {media_type}"))


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        detail = Detail("body", "has lone surrogates, which are no text")
    raise RequestError(detail)


async def _asynchronous(source: bytes | Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in [source] if isinstance(source, bytes) else source:
        yield chunk
