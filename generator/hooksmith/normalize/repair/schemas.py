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
_MEANT = {spelling: meant for meant, spellings in _SPELLINGS for spelling in spellings.split()}
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
        stated = self._schema["type"]
        if isinstance(stated, list):
            self._types(stated)
            return
        if isinstance(stated, str) and stated.lower() in TYPES:
            self._warn("type", f"type: {stated!r} is written {stated.lower()!r}")
            self._schema["type"] = stated.lower()
        elif isinstance(stated, str) and (meant := self._meant(stated)) is not None:
            self._take(stated, meant)
        else:
            self._drop(
                "type", f"{_name(stated)} is no type of JSON Schema; any value is taken", _ONE_OF
            )

    def _meant(self, stated: str) -> Node | None:
        if stated.lower() in _MEANT:
            return dict(zip(("type", "format"), _MEANT[stated.lower()].split(), strict=False))
        components = self._document.get("components")
        schemas = components.get("schemas") if isinstance(components, dict) else None
        target = schemas.get(stated) if isinstance(schemas, dict) else None
        if isinstance(target, dict) and target is not self._schema:
            return {"$ref": f"#/components/schemas/{escape(stated)}"}
        return None

    def _take(self, stated: str, meant: Node) -> None:
        told = meant.get("$ref") or " ".join(meant.values()) or "any value"
        self._warn("type", f"type: {stated!r} is no type of JSON Schema; taken as {told}", _ONE_OF)
        del self._schema["type"]
        if "format" in meant:
            self._schema.setdefault("format", meant.pop("format"))
        self._schema.update(meant)

    def _types(self, stated: list[Any]) -> None:
        """Repair a list of types: drop unknown types; `null` without quotation marks is the type `null`."""
        kept: list[str] = []
        for one in stated:
            name = "null" if one is None else one.lower() if isinstance(one, str) else ""
            name = name if name in TYPES else _MEANT.get(name, "").partition(" ")[0]
            if name and name not in kept:
                kept.append(name)
        if kept == stated:
            return
        self._warn("type", f"type: of {_name(stated)}, {', '.join(kept) or 'nothing'} is taken")
        if kept:
            self._schema["type"] = kept
        else:
            del self._schema["type"]

    # --- required

    def _required(self) -> None:
        """Repair `required`, a list of names. A boolean flag has been moved to the property's owner before."""
        stated = self._schema["required"]
        if isinstance(stated, bool):
            self._drop(
                "required",
                "is a list of the properties' names, and left out",
                "name the property in its object's `required`",
            )
            return
        found = stated if isinstance(stated, list) else [stated]
        kept = list(dict.fromkeys(name for name in found if isinstance(name, str)))
        if kept != stated:
            self._warn(
                "required",
                f"required: {_name(stated)} is taken as {kept!r}",
                "a list of names, each once",
            )
            self._schema["required"] = kept

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
        stated = self._schema["discriminator"]
        if isinstance(stated, str) and stated:
            stated = {"propertyName": stated}  # Swagger 2.0
        if not isinstance(stated, dict) or not isinstance(stated.get("propertyName"), str):
            self._drop(
                "discriminator",
                "names no property, and is left out",
                "write `discriminator: {propertyName: type}`",
            )
            return
        mapping = stated.get("mapping")
        kept = (
            {value: target for value, target in mapping.items() if isinstance(target, str)}
            if isinstance(mapping, dict)
            else {}
        )
        if mapping is not None and kept != mapping:
            self._warn("discriminator", "mapping: what does not lead to a schema is left out")
        self._schema["discriminator"] = {
            **{key: value for key, value in stated.items() if key != "mapping"},
            **({"mapping": kept} if kept else {}),
        }

    def _open_ended(self) -> None:
        stated = self._schema["additionalProperties"]
        if isinstance(stated, str) and stated.lower() in ("true", "false"):
            self._warn(
                "additionalProperties",
                f"additionalProperties: {stated!r} is taken as {stated.lower()}",
            )
            self._schema["additionalProperties"] = stated.lower() == "true"


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
    spelled = repr(value)
    return spelled if len(spelled) < 60 else spelled[:57] + "…"
