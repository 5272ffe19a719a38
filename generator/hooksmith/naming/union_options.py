"""Names for the options of a union: from a feature that distinguishes each option, otherwise from its position.

The words come out of the options alone, so nothing elsewhere in a document changes them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..json_pointer import split
from ..openapi.grammar import Node
from .casing import parts, pascal, upper


def option_words(union: Node, options: list[Any], named: Sequence[bool]) -> list[str]:
    """Return a word for each option of a union. Words of options with a class (`named`) differ.

    Equal options may share a word. The discriminator's value comes first, then a title, then the type; where these are
    not enough, each of `_TELLS` in turn adds a word to those that still share theirs.
    """
    words = _first_words(union, options)
    for tell in _TELLS:
        for rivals in _rivals(words, options, named):
            additions = tell([_core(options[index]) for index in rivals])
            for index, word in zip(rivals, additions, strict=True):
                words[index] += word
    for rivals in _rivals(words, options, named):
        for index in rivals:
            words[index] += str(index + 1)
    return words


def _first_words(union: Node, options: list[Any]) -> list[str]:
    discriminator = (union.get("discriminator") or {}).get("propertyName") or telling_tag(options)
    literals = None if discriminator else _literals(options)
    return literals or [_option_word(option, discriminator) for option in options]


def _rivals(words: list[str], options: list[Any], named: Sequence[bool]) -> list[list[int]]:
    """Positions of those that share a word, without being equal."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        if named[index]:
            groups[word].append(index)
    return [
        group
        for group in groups.values()
        if any(options[index] != options[group[0]] for index in group)
    ]


def _option_word(option: Any, discriminator: str | None) -> str:
    if not isinstance(option, dict):
        return "Option"
    for value in tags(option, discriminator) if discriminator else ():
        return pascal(str(value))
    if option.get("title"):
        return pascal(str(option["title"]))
    kind = option.get("type", "Option")
    word = pascal(kind if isinstance(kind, str) else "_".join(kind))
    is_object = word in ("Object", "Option") and (_properties(option) or option.get("allOf"))
    return "" if is_object else word


def _core(option: Any) -> Node:
    """Return the schema that distinguishes an option: for an array, the schema of its items."""
    while isinstance(option, dict) and isinstance(option.get("items"), dict):
        option = option["items"]
    return option if isinstance(option, dict) else {}


# --- one value -------------------------------------------------------------------------------------------------


def telling_tag(options: list[Any]) -> str | None:
    """The first property that has a single value in each option, and in each another."""
    for name in _properties(options[0]) if len(options) > 1 else ():
        values = [
            next(tags(option, name), None) if isinstance(option, dict) else None
            for option in options
        ]
        if None not in values and len({repr(value) for value in values}) == len(values):
            return name
    return None


def tags(option: Node, name: str) -> Iterator[Any]:
    """The value of a property that can have only one."""
    yield from _single((option.get("properties") or {}).get(name))


