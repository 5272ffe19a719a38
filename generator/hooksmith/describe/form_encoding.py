"""The `encoding` of forms and multipart bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..ir import PropertyEncoding
from ..normalize import Normal
from .content import essence

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")


def encodings(
    normal: Normal, content: Any, media_type: str, pointer: str
) -> Iterator[PropertyEncoding]:
    """What a media type says of how single properties are written, where that is not as they would be anyway."""
    stated = content.get("encoding") if isinstance(content, dict) else None
    if not isinstance(stated, dict) or essence(media_type) not in _FORMS:
        return
    for wire, encoding in stated.items():
        if isinstance(encoding, dict):
            found = PropertyEncoding(
                wire=wire,
                media_type=_media_type(encoding, media_type),
                style=_style(normal, encoding, pointer),
                explode=encoding.get("explode"),
                allow_reserved=encoding.get("allowReserved") is True,
            )
            if found.media_type or found.style:
                yield found


def _style(normal: Normal, encoding: Mapping[str, Any], pointer: str) -> str | None:
    """With any of three keywords present the rules of query parameters hold (OpenAPI 3.1.1, 4.8.15.1.2)."""
    style = encoding.get("style")
    if style is not None and style not in _STYLES:
        normal.warn(pointer, f"the style {style!r} is none of forms, and is left out")
        style = None
    if style is None and ("explode" in encoding or "allowReserved" in encoding):
        return "form"
    return style


def _media_type(encoding: Mapping[str, Any], media_type: str) -> str | None:
    """The one media type of a property; in a URL-encoded form JSON alone makes a difference."""
    stated = str(encoding.get("contentType") or "").strip()
    if not stated or "," in stated or "*" in stated:
        return None
    return stated if "json" in stated or media_type.startswith("multipart/") else None
