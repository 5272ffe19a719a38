"""The items of an API → the file that the search of a site reads."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..plan.docstrings import in_short
from .fields import nested_rows
from .index import ApiIndex

Entry = tuple[str, str, str, str, list[str]]
"""Category, name, page, summary and the paths of fields."""


def search_index(index: ApiIndex) -> str:
    """Return a script that hands the entries over: pages opened from files cannot fetch data."""
    entries = list(_entries(index))
    text = json.dumps(entries, ensure_ascii=True, separators=(",", ":"))
    return f"window.searchEntries = {text};\n"


def _entries(index: ApiIndex) -> Iterator[Entry]:
    for event in index.api.events.events:
        page = f"events/{index.event_stem(event.type)}.html"
        paths = [row.path for row in nested_rows(index, event.model)]
        yield "event", event.type, page, _short(event.summary or event.description), paths
    for resource in index.api.resources:
        for operation in resource.operations:
            page = f"resources/{index.resource_stem(resource, operation)}.html"
            fields = [parameter.field.wire for parameter in operation.parameters]
            fields += [
                field.wire for field in (operation.body.fields or () if operation.body else ())
            ]
            name = f"{resource.name}.{operation.name}"
            summary = f"{operation.method} {operation.path}"
            yield "call", name, page, summary, list(dict.fromkeys(fields))
    delivered = {name for event in index.api.events.events for name in event.models}
    for definition in index.api.definitions:
        page = f"models/{index.definition_stem(definition.name)}.html"
        category = type(definition).__name__.lower()
        # The fields of an event are found on its own page.
        fields_here = [] if definition.name in delivered else index.fields(definition.name)
        paths = [field.wire for field in fields_here]
        yield category, definition.name, page, _short(definition.description), paths


def _short(text: str) -> str:
    return in_short(" ".join(text.partition("\n")[0].split()))[:160]
