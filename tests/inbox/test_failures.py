"""Failures around an inbox: locks, a full disk, forks, clocks that are set back, servers that restart."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hooksmith_providers._runtime.webhooks.inbox import worker as worker_module
from hooksmith_providers._runtime.webhooks.inbox.group_commit import GroupCommit
from hooksmith_providers._runtime.webhooks.inbox.sqlite_batch import add_plain
from hooksmith_providers._runtime.webhooks.inbox.sqlite_inbox import SQLiteInbox
from hooksmith_providers._runtime.webhooks.inbox.states import Outcome, State
from hooksmith_providers._runtime.webhooks.inbox.worker import Upkeep
from hooksmith_providers.workos import UserCreated, Webhook, WebhookReceiver
from hooksmith_providers.workos.testing import example
from support.paths import ROOT

from .conftest import open_inbox
from .inboxes import DONE, SOURCE, Clock, delivery, drain, states
from .postgres_server import PostgresServer

WEBHOOK = Webhook("secret")


def test_a_second_inbox_on_a_file_keeps_the_locks_of_the_first(tmp_path: Path) -> None:
    """Closing any descriptor of a file ends the POSIX locks of its process (SQLite, "How To Corrupt", section 2.2)."""
    path = tmp_path / "inbox.db"
    first = SQLiteInbox(path)
    first.add([delivery("a")])
    second = SQLiteInbox(path)
    script = f"""
import sqlite3
connection = sqlite3.connect({str(path)!r})
connection.execute("PRAGMA user_version").fetchone()
connection.close()
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    log = path.with_name("inbox.db-wal")
    assert log.exists(), (
        "the last connection of a file deletes its log: the first inbox was overlooked"
    )
    first.add([delivery("b")])
    assert sorted(states(second)) == ["a", "b"]
    first.close()
    second.close()


class FailingConnection:
    """Connection that cannot begin a transaction, as of a file that another process has locked."""

    in_transaction = False

    def __init__(self) -> None:
        self.begun = 0

    def execute(self, sql: str) -> None:
        if sql == "BEGIN IMMEDIATE":
            self.begun += 1
            raise sqlite3.OperationalError("database is locked")

    def close(self) -> None:
        return


def test_a_locked_file_fails_the_group_after_one_wait() -> None:
    connection: Any = FailingConnection()
    waiting: list[Any] = []

    def run_batch(connection: Any, batch: Sequence[Any]) -> Sequence[Any]:
        return []

    commit = GroupCommit(lambda: connection, run_batch, lambda: None)
    with commit._condition:
        for _ in range(4):
            waiting.append(commit.submit(lambda connection: None, is_durable=True))
    errors = [future.exception(60) for future in waiting]
    commit.close()
    assert [str(error) for error in errors] == ["database is locked"] * 4
    assert connection.begun == 1, "each wait for the lock takes seconds"


def test_a_full_disk_gives_503_and_stores_nothing(tmp_path: Path) -> None:
    receiver = WebhookReceiver(WEBHOOK, inbox=SQLiteInbox(tmp_path / "inbox.db"))

    def send(id_: str, **changes: Any) -> int:
        event = example(UserCreated, webhook=WEBHOOK, changes={"id": id_, **changes})
        return receiver.receive(event.body, event.headers).status

    assert send("before") == 200
    connection = receiver.inbox._writer.connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    assert send("large", **{"data.first_name": "x" * 100_000}) == 503
    assert sorted(states(receiver.inbox)) == ["before"]
    assert receiver.inbox._read(
        lambda each: each.execute("SELECT count(*) FROM inbox_deliveries")
    ) == [(1,)]
    connection.execute("PRAGMA max_page_count = 1000000")
    assert send("large", **{"data.first_name": "x" * 100_000}) == 200
    receiver.inbox.close()


FORK = """
import os, sys
sys.path.insert(0, {tests!r})
from inbox.conftest import open_inbox
from inbox.inboxes import DONE, delivery, drain, states

inbox = open_inbox({address!r})
inbox.add([delivery("parent")])
inbox.due_in("workos")
child = os.fork()
if child == 0:
    inbox.add([delivery("child")])
    drain(inbox, lambda attempt: DONE)
    inbox.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
inbox.add([delivery("later")])
drain(inbox, lambda attempt: DONE)
assert {{name: str(state) for name, state in states(inbox).items()}} == {{
    "parent": "done", "child": "done", "later": "done"
}}
inbox.close()
"""


