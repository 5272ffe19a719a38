"""Bodies and parameters with one constraint broken: what jsonschema refuses for it must be refused before it is sent.

Seeds are the documents' own examples and samples of each schema; each is valid by jsonschema. One place of a seed is
broken at a time, by one keyword, and what is invalid then goes through what the generated package sends.
"""

from __future__ import annotations

import copy
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
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
from hooksmith.openapi.references import resolve_local
from hooksmith.pipeline import describe_document, generate
from hooksmith.plan.text_samples import text_matching
from hooksmith.settings import Settings

from .roundtrip import FORMATS, VALIDATOR
from .sender import Send, Sender


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

BODIES_BY_TYPE = {
    "application/json": "json",
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
}
BODIES = frozenset(BODIES_BY_TYPE.values())
PLACES = frozenset({"path", "query", "header", "cookie"})
DEEPEST = 6
EACH = 20
"""Places that are broken by one keyword in one body or parameter."""


Case = tuple[str, str]
"""Where a value goes (`json`, `form`, `multipart`, `path`, `query`, `header`, `cookie`), and the keyword it breaks."""


@dataclass
class Refusals:
    """Case → how many values were refused for it, and how many were sent all the same; `sent` says which."""

    refused: Counter[Case] = field(default_factory=Counter)
    accepted: Counter[Case] = field(default_factory=Counter)
    seeds: Counter[str] = field(default_factory=Counter)
    valid_refused: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def __iadd__(self, other: Refusals) -> Refusals:
        self.refused += other.refused
        self.accepted += other.accepted
        self.seeds += other.seeds
        self.valid_refused += other.valid_refused
        self.sent += other.sent
        return self

    def rates(self, of: Callable[[Case], str]) -> Iterator[tuple[str, int, int]]:
        """Group of cases, how many were refused, how many there are."""
        for group in sorted({of(case) for case in self.refused | self.accepted}):
            refused = sum(number for case, number in self.refused.items() if of(case) == group)
            sent = sum(number for case, number in self.accepted.items() if of(case) == group)
            yield group, refused, refused + sent


def refusals(path: Path, folder: Path) -> Refusals:
    """Generate the package of `path` in `folder`, and try to send bodies and parameters with one thing wrong."""
    package = "rf_" + "".join(char if char.isalnum() else "_" for char in path.stem).lower()
    settings = Settings(package=package, formatter="none")
    api = describe_document(path, settings).api
    for name, text in generate(path, settings).files.items():
        target = folder / package / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    result = Refusals()
    judge = _Judge(path)
    sys.path.insert(0, str(folder))
    try:
        sender = Sender(package)
        for resource in api.resources:
            for operation in resource.operations:
                constant = sender.operation(resource.name, operation.name)
                for place, pointer, media in judge.bodies(operation.pointer):
                    send = sender.body(constant, media.name) if constant.body else None
                    _try(result, judge, Target(place, pointer, media.facts, path.name), send)
                for place, pointer, facts in judge.parameters(operation.pointer):
                    send = sender.parameter(constant, place, facts["name"])
                    _try(result, judge, Target(place, pointer, facts, path.name), send)
    finally:
        sys.path.remove(str(folder))
        for loaded in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[loaded]
    return result


@dataclass(frozen=True)
class Target:
    """A schema by its pointer, the media type or parameter that has it (`facts`), and the document."""

    place: str
    pointer: str
    facts: dict[str, Any]
    document: str


