"""`hooksmith inbox` and `hooksmith work`, as an operator calls them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hooksmith.cli import commands
from hooksmith_providers.workos import Webhook
from hooksmith_providers.workos.testing import example
from support.waiting import until

APP = """
import os, time
from hooksmith_providers.workos import *

inbox = {inbox}
receiver = WebhookReceiver(Webhook("secret"), inbox=inbox, retry=Retry(max_attempts=1))
bare = WebhookReceiver(Webhook("secret"))

@receiver.on(UserCreated, timeout=0.5)
def handle(event: UserCreated) -> None:
    with open("handled.log", "a") as log:
        log.write(f"{{event.id}} {{os.getpid()}}\\n")
    if event.id == "broken":
        raise PermanentFailure("no such account")
    if event.id == "stuck":
        time.sleep(60)
"""
WEBHOOK = Webhook("secret")


class Done(NamedTuple):
    """What a command gave."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def app(inbox_address: str, tmp_path: Path) -> Path:
    """A folder with the module `app`."""
    kind = "PostgresInbox" if "dbname=" in inbox_address else "SQLiteInbox"
    (tmp_path / "app.py").write_text(APP.format(inbox=f"{kind}({inbox_address!r})"))
    return tmp_path


@pytest.fixture
def run(
    app: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Run the command line in this process."""
    monkeypatch.chdir(app)
    monkeypatch.syspath_prepend(app)

    def run(*arguments: str) -> Done:
        capfd.readouterr()
        try:
            code = commands.run(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capfd.readouterr()
        return Done(code, out, err)

    yield run
    module = sys.modules.pop("app", None)
    if module is not None:
        module.inbox.close()


@pytest.fixture
def receiver(app: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The receiver of the module, in this process."""
    monkeypatch.chdir(app)
    namespace: dict[str, Any] = {}
    exec((app / "app.py").read_text(), namespace)
    yield namespace["receiver"]
    namespace["inbox"].close()


def add(receiver: Any, *ids: str) -> None:
    for id_ in ids:
        delivery = example("user.created", webhook=WEBHOOK, changes={"id": id_})
        assert receiver.receive(delivery.body, delivery.headers).status == 200


def test_an_operator_s_day(receiver: Any, run: Run) -> None:
    add(receiver, "good", "broken", "other")
    receiver.work(drain=True)

    counts = run("inbox", "counts", "app:receiver")
    assert counts.returncode == 0, counts.stderr
    assert re.findall(r"^(\w+) +(\d+)$", counts.stdout, re.MULTILINE) == [
        ("pending", "0"),
        ("processing", "0"),
        ("done", "2"),
        ("dead", "1"),
        ("ignored", "0"),
        ("discarded", "0"),
    ]
    as_json = json.loads(run("inbox", "counts", "app:receiver", "--json").stdout)
    assert as_json["source"] == "workos"
    assert as_json["states"]["done"] == 2
    assert as_json["oldest_seconds"] is None

    listed = run("inbox", "list", "app:receiver", "--state", "dead")
    (line,) = listed.stdout.splitlines()
    assert re.match(r" +\d+  dead +\S+  user.created broken  PermanentFailure: no such acc", line)
    (row,) = json.loads(run("inbox", "list", "app:receiver", "--event", "broken", "--json").stdout)
    assert (row["state"], row["event_id"], row["attempts"]) == ("dead", "broken", 1)
    assert "lease_token" not in row
    assert (
        run("inbox", "list", "app:receiver", "--since", "1h", "--type", "x.y").stdout
        == "no events\n"
    )
    assert len(run("inbox", "list", "app:receiver", "--since", "1h").stdout.splitlines()) == 3
    assert run("inbox", "list", "app:receiver", "--before", "2020-01-01").stdout == "no events\n"

    shown = run("inbox", "show", "app:receiver", str(row["id"]))
    assert "error: PermanentFailure: no such account" in shown.stdout
    assert '"id": "broken"' in shown.stdout
    assert "workos-signature: ••••••" in shown.stdout
    raw = run("inbox", "show", "app:receiver", str(row["id"]), "--raw")
    assert raw.stdout.encode() == receiver.inbox.get(row["id"]).body

    refused = run("inbox", "replay", "app:receiver")
    assert refused.returncode == 2
    assert (
        "replay 1 event of workos: this needs an answer, and there is no terminal" in refused.stderr
    )
    replayed = run("inbox", "replay", "app:receiver", "--yes")
    assert (replayed.returncode, replayed.stdout) == (0, "replay: 1\n")
    assert receiver.inbox.counts().states["pending"] == 1
    worked = run("work", "app:receiver", "--drain")
    assert worked.returncode == 0, worked.stderr
    assert run("inbox", "discard", "app:receiver", "--yes", "--json").stdout == '{"discard": 1}\n'
    assert run("inbox", "replay", "app:receiver", "--yes").stdout == "replay: 0\n"
    assert run("inbox", "prune", "app:receiver").stdout == "prune: 0\n"
    refused = run("inbox", "prune", "app:receiver", "--older-than", "0s")
    assert refused.returncode == 2
    assert "before the retention of 4.3 w; repetitions of them would be handled" in refused.stderr
    pruned = run("inbox", "prune", "app:receiver", "--older-than", "0s", "--yes")
    assert pruned.stdout == "prune: 3\n"
    assert run("inbox", "sweep", "app:receiver").stdout == "sweep: 0\n"
    schema = run("inbox", "schema", "app:receiver").stdout
    assert schema.startswith("CREATE TABLE IF NOT EXISTS inbox_deliveries")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["counts", "app"], "'app' is not MODULE:RECEIVER"),
        (["counts", "nothing:receiver"], "there is no module 'nothing'"),
        (["counts", "app:nothing"], "app has no 'nothing'"),
        (["counts", "app:Webhook"], "app:Webhook is a type, not a WebhookReceiver"),
        (["counts", "app:bare"], "app:bare: the receiver has no inbox"),
        (["list", "app:receiver", "--state", "lost"], "--state: 'lost' is not a valid State"),
        (["list", "app:receiver", "--since", "yesterday"], "'yesterday' is no time"),
        (["prune", "app:receiver", "--older-than", "-1"], "--older-than"),
        (["prune", "app:receiver", "--type", "user.created"], "prune takes no --type"),
        (["counts", "app:receiver", "7"], "counts takes no row ids"),
        (["list", "app:receiver", "--older-than", "1d"], "list takes no --older-than"),
        (["list", "app:receiver", "--limit", "-1"], "'-1' is not a number, 1 or more"),
        (["replay", "app:receiver", "--state", "pending"], "or done, not 'pending'"),
        (["discard", "app:receiver", "--state", "done"], "that are dead, not 'done'"),
        (["show", "app:receiver"], "show: which event?"),
        (["show", "app:receiver", "99"], "there is no event 99"),
        (["what", "app:receiver"], "invalid choice: 'what'"),
    ],
)
@pytest.mark.parametrize("inbox_address", ["sqlite"], indirect=True)
def test_wrong_arguments_are_told(run: Run, arguments: list[str], message: str) -> None:
    done = run("inbox", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_worker_processes_are_replaced_and_stopped(
    receiver: Any, app: Path, tmp_path: Path
) -> None:
    log = app / "handled.log"
    add(receiver, "e0", "stuck", "e1")
    command = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "hooksmith",
            "work",
            "app:receiver",
            "--processes",
            "2",
            "--poll",
            "1s",
        ],
        cwd=app,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: log.exists() and "stuck" in log.read_text())
        until(lambda: _states(receiver).get("stuck") == "dead")
        processes = {line.split()[1] for line in log.read_text().splitlines()}
        add(receiver, "e2")
        until(lambda: _states(receiver).get("e2") == "done")
        killed = next(int(line.split()[1]) for line in log.read_text().splitlines() if "e2" in line)
        os.kill(killed, signal.SIGKILL)
        time.sleep(0.5)
        add(receiver, "e3")
        until(lambda: _states(receiver).get("e3") == "done")
    finally:
        command.send_signal(signal.SIGTERM)
    _, errors = command.communicate(timeout=60)
    assert command.returncode == 0, errors
    assert f"worker process {killed} ended: -9" in errors
    assert processes
    for process in {line.split()[1] for line in log.read_text().splitlines()}:
        with pytest.raises(ProcessLookupError):
            os.kill(int(process), 0)


def test_workers_end_with_the_command_that_is_killed(receiver: Any, app: Path) -> None:
    add(receiver, "e0")
    command = subprocess.Popen([sys.executable, "-m", "hooksmith", "work", "app:receiver"], cwd=app)
    log = app / "handled.log"
    until(lambda: log.exists() and "e0" in log.read_text())
    child = int(log.read_text().split()[1])
    command.kill()
    command.wait()
    until(lambda: not _is_alive(child))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def _states(receiver: Any) -> dict[str, str]:
    return {row.event_id: str(row.state) for row in receiver.inbox.list(receiver.inbox.select())}
