"""`hooksmith diff --code`: each line of a user's project that breaks, by the change that breaks it."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from hooksmith.cli.commands import run

from .edits import BASE, edited

RECEIVING = """
    from acme import EventType, WebhookReceiver, Webhook
    from acme.events import Event, OrderCreated, PersonJoined

    webhook = Webhook("whsec_aG9va3NtaXRo")
    receiver = WebhookReceiver(webhook)


    @receiver.on(OrderCreated)
    def order(event: OrderCreated) -> None:
        total = event.data.total.amount
        print(total, event.data.note)  # read: note
        send(event.data.note or "")


    @receiver.on("person.joined")
    def person(event: Event) -> None: ...


    @receiver.on(EventType.ORDER_PAID)
    def paid(event: Event) -> None: ...


    def send(text: str) -> None: ...


    def role(event: PersonJoined) -> str:
        return str(event.person.role)
"""
CALLING = """
    from acme import AcmeClient
    from acme.models import Order, Status

    client = AcmeClient(token="t")


    def first(status: Status) -> Order:
        return client.orders.list(after="a", status=status, limit=3)[0]


    def make() -> str:
        return client.orders.create(amount=3, carrier="dhl").id


    def gone() -> None:
        client.orders.delete(order_id="1")


    unrelated: int = "an error of its own"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    code = tmp_path / "code"
    (code / "src" / "shop").mkdir(parents=True)
    (code / "src" / "shop" / "receiving.py").write_text(textwrap.dedent(RECEIVING))
    (code / "src" / "shop" / "calling.py").write_text(textwrap.dedent(CALLING))
    (tmp_path / "old.json").write_text(json.dumps(BASE))
    return tmp_path


def line_of(text: str, part: str) -> int:
    lines = textwrap.dedent(text).split("\n")
    return next(number for number, line in enumerate(lines, 1) if part in line)


def examine(capsys: pytest.CaptureFixture[str], *edits: str, checker: str = "pyright") -> Any:
    Path("new.json").write_text(json.dumps(edited(*edits)))
    command = ["diff", "old.json", "new.json", "--code", "code", "--package", "acme"]
    capsys.readouterr()
    run([*command, "--format", "json", "--show", "all", "--checker", checker])
    data = json.loads(capsys.readouterr().out)
    known = {change["fingerprint"] for change in data["changes"]}
    for use in (*data["code"]["broken"], *data["code"]["affected"]):
        assert use["change"] is None or use["change"]["fingerprint"] in known
    return data["code"]


def places(uses: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(Path(it["file"]).name, it["line"], (it["change"] or {}).get("id", "")) for it in uses]


@pytest.mark.slow
@pytest.mark.parametrize(
    "expected",
    [
        {
            "received field removed": (
                "receiving.py",
                RECEIVING,
                "read: note",
                "received-field-removed",
            ),
            "argument type": ("calling.py", CALLING, "orders.list", "argument-type"),
            "method removed": ("calling.py", CALLING, "orders.delete", "call-removed"),
            "method renamed": ("calling.py", CALLING, "orders.create", "call-renamed"),
        },
        {"argument removed": ("calling.py", CALLING, "orders.list", "argument-removed")},
        {
            "required argument added": (
                "calling.py",
                CALLING,
                "orders.list",
                "argument-added-required",
            ),
            "sent value removed": None,
        },
        {"title": ("calling.py", CALLING, "import AcmeClient", "client-renamed")},
    ],
    ids=lambda expected: ", ".join(expected),
)
def test_an_error_is_due_to_its_change(
    expected: dict[str, tuple[str, str, str, str] | None],
    project: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Edit → the line it breaks and the rule; None: it breaks no line."""
    found = places(examine(capsys, *expected)["broken"])
    wanted = [place for place in expected.values() if place is not None]
    for file, text, part, rule in wanted:
        assert (file, line_of(text, part), rule) in found
    assert {rule for _, _, rule in found} == {rule for *_, rule in wanted}


@pytest.mark.slow
def test_reads_of_fields_that_behave_otherwise(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = examine(capsys, "received value added")
    assert code["broken"] == []
    line = line_of(RECEIVING, "event.person.role")
    assert ("receiving.py", line, "delivery-value-deployed") in places(code["affected"])


@pytest.mark.slow
def test_mypy_judges_as_well(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = places(examine(capsys, "received field removed", checker="mypy")["broken"])
    assert ("receiving.py", line_of(RECEIVING, "read: note"), "received-field-removed") in found


@pytest.mark.slow
def test_handlers_have_a_verdict(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handlers = examine(capsys, "event removed")["handlers"]
    assert {it["name"]: it["verdict"] for it in handlers} == {
        "order": "fine",
        "person": "never called: the document has it no more",
        "paid": "fine",
    }
    handlers = examine(capsys, "event's field optional")["handlers"]
    verdicts = {it["name"]: it["verdict"] for it in handlers}
    assert "DriftedEvent" in verdicts["order"]
    assert verdicts["person"] == "fine"


def test_what_cannot_be_examined_is_an_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "empty").mkdir()
    command = ["diff", "old.json", "old.json", "--code"]
    assert run([*command, "empty", "--package", "acme"]) == 2
    assert "has no Python files" in capsys.readouterr().err
    assert run([*command, "absent", "--package", "acme"]) == 2
    assert run([*command, "code"]) == 2
    assert "--code goes with --package" in capsys.readouterr().err
