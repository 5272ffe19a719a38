"""Schemas as people write them → schemas."""

from __future__ import annotations

from typing import Any

from ...json_pointer import escape
from ...openapi.grammar import Node
from ..diagnostics import Findings

TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})
_ONE_OF = f"one of {', '.join(sorted(TYPES))}"

_SPELLINGS = (
    ("integer", "int int32 int64 long short byte bigint uint uint32 uint64"),
    ("number", "float double decimal num numeric currency real"),
    ("string", "str text char varchar password guid enum url duration"),
    ("boolean", "bool"),
    ("array", "list set collection tuple"),
    ("object", "map dict dictionary hash struct hashmap"),
    ("null", "none nil void"),
    ("", "any mixed json anytype"),
    ("string date", "date"),
    ("string time", "time"),
    ("string date-time", "date-time datetime timestamp timestamptz"),
    ("string uuid", "uuid"),
    ("string uri", "uri"),
    ("string email", "email"),
    ("string binary", "binary file blob stream"),
)
LONGEST_TEXT = 20_000
"""Characters of a pattern or default: it is repeated in every class that takes over the property."""

_TYPE_AND_FORMAT = {
    spelling: type_and_format
    for type_and_format, spellings in _SPELLINGS
    for spelling in spellings.split()
}
"""Types of other languages, and formats written where a type belongs → the type, and the format."""


def mend_schema(schema: Node, pointer: str, document: Node, findings: Findings) -> None:
    """Repair faults of a schema beyond the types of its keywords, in place."""
    mender = _Mender(schema, pointer, document, findings)
    mender.run()