def _single(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if "const" in value:
            yield value["const"]
        elif len(value.get("enum") or ()) == 1:
            yield value["enum"][0]


_LITERAL = re.compile(r"\^((?:[\w @/:,;=<>~!%&\"'#-]|\\[^\w\s])+)\$", re.ASCII)
"""A pattern that one text alone has: `^PowerShell@2$`."""


def _literal(value: Any) -> str:
    """The text of a schema that has one value, or one text by its pattern."""
    for single in _single(value):
        return "" if single is None else str(single)
    match = _LITERAL.fullmatch(str(value.get("pattern", ""))) if isinstance(value, dict) else None
    return re.sub(r"\\(.)", r"\1", match[1]) if match else ""


def _literals(options: list[Any]) -> list[str] | None:
    """The texts of a property that each option has one of, alone: a constant or a pattern, also further inside."""
    for place in _places(options[0]) if len(options) > 1 else ():
        words = [_word(_literal_at(option, place)) for option in options]
        if "" not in words and len(set(words)) == len(words):
            return words
    return None


def _places(option: Any) -> Iterator[tuple[str, ...]]:
    """Properties, then those of the objects that properties are."""
    for name in _properties(option):
        yield (name,)
    for name in _properties(option):
        for inner in _properties(option["properties"][name]):
            yield (name, inner)


def _literal_at(option: Any, place: tuple[str, ...]) -> str:
    for name in place:
        option = (option.get("properties") or {}).get(name) if isinstance(option, dict) else None
    return _literal(option)


# --- what tells rivals apart: each takes the schemas that share a word, and gives each a word or none ----------


def _by_literals(options: list[Node]) -> list[str]:
    """Return the constant of a property for each option, for the property with most constants that are unique."""
    places = dict.fromkeys(place for option in options for place in _places(option))
    return _best(
        options,
        ([_word(_literal_at(option, place)) for option in options] for place in places),
    )


def _by_properties(options: list[Node]) -> list[str]:
    """Return a property for each option that only it has (preferably required), or that only it lacks."""
    return _by_own([_properties(option) for option in options], options)


def _by_inner_properties(options: list[Node]) -> list[str]:
    """The same of the properties that its properties have."""
    return _by_own([_inner_properties(option) for option in options], options)


def _by_own(owned: list[list[str]], options: list[Node]) -> list[str]:
    everywhere = Counter(name for names in owned for name in names)
    return [
        _own_property(names, everywhere, option, len(options))
        for names, option in zip(owned, options, strict=True)
    ]


def _own_property(names: list[str], everywhere: Counter[str], option: Node, count: int) -> str:
    alone = [name for name in names if everywhere[name] == 1]
    required = [name for name in alone if name in _required(option)]
    if alone:
        return "With" + pascal((required or alone)[0])
    missing = (name for name in everywhere if everywhere[name] == count - 1 and name not in names)
    return next(("Without" + pascal(name) for name in missing), "")


def _by_required(options: list[Node]) -> list[str]:
    """A property that no other option requires; or those it requires, where no other requires the same."""
    everywhere = Counter(name for option in options for name in _required(option))
    apart = [
        [name for name in _required(option) if everywhere[name] < len(options)]
        for option in options
    ]
    whole = _unique(["And".join(map(pascal, names[:3])) for names in apart])
    alone = [next((pascal(name) for name in names if everywhere[name] == 1), "") for names in apart]
    return [
        f"With{one or several}" if one or several else ""
        for one, several in zip(alone, whole, strict=True)
    ]


def _by_bases(options: list[Node]) -> list[str]:
    """A schema that no other option extends."""
    bases = [
        [part["$ref"] for part in option.get("allOf") or () if "$ref" in part] for option in options
    ]
    everywhere = Counter(base for references in bases for base in references)
    return [
        next((_last(base) for base in references if everywhere[base] == 1), "")
        for references in bases
    ]


def _by_kinds(options: list[Node]) -> list[str]:
    """Return a property for each option with its type, if types differ: `WithIntegerCodes`."""
    return _best(
        options,
        (
            [
                kind and f"With{kind}{pascal(name)}"
                for kind in map(_kind, _everywhere(options, name))
            ]
            for name in _all_properties(options)
        ),
    )


def _by_values(options: list[Node]) -> list[str]:
    """The first value that no other option lists: of an enum, or of a property that is one."""
    inside = (_everywhere(options, name) for name in _all_properties(options))
    return _best(options, (_first_values(schemas) for schemas in (options, *inside)))


def _first_values(schemas: Sequence[Any]) -> list[str]:
    lists = [
        [_word(str(value)) for value in schema.get("enum") or ()]
        if isinstance(schema, dict)
        else []
        for schema in schemas
    ]
    everywhere = Counter(word for words in lists for word in words)
    return [next((word for word in words if everywhere[word] == 1), "") for words in lists]


def _by_description(options: list[Node]) -> list[str]:
    """A description of a few words."""
    texts = [str(option.get("description") or "") for option in options]
    return _unique([pascal(text) if 0 < len(parts(text)) <= 4 else "" for text in texts])


_TELLS = (
    _by_properties,
    _by_required,
    _by_bases,
    _by_literals,
    _by_kinds,
    _by_inner_properties,
    _by_values,
    _by_description,
)


def _best(options: list[Node], tellings: Iterable[list[str]]) -> list[str]:
    """Return the list of words that distinguishes most options."""
    words = max(tellings, key=_singled_out, default=[])
    return words if words and _singled_out(words) else [""] * len(options)


def _singled_out(words: list[str]) -> int:
    """How many have a word of their own."""
    return sum(map(bool, _unique(words)))


def _unique(words: list[str]) -> list[str]:
    """Return the words that are in a list once, with empty texts in place of repeated words."""
    count = Counter(words)
    return [word if count[word] == 1 else "" for word in words]


def _word(text: str) -> str:
    """A value in PascalCase, with a sign in front spoken: `!all` gives `NotAll`."""
    if text and not text[0].isalnum():
        return pascal(upper(text))
    return pascal(text) if text else ""


def _everywhere(options: list[Node], name: str) -> list[Any]:
    """The property of that name in each option, None where there is none."""
    return [(option.get("properties") or {}).get(name) for option in options]


def _all_properties(options: list[Node]) -> Iterable[str]:
    return dict.fromkeys(name for option in options for name in _properties(option))


def _kind(schema: Any) -> str:
    """Return the type of a schema in words: `Integer`, `UserArray`, `CatOrDog`."""
    if not isinstance(schema, dict):
        return ""
    if "$ref" in schema:
        return _last(schema["$ref"])
    if isinstance(schema.get("items"), dict):
        return _kind(schema["items"]) + "Array"
    options = schema.get("oneOf") or schema.get("anyOf") or ()
    if options:
        return "Or".join(filter(None, map(_kind, options))) if len(options) < 4 else "Union"
    kind = schema.get("type", "")
    return pascal(kind if isinstance(kind, str) else " or ".join(map(str, kind))) if kind else ""


def _last(ref: str) -> str:
    """The name at the end of a reference."""
    return pascal(split(ref.removeprefix("#"))[-1])


def _properties(option: Any) -> list[str]:
    properties = option.get("properties") if isinstance(option, dict) else None
    return list(properties) if isinstance(properties, dict) else []


def _inner_properties(option: Node) -> list[str]:
    """Names of properties one step further in, of objects or of the objects in arrays; each once."""
    properties = option.get("properties") or {}
    return list(
        dict.fromkeys(name for inner in properties.values() for name in _properties(_core(inner)))
    )


def _required(option: Node) -> list[str]:
    return [name for name in option.get("required") or () if isinstance(name, str)]
