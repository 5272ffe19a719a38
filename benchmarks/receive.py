"""Receiving: verify and parse a delivery, beside the `workos` package's `verify_event`; time to the first typed event.

Every event that both know is signed once; a round verifies and parses each. Both sides check the signature and the
time and build typed objects of the whole event, timestamps parsed; ours also finds the header in a mapping and checks
every value's type. The rounds of all that is measured take turns, so that a busy machine slows them alike, and the
figures are the best rounds. A single event over and over stays in the processor's caches, all kinds in turn do not.

What pydantic and the HMAC take alone, called with everything ready, is the floor of what stands on them.

Imports are timed in processes of their own, which take turns too; the median of several.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 60
REPEATS = 100
PROCESSES = 9

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


Step = Callable[[], None]


@dataclass(frozen=True)
class Delivery:
    """A signed event, with what reads it."""

    kind: str
    body: bytes
    headers: dict[str, str]

    @property
    def signature(self) -> str:
        """The value of WorkOS' header."""
        return self.headers["WorkOS-Signature"]


def main() -> None:
    """Print all comparisons."""
    from hooksmith_providers.workos import Webhook

    webhook = Webhook("secret")
    deliveries = [Delivery(kind, body, webhook.sign(body)) for kind, body in _bodies().items()]
    deliveries.sort(key=lambda delivery: len(delivery.body))
    _all_kinds(webhook, deliveries)
    _by_size(webhook, deliveries)
    _print_first_event(next(each for each in deliveries if each.kind == "user.created"))


def _bodies() -> dict[str, bytes]:
    """The examples of the events that both packages know, by type."""
    from workos.events.models import EventSchema

    from hooksmith_providers.workos import EventType
    from hooksmith_providers.workos.testing import EXAMPLES

    bodies = {}
    for kind in EventType:
        body = json.dumps(EXAMPLES.payload(kind)).encode()
        if type(EventSchema.from_dict(json.loads(body))).__name__ != "EventSchemaUnknown":
            bodies[kind.value] = body
    return bodies


def _all_kinds(webhook: object, deliveries: list[Delivery]) -> None:
    names = ("hooksmith", "workos", "floor")
    size = statistics.mean(len(delivery.body) for delivery in deliveries)
    print(f"{len(deliveries)} kinds of events in turn, {size:.0f} bytes on average; deliveries/s")
    print(f"{'':18}{names[0]:>12}{names[1]:>12}{'':8}{names[2]:>12}")
    best = _best(_steps(webhook, deliveries))
    for title in ("verify", "parse", "verify and parse"):
        ours, theirs, floor = (len(deliveries) / best[title, name] for name in names)
        print(f"{title:18}{ours:12,.0f}{theirs:12,.0f}{ours / theirs:7.2f}x{floor:12,.0f}")


def _by_size(webhook: object, deliveries: list[Delivery]) -> None:
    print("one kind over and over, verify and parse; deliveries/s")
    for place in (0, len(deliveries) // 4, len(deliveries) // 2, -len(deliveries) // 4, -1):
        delivery = deliveries[place]
        steps = _steps(webhook, [delivery] * REPEATS)
        best = _best({key: step for key, step in steps.items() if key[0] == "verify and parse"})
        ours, theirs, floor = (
            REPEATS / best["verify and parse", name] for name in ("hooksmith", "workos", "floor")
        )
        print(
            f"{len(delivery.body):5} bytes       {ours:12,.0f}{theirs:12,.0f}{ours / theirs:7.2f}x{floor:12,.0f}"
            f"  {delivery.kind}"
        )


def _steps(webhook: object, deliveries: list[Delivery]) -> dict[tuple[str, str], Step]:
    """What is measured, by title and whose it is: a round over all deliveries."""
    whose = {
        "hooksmith": _our_steps(webhook, deliveries),
        "workos": _their_steps(deliveries),
        "floor": _floor_steps(deliveries),
    }
    return {(title, name): step for name, steps in whose.items() for title, step in steps.items()}


def _our_steps(webhook: object, deliveries: list[Delivery]) -> dict[str, Step]:
    from hooksmith_providers.workos import Webhook, parse_event

    assert isinstance(webhook, Webhook)
    given = [(each.body, each.headers) for each in deliveries]

    def verify() -> None:
        for body, headers in given:
            webhook.verify(body, headers)

    def parse() -> None:
        for body, _ in given:
            parse_event(body)

    def both() -> None:
        for body, headers in given:
            webhook.unwrap(body, headers)

    return {"verify": verify, "parse": parse, "verify and parse": both}


def _their_steps(deliveries: list[Delivery]) -> dict[str, Step]:
    from workos.events.models import EventSchema
    from workos.webhooks._verification import verify_event, verify_header

    given = [(each.body, each.signature) for each in deliveries]

    def verify() -> None:
        for body, signature in given:
            verify_header(event_body=body, event_signature=signature, secret="secret")

    def parse() -> None:
        for body, _ in given:
            EventSchema.from_dict(json.loads(body))

    def both() -> None:
        for body, signature in given:
            verify_event(event_body=body, event_signature=signature, secret="secret")

    return {"verify": verify, "parse": parse, "verify and parse": both}


def _floor_steps(deliveries: list[Delivery]) -> dict[str, Step]:
    from hooksmith_providers._runtime.signatures.key import Key
    from hooksmith_providers.workos.events import CATALOGUE

    hashed = Key(b"secret").keyed_hash("sha256")
    models = [CATALOGUE.models[each.kind] for each in deliveries]
    for model in models:
        model.model_rebuild()
    given = [
        (each.body, model.__pydantic_validator__.validate_json)
        for each, model in zip(deliveries, models, strict=True)
    ]

    def verify() -> None:
        for body, _ in given:
            hashed(body)

    def parse() -> None:
        for body, validate_json in given:
            validate_json(body)

    def both() -> None:
        for body, validate_json in given:
            hashed(body)
            validate_json(body)

    return {"verify": verify, "parse": parse, "verify and parse": both}


def _best(steps: dict[tuple[str, str], Step]) -> dict[tuple[str, str], float]:
    """Seconds of the fastest round of each; every round has one before it that only warms up."""
    found = dict.fromkeys(steps, float("inf"))
    for _ in range(ROUNDS):
        for key, step in steps.items():
            step()
            began = time.perf_counter()
            step()
            found[key] = min(found[key], time.perf_counter() - began)
    return found


def _print_first_event(delivery: Delivery) -> None:
    arguments = [delivery.body.decode(), delivery.signature]
    runs = [
        (_first_event(OURS, arguments), _first_event(THEIRS, arguments)) for _ in range(PROCESSES)
    ]
    ours, theirs = (statistics.median(times) for times in zip(*runs, strict=True))
    print(
        f"import to first typed event: hooksmith {ours:.0f} ms, workos {theirs:.0f} ms, {ours / theirs:.2f}x"
    )


def _first_event(code: str, arguments: list[str]) -> float:
    """Milliseconds from before the import to the first event, in a process of its own."""
    command = [sys.executable, "-c", code, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(run.stdout) * 1000


if __name__ == "__main__":
    main()
