"""Operations of the IR → methods, and the constants that hold what the wire needs to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from ..ir import (
    ANY,
    AnyDefinition,
    Body,
    Content,
    Field,
    Named,
    Operation,
    Pagination,
    Parameter,
    PropertyEncoding,
    Reply,
    Resource,
    Type,
)
from ..ir.queries import names_in, success_type
from ..openapi.status_phrases import PHRASES
from .annotations import ArgumentSpeller, Speller
from .imports import Imports
from .models import constant, field_doc
from .text import literal, section, sentence
from .unions import options_of, union
from .views import (
    ArgumentView,
    MethodView,
    OperationView,
    PartView,
    ResourceView,
)

_LOCATIONS = {"path": "path_parameters", "query": "query", "header": "header", "cookie": "cookie"}
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


def plan_resource(
    resource: Resource,
    definitions: Mapping[str, AnyDefinition],
    runtime: str,
    callbacks: Mapping[str, str] = MappingProxyType({}),
    *,
    deferred: bool = False,
) -> ResourceView:
    """A resource's two modules, beside `models`.

    `callbacks`: the constants of callbacks by their pointers. `deferred`: models are imported when a call needs them.
    """
    imports = Imports(runtime=runtime, home=lambda name: "..models")
    wire = Imports(
        runtime=runtime,
        home=lambda name: "..models",
        through=("..", "models") if deferred else None,
    )
    imports.add_runtime("client.async_client", "AsyncResource")
    imports.add_runtime("client.sync_client", "SyncResource")
    imports.add_runtime("client.options", "RequestOptions")
    imports.add("..operations", f"{resource.name} as _operations")
    methods = tuple(
        _Method(operation, definitions, imports, callbacks).view()
        for operation in resource.operations
    )
    operations = tuple(_constant(operation, definitions, wire) for operation in resource.operations)
    return ResourceView(
        name=resource.name,
        class_name=resource.class_name,
        doc=sentence(resource.description),
        imports=imports.block(definitions_for_types_only=True),
        methods=methods,
        operation_imports=wire.block(),
        operations=operations,
    )


# --- methods -----------------------------------------------------------------------------------------------------


class _Method:
    def __init__(
        self,
        operation: Operation,
        definitions: Mapping[str, AnyDefinition],
        imports: Imports,
        callbacks: Mapping[str, str],
    ) -> None:
        self._operation = operation
        self._callbacks = tuple(callbacks.get(it.pointer, "") for it in operation.callbacks)
        self._imports = imports
        self._definitions = definitions
        self._arguments = ArgumentSpeller(definitions, imports, strict=True)
        self._results = Speller(definitions, imports, strict=False)

    def view(self) -> MethodView:
        operation = self._operation
        returns, async_returns = self._returns()
        return MethodView(
            name=operation.name,
            constant=f"_operations.{constant_name(operation)}",
            verb="paginate" if operation.pagination else "call",
            arguments=tuple(self._signature()),
            returns=returns,
            async_returns=async_returns,
            is_async=operation.pagination is None,
            doc=_method_doc(operation, self._definitions, self._callbacks),
            parts=tuple(self._parts()),
            overloads=self._overloads(),
        )

    def _returns(self) -> tuple[str, str]:
        kind = success_type(self._operation)
        result = "None" if kind is None else self._results.spell(kind)
        pages = self._operation.pagination
        if pages is None:
            return result, result
        self._imports.add_runtime("client.pagination", "AsyncPager")
        self._imports.add_runtime("client.pagination", "Page")
        item = self._results.spell(pages.item)
        return f"Page[{item}, {result}]", f"AsyncPager[{item}, {result}]"

    def _signature(self) -> Iterator[ArgumentView]:
        """All arguments; those that not every way to call it takes may be left out."""
        ways = list(self._ways())
        if len(ways) == 1:
            yield from ways[0]
            return
        arguments: dict[str, list[ArgumentView]] = {}
        for way in ways:
            for argument in way:
                arguments.setdefault(argument.name, []).append(argument)
        joined = [_joined(found, len(ways)) for found in arguments.values()]
        chosen = content_type_argument(self._operation)
        for argument in sorted(joined, key=lambda argument: bool(argument.default)):
            yield argument._replace(annotation="str") if argument.name == chosen else argument

    def _overloads(self) -> tuple[tuple[ArgumentView, ...], ...]:
        ways = self._ways()
        if len(ways) < 2:
            return ()
        self._imports.add("typing", "overload")
        return ways

    def _ways(self) -> tuple[tuple[ArgumentView, ...], ...]:
        """The arguments by media type of the body; media types that take the same are one way."""
        groups = body_groups(self._operation.body)
        if not groups:
            return (tuple(self._arguments_of([])),)
        return tuple(self._way(index, group) for index, group in enumerate(groups))

    def _way(self, index: int, group: tuple[Body, ...]) -> tuple[ArgumentView, ...]:
        body = group[0] if index == 0 else replace(group[0], required=True)
        found = list(self._arguments_of(_body_fields(body)))
        name = content_type_argument(self._operation)
        if name is None:
            return tuple(found)
        types = [body.media_type for body in group]
        annotation = self._one_of(types)
        if index == 0:
            chosen = ArgumentView(name=name, annotation=annotation, default=literal(types[0]))
            return (*found, chosen)
        required = [argument for argument in found if not argument.default]
        chosen = ArgumentView(name=name, annotation=annotation)
        return (*required, chosen, *(argument for argument in found if argument.default))

    def _one_of(self, media_types: list[str]) -> str:
        if any("*" in media_type for media_type in media_types):
            return "str"
        self._imports.add("typing", "Literal")
        return f"Literal[{_literals(media_types)}]"

    def _arguments_of(self, body: list[Field]) -> Iterator[ArgumentView]:
        fields = [parameter.field for parameter in self._operation.parameters] + body
        arguments = [self._argument(field) for field in fields]
        yield from sorted(
            arguments, key=lambda argument: (bool(argument.default), argument.default == "OMIT")
        )

    def _argument(self, field: Field) -> ArgumentView:
        annotation = self._arguments.spell(field.type)
        if field.required:
            return ArgumentView(name=field.name, annotation=annotation, default=constant(field))
        self._imports.add_runtime("omit", "OMIT")
        self._imports.add_runtime("omit", "Omit")
        return ArgumentView(name=field.name, annotation=f"{annotation} | Omit", default="OMIT")

    def _parts(self) -> Iterator[PartView]:
        for location in _LOCATIONS:
            found = [
                parameter.field
                for parameter in self._operation.parameters
                if parameter.location == location
            ]
            if found:
                yield PartView(name=location, items=_items(found))
        yield from self._body_parts()

    def _body_parts(self) -> Iterator[PartView]:
        groups = body_groups(self._operation.body)
        bodies = [group[0] for group in groups]
        told = {field.name: field for body in bodies for field in body.fields or ()}
        whole = any(body.fields is None for body in bodies)
        if told and whole:
            items = ", ".join(f"{wire}: {name}" for wire, name in _items(list(told.values())))
            yield PartView(name="body", whole=f"{{{items}}} if body is OMIT else body")
        elif told or (bodies and not whole):
            yield PartView(name="body", items=_items(list(told.values())))
        elif bodies:
            yield PartView(name="body", whole="body")
        name = content_type_argument(self._operation)
        if name is not None:
            yield PartView(name="content_type", whole=name)


def body_groups(body: Body | None) -> list[tuple[Body, ...]]:
    """The media types of a body, those together that take the same arguments; the preferred one first."""
    groups: list[list[Body]] = []
    for one in (body, *body.others) if body is not None else ():
        alike = (
            group for group in groups if (group[0].type, group[0].fields) == (one.type, one.fields)
        )
        found = next(alike, None)
        if found is None:
            groups.append([one])
        else:
            found.append(one)
    return [tuple(group) for group in groups]


def content_type_argument(operation: Operation) -> str | None:
    """The name of the argument that chooses the body's media type, where there is a choice."""
    body = operation.body
    if body is None or not (body.others or "*" in body.media_type):
        return None
    taken = {parameter.field.name for parameter in operation.parameters} | {
        field.name for one in (body, *body.others) for field in one.fields or ()
    }
    name = "content_type"
    while name in taken:
        name = f"body_{name}"
    return name


