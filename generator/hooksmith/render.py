"""Views → files: the Jinja environment, and the table of every file that the tool can write."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from .caching.store import write_whole
from .output.runtime_copy import templates
from .plan.docstrings import comment, docstring, md_code, md_text, one_line
from .plan.literals import literal, mapping
from .plan.views import PackageView


def _one(attribute: str) -> Callable[[PackageView], Iterator[tuple[str, Any]]]:
    """Select the view under `attribute`, if the package has it."""

    def select(view: PackageView) -> Iterator[tuple[str, Any]]:
        if getattr(view, attribute):
            yield "", getattr(view, attribute)

    return select


def _resources(view: PackageView) -> Iterator[tuple[str, Any]]:
    for resource in view.resources:
        yield resource.module, resource


def _with_operations(view: PackageView) -> Iterator[tuple[str, Any]]:
    return (each for each in _resources(view) if each[1].methods)


def _model_modules(view: PackageView) -> Iterator[tuple[str, Any]]:
    for module in view.model_modules.modules if view.model_modules else ():
        yield module.name, module


def _always(view: PackageView) -> Iterator[tuple[str, Any]]:
    yield "", view


class Output(NamedTuple):
    """A file of a package: its template, whose path mirrors the file's, its path, and the selection of its views."""

    template: str
    path: str
    select: Callable[[PackageView], Iterator[tuple[str, Any]]]


FILES = (
    Output("api/__init__.py.jinja", "__init__.py", _always),
    Output("api/models.py.jinja", "models.py", _one("models")),
    Output("api/models/__init__.py.jinja", "models/__init__.py", _one("model_modules")),
    Output("api/models/module.py.jinja", "models/{}.py", _model_modules),
    Output("api/params.py.jinja", "params.py", _one("params")),
    Output("api/event_types.py.jinja", "event_types.py", _one("event_types")),
    Output("api/analytic_events.py.jinja", "analytic_events.py", _one("analytic_events")),
    Output("api/events.py.jinja", "events.py", _one("events")),
    Output("api/callbacks.py.jinja", "callbacks.py", _one("callbacks")),
    Output("api/callback_receiver.py.jinja", "callback_receiver.py", _one("callback_receiver")),
    Output("api/webhook.py.jinja", "webhook.py", _one("webhook")),
    Output("api/testing/__init__.py.jinja", "testing/__init__.py", _one("webhook")),
    Output("api/testing/examples.json.jinja", "testing/examples.json", _one("examples")),
    Output("api/client.py.jinja", "client.py", _one("client")),
    Output("api/resources/__init__.py.jinja", "resources/__init__.py", _one("resources")),
    Output("api/resources/resource.py.jinja", "resources/{}.py", _resources),
    Output("api/operations/__init__.py.jinja", "operations/__init__.py", _one("resources")),
    Output("api/operations/operations.py.jinja", "operations/{}.py", _with_operations),
    Output("api/operations/_api.py.jinja", "operations/_api.py", _one("client")),
    Output("api/api.md.jinja", "api.md", _always),
    Output("api/AGENTS.md.jinja", "AGENTS.md", _one("agents")),
    Output("api/py.typed.jinja", "py.typed", _always),
)


def render(view: PackageView) -> dict[str, str]:
    """The files of one API's package, unformatted: path → text."""
    files: dict[str, str] = {}
    for output in FILES:
        for name, selected in output.select(view):
            template = _environment().get_template(output.template)
            files[output.path.format(name)] = template.render(package=view, view=selected)
    return files


def render_suite(apis: list[str]) -> dict[str, str]:
    """Render the top of a package of several APIs."""
    return {
        "__init__.py": _environment().get_template("suite/__init__.py.jinja").render(apis=apis),
        "py.typed": "",
    }


def template_environment(
    *, autoescape: bool, bytecode_cache: BytecodeCache | None = None
) -> Environment:
    """Return a Jinja environment over the templates, in which an undefined name is an error."""
    return Environment(
        loader=FileSystemLoader(templates()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=autoescape,  # noqa: S701 - False for Python and Markdown, whose values pass filters
        auto_reload=False,
        bytecode_cache=bytecode_cache,
    )


@cache
def _environment() -> Environment:
    """Return the environment of Python modules, whose values pass the filters instead of being escaped."""
    environment = template_environment(autoescape=False, bytecode_cache=_CompiledTemplates())
    environment.filters["literal"] = literal
    environment.filters["mapping"] = mapping
    environment.filters["docstring"] = docstring
    environment.filters["one_line"] = one_line
    environment.filters["comment"] = comment
    environment.filters["md_text"] = md_text
    environment.filters["md_code"] = md_code
    return environment


class _CompiledTemplates(BytecodeCache):
    """Compiled templates, stored in `__pycache__` as Python stores compiled modules, and checked by content."""

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return filename or name

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError), Path(cache_from_source(bucket.key)).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        path = Path(cache_from_source(bucket.key))
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, [bucket.bytecode_to_string()])
