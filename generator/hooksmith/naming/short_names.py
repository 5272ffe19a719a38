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
_ENDING = _LINKING - {"all"}


def short_names(names: Sequence[str], resource: str) -> list[str]:
    """Return the names of a resource's methods without the words of the resource's name.

    A short name goes to nobody if two operations claim it, or if it is another operation's long name: adding an
    operation never gives a name to another one.

    Args:
        names: The long names, in snake_case, each once.
        resource: The attribute of the client, in snake_case.
    """
    short = [_shortened(name, resource) for name in names]
    claims = Counter(short)
    long = set(names)
    return [
        candidate
        if claims[candidate] == 1 and (candidate == name or candidate not in long)
        else name
        for name, candidate in zip(names, short, strict=True)
    ]


def _shortened(name: str, resource: str) -> str:
    """Return a name without the words of its resource at its beginning and at its end, if a name is left."""
    words = name.strip("_").split("_")
    said = [_stem(word) for word in resource.strip("_").split("_")]
    rest = words
    if _VERSION.fullmatch(rest[0]):
        rest = rest[1:]
    if [_stem(word) for word in rest[: len(said)]] == said and _is_name(rest[len(said) :]):
        rest = rest[len(said) :]
    if [_stem(word) for word in rest[-len(said) :]] == said and _is_name(rest[: -len(said)]):
        rest = rest[: -len(said)]
    return method_name("_".join(rest)) if _is_name(rest) else name


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
