"""Stoplight Prism, a mock server that validates requests: its installation by npm, and one server a document."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "@stoplight/prism-cli@5.14.2"
_START_SECONDS = 180
"""Time limit of a start: references of a document of 13 MB take a minute on a slow machine."""


class UnavailableError(Exception):
    """Prism cannot be installed, or does not take a document; the message is the reason."""


def installed() -> Path:
    """Return Prism's script, installed into the folder of the virtual environment. Raises UnavailableError."""
    folder = Path(sys.prefix) / "prism"
    script = folder / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    if script.is_file():
        return script
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise UnavailableError(f"{tool} is not installed")
    command = ["npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit"]
    outcome = subprocess.run(
        [*command, "--no-fund", PACKAGE], capture_output=True, text=True, check=False
    )
    if outcome.returncode or not script.is_file():
        raise UnavailableError(f"npm cannot install {PACKAGE}: {_last_line(outcome.stderr)}")
    return script


@contextlib.contextmanager
def mock_server(script: Path, document: Path, log: Path) -> Iterator[str]:
    """Yield the base URL of a server for a document. Raises UnavailableError if Prism does not start.

    Args:
        script: Prism's script.
        document: The OpenAPI document.
        log: A file for the server's output.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = ["node", "--max-old-space-size=6144", str(script), "mock", str(document)]
    options = ["--host", "127.0.0.1", "--port", str(port), "--multiprocess", "false"]
    with (
        log.open("wb") as output,
        subprocess.Popen([*command, *options], stdout=output, stderr=output) as server,
    ):
        try:
            _wait(server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def _wait(server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while "Prism is listening" not in (text := log.read_text("utf-8", "replace")):
        if server.poll() is not None or time.monotonic() > deadline:
            raise UnavailableError(f"Prism does not take the document: {_reason(text)}")
        time.sleep(0.1)


def _reason(log: str) -> str:
    """Return the message of an error in Prism's log, without its time and its stack."""
    _, is_there, message = log.partition("fatal")
    return _last_line(message.split("\n    at ")[0] if is_there else log)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no output"
