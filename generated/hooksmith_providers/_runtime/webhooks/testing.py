"""Deliveries for tests: an example of each event, with the sender's signature."""

from __future__ import annotations

import copy
import difflib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from ..json_pointer import pointer, tokens
from ..models.properties import resolve
from .catalogue import Catalogue
from .event_reading import options
from .event_types import InHeader
from .example_changes import change, new_id
from .form_bodies import FORM
from .webhook import BaseWebhook

EventT = TypeVar("EventT")
ModelT = TypeVar("ModelT")


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery(Generic[EventT]):
    """Body and headers as the sender sends them, and the event as a receiver parses it."""

    body: bytes
    headers: dict[str, str]
    event: EventT


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """Delivery without a signature. `data` is its event."""

    data: dict[str, Any]
    headers: dict[str, str]
    batch: bool = False
    whole: dict[str, Any] | None = None
    """The body that `data` is an item of a list in; None: `data` is the body, or the item of a batch."""
    carrier: str = ""
    """The form's field that has the event in JSON."""

    def body(self) -> bytes:
        """Return the body as bytes."""
        data: Any = self.whole if self.whole is not None else self.data
        data = [data] if self.batch else data
        if self.headers["Content-Type"].partition(";")[0] != FORM:
            return _json(data).encode("utf-8", "surrogatepass")
        if self.carrier:
            return urlencode({self.carrier: _json(data)}, errors="surrogatepass").encode()
        fields = {name: _field(value) for name, value in self.data.items() if value is not None}
        return urlencode(fields, doseq=True, errors="surrogatepass").encode()


class Examples(Generic[EventT]):
    """The examples in a package's `examples.json`.

    Args:
        catalogue: The events.
        package: The dotted name of the package.
        whole: Whether an example has headers and body, as it is sent; otherwise the body alone.
    """

    def __init__(self, catalogue: Catalogue[EventT], package: str, *, whole: bool = False) -> None:
        self._catalogue = catalogue
        self._package = package
        self._whole = whole

    @cached_property
    def _stored(self) -> dict[str, Any]:
        text = files(self._package).joinpath("examples.json").read_text("utf-8")
        examples: dict[str, Any] = json.loads(text)
        return examples

    def example(
        self, event: type[Any] | str, changes: Mapping[str, Any] = {}, *, has_new_id: bool = False
    ) -> Example:
        """Return the example, with other values at dotted paths; raises KeyError.

        `has_new_id`: whether its id differs from that of every earlier example, unless `changes` have an id.
        """
        key = self._key(event)
        stored = copy.deepcopy(self._stored_example(key))
        whole = stored if self._whole else {"body": stored}
        headers = {"Content-Type": "application/json", **whole.get("headers", {})}
        batch = isinstance(whole["body"], list)
        data: dict[str, Any] = whole["body"][0] if batch else whole["body"]
        frame = data if "at" in whole else None
        for token in whole.get("at", ()):
            data = data[token]
        if has_new_id:
            self._set_new_id(data, headers)
        for path, value in changes.items():
            change(data, path, value, self._models(event))
        carrier = whole.get("carrier", "")
        return Example(data=data, headers=headers, batch=batch, whole=frame, carrier=carrier)

    def _set_new_id(self, data: dict[str, Any], headers: dict[str, str]) -> None:
        location = self._catalogue.id
        if isinstance(location, InHeader):
            if location.name in headers:
                headers[location.name] = new_id(headers[location.name])
            return
        *parents, last = tokens(location) if location is not None else [""]
        parent = resolve(data, pointer(*parents))
        known = parent.get(last) if isinstance(parent, dict) else None
        if isinstance(parent, dict) and isinstance(known, str):
            parent[last] = new_id(known)
        elif isinstance(parent, dict) and type(known) is int:
            parent[last] = secrets.randbelow(2**31) + 1

    def payload(self, event: type[Any] | str, changes: Mapping[str, Any] = {}) -> dict[str, Any]:
        """Return the example's event as plain data, with other values at dotted paths; raises KeyError."""
        return self.example(event, changes).data

    def _stored_example(self, event_type: str) -> Any:
        if event_type not in self._stored:
            close = difflib.get_close_matches(event_type, self._stored, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise KeyError(f"there is no example of {event_type!r}{hint}")
        return self._stored[event_type]

    def delivery(
        self,
        event: type[Any] | str,
        webhook: BaseWebhook[EventT] | None,
        *,
        changes: Mapping[str, Any] = {},
        url: str | None = None,
    ) -> Delivery[Any]:
        """Return the example under an id of its own, signed by `webhook`; None: unsigned."""
        example = self.example(event, changes, has_new_id=True)
        body, headers = example.body(), dict(example.headers)
        if webhook is not None:
            headers |= webhook.sign(body, url=url)
        (read,) = self._catalogue.parse_all(body, headers)
        return Delivery(body=body, headers=headers, event=read)

    def _models(self, event: type[Any] | str) -> tuple[Any, ...]:
        """Return the classes of an event; `Any` for an example of one class of several, by its key."""
        if not isinstance(event, str):
            return (event,)
        models = self._catalogue.models
        return options(models[event]) if event in models else (Any,)

    def _key(self, event: type[Any] | str) -> str:
        """Return the key of an example: the type, and the class if the type has several."""
        if isinstance(event, str):
            return str(event)
        event_type = self._catalogue.types_of(event)[0]
        return (
            f"{event_type} as {event.__name__}"
            if self._catalogue.has_options(event_type)
            else event_type
        )


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)


def _field(value: Any) -> Any:
    """Return a value as fields of a form have it; an array gives one field an item."""
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return [_field(item) for item in value]
    if isinstance(value, str):
        return value
    return _json(value)
