"""`hooksmith docs` as a reader of the command line meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from hooksmith.cli.commands import run
from support.documents import openapi, operation, written
from support.paths import ROOT, SPECS


def test_a_document_becomes_a_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = SPECS / "workos" / "openapi.yaml"
    out = tmp_path / "site"
    assert run(["docs", str(spec), "--out", str(out), "--package", "acme"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"{out}: ")
    page = (out / "events" / "user.created.html").read_text("utf-8")
    assert "from acme import UserCreated, Webhook, WebhookReceiver" in page
    assert f"hooksmith trigger --spec {spec}" in page
    assert run(["docs", str(spec), "--out", str(out), "--package", "acme"]) == 0
    assert "0 added, 0 changed, 0 removed" in capsys.readouterr().out


def test_a_configuration_becomes_a_site_of_all_its_apis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert run(["docs", "--out", str(tmp_path / "site")]) == 0
    assert {path.name for path in (tmp_path / "site").iterdir() if path.is_dir()} == {
        "assets", "mattr", "scalekit", "socotra", "workos",
    }  # fmt: skip
    page = (tmp_path / "site" / "workos" / "events" / "user.created.html").read_text("utf-8")
    assert "hooksmith trigger workos user.created" in page
    capsys.readouterr()
    assert run(["docs", "--only", "mattr", "--out", str(tmp_path / "one")]) == 0
    assert (tmp_path / "one" / "index.html").is_file()


def test_a_folder_of_others_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / "mine.html").write_text("mine", "utf-8")
    spec = written(openapi({"/x": {"get": operation()}}), tmp_path)
    assert run(["docs", str(spec), "--out", str(out)]) == 2
    assert "mine.html" in capsys.readouterr().err
    assert (out / "mine.html").read_text("utf-8") == "mine"


def test_pages_that_are_no_longer_made_go(tmp_path: Path) -> None:
    out = tmp_path / "site"
    for name in ("Pet", "Dog"):
        made = openapi(components={"schemas": {name: {"type": "object", "title": name}}})
        assert run(["docs", str(written(made, tmp_path)), "--out", str(out)]) == 0
    assert not (out / "models" / "Pet.html").exists()
    assert (out / "models" / "Dog.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.yaml"], "missing.yaml"),
        (["--format", "pdf"], "invalid choice: 'pdf'"),
        (["a.yaml", "--only", "workos"], "--only and --config go without SPEC"),
    ],
)
def test_errors_say_what_is_wrong(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = run(["docs", "--out", str(tmp_path / "site"), *arguments])
    except SystemExit as error:
        code = int(str(error.code))
    assert code == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_what_changed_since_an_older_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def document(**properties: Any) -> dict[str, Any]:
        pet = {"type": "object", "properties": properties}
        reply = {"description": "A pet.", "content": {"application/json": {"schema": pet}}}
        return openapi({"/pet": {"get": {"operationId": "get_pet", "responses": {"200": reply}}}})

    text = {"type": "string"}
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(document(name=text, gone=text)), "utf-8")
    new.write_text(json.dumps(document(name=text, added=text)), "utf-8")
    out = tmp_path / "site"
    assert run(["docs", str(new), "--since", str(old), "--out", str(out)]) == 0
    page = LexborHTMLParser((out / "changes.html").read_text("utf-8"))
    rows = {row.css_first("td code").text() for row in page.css("tbody tr")}
    assert any(row.endswith(".gone") for row in rows)
    assert any(row.endswith(".added") for row in rows)
    for link in page.css("tbody a"):
        assert (out / str(link.attributes["href"])).is_file()
    assert "changes.html" in (out / "index.html").read_text("utf-8")
    assert run(["docs", str(new), str(old), "--since", str(old), "--out", str(out)]) == 2
    assert "--since goes with one document" in capsys.readouterr().err
