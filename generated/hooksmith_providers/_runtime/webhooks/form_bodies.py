"""Bodies of the media type `application/x-www-form-urlencoded`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import from_json

from ..media_types import essence_of
from .signatures.message import AnyHeaders, header_values

FORM = "application/x-www-form-urlencoded"


def media_type_of(headers: AnyHeaders) -> str:
    """Return the media type that the headers declare, without parameters; empty if they declare none."""
    return next((essence_of(value) for value in header_values(headers, "Content-Type")), "")


def is_form(raw: bytes, headers: AnyHeaders) -> bool:
    """Return whether a body is a form: it does not begin as JSON does, and no Content-Type declares another type.

    The Content-Type is rarely signed, so it cannot make a form of a body that was signed as JSON.
    """
    return not begins_as_json(raw) and media_type_of(headers) in ("", FORM)


def begins_as_json(raw: bytes) -> bool:
    """Return whether a body begins as a JSON object or array; the first character of a form is encoded there."""
    return raw[:64].lstrip()[:1] in (b"{", b"[", b"\xef")


def read_form(raw: bytes, fields: Mapping[str, str]) -> dict[str, Any] | list[Any]:
    """Return the properties of an event from a form, or the JSON that a field carries.

    `fields`: property → its notation: `text`, `value` (empty for null), `list` (one field an item) or `json`. A field
    of another name that is alone carries the event, or a batch of events, in JSON, such as `payload={…}`.
    """
    values_by_name = _fields(raw)
    if len(values_by_name) == 1:
        ((name, values),) = values_by_name.items()
        carried = _data(values[0]) if name not in fields and len(values) == 1 else None
        if carried is not None:
            return carried
    return {
        name: _property(fields.get(name, "text"), values)
        for name, values in values_by_name.items()
        if fields.get(name) != "value" or values != [""]
    }


def read_carrier(raw: bytes) -> dict[str, Any] | list[Any] | None:
    """Return the JSON in the only field of a form, as in `payload={…}`; None for any other form."""
    fields = [value for values in _fields(raw).values() for value in values]
    return _data(fields[0]) if len(fields) == 1 else None


def _fields(raw: bytes) -> dict[str, list[str]]:
    """Return the values of each field of a form."""
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True):
        fields.setdefault(name, []).append(value)
    return fields


def _property(notation: str, values: list[str]) -> Any:
    if notation == "list" or len(values) > 1:
        return values
    data = _data(values[0]) if notation == "json" else None
    return values[0] if data is None else data


def _data(value: str) -> dict[str, Any] | list[Any] | None:
    """Return the object or array of a JSON text; None for other texts."""
    if value.lstrip()[:1] not in ("{", "["):
        return None
    try:
        data = from_json(value)
    except ValueError:
        return None
    return data if isinstance(data, dict | list) else None
