"""Names that a schema may have, the best first: more and more of its JSON Pointer, within a limit of length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..json_pointer import split
from .casing import pascal, words
from .named_schemas import Candidate

MAX_LENGTH = 55
"""Most characters of the name of an inner schema, unless all shorter names are taken; `Input` may follow it."""
_MOST_LEADING = 3
"""Words that may stay at the beginning of a shortened name."""
_SILENT = frozenset("components schemas paths content schema".split())
_SPOKEN = {
    "properties": "Property",
    "patternProperties": "Property",
    "items": "Item",
    "prefixItems": "Item",
    "additionalProperties": "Value",
    "oneOf": "Option",
    "anyOf": "Option",
    "parameters": "Parameter",
    "headers": "Header",
    "requestBody": "Request",
    "requestBodies": "Request",
    "responses": "Reply",
    "webhooks": "Webhook",
    "callbacks": "Callback",
}
"""Key of a JSON Pointer → its word in a name; silent keys have none."""


def candidate_names(candidate: Candidate) -> list[str]:
    """Return the names for a schema, the best first. A component keeps its name, however long it is."""
    keys = split(candidate.pointer)
    is_enum = isinstance(candidate.schema, dict) and "enum" in candidate.schema
    suffixes = ("Enum", "Value") if is_enum else ("Model", "Object")
    whole = "".join(map(pascal, keys))
    if len(keys) == 3:
        typed = pascal(_with_type_signs(keys[-1]))
        return [candidate.name, candidate.name + suffixes[0], whole, typed]
    full = [
        candidate.name,
        *(candidate.name + suffix for suffix in suffixes),
        "".join(_spoken(keys)),
    ]
    short = [each for name in full for each in _shortened(name)]
    return list(dict.fromkeys([*short, *full, whole, whole + suffixes[0]]))


def _spoken(keys: Iterable[str]) -> Iterator[str]:
    """Yield the words of a pointer: keywords of OpenAPI are left out or spoken, positions count from 1."""
    for key in keys:
        if key.isdecimal():
            yield str(int(key) + 1)
        elif key not in _SILENT:
            yield _SPOKEN.get(key) or pascal(key)


def _shortened(name: str) -> Iterator[str]:
    """Yield a name without words at its beginning, then without words behind its first, its second, its third."""
    if len(name) <= MAX_LENGTH:
        yield name
        return
    parts = words(name)
    for leading in range(_MOST_LEADING + 1):
        lead = "".join(parts[:leading])
        tails = ("".join(parts[start:]) for start in range(leading + 1, len(parts)))
        fitting = (tail for tail in tails if len(lead + tail) <= MAX_LENGTH and tail[0].isalpha())
        if tail := next(fitting, ""):
            yield lead + tail


def _with_type_signs(key: str) -> str:
    """Replace the signs of type expressions by words, as in `Property<number[]|null>`."""
    for sign, word in (("[]", " Array "), ("|", " Or "), ("&", " And "), ("!", " Not ")):
        key = key.replace(sign, word)
    return key
