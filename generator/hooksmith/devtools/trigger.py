"""Deliveries to a receiver under development, signed as the API's own."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import HooksmithError
from .provider import Provider

_STALE_SECONDS = 3600.0
_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A delivery and its reply. `seconds`: time until the whole reply was received."""

    event_id: str | None
    status: int
    reason: str
    headers: Mapping[str, str]
    body: str
    seconds: float

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


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


def trigger(
    provider: Provider,
    webhook: Any,
    event_type: str,
    url: str,
    *,
    changes: Mapping[str, Any],
    repeat: int = 1,
    corrupt: bool = False,
    stale: bool = False,
) -> Iterator[Attempt]:
    """Send an example of an event, and give each reply.

    Args:
        provider: The API.
        webhook: Signs each delivery.
        event_type: The event's type.
        url: Address of the receiver.
        changes: Dotted path → value, put into the example.
        repeat: How often the same event is sent, each time signed anew.
        corrupt: Whether the body differs from the signed one.
        stale: Whether it is signed as of an hour ago.

    Raises:
        HooksmithError: The API has no such event or path, the webhook cannot sign, or nothing answers.
    """
    import httpx2

    example = _fresh_example(provider, event_type, changes)
    event_id = _event_id(provider, example)
    with httpx2.Client(timeout=_TIMEOUT_SECONDS) as client:
        for _ in range(repeat):
            body = example.body()
            headers = {**_signed(webhook, body, url, stale), **example.headers}
            began = time.perf_counter()
            try:
                reply = client.post(url, content=body + b" " if corrupt else body, headers=headers)
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                raise _undeliverable(url, error) from None
            yield Attempt(
                event_id=event_id,
                status=reply.status_code,
                reason=reply.reason_phrase,
                headers=dict(reply.headers),
                body=reply.text,
                seconds=time.perf_counter() - began,
            )


def _undeliverable(url: str, error: Exception) -> HooksmithError:
    hint = (
        "is the receiver running?"
        if url.startswith(("http://", "https://"))
        else f"an address begins with http:// or https://: http://{url}"
    )
    return HooksmithError.at(None, f"cannot deliver to {url}: {error}", hint=hint)


def _fresh_example(provider: Provider, event_type: str, changes: Mapping[str, Any]) -> Any:
    """Return the example of an event with an id of its own; a receiver would drop it as a duplicate otherwise."""
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
    return changed


def _event_id(provider: Provider, example: Any) -> str | None:
    event = provider.catalogue.parse_all(example.body(), example.headers)[0]
    event_id: str | None = provider.catalogue.id_of(event, example.headers)
    return event_id


def _signed(webhook: Any, body: bytes, url: str, stale: bool) -> dict[str, str]:
    """Return the headers of a signed body. `stale`: as of an hour ago."""
    moment = time.time() - (_STALE_SECONDS if stale else 0)
    try:
        headers: dict[str, str] = webhook.sign(body, timestamp=moment, url=url)
    except ValueError as error:
        raise HooksmithError.at(None, str(error)) from None
    return {"User-Agent": "hooksmith", **headers}


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
