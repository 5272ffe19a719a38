"""Types and constraints of the IR → words with links to the pages of definitions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

from ..ir import (
    NULL,
    Alias,
    AnyDefinition,
    Array,
    Constraints,
    Enum,
    Kind,
    LiteralOf,
    Map,
    Named,
    Scalar,
    Tuple,
    Type,
    Union,
)

_SCALARS = {
    Kind.DATE_TIME: "string (date-time)",
    Kind.DATE: "string (date)",
    Kind.DECIMAL: "number (decimal)",
}
_SHOWN_VALUES = 8
"""Values of an enum or literal that a row shows; the enum's page has all."""
_SHOWN_OPTIONS = 12
_LONGEST = 200
"""Characters of a pattern, a value or an assertion that a row shows."""


class TypeWriter:
    """Writes types for pages whose links begin with `prefix`."""

    def __init__(
        self, definition: Callable[[str], AnyDefinition], href: Callable[[str], str]
    ) -> None:
        self._definition = definition
        self._href = href
        self._written: dict[Type, Markup] = {}

    def write(self, type_: Type) -> Markup:
        """Return a type in words; null is left to the row's `nullable`."""
        if type_ not in self._written:
            self._written[type_] = self._write(type_)
        return self._written[type_]

    def _write(self, type_: Type) -> Markup:
        match type_:
            case Named(name):
                return self._named(name)
            case Array(items=items):
                return Markup("array of {}").format(self._inner(items))
            case Map(values=values):
                return Markup("map of {}").format(self._inner(values))
            case Tuple(items=items, rest=rest):
                written = [self.write(item) for item in items]
                more = [Markup("… {}").format(self.write(rest))] if rest is not None else []
                return Markup("tuple ({})").format(Markup(", ").join([*written, *more]))
            case LiteralOf(values=values):
                return _values([json.dumps(value, ensure_ascii=False) for value in values])
            case Union(options=options):
                return self._union(options)
            case Scalar(kind=kind, secret=secret):
                word = _SCALARS.get(kind, kind.value)
                return escape(f"{word} (secret)" if secret else word)

    def _inner(self, type_: Type) -> Markup:
        written = self.write(type_)
        is_several = isinstance(type_, Union) and len(type_.options) > 1
        return Markup("({})").format(written) if is_several else written

    def _named(self, name: str) -> Markup:
        link = Markup('<a href="{}">{}</a>').format(self._href(name), name)
        definition = self._definition(name)
        if not isinstance(definition, Enum) or len(definition.members) > _SHOWN_VALUES:
            return link
        members = [json.dumps(member.value, ensure_ascii=False) for member in definition.members]
        return Markup("{}: {}").format(link, _values(members))

    def _union(self, options: tuple[Type, ...]) -> Markup:
        shown = [option for option in options if option != NULL] or list(options)
        written = [self.write(option) for option in shown[:_SHOWN_OPTIONS]]
        joined = Markup(" or ").join(dict.fromkeys(written))
        rest = len(shown) - _SHOWN_OPTIONS
        return Markup("{} or {} further types").format(joined, rest) if rest > 0 else joined

    def is_nullable(self, type_: Type) -> bool:
        """Return whether null is a value of a type, also through an alias."""
        seen: set[str] = set()
        while isinstance(type_, Named) and type_.name not in seen:
            seen.add(type_.name)
            definition = self._definition(type_.name)
            if not isinstance(definition, Alias):
                return False
            type_ = definition.type
        if isinstance(type_, Union):
            return any(option == NULL for option in type_.options)
        return type_ == NULL or (isinstance(type_, LiteralOf) and None in type_.values)


def _values(values: list[str]) -> Markup:
    shown = [Markup("<code>{}</code>").format(shortened(value)) for value in values[:_SHOWN_VALUES]]
    joined = Markup(" | ").join(shown)
    rest = len(values) - _SHOWN_VALUES
    return Markup("{} | {} more").format(joined, rest) if rest > 0 else joined


def shortened(text: str) -> str:
    """Return `text`, cut where it is longer than a row shows."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def constraint_words(type_: Type) -> str:
    """Return the constraints of a type in a line; empty if there are none."""
    words = list(_words(_constraints_of(type_)))
    if isinstance(type_, Union):
        words = [word for option in type_.options for word in _words(_constraints_of(option))]
    if isinstance(type_, Array):
        words += [f"each {word}" for word in _words(_constraints_of(type_.items))]
    return ", ".join(dict.fromkeys(words))


def _constraints_of(type_: Type) -> Constraints:
    match type_:
        case Scalar() | Array() | Tuple() | Map():
            return type_.constraints
        case Union(further=further):
            return Constraints(further=further)
    return Constraints()


def _words(constraints: Constraints) -> Iterator[str]:
    phrases = (
        ("≥ {}", constraints.minimum),
        ("> {}", constraints.exclusive_minimum),
        ("≤ {}", constraints.maximum),
        ("< {}", constraints.exclusive_maximum),
        ("multiple of {}", constraints.multiple_of),
        ("at least {} characters", constraints.min_length),
        ("at most {} characters", constraints.max_length),
        ("pattern {}", constraints.pattern),
        ("at least {} items", constraints.min_items),
        ("at most {} items", constraints.max_items),
        ("format {}", constraints.format),
    )
    for template, value in phrases:
        if value is not None:
            yield template.format(shortened(str(value)))
    if constraints.unique_items:
        yield "unique items"
    if constraints.further:
        yield f"also {shortened(constraints.further)}"
