"""Receiving: verify and parse a delivery, beside the `workos` package's `verify_event`; time to the first typed event.

Every event that both know is signed once; a round verifies and parses each. The figures are the best of several
rounds, in one process and run. Imports are timed in processes of their own, the median of several.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

ROUNDS = 40
PROCESSES = 7

OURS = """
import sys, time
began = time.perf_counter()
from hooksmith_providers.workos import Webhook
body, signature = sys.argv[1].encode(), sys.argv[2]
event = Webhook("secret", tolerance=None).unwrap(body, {"WorkOS-Signature": signature})
assert type(event).__name__ == "UserCreated", event
print(time.perf_counter() - began)
"""
THEIRS = """
import sys, time
began = time.perf_counter()
from workos.webhooks._verification import verify_event
body, signature = sys.argv[1].encode(), sys.argv[2]
event = verify_event(event_body=body, event_signature=signature, secret="secret", tolerance=10**10)
assert type(event).__name__ == "UserCreated", event
print(time.perf_counter() - began)
"""


def main() -> None:
    """Print both comparisons."""
    from hooksmith_providers.workos import UserCreated, Webhook
    from hooksmith_providers.workos.testing import EXAMPLES, example

    webhook = Webhook("secret")
    deliveries = [(body, webhook.sign(body)) for body in _bodies(EXAMPLES.payload)]
    _throughput(webhook, deliveries)
    delivery = example(UserCreated, webhook=webhook)
    arguments = [delivery.body.decode(), delivery.headers["WorkOS-Signature"]]
    ours, theirs = _first_event(OURS, arguments), _first_event(THEIRS, arguments)
    print(
        f"import to first typed event: hooksmith {ours:.0f} ms, workos {theirs:.0f} ms, {ours / theirs:.2f}x"
    )


def _bodies(payload: Callable[[str], object]) -> list[bytes]:
    """The events that both packages know."""
    from workos.events.models import EventSchema

    from hooksmith_providers.workos import EventType

    bodies = []
    for kind in EventType:
        body = json.dumps(payload(kind)).encode()
        if type(EventSchema.from_dict(json.loads(body))).__name__ != "EventSchemaUnknown":
            bodies.append(body)
    return bodies


def _throughput(webhook: object, deliveries: list[tuple[bytes, dict[str, str]]]) -> None:
    from workos.webhooks._verification import verify_event

    from hooksmith_providers.workos import Webhook, parse_event

    assert isinstance(webhook, Webhook)
    headers = [(body, given["WorkOS-Signature"]) for body, given in deliveries]

    def theirs() -> None:
        for body, signature in headers:
            verify_event(event_body=body, event_signature=signature, secret="secret")

    def ours() -> None:
        for body, given in deliveries:
            webhook.unwrap(body, given)

    def verifying() -> None:
        for body, given in deliveries:
            webhook.verify(body, given)

    def parsing() -> None:
        for body, _ in deliveries:
            parse_event(body)

    rates = {
        run.__name__: len(deliveries) / _best(run) for run in (theirs, ours, verifying, parsing)
    }
    size = sum(len(body) for body, _ in deliveries) / len(deliveries)
    print(f"{len(deliveries)} kinds of events of {size:.0f} bytes on average")
    print(f"verify:           hooksmith {rates['verifying']:,.0f}/s")
    print(f"parse:            hooksmith {rates['parsing']:,.0f}/s")
    print(f"verify and parse: hooksmith {rates['ours']:,.0f}/s")
    print(
        f"                  workos    {rates['theirs']:,.0f}/s: {rates['ours'] / rates['theirs']:.2f}x"
    )


def _best(run: Callable[[], None]) -> float:
    """Seconds of the fastest round."""
    run()
    found = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        found = min(found, time.perf_counter() - began)
    return found


def _first_event(code: str, arguments: list[str]) -> float:
    """Milliseconds from before the import to the first event, the median of several processes."""
    command = [sys.executable, "-c", code, *arguments]
    runs = [
        subprocess.run(command, capture_output=True, text=True, check=True)
        for _ in range(PROCESSES)
    ]
    return statistics.median(float(run.stdout) for run in runs) * 1000


if __name__ == "__main__":
    main()
