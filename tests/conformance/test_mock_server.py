"""How calls on the mock server are made and judged, with a stand-in for Prism."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest

from conformance import mock_server as module
from conformance.mock_server import KNOWN, call_everything, unknown_faults
from conformance.prism import UnavailableError, installed
from support.documents import openapi, operation, written

PROBLEM = {
    "type": "https://stoplight.io/prism/errors#UNPROCESSABLE_ENTITY",
    "title": "Invalid request",
    "validation": [{"location": ["request", "query", "a"], "code": "type", "message": "is odd"}],
}
VIOLATIONS = [
    {"location": ["request", "body"], "severity": "Error", "code": "minLength", "message": "short"},
    {"location": ["response", "body"], "severity": "Error", "code": "type", "message": "odd"},
]


def parameter(name: str, place: str, *, required: bool) -> dict[str, Any]:
    schema = {"type": "string"}
    return {"name": name, "in": place, "required": required or place == "path", "schema": schema}


def body(schema: Any, *media_types: str) -> dict[str, Any]:
    return {"required": True, "content": {name: {"schema": schema} for name in media_types}}


THING = {
    "type": "object",
    "required": ["size"],
    "properties": {"size": {"type": "integer", "minimum": 2}, "note": {"type": "string"}},
}
PATHS = {
    "/things/{id}": {
        "get": operation(
            operationId="taken",
            parameters=[
                parameter("id", "path", required=True),
                parameter("a", "query", required=False),
            ],
        ),
        "put": operation(
            operationId="sent",
            parameters=[parameter("id", "path", required=True)],
            requestBody=body(THING, "application/json", "application/x-www-form-urlencoded"),
        ),
    },
    "/refused": {
        "get": operation(operationId="refused", parameters=[parameter("a", "query", required=True)])
    },
    "/violated": {"get": operation(operationId="violated")},
    "/unread": {
        "get": {
            "operationId": "unread",
            "responses": {
                "200": {"description": "", "content": {"application/json": {"schema": THING}}}
            },
        }
    },
    "/impossible": {
        "get": operation(
            operationId="impossible",
            parameters=[{"name": "a", "in": "query", "required": True, "schema": {"not": {}}}],
        )
    },
}


class _StandIn(BaseHTTPRequestHandler):
    """Answers as Prism does."""

    requests: list[tuple[str, str, bytes]]

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.requests.append((self.command, self.path, content))
        path = self.path.partition("?")[0]
        problem = json.dumps(PROBLEM).encode() if path == "/refused" else b""
        self.send_response(422 if problem else 200 if path == "/unread" else 204)
        if path == "/violated":
            self.send_header("sl-violations", json.dumps(VIOLATIONS))
        if path == "/unread":
            problem = b"{}"
            self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(problem)))
        self.end_headers()
        self.wfile.write(problem)

    do_GET = do_PUT = _answer  # noqa: N815

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bytes]]:
    """Requests that the stand-in got."""
    seen: list[tuple[str, str, bytes]] = []
    handler = type("Handler", (_StandIn,), {"requests": seen})

    class Server:
        """What MockServer is to the calls, on the stand-in."""

        def __init__(self, script: Path, document: Path, log: Path) -> None:
            self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
            self._thread = threading.Thread(target=self._server.serve_forever)
            self.url = f"http://127.0.0.1:{self._server.server_port}"

        def __enter__(self) -> Self:
            self._thread.start()
            return self

        def __exit__(self, *exception: object) -> None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    monkeypatch.setattr(module, "MockServer", Server)
    return seen


def test_every_operation_is_called_and_judged(
    tmp_path: Path, requests: list[tuple[str, str, bytes]]
) -> None:
    document = written(openapi(PATHS), tmp_path)
    tally = call_everything(document, Path("prism"), tmp_path)
    assert tally.operations == 6
    assert requests[:5] == [
        ("GET", "/things/text", b""),
        ("GET", "/things/text?a=text", b""),
        ("PUT", "/things/text", b'{"size":2}'),
        ("PUT", "/things/text", b'{"size":2,"note":"text"}'),
        ("PUT", "/things/text", b"size=2&note=text"),
    ]
    assert tally.outcomes == {
        "taken": 5,
        "refused": 4,
        "taken, its example invalid": 2,
        "no sample": 2,
    }
    lines = "\n".join(tally.faults)
    place = "document.json: GET /refused: all: refused"
    assert f"{place}: Invalid request: request/query/a type: is odd" in lines
    assert "GET /violated: all: refused: request/body minLength: short\n" in lines
    assert "GET /impossible: required: no sample: a\n" in lines


def test_a_row_without_a_fault_is_known_in_vain() -> None:
    known = (
        "# a reason\na.json: GET /a: all: refused\nb.json: *: refused: x\nc.json: *: no sample\n"
    )
    faults = [
        "a.json: GET /a: all: refused: anything",
        "b.json: GET /b: all: refused: x",
        "b.json: GET /b: all: refused: y",
    ]
    assert unknown_faults(faults, known) == (faults[2:], ["c.json: *: no sample"])


def test_each_known_fault_has_a_reason() -> None:
    blocks = KNOWN.read_text("utf-8").strip().split("\n\n")
    assert all(block.startswith("#") for block in blocks if block)


def test_without_node_there_is_a_plain_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnavailableError, match="node is not installed"):
        installed()
