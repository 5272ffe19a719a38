"""`hooksmith trigger`, `listen` and `replay`: send deliveries to a receiver, receive them, or send recordings."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_codes import FAILED
from .printing import print_line, print_note
from .required_extras import require_generator
from .targets import extension_settings
from .usage_error import UsageError

if TYPE_CHECKING:
    from ..devtools.deliveries import UnsignedDelivery
    from ..devtools.listen import Received
    from ..devtools.provider import Provider
    from ..devtools.trigger import Attempt, Sender

_MAX_REPLY = 2000
_MAX_SHOWN = 10
"""Deliveries of one command up to which each reply is printed in full."""


def trigger(
    names: list[str],
    *,
    to: str,
    body: Path | None,
    changes: list[str],
    count: int,
    repeat: int,
    rate: float | None,
    parallel: int,
    corrupt: bool,
    stale: bool,
    **provider_options: Any,
) -> int:
    """Send events, signed as their provider does, and print the replies: exit code 1 unless all are 2xx."""
    from ..devtools.deliveries import parse_changes
    from ..devtools.trigger import Sender

    if body is not None and (changes or count > 1):
        raise UsageError("--body goes without --set and --count", hint="--repeat sends it again")
    with _provider(names, **provider_options) as (provider, webhook, event_types):
        if body is None and not event_types:
            raise UsageError("name an event, or --body FILE")
        deliveries = _deliveries(
            provider, event_types, parse_changes(changes), body=body, count=count, repeat=repeat
        )
        total = count * repeat * (1 if body else len(event_types))
        with Sender(webhook, to, corrupt=corrupt, stale=stale, parallel=parallel) as sender:
            return _send(sender, deliveries, total, rate)


def _deliveries(
    provider: Provider,
    event_types: Sequence[str],
    changes: Mapping[str, Any],
    *,
    body: Path | None,
    count: int,
    repeat: int,
) -> Iterator[UnsignedDelivery]:
    """Yield `count` deliveries of each event type, each with its own id, `repeat` times; or those of a file."""
    from ..devtools.deliveries import example_delivery, file_delivery

    if body is not None:
        if len(event_types) > 1:
            raise UsageError("--body goes with one event", hint="its example has the headers")
        yield from [file_delivery(provider, body, next(iter(event_types), None))] * repeat
        return
    for _ in range(count):
        for event_type in event_types:
            yield from [example_delivery(provider, event_type, changes)] * repeat


def replay(
    names: list[str],
    *,
    to: str,
    rate: float | None,
    parallel: int,
    **provider_options: Any,
) -> int:
    """Send deliveries that `listen --record` wrote, signed anew: exit code 1 unless all are answered with 2xx."""
    from ..devtools.replay import read_recording, recorded_api, recorded_deliveries
    from ..devtools.trigger import Sender

    *api, folder = names
    requests = read_recording(Path(folder))
    if not api and provider_options["spec"] is None:
        api = [recorded_api(requests)] if recorded_api(requests) else []
    with _provider(api, **provider_options) as (provider, webhook, more):
        if more:
            raise UsageError(f"{' '.join(more)}: replay takes one file or folder")
        deliveries = recorded_deliveries(provider, requests)
        with Sender(webhook, to, parallel=parallel) as sender:
            return _send(sender, deliveries, len(requests), rate)


def _send(
    sender: Sender, deliveries: Iterable[UnsignedDelivery], total: int, rate: float | None
) -> int:
    """Send deliveries and print the replies; of many, print the failures and a summary. Return the exit code."""
    began = time.monotonic()
    statuses: Counter[int] = Counter()
    for attempt in sender.send_all(deliveries, rate=rate):
        statuses[attempt.status] += 1
        if total <= _MAX_SHOWN or not attempt.is_success:
            _print_attempt(attempt)
    if total > _MAX_SHOWN:
        seconds = time.monotonic() - began
        counts = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
        print_line(
            f"{total} deliveries in {seconds:.1f} s ({total / seconds:.0f} a second): {counts}"
        )
    return 0 if all(200 <= status < 300 for status in statuses) else FAILED


def listen(
    names: list[str],
    *,
    port: int,
    record: Path | None,
    forward: str | None,
    **provider_options: Any,
) -> int:
    """Receive deliveries on this machine and print their events, until interrupted; record or forward them."""
    from ..devtools.forward import Forwarder
    from ..devtools.http_files import Recorder
    from ..devtools.listen import Listener, listen

    needs_secret = record is None and forward is None
    options = {**provider_options, "needs_secret": needs_secret}
    with _provider(names, **options) as (provider, webhook, more):
        if more:
            raise UsageError(f"{' '.join(more)}: listen takes no events, it prints all")
        listener = Listener(
            provider, webhook, _print_received,
            recorder=Recorder(record) if record else None,
            forwarder=Forwarder(forward) if forward else None,
        )  # fmt: skip
        try:
            listen(listener, port, on_start=_print_address)
        except KeyboardInterrupt:
            print_note("stopped")
    return 0


@contextmanager
def _provider(
    names: Sequence[str],
    *,
    secrets: list[str],
    scheme: str | None,
    spec: Path | None,
    signature: str | None,
    events: str | None,
    needs_secret: bool = True,
) -> Iterator[tuple[Provider, Any, Sequence[str]]]:
    """Give the API that the arguments name, its `Webhook`, and the names after it. Raises UsageError.

    Without `needs_secret` and without a secret, the `Webhook` is None.
    """
    from ..devtools.provider import generated_provider, load_provider

    extensions = extension_settings(signature, events)
    if extensions and spec is None:
        raise UsageError("--signature and --events go with --spec")
    if spec is None:
        if not names:
            raise UsageError("name an API of ours, or --spec FILE")
        provider = load_provider(names[0])
        yield provider, _webhook(provider, secrets, scheme, needs_secret), names[1:]
        return
    require_generator("--spec")
    with generated_provider(spec, extensions=extensions) as provider:
        yield provider, _webhook(provider, secrets, scheme, needs_secret), names


def _webhook(provider: Provider, secrets: list[str], scheme: str | None, needs_secret: bool) -> Any:
    has_secret = bool(secrets) or provider.secret_variable in os.environ
    return provider.make_webhook(secrets, scheme) if has_secret or needs_secret else None


def _print_attempt(attempt: Attempt) -> None:
    title = f"{attempt.label} {attempt.event_id}" if attempt.event_id else attempt.label
    status = f"{attempt.status} {attempt.reason}".rstrip()
    print_line(f"{title}: {status} in {attempt.seconds * 1000:.0f} ms")
    for name, value in attempt.headers.items():
        print_line(f"  {name}: {value}")
    if attempt.body.strip():
        print_line("  " + attempt.body.strip()[:_MAX_REPLY].replace("\n", "\n  "))
    if attempt.redirect is not None:
        print_note(
            f"warning: redirected to {attempt.redirect}: senders of webhooks do not follow redirects\n"
            "  hint: register the address that the redirect names"
        )


def _print_address(url: str) -> None:
    print_line(f"listening on {url}")


def _print_received(received: Received) -> None:
    doubt = "" if received.is_verified else " (not verified)"
    if received.event is None:
        print_line(f"{received.status} {received.text}")
    else:
        print_line(f"{received.status} {received.event_type}{doubt}: {received.event!r}")
