"""First configuration of a project, and first lines of code that use the generated package."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..catalogue import catalogue_entry, catalogue_names
from ..config import FILE_NAMES
from ..errors import ConfigError, Place
from ..frozen import value
from ..ir import Api, Operation
from ..ir.queries import has_event_type, signs_url
from ..naming.casing import snake
from ..settings import check_identifier
from ..suggest import did_you_mean
from .pull import check_url

_HEAD = """\
# hooksmith: `hooksmith generate` writes the package OUT/PACKAGE, `hooksmith check` tells in CI whether it is current.
{table}
out = "."                   # folder that the package goes into
package = "{package}"       # name of the package: from {package}.{api} import ...
formatter = "black"         # black, ruff or none
strict = false              # true: what is wrong with a document, but usable, is an error
"""

_API = """
{table}
spec = "{spec}"{comment}
{signature}
# overlay = ["fixes.yaml"]  # changes of your own to the document: OpenAPI Overlays, applied in order
# names = {{ "/components/schemas/Pet" = "Animal" }}
"""


@value(kw_only=True)
class Start:
    """An API to begin with. `spec`: path or URL of its document, for the configuration."""

    name: str
    spec: str
    signature: str | None = None
    note: str = ""


def parse_source(source: str, folder: Path) -> Start:
    """Return the API that an argument of `hooksmith init` means: a provider's name, a URL, or a path.

    Raises ConfigError if a name is unknown or a file does not exist.
    """
    if source in catalogue_names():
        entry = catalogue_entry(source)
        return Start(name=source, spec=entry.document, signature=entry.signature, note=entry.note)
    if re.match(r"https?://", source):
        check_url(source)
        parts = urlsplit(source)
        return Start(name=_api_name(parts.path, parts.hostname or ""), spec=source)
    path = folder / source
    if path.is_file():
        return Start(name=_api_name(Path(source).as_posix(), "api"), spec=Path(source).as_posix())
    known = ", ".join(catalogue_names())
    hint = (
        did_you_mean(source, catalogue_names())
        or f"providers: {known}; or a file, or an https:// URL"
    )
    raise ConfigError.at(Place(file=source), "neither a provider nor a file", hint=hint)


def _api_name(path: str, fallback: str) -> str:
    """Return an identifier for a document: from its file, its folder, or `fallback` if these have generic names."""
    parts = [re.sub(r"\.(json|ya?ml)$", "", part) for part in path.split("/")]
    telling = [part for part in parts if part not in ("", ".", "..", "openapi", "swagger", "spec")]
    name = snake(re.sub(r"\W+", "_", telling[-1] if telling else fallback)).strip("_")
    try:
        return check_identifier(name)
    except ValueError:
        return "api"


def configuration_file(folder: Path) -> Path:
    """Return the file of the configuration: hooksmith.toml or pyproject.toml if one exists, else hooksmith.toml."""
    for name in FILE_NAMES:
        if (folder / name).is_file():
            return folder / name
    return folder / FILE_NAMES[0]


def configured_text(path: Path, start: Start, package: str) -> str:
    """Return the text of the configuration file with the API added at its end; the present text stays unchanged.

    Raises ConfigError if the file cannot be read or has the API already.
    """
    text = path.read_text("utf-8") if path.is_file() else ""
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError.at(Place(file=str(path)), str(error)) from error
    is_project = path.name == "pyproject.toml"
    table = data.get("tool", {}).get("hooksmith") if is_project else data or None
    if table and start.name in table.get("apis", {}):
        hint = "`hooksmith generate` uses it; delete it to begin anew"
        raise ConfigError.at(
            Place(file=str(path)), f"has the API {start.name!r} already", hint=hint
        )
    prefix = "tool.hooksmith." if is_project else ""
    head = "" if table else _head(start, package, is_project=is_project)
    parts = [
        text.rstrip("\n"),
        head.rstrip("\n"),
        _api_table(start, f"[{prefix}apis.{start.name}]"),
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _head(start: Start, package: str, *, is_project: bool) -> str:
    table = "[tool.hooksmith]" if is_project else ""
    text = _HEAD.format(table=table, package=package, api=start.name)
    return re.sub(r"\n\n+", "\n", text)


def _api_table(start: Start, table: str) -> str:
    is_url = "://" in start.spec
    comment = (
        "  # `hooksmith pull` fetches it, `hooksmith pull --check` tells of a newer one"
        if is_url
        else ""
    )
    signature = (
        f'signature = "{start.signature}"'
        if start.signature
        else '# signature = "github"      # how deliveries are signed, if the document does not say it'
    )
    return _API.format(table=table, spec=start.spec, comment=comment, signature=signature)


# --- the first lines of code -------------------------------------------------------------------------------------


def first_lines(api: Api, module: str) -> str:
    """Return Python code that uses a generated package: a receiver if it has events, otherwise a first call."""
    if api.events.events and api.signature:
        return "\n".join(_receiver_lines(api, module))
    operation = next(
        (
            (resource.name, operation)
            for resource in api.resources
            for operation in resource.operations
        ),
        None,
    )
    return "\n".join(_call_lines(api, module, *operation)) if operation else ""


def _receiver_lines(api: Api, module: str) -> Iterator[str]:
    events = api.events.events if has_event_type(api) else ()
    event = next((each for each in events if each.models), None)
    names = ", ".join(sorted([*(event.models[:1] if event else ()), "Webhook", "WebhookReceiver"]))
    yield f"from {module} import {names}"
    yield ""
    url = ', url="https://..."' if signs_url(api.signature) else ""
    yield f'receiver = WebhookReceiver(Webhook(secret="..."){url})  # an ASGI app: uvicorn MODULE:receiver'
    yield ""
    yield ""
    if event:
        yield f"@receiver.on({event.models[0]})"
        yield f"def handle(event: {event.models[0]}) -> None:"
    else:
        yield "@receiver.on_any"
        yield "def handle(event: object) -> None:"
    yield "    print(event)"


def _call_lines(api: Api, module: str, resource: str, operation: Operation) -> Iterator[str]:
    credentials = [
        f'{scheme.argument}="..."' for scheme in api.security_schemes if scheme.kind == "bearer"
    ]
    needed = [each.field.name for each in operation.parameters if each.field.required]
    if operation.body is not None:
        body_fields = operation.body.fields
        needed += (
            ["body"]
            if body_fields is None
            else [field.name for field in body_fields if field.required]
        )
    arguments = ", ".join(f'{name}="..."' for name in needed)
    yield f"from {module} import {api.client.name}"
    yield ""
    yield f"client = {api.client.name}({', '.join(credentials[:1])})"
    yield f"print(client.{resource}.{operation.name}({arguments}))"