class _Mender:
    def __init__(self, schema: Node, pointer: str, document: Node, findings: Findings) -> None:
        self._schema = schema
        self._pointer = pointer
        self._document = document
        self._findings = findings

    def run(self) -> None:
        schema = self._schema
        if "type" in schema and schema["type"] not in _FINE:
            self._type()
        if schema.get("enum") == []:
            self._drop(
                "enum",
                "an empty list admits no value at all, and is left out",
                "list the values, or remove `enum`",
            )
        for key in ("pattern", "default"):
            if isinstance(text := schema.get(key), str) and len(text) > LONGEST_TEXT:
                self._drop(key, f"is longer than {LONGEST_TEXT:,} characters, and is left out")
        if "required" in schema:
            self._required()
        if isinstance(schema.get("properties"), dict):
            self._required_properties(schema["properties"])
        self._alternatives()
        if "discriminator" in schema:
            self._discriminator()
        if not isinstance(schema.get("additionalProperties", True), bool | dict):
            self._open_ended()

    def _warn(self, key: str, message: str, hint: str = "") -> None:
        self._findings.warn(f"{self._pointer}/{key}", message, hint)

    def _drop(self, key: str, message: str, hint: str = "") -> None:
        self._warn(key, f"{key}: {message}", hint)
        del self._schema[key]

    def _alternatives(self) -> None:
        for key in ("items", "not", "if", "then", "else", "contains"):
            if key in self._schema and not isinstance(self._schema[key], dict | list | bool):
                self._drop(key, "is not a schema, and left out")

    # --- type

    def _type(self) -> None:
        declared = self._schema["type"]
        if isinstance(declared, list):
            self._types(declared)
            return
        if isinstance(declared, str) and declared.lower() in TYPES:
            self._warn("type", f"type: {declared!r} is written {declared.lower()!r}")
            self._schema["type"] = declared.lower()
        elif isinstance(declared, str) and (replacement := self._replacement(declared)) is not None:
            self._take(declared, replacement)
        else:
            self._drop(
                "type", f"{_name(declared)} is no type of JSON Schema; any value is taken", _ONE_OF
            )

    def _replacement(self, name: str) -> Node | None:
        if name.lower() in _TYPE_AND_FORMAT:
            return dict(
                zip(("type", "format"), _TYPE_AND_FORMAT[name.lower()].split(), strict=False)
            )
        components = self._document.get("components")
        schemas = components.get("schemas") if isinstance(components, dict) else None
        target = schemas.get(name) if isinstance(schemas, dict) else None
        if isinstance(target, dict) and target is not self._schema:
            return {"$ref": f"#/components/schemas/{escape(name)}"}
        return None

    def _take(self, declared: str, replacement: Node) -> None:
        description = replacement.get("$ref") or " ".join(replacement.values()) or "any value"
        self._warn(
            "type", f"type: {declared!r} is no type of JSON Schema; taken as {description}", _ONE_OF
        )
        del self._schema["type"]
        if "format" in replacement:
            self._schema.setdefault("format", replacement.pop("format"))
        self._schema.update(replacement)

    def _types(self, declared: list[Any]) -> None:
        """Repair a list of types: drop unknown types; `null` without quotation marks is the type `null`."""
        types: list[str] = []
        for one in declared:
            name = "null" if one is None else one.lower() if isinstance(one, str) else ""
            name = name if name in TYPES else _TYPE_AND_FORMAT.get(name, "").partition(" ")[0]
            if name and name not in types:
                types.append(name)
        if types == declared:
            return
        self._warn("type", f"type: of {_name(declared)}, {', '.join(types) or 'nothing'} is taken")
        if types:
            self._schema["type"] = types
        else:
            del self._schema["type"]

    # --- required

    def _required(self) -> None:
        """Repair `required`, a list of names. A boolean flag has been moved to the property's owner before."""
        declared = self._schema["required"]
        if isinstance(declared, bool):
            self._drop(
                "required",
                "is a list of the properties' names, and left out",
                "name the property in its object's `required`",
            )
            return
        items = declared if isinstance(declared, list) else [declared]
        names = list(dict.fromkeys(name for name in items if isinstance(name, str)))
        if names != declared:
            self._warn(
                "required",
                f"required: {_name(declared)} is taken as {names!r}",
                "a list of names, each once",
            )
            self._schema["required"] = names

    def _required_properties(self, properties: Node) -> None:
        """`required: true` in a property, as drafts up to 3 had it."""
        for name, value in properties.items():
            if not isinstance(value, dict) or not isinstance(value.get("required"), bool | str):
                continue
            if str(value["required"]).lower() not in ("true", "false"):
                continue
            self._findings.warn(
                f"{self._pointer}/properties/{escape(name)}/required",
                "required: a property is not required by a flag of its own; taken as its object's",
                f"write `required: [{name}]` beside `properties`",
            )
            required = self._schema.get("required")
            names = required if isinstance(required, list) else []
            if str(value.pop("required")).lower() == "true" and name not in names:
                self._schema["required"] = [*names, name]

    # --- others

    def _discriminator(self) -> None:
        discriminator = self._schema["discriminator"]
        if isinstance(discriminator, str) and discriminator:
            discriminator = {"propertyName": discriminator}  # Swagger 2.0
        if not isinstance(discriminator, dict) or not isinstance(
            discriminator.get("propertyName"), str
        ):
            self._drop(
                "discriminator",
                "names no property, and is left out",
                "write `discriminator: {propertyName: type}`",
            )
            return
        mapping = discriminator.get("mapping")
        targets = (
            {value: target for value, target in mapping.items() if isinstance(target, str)}
            if isinstance(mapping, dict)
            else {}
        )
        if mapping is not None and targets != mapping:
            self._warn("discriminator", "mapping: what does not lead to a schema is left out")
        self._schema["discriminator"] = {
            **{key: value for key, value in discriminator.items() if key != "mapping"},
            **({"mapping": targets} if targets else {}),
        }

    def _open_ended(self) -> None:
        value = self._schema["additionalProperties"]
        if isinstance(value, str) and value.lower() in ("true", "false"):
            self._warn(
                "additionalProperties",
                f"additionalProperties: {value!r} is taken as {value.lower()}",
            )
            self._schema["additionalProperties"] = value.lower() == "true"


class _Fine:
    """Types that nothing is wrong with; a container that takes any value, hashable or not."""

    def __contains__(self, value: object) -> bool:
        if isinstance(value, str):
            return value in TYPES
        return (
            isinstance(value, list)
            and bool(value)
            and all(isinstance(one, str) and one in TYPES for one in value)
            and len(set(value)) == len(value)
        )


_FINE = _Fine()


def _name(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    text = repr(value)
    return text if len(text) < 60 else text[:57] + "…"