def _try(result: Refusals, judge: _Judge, target: Target, send: Send | None) -> None:
    if send is None:
        return
    tried: Counter[str] = Counter()
    for seed in islice(judge.seeds(target.pointer, target.facts, target.place), 2):
        result.seeds[target.place] += 1
        if not send(seed):
            result.valid_refused.append(f"{target.document}: {target.place}: {target.pointer}")
            continue
        for keyword, place, broken in judge.broken(target.facts["schema"], seed):
            if tried[keyword] >= EACH or (broken is None and target.place not in BODIES):
                continue  # a parameter of None is not sent
            if keyword.split()[0] not in judge.complaints(target.pointer, broken):
                continue
            tried[keyword] += 1
            case = (target.place, keyword)
            if send(broken):
                result.accepted[case] += 1
                where = f"{target.pointer} at {place or '/'}"
                result.sent.append(f"{target.document}: {target.place}: {keyword}: {where}")
            else:
                result.refused[case] += 1


@dataclass(frozen=True)
class Media:
    """A media type object, and its name."""

    name: str
    facts: dict[str, Any]


class _Judge:
    """jsonschema over the document in its 3.1 form, seeds of its bodies, and ways to break them."""

    def __init__(self, path: Path) -> None:
        bundled = bundle(load(path))
        findings = Findings(bundled)
        upgrade_swagger(bundled, findings)
        tolerate(bundled, findings)
        upgrade(bundled.document)
        self.document = bundled.document
        resource = referencing.Resource(
            copy.deepcopy(self.document), referencing.jsonschema.DRAFT202012
        )
        self._registry = referencing.Registry().with_resource("urn:document", resource)

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
            kind = BODIES_BY_TYPE.get(name.partition(";")[0].strip())
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

    def _parts(self, schema: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
        """A schema, and all that holds besides it."""
        if depth > DEEPEST or not isinstance(schema, dict):
            return
        yield schema
        if isinstance(schema.get("$ref"), str):
            yield from self._parts(resolve_local(self.document, schema["$ref"]), depth + 1)
        for part in schema.get("allOf") or ():
            yield from self._parts(part, depth + 1)

    def _properties(self, schema: Any) -> dict[str, Any]:
        return {
            name: value
            for part in self._parts(schema)
            for name, value in (part.get("properties") or {}).items()
        }

    def _sample(self, schema: Any, depth: int, full: bool) -> Any:
        """A value that is probably valid: with all properties that are not deep, or with the required ones."""
        whole: dict[str, Any] = {}
        for part in self._parts(schema):
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
            needed = {name for part in self._parts(schema) for name in part.get("required") or ()}
            return {
                name: self._sample(value, depth + 1, full)
                for name, value in properties.items()
                if name in needed or (full and depth < 3)
            }
        if kind == "array":
            number = max(1, int(whole.get("minItems", 1)))
            return [self._sample(whole.get("items", {}), depth + 1, full) for _ in range(number)]
        return _scalar(kind, whole)

    def _writable(self, schema: Any, value: Any) -> Any:
        """The value without what only the API sets."""
        if isinstance(value, dict):
            known = self._properties(schema)
            return {
                name: self._writable(known.get(name), item)
                for name, item in value.items()
                if not any(part.get("readOnly") is True for part in self._parts(known.get(name)))
            }
        if isinstance(value, list):
            items = next((part["items"] for part in self._parts(schema) if "items" in part), None)
            return [self._writable(items, item) for item in value]
        return value

    # --- breaking

    def broken(self, schema: Any, seed: Any) -> Iterator[tuple[str, str, Any]]:
        """Keyword, place and a copy of the seed that the keyword most likely refuses there."""
        for keyword, place, wrong in self._wrong(schema, seed, (), 0):
            if not place:
                yield keyword, "", wrong
                continue
            changed = copy.deepcopy(seed)
            holder = changed
            for token in place[:-1]:
                holder = holder[token]
            holder[place[-1]] = wrong
            yield keyword, "".join(f"/{token}" for token in place), changed

    def _wrong(
        self, schema: Any, value: Any, place: tuple[Any, ...], depth: int
    ) -> Iterator[tuple[str, tuple[Any, ...], Any]]:
        if depth > DEEPEST:
            return
        for part in self._parts(schema):
            for keyword, wrong in _wrong_values(part, value):
                yield keyword, place, wrong
            if isinstance(value, dict):
                for name, inner in (part.get("properties") or {}).items():
                    if name in value:
                        yield from self._wrong(inner, value[name], (*place, name), depth + 1)
            if isinstance(value, list) and value:
                yield from self._wrong(part.get("items"), value[0], (*place, 0), depth + 1)


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


_TEXTS = {
    "date": "2026-01-02",
    "date-time": "2026-01-02T03:04:05Z",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "email": "ada@example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
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
    text = _TEXTS.get(str(schema.get("format")), "text")
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]


def _wrong_values(schema: dict[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
    """A value for each keyword of one schema that holds for `value`, and that it refuses."""
    if "enum" in schema or "const" in schema:
        keyword = "enum" if "enum" in schema else "const"
        yield keyword, "no such value"
        yield keyword, 987_654_321
        yield keyword, not value
    if "type" in schema:
        yield "type", ([] if isinstance(value, dict | str) else {"no": "such type"})
        yield "type null", None
    if isinstance(value, str):
        yield from _wrong_texts(schema)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _wrong_numbers(schema, value)
    elif isinstance(value, list):
        yield from _wrong_lists(schema, value)
    elif isinstance(value, dict):
        yield from _wrong_objects(schema, value)


def _wrong_texts(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if schema.get("format") == "binary":
        return  # a file has no characters
    if schema.get("minLength"):
        yield "minLength", "x" * (schema["minLength"] - 1)
    if "maxLength" in schema and schema["maxLength"] < 100_000:
        yield "maxLength", "x" * (schema["maxLength"] + 1)
    if "pattern" in schema:
        for text in ("", "\x01", "~ no such text ~", "ß"):
            yield "pattern", text
    if schema.get("format") in _TEXTS:
        yield f"format {schema['format']}", "no such text"


def _wrong_numbers(schema: dict[str, Any], value: float) -> Iterator[tuple[str, Any]]:
    for keyword, step in (("minimum", -1), ("maximum", 1)):
        if isinstance(schema.get(keyword), int | float):
            yield keyword, schema[keyword] + step
    for keyword in ("exclusiveMinimum", "exclusiveMaximum"):
        if isinstance(schema.get(keyword), int | float):
            yield keyword, schema[keyword]
    if schema.get("format") in INTEGER_FORMATS:
        for limit, step in zip(INTEGER_FORMATS[schema["format"]], (-1, 1), strict=True):
            yield f"format {schema['format']}", limit + step
    if schema.get("multipleOf"):
        yield "multipleOf", value + schema["multipleOf"] / 2


def _wrong_lists(schema: dict[str, Any], value: list[Any]) -> Iterator[tuple[str, Any]]:
    if schema.get("minItems") and value:
        yield "minItems", value[: schema["minItems"] - 1]
    if "maxItems" in schema and schema["maxItems"] < 10_000 and value:
        yield "maxItems", [value[0]] * (schema["maxItems"] + 1)
    if schema.get("uniqueItems") is True and value:
        yield "uniqueItems", [*value, value[0]]


def _wrong_objects(schema: dict[str, Any], value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in schema.get("required") or ():
        yield "required", {key: item for key, item in value.items() if key != name}
    if schema.get("additionalProperties") is False:
        yield "additionalProperties", {**value, "no such property": 1}
    elif isinstance(schema.get("additionalProperties"), dict):
        yield "additionalProperties", {**value, "no such property": object_of_no_type()}
    if schema.get("minProperties"):
        yield "minProperties", dict(islice(value.items(), schema["minProperties"] - 1))
    if "maxProperties" in schema and schema["maxProperties"] < 1000:
        more = {f"more {index}": "x" for index in range(schema["maxProperties"] + 1)}
        yield "maxProperties", {**value, **more}


def object_of_no_type() -> Any:
    """What few schemas of a property's value take."""
    return [[{"no such": "value"}]]
