"""Every class name, settled here, once, for everything that follows.

A component keeps its name. A schema inside another takes its owner's name and the place it has there: `WebhookEndpoint`
and `status` give `WebhookEndpointStatus`; an option of a union adds its discriminator's value, then its title, then its
type. Equal schemas at equal places share a name. A clash is settled by more context, never by a counter: the contenders
take the words of their pointers. So a name depends on the path to the schema alone, and adding, removing or reordering
other schemas renames nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from ..json_pointer import escape, split
from ..openapi.grammar import Node
from ..openapi.operations import operation_name, operations
from ..openapi.status_phrases import PHRASES
from .casing import pascal
from .reserved import BUILTIN_CLASSES
from .union_options import option_words

RESERVED = frozenset(
    """Annotated Any Literal Field StrEnum IntEnum TypeAlias TypeAliasType ConfigDict Pattern
    UniqueItems Int32 Int64 Asserts Whole StringFormat Variadic
    SentFormat SentInt32 SentInt64 ReceivedOnly Nullable SharedModel CamelSharedModel
    Model RequestModel CamelModel CamelRequestModel Open OpenInt Omittable
    FileContent Omit OMIT Timestamp JsonNumber Tagged Unknown Catalogue DriftedEvent
    UnknownEvent Mapping Sequence date datetime list dict str int float bool bytes tuple set
    object type""".split()
)
"""What the generated modules import or use themselves."""


class Candidate(NamedTuple):
    """A schema that needs a name: where it stands, and what it would like to be called."""

    pointer: str
    name: str
    node: Any


def settle_names(document: Node, overrides: Mapping[str, str]) -> dict[str, str]:
    """Return pointer → class name, for every schema of a normalised document that becomes a class, enum or alias."""
    return _Namer(document, overrides).run()


class _Namer:
    def __init__(self, document: Node, overrides: Mapping[str, str]) -> None:
        self._document = document
        self._overrides = overrides
        self._names: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        delivers = document.get("webhooks") or document.get("x-webhooks")
        self._reserved = RESERVED | BUILTIN_CLASSES | ({"Event"} if delivers else set())

    def run(self) -> dict[str, str]:
        """Outermost schemas first, so that a clash is always settled against the deeper one."""
        tier = list(self._components())
        self._claim(tier)
        tier = [*self._below(tier), *self._operations()]
        while tier:
            self._claim(tier)
            tier = list(self._below(tier))
        return self._names

    def _components(self) -> Iterator[Candidate]:
        for key, node in self._document.get("components", {}).get("schemas", {}).items():
            yield Candidate(f"/components/schemas/{escape(key)}", pascal(key), node)

    def _below(self, tier: list[Candidate]) -> Iterator[Candidate]:
        for owner in tier:
            yield from inline(owner.node, owner.pointer, self._names[owner.pointer])

    def _operations(self) -> Iterator[Candidate]:
        yield from _operation_schemas(self._document)

    def _claim(self, tier: list[Candidate]) -> None:
        """Give a whole tier its names; nobody in it comes before another."""
        pending = []
        for candidate in tier:
            chosen = self._overrides.get(candidate.pointer)
            if chosen is not None:
                self._take(candidate, chosen)
            else:
                pending.append(candidate)
        for rung in range(4):
            pending = self._settle(pending, rung)
        for candidate in pending:
            self._take(candidate, self._last_resort(candidate))

    def _last_resort(self, candidate: Candidate) -> str:
        """Two pointers that differ in nothing a name can hold are told apart by a digest of them."""
        name = f"{candidate.name}_{sha256(candidate.pointer.encode()).hexdigest()[:8]}"
        return name if name not in self._owners else f"{name}_"

    def _settle(self, pending: list[Candidate], rung: int) -> list[Candidate]:
        """Names for those whom nobody contradicts; the others come back."""
        wanted: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in pending:
            wanted[_with_context(candidate, rung)].append(candidate)
        left = []
        for name, rivals in wanted.items():
            winners = rivals if _are_equal(rivals) else _spelled_so(rivals, name)
            if name in self._owners or name in self._reserved:
                winners = []
            for rival in winners:
                self._take(rival, name)
            left += [rival for rival in rivals if rival not in winners]
        return left

    def _take(self, candidate: Candidate, name: str) -> None:
        self._names[candidate.pointer] = name
        self._owners[name] = candidate.pointer


def _are_equal(rivals: list[Candidate]) -> bool:
    return all(rival.node == rivals[0].node for rival in rivals[1:])


def _spelled_so(rivals: list[Candidate], name: str) -> list[Candidate]:
    """Of components whose names differ only in what Python cannot spell, the one that is spelled so already."""
    return [rival for rival in rivals if rival.pointer == f"/components/schemas/{name}"]


def suffix_of(node: Any) -> str:
    """What a name is made longer by, where it is contested."""
    return "Enum" if isinstance(node, dict) and "enum" in node else "Model"


def _with_context(candidate: Candidate, rung: int) -> str:
    """The candidate's name with more and more of where it stands and what it is."""
    if rung == 0:
        return candidate.name
    suffix = suffix_of(candidate.node)
    if rung == 1:
        return candidate.name + suffix
    tokens = split(candidate.pointer)
    if rung == 2:
        return "".join(map(pascal, tokens))
    if len(tokens) > 3:
        return "".join(map(pascal, tokens)) + suffix
    return pascal(_with_signs(tokens[-1]))


