"""Operations: parameters, request bodies and replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..errors import ConfigError
from ..ir import (
    ANY,
    Body,
    Content,
    Field,
    ItemStream,
    Kind,
    Model,
    Named,
    Operation,
    Pagination,
    Parameter,
    Permissions,
    Reply,
    Scalar,
    Type,
    Union,
)
from ..ir.queries import all_fields
from ..json_pointer import escape
from ..naming.argument_names import body_property_names, free_name, parameter_names
from ..naming.method_names import first_tag
from ..naming.names import Names
from ..normalize import Normal
from ..openapi.grammar import Node
from ..openapi.media_types import is_form, is_item_stream
from ..openapi.operations import http_method, operation_name, wire_path
from ..openapi.parameters import RESERVED_HEADERS, is_authorization, same_name
from .callbacks import describe_callbacks
from .content import raw, received_contents, sent_contents
from .form_encoding import encodings
from .pagination import describe_pagination
from .pagination.detection import detect_pagination
from .prose import provenance, text
from .schemas import Schemas
from .security import security_requirement
from .streams import describe_stream, stream_contents

_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
"""Location of a parameter → default of `style` (OpenAPI 3.1.1, 4.8.12.2), in the order of arguments."""
_WITHOUT_CONTENT = frozenset({"204", "205", "304"})
"""Statuses whose replies have no content (RFC 9110, 6.4.1), whatever the document says."""
_UNPARSED = Union((Scalar(Kind.STRING), Scalar(Kind.BINARY)))
"""Type of a body in a media type that the runtime cannot write."""


class OperationReader:
    """Reader of one operation.

    Args:
        normal: The document.
        schemas: Reader of its schemas.
        names: Names of the whole document.
        path: Path of the path item.
        item: Path Item Object.
        step: JSON Pointer to the operation below the path item: `get`, `additionalOperations/COPY`.
        node: Operation Object.
    """

    def __init__(
        self,
        normal: Normal,
        schemas: Schemas,
        names: Names,
        path: str,
        item: Node,
        step: str,
        node: Node,
    ) -> None:
        self._normal = normal
        self._schemas = schemas
        self._names = names
        self._path = path
        self._item = item
        self._step = step
        self._node = node
        self._pointer = f"/paths/{escape(path)}/{step}"

    def read(self) -> Operation:
        """Return the operation."""
        node = self._node
        parameters = self._parameters()
        replies = list(self._replies())
        pagination = describe_pagination(
            self._normal, self._schemas, node, self._pointer, parameters, replies
        )
        pagination = pagination or self._detected_pagination(parameters, replies)
        if pagination is not None:
            replies = [_as_pages(reply) for reply in replies]
        return Operation(
            id=operation_name(node, self._step, self._path),
            name=self._names.operations.methods[self._pointer].name,
            method=http_method(self._step),
            path=wire_path(self._path),
            pointer=self._pointer,
            tag=first_tag(node),
            summary=text(node.get("summary")),
            description=text(node.get("description")),
            deprecated=node.get("deprecated") is True,
            parameters=parameters,
            body=self._body([parameter.field.name for parameter in parameters]),
            empty_body=self._is_body_empty(),
            replies=tuple(reply for reply in replies if _is_success(reply.status, replies)),
            errors=tuple(reply for reply in replies if not _is_success(reply.status, replies)),
            pagination=pagination,
            stream=self._stream() if pagination is None else None,
            permissions=_permissions(node),
            callbacks=tuple(describe_callbacks(self._schemas, node, self._pointer)),
            analytic_events=dict(node.get("x-hooksmith-analytic-events") or {}),
            security=security_requirement(node["security"]) if "security" in node else None,
            provenance=provenance(node),
        )

    # --- parameters

    def _parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters of the path item and of the operation, which override them."""
        parameters: dict[tuple[str, str], tuple[Node, str]] = {}
        chosen: dict[tuple[str, str], str] = {}
        for holder, pointer in (
            (self._item, self._pointer.removesuffix(f"/{self._step}")),
            (self._node, self._pointer),
        ):
            for index, item in enumerate(holder.get("parameters") or ()):
                position = f"{pointer}/parameters/{index}"
                node, place = self._follow(item, position)
                if _is_parameter(node) and not self._is_credential(node):
                    key = node["in"], node["name"]
                    parameters[key] = (node, place)
                    overrides = self._names.overrides.parameters
                    name = overrides.get(position) or overrides.get(place)
                    chosen |= {key: name} if name else {}
        ordered = sorted(parameters.values(), key=lambda pair: list(_STYLES).index(pair[0]["in"]))
        names = self._argument_names([(node["in"], node["name"]) for node, _ in ordered], chosen)
        return tuple(
            self._parameter(node, place, name)
            for (node, place), name in zip(ordered, names, strict=True)
        )

    def _argument_names(
        self, parameters: list[tuple[str, str]], chosen: Mapping[tuple[str, str], str]
    ) -> list[str]:
        """Return the argument of each parameter, by location and name. Raises ConfigError if two have one name.

        `chosen`: the names that the user chose.
        """
        names = [
            chosen.get(parameter, name)
            for parameter, name in zip(parameters, parameter_names(parameters), strict=True)
        ]
        twice = next((name for name, count in Counter(names).items() if count > 1), None)
        if twice is not None:
            message = f"names: {twice!r} would be two arguments of one method"
            hint = "choose another, or give the other parameter another name as well"
            raise ConfigError.at(self._normal.place(self._pointer), message, hint=hint)
        return names

    def _is_credential(self, parameter: Node) -> bool:
        """Return whether a security scheme of the operation provides the parameter's value."""
        document = self._normal.document
        schemes = document.get("components", {}).get("securitySchemes") or {}
        security = self._node.get("security", document.get("security"))
        if is_authorization(parameter["in"], parameter["name"]):
            return any(security or ())
        return any(
            scheme.get("type") == "apiKey"
            and (scheme.get("in"), same_name(scheme.get("in"), scheme.get("name")))
            == (parameter["in"], same_name(parameter["in"], parameter["name"]))
            for alternative in security or ()
            for name in alternative
            if isinstance(scheme := schemes.get(name), dict)
        )

    def _follow(self, node: Node, pointer: str) -> tuple[Node, str]:
        """Return the object at the end of a chain of references, with its JSON Pointer."""
        while "$ref" in node:
            pointer = node["$ref"][1:]
            node = self._schemas.resolve(node)
        return node, pointer

    def _parameter(self, node: Node, pointer: str, name: str) -> Parameter:
        location = node["in"]
        media_type = next(iter(node.get("content") or ()), None)
        schema, step = node.get("schema", {}), "/schema"
        if media_type is not None:
            schema = node["content"][media_type].get("schema", {})
            step = f"/content/{escape(media_type)}/schema"
        field = self._schemas.field(
            node["name"], name, schema, pointer + step, node.get("required") is True
        )
        style = node.get("style", _STYLES[location])
        return Parameter(
            field=_with_parameter_texts(field, node),
            location=location,
            style=style,
            explode=node.get("explode", style == "form"),
            allow_reserved=node.get("allowReserved") is True,
            media_type=media_type,
        )

    # --- request body

    def _body(self, taken: list[str]) -> Body | None:
        """Return the request body. `taken`: argument names of the parameters."""
        if "requestBody" not in self._node:
            return None
        node, pointer = self._follow(self._node["requestBody"], f"{self._pointer}/requestBody")
        contents = list(sent_contents(self._schemas, node.get("content") or {}, pointer))
        if not contents or self._is_body_empty():
            return None
        bodies = [self._body_in(content, node, pointer) for content in contents]
        first, *others = _with_argument_names(bodies, taken)
        return replace(first, others=tuple(others))

    def _body_in(self, content: Content, node: Node, pointer: str) -> Body:
        """Return the request body in one media type."""
        required = node.get("required") is True
        media_type = content.media_type
        place = f"{pointer}/content/{escape(media_type)}"
        return Body(
            type=content.type or _UNPARSED,
            media_type=media_type,
            required=required,
            description=text(node.get("description")),
            fields=self._arguments(content.type),
            encoding=tuple(
                encodings(self._normal, node["content"].get(media_type), media_type, place)
            ),
            raw=content.type is None,
            pointer=pointer,
        )

    def _is_body_empty(self) -> bool:
        """Whether the body is optional and can only be a form without fields."""
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

    def _arguments(self, type_: Type | None) -> tuple[Field, ...] | None:
        """Return the properties of a body as arguments; None if they cannot describe every value of the body.

        A body that the document does not call required, but that has required properties, is an object too: most
        documents forget `required: true`.
        """
        if not isinstance(type_, Named):
            return None
        self._schemas.finish()
        definition = self._schemas.definitions.get(type_.name)
        if not isinstance(definition, Model) or definition.extra not in (None, ANY):
            return None
        fields = {field.wire: field for field in all_fields(definition, self._schemas.definitions)}
        self._schemas.spread_left -= len(fields)
        if self._schemas.spread_left < 0:
            message = "the bodies of the operations have too many properties for arguments"
            self._normal.warn(self._pointer, f"{message}: this one is passed as a whole")
            return None
        return tuple(field for field in fields.values() if not field.read_only)

    # --- replies

    def _replies(self) -> Iterator[Reply]:
        for status, item in (self._node.get("responses") or {}).items():
            if status.startswith("x-"):
                continue
            node, pointer = self._follow(item, f"{self._pointer}/responses/{escape(status)}")
            contents = list(received_contents(self._schemas, node.get("content") or {}, pointer))
            contents.sort(key=lambda content: content.type is None)
            reply = Reply(
                status=status,
                type=None,
                description=text(node.get("description")),
                pointer=pointer,
            )
            has_content = status not in _WITHOUT_CONTENT and self._step.upper() != "HEAD"
            yield _with_contents(reply, contents) if contents and has_content else reply

    def _detected_pagination(
        self, parameters: tuple[Parameter, ...], replies: list[Reply]
    ) -> Pagination | None:
        """Return the pagination that parameters and the only success reply show, unless the document forbids it."""
        successes = [reply for reply in replies if _is_success(reply.status, replies)]
        is_off = self._normal.document.get("x-hooksmith-pagination-detection") == "off"
        if is_off or self._step != "get" or "x-hooksmith-pagination" in self._node:
            return None
        if len(successes) != 1 or successes[0].type is None:
            return None
        self._schemas.finish()
        node, _ = self._follow(self._node["responses"][successes[0].status], "")
        return detect_pagination(
            parameters,
            successes[0].type,
            tuple(node.get("headers") or ()),
            self._schemas.definitions,
        )

    def _stream(self) -> ItemStream | None:
        """Return the stream among the contents of the 2xx replies."""
        responses = self._node.get("responses") or {}
        replies = (
            self._follow(item, f"{self._pointer}/responses/{escape(status)}")
            for status, item in responses.items()
            if status.startswith("2")
        )
        return describe_stream(self._schemas, self._node, stream_contents(replies))


