"""Verdicts that only a receiver can show: both packages receive, and status and handlers are asserted."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooksmith import pipeline
from hooksmith.output.runtime_copy import runtime_files
from hooksmith.settings import Settings
from support.cases import write_files

from .documents import report
from .edits import BASE, edited
from .payloads import Payloads

PARENT = "received_packages"
SECRET = "whsec_aG9va3NtaXRo"
NOW = 1767322985.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("packages")
    write_files(home / PARENT, {"__init__.py": "", **runtime_files()})
    sys.path.insert(0, str(home))
    yield home
    sys.path.remove(str(home))
    for name in [name for name in sys.modules if name.partition(".")[0] == PARENT]:
        del sys.modules[name]


def package(home: Path, edit: str) -> Any:
    name = edit.replace(" ", "_").replace("'", "") or "base"
    folder = home / PARENT / name
    if not folder.is_dir():
        source = home / f"{name}.json"
        source.write_text(json.dumps(edited(edit) if edit else BASE), "utf-8")
        settings = Settings(package=name, formatter="none", runtime="shared")
        write_files(folder, pipeline.generate(source, settings).files)
        importlib.invalidate_caches()
    return importlib.import_module(f"{PARENT}.{name}")


def body(event_type: str, document: Any = BASE) -> bytes:
    found = next(body for type_, body in Payloads(document).events() if type_ == event_type)
    return json.dumps(found).encode()


def headers_of(module: Any, content: bytes) -> dict[str, str]:
    """Headers of a delivery as the package's own scheme signs it."""
    webhook = importlib.import_module(f"{module.__name__}.webhook").Webhook(SECRET)
    signed: dict[str, str] = webhook.sign(content, timestamp=NOW, id_="delivery_1")
    return signed


def deliver(
    module: Any, content: bytes, headers: dict[str, str], register: Any
) -> tuple[int, list[str]]:
    """The status of the reply, and the names of the handlers that were called."""
    webhook = importlib.import_module(f"{module.__name__}.webhook").Webhook(
        SECRET, clock=lambda: NOW
    )
    receiver = module.WebhookReceiver(webhook)
    calls: list[str] = []
    register(receiver, calls)
    reply = receiver.receive(content, headers, url="https://acme.test/hooks")
    return int(reply.status), calls


def test_an_event_of_another_class_does_not_reach_handlers_of_the_old_one(home: Path) -> None:
    assert "event-class" in {it.change.rule for it in report("", "event class").entries}
    content = body("person.joined")
    for edit, expected in (("", ["joined"]), ("event class", ["fallback"])):
        module = package(home, edit)
        events = importlib.import_module(f"{module.__name__}.events")

        def register(
            receiver: Any, calls: list[str], edit: str = edit, events: Any = events
        ) -> None:
            if not edit:
                receiver.on(events.PersonJoined)(lambda event: calls.append("joined"))
            receiver.fallback(lambda event: calls.append("fallback"))

        assert deliver(module, content, headers_of(package(home, ""), content), register) == (
            200,
            expected,
        )


def test_an_event_that_is_gone_reaches_the_fallback_and_cannot_be_registered(home: Path) -> None:
    module = package(home, "event removed")
    content = body("person.joined")

    def register(receiver: Any, calls: list[str]) -> None:
        with pytest.raises(KeyError):
            receiver.on("person.joined")(lambda event: calls.append("joined"))
        receiver.fallback(lambda event: calls.append(type(event).__name__))

    status, calls = deliver(module, content, headers_of(module, content), register)
    assert (status, calls) == (200, ["UnknownEvent"])


def test_another_signature_is_refused(home: Path) -> None:
    assert "signature" in {it.change.rule for it in report("", "signature").entries}
    content = body("order.paid")
    signed = headers_of(package(home, ""), content)
    assert deliver(package(home, ""), content, signed, _fallback)[0] == 200
    assert deliver(package(home, "signature"), content, signed, _fallback)[0] == 400


def _fallback(receiver: Any, calls: list[str]) -> None:
    receiver.fallback(lambda event: calls.append("fallback"))


def test_the_type_in_a_header_is_not_looked_for_in_the_body(home: Path) -> None:
    rules = {it.change.rule for it in report("", "type position").entries}
    assert "events-type-position" in rules
    content = body("order.paid")
    module = package(home, "type position")
    signed = headers_of(package(home, ""), content)

    def register(receiver: Any, calls: list[str]) -> None:
        receiver.on("order.paid")(lambda event: calls.append("paid"))
        receiver.fallback(lambda event: calls.append("fallback"))

    assert "paid" not in deliver(module, content, signed, register)[1]
    assert deliver(module, content, {**signed, "X-Event": "order.paid"}, register)[1] == ["paid"]


def test_a_callback_is_taken_at_its_new_path_alone(home: Path) -> None:
    entry = next(
        it for it in report("", "callback path").entries if it.change.rule == "callback-path"
    )
    module = package(home, "callback path")
    paths = {it.path for it in importlib.import_module(f"{module.__name__}.callbacks").CALLBACKS}
    assert entry.change.new in paths
    assert entry.change.old not in paths