def _with_signs(key: str) -> str:
    """The signs of types spoken, as in `Property<number[]|null>`."""
    for sign, word in (("[]", " Array "), ("|", " Or "), ("&", " And "), ("!", " Not ")):
        key = key.replace(sign, word)
    return key


# --- what gets a name ------------------------------------------------------------------------------------------


def is_nominal(node: Any) -> bool:
    """Whether an inline schema becomes a class: an object with properties, or an enum of several values."""
    if not isinstance(node, dict) or "$ref" in node:
        return False
    return is_model(node) or is_enum(node)


def is_model(node: Node) -> bool:
    """An object with properties or bases of its own."""
    return (
        bool(node.get("properties") or node.get("allOf"))
        and "oneOf" not in node
        and "anyOf" not in node
    )


def is_enum(node: Node) -> bool:
    """More than one string, or more than one integer."""
    values = [value for value in node.get("enum") or () if value is not None]
    kinds = {type(value) for value in values}
    return len(values) > 1 and kinds in ({str}, {int})


def inline(node: Any, pointer: str, owner: str) -> Iterator[Candidate]:
    """The nearest schemas below `node` that get a name, with the name their place gives them."""
    if not isinstance(node, dict) or "$ref" in node:
        return
    for step, name, child in _steps(node):
        place = f"{pointer}/{step}"
        if is_nominal(child):
            yield Candidate(place, owner + name, child)
        else:
            yield from inline(child, place, owner + name)


def _steps(node: Node) -> Iterator[tuple[str, str, Any]]:
    """Below a schema: the step of the pointer, what it adds to the name, the schema there."""
    for key in ("properties", "patternProperties"):
        for name, child in (node.get(key) or {}).items():
            yield f"{key}/{escape(name)}", pascal(name), child
    for key, word in (("items", "Item"), ("additionalProperties", "Value")):
        if isinstance(node.get(key), dict):
            yield key, word, node[key]
    first = node.get("prefixItems") or ()
    alone = len(first) == 1 and not isinstance(node.get("items"), dict)
    for index, child in enumerate(first):
        yield f"prefixItems/{index}", "Item" if alone else f"Item{index + 1}", child
    for key in ("oneOf", "anyOf"):
        if node.get(key):
            yield from _options(node, key)


def _options(node: Node, key: str) -> Iterator[tuple[str, str, Any]]:
    options = node[key]
    real = [
        index
        for index, option in enumerate(options)
        if not (isinstance(option, dict) and option.get("type") == "null")
    ]
    found = [options[index] for index in real]
    words = option_words(node, found, [_holds_a_name(option) for option in found])
    for index, word in zip(real, words, strict=True):
        yield f"{key}/{index}", word if len(real) > 1 else "", options[index]


def _holds_a_name(node: Any) -> bool:
    """Whether a schema, or one inside it, gets a name."""
    if not isinstance(node, dict) or "$ref" in node:
        return False
    return is_nominal(node) or any(map(_holds_a_name, _inside(node)))


def _inside(node: Node) -> Iterator[Any]:
    for key in ("properties", "patternProperties"):
        yield from (node.get(key) or {}).values()
    yield from (node.get(key) for key in ("items", "additionalProperties"))
    for key in ("prefixItems", "oneOf", "anyOf"):
        yield from node.get(key) or ()


# --- schemas of operations -------------------------------------------------------------------------------------


def _operation_schemas(document: Node) -> Iterator[Candidate]:
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
    """`Reply` for the first success; for the others the phrase of the status: `NotFound`."""
    first = next((code for code in operation["responses"] if code.startswith("2")), None)
    if status == first:
        return "Reply"
    if status in PHRASES:
        return pascal(PHRASES[status])
    return {"default": "Error"}.get(status, f"Status{status}")


def _webhook(item: Node, pointer: str, name: str) -> Iterator[Candidate]:
    found = list(operations(item))
    for method, operation in found:
        place = f"{pointer}/{method}"
        own = name if len(found) == 1 else name + pascal(method)
        yield from _contents(operation.get("requestBody", {}), f"{place}/requestBody", own, "")
        for index, parameter in enumerate(operation.get("parameters", ())):
            yield from _value(
                parameter, f"{place}/parameters/{index}", own + pascal(parameter.get("name", ""))
            )
        for status, reply in operation.get("responses", {}).items():
            yield from _contents(
                reply, f"{place}/responses/{escape(status)}", own, _reply_word(operation, status)
            )


def _contents(holder: Node, pointer: str, name: str, word: str) -> Iterator[Candidate]:
    """Schemas of the media types; a second media type adds its own word, unless it has the schema of an earlier one."""
    contents = holder.get("content", {}) if isinstance(holder, dict) else {}
    words: list[tuple[Any, str]] = []
    for media_type, content in contents.items():
        kind = pascal(media_type.split(";")[0].split("/")[-1]) if words else ""
        kind = next((word for schema, word in words if schema == content.get("schema")), kind)
        words.append((content.get("schema"), kind))
        place = f"{pointer}/content/{escape(media_type)}/schema"
        yield from _root(content.get("schema"), place, name + word + kind)
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
        yield from inline(schema, pointer, name)
