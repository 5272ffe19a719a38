"""The applications of docs/examples, started as their pages say and driven from outside."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from providers.server import running
from support.paths import GENERATED, ROOT

EXAMPLES = ROOT / "docs" / "examples"
SECRET = "whsec_aG9va3NtaXRoLWV4YW1wbGUtc2VjcmV0"


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(GENERATED.parent), **variables}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(
    command: list[str], folder: Path, url: str, output: Path = Path(os.devnull), **variables: str
) -> Iterator[None]:
    """A server that answers at `url`, until the end of the context; what it prints goes to `output`."""
    variables = {"PYTHONUNBUFFERED": "1", **variables}
    with (
        output.open("w") as stdout,
        subprocess.Popen(
            [sys.executable, "-m", *command]
            if command[0] != "manage.py"
            else [sys.executable, *command],
            cwd=folder,
            env=environment(variables),
            stdout=stdout,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        try:
            for _ in range(600):
                assert process.poll() is None, "the server ended"
                try:
                    httpx2.get(url, timeout=5)
                    break
                except httpx2.TransportError:
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()


def trigger(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hooksmith", "trigger", *arguments],
        env=environment({}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
def test_the_tutorial(tmp_path: Path) -> None:
    """The module and the commands of the tutorial, with another port."""
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    module = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[0]
    (tmp_path / "app.py").write_text(module, "utf-8")
    port = free_port()
    commands = [
        shlex.split(line.replace("8000", str(port)))
        for line in re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    ]
    (server,) = (command for command in commands if command[0] == "uvicorn")
    triggers = [command[2:] for command in commands if command[:2] == ["hooksmith", "trigger"]]
    output = tmp_path / "output.txt"
    with serving(server, tmp_path, f"http://127.0.0.1:{port}/docs", output=output):
        assert [trigger(*arguments).returncode for arguments in triggers] == [0, 1, 1, 1]
    assert output.read_text("utf-8").count("welcome ada@example.com\n") == 1


@pytest.mark.slow
def test_the_inbox_in_fastapi(tmp_path: Path) -> None:
    port = free_port()
    url, hook = f"http://127.0.0.1:{port}/users", f"http://127.0.0.1:{port}/webhooks/"
    command = ["uvicorn", "app:app", "--port", str(port)]
    variables = {"WEBHOOK_SECRET": "s3cret", "DATABASE": str(tmp_path / "users.db")}
    event = ("--to", hook, "--secret", "s3cret")
    with serving(command, EXAMPLES / "fastapi_inbox", url, **variables):
        sent = trigger("workos", "user.created", *event, "--set", "data.email=ada@example.com")
        assert sent.returncode == 0, sent.stderr
        eventually(url, ["ada@example.com"])
        newer = ("--set", "created_at=2030-01-01T00:00:00Z", "--set", "data.email=b@example.com")
        assert trigger("workos", "user.updated", *event, *newer).returncode == 0
        eventually(url, ["b@example.com"])
        older = ("--set", "created_at=2020-01-01T00:00:00Z", "--set", "data.email=c@example.com")
        assert trigger("workos", "user.updated", *event, *older, "--repeat", "2").returncode == 0
        for refused in (["--corrupt"], ["--stale"]):
            assert trigger("workos", "user.created", *event, *refused).returncode == 1
        assert trigger("workos", "user.created", "--to", hook, "--secret", "other").returncode == 1
        another = ("--set", "data.id=user_2", "--set", "data.email=d@example.com")
        assert trigger("workos", "user.created", *event, *another).returncode == 0
        eventually(url, ["b@example.com", "d@example.com"])
    with serving(command, EXAMPLES / "fastapi_inbox", url, **variables):
        assert httpx2.get(url).json() == ["b@example.com", "d@example.com"]


def eventually(url: str, expected: list[str]) -> None:
    """The worker handles what the receiver has stored."""
    for _ in range(600):
        found = httpx2.get(url).json()
        if found == expected:
            return
        time.sleep(0.05)
    assert found == expected


@pytest.mark.slow
def test_the_receiver_in_django(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(
        EXAMPLES / "django_receiver", folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    variables = {"DATABASE": str(tmp_path / "shop.db"), "WEBHOOK_SECRET": SECRET}
    migrate = [sys.executable, "manage.py"]
    for arguments in (["migrate"], ["makemigrations", "--check"]):
        subprocess.run(
            [*migrate, *arguments], cwd=folder, env=environment(variables), check=True,
            capture_output=True,
        )  # fmt: skip
    port = free_port()
    url, hook = f"http://127.0.0.1:{port}/organizations", f"http://127.0.0.1:{port}/webhooks"
    command = ["manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    event = ("--to", hook, "--secret", SECRET)
    with serving(command, folder, url, **variables):
        change = ("--set", "data.display_name=North")
        sent = trigger("scalekit", "organization.created", *event, *change)
        assert sent.returncode == 0, sent.stderr
        assert httpx2.get(url).json() == ["North"]
        assert trigger("scalekit", "organization.created", *event, "--corrupt").returncode == 1
        assert httpx2.get(hook).status_code == 405
        assert trigger("scalekit", "organization.deleted", *event).returncode == 0


@pytest.mark.slow
def test_the_sync_of_endpoints(tmp_path: Path) -> None:
    with running() as server:
        variables = environment(server.environment)

        def sync(*arguments: str) -> list[str]:
            outcome = subprocess.run(
                [sys.executable, "sync.py", *arguments],
                cwd=EXAMPLES / "endpoint_sync",
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert (outcome.returncode, outcome.stderr) == (0, "")
            return outcome.stdout.splitlines()

        created = ["create https://example.com/webhooks", "create https://example.com/audit"]
        assert sync("endpoints.toml", "--dry-run") == [*created, "2 changes"]
        assert sync("endpoints.toml") == [*created, "2 changes"]
        assert sync("endpoints.toml") == ["0 changes"]
        other = tmp_path / "other.toml"
        other.write_text('["https://example.com/webhooks"]\nevents = ["user.deleted"]\n', "utf-8")
        changed = ["update https://example.com/webhooks", "delete https://example.com/audit"]
        assert sync(str(other)) == [*changed, "2 changes"]
        assert sync(str(other)) == ["0 changes"]
        refused = subprocess.run(
            [sys.executable, "sync.py", str(other)],
            cwd=EXAMPLES / "endpoint_sync",
            env={**variables, "WORKOS_API_KEY": "wrong"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 1
        assert refused.stderr.startswith("error: ")
        assert "Traceback" not in refused.stderr
