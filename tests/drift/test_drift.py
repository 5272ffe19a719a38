"""`hooksmith drift`: what deliveries have beside the document, and overlays that describe it."""

from __future__ import annotations

import importlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml

from diff.edits import BASE, edited
from diff.payloads import Payloads
from hooksmith.cli.commands import run
from hooksmith.devtools.http_files import RecordedRequest, Recorder
from hooksmith.drift.reading import examine_deliveries
from hooksmith.drift.recordings import Recording, read_recordings
from hooksmith.drift.report import DriftReport
from hooksmith.drift.suggestions import json_path
from hooksmith.errors import LoadError
from hooksmith.settings import Settings
from support.paths import SHARED, SPECS

CHANGING = {
    "event added": {"event-unknown"},
    "received field added": {"property-undeclared"},
    "received required field removed": {"property-missing", "property-undeclared"},
    "received field optional": {"property-missing"},
    "event's field optional": {"property-missing"},
    "received field nullable": {"null-undeclared"},
    "received required field nullable": {"null-undeclared"},
    "received field type": {"type-different"},
    "received field widened": {"type-different"},
    "received field narrowed": {"type-different"},
    "received items": {"type-different"},
    "received values": {"type-different"},
    "class of one property": {"property-missing"},
    "received value added": {"value-unlisted"},
    "received value removed": {"value-unlisted"},
    "option added": {"option-unknown"},
    "alias": {"type-different"},
}
"""Edits after which deliveries have something that the base document does not describe, and the rules for it."""


def document_at(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document, indent=1), "utf-8")
    return path


def recordings(document: Any) -> list[Recording]:
    bodies = [body for _, body in Payloads(document).events()]
    return [
        Recording(source=str(index), body=json.dumps(it).encode())
        for index, it in enumerate(bodies)
    ]


def examine(spec: Path, found: list[Recording], *overlays: Path) -> tuple[DriftReport, Any]:
    settings = Settings(package="api", formatter="none", overlays=overlays)
    report, overlay, _ = examine_deliveries(spec, settings, found)
    return report, overlay


@pytest.mark.parametrize("version", ["3.1.0", "3.0.3"])
@pytest.mark.parametrize("edit", CHANGING)
def test_what_differs_is_found_and_the_suggestion_describes_it(
    edit: str, version: str, tmp_path: Path
) -> None:
    base = of_version(BASE, version)
    spec = document_at(tmp_path / "openapi.json", base)
    found = recordings(edited(edit))
    report, overlay = examine(spec, found)
    expected = CHANGING[edit] - {"property-undeclared" if edit.endswith("removed") else ""}
    assert {row.rule for row in report.rows} >= expected
    assert not report.unread
    path = tmp_path / "overlay.yaml"
    path.write_text(yaml.safe_dump(overlay, sort_keys=False), "utf-8")
    again, nothing = examine(spec, found, path)
    assert [row.message for row in again.rows] == []
    assert nothing is None


def of_version(document: Any, version: str) -> Any:
    """The base document in another version of OpenAPI, with its words for null and constants."""
    if version.startswith("3.1"):
        return document
    text = json.dumps({**document, "openapi": version, "x-webhooks": document["webhooks"]})
    data = json.loads(text)
    del data["webhooks"]
    return _lowered(data)


def _lowered(node: Any) -> Any:
    if isinstance(node, list):
        return [_lowered(item) for item in node]
    if not isinstance(node, dict):
        return node
    lowered = {key: _lowered(item) for key, item in node.items()}
    if isinstance(lowered.get("type"), list):
        lowered |= {"type": lowered["type"][0], "nullable": True}
    if isinstance(lowered.get("const"), str):
        lowered = {"type": "string", "enum": [lowered["const"]]}
    return lowered


def test_the_documents_own_deliveries_have_nothing(tmp_path: Path) -> None:
    report, overlay = examine(document_at(tmp_path / "openapi.json", BASE), recordings(BASE))
    assert report.rows == []
    assert report.deliveries > 10
    assert overlay is None


def test_a_row_has_counts_events_and_its_place(tmp_path: Path) -> None:
    spec = document_at(tmp_path / "openapi.json", BASE)
    report, _ = examine(spec, recordings(edited("received value added")))
    (row,) = report.rows
    assert row.message == "PersonRole is 'guest', which the document does not list"
    assert (row.count, list(row.events)) == (1, ["person.joined"])
    assert row.place is not None
    line = spec.read_text().split("\n")[(row.place.line or 0) - 1]
    assert line.strip() == '"role": {'


# --- recordings


