"""The server of `application.py` in a process of its own, and what tests may ask and tell it."""

from __future__ import annotations

import base64
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

_SPACES = itertools.count(1)


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; `executed`: the API did what it asks for; `path` is still encoded."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    executed: bool
    fault: str | None


@dataclass(frozen=True)
class Space:
    """A namespace of the server: stores, tokens, faults and a log that no other test sees."""

    origin: str
    name: str
    http: httpx2.Client = field(repr=False)

    @property
    def url(self) -> str:
        return f"{self.origin}/{self.name}"

    @property
    def workos(self) -> str:
        return f"{self.url}/workos"

    @property
    def mattr(self) -> str:
        return f"{self.url}/mattr"

    @property
    def socotra(self) -> str:
        return f"{self.url}/socotra"

    @property
    def token_url(self) -> str:
        return f"{self.mattr}/oauth/token"

    def requests(self) -> list[Seen]:
        """What arrived since the last `forget`; token requests included."""
        found = self.http.get(f"{self.url}/control/requests").json()
        return [Seen(**{**each, "body": base64.b64decode(each["body"])}) for each in found]

    def forget(self) -> None:
        """Empty the log of requests."""
        self.http.delete(f"{self.url}/control/requests").raise_for_status()

    def fail(self, *faults: dict[str, Any] | None) -> None:
        """What the next requests meet, in order; None is no fault. `faults.py` lists the kinds."""
        self._put("faults", list(faults))

    def faults_left(self) -> int:
        """How many of them no request has met yet."""
        return len(self.http.get(f"{self.url}/control/faults").json())

    def set(self, **settings: Any) -> None:
        """Change settings: see `Settings` in `application.py`."""
        self._put("settings", settings)

    def revoke_tokens(self) -> None:
        """Every token handed out so far is answered with 401 from now on."""
        self._put("tokens", [])

    def stored(self, api: str) -> list[dict[str, Any]]:
        """What the store of `workos`, `mattr` or `socotra` holds, oldest first."""
        found: list[dict[str, Any]] = self.http.get(f"{self.url}/control/stored/{api}").json()
        return found

    def empty(self, api: str) -> None:
        """Forget what the store of `workos`, `mattr` or `socotra` holds."""
        self.http.delete(f"{self.url}/control/stored/{api}").raise_for_status()

    def _put(self, name: str, value: object) -> None:
        self.http.put(f"{self.url}/control/{name}", json=value).raise_for_status()


@dataclass(frozen=True)
class Running:
    """A running server; `space()` gives a namespace of one's own, `urls` is one that is shared."""

    origin: str
    http: httpx2.Client = field(repr=False)

    def space(self) -> Space:
        return Space(self.origin, f"s{next(_SPACES)}", self.http)

    @property
    def environment(self) -> dict[str, str]:
        """Variables that point all clients here, with credentials that the server takes."""
        space = self.space()
        return {
            "WORKOS_BASE_URL": space.workos,
            "WORKOS_API_KEY": "sk_example_123456789",
            "MATTR_BASE_URL": space.mattr,
            "MATTR_TOKEN_URL": space.token_url,
            "MATTR_CLIENT_ID": "client",
            "MATTR_CLIENT_SECRET": "client-secret",
            "MATTR_AUDIENCE": "https://tenant.vii.au01.mattr.global",
            "SOCOTRA_BASE_URL": space.socotra,
            "SOCOTRA_TOKEN": "socotra-token",
        }


@contextmanager
def running(arguments: Sequence[str] = ()) -> Iterator[Running]:
    """Start the server on a free port of loopback; it ends with the `with`."""
    command = [sys.executable, "-m", "providers.application", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            with httpx2.Client(timeout=10) as http:
                yield Running(f"http://127.0.0.1:{port}", http)
        finally:
            process.terminate()
