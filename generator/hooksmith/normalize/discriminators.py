"""Tags that a discriminator implies, written into the schemas that it selects.

A discriminator stands beside the options of a union, or in an object that other objects extend by `allOf` (OpenAPI
3.1.1, 4.8.25). In the normal form such an object, `Vehicle`, has a union beside it, `AnyVehicle`, of its subclasses and
itself. All references mean that union, but for those in the `allOf` of the subclasses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from ..json_pointer import escape, split
from ..naming.casing import pascal
from ..openapi.grammar import Node, copied, walk
from ..openapi.references import follow, resolved

FALLBACK = "$fallback"
"""A keyword of the normal form: the last option of a union is the base class of the others."""
TAGS = "$tags"
"""A keyword of the normal form: reference to an option of a union → its tags, which the option does not state."""
IMPLIED = "$implied"
"""A keyword of the normal form: a discriminator implies the constant. A subclass has a constant of its own instead."""


class _Choice(NamedTuple):
    """A schema that a discriminator selects, the property it looks at and its values.

    `mapped`: by `mapping`. `reference`: to an option of a union; empty for subclasses. `union`: the union.
    """

    option: Node
    name: str
    values: list[str]
    mapped: bool
    reference: str
    union: Node


def imply_tags(document: Node) -> None:
    """Give every schema that a discriminator selects its tag as `const` or `enum`, unless the schema has one.

    A schema that is also used outside of unions stays as it is; then the union has its tag.
    """
    _open_circles(document)
    subclasses = _subclasses(document)
    choices: dict[int, _Choice] = {}
    unions: list[_Choice] = []
    for visit in walk("openapi", document):
        if visit.kind == "schema" and isinstance(visit.node.get("discriminator"), dict):
            for choice in _choices(document, visit.node, subclasses.get(visit.pointer, ())):
                unions.append(choice._replace(values=list(choice.values)))
                known = choices.setdefault(id(choice.option), choice)
                known.values.extend(each for each in choice.values if each not in known.values)
    # All are judged before the first changes: a subclass would take its parent's tag for its own.
    untagged = [choice for choice in choices.values() if not _has_tag(document, choice)]
    outside = _used_outside(document)
    for choice in untagged:
        if choice.reference not in outside:
            _write(choice)
    for choice in unions:
        if choice.reference in outside and not _has_tag(document, choice):
            choice.union.setdefault(TAGS, {})[choice.reference] = choice.values
    _add_unions(document, subclasses)


def _used_outside(document: Node) -> set[str]:
    """Return the references that lead to a schema from outside of a union with a discriminator, or of an `allOf`.

    References in unions beside properties do not count: their options become classes of their own. Neither do any in
    a document with webhooks: deliveries are told apart by constants in their schemas.
    """
    if not document.keys().isdisjoint(("webhooks", "x-webhooks")):
        return set()
    outside: set[str] = set()
    spread: set[str] = set()
    inside: set[str] = set()
    for visit in walk("openapi", document):
        if visit.kind != "schema":
            continue
        if "discriminator" in visit.node:
            inside |= {f"{visit.pointer}/oneOf", f"{visit.pointer}/anyOf"}
            if visit.node.get("properties"):
                spread |= {option.get("$ref") for option in _options(visit.node)}
        holder = visit.pointer.rpartition("/")[0]
        reference = visit.node.get("$ref")
        if isinstance(reference, str) and holder not in inside and not holder.endswith("/allOf"):
            outside.add(reference)
    return outside - spread


def _add_unions(document: Node, subclasses: dict[str, list[str]]) -> None:
    """Add the unions of subclasses, and let references mean them."""
    schemas = document.get("components", {}).get("schemas", {})
    bases = {
        f"#{pointer}": _selecting(resolved(document, f"#{pointer}"))
        for pointer, children in subclasses.items()
        if children
    }
    bases = {reference: name for reference, name in bases.items() if name}
    if not bases:
        return
    unions: dict[str, str] = {}
    for visit in walk("openapi", document):
        base = visit.node.get("$ref") if visit.kind == "schema" else None
        if isinstance(base, str) and base in bases and visit.pointer.split("/")[-2] != "allOf":
            if base not in unions:
                unions[base] = _free(f"Any{pascal(split(base)[-1])}", schemas)
            visit.node["$ref"] = f"#/components/schemas/{escape(unions[base])}"
    for base, name in unions.items():
        references = [*subclasses[base[1:]], base]
        schemas[name] = {
            "oneOf": [{"$ref": reference} for reference in references],
            "discriminator": {"propertyName": bases[base]},
            FALLBACK: True,
        }


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "Option"
    return name


def _selecting(schema: Any) -> str:
    """Return the property by which an object selects its subclasses; "" if it has none, or options."""
    discriminator = schema.get("discriminator") if isinstance(schema, dict) else None
    name = discriminator.get("propertyName") if isinstance(discriminator, dict) else None
    return name if isinstance(name, str) and not _options(schema) else ""


def _open_circles(document: Node) -> None:
    """Replace a union in the `allOf` of its own option by the keywords beside the options.

    `Pet: {oneOf: [Cat, Dog]}` with `Cat: {allOf: [Pet, …]}` says that a cat has what all pets have.
    """
    schemas = document.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        reference = f"#/components/schemas/{escape(name)}"
        extended: list[Any] = []
        for option in _options(schema):
            target = follow(document, option)
            parts: Any = target.get("allOf") if isinstance(target, dict) else None
            for index, part in enumerate(parts if isinstance(parts, list) else ()):
                if isinstance(part, dict) and part.get("$ref") == reference:
                    beside = {key: schema[key] for key in schema if key not in _OF_UNIONS}
                    parts[index] = copied(beside)
                    extended.append(target)
        if extended and len(extended) == len(_options(schema)):
            for key in ("properties", "required"):
                schema.pop(key, None)  # every option has them by now


_OF_UNIONS = frozenset({"oneOf", "anyOf", "discriminator", "description", "title"})


def _options(schema: Any) -> list[Any]:
    if not isinstance(schema, dict):
        return []
    return [*(schema.get("oneOf") or ()), *(schema.get("anyOf") or ())]


def _subclasses(document: Node) -> dict[str, list[str]]:
    """Return pointer of a component with a discriminator → references to all components that extend it by `allOf`.

    The references are in document order.
    """
    schemas = document.get("components", {}).get("schemas", {})
    children: dict[str, list[str]] = {}
    for name, schema in schemas.items():
        parts = schema.get("allOf") if isinstance(schema, dict) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and isinstance(part.get("$ref"), str):
                children.setdefault(part["$ref"], []).append(f"#/components/schemas/{escape(name)}")
    order = {f"#/components/schemas/{escape(name)}": index for index, name in enumerate(schemas)}
    return {
        reference[1:]: sorted(_descendants(reference, children), key=order.__getitem__)
        for reference, schema in zip(order, schemas.values(), strict=True)
        if isinstance(schema, dict) and isinstance(schema.get("discriminator"), dict)
    }


def _descendants(reference: str, children: dict[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    stack = list(children.get(reference, ()))
    while stack:
        child = stack.pop()
        if child not in seen:
            seen.add(child)
            stack.extend(children.get(child, ()))
    return seen - {reference}


def _choices(document: Node, schema: Node, subclasses: Any) -> Iterator[_Choice]:
    """Yield the schemas that a schema's discriminator selects: options, otherwise subclasses."""
    name = schema["discriminator"].get("propertyName")
    if not isinstance(name, str):
        return
    values: dict[str, list[str]] = {}
    mapping = schema["discriminator"].get("mapping")
    for value, target in (mapping if isinstance(mapping, dict) else {}).items():
        values.setdefault(_as_reference(str(target)), []).append(value)
    options = _options(schema)
    references = [
        option["$ref"] for option in options if isinstance(option, dict) and "$ref" in option
    ]
    choices = []
    for reference in references if options else subclasses:
        option: Any = resolved(document, reference)
        if isinstance(option, dict) and not _options(option):  # options of options have their tags
            tags = values.get(reference)
            names = tags or [split(reference)[-1]]
            within = reference if options else ""
            choices.append(_Choice(option, name, names, tags is not None, within, schema))
    if any(_has_other_examples(document, choice) for choice in choices):
        choices = [choice for choice in choices if choice.mapped]
    yield from choices


