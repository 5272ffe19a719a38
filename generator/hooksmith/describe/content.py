"""Media types: which to speak, and what of a schema each of them can carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ir import ANY, Alias, Content, Enum, Kind, LiteralOf, Named, Scalar, Type, Union
from ..json_pointer import escape
from ..openapi.grammar import Node
from .schemas import Schemas

_PREFERENCE = (
    "application/json",
    "+json",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "text/",
)


def preferred(contents: dict[str, Any]) -> tuple[str | None, Node]:
    """The media type to speak where several are offered: JSON first, then forms, then text, then the first named."""
    return next(iter(offered(contents)), (None, {}))


def offered(contents: dict[str, Any]) -> list[tuple[str, Node]]:
    """All media types with their descriptions, the preferred one first; keys that are no media type only if alone."""
    real = [key for key in contents if "/" in key] or list(contents)
    first = next((key for wanted in _PREFERENCE for key in real if _is(wanted, key)), None)
    ordered = sorted(real, key=lambda key: key != first) if first is not None else real
    return [(key, contents[key] if isinstance(contents[key], dict) else {}) for key in ordered]


def _is(wanted: str, media_type: str) -> bool:
    plain = essence(media_type)
    return (
        plain == wanted
        or (wanted[0] == "+" and plain.endswith(wanted))
        or (wanted[-1] == "/" and plain.startswith(wanted))
    )


def essence(media_type: str) -> str:
    """A media type without its parameters: `text/plain; charset=utf-8` → `text/plain`."""
    return media_type.partition(";")[0].strip().lower()


def sent_contents(schemas: Schemas, contents: dict[str, Any], pointer: str) -> Iterator[Content]:
    """The media types of a request's body with what each takes, the preferred one first.

    The type is None where an object goes in a format that nobody here writes.
    """
    for media_type, content in offered(contents):
        kind = _described(schemas, media_type, content, pointer)
        plain = essence(media_type)
        writable = _is_json(plain) or _is_form(plain) or _is_raw(kind, schemas)
        yield Content(media_type=media_type, type=kind if writable else None)


def received_contents(
    schemas: Schemas, contents: dict[str, Any], pointer: str
) -> Iterator[Content]:
    """The media types of a reply with what each is read as, the preferred one first.

    An object in a format that is not JSON stays unread where there is something else to ask for, and is raw where
    there is not. So do server-sent events, which are for `stream`.
    """
    for media_type, content in offered(contents):
        kind = _described(schemas, media_type, content, pointer)
        readable = _is_readable(kind, essence(media_type), schemas)
        yield Content(media_type=media_type, type=kind if readable else None)


def raw(media_type: str) -> Type:
    """What a content is that nobody here reads: text, or bytes."""
    return Scalar(Kind.STRING if essence(media_type).startswith("text/") else Kind.BINARY)


def is_event_stream(media_type: str) -> bool:
    """Whether a media type is for replies that come piece by piece (server-sent events)."""
    return essence(media_type) == "text/event-stream"


def _described(schemas: Schemas, media_type: str, content: Node, pointer: str) -> Type:
    if "schema" not in content:
        return opaque(media_type)
    return schemas.type_at(content["schema"], f"{pointer}/content/{escape(media_type)}/schema")


def _is_readable(kind: Type, plain: str, schemas: Schemas) -> bool:
    """JSON holds everything, plain text what JSON text can say; anything else is text or bytes."""
    if is_event_stream(plain):
        return False
    if _is_json(plain) or plain in ("text/plain", "*/*", "application/*"):
        return True
    return _is_raw(kind, schemas)


def _is_raw(kind: Type, schemas: Schemas, above: tuple[str, ...] = ()) -> bool:
    """Whether a type is text, bytes or anything, as a content that is not JSON can be."""
    schemas.finish()
    match kind:
        case Scalar(kind=form):
            return form in (Kind.STRING, Kind.BINARY, Kind.ANY, Kind.NULL)
        case LiteralOf(values):
            return all(isinstance(value, str) for value in values)
        case Union(options=options):
            return all(_is_raw(option, schemas, above) for option in options)
        case Named(name):
            definition = schemas.definitions.get(name)
            if isinstance(definition, Alias):
                return name not in above and _is_raw(definition.type, schemas, (*above, name))
            return isinstance(definition, Enum) and isinstance(definition.members[0].value, str)
    return False


def _is_json(plain: str) -> bool:
    return plain in ("application/json", "text/json") or plain.endswith("+json")


def _is_form(plain: str) -> bool:
    return plain in ("multipart/form-data", "application/x-www-form-urlencoded")


def opaque(media_type: str) -> Type:
    """The type of a content without a schema."""
    return ANY if _is_json(essence(media_type)) else raw(media_type)


def is_form(media_type: str) -> bool:
    """Whether a body of this media type is a form of names and values alone."""
    return essence(media_type) == "application/x-www-form-urlencoded"
