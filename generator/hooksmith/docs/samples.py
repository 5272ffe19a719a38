"""Values of types as Python expressions, and requests as commands of curl."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ..ir import (
    Alias,
    AnyDefinition,
    Array,
    Enum,
    Kind,
    LiteralOf,
    Map,
    Model,
    Named,
    Operation,
    Scalar,
    SecurityScheme,
    Tuple,
    Type,
    Union,
)
from ..plan.examples import sample_value
from ..plan.literals import literal
from .index import ApiIndex

_DEEPEST = 8
_WIDTH = 88


class PythonSampler:
    """Writes expressions; `imports` are those that they need: (module, name), the package's own after a dot."""

    def __init__(self, index: ApiIndex) -> None:
        self._index = index
        self._definitions: Mapping[str, AnyDefinition] = index.definitions
        self.imports: set[tuple[str, str]] = set()

    def expression(self, type_: Type, depth: int = 0) -> str:
        """Return an expression of a value that an argument of the type takes."""
        if depth > _DEEPEST:
            return "None"
        match type_:
            case Named(name):
                return self._named(self._definitions[name], depth)
            case LiteralOf(values=values):
                return literal(values[0])
            case Array(items=items, constraints=constraints):
                return self._list([items] * (constraints.min_items or 0), depth)
            case Tuple(items=items):
                return self._list(list(items), depth)
            case Map(values=values, constraints=constraints):
                value = self.expression(values, depth + 1)
                return f'{{"key": {value}}}' if constraints.min_items else "{}"
            case Union(options=options):
                return self.expression(options[0], depth + 1)
            case Scalar():
                return self._scalar(type_)

    def _list(self, items: list[Type], depth: int) -> str:
        return "[" + ", ".join(self.expression(item, depth + 1) for item in items) + "]"

    def _scalar(self, type_: Scalar) -> str:
        match type_.kind:
            case Kind.DATE_TIME:
                self.imports |= {("datetime", "UTC"), ("datetime", "datetime")}
                return "datetime(2026, 1, 15, 12, tzinfo=UTC)"
            case Kind.DATE:
                self.imports.add(("datetime", "date"))
                return "date(2026, 1, 15)"
            case Kind.DECIMAL:
                self.imports.add(("decimal", "Decimal"))
                return f'Decimal("{sample_value(type_, self._definitions)}")'
            case Kind.BINARY:
                return 'b"example"'
        return literal(sample_value(type_, self._definitions))

    def _named(self, definition: AnyDefinition, depth: int) -> str:
        match definition:
            case Enum(members=members):
                return literal(members[0].value) if members else '""'
            case Alias(type=type_):
                return self.expression(type_, depth + 1)
            case Model(name=name):
                self.imports.add((".models", name))
                fields = [field for field in self._index.fields(name) if field.required]
                arguments = [field for field in fields if not isinstance(field.type, LiteralOf)]
                return call(
                    name,
                    [(field.name, self.expression(field.type, depth + 1)) for field in arguments],
                    "",
                )


def call(function: str, arguments: list[tuple[str, str]], indent: str = "") -> str:
    """Return a call with keyword arguments, one a line where they do not fit into one."""
    written = [f"{name}={value}" for name, value in arguments]
    line = f"{function}({', '.join(written)})"
    if len(indent + line) <= _WIDTH and "\n" not in line:
        return line
    lines = "".join(f"{indent}    {_indented(text, indent)},\n" for text in written)
    return f"{function}(\n{lines}{indent})"


def _indented(text: str, indent: str) -> str:
    return text.replace("\n", f"\n{indent}    ")


def curl(operation: Operation, definitions: Mapping[str, AnyDefinition], api: CurlContext) -> str:
    """Return the request of an operation as a command, with values of required arguments."""
    query: list[tuple[str, str]] = list(api.query)
    headers: list[str] = [*api.headers]
    path = operation.path
    for parameter in operation.parameters:
        if not parameter.field.required:
            continue
        text = _text(sample_value(parameter.field.type, definitions))
        match parameter.location:
            case "path":
                path = path.replace(f"{{{parameter.field.wire}}}", quote(text, safe=""))
            case "query":
                query.append((parameter.field.wire, text))
            case "header":
                headers.append(_quoted(f"{parameter.field.wire}: {text}"))
    url = api.base_url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
    method = [] if operation.method == "GET" else [f"--request {_quoted(operation.method)}"]
    parts = [" ".join(["curl", *method, _quoted(url)])]
    parts += [f"--header {header}" for header in headers]
    parts += [*_body(operation, definitions), *api.options]
    return " \\\n  ".join(parts)


class CurlContext:
    """The address and the credentials of an API, in terms of curl."""

    def __init__(
        self, base_url: str, schemes: list[SecurityScheme], variable: Callable[[str], str]
    ) -> None:
        self.base_url = base_url
        self._variable = variable
        self.query: list[tuple[str, str]] = []
        self.headers: list[str] = []
        self.options: list[str] = []
        for scheme in schemes:
            self._add(scheme)

    def _add(self, scheme: SecurityScheme) -> None:
        variable = "$" + self._variable(scheme.argument)
        match scheme.kind:
            case "bearer" | "oauth2_client_credentials":
                token = (
                    variable if scheme.kind == "bearer" else "$" + self._variable("access_token")
                )
                self.headers.append(f'"Authorization: Bearer {token}"')
            case "basic":
                names = (self._variable(name) for name in ("username", "password"))
                self.options.append('--user "${}:${}"'.format(*names))
            case "api_key" if scheme.location == "header":
                self.headers.append(f'{_quoted(str(scheme.parameter) + ": ")}"{variable}"')
            case "api_key" if scheme.location == "cookie":
                self.options.append(f'--cookie {_quoted(str(scheme.parameter) + "=")}"{variable}"')
            case "api_key":
                self.query.append((str(scheme.parameter), self._variable(scheme.argument)))


def _body(operation: Operation, definitions: Mapping[str, AnyDefinition]) -> Iterator[str]:
    body = operation.body
    if body is None:
        return
    media_type = body.media_type
    sample = sample_value(body.type, definitions)
    if media_type == "application/x-www-form-urlencoded" and isinstance(sample, dict):
        for name, value in sample.items():
            yield f"--data-urlencode {_quoted(f'{name}={_text(value)}')}"
    elif media_type == "multipart/form-data" and isinstance(sample, dict):
        for name, value in sample.items():
            yield f"--form {_quoted(f'{name}={_text(value)}')}"
    else:
        yield f"--header {_quoted(f'Content-Type: {media_type}')}"
        is_json = "json" in media_type
        text = json.dumps(sample, ensure_ascii=False) if is_json else _text(sample)
        yield f"--data {_quoted(text)}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    """Return a word of a shell, on one line and without control characters."""
    return shlex.quote("".join(char if char.isprintable() else " " for char in text))
