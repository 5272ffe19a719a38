"""Where the extra `http2` is installed, a client speaks HTTP/2 with a server that offers it (ALPN, over TLS)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

APPLICATION = """
import json

async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    body = json.dumps({"object": "list", "data": [], "list_metadata": {"before": None, "after": None}}).encode()
    headers = [(b"content-type", b"application/json"), (b"x-http-version", scope["http_version"].encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""

CALLER = """
import asyncio, sys
from hooksmith_providers.workos import AsyncWorkOSClient, RequestOptions, WorkOSClient

seen = []
options = RequestOptions(on_reply=lambda reply: seen.append(reply.headers["x-http-version"]))
with WorkOSClient(api_key="sk_example", base_url=sys.argv[1]) as client:
    client.webhooks.list_webhook_endpoints(options=options)

async def main():
    async with AsyncWorkOSClient(api_key="sk_example", base_url=sys.argv[1]) as client:
        await client.webhooks.list_webhook_endpoints(options=options)

asyncio.run(main())
print(*seen)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a server with a certificate, and the authority that signed it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    (tmp_path / "application.py").write_text(APPLICATION, "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "hypercorn",
        "application:application",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    command += ["--certfile", "server.pem", "--keyfile", "server.pem"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"https://localhost:{port}", tmp_path / "ca.pem"
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the server did not start")


def test_http2_is_spoken(server: tuple[str, Path]) -> None:
    address, authority = server
    environment = {**os.environ, "SSL_CERT_FILE": str(authority)}
    caller = subprocess.run(
        [sys.executable, "-c", CALLER, address],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (caller.stdout.strip(), caller.stderr) == ("2 2", "")
