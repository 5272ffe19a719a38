"""`trigger`, `listen` and `replay` over sockets: many deliveries, files, redirects, recordings, forwarding."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hooksmith.cli.commands import run
from hooksmith.devtools import trigger
from hooksmith.devtools.deliveries import UnsignedDelivery
from hooksmith.devtools.forward import Forwarder
from hooksmith.devtools.http_files import RecordedRequest, Recorder, read_http_file
from hooksmith.devtools.listen import Listener, Received, listen
from hooksmith.devtools.provider import load_provider
from hooksmith.errors import HooksmithError
from hooksmith_providers import workos

SECRET = ["--secret", "s"]


class Target:
    """A server that keeps requests and replies with one status."""

    def __init__(self, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.status = status
        self.headers = headers or {}
        self.barrier = threading.Barrier(1)
        self._lock = threading.Lock()

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        with self._lock:
            headers = {name.lower(): text for name, text in handler.headers.items()}
            self.requests.append((handler.command, handler.path, headers, body))
        self.barrier.wait(30)
        handler.send_response(self.status)
        for name, text in {"Content-Length": "5", **self.headers}.items():
            handler.send_header(name, text)
        handler.end_headers()
        handler.wfile.write(b"done\n")


@contextmanager
def serving(target: Target) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            target.handle(self)

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def listening(**options: Any) -> Iterator[tuple[str, list[Received]]]:
    """A listener for WorkOS on a free port, in a thread that ends with the process."""
    provider = load_provider("workos")
    received: list[Received] = []
    webhook = options.pop("webhook", provider.make_webhook(["s"], None))
    listener = Listener(provider, webhook, received.append, **options)
    started = threading.Event()
    addresses: list[str] = []

    def on_start(url: str) -> None:
        addresses.append(url)
        started.set()

    threading.Thread(
        target=listen, args=(listener, 0), kwargs={"on_start": on_start}, daemon=True
    ).start()
    assert started.wait(10)
    yield addresses[0], received


def verified(request: tuple[str, str, dict[str, str], bytes]) -> workos.Event:
    _, _, headers, body = request
    return workos.Webhook("s").unwrap(body, headers)


def test_several_events_each_with_its_own_id(capsys: pytest.CaptureFixture[str]) -> None:
    target = Target()
    with serving(target) as url:
        arguments = ["trigger", "workos", "user.created", "user.deleted", "--to", url, *SECRET]
        assert run([*arguments, "--count", "2", "--repeat", "2"]) == 0
    events: list[Any] = [verified(request) for request in target.requests]
    types = [event.event for event in events]
    assert types == [each for each in ["user.created", "user.deleted"] * 2 for _ in range(2)]
    assert len({event.id for event in events}) == 4
    assert capsys.readouterr().out.count("200 OK") == 8


def test_many_are_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    target = Target()
    target.barrier = threading.Barrier(4)  # replies to four at a time
    with serving(target) as url:
        arguments = ["trigger", "workos", "user.created", "--to", url, *SECRET]
        assert run([*arguments, "--count", "40", "--parallel", "4"]) == 0
    output = capsys.readouterr().out
    assert re.fullmatch(r"40 deliveries in \d+\.\d s \(\d+ a second\): 40 × 200\n", output)
    events: list[Any] = [verified(request) for request in target.requests]
    assert len({event.id for event in events}) == 40


def test_failures_among_many_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Target(503)) as url:
        assert run(["trigger", "workos", "user.created", "--to", url, *SECRET, "--count=11"]) == 1
    output = capsys.readouterr().out
    assert output.count(": 503 Service Unavailable") == 11
    assert output.rstrip().endswith(": 11 × 503")


def test_a_rate_is_not_exceeded(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(trigger.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(trigger.time, "sleep", lambda seconds: now.append(now.pop() + seconds))
    moments: list[float] = []
    delivery = UnsignedDelivery(label="a", body=b"", headers={})
    for _ in trigger._paced([delivery] * 5, 20):
        moments.append(now[0])
        now[0] += 0.01  # the time that sending takes
    assert moments == pytest.approx([100, 100.05, 100.1, 100.15, 100.2])


def test_a_body_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_bytes(b'{"event": "user.created",\n "id": "event_1"}')
    target = Target()
    with serving(target) as url:
        assert run(["trigger", "workos", "--body", str(file), "--to", url, *SECRET]) == 0
    event = verified(target.requests[0])
    assert isinstance(event, workos.DriftedEvent)
    assert target.requests[0][3] == file.read_bytes()
    assert target.requests[0][2]["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--body", "/no/such"], "cannot read /no/such"),
        (["--body", "x", "--set", "a=1"], "--body goes without --set and --count"),
        (["--body", "x", "user.created", "user.deleted"], "--body goes with one event"),
        (["user.created", "--rate", "0"], "is not a number above 0"),
        (["user.created", "--parallel", "0"], "is not a number, 1 or more"),
    ],
)
def test_wrong_arguments(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = run(["trigger", "workos", "--to", "http://127.0.0.1:1", *SECRET, *arguments])
    except SystemExit as caught:
        code = caught.code
    assert code == 2
    assert message in capsys.readouterr().err


def test_a_redirect_is_pointed_out(capsys: pytest.CaptureFixture[str]) -> None:
    target = Target(307, {"Location": "/webhooks/"})
    with serving(target) as url:
        assert run(["trigger", "workos", "user.created", "--to", f"{url}/webhooks", *SECRET]) == 1
    assert len(target.requests) == 1
    assert "redirected to /webhooks/: senders of webhooks do not follow" in capsys.readouterr().err


def test_record_and_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with listening(recorder=Recorder(tmp_path)) as (url, received):
        arguments = ["trigger", "workos", "--to", f"{url}hooks?a=1", *SECRET]
        assert run([*arguments, "user.created", "--set", "data.email=é@example.com"]) == 0
        assert run([*arguments, "user.deleted"]) == 0
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["0001-user.created.http", "0002-user.deleted.http"]
    recorded = read_http_file(files[0])
    assert (recorded.method, recorded.url) == ("POST", f"{url}hooks?a=1")
    assert (recorded.api, recorded.event_type) == ("workos", "user.created")
    first = workos.Webhook("s").unwrap(recorded.body, dict(recorded.headers))
    assert first == received[0].event

    target = Target()
    capsys.readouterr()
    with serving(target) as address:
        assert run(["replay", str(tmp_path), "--to", address, "--secret", "other"]) == 0
    assert re.findall(r"^(\S+): 200 OK", capsys.readouterr().out, re.MULTILINE) == [
        "user.created",
        "user.deleted",
    ]
    _, _, headers, body = target.requests[0]
    assert body == recorded.body
    assert workos.Webhook("other").unwrap(body, headers) == first
    assert headers["workos-signature"] != dict(recorded.headers)["WorkOS-Signature"]


def test_a_recording_goes_on_where_it_ended(tmp_path: Path) -> None:
    request = RecordedRequest(
        method="POST", url="http://x/", headers=[("A", "b")], body=b"\n\n#\r\n"
    )
    for _ in range(2):
        path = Recorder(tmp_path).record(request)
    assert path.name == "0002-request.http"
    assert read_http_file(path) == request


def test_requests_written_by_hand_can_be_replayed(tmp_path: Path) -> None:
    file = tmp_path / "a.http"
    file.write_bytes(b"POST http://x/hooks\r\ncontent-type: application/json\r\n\r\n{}\r\n")
    recorded = read_http_file(file)
    assert (recorded.method, recorded.body) == ("POST", b"{}\r\n")
    assert list(recorded.headers) == [("content-type", "application/json")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.http:1: not a request line"),
        (b"# x\nnonsense\n\n{}", "a.http:2: not a request line"),
        (b"# x\nPOST http://x/\nno header\n\n", "a.http:3: not a header"),
        (None, "a.http: cannot be read"),
    ],
)
def test_files_that_are_no_requests(
    content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.http"
    if content is not None:
        file.write_bytes(content)
    assert run(["replay", "workos", str(file), "--to", "http://127.0.0.1:1", *SECRET]) == 2
    assert message in capsys.readouterr().err


def test_a_folder_without_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", str(tmp_path), "--to", "http://127.0.0.1:1", *SECRET]) == 2
    assert "has no .http files" in capsys.readouterr().err


def test_forwarded_requests_keep_their_signature() -> None:
    target = Target(202, {"X-Reply": "kept"})
    with (
        serving(target) as address,
        listening(forwarder=Forwarder(f"{address}/hooks")) as (url, received),
    ):
        assert run(["trigger", "workos", "user.created", "--to", f"{url}?a=1", *SECRET]) == 0
    method, path, _, _ = target.requests[0]
    assert (method, path) == ("POST", "/hooks?a=1")
    assert verified(target.requests[0]) == received[0].event
    assert (received[0].status, received[0].text) == (202, "done")


def test_a_target_that_does_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with listening(forwarder=Forwarder("http://127.0.0.1:1/")) as (url, _):
        assert run(["trigger", "workos", "user.created", "--to", url, *SECRET]) == 1
    assert "502 Bad Gateway" in capsys.readouterr().out


def test_no_secret_is_needed_to_record(tmp_path: Path) -> None:
    with listening(webhook=None, recorder=Recorder(tmp_path)) as (url, received):
        assert run(["trigger", "workos", "user.created", "--to", url, *SECRET]) == 0
    assert (received[0].event_type, received[0].is_verified) == ("user.created", False)
    assert received[0].text == "not verified: no secret"


@pytest.mark.parametrize("url", ["localhost:3000", "ftp://x/", "/hooks"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(HooksmithError, match="not an address"):
        Forwarder(url)
