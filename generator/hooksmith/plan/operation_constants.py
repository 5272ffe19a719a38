"""Operations of the IR → the constants of `operations/`: the HTTP details of each operation."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from ..ir import (
    ANY,
    AnyDefinition,
    Body,
    Content,
    ItemStream,
    Operation,
    Pagination,
    Parameter,
    PropertyEncoding,
    Reply,
    Type,
)
from ..ir.queries import names_in, success_type
from ..naming.unique_names import unique
from .annotations import AnnotationWriter
from .imports import Imports
from .literals import literal
from .unions import options_of, union
from .views import OperationsView, OperationView

_MODULE = "client.operation"
"""The module of the runtime that defines the classes of the constants."""
LOCATIONS = {"path": "path_parameters", "query": "query", "header": "header", "cookie": "cookie"}
"""Location of a parameter → the argument of `Operation` that lists the parameters there."""
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
"""Location of a parameter → its default style (OpenAPI, Parameter Object)."""


def constant_names(operations: Sequence[Operation], taken: Container[str]) -> list[str]:
    """Return the constants of a resource's operations: `list_webhooks` → `LIST_WEBHOOKS`.

    `taken` has the names of definitions, which the module of the constants may import.
    """
    methods = [operation.name for operation in operations]
    return unique(methods, _constant_name, filter(taken.__contains__, map(_constant_name, methods)))


def _constant_name(method: str) -> str:
    return "_".join(method.upper().split()).rstrip("_") or "CALL"


def plan_constants(
    operations: Sequence[Operation],
    constants: Sequence[str],
    definitions: Mapping[str, AnyDefinition],
    runtime: str,
    deferred: bool,
) -> OperationsView:
    """Plan the module of the constants of a resource's operations.

    Args:
        operations: The operations.
        constants: The name of each operation's constant.
        definitions: All definitions by name.
        runtime: The runtime's package, relative to the module.
        deferred: Whether an operation imports its models on its first call.
    """
    imports = Imports(
        runtime=runtime,
        module_of=lambda name: "..models",
        through=("..", "models") if deferred else None,
        taken=definitions.keys() | set(constants),
    )
    views = tuple(
        _constant(operation, constant, definitions, imports)
        for operation, constant in zip(operations, constants, strict=True)
    )
    return OperationsView(imports=imports.block(), constants=views)


def _constant(
    operation: Operation,
    constant: str,
    definitions: Mapping[str, AnyDefinition],
    imports: Imports,
) -> OperationView:
    sent = AnnotationWriter(definitions, imports, strict=True)
    received = AnnotationWriter(definitions, imports, strict=False, described=True)
    returned = success_type(operation)
    checked = AnnotationWriter(definitions, imports, strict=False)
    result = "None" if returned is None else checked.annotation(returned)
    factory, types = _factory(operation, result, checked, imports)
    return OperationView(
        constant=constant,
        type=f"{factory}[{types}]",
        factory=factory,
        arguments=tuple(_arguments(operation, sent, received, imports)),
    )


def _factory(
    operation: Operation, result: str, received: AnnotationWriter, imports: Imports
) -> tuple[str, str]:
    """Return the class of an operation's constant, and its type arguments."""
    if operation.pagination is not None:
        item = received.annotation(operation.pagination.item)
        return imports.add_runtime(_MODULE, "PagedOperation"), f"{item}, {result}"
    if operation.stream is not None:
        item = stream_item(operation.stream, received, imports)
        return imports.add_runtime(_MODULE, "StreamedOperation"), f"{item}, {result}"
    return imports.add_runtime(_MODULE, "Operation"), result


def stream_item(stream: ItemStream, received: AnnotationWriter, imports: Imports) -> str:
    """Return the annotation of a stream's items; an event of a name that the document lacks is `Unknown`."""
    item = received.annotation(stream.item)
    if not stream.events:
        return item
    return union([*options_of(item), imports.add_runtime("models.base", "Unknown")])


def _arguments(
    operation: Operation, sent: AnnotationWriter, received: AnnotationWriter, imports: Imports
) -> Iterator[str]:
    """Yield the arguments of the constant as `name=value`."""
    yield f"id={literal(operation.id)}"
    yield f"method={literal(operation.method)}"
    yield f"path={literal(operation.path)}"
    for location, name in LOCATIONS.items():
        parameters = [
            _parameter(parameter, sent, imports)
            for parameter in operation.parameters
            if parameter.location == location
        ]
        if parameters:
            yield f"{name}=({', '.join(parameters)},)"
    if operation.body:
        yield f"body={_body(operation.body, sent, imports)}"
    for name, replies in (("replies", operation.replies), ("errors", operation.errors)):
        if replies:
            entries = [
                f"{literal(reply.status)}: {_reply(reply, received, imports)}" for reply in replies
            ]
            yield f"{name}={{{', '.join(entries)}}}"
    if operation.stream:
        yield f"stream={_item_stream(operation.stream, received, imports)}"
    if operation.pagination:
        yield f"pagination={_pagination(operation.pagination, imports)}"
    if operation.permissions:
        yield f"permissions={_permissions(operation, imports)}"
    if operation.security is not None:
        yield f"security={literal(operation.security)}"
    if operation.deprecated:
        yield "deprecated=True"


