"""The first page of an API's site."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from markupsafe import Markup

from ..ir import Enum
from ..plan.views import PackageView
from .addresses import INNER
from .index import ApiIndex, Link
from .prose import prose
from .snippets import Names, handler_stub, operation_example, shell


class ServerRow(NamedTuple):
    url: str
    doc: Markup


class SchemeRow(NamedTuple):
    name: str
    category: str
    doc: Markup


class ResourceRow(NamedTuple):
    link: Link
    doc: Markup
    operations: tuple[Link, ...]
    more: int


class OverviewPage(NamedTuple):
    """The overview: description, contents and first steps of an API."""

    title: str
    version: str
    source: str
    doc: Markup
    description: str
    import_lines: str
    receive: str
    listen: str
    call: str
    servers: tuple[ServerRow, ...]
    schemes: tuple[SchemeRow, ...]
    resources: tuple[ResourceRow, ...]
    groups: tuple[tuple[str, int], ...]
    event_count: int
    model_count: int
    enum_count: int
    operation_count: int


_MOST_OPERATIONS = 8
_MOST_RESOURCES = 150


def overview_page(index: ApiIndex, view: PackageView, names: Names) -> OverviewPage:
    """Return the overview of an API; its links are those of a page at the top."""
    api = index.api
    events = api.events.events
    enums = sum(isinstance(definition, Enum) for definition in api.definitions)
    return OverviewPage(
        title=api.title or names.package,
        version=api.version,
        source=api.source,
        doc=prose(api.description),
        description=api.description,
        import_lines=_import_lines(view, names),
        receive=handler_stub(index, view, events[0], names) if events else "",
        listen=shell(["hooksmith", "listen", *names.target, "--secret", "s3cret"]),
        call=_first_call(index, view, names),
        servers=tuple(ServerRow(server.url, prose(server.description)) for server in api.servers),
        schemes=tuple(
            SchemeRow(scheme.name, scheme.kind.replace("_", " "), prose(scheme.description))
            for scheme in api.security_schemes
        ),
        resources=tuple(_resource_rows(index)),
        groups=tuple(Counter(event.group.replace("_", " ") for event in events).items())[:200],
        event_count=len(events),
        model_count=len(api.definitions) - enums,
        enum_count=enums,
        operation_count=sum(len(resource.operations) for resource in api.resources),
    )


def _resource_rows(index: ApiIndex) -> list[ResourceRow]:
    rows: list[ResourceRow] = []
    for resource in index.api.resources[:_MOST_RESOURCES]:
        shown = resource.operations[:_MOST_OPERATIONS]
        rows.append(
            ResourceRow(
                Link(resource.name, _top(index.resource_href(resource))),
                prose(resource.description),
                tuple(
                    Link(operation.name, _top(index.resource_href(resource, operation)))
                    for operation in shown
                ),
                len(resource.operations) - len(shown),
            )
        )
    return rows


def _top(href: str) -> str:
    """Return the link for a page at the top of the API's folder."""
    return href.removeprefix(INNER)


def _import_lines(view: PackageView, names: Names) -> str:
    lines = view.agents.imports if view.agents else ()
    prefix = f"from {view.import_name} "
    renamed = [f"from {names.package} {line.removeprefix(prefix)}" for line in lines]
    return "\n".join(renamed or [f"import {names.package}"])


def _first_call(index: ApiIndex, view: PackageView, names: Names) -> str:
    """Return an example of the first operation that needs the fewest arguments."""
    candidates = [
        (sum(not argument.default for argument in method.arguments), resource, operation, method)
        for resource, resource_view in zip(index.api.resources, view.resources, strict=True)
        for operation, method in zip(resource.operations, resource_view.methods, strict=True)
    ]
    if not candidates:
        return ""
    _, resource, operation, method = min(candidates, key=lambda candidate: candidate[0])
    return operation_example(index, resource, operation, method, names)
