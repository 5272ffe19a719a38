"""Pages → HTML files: the Jinja environment, and the table of every page of an API's site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment
from markupsafe import Markup

from ..diff.report import Report
from ..frozen import value
from ..ir import Api
from ..output.runtime_copy import templates
from ..plan.views import PackageView
from ..render import template_environment
from .changes import changes_view
from .definition_pages import definition_pages
from .event_pages import EventPage, event_page, example_text, examples_of
from .index import ApiIndex, Link
from .list_pages import definition_list, event_list
from .operation_pages import operation_pages, resource_pages
from .overview import overview_page
from .prose import prose
from .search import search_index
from .signatures import signature_view
from .snippets import Names

ASSETS = ("style.css", "theme.js", "site.js")


@value(kw_only=True)
class DocumentedApi:
    """An API to document: its description, the plan of its package, and its names."""

    api: Api
    view: PackageView
    names: Names
    report: Report | None = None
    """The comparison with an older version of the document."""


class _Context(NamedTuple):
    """Names and links that all pages of an API share. `root`: the prefix of links to the folder of the API."""

    title: str
    version: str
    package: str
    root: str
    assets: str
    home: str
    """The page that lists all APIs; empty where there is one alone."""
    sections: tuple[Link, ...]


def render_site(documented: Sequence[DocumentedApi]) -> dict[str, str]:
    """Return the files of a site: path → text. Several APIs have a folder each, by the name of their package."""
    files = {f"assets/{name}": (templates() / "docs" / name).read_text("utf-8") for name in ASSETS}
    if len(documented) == 1:
        return {**files, **_api_files(documented[0], assets="assets/", home="")}
    links: list[tuple[Link, DocumentedApi]] = []
    for each in documented:
        folder = each.view.package
        for path, text in _api_files(each, assets="../assets/", home="../index.html").items():
            files[f"{folder}/{path}"] = text
        links.append((Link(each.api.title or folder, f"{folder}/index.html"), each))
    template = _environment().get_template("docs/suite.html.jinja")
    return {"index.html": harmless(template.render(apis=links, assets="assets/")), **files}


def _api_files(documented: DocumentedApi, *, assets: str, home: str) -> dict[str, str]:
    index = ApiIndex(documented.api)
    context = _Context(
        title=documented.api.title or documented.names.package,
        version=documented.api.version,
        package=documented.names.package,
        root="",
        assets=assets,
        home=home,
        sections=tuple(_sections(documented)),
    )
    inner = context._replace(root="../", assets=f"../{assets}", home=f"../{home}" if home else "")
    files: dict[str, str] = {}
    examples = examples_of(index)
    for path, template, page in _pages(documented, index, examples):
        site = inner if "/" in path else context
        if isinstance(page, EventPage) and page.example_path:
            file = f"events/{page.example_path}"
            files[file] = example_text(documented.view, examples[page.type])
        files[path] = harmless(_template(template).render(site=site, page=page, path=path))
    files["search-index.js"] = search_index(index)
    return files


def _sections(documented: DocumentedApi) -> Iterator[Link]:
    api, view = documented.api, documented.view
    yield Link("Overview", "index.html")
    if api.events.events:
        yield Link("Events", "events/index.html")
    if api.resources:
        yield Link("Calls", "index.html#calls")
    if api.definitions:
        yield Link("Models", "models/index.html")
    if view.webhook is not None:
        yield Link("Signatures", "signatures.html")
    if documented.report is not None:
        yield Link("Changes", "changes.html")


def _pages(
    documented: DocumentedApi, index: ApiIndex, examples: Mapping[str, Any]
) -> Iterator[tuple[str, str, Any]]:
    """Return path, template and view of every page."""
    api, view, names = documented.api, documented.view, documented.names
    yield "index.html", "overview", overview_page(index, view, names)
    signature = signature_view(api, view, examples, names)
    if signature is not None:
        yield "signatures.html", "signatures", signature
    if documented.report is not None:
        yield "changes.html", "changes", changes_view(documented.report, index)
    for events in event_list(index):
        yield f"events/{events.path}", "list", events
    for event in api.events.events:
        page = event_page(index, view, event, examples, names)
        yield f"events/{page.path}", "event", page
    for resource, resource_view in zip(api.resources, view.resources, strict=True):
        for listing in resource_pages(index, resource):
            yield f"resources/{listing.path}", "resource", listing
        for operation, method in zip(resource.operations, resource_view.methods, strict=True):
            for call in operation_pages(index, view, resource, operation, method, names):
                yield f"resources/{call.path}", "operation", call
    for models in definition_list(index):
        yield f"models/{models.path}", "list", models
    for definition in api.definitions:
        for shown in definition_pages(index, definition):
            yield f"models/{shown.path}", "definition", shown


_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters and noncharacters that HTML forbids (13.2.3.5), and lone surrogates."""


def harmless(text: str) -> str:
    """Return a text with a replacement character for each that no page may have."""
    return _FORBIDDEN.sub("\ufffd", text)


@cache
def _template(name: str) -> Any:
    return _environment().get_template(f"docs/{name}.html.jinja")


@cache
def _environment() -> Environment:
    environment = template_environment(autoescape=True)
    environment.filters["prose"] = prose
    environment.filters["breakable"] = breakable
    return environment


_BREAK = re.compile(r"(?<=[._/:-])(?=[^._/:-])|(?<=[a-z])(?=[A-Z])")


def breakable(text: str) -> Markup:
    """Return a long name with places where a line may end: after signs, and before capitals."""
    return Markup("<wbr>").join(_BREAK.split(text))
