"""Short names of methods: `client.emails.send` for `emails_send`, `client.orders.list` for `list_orders`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from .reserved import KEYWORDS, METHOD_BUILTINS

_VERSION = re.compile(r"v[0-9]+")
_LINKING = frozenset(
    "a all an and as at by for from in into of on or per the to via with without".split()
)
"""Words that a name neither begins nor ends with: what they link is missing."""
_PREPOSITIONS = frozenset("for from in of on to".split())
_ENDING = _LINKING - {"all"}


def short_names(names: Sequence[str], resource: Sequence[str]) -> list[str]:
    """Return the names of a resource's methods without the words of the resource's name.

    If two operations claim a short name, or if it is another operation's long name, neither gets it: adding an
    operation never gives a name to another one. Candidates are: the name without the resource's words anywhere, without
    them at its beginning and end, and the whole name.

    Args:
        names: The long names, in snake_case, each once.
        resource: The attributes that lead from the client to the resource, in snake_case.
    """
    unavailable = set(names)
    candidates = {name: _candidates(name, resource) for name in names}
    while True:
        short = {
            name: next(each for each in candidates[name] if each == name or each not in unavailable)
            for name in names
        }
        contested = {name for name, count in Counter(short.values()).items() if count > 1}
        if not contested:
            return [short[name] for name in names]
        unavailable |= contested


def _candidates(name: str, resource: Sequence[str]) -> list[str]:
    """Return the names for a method, the shortest first; the last is the long name."""
    words = name.strip("_").split("_")
    while len(words) > 1 and (_VERSION.fullmatch(words[0]) or words[0] == "api"):
        words = words[1:]
    phrases = [stems(attribute) for attribute in reversed(resource)]
    if len(phrases) > 1:
        phrases.insert(0, stems("_".join(resource)))
    at_ends = words
    for phrase in phrases:
        at_ends = _without_ends(at_ends, phrase)
    anywhere = at_ends
    for phrase in phrases:
        anywhere = _without(anywhere, phrase)
    short = (method_name("_".join(rest)) for rest in (anywhere, at_ends) if _is_name(rest))
    return [*short, name]


def _without_ends(words: list[str], phrase: list[str]) -> list[str]:
    """Return words without a phrase at their beginning and at their end, if a name is left.

    If a preposition links two or more words to the phrase at the end, it is left out too: `add_user_to_team`.
    """
    size = len(phrase)
    if _stems(words[:size]) == phrase and _is_name(words[size:]):
        words = words[size:]
    if _stems(words[-size:]) == phrase:
        rest = words[:-size]
        if len(rest) > 2 and rest[-1] in _PREPOSITIONS:
            rest = rest[:-1]
        if _is_name(rest):
            words = rest
    return words


def _without(words: list[str], phrase: list[str]) -> list[str]:
    """Return words without a phrase anywhere, if a name is left."""
    size = len(phrase)
    for start in range(len(words) - size, -1, -1):
        rest = words[:start] + words[start + size :]
        if _stems(words[start : start + size]) == phrase and _is_name(rest):
            words = rest
    return words


def stems(name: str) -> list[str]:
    """Return the words of a name in snake_case, each in the singular."""
    return _stems(name.strip("_").split("_"))


def _stems(words: Sequence[str]) -> list[str]:
    return [_stem(word) for word in words]


def method_name(name: str) -> str:
    """Return a name that a method can have: an underscore follows a keyword and a type that annotations use."""
    return f"{name}_" if name in KEYWORDS | METHOD_BUILTINS else name


def _is_name(words: Sequence[str]) -> bool:
    return (
        bool(words)
        and words[0].isidentifier()
        and words[0] not in _LINKING
        and words[-1] not in _ENDING
    )


def _stem(word: str) -> str:
    """Return the singular of an English noun, by its spelling alone."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
