"""`[tool.hooksmith]` of a pyproject.toml, or a hooksmith.toml, → a frozen model.

    [tool.hooksmith]
    out = "generated"                 # folder that the package goes into
    package = "hooksmith_providers"   # its name
    formatter = "black"               # black, ruff or none
    strict = true                     # whether warnings about a document are errors
    pagination = "off"                # pages are those that the document declares; "on" recognises the usual forms
    operation_names = "document"      # methods are named as operations are; "short" leaves out their resource's name

    resources = "nested"              # resources nest as the paths below a tag do; "tags": each tag is one resource

    [tool.hooksmith.apis.workos]      # one subpackage each
    spec = "specs/workos/openapi.yaml" # a file, or an https:// URL that `hooksmith pull` fetches
    roots = ["specs/shared"]          # further folders that $refs may reach
    overlay = ["specs/fixes.yaml"]    # OpenAPI Overlays, applied to the document in order
    names = { "/components/schemas/WebhookEndpointJson" = "WebhookEndpoint" }
    signature = "github"              # as x-hooksmith-signature and x-hooksmith-events, for a document of others
    events = { type = [{ header = "X-GitHub-Event" }, "/action"] }
    environment = "OPENAI"            # the client reads OPENAI_API_KEY, whatever the package's name
    include = { tags = ["issues"] }   # the part to generate, by patterns of tags, paths, operations and webhooks
    exclude = { paths = ["/admin/*"] } # what to leave out of it

In hooksmith.toml the same keys stand at the top level. Paths are relative to the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from .errors import ConfigError, Diagnostic, Place
from .extensions.schema import check_statement
from .load.lock_file import check_fetched
from .settings import Formatter as Formatter
from .settings import Patterns
from .settings import Settings as Settings
from .settings import check_identifier as check_identifier
from .suggest import did_you_mean

FILE_NAMES = ("hooksmith.toml", "pyproject.toml")


def _check_pointer(pointer: str) -> str:
    if not re.fullmatch(r"(/([^~/]|~[01])*)+", pointer):
        raise ValueError(f"{pointer!r} is not a JSON pointer, such as /components/schemas/Pet")
    return pointer


def _check_public(name: str) -> str:
    if name.startswith("_"):
        raise ValueError(f"{name!r} starts with an underscore, as only our own packages do")
    return name


def _check_signature(signature: Any) -> Any:
    return None if signature is None else check_statement("x-hooksmith-signature", signature)


def _check_events(events: Any) -> Any:
    return None if events is None else check_statement("x-hooksmith-events", events)


def _check_path(path: Path) -> Path:
    if "\0" in str(path):
        raise ValueError("a path has no null characters")
    return path


FilePath = Annotated[Path, AfterValidator(_check_path)]
Identifier = Annotated[str, AfterValidator(check_identifier)]
ApiName = Annotated[Identifier, AfterValidator(_check_public)]
Pointer = Annotated[str, AfterValidator(_check_pointer)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PatternsConfig(_Frozen):
    """`include` and `exclude`: patterns of operations and webhooks, see `settings.Patterns`."""

    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()

    @property
    def patterns(self) -> Patterns:
        """The same, as settings."""
        return Patterns(
            tags=self.tags, paths=self.paths, operations=self.operations, webhooks=self.webhooks
        )


class ApiConfig(_Frozen):
    """`[tool.hooksmith.apis.<name>]`: one subpackage."""

    spec: FilePath
    roots: tuple[FilePath, ...] = ()
    overlay: tuple[FilePath, ...] = ()
    names: dict[Pointer, Identifier] = {}
    signature: Annotated[str | dict[str, Any] | None, AfterValidator(_check_signature)] = None
    events: Annotated[dict[str, Any] | None, AfterValidator(_check_events)] = None
    environment: Annotated[str | None, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] = None
    include: PatternsConfig = PatternsConfig()
    exclude: PatternsConfig = PatternsConfig()


class Config(_Frozen):
    """`[tool.hooksmith]`: a package of subpackages. Paths are relative to the working folder, not to the file."""

    out: FilePath
    package: Identifier
    formatter: Formatter = "black"
    strict: bool = True
    operation_names: Literal["short", "document"] | None = None
    pagination: Literal["on", "off"] | None = None
    resources: Literal["tags", "nested"] | None = None
    apis: Annotated[dict[ApiName, ApiConfig], Field(min_length=1)]

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)
    """Name of an API → its `spec` as written."""
    _urls: dict[str, str] = PrivateAttr(default_factory=dict)
    _path: Path = PrivateAttr(default=Path())

    @property
    def urls(self) -> Mapping[str, str]:
        """Name of an API → the URL of its document, for those whose `spec` is a URL."""
        return self._urls

    @property
    def folder(self) -> Path:
        """Folder of the package."""
        return self.out / self.package

    def settings(self, name: str) -> Settings:
        """Return the settings of the API `name`. Raises ConfigError if its document has to be fetched first."""
        api = self.apis[name]
        if name in self._urls:
            check_fetched(self._path, name, self._urls[name])
        return Settings(
            package=name,
            formatter=self.formatter,
            names=api.names,
            signature=api.signature,
            events=api.events,
            operation_names=self.operation_names,
            pagination=self.pagination,
            resources=self.resources,
            environment=api.environment,
            include=api.include.patterns,
            exclude=api.exclude.patterns,
            runtime="shared",
            roots=api.roots,
            overlays=api.overlay,
            strict=self.strict,
            source=self._sources.get(name, ""),
            suite=self.package,
        )


def find_config(start: Path) -> Path:
    """Return the nearest hooksmith.toml, or pyproject.toml with [tool.hooksmith], in `start` or above it."""
    for folder in (start, *start.resolve().parents):
        for name in FILE_NAMES:
            path = folder / name
            if path.is_file() and _table(path, _read(path)) is not None:
                return path
    raise ConfigError.at(
        Place(file=str(start)),
        "no [tool.hooksmith] in a pyproject.toml, and no hooksmith.toml, here or above",
        hint="name a document: hooksmith generate SPEC --out DIR --package NAME",
    )


def load_config(path: Path) -> Config:
    """Return the configuration in `path`. Raises ConfigError with a diagnostic for each fault."""
    text = _read(path)
    table = _table(path, text)
    if table is None:
        raise ConfigError.at(Place(file=str(path)), "has no [tool.hooksmith]")
    urls = _take_urls(table)
    try:
        config = Config.model_validate(table)
    except ValidationError as error:
        diagnostics = [_diagnostic(path, text, detail) for detail in error.errors()]
        raise ConfigError(*diagnostics) from error
    placed = _beside(config, path.parent)
    placed._urls.update(urls)
    placed._path = path
    return placed


def _take_urls(table: dict[str, Any]) -> dict[str, str]:
    """Replace each `spec` that is a URL by the path that its document is fetched to. Return name → URL."""
    apis = table.get("apis")
    urls: dict[str, str] = {}
    for name, api in apis.items() if isinstance(apis, dict) else ():
        spec = api.get("spec") if isinstance(api, dict) else None
        if isinstance(spec, str) and re.match(r"https?://", spec):
            urls[name] = spec
            api["spec"] = f"specs/{name}/{_file_name(spec)}"
    return urls


def _file_name(url: str) -> str:
    """Return the file name for a fetched document; a URL without a name gives `openapi.yaml`, which may hold JSON."""
    name = PurePosixPath(re.split("[?#]", url)[0]).name
    return name if re.fullmatch(r"[\w-][\w.-]*\.(json|ya?ml)", name) else "openapi.yaml"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError.at(Place(file=str(path)), f"cannot be read: {error}") from error


def _table(path: Path, text: str) -> dict[str, Any] | None:
    """Return the table of hooksmith; None if a pyproject.toml has none."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(number) for number in match.groups()) if match else (None, None)
        message = str(error).partition(" (at ")[0]
        raise ConfigError.at(Place(file=str(path), line=line, column=column), message) from error
    except (ValueError, RecursionError) as error:  # a number of too many digits, too many brackets
        message = f"is not TOML that can be read: {str(error).partition(';')[0]}"
        raise ConfigError.at(Place(file=str(path)), message) from error
    if path.name != "pyproject.toml":
        return data
    tool = data.get("tool")
    table = tool.get("hooksmith") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _beside(config: Config, folder: Path) -> Config:
    """Return `config` with paths relative to `folder` changed to paths relative to the working folder."""
    apis = {
        name: api.model_copy(
            update={
                "spec": folder / api.spec,
                "roots": tuple(folder / root for root in api.roots),
                "overlay": tuple(folder / overlay for overlay in api.overlay),
            }
        )
        for name, api in config.apis.items()
    }
    placed = config.model_copy(update={"out": folder / config.out, "apis": apis})
    placed._sources.update({name: api.spec.as_posix() for name, api in config.apis.items()})
    return placed