def _with_argument_names(bodies: list[Body], parameters: list[str]) -> Iterator[Body]:
    """Yield the media types of a body with the names of its arguments, which share a signature with the parameters."""
    argument_name = free_name("body", "request", parameters)
    taken = {*parameters, *([argument_name] if len(bodies) > 1 else [])}
    wires = dict.fromkeys(field.wire for body in bodies for field in body.fields or ())
    names = body_property_names(list(wires), taken)
    for body in bodies:
        fields = body.fields and tuple(
            replace(field, name=names[field.wire]) for field in body.fields
        )
        yield replace(body, argument=argument_name, fields=fields)


def _has_no_fields(schema: object) -> bool:
    return (
        isinstance(schema, dict)
        and schema.get("type") == "object"
        and schema.get("additionalProperties") is False
        and not schema.get("properties")
        and not schema.get("patternProperties")
    )


def _is_parameter(node: Node) -> bool:
    """Whether an object is a parameter that OpenAPI does not ignore."""
    if node.get("in") not in _STYLES or "name" not in node:
        return False
    return not (node["in"] == "header" and node["name"].lower() in RESERVED_HEADERS)


def _with_parameter_texts(field: Field, node: Node) -> Field:
    """Return a field with the description, deprecation and provenance of its Parameter Object."""
    return replace(
        field,
        description=text(node.get("description")) or field.description,
        deprecated=node.get("deprecated") is True or field.deprecated,
        provenance=provenance(node) or field.provenance,
    )


def _is_success(status: str, replies: list[Reply]) -> bool:
    """Whether a status is 2xx, or `default` in an operation without a 2xx."""
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
        raw=first.type is None and not is_item_stream(first.media_type),
    )


def _as_pages(reply: Reply) -> Reply:
    """Return a reply without types in further media types: pagination reads the preferred media type only."""
    others = tuple(
        other if other.type == reply.type else replace(other, type=None) for other in reply.others
    )
    return replace(reply, others=others)


def _permissions(node: Node) -> Permissions | None:
    value = node.get("x-hooksmith-permissions")
    if value is None:
        return None
    return Permissions(permissions=tuple(value["permissions"]), group=value.get("group"))
