"""Checks of the names that a configuration chooses: each must belong to a part and collide with no other name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ..errors import ConfigError, Diagnostic, Place
from ..json_pointer import escape
from ..openapi.grammar import Node
from ..suggest import did_you_mean
from .casing import pascal
from .class_names import ClassNames
from .method_names import OperationNames
from .overrides import CLIENT, Overrides, value_at
from .reserved import (
    CLASS_NAMES,
    CLIENT_ATTRIBUTES,
    CONSTRUCTOR_ARGUMENTS,
    METHOD_ARGUMENTS,
    METHOD_BUILTINS,
)
from .resource_names import resource_attribute

Problem = tuple[str, str]
"""Message and hint."""


def check_overrides(
    document: Node,
    overrides: Overrides,
    classes: ClassNames,
    operations: OperationNames,
    place: Callable[[], Place],
) -> None:
    """Raises ConfigError with a diagnostic for each chosen name that cannot be.

    Args:
        document: The document in normal form.
        overrides: The chosen names.
        classes: The names of all definitions.
        operations: The names of all resources and methods.
        place: Returns the place of the document's beginning.
    """
    problems = _Problems(document, overrides, classes.names, operations)
    diagnostics = [
        Diagnostic(message=f"names: {message}", place=place(), hint=hint)
        for message, hint in problems.all()
    ]
    if diagnostics:
        raise ConfigError(*diagnostics)


class _Problems:
    def __init__(
        self,
        document: Node,
        overrides: Overrides,
        classes: Mapping[str, str],
        operations: OperationNames,
    ) -> None:
        self._document = document
        self._overrides = overrides
        self._classes = classes
        self._operations = operations

    def all(self) -> Iterator[Problem]:
        """Yield every problem."""
        for pointer, name in self._overrides.classes.items():
            yield from self._class(pointer, name)
        for pointer, name in self._overrides.operations.items():
            yield from self._method(pointer, name)
        for attribute, name in self._overrides.resources.items():
            yield from self._resource(attribute, name)
        for pointer, name in self._overrides.parameters.items():
            if value_at(self._document, pointer) is None:
                yield f"no parameter stands at {pointer}", _LIST
            yield from _reserved(name, METHOD_ARGUMENTS)
        for pointer, name in self._overrides.credentials.items():
            yield from self._credential(pointer, name)
        if self._overrides.client:
            yield from self._client(self._overrides.client)

    def _class(self, pointer: str, name: str) -> Iterator[Problem]:
        if pointer not in self._classes:
            hint = did_you_mean(pointer, self._places()) or _LIST
            yield f"nothing that gets a name stands at {pointer}", hint
        elif name in CLASS_NAMES:
            yield from _reserved(name, CLASS_NAMES)
        elif rival := self._rival(pointer, name):
            hint = f"choose another, or give {rival} another name as well"
            yield f"{name!r}, for {pointer}, is what {rival} is called", hint

    def _places(self) -> list[str]:
        tags = (tag for each in self._operations.resources.values() for tag in each.tags)
        return [
            *self._classes,
            *self._operations.methods,
            *(f"/tags/{escape(tag)}" for tag in tags),
        ]

    def _rival(self, pointer: str, name: str) -> str:
        """Return the pointer of a different schema that has or would have the name; empty if there is none."""
        document = self._document
        schemas = document.get("components", {}).get("schemas", {})
        components = {f"/components/schemas/{escape(key)}": pascal(key) for key in schemas}
        claims = {**self._classes, **components, **self._overrides.classes}
        rivals = (
            other for other, claimed in claims.items() if claimed == name and other != pointer
        )
        schema = value_at(document, pointer)
        return next((each for each in rivals if value_at(document, each) != schema), "")

    def _method(self, pointer: str, name: str) -> Iterator[Problem]:
        methods = self._operations.methods
        if pointer not in methods:
            yield f"no operation stands at {pointer}", did_you_mean(pointer, methods) or _LIST
            return
        yield from _reserved(name, METHOD_BUILTINS)
        for other, method in methods.items():
            if method == methods[pointer] and other != pointer:
                hint = f"choose another, or give {other} another name as well"
                yield f"{name!r}, for {pointer}, is what {other} is called", hint

    def _resource(self, attribute: str, name: str) -> Iterator[Problem]:
        resources = self._operations.resources.values()
        attributes = {resource_attribute(tag): tag for each in resources for tag in each.tags}
        if attribute not in attributes:
            places = [f"/tags/{escape(tag)}" for tag in attributes.values()]
            hint = did_you_mean(f"/tags/{attribute}", places) or _LIST
            yield f"no operation has the tag of /tags/{attribute}", hint
        yield from _reserved(name, CLIENT_ATTRIBUTES)
        chosen = {self._overrides.resources.get(each, each) for each in attributes}
        if len(chosen) < len(attributes) and attributes:
            yield f"{name!r}, for /tags/{attribute}, is what another resource is called", _LIST

    def _credential(self, pointer: str, name: str) -> Iterator[Problem]:
        schemes = self._document.get("components", {}).get("securitySchemes") or {}
        places = [f"/components/securitySchemes/{escape(key)}" for key in schemes]
        if pointer not in places:
            yield f"no security scheme stands at {pointer}", did_you_mean(pointer, places) or _LIST
        yield from _reserved(name, CONSTRUCTOR_ARGUMENTS)

    def _client(self, name: str) -> Iterator[Problem]:
        for each in (name, f"Async{name}"):
            if each in self._classes.values() or each in CLASS_NAMES:
                yield f"{each!r}, for {CLIENT}, is what another class is called", "choose another"


_LIST = "`hooksmith inspect --names` lists the places"


def _reserved(name: str, names: frozenset[str] | tuple[str, ...]) -> Iterator[Problem]:
    if name in names or name.startswith("_"):
        yield f"{name!r} is a name that the generated code needs itself", "choose another"
