"""Inventory of a document, before any change. The coverage report has an entry for each part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from ..json_pointer import escape
from ..openapi.grammar import Node
from ..openapi.operations import operations
from ..openapi.references import resolve_local
from .bundled_document import Bundle

SubjectKind = Literal[
    "operation",
    "parameter",
    "body",
    "response",
    "header",
    "link",
    "schema",
    "webhook",
    "callback",
]


class Subject(NamedTuple):
    """A part of a document. `detail`: a parameter's location and name, a body's or response's media type."""

    kind: SubjectKind
    pointer: str
    owner: str = ""
    """The pointer of the operation that it belongs to."""
    detail: str = ""


def census(bundled: Bundle) -> tuple[Subject, ...]:
    """Every operation, parameter, body, response with its headers and links, schema, webhook and callback, in order."""
    document = bundled.document
    subjects = list(_paths(document, document.get("paths"), "/paths", "operation"))
    subjects += _paths(
        document, document.get("webhooks") or document.get("x-webhooks"), "/webhooks", "webhook"
    )
    schemas = (
        (document.get("components") or {}).get("schemas")
        if isinstance(document.get("components"), dict)
        else None
    )
    subjects += [
        Subject("schema", f"/components/schemas/{escape(key)}") for key in _mapping(schemas)
    ]
    return tuple(subjects)


def _paths(document: Node, items: Any, pointer: str, kind: SubjectKind) -> Iterator[Subject]:
    for key, item in _mapping(items).items():
        if isinstance(item, dict) and not str(key).startswith("x-"):
            for method, operation in operations(item):
                place = f"{pointer}/{escape(str(key))}/{method}"
                yield Subject(kind, place)
                yield from _operation(document, item, operation, place)


def _operation(document: Node, item: Node, operation: Node, place: str) -> Iterator[Subject]:
    yield from _parameters(document, item, place.rpartition("/")[0], place)
    yield from _parameters(document, operation, place, place)
    yield from _contents(
        document, operation.get("requestBody"), "body", f"{place}/requestBody", place
    )
    for status, response in _mapping(operation.get("responses")).items():
        if not str(status).startswith("x-"):
            pointer = f"{place}/responses/{escape(str(status))}"
            yield from _contents(document, response, "response", pointer, place)
            yield from _beside(_follow(document, response), pointer, place)
    for name, callback in _mapping(operation.get("callbacks")).items():
        callback = _follow(document, callback)
        for expression in _mapping(callback):
            if not str(expression).startswith("x-"):
                yield Subject(
                    "callback",
                    f"{place}/callbacks/{escape(str(name))}/{escape(str(expression))}",
                    place,
                )


def _parameters(document: Node, holder: Node, pointer: str, owner: str) -> Iterator[Subject]:
    parameters = holder.get("parameters")
    for index, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
        node = _follow(document, parameter)
        detail = f"{node.get('in')} {node.get('name')}" if isinstance(node, dict) else ""
        yield Subject("parameter", f"{pointer}/parameters/{index}", owner, detail)


def _contents(
    document: Node, holder: Any, kind: SubjectKind, pointer: str, owner: str
) -> Iterator[Subject]:
    """One subject a media type, or one alone where there is no content."""
    node = _follow(document, holder)
    if not isinstance(node, dict):
        return
    contents = _mapping(node.get("content"))
    for media_type in contents or ("",):
        yield Subject(kind, pointer, owner, str(media_type))


def _beside(response: Any, pointer: str, owner: str) -> Iterator[Subject]:
    """The headers and links of a response."""
    kinds: tuple[tuple[SubjectKind, str], ...] = (("header", "headers"), ("link", "links"))
    for kind, key in kinds:
        for name in _mapping(_mapping(response).get(key)):
            yield Subject(kind, f"{pointer}/{key}/{escape(str(name))}", owner, str(name))


def _follow(document: Node, node: Any) -> Any:
    for _ in range(100):
        if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
            return node
        try:
            node = resolve_local(document, node["$ref"])
        except (LookupError, ValueError, TypeError):
            return None
    return None


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}
