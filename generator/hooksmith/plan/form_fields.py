"""Encoding of properties in URL-encoded forms, for the runtime's `read_form`."""

from __future__ import annotations

from collections.abc import Mapping

from ..ir import (
    Alias,
    AnyDefinition,
    Api,
    Array,
    Kind,
    Map,
    Model,
    Named,
    Scalar,
    Tuple,
    Type,
    Union,
)
from ..ir.queries import all_fields
from ..openapi.media_types import is_form


def event_form_fields(api: Api, definitions: Mapping[str, AnyDefinition]) -> dict[str, str]:
    """Return property → encoding for the events that are sent as forms."""
    encodings: dict[str, str] = {}
    for event in api.events.events:
        if is_form(event.media_type or "") and not event.carrier:
            for name in event.models:
                for wire, encoding in form_fields(name, definitions).items():
                    encodings.setdefault(wire, encoding)
    return encodings


def form_fields(name: str, definitions: Mapping[str, AnyDefinition]) -> dict[str, str]:
    """Return property → encoding for a model."""
    definition = definitions[name]
    fields = all_fields(definition, definitions) if isinstance(definition, Model) else ()
    return {field.wire: _encoding(field.type, definitions) for field in fields}


def _encoding(type_: Type, definitions: Mapping[str, AnyDefinition]) -> str:
    """Return `json`, `list`, `text` or `value` (OpenAPI, Encoding Object): objects as JSON, arrays by repetition."""
    match type_:
        case Named(name):
            definition = definitions[name]
            if isinstance(definition, Alias):
                return _encoding(definition.type, definitions)
            return "json" if isinstance(definition, Model) else "text"
        case Array(items=items):
            return "json" if _encoding(items, definitions) == "json" else "list"
        case Map() | Tuple():
            return "json"
        case Union(options=options):
            encodings = {_encoding(option, definitions) for option in options} - {"value"}
            return encodings.pop() if len(encodings) == 1 else "text" if encodings else "value"
        case Scalar(kind=Kind.STRING | Kind.ANY | Kind.BINARY):
            return "text"
    return "value"
