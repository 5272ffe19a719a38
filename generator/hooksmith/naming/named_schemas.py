"""Schemas that become a class, enum or alias, with the names that their places give them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..json_pointer import escape
from ..openapi.grammar import Node
from ..openapi.operations import operation_name, operations
from ..openapi.status_phrases import PHRASES
from .casing import pascal
from .union_options import option_words


class Candidate(NamedTuple):
    """A schema that needs a name: its JSON Pointer, the name that its place gives it, and the schema."""

    pointer: str
    name: str
    schema: Any


def is_nominal(schema: Any) -> bool:
    """Return whether an inline schema becomes a definition: an object with properties, or an enum of several values."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return False
    return is_model(schema) or is_enum(schema)


def is_model(schema: Node) -> bool:
    """Return whether a schema has properties or base classes, and is no union."""
    return (
        bool(schema.get("properties") or schema.get("allOf"))
        and "oneOf" not in schema
        and "anyOf" not in schema
    )


def is_enum(schema: Node) -> bool:
    """Return whether a schema lists more than one string, or more than one integer."""
    values = [value for value in schema.get("enum") or () if value is not None]
    return len(values) > 1 and {type(value) for value in values} in ({str}, {int})


def inline_candidates(schema: Any, pointer: str, owner: str) -> Iterator[Candidate]:
    """Yield the nearest schemas below `schema` that become definitions. `owner`: the name of `schema`."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return
    for step, word, child in _steps(schema):
        place = f"{pointer}/{step}"
        if is_nominal(child):
            yield Candidate(place, owner + word, child)
        else:
            yield from inline_candidates(child, place, owner + word)


def _steps(schema: Node) -> Iterator[tuple[str, str, Any]]:
    """Yield (relative pointer, word that it adds to the name, subschema) of the schemas directly inside a schema."""
    for key in ("properties", "patternProperties"):
        for name, child in (schema.get(key) or {}).items():
            yield f"{key}/{escape(name)}", pascal(name), child
    for key, word in (("items", "Item"), ("additionalProperties", "Value")):
        if isinstance(schema.get(key), dict):
            yield key, word, schema[key]
    first = schema.get("prefixItems") or ()
    is_single = len(first) == 1 and not isinstance(schema.get("items"), dict)
    for index, child in enumerate(first):
        yield f"prefixItems/{index}", "Item" if is_single else f"Item{index + 1}", child
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            yield from _options(schema, key)


def _options(schema: Node, key: str) -> Iterator[tuple[str, str, Any]]:
    """Yield the steps to the options of a union. A single option besides null adds no word."""
    options = schema[key]
    indices = [
        index
        for index, option in enumerate(options)
        if not (isinstance(option, dict) and option.get("type") == "null")
    ]
    not_null = [options[index] for index in indices]
    words = option_words(schema, not_null, [_has_definition(option) for option in not_null])
    for index, word in zip(indices, words, strict=True):
        yield f"{key}/{index}", word if len(indices) > 1 else "", options[index]


def _has_definition(schema: Any) -> bool:
    """Return whether a schema, or a schema inside it, becomes a definition."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return False
    return is_nominal(schema) or any(map(_has_definition, _subschemas(schema)))


def _subschemas(schema: Node) -> Iterator[Any]:
    for key in ("properties", "patternProperties"):
        yield from (schema.get(key) or {}).values()
    yield from (schema.get(key) for key in ("items", "additionalProperties"))
    for key in ("prefixItems", "oneOf", "anyOf"):
        yield from schema.get(key) or ()


# --- schemas of operations -------------------------------------------------------------------------------------


def operation_candidates(document: Node) -> Iterator[Candidate]:
    """Yield the outermost schemas of parameters, bodies and headers that become definitions."""
    components = document.get("components", {})
    for section, word in (("requestBodies", "Body"), ("responses", "Reply")):
        for key, item in components.get(section, {}).items():
            yield from _contents(item, f"/components/{section}/{escape(key)}", pascal(key), word)
    for section in ("parameters", "headers"):
        for key, item in components.get(section, {}).items():
            yield from _value(item, f"/components/{section}/{escape(key)}", pascal(key))
    for key, callback in components.get("callbacks", {}).items():
        yield from _callback(callback, f"/components/callbacks/{escape(key)}", pascal(key))
    for path, item in document.get("paths", {}).items():
        if not path.startswith("x-") and isinstance(item, dict):
            yield from _path_item(item, f"/paths/{escape(path)}", path)
    for key, item in document.get("webhooks", {}).items():
        if isinstance(item, dict):
            yield from _webhook(item, f"/webhooks/{escape(key)}", pascal(key))