def test_all_kinds_of_recordings(tmp_path: Path) -> None:
    bodies = [body for _, body in Payloads(BASE).events()][:3]
    texts = [json.dumps(it) for it in bodies]
    folder = tmp_path / "recorded"
    recorder = Recorder(folder)
    request = RecordedRequest(
        method="POST", url="/hooks", headers=[("X-Event", "a")], body=texts[0].encode()
    )
    recorder.record(request)
    (folder / "one.json").write_text(texts[0])
    (folder / "three.json").write_text(json.dumps(bodies))
    (folder / "lines.jsonl").write_text("\n".join(texts) + "\n")
    found = list(read_recordings(folder))
    assert [json.loads(it.body) for it in found] == [bodies[0], *bodies, bodies[0], *bodies]
    assert found[0].headers == (("X-Event", "a"),)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(LoadError, match="is not JSON"):
        list(read_recordings(tmp_path / "broken.json"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(LoadError, match="has no files"):
        list(read_recordings(tmp_path / "empty"))


def test_the_inbox_is_read(tmp_path: Path) -> None:
    """As the runtime's own inbox writes it."""
    inbox = importlib.import_module("hooksmith_providers._runtime.webhooks.inbox.statements")
    path = tmp_path / "inbox.db"
    connection = sqlite3.connect(path)
    types = {"identity": inbox.SQLITE.identity, "bigint": "INTEGER", "real": "REAL", "blob": "BLOB"}
    connection.executescript(inbox.TABLES.format(**types))
    row = ("acme", 0.0, json.dumps([["X-Event", "a"]]), b'{"type": "order.paid"}')
    connection.execute(
        "INSERT INTO inbox_deliveries (source, received_at, headers, body) VALUES (?, ?, ?, ?)", row
    )
    connection.commit()
    connection.close()
    (found,) = read_recordings(path)
    assert (found.body, found.headers) == (row[3], (("X-Event", "a"),))
    other = tmp_path / "other.db"
    sqlite3.connect(other).executescript("CREATE TABLE a (b)")
    with pytest.raises(LoadError, match="is no inbox"):
        list(read_recordings(other))


# --- the command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    document_at(tmp_path / "openapi.json", BASE)
    return tmp_path


def write_payloads(path: Path, document: Any) -> None:
    path.write_text(json.dumps([body for _, body in Payloads(document).events()]))


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_payloads(folder / "payloads.json", edited("received field added"))
    command = ["drift", "openapi.json", "payloads.json"]
    assert run([*command, "--suggest", "overlay.yaml"]) == 1
    output, errors = capsys.readouterr()
    assert (
        "Order has the property 'weight', which the document does not list [property-undeclared]"
        in output
    )
    assert "overlay.yaml: 1 actions" in errors
    overlay = yaml.safe_load((folder / "overlay.yaml").read_text())
    assert overlay["actions"][0]["update"] == {"properties": {"weight": {"type": "integer"}}}
    assert run([*command, "--overlay", "overlay.yaml"]) == 0
    assert "the document describes all of them" in capsys.readouterr().out
    assert run([*command, "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["findings"][0]["id"] == "property-undeclared"
    assert run(["drift", "openapi.json", "absent.json"]) == 2


def test_a_delivery_that_is_no_event_is_reported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.json").write_text('"text"')
    assert run(["drift", "openapi.json", "a.json"]) == 1
    assert "1 that are no events" in capsys.readouterr().out


def test_payloads_steer_neither_the_terminal_nor_the_overlay(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = next(body for type_, body in Payloads(BASE).events() if type_ == "order.paid")
    name = "x\x1b[31m']\n  - target: $"
    (folder / "a.json").write_text(json.dumps({**body, name: 1}))
    assert run(["drift", "openapi.json", "a.json", "--suggest", "overlay.yaml"]) == 1
    assert "\x1b" not in capsys.readouterr().out
    assert run(["drift", "openapi.json", "a.json", "--overlay", "overlay.yaml"]) == 0


def test_a_json_path_selects_any_key() -> None:
    assert json_path(["a", 0, "it's\\\n"]) == "$['a'][0]['it\\'s\\\\\\u000a']"


# --- the providers


@pytest.mark.parametrize("provider", ["mattr", "scalekit", "socotra", "workos"])
def test_examples_of_providers_are_described(provider: str) -> None:
    """The packages' own examples have nothing that our documents do not describe, or an overlay describes it."""
    package = SPECS.parent / "generated" / "hooksmith_providers" / provider
    examples = json.loads((package / "testing" / "examples.json").read_text())
    found = [
        Recording(source=name, body=json.dumps(body).encode())
        for name, body in examples.items()
        if isinstance(body, dict)
    ]
    report, _ = examine(SPECS / provider / "openapi.yaml", found)
    assert report.deliveries == len(found)
    assert not [row for row in report.rows if row.rule == "event-unknown"]


def test_published_payloads_of_workos() -> None:
    """Examples of WorkOS' own document against our transcription of it."""
    reference = SHARED / "reference" / "workos.openapi.yaml"
    if not reference.is_file():
        pytest.skip(f"{reference} is absent")
    document = yaml.load(reference.read_text("utf-8"), yaml.CSafeLoader)
    schemas = document["components"]["schemas"]
    bodies = [it["example"] for it in schemas.values() if isinstance(it.get("example"), dict)]
    events = [it for it in bodies if {"event", "data"} <= it.keys()]
    found = [
        Recording(source=str(index), body=json.dumps(it).encode())
        for index, it in enumerate(events)
    ]
    report, _ = examine(SPECS / "workos" / "openapi.yaml", found)
    assert not report.unread
