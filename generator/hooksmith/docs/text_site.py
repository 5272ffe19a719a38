"""Pages → Markdown files for a repository of documentation, or texts for agents (llmstxt.org)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment

from ..ir import Resource
from ..plan.docstrings import md_code
from ..render import template_environment
from .definition_pages import definition_pages
from .event_pages import EventPage, event_page, examples_of
from .index import ApiIndex
from .markdown import md_block, md_fence, md_line, md_type, tidy
from .operation_pages import operation_pages
from .overview import overview_page
from .signatures import signature_view
from .site import DocumentedApi, harmless


def render_markdown(documented: Sequence[DocumentedApi]) -> dict[str, str]:
    """Return Markdown files: an overview, and one for each event, resource and definition."""
    return _in_folders(documented, _markdown_files, "README.md")


def render_llms(documented: Sequence[DocumentedApi]) -> dict[str, str]:
    """Return `llms.txt` with one text for the events and one for each resource."""
    return _in_folders(documented, _llms_files, "llms.txt")


def _in_folders(documented: Sequence[DocumentedApi], render: Any, first: str) -> dict[str, str]:
    if len(documented) == 1:
        return dict(render(documented[0]))
    files = {first: _text("suite", apis=documented, first=first)}
    for each in documented:
        files |= {f"{each.view.package}/{path}": text for path, text in render(each)}
    return files


def _markdown_files(documented: DocumentedApi) -> Iterator[tuple[str, str]]:
    index = ApiIndex(documented.api)
    overview = overview_page(index, documented.view, documented.names)
    events = list(_events(documented, index))
    yield "README.md", _text("overview", page=overview, index=index, events=events)
    for event in events:
        yield f"events/{index.event_stem(event.type)}.md", _text("event", page=event)
    yield from _common_files(documented, index)
    for definition in documented.api.definitions:
        pages = list(definition_pages(index, definition))
        yield (
            f"models/{index.definition_stem(definition.name)}.md",
            _text("definition", pages=pages),
        )


def _llms_files(documented: DocumentedApi) -> Iterator[tuple[str, str]]:
    index = ApiIndex(documented.api)
    overview = overview_page(index, documented.view, documented.names)
    events = list(_events(documented, index))
    yield (
        "llms.txt",
        _text(
            "llms", page=overview, index=index, events=events, has_webhook=documented.view.webhook
        ),
    )
    if events:
        yield "events.md", _text("events", page=overview, events=events)
    yield from _common_files(documented, index)


def _common_files(documented: DocumentedApi, index: ApiIndex) -> Iterator[tuple[str, str]]:
    """Return the files that both formats have: the signatures, and one for each resource."""
    api, view, names = documented.api, documented.view, documented.names
    signature = signature_view(api, view, examples_of(index), names)
    if signature is not None:
        yield "signatures.md", _text("signatures", page=signature)
    for resource in api.resources:
        path = f"resources/{index.resource_stem(resource)}.md"
        yield path, _resource_text(documented, index, resource)


def _resource_text(documented: DocumentedApi, index: ApiIndex, resource: Resource) -> str:
    view, names = documented.view, documented.names
    (methods,) = (each.methods for each in view.resources if each.name == resource.name)
    calls = [
        list(operation_pages(index, view, resource, operation, method, names))
        for operation, method in zip(resource.operations, methods, strict=True)
    ]
    return _text("resource", resource=resource, calls=calls)


def _events(documented: DocumentedApi, index: ApiIndex) -> Iterator[EventPage]:
    examples = examples_of(index)
    for event in documented.api.events.events:
        yield event_page(index, documented.view, event, examples, documented.names)


def _text(template: str, **views: Any) -> str:
    text: str = _environment().get_template(f"docs/markdown/{template}.md.jinja").render(**views)
    return tidy(harmless(text))


@cache
def _environment() -> Environment:
    """Return the environment of Markdown, whose values pass the filters instead of being escaped."""
    environment = template_environment(autoescape=False)
    for function in (md_block, md_line, md_code, md_fence, md_type):
        environment.filters[function.__name__] = function
    return environment
