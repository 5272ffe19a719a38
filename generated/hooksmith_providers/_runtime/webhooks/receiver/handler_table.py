"""The handlers of a receiver by event type."""

from __future__ import annotations

import difflib
from typing import Any, TypeVar

from ..catalogue import Catalogue
from ..unexpected_events import DriftedEvent, UnknownEvent
from .handlers import Handler, Handlers, Registration

EventT = TypeVar("EventT")


class UnhandledTypesError(RuntimeError):
    """Events of the document have no handler; `types` are their types."""

    def __init__(self, types: tuple[str, ...]) -> None:
        shown = ", ".join(types[:5]) + (f" and {len(types) - 5} more" if len(types) > 5 else "")
        super().__init__(f"no handler for {shown}")
        self.types = types


class HandlerTable(Handlers[EventT]):
    """The handlers of a receiver, by event type. Registrations are checked against a catalogue."""

    def __init__(self, catalogue: Catalogue[EventT]) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._by_key: dict[object, list[Handler]] = {}
        self._prefixes: list[tuple[str, Handler]] = []
        self._of_any: list[Handler] = []
        self._chosen: dict[tuple[type[Any], str], tuple[Handler, ...]] = {}
        """The choice of `handlers_of`, by class and event type of the document."""
        self._fallback: Handler | None = None

    def add(self, registration: Registration) -> None:
        """Add a registration; raises KeyError for an event outside the document, ValueError for a repetition."""
        handler = registration.handler
        self._chosen.clear()
        self.check_events(registration.events, registration.prefix)
        if registration.prefix == "":
            _check_names("on_any", handler, self._all())
            self._of_any.append(handler)
        elif registration.prefix is not None:
            self._add_prefix(registration.prefix, handler)
        elif not registration.events:
            self._fallback = handler
        for key in [key for event in registration.events for key in self._keys(event)]:
            others = [*self._by_key.get(key, ()), *self._by_prefix(key), *self._of_any]
            _check_names(key, handler, others)
            self._by_key.setdefault(key, []).append(handler)
        super().add(registration)

    def handlers_of(self, event: object, event_type: str) -> tuple[Handler, ...]:
        """Return the handlers of an event: its own, those of its prefixes, or the fallback; those of `on_any` last."""
        key = (type(event), event_type)
        handlers = self._chosen.get(key)
        if handlers is None:
            handlers = tuple(self._choose(event, event_type))
            if (
                event_type in self._catalogue.models
            ):  # types of unknown events would grow without end
                self._chosen[key] = handlers
        return handlers

    def _choose(self, event: object, event_type: str) -> list[Handler]:
        if isinstance(event, DriftedEvent):
            handlers = list(self._by_key.get(DriftedEvent, ()))
            if not handlers and self.is_expected(event_type):
                return []
        else:
            key = UnknownEvent if isinstance(event, UnknownEvent) else event_type
            handlers = [
                *self._by_key.get(key, ()),
                *self._by_key.get((event_type, type(event)), ()),
                *self._by_prefix(event_type),
            ]
        if not handlers and self._fallback is not None:
            handlers.append(self._fallback)
        return handlers + self._of_any

    def is_expected(self, event_type: str) -> bool:
        """Return whether an event type, or a class of it, has a handler of its own or by a prefix."""
        return any(
            key == event_type or (isinstance(key, tuple) and key[0] == event_type)
            for key in self._by_key
        ) or any(event_type.startswith(prefix) for prefix, _ in self._prefixes)

    def unhandled_types(self) -> tuple[str, ...]:
        """Return the event types of the document without a handler of their own or by a prefix."""
        return tuple(each for each in self._catalogue.models if not self._is_handled(each))

    def _is_handled(self, event_type: str) -> bool:
        if event_type in self._by_key or not self.is_expected(event_type):
            return event_type in self._by_key
        if any(event_type.startswith(prefix) for prefix, _ in self._prefixes):
            return True
        classes = self._catalogue.options_of(event_type)
        return all((event_type, each) in self._by_key for each in classes)

    def _keys(self, event: type[Any] | str) -> tuple[object, ...]:
        """Return the keys of an event: its types; for unknown and drifted events the class."""
        if event in (UnknownEvent, DriftedEvent):
            return (event,)
        if not isinstance(event, str):
            return tuple(self._key(each, event) for each in self._catalogue.types_of(event))
        if event not in self._catalogue.models:
            raise KeyError(f"the document has no event {str(event)!r}{self._hint(event)}")
        return (str(event),)

    def _key(self, event_type: str, event: type[Any]) -> object:
        """Return the type, and the class if the type has several."""
        return (event_type, event) if self._catalogue.has_options(event_type) else event_type

    def check_events(self, events: tuple[Any, ...], prefix: str | None) -> None:
        """Raise KeyError for an event or a prefix that the document does not have.

        Raises:
            TypeError: Deliveries do not state their type, so that the handler would never run.
        """
        if not self._catalogue.is_typed and (prefix or set(events) - {UnknownEvent}):
            raise TypeError(
                "deliveries do not state their event type: register a handler with @receiver.on_any, or generate with "
                'the setting events = { type = "/PROPERTY" } (x-hooksmith-events)'
            )
        for event in events:
            self._keys(event)
        if prefix and not self._types_with(prefix):
            hint = self._hint(prefix)
            raise KeyError(f"the document has no event that begins with {prefix!r}{hint}")

    def _types_with(self, prefix: str) -> list[str]:
        return [each for each in self._catalogue.models if each.startswith(prefix)]

    def _add_prefix(self, prefix: str, handler: Handler) -> None:
        for event_type in self._types_with(prefix):
            others = [*self._by_key.get(event_type, ()), *self._by_prefix(event_type)]
            _check_names(event_type, handler, [*others, *self._of_any])
        self._prefixes.append((prefix, handler))

    def _by_prefix(self, key: object) -> list[Handler]:
        event_type = key[0] if isinstance(key, tuple) else key
        if not isinstance(event_type, str):
            return []
        return [each for prefix, each in self._prefixes if event_type.startswith(prefix)]

    def _all(self) -> list[Handler]:
        """Return every registered handler."""
        by_key = [handler for handlers in self._by_key.values() for handler in handlers]
        by_prefix = [handler for _, handler in self._prefixes]
        fallback = [] if self._fallback is None else [self._fallback]
        return [*by_key, *by_prefix, *self._of_any, *fallback]

    def _hint(self, event_type: str) -> str:
        close = difflib.get_close_matches(event_type, self._catalogue.models, n=1)
        return f"; did you mean {close[0]!r}?" if close else ""


def _check_names(key: object, handler: Handler, others: list[Handler]) -> None:
    """Raise ValueError unless the handlers of one event have different names, which stand in their keys."""
    for other in others:
        if other.function == handler.function:
            raise ValueError(f"{key} has this handler already")
        if other.name == handler.name:
            raise ValueError(
                f"{key} has a handler of the same name already: {handler.name}; "
                "give the functions different names"
            )
