"""Deliveries to send: examples of events, or bodies from files; not signed yet."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import HooksmithError
from .provider import Provider


@dataclass(frozen=True, kw_only=True, slots=True)
class UnsignedDelivery:
    """Body and headers of a delivery without its signature.

    `label`: the event type, or the name of the file. `event_id`: None if the body has no id. `signature_id`: id that
    the signature covers, for schemes with an id in a header; None: a random one.
    """

    label: str
    body: bytes
    headers: Mapping[str, str]
    event_id: str | None = None
    method: str = "POST"
    signature_id: str | None = None


def parse_changes(arguments: Sequence[str]) -> dict[str, Any]:
    """Return path → value of arguments such as `data.email=ada@example.com`.

    A value that is JSON is parsed; any other is a text. Raises HooksmithError if an argument is not PATH=VALUE.
    """
    changes: dict[str, Any] = {}
    for argument in arguments:
        path, equals, text = argument.partition("=")
        if not equals or not path:
            raise HooksmithError.at(None, f"--set {argument}: not of the form PATH=VALUE")
        try:
            changes[path] = json.loads(text)
        except ValueError:
            changes[path] = text
    return changes


def example_delivery(
    provider: Provider, event_type: str, changes: Mapping[str, Any]
) -> UnsignedDelivery:
    """Return an example of an event under an id of its own; a receiver would drop it as a duplicate otherwise.

    Args:
        provider: The API.
        event_type: The event's type.
        changes: Dotted path → value, put into the example.

    Raises:
        HooksmithError: The API has no such event, or the event no such path.
    """
    examples, id_location = provider.testing.EXAMPLES, provider.catalogue.id
    example = examples.example(provider.check_event_type(event_type))
    known_id = _event_id(provider, example)
    if isinstance(id_location, str) and known_id is not None:
        changes = {".".join(id_location.split("/")[1:]): fresh_id(known_id), **changes}
    try:
        changed = examples.example(event_type, changes)
    except KeyError as error:
        message = f"--set {error.args[0]}: there is no such place in {event_type}"
        raise HooksmithError.at(None, message) from None
    if not isinstance(id_location, str) and id_location is not None and known_id is not None:
        changed.headers[id_location.name] = fresh_id(known_id)
    return UnsignedDelivery(
        label=event_type,
        body=changed.body(),
        headers=changed.headers,
        event_id=_event_id(provider, changed),
    )


def file_delivery(provider: Provider, path: Path, event_type: str | None) -> UnsignedDelivery:
    """Return a delivery with the content of a file as its body.

    Its headers are those of the example of `event_type`; without one, `Content-Type: application/json`. Raises
    HooksmithError if the file cannot be read or the API has no such event.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        message = f"cannot read {path}: {error.strerror or error}"
        raise HooksmithError.at(None, message) from None
    headers: Mapping[str, str] = {"Content-Type": "application/json"}
    if event_type is not None:
        headers = provider.testing.EXAMPLES.example(provider.check_event_type(event_type)).headers
    return UnsignedDelivery(label=event_type or path.name, body=body, headers=headers)


def _event_id(provider: Provider, example: Any) -> str | None:
    event = provider.catalogue.parse_all(example.body(), example.headers)[0]
    event_id: str | None = provider.catalogue.id_of(event, example.headers)
    return event_id


_ALPHABETS = (
    "0123456789",
    "0123456789abcdef",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
)
_FRESH_CHARACTERS = 10


def fresh_id(known_id: str) -> str:
    """Return an id in the form of a known one, such as a ULID or UUID.

    Its last ten letters and digits are replaced by others of the same alphabet; a prefix with an underscore stays.
    """
    start = known_id.rfind("_") + 1
    positions = [
        index
        for index, char in enumerate(known_id)
        if index >= start and char.isascii() and char.isalnum()
    ][-_FRESH_CHARACTERS:]
    used = {known_id[index] for index in positions}
    alphabet = next(
        (letters for letters in _ALPHABETS if used <= set(letters)), "".join(sorted(used))
    )
    chars = list(known_id)
    for index in positions:
        chars[index] = secrets.choice(alphabet)
    return "".join(chars)
