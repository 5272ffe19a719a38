"""Media types: which one to speak, and what a content without a schema is."""

from __future__ import annotations

from typing import Any

from ..ir import ANY, Kind, Scalar, Type
from ..normalize.grammar import Node

_PREFERENCE = (
    "application/json",
    "+json",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "text/",
)


def preferred(contents: dict[str, Any]) -> tuple[str | None, Node]:
    """The media type to speak where several are offered: JSON first, then forms, then text, then the first named."""
    for wanted in _PREFERENCE:
        for media_type, content in contents.items():
            plain = media_type.split(";")[0].strip().lower()
            if (
                plain == wanted
                or (wanted[0] == "+" and plain.endswith(wanted))
                or (wanted[-1] == "/" and plain.startswith(wanted))
            ):
                return media_type, content if isinstance(content, dict) else {}
    for media_type, content in contents.items():
        return media_type, content if isinstance(content, dict) else {}
    return None, {}


def opaque(media_type: str) -> Type:
    plain = media_type.split(";")[0].strip().lower()
    if plain == "application/json" or plain.endswith("+json"):
        return ANY
    return Scalar(Kind.STRING) if plain.startswith("text/") else Scalar(Kind.BINARY)


def is_form(media_type: str) -> bool:
    """Whether a body of this media type is a form of names and values alone."""
    return media_type.split(";")[0].strip().lower() == "application/x-www-form-urlencoded"
