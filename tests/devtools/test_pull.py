"""`hooksmith pull` against a server on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hooksmith.cli.commands import run
from hooksmith.devtools.pull import check_url
from hooksmith.errors import LoadError

ROOT = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    $ref: paths/orders.yaml
"""
ORDERS = """\
get:
  operationId: listOrders
  responses:
    "200":
      description: ok
      content:
        application/json:
          schema: {$ref: "../schemas.yaml#/Order"}
"""
SCHEMAS = """\
Order: {type: object, properties: {id: {type: string}, next: {$ref: "#/Order"}}}
"""


class Server:
    """A server on this machine. `files`: path → content; `requests`: (path, X-Token) of each request."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.requests: list[tuple[str, str | None]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests.append((self.path, self.headers.get("X-Token")))
                location = server.redirects.get(self.path)
                content = server.files.get(self.path)
                self.send_response(302 if location else 404 if content is None else 200)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    running.files = {
        "/v1/openapi.yaml": ROOT.encode(),
        "/v1/paths/orders.yaml": ORDERS.encode(),
        "/v1/schemas.yaml": SCHEMAS.encode(),
    }
    yield running
    running.http.shutdown()
    running.http.server_close()


@pytest.fixture
def project(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "hooksmith.toml").write_text(
        f'out = "out"\npackage = "acme"\nformatter = "none"\n'
        f'[apis.shop]\nspec = "{server.url}/v1/openapi.yaml"\n'
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lock(project: Path) -> dict[str, dict[str, dict[str, str]]]:
    documents: dict[str, dict[str, dict[str, str]]] = json.loads(
        (project / "hooksmith.lock").read_text()
    )["documents"]
    return documents


def test_a_document_of_several_files_is_fetched_and_generated(
    project: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["generate"]) == 2
    error = capsys.readouterr().err
    assert "has not been fetched" in error
    assert "hint: hooksmith pull shop" in error
    assert server.requests == []

    assert run(["pull"]) == 0
    folder = project / "specs" / "shop"
    assert (folder / "paths" / "orders.yaml").read_text() == ORDERS
    assert list(lock(project)["shop"]["files"]) == [
        "specs/shop/openapi.yaml",
        "specs/shop/paths/orders.yaml",
        "specs/shop/schemas.yaml",
    ]
    requests = len(server.requests)
    assert run(["generate"]) == 0
    assert "class Order(" in (project / "out/acme/shop/models.py").read_text()
    assert len(server.requests) == requests


def test_fetching_an_unchanged_document_changes_nothing(project: Path) -> None:
    assert run(["pull"]) == 0
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert run(["pull", "shop"]) == 0
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_check_tells_of_a_changed_document_and_writes_nothing(
    project: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pull"]) == 0
    assert run(["pull", "--check"]) == 0
    server.files["/v1/schemas.yaml"] += b"Item: {type: string}\n"
    capsys.readouterr()
    assert run(["pull", "--check"]) == 1
    shown = capsys.readouterr().out
    assert "specs/shop/schemas.yaml" in shown
    assert "hooksmith diff" in shown
    assert (project / "specs/shop/schemas.yaml").read_text() == SCHEMAS
    assert run(["pull"]) == 0
    assert run(["pull", "--check"]) == 0


def test_a_file_that_is_no_longer_referred_to_is_deleted(project: Path, server: Server) -> None:
    assert run(["pull"]) == 0
    server.files["/v1/openapi.yaml"] = ROOT.replace("$ref: paths/orders.yaml", "{}").encode()
    assert run(["pull"]) == 0
    assert not (project / "specs/shop/schemas.yaml").exists()
    assert list(lock(project)["shop"]["files"]) == ["specs/shop/openapi.yaml"]


def test_a_fetched_file_edited_by_hand_is_an_error_that_names_overlays(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pull"]) == 0
    path = project / "specs/shop/openapi.yaml"
    path.write_text(path.read_text() + "tags: []\n")
    assert run(["generate"]) == 2
    error = capsys.readouterr().err
    assert "specs/shop/openapi.yaml is not what was fetched" in error
    assert "overlay" in error
    path.unlink()
    assert run(["check"]) == 2
    assert "is not there" in capsys.readouterr().err


def test_headers_go_to_the_documents_own_host_alone(
    project: Path, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Server()
    try:
        other.files["/shop.yaml"] = b'openapi: 3.1.0\ninfo: {title: S, version: "1"}\npaths: {}\n'
        server.redirects["/v1/openapi.yaml"] = (
            f"{other.url.replace('127.0.0.1', 'localhost')}/shop.yaml"
        )
        assert run(["pull", "--header", "X-Token: secret"]) == 0
        assert server.requests == [("/v1/openapi.yaml", "secret")]
        assert other.requests == [("/shop.yaml", None)]
    finally:
        other.http.shutdown()
        other.http.server_close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be fetched: 404"),
        (b"a: [", "expected"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"$ref: ../../etc/passwd.yaml\n", "leads outside the folder of the document"),
        (b"$ref: /etc/passwd.yaml\n", "leads outside the folder of the document"),
        (b"$ref: '..%2F..%2Fx.yaml'\n", "leads outside the folder of the document"),
    ],
)
def test_what_cannot_be_fetched_is_an_error_and_leaves_everything_as_it_was(
    project: Path,
    server: Server,
    content: bytes | None,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["pull"]) == 0
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    del server.files["/v1/openapi.yaml"]
    if content is not None:
        server.files["/v1/openapi.yaml"] = content
    capsys.readouterr()
    assert run(["pull"]) == 2
    assert message in capsys.readouterr().err
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("url", ["http://example.com/a.yaml", "ftp://x/y", "https://", "file:///x"])
def test_documents_are_fetched_by_https(url: str) -> None:
    with pytest.raises(LoadError, match="not an https:// URL"):
        check_url(url)


def test_a_name_without_url_is_an_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pull", "shpo"]) == 2
    assert "shop" in capsys.readouterr().err
    (project / "hooksmith.toml").write_text(
        'out = "out"\npackage = "acme"\n[apis.shop]\nspec = "a.yaml"\n'
    )
    assert run(["pull"]) == 2
    assert "no `spec` is a URL" in capsys.readouterr().err


def test_a_broken_lock_file_is_an_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "hooksmith.lock").write_text('{"version": 9}')
    assert run(["pull"]) == 2
    assert "not a lock file of this version" in capsys.readouterr().err
