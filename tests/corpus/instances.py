"""Valid instances of the schemas of a document: its examples, and samples; judged by the jsonschema package."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import referencing
import referencing.jsonschema

from hooksmith.json_pointer import escape
from hooksmith.load.library import load
from hooksmith.normalize.bundle import bundle
from hooksmith.normalize.diagnostics import Findings
from hooksmith.normalize.dialects import upgrade
from hooksmith.normalize.repair import tolerate
from hooksmith.normalize.swagger2 import upgrade_swagger
from hooksmith.openapi.formats import INTEGER_FORMATS
from hooksmith.openapi.media_types import essence, is_json
from hooksmith.openapi.references import resolve_local
from hooksmith.plan.text_samples import text_matching

from .roundtrip import FORMATS, VALIDATOR


def _is_within(least: int, most: int, value: object) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return not whole or least <= int(str(value)) <= most


def _is_text(pattern: re.Pattern[str], value: object) -> bool:
    return not isinstance(value, str) or bool(pattern.fullmatch(value))


_URI = r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*"
_GRAMMARS = {
    "uri": _URI,
    "iri": _URI,
    "uri-reference": r"[^\s<>\"{}|\\^`]*",
    "iri-reference": r"[^\s<>\"{}|\\^`]*",
    "idn-email": r".+@.+",
    "hostname": r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*",
    "time": r"\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)",
    "duration": r"P(\d+W|(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?)",
    "byte": r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
    "json-pointer": r"(/([^~/]|~[01])*)*",
}
"""After RFC 3986, 3987, 1123, 3339, 4648 and 6901, as strictly as a text is told to be one."""

CHECKED = jsonschema.FormatChecker(formats=())
CHECKED.checkers = {
    **FORMATS.checkers,
    **{name: jsonschema.FormatChecker.checkers[name] for name in ("email", "ipv4", "ipv6")},
}
for _name, _pattern in _GRAMMARS.items():
    CHECKED.checks(_name)(partial(_is_text, re.compile(_pattern)))
for _name, (_least, _most) in INTEGER_FORMATS.items():
    CHECKED.checks(_name)(partial(_is_within, _least, _most))
"""The formats that are asserted of what is sent."""

_FORMS = {"application/x-www-form-urlencoded": "form", "multipart/form-data": "multipart"}
BODIES = frozenset({"json", *_FORMS.values()})
PLACES = frozenset({"path", "query", "header", "cookie"})
DEEPEST = 6


@dataclass(frozen=True)
class Media:
    """A media type object, and its name."""

    name: str
    facts: dict[str, Any]


class Instances:
    """Valid instances of the schemas of a document in its 3.1 form, and the judgement of the jsonschema package."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        resource = referencing.Resource(copy.deepcopy(document), referencing.jsonschema.DRAFT202012)
        self._registry = referencing.Registry().with_resource("urn:document", resource)

    @classmethod
    def read(cls, path: Path) -> Instances:
        """Read a document: bundled and in its 3.1 form, before schemas are merged or named."""
        bundled = bundle(load(path))
        findings = Findings(bundled)
        upgrade_swagger(bundled, findings)
        tolerate(bundled, findings)
        upgrade(bundled.document)
        return cls(bundled.document)

    def accepts(self, pointer: str, value: Any) -> bool:
        """By the whole schema; one that jsonschema cannot read accepts everything."""
        schema = {"$ref": f"urn:document#{pointer}"}
        try:
            found = VALIDATOR(schema, registry=self._registry, format_checker=CHECKED)
            return bool(found.is_valid(value))
        except Exception:
            return True

    def complaints(self, pointer: str, value: Any) -> set[str]:
        """The keywords that refuse a value, those of options included."""
        schema = {"$ref": f"urn:document#{pointer}"}
        try:
            found = VALIDATOR(schema, registry=self._registry, format_checker=CHECKED)
            return {str(error.validator) for error in _with_context(found.iter_errors(value))}
        except Exception:
            return set()

    def bodies(self, pointer: str) -> Iterator[tuple[str, str, Media]]:
        """Place, pointer of the schema, and the media type, of an operation's body in each form that is checked."""
        place = f"{pointer}/requestBody"
        body = resolve_local(self.document, f"#{pointer}").get("requestBody")
        place, body = self._followed(place, body)
        for name, media in (body.get("content") or {}).items():
            kind = "json" if is_json(name) else _FORMS.get(essence(name))
            if kind and isinstance(media, dict) and isinstance(media.get("schema"), dict):
                yield kind, f"{place}/content/{escape(name)}/schema", Media(name, media)

    def parameters(self, pointer: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Place, pointer of the schema, and facts (with the schema), of an operation's parameters."""
        seen = set()
        for owner in (pointer, pointer.rpartition("/")[0]):
            stated = resolve_local(self.document, f"#{owner}").get("parameters") or ()
            for index, item in enumerate(stated):
                place, facts = self._followed(f"{owner}/parameters/{index}", item)
                key = (facts.get("in"), facts.get("name"))
                if key in seen or facts.get("in") not in PLACES:
                    continue
                seen.add(key)
                if isinstance(facts.get("schema"), dict):
                    yield facts["in"], f"{place}/schema", facts

    def replies(self, pointer: str, status: int) -> Iterator[str]:
        """Pointers of the schemas of an operation's reply with this status, in every media type."""
        responses = resolve_local(self.document, f"#{pointer}").get("responses") or {}
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in responses:
                place, reply = self._followed(f"{pointer}/responses/{key}", responses[key])
                for name, media in (reply.get("content") or {}).items():
                    if isinstance(media, dict) and "schema" in media:
                        yield f"{place}/content/{escape(name)}/schema"
                return

    def _followed(self, place: str, node: Any) -> tuple[str, dict[str, Any]]:
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            place, node = node["$ref"][1:], resolve_local(self.document, node["$ref"])
        return place, node if isinstance(node, dict) else {}

    def seeds(self, pointer: str, facts: dict[str, Any], place: str) -> Iterator[Any]:
        """Valid values: stated ones, and samples. In a URL or a header, those that can stand there."""
        stated = [facts["example"]] if "example" in facts else []
        for example in (facts.get("examples") or {}).values():
            if isinstance(example, dict) and "value" in example:
                stated.append(example["value"])
        samples = (self._sample(facts["schema"], 0, full) for full in (True, False))
        for value in (*stated, *samples):
            value = self._writable(facts["schema"], value)
            if place not in BODIES and not _is_sayable(value, place):
                continue
            if self.accepts(pointer, value):
                yield value

    # --- making

    def _resolved(self, schema: Any) -> Any:
        for _ in range(20):
            if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
                break
            schema = resolve_local(self.document, schema["$ref"])
        return schema if isinstance(schema, dict) else {}

    def parts(self, schema: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
        """A schema, and all that holds besides it."""
        if depth > DEEPEST or not isinstance(schema, dict):
            return
        yield schema
        if isinstance(schema.get("$ref"), str):
            yield from self.parts(resolve_local(self.document, schema["$ref"]), depth + 1)
        for part in schema.get("allOf") or ():
            yield from self.parts(part, depth + 1)

    def _properties(self, schema: Any) -> dict[str, Any]:
        return {
            name: value
            for part in self.parts(schema)
            for name, value in (part.get("properties") or {}).items()
        }

    def _sample(self, schema: Any, depth: int, full: bool) -> Any:
        """A value that is probably valid: with all properties that are not deep, or with the required ones."""
        if depth > 4 * DEEPEST:
            return None
        whole: dict[str, Any] = {}
        for part in self.parts(schema):
            whole = {**part, **whole}
        for keyword in ("const", "default"):
            if keyword in whole:
                return copy.deepcopy(whole[keyword])
        if whole.get("enum"):
            return whole["enum"][0]
        for keyword in ("oneOf", "anyOf"):
            if whole.get(keyword) and "properties" not in whole:
                return self._sample(whole[keyword][0], depth + 1, full)
        kind = whole.get("type")
        kind = kind[0] if isinstance(kind, list) and kind else kind
        properties = self._properties(schema)
        if kind == "object" or (kind is None and properties):
            needed = {name for part in self.parts(schema) for name in part.get("required") or ()}
            return {
                name: self._sample(value, depth + 1, full)
                for name, value in properties.items()
                if name in needed or (full and depth < 3)
            }
        if kind == "array":
            few = 1 if depth < 2 * DEEPEST else 0  # arrays of required properties end circles
            number = max(few, int(whole.get("minItems", few)))
            return [self._sample(whole.get("items", {}), depth + 1, full) for _ in range(number)]
        return _scalar(kind, whole)

    def _writable(self, schema: Any, value: Any) -> Any:
        """The value without what only the API sets."""
        if isinstance(value, dict):
            known = self._properties(schema)
            return {
                name: self._writable(known.get(name), item)
                for name, item in value.items()
                if not any(part.get("readOnly") is True for part in self.parts(known.get(name)))
            }
        if isinstance(value, list):
            items = next((part["items"] for part in self.parts(schema) if "items" in part), None)
            return [self._writable(items, item) for item in value]
        return value


def _is_sayable(value: Any, place: str) -> bool:
    """Whether a parameter can be said at all: not null, not empty, not nested, without what a header cannot hold."""
    inner = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    )
    texts = [str(item) for item in inner if not isinstance(item, dict | list) and item is not None]
    if len(texts) < len(inner) or (place == "path" and "" in ["".join(texts), *texts]):
        return False
    return bool(texts) and (place != "header" or all(_IN_HEADERS.fullmatch(it) for it in texts))


_IN_HEADERS = re.compile("[!-+\\--~]([ -+\\--~]*[!-+\\--~])?")


def _with_context(
    errors: Iterable[jsonschema.ValidationError],
) -> Iterator[jsonschema.ValidationError]:
    for error in errors:
        yield error
        yield from _with_context(error.context or ())


def _scalar(kind: Any, schema: dict[str, Any]) -> Any:
    match kind:
        case "integer" | "number":
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            step = schema.get("multipleOf")
            return -(-low // step) * step if step else min(low, schema.get("maximum", low))
        case "boolean":
            return True
        case "null":
            return None
        case "string":
            return _text(schema)
    return "anything"


TEXTS = {
    "date": "2026-01-02",
    "date-time": "2026-01-02T03:04:05Z",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "email": "ada@example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "iri": "https://example.com/",
    "uri-reference": "/a",
    "iri-reference": "/a",
    "idn-email": "ada@example.com",
    "hostname": "example.com",
    "time": "03:04:05Z",
    "duration": "P1D",
    "byte": "aGk=",
    "json-pointer": "/a",
}


def _text(schema: dict[str, Any]) -> str:
    if "pattern" in schema:
        return text_matching(schema["pattern"])
    text = TEXTS.get(str(schema.get("format")), "text")
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]
