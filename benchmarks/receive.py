"""Receiving: verify and parse a delivery, beside the `workos` package's `verify_event`; time to the first typed event.

Every event that both know is signed, several times: as in life, no two have the same ids. Both sides check signature
and time and build typed objects of the whole event, timestamps parsed; ours also finds the header in a mapping and
checks every value's type. What is measured takes turns, so that a busy machine slows all alike; a batch counts by its
fastest round. Events of one kind find the processor's caches filled, all kinds in turn do not.

What pydantic and the HMAC take alone, called with everything ready, is the floor of what stands on them.

Imports are timed in processes of their own, which take turns too; the median of several.
"""

from __future__ import annotations

import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hooksmith_providers.workos import Webhook

ROUNDS = 40
BATCHES = 12
OF_ONE_KIND = 50
PROCESSES = 9

BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID = re.compile(f"[{BASE32}]{{26}}")

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
    """A signed event with its readers."""

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
    bodies = dict(sorted(_bodies().items(), key=lambda item: len(item[1])))
    _all_kinds(webhook, bodies)
    _by_size(webhook, bodies)
    _print_first_event(_delivery(webhook, bodies["user.created"], "user.created"))


def _bodies() -> dict[str, str]:
    """Return the examples of the events in both packages, by type."""
    from workos.events.models import EventSchema

    from hooksmith_providers.workos import EventType
    from hooksmith_providers.workos.testing import EXAMPLES

    bodies = {}
    for kind in EventType:
        body = json.dumps(EXAMPLES.payload(kind))
        if type(EventSchema.from_dict(json.loads(body))).__name__ != "EventSchemaUnknown":
            bodies[kind.value] = body
    return bodies


def _delivery(webhook: Webhook, body: str, kind: str) -> Delivery:
    """Return an event with new ids."""
    raw = ULID.sub(lambda _: "".join(random.choices(BASE32, k=26)), body).encode()
    return Delivery(kind, raw, webhook.sign(raw))


def _all_kinds(webhook: Webhook, bodies: dict[str, str]) -> None:
    names = ("hooksmith", "workos", "floor")
    size = statistics.mean(map(len, bodies.values()))
    print(f"{len(bodies)} kinds of events in turn, {size:.0f} bytes on average; deliveries/s")
    print(f"{'':18}{names[0]:>12}{names[1]:>12}{'':8}{names[2]:>12}")
    batches = [
        _steps(webhook, [_delivery(webhook, body, kind) for kind, body in bodies.items()])
        for _ in range(BATCHES)
    ]
    best = _best(batches)
    for title in ("verify", "parse", "verify and parse"):
        ours, theirs, floor = (BATCHES * len(bodies) / best[title, name] for name in names)
        print(f"{title:18}{ours:12,.0f}{theirs:12,.0f}{ours / theirs:7.2f}x{floor:12,.0f}")


def _by_size(webhook: Webhook, bodies: dict[str, str]) -> None:
    title = "verify and parse"
    print(f"events of one kind, {title}; deliveries/s")
    kinds = list(bodies)
    for place in (0, len(kinds) // 4, len(kinds) // 2, -len(kinds) // 4, -1):
        kind = kinds[place]
        batches = [
            _steps(webhook, [_delivery(webhook, bodies[kind], kind) for _ in range(OF_ONE_KIND)])
            for _ in range(BATCHES)
        ]
        best = _best(
            [{key: step for key, step in each.items() if key[0] == title} for each in batches]
        )
        ours, theirs, floor = (
            BATCHES * OF_ONE_KIND / best[title, name] for name in ("hooksmith", "workos", "floor")
        )
        print(
            f"{len(bodies[kind]):5} bytes       {ours:12,.0f}{theirs:12,.0f}{ours / theirs:7.2f}x{floor:12,.0f}"
            f"  {kind}"
        )


def _steps(webhook: Webhook, deliveries: list[Delivery]) -> dict[tuple[str, str], Step]:
    """Return the measured functions by title and package; each takes a round over all deliveries."""
    whose = {
        "hooksmith": _our_steps(webhook, deliveries),
        "workos": _their_steps(deliveries),
        "floor": _floor_steps(deliveries),
    }
    return {(title, name): step for name, steps in whose.items() for title, step in steps.items()}


def _our_steps(webhook: Webhook, deliveries: list[Delivery]) -> dict[str, Step]:
    from hooksmith_providers.workos import parse_event

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
    from hooksmith_providers._runtime.webhooks.signatures.keys import Key
    from hooksmith_providers.workos.events import CATALOGUE

    hashed = Key(b"secret").keyed_hash("sha256")
    found = [CATALOGUE.models[each.kind] for each in deliveries]
    models = [model for model in found if isinstance(model, type)]  # none has several
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


def _best(batches: list[dict[tuple[str, str], Step]]) -> dict[tuple[str, str], float]:
    """Return the sum of the least seconds of each batch."""
    found = {key: [float("inf")] * len(batches) for key in batches[0]}
    for _ in range(ROUNDS):
        for key, times in found.items():
            for place, steps in enumerate(batches):
                began = time.perf_counter()
                steps[key]()
                times[place] = min(times[place], time.perf_counter() - began)
    return {key: sum(times) for key, times in found.items()}


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
    """Return the milliseconds from the import to the first event, in a new process."""
    command = [sys.executable, "-c", code, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(run.stdout) * 1000


if __name__ == "__main__":
    main()
