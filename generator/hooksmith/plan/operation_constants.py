"""Operations of the IR → the constants of `operations/`: the HTTP details of each operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..ir import (
    ANY,
    AnyDefinition,
    Body,
    Content,
    Operation,
    Pagination,
    Parameter,
    PropertyEncoding,
    Reply,
    Type,
)
from ..ir.queries import names_in, success_type
from .annotations import AnnotationWriter
from .imports import Imports
from .literals import literal
from .unions import options_of, union
from .views import OperationView

LOCATIONS = {"path": "path_parameters", "query": "query", "header": "header", "cookie": "cookie"}
"""Location of a parameter → the argument of `Operation` that lists the parameters there."""
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
"""Location of a parameter → its default style (OpenAPI, Parameter Object)."""


def constant_name(operation: Operation) -> str:
    """Return the constant of an operation: `list_webhooks` → `LIST_WEBHOOKS`."""
    return operation.name.upper().rstrip("_") if operation.name.upper() != "_" else "CALL"


def plan_operation_constant(
    operation: Operation, definitions: Mapping[str, AnyDefinition], imports: Imports
) -> OperationView:
    """Plan the constant of an operation."""
    sent = AnnotationWriter(definitions, imports, strict=True)
    received = AnnotationWriter(definitions, imports, strict=False)
    returned = success_type(operation)
    result = "None" if returned is None else received.annotation(returned)
    pages = operation.pagination
    factory = "PagedOperation" if pages else "Operation"
    imports.add_runtime("client.operation", factory)
    return OperationView(
        constant=constant_name(operation),
        type=f"PagedOperation[{received.annotation(pages.item)}, {result}]"
        if pages
        else f"Operation[{result}]",
        factory=factory,
        arguments=tuple(_arguments(operation, sent, received, imports)),
    )


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
    if operation.pagination:
        yield f"pagination={_pagination(operation.pagination, imports)}"
    if operation.permissions:
        yield f"permissions={_permissions(operation, imports)}"
    if operation.security is not None:
        yield f"security={literal(operation.security)}"
    if operation.deprecated:
        yield "deprecated=True"


def _parameter(parameter: Parameter, sent: AnnotationWriter, imports: Imports) -> str:
    imports.add_runtime("client.operation", "Parameter")
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
    return f"Parameter({', '.join(arguments)})"


def _body(body: Body, sent: AnnotationWriter, imports: Imports) -> str:
    imports.add_runtime("client.operation", "Body")
    arguments = [_annotation(body.type, sent)]
    if body.media_type != "application/json":
        arguments.append(f"media_type={literal(body.media_type)}")
    if body.required:
        arguments.append("required=True")
    if body.encoding:
        imports.add_runtime("client.operation", "Encoding")
        entries = [f"{literal(entry.wire)}: {_encoding(entry)}" for entry in body.encoding]
        arguments.append(f"encoding={{{', '.join(entries)}}}")
    if body.others:
        others = [_body(replace(other, required=False), sent, imports) for other in body.others]
        arguments.append(f"others=({', '.join(others)},)")
    return f"Body({', '.join(arguments)})"


def _encoding(encoding: PropertyEncoding) -> str:
    arguments = {
        "media_type": encoding.media_type,
        "style": encoding.style,
        "explode": encoding.explode,
        "allow_reserved": encoding.allow_reserved or None,
    }
    return f"Encoding({_keywords(arguments)})"


def _reply(reply: Reply | Content, received: AnnotationWriter, imports: Imports) -> str:
    imports.add_runtime("client.operation", "Reply")
    arguments = ["None" if reply.type is None else _annotation(reply.type, received)]
    if reply.media_type not in (None, "application/json"):
        arguments.append(f"media_type={literal(reply.media_type)}")
    if isinstance(reply, Reply) and reply.others:
        others = [_reply(other, received, imports) for other in reply.others]
        arguments.append(f"others=({', '.join(others)},)")
    return f"Reply({', '.join(arguments)})"


def _annotation(type_: Type, speller: AnnotationWriter) -> str:
    """Return an annotation as an argument; if models are imported on demand, as a function that returns it."""
    annotation = _as_argument(speller.annotation(type_), speller.imports)
    is_deferred = speller.imports.through is not None and any(names_in(type_))
    return f"lambda: {annotation}" if is_deferred and annotation != "None" else annotation


def _as_argument(annotation: str, imports: Imports) -> str:
    """Expand `Open[…]`: mypy accepts an alias of a union as a type only inside another type."""
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
    arguments = {
        "parameter": pages.parameter,
        "next": pages.next,
        "items": pages.items,
        "complete": pages.complete,
        "size": pages.size,
    }
    return f"{name}({_keywords(arguments)})"


def _permissions(operation: Operation, imports: Imports) -> str:
    imports.add_runtime("client.operation", "Permissions")
    permissions = operation.permissions
    assert permissions is not None
    arguments = {"permissions": permissions.permissions, "group": permissions.group or None}
    return f"Permissions({_keywords(arguments)})"


def _keywords(arguments: Mapping[str, object]) -> str:
    """Return `name=value` of the arguments that are not None."""
    return ", ".join(
        f"{name}={literal(value)}" for name, value in arguments.items() if value is not None
    )
