"""Paths of the normal form → resources and operations of the IR."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from ..ir import (
    ANY,
    Body,
    Content,
    Field,
    Kind,
    Model,
    Named,
    Operation,
    Parameter,
    Permissions,
    Reply,
    Resource,
    Scalar,
    Type,
    Union,
)
from ..ir.queries import all_fields
from ..json_pointer import escape
from ..naming.casing import argument, pascal
from ..naming.resource_names import NO_TAG, resource_tags
from ..naming.unique_names import unique
from ..normalize import Normal
from ..openapi.grammar import Node
from ..openapi.media_types import is_event_stream, is_form
from ..openapi.operations import http_method, operation_name, operations, wire_path
from .callbacks import describe_callbacks
from .content import raw, received_contents, sent_contents
from .form_encoding import encodings
from .pagination import describe_pagination
from .schemas import Schemas, provenance, text
from .security import security_requirement

_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_TAKEN = ("self", "options")
_GIVEN = Union((Scalar(Kind.STRING), Scalar(Kind.BINARY)))
"""What a body is where nobody here can write what the document describes."""


def describe_resources(normal: Normal, schemas: Schemas) -> tuple[Resource, ...]:
    """The calls of the document, grouped by their first tag, in the order in which the document has them.

    Tags that differ in case or separators (`Account`, `account`) are one resource. Calls without one: see `grouping`.
    """
    implied = resource_tags([path for path in normal.document.get("paths", {}) if _is_path(path)])
    groups: dict[str, list[Operation]] = {}
    tags: dict[str, set[str]] = {}
    stated: dict[str, set[str]] = {}
    for path, operation in _named_by_tag(list(_read(normal, schemas))):
        tag = operation.tag or implied[path]
        name = _attribute(tag)
        groups.setdefault(name, []).append(operation)
        tags.setdefault(name, set()).add(tag)
        stated.setdefault(name, set()).update([tag] if operation.tag else ())
    models = set(normal.names.values())
    classes = unique(
        [min(stated[name] or found) for name, found in tags.items()],
        lambda tag: _class_name(tag, models),
        models | _IMPORTED,
    )
    described = _descriptions(normal.document)
    return tuple(
        Resource(
            name=name,
            class_name=class_name,
            description=next(
                (described[tag] for tag in sorted(tags[name]) if tag in described), ""
            ),
            operations=_named_in_resource(found),
        )
        for (name, found), class_name in zip(groups.items(), classes, strict=True)
    )


def _is_path(key: str) -> bool:
    return not key.startswith("x-")


def _read(normal: Normal, schemas: Schemas) -> Iterator[tuple[str, Operation]]:
    """All operations, each with its path as the document has it."""
    for path, item in normal.document.get("paths", {}).items():
        if _is_path(path) and isinstance(item, dict):
            for method, node in operations(item):
                yield path, _OperationReader(normal, schemas, path, item, method, node).read()


def _descriptions(document: Node) -> dict[str, str]:
    """Tag → what the document says of it, where it says something."""
    found = {
        str(tag.get("name")): text(tag.get("description")) for tag in document.get("tags") or ()
    }
    return {name: said for name, said in found.items() if said}


def _tag(operation: Node) -> str:
    tags = operation.get("tags")
    return str(tags[0]) if isinstance(tags, list) and tags else ""


_CLIENT_ATTRIBUTES = frozenset(
    (
        "call call_raw paginate stream close aclose with_options settings base_url timeout headers max_retries "
        "hooks annotations cached_property httpx2 str float int"
    ).split()
)


def _attribute(tag: str) -> str:
    name = argument(tag)
    return name + "_" if name in _CLIENT_ATTRIBUTES else name


_IMPORTED = frozenset(
    """Any Client Literal Mapping Omit Page Pager RequestOptions Sequence SyncResource AsyncResource AsyncPager
    Hooks Callable Awaitable SyncClient AsyncClient""".split()
)


def _class_name(tag: str, models: Collection[str]) -> str:
    """`audit logs` → `AuditLogs`; a model of that name is what callers would take it for, so it says what it is."""
    name = pascal(tag)
    return (
        name + "Resource"
        if name in models or name in _IMPORTED or f"Async{name}" in models
        else name
    )


def _named_by_tag(found: list[tuple[str, Operation]]) -> list[tuple[str, Operation]]:
    """Calls of one tag, or of none, are told apart first: a call that another path moves keeps its name."""
    homes: dict[str, list[Operation]] = {}
    for _, operation in found:
        homes.setdefault(_attribute(operation.tag or NO_TAG), []).append(operation)
    named = {it.pointer: it for home in homes.values() for it in named_apart(home)}
    return [(path, named[operation.pointer]) for path, operation in found]


def _named_in_resource(found: list[Operation]) -> tuple[Operation, ...]:
    """Calls of several tags, or of a tag and none: of their names only those that clash are spelled otherwise."""
    count = Counter(operation.name for operation in found)
    clashing = [operation for operation in found if count[operation.name] > 1]
    taken = [name for name, times in count.items() if times == 1]
    names = unique([operation.id for operation in clashing], argument, taken)
    named = {it.pointer: name for it, name in zip(clashing, names, strict=True)}
    return tuple(replace(it, name=named.get(it.pointer, it.name)) for it in found)


def named_apart(found: list[Operation]) -> tuple[Operation, ...]:
    """The operations of a resource, or of one tag, with names that are different."""
    if len({operation.name for operation in found}) == len(found):
        return tuple(found)
    names = unique([operation.id for operation in found], argument)
    return tuple(
        replace(operation, name=name) for operation, name in zip(found, names, strict=True)
    )


class _OperationReader:
    """Reads one operation of a path item."""

    def __init__(
        self, normal: Normal, schemas: Schemas, path: str, item: Node, method: str, node: Node
    ) -> None:
        self._normal = normal
        self._schemas = schemas
        self._path = path
        self._item = item
        self._method = method
        self._node = node
        self._pointer = f"/paths/{escape(path)}/{method}"

    def read(self) -> Operation:
        """The operation, in the terms of the IR."""
        node = self._node
        parameters = self._parameters()
        replies = list(self._replies())
        pagination = describe_pagination(
            self._normal, self._schemas, node, self._pointer, parameters, replies
        )
        if pagination is not None:
            replies = [_as_pages(reply) for reply in replies]
        return Operation(
            id=operation_name(node, self._method, self._path),
            name=argument(operation_name(node, self._method, self._path)),
            method=http_method(self._method),
            path=wire_path(self._path),
            pointer=self._pointer,
            tag=_tag(node),
            summary=text(node.get("summary")),
            description=text(node.get("description")),
            deprecated=node.get("deprecated") is True,
            parameters=parameters,
            body=self._body([parameter.field.name for parameter in parameters]),
            empty_body=self._is_body_empty(),
            replies=tuple(reply for reply in replies if _is_success(reply.status, replies)),
            errors=tuple(reply for reply in replies if not _is_success(reply.status, replies)),
            pagination=pagination,
            permissions=_permissions(node),
            callbacks=tuple(describe_callbacks(self._schemas, node, self._pointer)),
            analytic_events=dict(node.get("x-hooksmith-analytic-events") or {}),
            security=security_requirement(node["security"]) if "security" in node else None,
            provenance=provenance(node),
        )

    def _parameters(self) -> tuple[Parameter, ...]:
        """The path item's parameters, then the operation's, which overrule them."""
        found: dict[tuple[str, str], tuple[Node, str]] = {}
        for holder, pointer in (
            (self._item, self._pointer.rpartition("/")[0]),
            (self._node, self._pointer),
        ):
            for index, stated in enumerate(holder.get("parameters") or ()):
                node, place = self._follow(stated, f"{pointer}/parameters/{index}")
                if _counts(node):
                    found[node["in"], node["name"]] = (node, place)
        ordered = sorted(found.values(), key=lambda pair: list(_STYLES).index(pair[0]["in"]))
        names = _argument_names([node for node, _ in ordered])
        return tuple(
            self._parameter(node, place, name)
            for (node, place), name in zip(ordered, names, strict=True)
        )

    def _follow(self, node: Node, pointer: str) -> tuple[Node, str]:
        while "$ref" in node:
            pointer = node["$ref"][1:]
            node = self._schemas.resolve(node)
        return node, pointer

    def _parameter(self, node: Node, pointer: str, name: str) -> Parameter:
        location = node["in"]
        media_type = next(iter(node.get("content") or ()), None)
        schema, step = node.get("schema", {}), "/schema"
        if media_type is not None:
            schema, step = (
                node["content"][media_type].get("schema", {}),
                f"/content/{escape(media_type)}/schema",
            )
        field = self._schemas.field(
            node["name"], name, schema, pointer + step, node.get("required") is True
        )
        style = node.get("style", _STYLES[location])
        return Parameter(
            field=_described(field, node),
            location=location,
            style=style,
            explode=node.get("explode", style == "form"),
            allow_reserved=node.get("allowReserved") is True,
            media_type=media_type,
        )

    def _body(self, taken: list[str]) -> Body | None:
        if "requestBody" not in self._node:
            return None
        node, pointer = self._follow(self._node["requestBody"], f"{self._pointer}/requestBody")
        contents = list(sent_contents(self._schemas, node.get("content") or {}, pointer))
        if not contents or self._is_body_empty():
            return None
        required = node.get("required") is True
        taken = [*taken, *(["body"] if len(contents) > 1 else [])]
        first, *others = (
            Body(
                type=content.type or _GIVEN,
                media_type=content.media_type,
                required=required,
                description=text(node.get("description")),
                fields=self._flattened(content.type, required, taken),
                encoding=tuple(
                    encodings(
                        self._normal,
                        node["content"].get(content.media_type),
                        content.media_type,
                        f"{pointer}/content/{escape(content.media_type)}",
                    )
                ),
                raw=content.type is None,
            )
            for content in contents
        )
        return replace(first, others=tuple(others))

    def _is_body_empty(self) -> bool:
        """Whether a body may be left out and can be no more than a form without fields, which is no body at all."""
        node, _ = self._follow(self._node.get("requestBody", {}), "")
        contents = node.get("content") or {}
        return (
            bool(contents)
            and node.get("required") is not True
            and all(
                is_form(media_type) and _has_no_fields(self._schemas.resolve(content.get("schema")))
                for media_type, content in contents.items()
            )
        )

    def _flattened(
        self, kind: Type | None, required: bool, taken: list[str]
    ) -> tuple[Field, ...] | None:
        """The body's properties as arguments, where the body is an object that all of it can be told by."""
        if not isinstance(kind, Named):
            return None
        self._schemas.finish()
        definition = self._schemas.definitions.get(kind.name)
        if not isinstance(definition, Model) or definition.extra not in (None, ANY):
            return None
        fields = [
            field
            for field in all_fields(definition, self._schemas.definitions)
            if not field.read_only
        ]
        if not required and any(field.required for field in fields):
            return None
        names = unique(
            [field.wire for field in fields], lambda wire: _body_argument(wire, taken), _TAKEN
        )
        return tuple(replace(field, name=name) for field, name in zip(fields, names, strict=True))

    def _replies(self) -> Iterator[Reply]:
        for status, stated in (self._node.get("responses") or {}).items():
            if status.startswith("x-"):
                continue
            node, pointer = self._follow(stated, f"{self._pointer}/responses/{escape(status)}")
            contents = list(received_contents(self._schemas, node.get("content") or {}, pointer))
            contents.sort(key=lambda content: content.type is None)
            reply = Reply(status=status, type=None, description=text(node.get("description")))
            yield _with_contents(reply, contents) if contents else reply


