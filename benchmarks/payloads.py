"""Shares of published payloads that are delivered and fully typed, by their provider's own document.

    python -m benchmarks.payloads DOCUMENT PAYLOADS [--signature NAME] [--events JSON]

PAYLOADS is JSON: a list of `{"name": …, "examples": [body, …]}`, where the name is what the provider's header says, or
of bodies alone. Each is signed as the document says (or as `--signature` does), and taken by `Webhook.unwrap`. Counted
are: lost (an exception), unknown, drifted, and typed, of which some lack properties that the document requires.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hooksmith.pipeline import generate
from hooksmith.settings import Settings

PACKAGE = "hooksmith_payloads"


def run() -> None:
    """Print the figures, and the places of drift."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.payloads")
    parser.add_argument("document", type=Path)
    parser.add_argument("payloads", type=Path)
    parser.add_argument("--signature", help="a known scheme, where the document names none")
    parser.add_argument("--events", type=json.loads, help="as x-hooksmith-events, in JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        package = _package(arguments.document, arguments.signature, arguments.events, folder)
        print(measured(package, json.loads(arguments.payloads.read_text("utf-8"))))


def measured(package: Any, payloads: list[Any]) -> str:
    """Return the outcomes of the payloads as text."""
    testing = importlib.import_module(f"{package.__name__}.testing")
    lacking = importlib.import_module(f"{package.__name__}._runtime.models.lenient_reading").lacking
    webhook, outcomes, causes = testing.webhook(), Counter[str](), Counter[str]()
    seconds = 0.0
    for body, headers in _deliveries(package, payloads):
        signed = headers | webhook.sign(body)
        began = time.perf_counter()
        try:
            event = webhook.unwrap(body, signed)
        except package.WebhookError as error:
            outcomes["lost"] += 1
            causes[f"lost: {error}"] += 1
            continue
        seconds += time.perf_counter() - began
        outcomes[_outcome(package, event)] += 1
        outcomes["lacking"] += _outcome(package, event) == "typed" and any(lacking(event))
        causes.update(_causes(package, event))
    return _report(outcomes, causes, seconds)


def _report(outcomes: Counter[str], causes: Counter[str], seconds: float) -> str:
    lacking = outcomes.pop("lacking")
    total = outcomes.total()
    lines = [
        f"{total} payloads, {(total - outcomes['lost']) / total:.1%} delivered, "
        f"{outcomes['typed'] / total:.1%} fully typed ({seconds / total * 1e6:.0f} us each)",
        f"typed {outcomes['typed']} ({lacking} lack required properties), drifted {outcomes['drifted']}, "
        f"unknown {outcomes['unknown']}, lost {outcomes['lost']}",
    ]
    return "\n".join([*lines, *(f"  {count} x {cause}" for cause, count in causes.most_common(40))])


def _outcome(package: Any, event: object) -> str:
    if isinstance(event, package.UnknownEvent):
        return "unknown"
    return "drifted" if isinstance(event, package.DriftedEvent) else "typed"


def _causes(package: Any, event: Any) -> Iterator[str]:
    if isinstance(event, package.UnknownEvent):
        yield f"unknown: {event.type}"
    if isinstance(event, package.DriftedEvent):
        for issue in event.issues:
            yield f"{event.type} at {issue.where}: {issue.what}"


def _deliveries(package: Any, payloads: list[Any]) -> Iterator[tuple[bytes, dict[str, str]]]:
    catalogue = importlib.import_module(f"{package.__name__}.events").CATALOGUE
    parts = catalogue.type if isinstance(catalogue.type, tuple) else (catalogue.type,)
    header = next((place.name for place in parts if hasattr(place, "name")), None)
    for entry in payloads:
        bodies = entry.get("examples", [entry])
        headers = {header: entry["name"]} if header is not None else {}
        for body in bodies:
            yield json.dumps(body).encode(), {"Content-Type": "application/json", **headers}


def _package(document: Path, signature: str | None, events: Any, folder: str) -> Any:
    settings = Settings(package=PACKAGE, formatter="none", signature=signature, events=events)
    for path, text in generate(document, settings).files.items():
        target = Path(folder, PACKAGE, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    sys.path.insert(0, folder)
    return importlib.import_module(PACKAGE)


if __name__ == "__main__":
    run()
