"""Resources and operations → views of their pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from markupsafe import Markup

from ..ir import Field, Named, Operation, Reply, Resource
from ..openapi.status_phrases import PHRASES
from ..plan.docstrings import in_short, sentence
from ..plan.method_docs import error_name
from ..plan.views import MethodView, PackageView
from .addresses import part_path
from .fields import (
    PAGE_BUDGET,
    PROSE_BUDGET,
    FieldRow,
    ProvenanceView,
    field_row,
    provenance_view,
    split_by_size,
)
from .index import ApiIndex, Link
from .parts import Part, part_of
from .prose import prose
from .snippets import Names, callback_stub, curl_example, operation_example, signature_of


class ErrorRow(NamedTuple):
    status: str
    exception: str
    doc: Markup
    description: str
    type: Markup


class CallbackRow(NamedTuple):
    constant: str
    name: str
    method: str
    expression: str
    doc: Markup
    type: Markup


class OperationPage(NamedTuple):
    path: str
    name: str
    resource: Link
    method: str
    route: str
    summary: str
    doc: Markup
    description: str
    is_deprecated: bool
    signatures: tuple[str, ...]
    rows: tuple[FieldRow, ...]
    part: Part
    returns: str
    reply: Markup
    errors: tuple[ErrorRow, ...]
    permissions: tuple[str, ...]
    permission_group: str
    security: str
    pagination: str
    callbacks: tuple[CallbackRow, ...]
    callback_receiver: str
    provenance: ProvenanceView | None
    python: str
    curl: str


class OperationRow(NamedTuple):
    name: str
    href: str
    method: str
    route: str
    summary: str
    is_deprecated: bool

    @property
    def size(self) -> int:
        """Estimate the row's bytes of HTML."""
        return 400 + len(self.name) + 2 * len(self.route) + len(self.summary)


class ResourcePage(NamedTuple):
    path: str
    name: str
    class_name: str
    doc: Markup
    rows: tuple[OperationRow, ...]
    part: Part


def operation_pages(
    index: ApiIndex,
    view: PackageView,
    resource: Resource,
    operation: Operation,
    method: MethodView,
    names: Names,
) -> Iterator[OperationPage]:
    """Return the page of an operation; an operation with very many arguments has several."""
    rows = list(_argument_rows(index, operation))
    parts = split_by_size(rows, (row.size for row in rows), PAGE_BUDGET - PROSE_BUDGET)
    stem = index.resource_stem(resource, operation)
    page = _page_without_rows(index, view, resource, operation, method, names)
    for number, part in enumerate(parts, 1):
        yield page._replace(
            path=part_path(stem, number),
            rows=tuple(part),
            part=part_of(stem, number, len(parts)),
        )


def _page_without_rows(
    index: ApiIndex,
    view: PackageView,
    resource: Resource,
    operation: Operation,
    method: MethodView,
    names: Names,
) -> OperationPage:
    permissions = operation.permissions
    callbacks = tuple(_callback_rows(index, view, operation))
    return OperationPage(
        path="",
        name=method.name,
        resource=Link(resource.name, index.resource_href(resource)),
        method=operation.method,
        route=operation.path,
        summary=_summary(operation),
        doc=prose(operation.description),
        description=operation.description,
        is_deprecated=operation.deprecated,
        signatures=signature_of(resource, method),
        rows=(),
        part=Part(1, 1),
        returns=method.returns,
        reply=_reply_type(index, operation.replies),
        errors=tuple(_error_row(index, reply) for reply in operation.errors),
        permissions=permissions.permissions if permissions else (),
        permission_group=(permissions.group or "") if permissions else "",
        security=_security(index, operation),
        pagination=_pagination(operation),
        callbacks=callbacks,
        callback_receiver=callback_stub(
            [row.constant for row in callbacks if row.constant] if view.callback_receiver else [],
            names,
        ),
        provenance=provenance_view(operation.provenance),
        python=operation_example(index, resource, operation, method, names),
        curl=curl_example(index, operation, names),
    )


def _summary(operation: Operation) -> str:
    return sentence(
        " ".join((operation.summary or operation.description.partition("\n")[0]).split())
    )


def _argument_rows(index: ApiIndex, operation: Operation) -> Iterator[FieldRow]:
    for parameter in operation.parameters:
        yield field_row(index, parameter.field, location=parameter.location)
    body = operation.body
    for one in (body, *body.others) if body is not None else ():
        if one.fields is None:
            field = Field(
                name="body",
                wire="body",
                type=one.type,
                required=one.required,
                description=one.description,
            )
            yield field_row(index, field, location=one.media_type)
        for field in one.fields or ():
            yield field_row(index, _described(index, field), location=f"body, {one.media_type}")


def _described(index: ApiIndex, field: Field) -> Field:
    """Return a field with the description of its type where it has none of its own."""
    if field.description or not isinstance(field.type, Named):
        return field
    return replace(field, description=index.definitions[field.type.name].description)


def _reply_type(index: ApiIndex, replies: tuple[Reply, ...]) -> Markup:
    types = [
        type_
        for reply in replies
        for type_ in (reply.type, *(other.type for other in reply.others))
        if type_ is not None
    ]
    return Markup(" or ").join(dict.fromkeys(index.types.write(type_) for type_ in types))


def _error_row(index: ApiIndex, reply: Reply) -> ErrorRow:
    return ErrorRow(
        status=f"{reply.status} {PHRASES.get(reply.status, '')}".rstrip(),
        exception=error_name(reply),
        doc=prose(reply.description),
        description=reply.description,
        type=index.types.write(reply.type) if reply.type is not None else Markup(""),
    )


def _security(index: ApiIndex, operation: Operation) -> str:
    security = index.api.security if operation.security is None else operation.security
    if not security:
        return "No credentials."
    return (
        "Credentials: " + ", or ".join(" with ".join(names) or "none" for names in security) + "."
    )


def _pagination(operation: Operation) -> str:
    pages = operation.pagination
    if pages is None:
        return ""
    text = f"Iterating reads all pages, by {pages.style.replace('_', ' ')}."
    return f"{text} The client sets `{pages.parameter}`." if pages.parameter else text


def _callback_rows(
    index: ApiIndex, view: PackageView, operation: Operation
) -> Iterator[CallbackRow]:
    views = view.callbacks.callbacks if view.callbacks else ()
    constants = {each.pointer: each.constant for each in views}
    for callback in operation.callbacks:
        yield CallbackRow(
            constant=constants.get(callback.pointer, ""),
            name=callback.name,
            method=callback.method,
            expression=callback.expression,
            doc=prose(callback.description or callback.summary),
            type=index.types.write(callback.type) if callback.type is not None else Markup(""),
        )


def resource_pages(index: ApiIndex, resource: Resource) -> Iterator[ResourcePage]:
    """Return the page of a resource, which lists its operations."""
    rows = [
        OperationRow(
            name=operation.name,
            href=index.resource_href(resource, operation),
            method=operation.method,
            route=operation.path,
            summary=in_short(_summary(operation)),
            is_deprecated=operation.deprecated,
        )
        for operation in resource.operations
    ]
    stem = index.resource_stem(resource)
    parts = split_by_size(rows, (row.size for row in rows))
    for number, part in enumerate(parts, 1):
        yield ResourcePage(
            path=part_path(stem, number),
            name=resource.name,
            class_name=resource.class_name,
            doc=prose(resource.description),
            rows=tuple(part),
            part=part_of(stem, number, len(parts)),
        )
