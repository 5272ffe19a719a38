"""`hooksmith trigger` and `hooksmith listen`: send deliveries to a receiver, or receive them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_codes import FAILED
from .printing import print_line, print_note
from .required_extras import require_generator
from .targets import extension_settings
from .usage_error import UsageError

if TYPE_CHECKING:
    from ..devtools.listen import Received
    from ..devtools.provider import Provider
    from ..devtools.trigger import Attempt

_MAX_REPLY = 2000


def trigger(
    names: list[str],
    to: str,
    secrets: list[str],
    scheme: str | None,
    spec: Path | None,
    signature: str | None,
    events: str | None,
    changes: list[str],
    repeat: int,
    corrupt: bool,
    stale: bool,
) -> int:
    """Send an event, signed as its provider does, and print the reply: exit code 1 unless all are 2xx."""
    from ..devtools.trigger import parse_changes, trigger

    extensions = extension_settings(signature, events)
    with _provider(names, spec, extensions, event_count=1) as (provider, (event_type,)):
        attempts = trigger(
            provider, provider.make_webhook(secrets, scheme), event_type, to,
            changes=parse_changes(changes), repeat=repeat, corrupt=corrupt, stale=stale,
        )  # fmt: skip
        outcomes = [_print_attempt(event_type, attempt) for attempt in attempts]
    return 0 if all(outcomes) else FAILED


def listen(
    names: list[str],
    secrets: list[str],
    scheme: str | None,
    spec: Path | None,
    signature: str | None,
    events: str | None,
    port: int,
) -> int:
    """Receive deliveries on this machine and print their events, until interrupted."""
    from ..devtools.listen import listen

    extensions = extension_settings(signature, events)
    with _provider(names, spec, extensions, event_count=0) as (provider, _):
        webhook = provider.make_webhook(secrets, scheme)
        try:
            listen(provider, webhook, port, on_start=_print_address, on_request=_print_received)
        except KeyboardInterrupt:
            print_note("stopped")
    return 0


@contextmanager
def _provider(
    names: list[str], spec: Path | None, extensions: Mapping[str, Any], *, event_count: int
) -> Iterator[tuple[Provider, list[str]]]:
    """Give the API that the arguments name, and the names of events after it. Raises UsageError."""
    from ..devtools.provider import generated_provider, load_provider

    if extensions and spec is None:
        raise UsageError("--signature and --events go with --spec")
    if len(names) != event_count + (spec is None):
        missing = ["an API of ours, or --spec FILE"] if spec is None else []
        missing += ["an event"] * event_count
        raise UsageError(f"name {' and '.join(missing) or 'nothing but --spec'}")
    if spec is None:
        yield load_provider(names[0]), names[1:]
        return
    require_generator("--spec")
    with generated_provider(spec, extensions=extensions) as provider:
        yield provider, names


def _print_attempt(event_type: str, attempt: Attempt) -> bool:
    """Print a reply. Return whether it is 2xx."""
    title = f"{event_type} {attempt.event_id}" if attempt.event_id else event_type
    status = f"{attempt.status} {attempt.reason}".rstrip()
    print_line(f"{title}: {status} in {attempt.seconds * 1000:.0f} ms")
    for name, value in attempt.headers.items():
        print_line(f"  {name}: {value}")
    if attempt.body.strip():
        print_line("  " + attempt.body.strip()[:_MAX_REPLY].replace("\n", "\n  "))
    return attempt.is_success


def _print_address(url: str) -> None:
    print_line(f"listening on {url}")


def _print_received(received: Received) -> None:
    if received.event is None:
        print_line(f"{received.status} {received.text}")
    else:
        print_line(f"{received.status} {received.event_type}: {received.event!r}")
