"""Encoding Objects of form and multipart bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..ir import PropertyEncoding
from ..normalize import Normal
from ..openapi.media_types import is_form_or_multipart

_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")


def encodings(
    normal: Normal, content: Any, media_type: str, pointer: str
) -> Iterator[PropertyEncoding]:
    """Yield the encodings that differ from the default of their media type.

    Args:
        normal: The document, which takes the warnings.
        content: Media Type Object.
        media_type: Its media type.
        pointer: JSON Pointer to `content`.
    """
    objects = content.get("encoding") if isinstance(content, dict) else None
    if not isinstance(objects, dict) or not is_form_or_multipart(media_type):
        return
    for wire, encoding in objects.items():
        if isinstance(encoding, dict):
            property_encoding = PropertyEncoding(
                wire=wire,
                media_type=_media_type(encoding, media_type),
                style=_style(normal, encoding, pointer),
                explode=encoding.get("explode"),
                allow_reserved=encoding.get("allowReserved") is True,
            )
            if property_encoding.media_type or property_encoding.style:
                yield property_encoding


def _style(normal: Normal, encoding: Mapping[str, Any], pointer: str) -> str | None:
    """Return the style of a property; None if its media type decides.

    If any of `style`, `explode` and `allowReserved` is present, query parameters' rules apply (OpenAPI 3.1.1,
    4.8.15.1.2).
    """
    style = encoding.get("style")
    if style is not None and style not in _STYLES:
        normal.warn(pointer, f"the style {style!r} is none of forms, and is left out")
        style = None
    if style is None and ("explode" in encoding or "allowReserved" in encoding):
        return "form"
    return style


def _media_type(encoding: Mapping[str, Any], media_type: str) -> str | None:
    """Return the media type of a property if it is the only one and changes the body.

    In a URL-encoded form only JSON does.
    """
    content_type = str(encoding.get("contentType") or "").strip()
    if not content_type or "," in content_type or "*" in content_type:
        return None
    return content_type if "json" in content_type or media_type.startswith("multipart/") else None
