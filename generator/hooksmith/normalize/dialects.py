"""Schemas of OpenAPI 3.0, 3.2 and of the drafts of JSON Schema → OpenAPI 3.1, in place.

`nullable`, boolean `exclusiveMinimum`, `example`, tuples in `items`, `dependencies`. `nullable` is honoured
in 3.1 documents too, where it has no meaning by the letter: providers write it, and their deliveries hold the nulls.
"""

from __future__ import annotations

from typing import Any

from ..openapi.grammar import ANNOTATIONS, ASSERTIONS, Node, walk


def upgrade(document: Node) -> None:
    """Make a bundled document of any dialect speak 3.1; its objects have their shape."""
    siblings_count = str(document.get("openapi", "")) >= "3.1"
    for visit in walk("openapi", document):
        if visit.kind == "schema":
            upgrade_schema(visit.node)
            _split_types(visit.node)
            if siblings_count:
                _heed_siblings(visit.node)
    document["openapi"] = "3.1.1"


def upgrade_schema(schema: Node) -> None:
    """One schema, not those below it."""
    if "example" in schema:
        schema.setdefault("examples", [schema["example"]])
        del schema["example"]
    if isinstance(schema.get("items"), list):
        _upgrade_tuple(schema)
    for keyword in ("oneOf", "anyOf"):
        if isinstance(schema.get(keyword), list):
            _upgrade_constants(schema, keyword)
    if isinstance(schema.get("dependencies"), dict):
        _upgrade_dependencies(schema)
    for bound in ("minimum", "maximum"):
        _upgrade_bound(schema, bound)
    if schema.get("type") == "file":
        schema.update(type="string", format="binary")
    if _is_binary(schema):
        schema.setdefault("format", "binary")
        schema.setdefault("type", "string")
    nullable = schema.pop("x-nullable", False), schema.pop("nullable", False)
    if True in nullable:
        _make_nullable(schema)


_OF_TYPE = {
    "object": """properties patternProperties additionalProperties unevaluatedProperties required propertyNames
        minProperties maxProperties""".split(),
    "array": "items prefixItems contains minItems maxItems uniqueItems unevaluatedItems".split(),
    "string": "format pattern minLength maxLength contentEncoding contentMediaType".split(),
    "number": "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf".split(),
}


def _split_types(schema: Node) -> None:
    """`{type: [string, object], properties: …}` → one option a type, each with the keywords that are about it."""
    kinds = schema.get("type")
    if not isinstance(kinds, list) or len([kind for kind in kinds if kind != "null"]) < 2:
        return
    structured = {*_OF_TYPE["object"], *_OF_TYPE["array"]} & schema.keys()
    if not structured or schema.keys() & {"anyOf", "oneOf", "allOf", "enum", "const"}:
        return
    del schema["type"]
    options = []
    for kind in kinds:
        words = _OF_TYPE.get("number" if kind == "integer" else kind, [])
        options.append({"type": kind, **{key: schema[key] for key in words if key in schema}})
    for key in {key for words in _OF_TYPE.values() for key in words}:
        schema.pop(key, None)
    schema["anyOf"] = options


def _heed_siblings(schema: Node) -> None:
    """Apply the keywords beside a `$ref`, which are valid from OpenAPI 3.1 on."""
    if not isinstance(schema.get("$ref"), str):
        return
    if schema.keys() & ASSERTIONS:
        schema["allOf"] = [{"$ref": schema.pop("$ref")}, *schema.get("allOf", ())]


def _is_binary(schema: Node) -> bool:
    """Whether a schema is binary in 3.1: a media type other than text, without encoding (OpenAPI 3.1.1, 4.8.14.1.1)."""
    media_type = schema.get("contentMediaType")
    if (
        not isinstance(media_type, str)
        or "contentEncoding" in schema
        or schema.get("type", "string") != "string"
    ):
        return False
    return media_type == "application/octet-stream" or media_type.startswith(
        ("image/", "audio/", "video/")
    )


def _upgrade_constants(schema: Node, keyword: str) -> None:
    """Make an enum of a union of constants that all have titles, the names of the members (OpenAPI 3.1.1, 4.8.24.6)."""
    options = [option for option in schema[keyword] if option != {"type": "null"}]
    if len(options) < 2 or "enum" in schema or not all(map(_is_titled_constant, options)):
        return
    values = [option["const"] for option in options]
    if {type(value) for value in values} not in ({str}, {int}) or len({*values}) < len(values):
        return
    schema["x-enum-varnames"] = [str(option["title"]) for option in options]
    schema["x-enum-descriptions"] = [option.get("description", "") for option in options]
    schema["enum"] = [*values, *([None] if len(options) < len(schema[keyword]) else [])]
    del schema[keyword]


def _is_titled_constant(option: Any) -> bool:
    return (
        isinstance(option, dict)
        and {"const", "title"} <= option.keys()
        and option.keys() - ANNOTATIONS <= {"const", "type"}
    )


def _upgrade_dependencies(schema: Node) -> None:
    """Lists of names ask for properties, schemas for themselves (JSON Schema 2019-09, appendix D)."""
    for name, needed in schema.pop("dependencies").items():
        if isinstance(needed, str):
            needed = [needed]  # drafts 3
        keyword = "dependentRequired" if isinstance(needed, list) else "dependentSchemas"
        schema.setdefault(keyword, {})[name] = needed


def _upgrade_tuple(schema: Node) -> None:
    schema["prefixItems"] = schema.pop("items")
    if "additionalItems" in schema:
        schema["items"] = schema.pop("additionalItems")


def _upgrade_bound(schema: Node, bound: str) -> None:
    exclusive = "exclusive" + bound.capitalize()
    flag = schema.get(exclusive)
    if not isinstance(flag, bool):
        return
    del schema[exclusive]
    if flag and bound in schema:
        schema[exclusive] = schema.pop(bound)


def _make_nullable(schema: Node) -> None:
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    kind = schema.get("type")
    if isinstance(kind, str):
        schema["type"] = [kind, "null"] if kind != "null" else kind
    elif isinstance(kind, list):
        schema["type"] = [*kind, *(["null"] if "null" not in kind else [])]
    elif schema.keys() & {"$ref", "allOf", "anyOf", "oneOf", "const"}:
        _wrap_nullable(schema)


def _wrap_nullable(schema: Node) -> None:
    """`{$ref: X, nullable: true}` → `{anyOf: [{$ref: X}, {type: null}]}`; annotations stay outside."""
    inner: dict[str, Any] = {}
    for key in list(schema):
        if key not in ANNOTATIONS and not key.startswith("x-"):
            inner[key] = schema.pop(key)
    if inner.keys() <= {"anyOf"} or inner.keys() <= {"oneOf"}:
        (keyword,) = inner
        schema[keyword] = [*inner[keyword], {"type": "null"}]
    else:
        schema["anyOf"] = [inner, {"type": "null"}]
