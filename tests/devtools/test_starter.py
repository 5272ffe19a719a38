"""`hooksmith init`: what a project begins with, and that the first lines run."""

from __future__ import annotations

import re
import runpy
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hooksmith.catalogue import catalogue_names
from hooksmith.cli.commands import run
from hooksmith.config import load_config
from hooksmith.devtools.starter import parse_source

CALLS = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example}]
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
security: [{key: []}]
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      tags: [orders]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"204": {description: ok}}
"""
EVENTS = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
webhooks:
  order.paid:
    post:
      requestBody:
        content:
          application/json:
            schema:
              title: OrderPaid
              type: object
              required: [type, id]
              properties: {type: {const: order.paid}, id: {type: string}}
      responses: {"200": {description: ok}}
x-hooksmith-signature: github
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def _forget_generated_modules() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "webhook_apis"]:
        del sys.modules[name]


def first_lines(shown: str) -> str:
    """The Python code that `init` printed last."""
    return "from " + shown.partition("\nfrom ")[2]


def run_code(project: Path, code: str) -> dict[str, object]:
    path = project / "first_lines.py"
    path.write_text(code)
    return runpy.run_path(str(path))


def test_a_document_with_events_begins_with_a_receiver(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "shop.yaml").write_text(EVENTS)
    assert run(["init", "shop.yaml"]) == 0
    code = first_lines(capsys.readouterr().out)
    assert "@receiver.on(OrderPaid)" in code
    receiver = run_code(project, code)["receiver"]
    assert type(receiver).__name__ == "WebhookReceiver"
    assert run(["check"]) == 0


def test_a_document_with_operations_begins_with_a_call(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "shop.yaml").write_text(CALLS)
    assert run(["init", "shop.yaml"]) == 0
    code = first_lines(capsys.readouterr().out)
    assert re.search(r'client = ShopClient\(key="\.\.\."\)', code)
    assert 'client.orders.get(id_="...")' in code
    code, call = code.split("print(")
    names = run_code(project, code + "call = " + call.partition("(")[0])
    assert callable(names["call"])


def test_the_configuration_is_added_to_a_project_and_its_text_stays(project: Path) -> None:
    (project / "shop.yaml").write_text(CALLS)
    (project / "other.yaml").write_text(EVENTS)
    before = '[project]  # mine\nname = "mine"\n'
    path = project / "pyproject.toml"
    path.write_text(before)
    assert run(["init", "shop.yaml", "--package", "acme"]) == 0
    assert path.read_text().startswith(before)
    assert run(["init", "other.yaml"]) == 0
    config = load_config(path)
    assert config.package == "acme"
    assert sorted(config.apis) == ["other", "shop"]
    assert not (project / "hooksmith.toml").exists()
    assert {entry.name for entry in (project / "acme").iterdir()} >= {"other", "shop", "_runtime"}


def test_every_commented_key_of_the_configuration_is_valid(project: Path) -> None:
    (project / "shop.yaml").write_text(CALLS.replace("paths:", "x-a: 1\npaths:"))
    (project / "fixes.yaml").write_text(
        'overlay: 1.0.0\ninfo: {title: f, version: "1"}\nactions: [{target: $.info, update: {title: S}}]\n'
    )
    assert run(["init", "shop.yaml"]) == 0
    path = project / "hooksmith.toml"
    text = re.sub(r"^# (overlay|signature|names) =", r"\1 =", path.read_text(), flags=re.MULTILINE)
    text = re.sub(r"^names = .*$", "", text, flags=re.MULTILINE)
    assert tomllib.loads(text)["apis"]["shop"]["overlay"] == ["fixes.yaml"]
    path.write_text(text)
    assert load_config(path).apis["shop"].signature == "github"


def test_a_url_is_pulled(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("site")
    (folder / "openapi.yaml").write_text(EVENTS)

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, directory=str(folder), **options)  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/openapi.yaml"
        assert run(["init", url]) == 0
        assert (project / "hooksmith.lock").is_file()
        assert run(["check"]) == 0
        assert run(["init", f"{url}x"]) == 2
    finally:
        server.shutdown()
        server.server_close()
    config = load_config(project / "hooksmith.toml")
    assert list(config.urls.values()) == [url]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("githb", "github"),
        ("missing.yaml", "neither a provider nor a file"),
        ("http://example.com/a.yaml", "not an https:// URL"),
    ],
)
def test_an_unknown_source_is_an_error_and_writes_nothing(
    project: Path, source: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", source]) == 2
    assert message in capsys.readouterr().err
    assert list(project.iterdir()) == []


def test_an_api_that_is_there_is_an_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "shop.yaml").write_text(EVENTS)
    assert run(["init", "shop.yaml"]) == 0
    text = (project / "hooksmith.toml").read_text()
    assert run(["init", "shop.yaml"]) == 2
    assert "has the API 'shop' already" in capsys.readouterr().err
    assert (project / "hooksmith.toml").read_text() == text


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("specs/acme/openapi.yaml", "acme"),
        ("My API.json", "my_api"),
        ("openapi.json", "api"),
        ("class.yaml", "api"),
    ],
)
def test_an_api_is_named_after_its_document(tmp_path: Path, source: str, name: str) -> None:
    (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / source).touch()
    assert parse_source(source, tmp_path).name == name


def test_without_a_source_the_providers_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in catalogue_names())