def _argument_names(parameters: list[Node]) -> list[str]:
    """Names of the arguments; where two places have a parameter of one name, all but the path's say their place."""
    seen: set[str] = set()
    wires = []
    for node in parameters:
        name = argument(node["name"])
        wires.append(f"{node['in']} {node['name']}" if name in seen else node["name"])
        seen.add(name)
    return unique(wires, argument, _TAKEN)


def _body_argument(wire: str, taken: list[str]) -> str:
    name = argument(wire)
    return f"body_{name}" if name in taken else name


def _has_no_fields(schema: Any) -> bool:
    return (
        isinstance(schema, dict)
        and schema.get("type") == "object"
        and schema.get("additionalProperties") is False
        and not schema.get("properties")
        and not schema.get("patternProperties")
    )


def _counts(node: Node) -> bool:
    """Whether a parameter is one: OpenAPI reserves three headers for what stands elsewhere in the document."""
    if node.get("in") not in _STYLES or "name" not in node:
        return False
    return not (
        node["in"] == "header"
        and node["name"].lower() in {"accept", "content-type", "authorization"}
    )


def _described(field: Field, node: Node) -> Field:
    return replace(
        field,
        description=text(node.get("description")) or field.description,
        deprecated=node.get("deprecated") is True or field.deprecated,
        provenance=provenance(node) or field.provenance,
    )


def _is_success(status: str, replies: list[Reply]) -> bool:
    """2xx; `default` too, where no 2xx is stated."""
    if status.startswith("2"):
        return True
    return status == "default" and not any(reply.status.startswith("2") for reply in replies)


def _with_contents(reply: Reply, contents: list[Content]) -> Reply:
    first, *others = contents
    return replace(
        reply,
        type=first.type or raw(first.media_type),
        media_type=first.media_type,
        others=tuple(others),
        raw=first.type is None and not is_event_stream(first.media_type),
    )


def _as_pages(reply: Reply) -> Reply:
    """The next page is found in the preferred media type alone."""
    others = tuple(
        other if other.type == reply.type else replace(other, type=None) for other in reply.others
    )
    return replace(reply, others=others)


def _permissions(node: Node) -> Permissions | None:
    stated = node.get("x-hooksmith-permissions")
    if stated is None:
        return None
    return Permissions(permissions=tuple(stated["permissions"]), group=stated.get("group"))
