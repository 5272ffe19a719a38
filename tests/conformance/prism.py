"""Stoplight Prism, a mock server that validates requests: its installation by npm, and one server a document."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

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


class MockServer:
    """Prism for one document. As a context manager it starts and stops.

    Args:
        script: Prism's script.
        document: The OpenAPI document.
        log: A file for the server's output.
    """

    def __init__(self, script: Path, document: Path, log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = str(probe.getsockname()[1])
        node = ["node", "--max-old-space-size=6144", str(script), "mock", str(document)]
        self._command = [*node, "--host", "127.0.0.1", "--port", port, "--multiprocess", "false"]
        self._log = log
        self.url = f"http://127.0.0.1:{port}"

    def __enter__(self) -> Self:
        """Raises UnavailableError if Prism does not start."""
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.wait()

    def start(self) -> None:
        """Start, and wait until requests are taken. Raises UnavailableError if Prism does not start."""
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(self._command, stdout=output, stderr=output)
        deadline = time.monotonic() + _START_SECONDS
        while "Prism is listening" not in (text := self._log.read_text("utf-8", "replace")):
            if self.has_ended() or time.monotonic() > deadline:
                self._process.kill()
                raise UnavailableError(f"Prism does not take the document: {_reason(text)}")
            time.sleep(0.1)

    def restart(self) -> None:
        """Stop, if the process has not ended, and start again."""
        self._process.kill()
        self._process.wait()
        self.start()

    def has_passed(self) -> bool:
        """Whether the last request was valid by the server's log."""
        lines = self._log.read_text("utf-8", "replace").splitlines()
        since = itertools.takewhile(lambda line: "Request received" not in line, reversed(lines))
        return any("The request passed the validation rules" in line for line in since)

    def has_ended(self) -> bool:
        """Whether the process has ended: some requests make Prism crash."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.2)
        return self._process.returncode is not None


def _reason(log: str) -> str:
    """Return the message of an error in Prism's log, without its stack."""
    return _last_line(log.split("\n    at ")[0])


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no output"