def _has_other_examples(document: Node, choice: _Choice) -> bool:
    """Whether examples of a property contradict the name of a schema, the only tag that a mapping does not give."""
    declared = follow(document, (choice.option.get("properties") or {}).get(choice.name))
    if choice.mapped or not isinstance(declared, dict):
        return False
    return not set(choice.values) >= set(_examples(choice.option, declared, choice.name))


def _as_reference(target: str) -> str:
    return target if target.startswith("#") else f"#/components/schemas/{target}"


def _write(choice: _Choice) -> None:
    properties: Node = choice.option.setdefault("properties", {})
    declared = properties.get(choice.name)
    plain: Node = declared if isinstance(declared, dict) and "$ref" not in declared else {}
    texts = {key: plain[key] for key in ("description", "title") if key in plain}
    tags = [{"const": value} for value in choice.values]
    tag = tags[0] if len(tags) == 1 else {"anyOf": tags}
    properties[choice.name] = {**texts, **tag, IMPLIED: True}


def _has_tag(document: Node, choice: _Choice) -> bool:
    return _contradicts(document, choice.option, choice, set())


def _contradicts(document: Node, schema: Any, choice: _Choice, seen: set[int]) -> bool:
    """Whether a schema, or one of its parts or options, has a tag, or values other than those of a choice."""
    schema = follow(document, schema)
    if not isinstance(schema, dict) or id(schema) in seen:
        return False
    seen.add(id(schema))
    declared = follow(document, (schema.get("properties") or {}).get(choice.name))
    if isinstance(declared, dict):
        admitted = declared.get("enum") or choice.values
        if "const" in declared or not all(value in admitted for value in choice.values):
            return True
    parts = [part for key in ("allOf", "oneOf", "anyOf") for part in schema.get(key) or ()]
    return any(_contradicts(document, part, choice, seen) for part in parts)


def _examples(schema: Node, declared: Node, name: str) -> list[str]:
    """Return the examples of a property, its own and those of the object, that are strings."""
    wholes = [schema.get("example"), *_list(schema.get("examples"))]
    inside = [whole[name] for whole in wholes if isinstance(whole, dict) and name in whole]
    direct = [declared.get("example"), *_list(declared.get("examples"))]
    return [value for value in (*inside, *direct) if isinstance(value, str)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
