"""Types of request bodies and replies by media type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ir import ANY, Alias, Content, Enum, Kind, LiteralOf, Named, Scalar, Type, Union
from ..json_pointer import escape
from ..openapi.grammar import Node
from ..openapi.media_types import essence, is_form_or_multipart, is_item_stream, is_json, offered
from .schemas import Schemas


def sent_contents(schemas: Schemas, contents: dict[str, Any], pointer: str) -> Iterator[Content]:
    """Yield the media types of a request body with their types, the preferred one first.

    The type is None for objects in a media type that the runtime cannot write.
    """
    for media_type, content in offered(contents):
        type_ = _content_type(schemas, media_type, content, pointer)
        writable = (
            is_json(media_type) or is_form_or_multipart(media_type) or _is_raw(type_, schemas)
        )
        yield Content(media_type=media_type, type=type_ if writable else None)


def received_contents(
    schemas: Schemas, contents: dict[str, Any], pointer: str
) -> Iterator[Content]:
    """Yield the media types of a reply with their types, the preferred one first.

    The type is None for streams of items, which are read while they arrive, and for objects in a media type that the
    runtime cannot read.
    """
    for media_type, content in offered(contents):
        type_ = _content_type(schemas, media_type, content, pointer)
        readable = _is_readable(type_, media_type, schemas)
        yield Content(media_type=media_type, type=type_ if readable else None)


def raw(media_type: str) -> Type:
    """Return the type of unparsed content: text for `text/…`, otherwise bytes."""
    return Scalar(Kind.STRING if essence(media_type).startswith("text/") else Kind.BINARY)


def opaque(media_type: str) -> Type:
    """Return the type of content without a schema: any JSON value, text or bytes."""
    return ANY if is_json(media_type) else raw(media_type)


def _content_type(schemas: Schemas, media_type: str, content: Node, pointer: str) -> Type:
    if "schema" not in content:
        return opaque(media_type)
    return schemas.type_at(content["schema"], f"{pointer}/content/{escape(media_type)}/schema")


def _is_readable(type_: Type, media_type: str, schemas: Schemas) -> bool:
    """Whether the runtime can read a type from a media type.

    JSON and `text/plain` (read as JSON where the type is no string) can hold every type, other media types only text
    and bytes.
    """
    if is_item_stream(media_type):
        return False
    if is_json(media_type) or essence(media_type) in ("text/plain", "*/*", "application/*"):
        return True
    return _is_raw(type_, schemas)


def _is_raw(type_: Type, schemas: Schemas, aliases: tuple[str, ...] = ()) -> bool:
    """Whether text or bytes can be a value of a type. `aliases`: names of the aliases around it."""
    schemas.finish()
    match type_:
        case Scalar(kind=kind):
            return kind in (Kind.STRING, Kind.BINARY, Kind.ANY, Kind.NULL)
        case LiteralOf(values):
            return all(isinstance(value, str) for value in values)
        case Union(options=options):
            return all(_is_raw(option, schemas, aliases) for option in options)
        case Named(name):
            definition = schemas.definitions.get(name)
            if isinstance(definition, Alias):
                return name not in aliases and _is_raw(definition.type, schemas, (*aliases, name))
            return isinstance(definition, Enum) and isinstance(definition.members[0].value, str)
    return False