def _parameter(parameter: Parameter, sent: AnnotationWriter, imports: Imports) -> str:
    arguments = [literal(parameter.field.wire)]
    if parameter.style != _STYLES[parameter.location] and parameter.media_type is None:
        arguments.append(f"style={literal(parameter.style)}")
    if parameter.explode != (parameter.style == "form") and parameter.media_type is None:
        arguments.append(f"explode={parameter.explode}")
    if parameter.field.type != ANY:
        arguments.append(f"annotation={_annotation(parameter.field.type, sent)}")
    if parameter.media_type:
        arguments.append(f"media_type={literal(parameter.media_type)}")
    if parameter.allow_reserved:
        arguments.append("allow_reserved=True")
    if parameter.field.required:
        arguments.append("required=True")
    return f"{imports.add_runtime(_MODULE, 'Parameter')}({', '.join(arguments)})"


def _body(body: Body, sent: AnnotationWriter, imports: Imports) -> str:
    arguments = [_annotation(body.type, sent)]
    if body.media_type != "application/json":
        arguments.append(f"media_type={literal(body.media_type)}")
    if body.required:
        arguments.append("required=True")
    if body.encoding:
        entries = [f"{literal(entry.wire)}: {_encoding(entry, imports)}" for entry in body.encoding]
        arguments.append(f"encoding={{{', '.join(entries)}}}")
    if body.others:
        others = [_body(replace(other, required=False), sent, imports) for other in body.others]
        arguments.append(f"others=({', '.join(others)},)")
    return f"{imports.add_runtime(_MODULE, 'Body')}({', '.join(arguments)})"


def _encoding(encoding: PropertyEncoding, imports: Imports) -> str:
    arguments = {
        "media_type": encoding.media_type,
        "style": encoding.style,
        "explode": encoding.explode,
        "allow_reserved": encoding.allow_reserved or None,
    }
    return f"{imports.add_runtime(_MODULE, 'Encoding')}({_keywords(arguments)})"


def _reply(reply: Reply | Content, received: AnnotationWriter, imports: Imports) -> str:
    arguments = ["None" if reply.type is None else _annotation(reply.type, received)]
    if reply.media_type not in (None, "application/json"):
        arguments.append(f"media_type={literal(reply.media_type)}")
    if isinstance(reply, Reply) and reply.others:
        others = [_reply(other, received, imports) for other in reply.others]
        arguments.append(f"others=({', '.join(others)},)")
    return f"{imports.add_runtime(_MODULE, 'Reply')}({', '.join(arguments)})"


def _item_stream(stream: ItemStream, received: AnnotationWriter, imports: Imports) -> str:
    name = imports.add_runtime(_MODULE, "ItemStream")
    arguments = [_annotation(stream.item, received)]
    if stream.media_type != "text/event-stream":
        arguments.append(f"media_type={literal(stream.media_type)}")
    if stream.events:
        entries = [
            f"{literal(event)}: {name}({_annotation(type_, received)})"
            for event, type_ in stream.events.items()
        ]
        arguments.append(f"events={{{', '.join(entries)}}}")
    if stream.done != "[DONE]":
        arguments.append(f"done={literal(stream.done)}")
    if stream.describes_error:
        arguments.append("describes_error=True")
    return f"{name}({', '.join(arguments)})"


def _annotation(type_: Type, speller: AnnotationWriter) -> str:
    """Return an annotation as an argument; if models are imported on demand, as a function that returns it."""
    annotation = _as_argument(speller.annotation(type_), speller.imports)
    is_deferred = speller.imports.through is not None and any(names_in(type_))
    return f"lambda: {annotation}" if is_deferred and annotation != "None" else annotation


def _as_argument(annotation: str, imports: Imports) -> str:
    """Expand `Open[…]`: mypy accepts an alias of a union as a type only inside another type."""
    options = options_of(annotation)
    types = {imports.local("Open"): "str", imports.local("OpenInt"): "int"}
    for index, option in enumerate(options):
        alias, _, name = option.removesuffix("]").partition("[")
        if alias in types:
            annotated = imports.add("typing", "Annotated")
            field = imports.add("pydantic", "Field")
            mode = f'{field}(union_mode="left_to_right")'
            options[index] = f"{annotated}[{name} | {types[alias]}, {mode}]"
    return union(options)


_PAGINATION_CLASSES = {
    "cursor": "CursorPagination",
    "offset": "OffsetPagination",
    "page": "PageNumberPagination",
    "link": "LinkPagination",
    "next_url": "NextUrlPagination",
}


def _pagination(pages: Pagination, imports: Imports) -> str:
    arguments = {
        "parameter": pages.parameter or None,
        "next": pages.next,
        "last": pages.last,
        "items": pages.items,
        "more": pages.more,
        "complete": pages.complete,
        "size": pages.size,
        "first": pages.first if pages.first != 1 else None,
    }
    name = imports.add_runtime(_MODULE, _PAGINATION_CLASSES[pages.style])
    return f"{name}({_keywords(arguments)})"


def _permissions(operation: Operation, imports: Imports) -> str:
    permissions = operation.permissions
    assert permissions is not None
    arguments = {"permissions": permissions.permissions, "group": permissions.group or None}
    return f"{imports.add_runtime(_MODULE, 'Permissions')}({_keywords(arguments)})"


def _keywords(arguments: Mapping[str, object]) -> str:
    """Return `name=value` of the arguments that are not None."""
    return ", ".join(
        f"{name}={literal(value)}" for name, value in arguments.items() if value is not None
    )