def _diagnostic(path: Path, text: str, detail: Any) -> Diagnostic:
    keys = [str(key) for key in detail["loc"] if key != "[key]"]
    place = Place(file=str(path), line=_line(text, keys))
    where = ".".join(keys)
    match detail["type"]:
        case "extra_forbidden":
            known = list(_model_of(keys).model_fields)
            hint = did_you_mean(keys[-1], known) or f"known: {', '.join(known)}"
            return Diagnostic(message=f"unknown key {where!r}", place=place, hint=hint)
        case "missing":
            return Diagnostic(message=f"the key {where!r} is missing", place=place)
        case "literal_error":
            choices = re.findall(r"'(\w+)'", detail["ctx"]["expected"])
            hint = did_you_mean(str(detail["input"]), choices)
            message = f"{where}: {detail['input']!r} is not one of {detail['ctx']['expected']}"
            return Diagnostic(message=message, place=place, hint=hint)
        case _:
            message = f"{where}: {detail['msg'].removeprefix('Value error, ')}"
            return Diagnostic(message=message, place=place)


def _model_of(keys: list[str]) -> type[_Frozen]:
    """Return the model of the table that an unknown key stands in."""
    if keys[0] != "apis":
        return Config
    return PatternsConfig if len(keys) > 3 and keys[2] in ("include", "exclude") else ApiConfig


def _line(text: str, keys: list[str]) -> int | None:
    """Return the line of the last key, or of the innermost table above it; tomllib gives no lines."""
    line, depth = None, 0
    for number, content in enumerate(text.splitlines(), 1):
        if line is None and content.startswith("[tool.hooksmith"):
            line = number
        if depth < len(keys) and re.match(
            rf"[^#]*(?<![\w-]){re.escape(keys[depth])}(?![\w-])", content
        ):
            line, depth = number, depth + 1
            while depth < len(keys) and re.match(
                rf".*(?<![\w-]){re.escape(keys[depth])}(?![\w-])", content
            ):
                depth += 1
    return line
