"""Deliveries to send: examples of events, or bodies from files; not signed yet."""

from __future__ import annotations

import json
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
    examples = provider.testing.EXAMPLES
    provider.check_event_type(event_type)
    try:
        example = examples.example(event_type, changes, has_new_id=True)
    except KeyError as error:
        raise HooksmithError.at(None, f"--set {error.args[0]}") from None
    return UnsignedDelivery(
        label=event_type,
        body=example.body(),
        headers=example.headers,
        event_id=_event_id(provider, example),
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
