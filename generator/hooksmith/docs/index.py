"""The definitions, pages and back-references of one API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..ir import Alias, AnyDefinition, Api, Field, Model, Operation, Resource, Type
from ..ir.queries import all_fields, names_in, received_types, sent_types
from .addresses import INNER, field_anchor, file_stems, fragment
from .types import TypeWriter


class Link(NamedTuple):
    """A link of a page in a folder to another page of the API."""

    text: str
    href: str


class ApiIndex:
    """Finds definitions by name, pages by item, and the users of a definition."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.definitions: Mapping[str, AnyDefinition] = {
            definition.name: definition for definition in api.definitions
        }
        self._definition_stems = file_stems(list(self.definitions))
        self._event_stems = file_stems([event.type for event in api.events.events])
        self._resource_stems = file_stems(list(_resource_names(api)))
        self.types = TypeWriter(self.definitions.__getitem__, self.definition_href)
        self._users: dict[str, list[Link]] | None = None

    def definition_stem(self, name: str) -> str:
        """Return the file name, without suffix, of a definition's page."""
        return self._definition_stems[name]

    def event_stem(self, event_type: str) -> str:
        """Return the file name, without suffix, of an event's page."""
        return self._event_stems[event_type]

    def definition_href(self, name: str) -> str:
        """Return the link to a definition's page from a page in a folder."""
        return f"{INNER}models/{self._definition_stems[name]}.html"

    def event_href(self, event_type: str) -> str:
        """Return the link to an event's page from a page in a folder."""
        return f"{INNER}events/{self._event_stems[event_type]}.html"

    def resource_href(self, resource: Resource, operation: Operation | None = None) -> str:
        """Return the link to the page of a resource, or of an operation, from a page in a folder."""
        return f"{INNER}resources/{self.resource_stem(resource, operation)}.html"

    def resource_stem(self, resource: Resource, operation: Operation | None = None) -> str:
        """Return the file name, without suffix, of the page of a resource, or of an operation."""
        return self._resource_stems[_page_name(resource, operation)]

    def users(self, name: str) -> list[Link]:
        """Return links to the events, operations and definitions that mention a definition."""
        if self._users is None:
            self._users = self._all_users()
        return self._users.get(name, [])

    def _all_users(self) -> dict[str, list[Link]]:
        users: dict[str, dict[Link, None]] = defaultdict(dict)
        for name, link in self._uses():
            users[name][link] = None
        return {name: list(links) for name, links in users.items()}

    def _uses(self) -> Iterator[tuple[str, Link]]:
        for event in self.api.events.events:
            for name in event.models:
                yield name, Link(event.type, self.event_href(event.type))
        for resource in self.api.resources:
            for operation in resource.operations:
                link = Link(
                    _page_name(resource, operation), self.resource_href(resource, operation)
                )
                for name in _names(types_of(operation)):
                    yield name, link
        for definition in self.api.definitions:
            yield from self._uses_of(definition)

    def _uses_of(self, definition: AnyDefinition) -> Iterator[tuple[str, Link]]:
        href = self.definition_href(definition.name)
        if isinstance(definition, Alias):
            yield from ((name, Link(definition.name, href)) for name in names_in(definition.type))
        if not isinstance(definition, Model):
            return
        for name in definition.bases:
            yield name, Link(definition.name, href)
        for field in definition.fields:
            link = Link(
                f"{definition.name}.{field.wire}", href + fragment(field_anchor(field.wire))
            )
            yield from ((name, link) for name in names_in(field.type))
        if definition.extra is not None:
            yield from ((name, Link(definition.name, href)) for name in names_in(definition.extra))

    def fields(self, name: str) -> list[Field]:
        """Return the fields of a model, inherited fields first; [] for an enum or alias."""
        definition = self.definitions[name]
        fields = all_fields(definition, self.definitions) if isinstance(definition, Model) else []
        return list({field.wire: field for field in fields}.values())


def _page_name(resource: Resource, operation: Operation | None) -> str:
    return f"{resource.name}.{operation.name}" if operation is not None else resource.name


def _resource_names(api: Api) -> Iterator[str]:
    for resource in api.resources:
        yield _page_name(resource, None)
        for operation in resource.operations:
            yield _page_name(resource, operation)


def types_of(operation: Operation) -> Iterator[Type]:
    """Return the types that an operation sends and receives."""
    yield from sent_types(operation)
    yield from received_types(operation)


def _names(types: Iterable[Type]) -> Iterator[str]:
    for type_ in types:
        yield from names_in(type_)