def test_an_inbox_works_on_both_sides_of_a_fork(inbox_address: str) -> None:
    code = FORK.format(tests=str(ROOT / "tests"), address=inbox_address)
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "generated")},
    )
    assert done.returncode == 0, done.stderr


def test_a_clock_that_is_set_back_delays_no_event(tmp_path: Path) -> None:
    clock = Clock()
    inbox = SQLiteInbox(tmp_path / "inbox.db", clock=clock)
    inbox.add([delivery("first"), delivery("second"), delivery("a", "b", key="k")])
    clock.now -= 3600
    assert inbox.due_in(SOURCE) == 0
    handled: list[str | None] = []

    def process(attempt: Any) -> Outcome:
        handled.append(attempt.claim.row.event_id)
        return DONE

    drain(inbox, process, concurrency=1)
    assert handled == ["first", "second", "a", "b"]
    inbox.add([delivery("retried")])
    (claim,) = inbox.claim(SOURCE, 1)
    inbox.finish(claim, Outcome(state=State.PENDING, delay=60))
    assert inbox.claim(SOURCE, 1) == [], "an event that waits for its next attempt is not due"
    inbox.close()


def test_an_outcome_is_written_when_the_inbox_is_back(
    make_inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "ERROR_PAUSE", 0.01)
    inbox = make_inbox()
    inbox.add([delivery("a")])
    finish, failures, runs = inbox.finish, [OSError("down"), OSError("still down")], []

    def failing(*arguments: Any) -> Any:
        if failures:
            raise failures.pop()
        return finish(*arguments)

    monkeypatch.setattr(inbox, "finish", failing)

    def process(attempt: Any) -> Outcome:
        runs.append(attempt)
        return DONE

    drain(inbox, process)
    assert (states(inbox), len(runs)) == ({"a": State.DONE}, 1)


def test_a_server_that_restarts_refuses_no_delivery_and_repeats_no_handler(
    postgres: PostgresServer, conninfo: str
) -> None:
    inbox = open_inbox(conninfo, connections=3)
    pool = inbox._pool
    pool.resize(3)
    pool.wait()
    inbox.add([delivery("before")])
    (claim,) = inbox.claim(SOURCE, 1)
    postgres.stop()
    postgres.start()
    assert len(inbox.add([delivery("after")]).ids) == 1
    assert inbox.finish(claim, DONE).is_held
    assert states(inbox) == {"before": State.DONE, "after": State.PENDING}
    inbox.close()


class CountingInbox:
    """Inbox with many old events."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.calls = 0

    def sweep(self, source: str) -> None:
        return

    def prune(self, limit: int) -> int:
        self.calls += 1
        pruned = min(limit, self.number)
        self.number -= pruned
        return pruned


def test_a_worker_deletes_old_events_as_fast_as_they_come() -> None:
    inbox: Any = CountingInbox(10_000)
    upkeep = Upkeep(inbox, SOURCE)
    while inbox.number:
        before = inbox.number
        upkeep.run()
        assert inbox.number < before, "a pass that had more to delete is followed by the next"
    calls = inbox.calls
    upkeep.run()
    assert inbox.calls <= calls + 1


def test_a_file_that_exists_keeps_its_events(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    with closing(SQLiteInbox(path)) as inbox:
        inbox.add([delivery("a")])
    assert path.stat().st_mode & 0o777 == 0o600
    with closing(SQLiteInbox(path)) as inbox:
        assert list(states(inbox)) == ["a"]


def test_duplicates_within_a_group_are_added_once(tmp_path: Path) -> None:
    with closing(SQLiteInbox(tmp_path / "inbox.db")) as inbox:
        inbox.add([delivery("known")])
        group = [delivery("a"), delivery("a"), delivery("known"), delivery("b"), delivery(None)]
        added = inbox._write(lambda session: add_plain(session.connection, group, 0.0))
        assert [(each.ids, each.due, each.duplicates) for each in added] == [
            ((2,), (2,), 0),
            ((), (), 1),
            ((), (), 1),
            ((5,), (5,), 0),
            ((6,), (6,), 0),
        ]
        rows = inbox._read(lambda each: each.execute("SELECT count(*) FROM inbox_deliveries"))
        assert rows == [(4,)], "deliveries without a new event are dropped"