def _path_item(item: Node, pointer: str, path: str) -> Iterator[Candidate]:
    shared = pascal(path.replace("{", "by ").replace("}", " "))
    for index, parameter in enumerate(item.get("parameters", ())):
        yield from _value(
            parameter, f"{pointer}/parameters/{index}", shared + pascal(parameter.get("name", ""))
        )
    for method, operation in operations(item):
        yield from _operation(
            operation, f"{pointer}/{method}", pascal(operation_name(operation, method, path))
        )


def _operation(operation: Node, pointer: str, name: str) -> Iterator[Candidate]:
    for index, parameter in enumerate(operation.get("parameters", ())):
        yield from _value(
            parameter, f"{pointer}/parameters/{index}", name + pascal(parameter.get("name", ""))
        )
    yield from _contents(
        operation.get("requestBody", {}), f"{pointer}/requestBody", name, "Request"
    )
    for status, reply in operation.get("responses", {}).items():
        if not status.startswith("x-"):
            yield from _contents(
                reply, f"{pointer}/responses/{escape(status)}", name, _reply_word(operation, status)
            )
    for key, callback in operation.get("callbacks", {}).items():
        yield from _callback(callback, f"{pointer}/callbacks/{escape(key)}", name + pascal(key))


def _callback(callback: Node, pointer: str, name: str) -> Iterator[Candidate]:
    for expression, item in callback.items():
        if isinstance(item, dict):
            yield from _webhook(item, f"{pointer}/{escape(expression)}", name)


def _reply_word(operation: Node, status: str) -> str:
    """Return `Reply` for the first 2xx, otherwise the phrase of the status: `NotFound`."""
    first = next((code for code in operation["responses"] if code.startswith("2")), None)
    if status == first:
        return "Reply"
    if status in PHRASES:
        return pascal(PHRASES[status])
    return {"default": "Error"}.get(status, f"Status{status}")


def _webhook(item: Node, pointer: str, name: str) -> Iterator[Candidate]:
    methods = list(operations(item))
    for method, operation in methods:
        place = f"{pointer}/{method}"
        owner = name if len(methods) == 1 else name + pascal(method)
        yield from _contents(operation.get("requestBody", {}), f"{place}/requestBody", owner, "")
        for index, parameter in enumerate(operation.get("parameters", ())):
            yield from _value(
                parameter, f"{place}/parameters/{index}", owner + pascal(parameter.get("name", ""))
            )
        for status, reply in operation.get("responses", {}).items():
            yield from _contents(
                reply, f"{place}/responses/{escape(status)}", owner, _reply_word(operation, status)
            )


def _contents(holder: Node, pointer: str, name: str, word: str) -> Iterator[Candidate]:
    """Yield the schemas of a body's media types and headers.

    A further media type adds its subtype to the name, unless its schema equals that of an earlier one.
    """
    contents = holder.get("content", {}) if isinstance(holder, dict) else {}
    words: list[tuple[Any, str]] = []
    for media_type, content in contents.items():
        subtype = pascal(media_type.split(";")[0].split("/")[-1]) if words else ""
        subtype = next(
            (known for schema, known in words if schema == content.get("schema")), subtype
        )
        words.append((content.get("schema"), subtype))
        place = f"{pointer}/content/{escape(media_type)}/schema"
        yield from _root(content.get("schema"), place, name + word + subtype)
    for header, value in (holder.get("headers") or {}).items() if isinstance(holder, dict) else ():
        yield from _value(
            value, f"{pointer}/headers/{escape(header)}", name + word + pascal(header)
        )


def _value(holder: Node, pointer: str, name: str) -> Iterator[Candidate]:
    yield from _root(holder.get("schema"), f"{pointer}/schema", name)
    for media_type, content in (holder.get("content") or {}).items():
        yield from _root(
            content.get("schema"), f"{pointer}/content/{escape(media_type)}/schema", name
        )


def _root(schema: Any, pointer: str, name: str) -> Iterator[Candidate]:
    if is_nominal(schema):
        yield Candidate(pointer, name, schema)
    else:
        yield from inline_candidates(schema, pointer, name)
