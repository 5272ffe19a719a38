"""Events → views of their pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from ..ir import Event
from ..plan.docstrings import sentence
from ..plan.examples import plan_examples
from ..plan.views import PackageView
from .addresses import part_path
from .fields import (
    PAGE_BUDGET,
    FieldRow,
    ProvenanceView,
    nested_rows,
    provenance_view,
    split_by_size,
)
from .index import ApiIndex, Link
from .prose import prose
from .snippets import Names, handler_stub, trigger_command

_LONGEST_EXAMPLE = 20_000


class EventPage(NamedTuple):
    path: str
    type: str
    models: tuple[Link, ...]
    group: str
    doc: Markup
    description: str
    summary: str
    is_deprecated: bool
    is_batch: bool
    media_type: str
    provenance: ProvenanceView | None
    rows: tuple[FieldRow, ...]
    row_notes: tuple[Link, ...]
    """The pages of definitions with all rows, where the event has several classes or too many rows."""
    headers: tuple[tuple[str, str], ...]
    example: str
    example_path: str
    """The file of an example that is too long for the page."""
    handler: str
    trigger: str


def event_page(
    index: ApiIndex, view: PackageView, event: Event, examples: Mapping[str, Any], names: Names
) -> EventPage:
    """Return the page of an event."""
    example = examples[event.type]
    headers = example.get("headers", {}) if view.whole_examples else {}
    body = example["body"] if view.whole_examples else example
    text = json.dumps(body, indent=2, ensure_ascii=False)
    is_long = len(text) > _LONGEST_EXAMPLE
    stem = index.event_stem(event.type)
    rows = nested_rows(index, event.model)
    (shown, *rest) = split_by_size(rows, (row.size for row in rows), PAGE_BUDGET // 2)
    links = tuple(Link(name, index.definition_href(name)) for name in event.models)
    return EventPage(
        path=part_path(stem, 1),
        type=event.type,
        models=links,
        group=event.group.replace("_", " "),
        doc=prose(event.description),
        description=event.description,
        summary=sentence(" ".join(event.summary.split())),
        is_deprecated=event.deprecated,
        is_batch=event.batch,
        media_type=event.media_type or "application/json",
        provenance=provenance_view(event.provenance),
        rows=tuple(shown),
        row_notes=links if rest or len(links) > 1 else (),
        headers=tuple((name, str(value)) for name, value in headers.items()),
        example=text[:_LONGEST_EXAMPLE] if is_long else text,
        example_path=f"{stem}.json" if is_long else "",
        handler=handler_stub(index, view, event, names),
        trigger=trigger_command(event, names) if view.webhook else "",
    )


def examples_of(index: ApiIndex) -> dict[str, Any]:
    """Return the examples of an API by event type, also of one whose package has no examples."""
    text = plan_examples(index.api, index.definitions)
    return json.loads(text) if text else {}


def example_text(view: PackageView, example: Any) -> str:
    """Return the body of an example as a file."""
    body = example["body"] if view.whole_examples else example
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