def _joined(found: list[ArgumentView], ways: int) -> ArgumentView:
    """One argument of several signatures as that of the method behind them."""
    options = dict.fromkeys(option for one in found for option in options_of(one.annotation))
    default = next((argument.default for argument in found if argument.default), "")
    if len(found) < ways and not default:
        default = "OMIT"
    if default == "OMIT":
        options = {**{option: None for option in options if option != "Omit"}, "Omit": None}
    return ArgumentView(name=found[0].name, annotation=union(options), default=default)


def _literals(values: list[str]) -> str:
    return ", ".join(literal(value) for value in values)


def _body_fields(body: Body) -> list[Field]:
    return [_whole_body(body)] if body.fields is None else list(body.fields)


def _all_fields(operation: Operation) -> list[Field]:
    """What the arguments are told from, each once, but the choice of a media type."""
    fields = {parameter.field.name: parameter.field for parameter in operation.parameters}
    for group in body_groups(operation.body):
        for field in _body_fields(group[0]):
            fields.setdefault(field.name, field)
    return list(fields.values())


def _items(fields: list[Field] | tuple[Field, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((literal(field.wire), field.name) for field in fields)


def _whole_body(body: Body) -> Field:
    return Field(
        name="body",
        wire="body",
        type=body.type,
        required=body.required,
        description=body.description,
    )


def _method_doc(
    operation: Operation, definitions: Mapping[str, AnyDefinition], callbacks: tuple[str, ...]
) -> str:
    """Summary, description, route, permissions, callbacks, arguments and errors, in Google's sections."""
    summary, description = operation.summary, operation.description
    if not summary:
        summary, _, description = description.partition("\n\n")
    blocks = [sentence(" ".join(summary.split()))] if summary else []
    blocks += [f"`{operation.method} {operation.path}`"]
    if description and description.strip() != summary.strip():
        blocks.insert(1, sentence(description))
    blocks += _notes(operation)
    if callbacks:
        blocks.append(f"Calls back with {', '.join(f'`{name}`' for name in callbacks)}.")
    arguments = section("Args", _argument_docs(operation, definitions))
    raises = section(
        "Raises", [(_error_name(reply), sentence(_phrase(reply))) for reply in operation.errors]
    )
    return "\n\n".join(block for block in (*blocks, arguments, raises) if block)


def _notes(operation: Operation) -> Iterator[str]:
    if operation.deprecated:
        yield "Deprecated."
    if operation.permissions:
        group = (
            f" of the group `{operation.permissions.group}`" if operation.permissions.group else ""
        )
        yield f"Needs {_listed(operation.permissions.permissions)}{group}."
    if operation.security == ():
        yield "Needs no credentials."
    if operation.analytic_events:
        yield (
            "Logged as "
            + ", ".join(
                f"`{name}` ({moment})" for moment, name in operation.analytic_events.items()
            )
            + "."
        )


def _listed(names: tuple[str, ...]) -> str:
    word = "the permission " if len(names) == 1 else "the permissions "
    return word + " and ".join(f"`{name}`" for name in names)


def _argument_docs(
    operation: Operation, definitions: Mapping[str, AnyDefinition]
) -> list[tuple[str, str]]:
    """Arguments that there is something to say about; one without words of its own has those of its type."""
    described = [
        field if field.description else replace(field, description=_of_type(field, definitions))
        for field in _all_fields(operation)
    ]
    told = [(field.name, doc) for field in described if (doc := " ".join(field_doc(field).split()))]
    name = content_type_argument(operation)
    return told if name is None else [*told, (name, "The media type of the body.")]


def _of_type(field: Field, definitions: Mapping[str, AnyDefinition]) -> str:
    return definitions[field.type.name].description if isinstance(field.type, Named) else ""


_ERRORS = {
    "400": "BadRequestError",
    "401": "AuthenticationError",
    "403": "PermissionDeniedError",
    "404": "NotFoundError",
    "409": "ConflictError",
    "422": "UnprocessableEntityError",
    "429": "RateLimitError",
}


def _error_name(reply: Reply) -> str:
    if reply.status in _ERRORS:
        return _ERRORS[reply.status]
    return "ServerError" if reply.status.startswith("5") else "APIStatusError"


def _phrase(reply: Reply) -> str:
    status = f"{reply.status} {PHRASES.get(reply.status, '')}".rstrip()
    described = " ".join(reply.description.split())
    plain = described.rstrip(".").lower()
    return (
        status
        if not described or plain == status.partition(" ")[2].lower()
        else f"{status}: {described}"
    )


# --- constants ---------------------------------------------------------------------------------------------------


def constant_name(operation: Operation) -> str:
    """`list_webhooks` → `LIST_WEBHOOKS`."""
    return operation.name.upper().rstrip("_") if operation.name.upper() != "_" else "CALL"


def _constant(
    operation: Operation, definitions: Mapping[str, AnyDefinition], imports: Imports
) -> OperationView:
    sent = Speller(definitions, imports, strict=True)
    received = Speller(definitions, imports, strict=False)
    kind = success_type(operation)
    result = "None" if kind is None else received.spell(kind)
    pages = operation.pagination
    factory = "PagedOperation" if pages else "Operation"
    imports.add_runtime("client.operation", factory)
    return OperationView(
        constant=constant_name(operation),
        type=f"PagedOperation[{received.spell(pages.item)}, {result}]"
        if pages
        else f"Operation[{result}]",
        factory=factory,
        arguments=tuple(_wire_facts(operation, sent, received, imports)),
    )


def _wire_facts(
    operation: Operation, sent: Speller, received: Speller, imports: Imports
) -> Iterator[str]:
    yield f"id={literal(operation.id)}"
    yield f"method={literal(operation.method)}"
    yield f"path={literal(operation.path)}"
    for location, name in _LOCATIONS.items():
        found = [
            _parameter(parameter, sent, imports)
            for parameter in operation.parameters
            if parameter.location == location
        ]
        if found:
            yield f"{name}=({', '.join(found)},)"
    if operation.body:
        yield f"body={_body(operation.body, sent, imports)}"
    for name, replies in (("replies", operation.replies), ("errors", operation.errors)):
        if replies:
            texts = [f"{literal(it.status)}: {_reply(it, received, imports)}" for it in replies]
            yield f"{name}={{{', '.join(texts)}}}"
    if operation.pagination:
        yield f"pagination={_pagination(operation.pagination, imports)}"
    if operation.permissions:
        imports.add_runtime("client.operation", "Permissions")
        group = (
            f", group={literal(operation.permissions.group)}" if operation.permissions.group else ""
        )
        yield f"permissions=Permissions(permissions={literal(operation.permissions.permissions)}{group})"
    if operation.security is not None:
        yield f"security={literal(operation.security)}"
    if operation.deprecated:
        yield "deprecated=True"


def _parameter(parameter: Parameter, sent: Speller, imports: Imports) -> str:
    imports.add_runtime("client.operation", "Parameter")
    arguments = [literal(parameter.field.wire)]
    if parameter.style != _STYLES[parameter.location] and parameter.media_type is None:
        arguments.append(f"style={literal(parameter.style)}")
    if parameter.explode != (parameter.style == "form") and parameter.media_type is None:
        arguments.append(f"explode={parameter.explode}")
    if parameter.field.type != ANY:
        annotation = _value(parameter.field.type, sent)
        arguments.append(f"annotation={annotation}")
    if parameter.media_type:
        arguments.append(f"media_type={literal(parameter.media_type)}")
    if parameter.allow_reserved:
        arguments.append("allow_reserved=True")
    if parameter.field.required:
        arguments.append("required=True")
    return f"Parameter({', '.join(arguments)})"


def _encoding(stated: PropertyEncoding) -> str:
    arguments = {
        "media_type": stated.media_type,
        "style": stated.style,
        "explode": stated.explode,
        "allow_reserved": stated.allow_reserved or None,
    }
    given = (f"{name}={literal(value)}" for name, value in arguments.items() if value is not None)
    return f"Encoding({', '.join(given)})"


def _body(body: Body, sent: Speller, imports: Imports) -> str:
    imports.add_runtime("client.operation", "Body")
    arguments = [_value(body.type, sent)]
    if body.media_type != "application/json":
        arguments.append(f"media_type={literal(body.media_type)}")
    if body.required:
        arguments.append("required=True")
    if body.encoding:
        imports.add_runtime("client.operation", "Encoding")
        stated = ", ".join(f"{literal(it.wire)}: {_encoding(it)}" for it in body.encoding)
        arguments.append(f"encoding={{{stated}}}")
    if body.others:
        others = [_body(replace(other, required=False), sent, imports) for other in body.others]
        arguments.append(f"others=({', '.join(others)},)")
    return f"Body({', '.join(arguments)})"


def _reply(reply: Reply | Content, received: Speller, imports: Imports) -> str:
    imports.add_runtime("client.operation", "Reply")
    arguments = ["None" if reply.type is None else _value(reply.type, received)]
    if reply.media_type not in (None, "application/json"):
        arguments.append(f"media_type={literal(reply.media_type)}")
    if isinstance(reply, Reply) and reply.others:
        others = [_reply(other, received, imports) for other in reply.others]
        arguments.append(f"others=({', '.join(others)},)")
    return f"Reply({', '.join(arguments)})"


def _value(kind: Type, speller: Speller) -> str:
    """An annotation as an argument; where models are deferred, a function that gives it."""
    annotation = _as_argument(speller.spell(kind), speller.imports)
    is_deferred = speller.imports.through is not None and any(names_in(kind))
    return f"lambda: {annotation}" if is_deferred and annotation != "None" else annotation


def _as_argument(annotation: str, imports: Imports) -> str:
    """Mypy takes an alias of a union for a type only inside another type."""
    options = options_of(annotation)
    for index, option in enumerate(options):
        alias, _, name = option.removesuffix("]").partition("[")
        if alias in ("Open", "OpenInt"):
            imports.add("typing", "Annotated")
            imports.add("pydantic", "Field")
            wide = f"{name} | {'str' if alias == 'Open' else 'int'}"
            options[index] = f'Annotated[{wide}, Field(union_mode="left_to_right")]'
    return union(options)


def _pagination(pages: Pagination, imports: Imports) -> str:
    name = "CursorPagination" if pages.style == "cursor" else "OffsetPagination"
    imports.add_runtime("client.operation", name)
    stated = {
        "parameter": pages.parameter,
        "next": pages.next,
        "items": pages.items,
        "complete": pages.complete,
        "size": pages.size,
    }
    return f"{name}({', '.join(f'{key}={literal(value)}' for key, value in stated.items() if value is not None)})"
