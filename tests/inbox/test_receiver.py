"""A receiver with an inbox: what it stores and answers, what its workers make of it."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import threading
import time
from contextlib import closing
from typing import Any

import pytest

from hooksmith_providers import workos
from hooksmith_providers.workos import (
    DeliveryContext,
    DriftedEvent,
    InboxError,
    LeaseLostError,
    PermanentFailure,
    Retry,
    RetryLater,
    SQLiteInbox,
    SQLiteStore,
    UnknownEvent,
    UserCreated,
    UserDeleted,
    Webhook,
    WebhookReceiver,
)
from hooksmith_providers.workos.testing import example
from support.waiting import until

from .inboxes import ALL, states

WEBHOOK = Webhook("secret", tolerance=60)
AT_ONCE = Retry(max_attempts=3, first=0, jitter=0)


def send(receiver: Any, event: Any = UserCreated, **changes: Any) -> Any:
    """Deliver an example event; return the reply."""
    delivery = example(event, webhook=WEBHOOK, changes=changes)
    return receiver.receive(delivery.body, delivery.headers)


def make_receiver(inbox: Any, **options: Any) -> Any:
    return WebhookReceiver(WEBHOOK, inbox=inbox, **{"retry": AT_ONCE, **options})


def test_an_event_is_stored_acknowledged_and_handled_later(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    seen: list[tuple[Any, DeliveryContext]] = []

    @receiver.on(UserCreated)
    def handle(event: UserCreated, delivery: DeliveryContext) -> None:
        seen.append((event, delivery))

    before = time.time()
    assert send(receiver, id="event_1").status == 200
    assert send(receiver, id="event_1").text == "stored before"
    assert seen == []
    assert (receiver.counts.stored, receiver.counts.duplicates) == (1, 1)
    receiver.work(drain=True)
    ((event, delivery),) = seen
    assert isinstance(event, UserCreated)
    assert event.id == "event_1"
    assert (delivery.type, delivery.event_id, delivery.receiver) == (
        "user.created",
        "event_1",
        "workos",
    )
    assert (delivery.attempt, delivery.max_attempts, delivery.is_replayed) == (1, 3, False)
    assert before - 1 <= delivery.received_at.timestamp() <= time.time() + 1
    assert json.loads(delivery.body)["id"] == "event_1"
    assert delivery.headers["workos-signature"].startswith("t=")
    assert receiver.counts.handled == 1
    row = receiver.inbox.list(ALL)[0]
    assert (row.id, row.state, row.duplicates) == (delivery.id, "done", 1)


def test_what_is_not_verified_is_refused_and_not_stored(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    delivery = example(UserCreated, webhook=WEBHOOK)
    assert receiver.receive(delivery.body + b" ", delivery.headers).status == 400
    assert receiver.receive(b"x" * (receiver.max_body + 1), delivery.headers).status == 413
    assert receiver.inbox.list(ALL) == []
    assert receiver.counts.refused == 2


def test_verified_but_unreadable_is_stored_dead_once_and_acknowledged(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    body = b'{"not": "an event"'
    for _ in range(2):
        assert receiver.receive(body, WEBHOOK.sign(body)).status == 200
    (row,) = receiver.inbox.list(ALL)
    assert (row.state, row.duplicates) == ("dead", 1)
    assert row.error.startswith("unreadable: the body is not JSON")
    assert receiver.inbox.get(row.id).body == body
    receiver.inbox.replay(ALL)
    receiver.work(drain=True)
    assert receiver.inbox.list(ALL)[0].state == "dead", "it is still no event"


def test_credentials_of_the_request_are_not_stored(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    delivery = example(UserCreated, webhook=WEBHOOK)
    headers = {**delivery.headers, "Authorization": "Bearer x", "Cookie": "y", "X-Kept": "z"}
    receiver.receive(delivery.body, headers)
    stored = dict(receiver.inbox.get(receiver.inbox.list(ALL)[0].id).headers)
    assert stored["x-kept"] == "z"
    assert not {"authorization", "cookie"} & set(stored)


def test_outcomes_of_handlers(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    attempts: dict[str, list[int | None]] = {}

    @receiver.on(UserCreated)
    def handle(event: UserCreated, delivery: DeliveryContext) -> None:
        attempts.setdefault(event.id, []).append(delivery.attempt)
        if event.id == "broken":
            raise ValueError("always")
        if event.id == "gone":
            raise PermanentFailure("account deleted")
        if event.id == "limited" and len(attempts["limited"]) < 4:
            raise RetryLater(0)
        if event.id == "flaky" and len(attempts["flaky"]) < 2:
            raise ValueError("once")

    for id_ in ("broken", "gone", "limited", "flaky"):
        send(receiver, id=id_)
    receiver.work(drain=True)
    rows = {row.event_id: row for row in receiver.inbox.list(ALL)}
    assert {id_: str(row.state) for id_, row in rows.items()} == {
        "broken": "dead",
        "gone": "dead",
        "limited": "done",
        "flaky": "done",
    }
    assert attempts == {
        "broken": [1, 2, 3],
        "gone": [1],
        "limited": [1, 1, 1, 1],
        "flaky": [1, 2],
    }
    assert rows["broken"].error.startswith("ValueError: always (test_receiver.py:")
    assert rows["gone"].error.startswith("PermanentFailure: account deleted")
    assert rows["flaky"].error == ""
    counts = receiver.counts
    assert (counts.handled, counts.failed, counts.dropped, counts.deferred) == (2, 4, 1, 3)


def test_a_retry_policy_of_a_handler(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    runs: list[int] = []

    @receiver.on(UserCreated, retry=Retry(max_attempts=5, first=0))
    def handle(event: UserCreated) -> None:
        runs.append(1)
        raise ValueError

    send(receiver)
    receiver.work(drain=True)
    assert len(runs) == 5


def test_an_event_without_a_handler_is_ignored_and_replayed_for_a_later_one(
    make_inbox: Any,
) -> None:
    inbox = make_inbox()
    receiver = make_receiver(inbox)
    send(receiver, id="event_1")
    receiver.work(drain=True)
    assert states(inbox) == {"event_1": "ignored"}
    later = make_receiver(inbox)
    seen: list[bool] = []

    @later.on(UserCreated)
    def handle(event: UserCreated, delivery: DeliveryContext) -> None:
        seen.append(delivery.is_replayed)

    assert inbox.replay(inbox.select(states=["ignored"])) == 1
    later.work(drain=True)
    assert seen == [True]


def test_drift_is_dead_until_the_models_are_regenerated_and_the_event_is_replayed(
    make_inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = make_inbox()
    receiver = make_receiver(inbox)

    @receiver.on(UserCreated)
    def handle(event: UserCreated) -> None:
        seen.append(event)

    seen: list[UserCreated] = []
    body = example(UserCreated, webhook=WEBHOOK, changes={"id": "drifted"}).body
    drifted = json.dumps({**json.loads(body), "created_at": {"a": "new form"}}).encode()
    assert receiver.receive(drifted, WEBHOOK.sign(drifted)).status == 200
    receiver.work(drain=True)
    (row,) = inbox.list(ALL)
    assert (str(row.state), seen) == ("dead", [])
    assert row.error == "drifted from its model at /created_at, and no handler of DriftedEvent"
    # The new models take the new form.
    catalogue = WEBHOOK.catalogue
    monkeypatch.setattr(
        type(catalogue),
        "parse_all",
        lambda self, raw, headers=(), **_: [
            UserCreated.model_construct(id="drifted", event="user.created")
        ],
    )
    inbox.replay(inbox.select(states=["dead"]))
    receiver.work(drain=True)
    assert len(seen) == 1


def test_a_handler_of_drifted_and_unknown_events(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    seen: list[str] = []

    @receiver.on(DriftedEvent)
    def drifted(event: DriftedEvent) -> None:
        seen.append(f"drifted {event.type}")

    @receiver.on(UnknownEvent)
    def unknown(event: UnknownEvent) -> None:
        seen.append(f"unknown {event.type}")

    payload = json.loads(example(UserCreated, webhook=WEBHOOK).body)
    for changes in ({"created_at": {}, "id": "a"}, {"event": "new.type", "id": "b"}):
        body = json.dumps({**payload, **changes}).encode()
        receiver.receive(body, WEBHOOK.sign(body))
    receiver.work(drain=True)
    assert sorted(seen) == ["drifted user.created", "unknown new.type"]
    counts = receiver.counts
    assert (counts.unknown, counts.drifted) == (2, 1), "stored and handled; handled"
    assert counts.by_type == {"user.created": {"stored": 1, "handled": 1}}


def test_a_stored_delivery_is_handled_however_late_and_refused_at_the_door(
    make_inbox: Any,
) -> None:
    clock = [time.time()]
    webhook = Webhook("secret", tolerance=60)
    receiver = WebhookReceiver(webhook, inbox=make_inbox())
    seen: list[str] = []

    @receiver.on(UserCreated)
    def handle(event: UserCreated) -> None:
        seen.append(event.id)

    delivery = example(UserCreated, webhook=webhook, changes={"id": "event_1"})
    assert receiver.receive(delivery.body, delivery.headers).status == 200
    late = webhook.sign(delivery.body, timestamp=clock[0] - 3600)
    assert receiver.receive(delivery.body, late).status == 400
    webhook._clock = lambda: clock[0] + 86_400  # a day later
    receiver.work(drain=True)
    assert seen == ["event_1"]


def test_several_handlers_are_remembered_one_by_one(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    runs: list[str] = []

    @receiver.on(UserCreated)
    def first(event: UserCreated) -> None:
        runs.append("first")

    @receiver.on(UserCreated)
    def second(event: UserCreated) -> None:
        runs.append("second")
        if runs.count("second") < 3:
            raise ValueError("not yet")

    @receiver.on_prefix("user.")
    def third(event: Any) -> None:
        runs.append("third")

    send(receiver)
    receiver.work(drain=True)
    assert runs == ["first", "second", "third", "second", "second"]
    (row,) = receiver.inbox.list(ALL)
    assert (str(row.state), len(row.handled)) == ("done", 3)


def test_a_dead_event_s_successful_handlers_do_not_run_again_when_it_is_replayed(
    make_inbox: Any,
) -> None:
    receiver = make_receiver(make_inbox())
    runs: list[str] = []

    @receiver.on(UserCreated)
    def good(event: UserCreated) -> None:
        runs.append("good")

    @receiver.on(UserCreated)
    def bad(event: UserCreated) -> None:
        runs.append("bad")
        if runs.count("bad") == 1:
            raise PermanentFailure("no account")

    send(receiver)
    receiver.work(drain=True)
    receiver.inbox.replay(ALL)
    receiver.work(drain=True)
    assert runs == ["good", "bad", "bad"]
    receiver.inbox.replay(ALL)
    receiver.work(drain=True)
    assert runs == ["good", "bad", "bad", "good", "bad"], "a done event is handled by all again"


def test_events_of_a_key_are_handled_in_order_and_a_failing_key_stops_no_other(
    make_inbox: Any,
) -> None:
    receiver = make_receiver(make_inbox(), ordering_key=lambda event: event.data.id)
    order: list[str] = []

    @receiver.on(UserCreated, UserDeleted)
    def handle(event: Any) -> None:
        if event.data.id == "u1" and event.id == "e0" and order.count("e0") < 2:
            order.append(event.id)
            raise ValueError
        order.append(event.id)

    for number in range(4):
        send(receiver, id=f"e{number}", **{"data.id": "u1"})
        send(receiver, UserDeleted, id=f"f{number}", **{"data.id": "u2"})
    receiver.work(drain=True)
    assert [each for each in order if each[0] == "e"] == ["e0", "e0", "e0", "e1", "e2", "e3"]
    assert [each for each in order if each[0] == "f"] == ["f0", "f1", "f2", "f3"]


@pytest.mark.parametrize("wrong", [lambda event: event.nothing, lambda event: 7])
def test_a_failing_ordering_key_refuses_no_delivery(
    make_inbox: Any, wrong: Any, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = make_receiver(make_inbox(), ordering_key=wrong)
    assert send(receiver).status == 200
    (row,) = receiver.inbox.list(ALL)
    assert (row.ordering_key, row.state) == (None, "pending")
    assert "stored without a key" in caplog.text


def test_a_store_that_is_down_or_locked_gives_503_and_stores_nothing(
    make_inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = make_receiver(make_inbox())

    def down(*_: Any, **__: Any) -> Any:
        raise OSError("no disk")

    for name in ("sqlite_inbox.add_plain", "postgres_inbox.PostgresInbox._add_plain"):
        monkeypatch.setattr(f"hooksmith_providers._runtime.webhooks.inbox.{name}", down)
    reply = send(receiver)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "30")
    monkeypatch.undo()
    assert receiver.inbox.list(ALL) == []
    assert receiver.counts.failed == 1
    assert send(receiver).status == 200


def test_a_locked_file_gives_503(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "inbox.db"
    monkeypatch.setattr(
        "hooksmith_providers._runtime.webhooks.inbox.sqlite_inbox.LOCK_TIMEOUT", 0.1
    )
    receiver = make_receiver(SQLiteInbox(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert send(receiver).status == 503
        other.execute("ROLLBACK")
    assert send(receiver).status == 200
    assert len(receiver.inbox.list(ALL)) == 1


def test_async_handlers_run_in_one_loop_and_are_ended_by_their_limit(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    loops = set()

    @receiver.on(UserCreated)
    async def handle(event: UserCreated) -> None:
        loops.add(id(asyncio.get_running_loop()))
        await asyncio.sleep(0)

    @receiver.on(UserDeleted, timeout=0.05, retry=Retry(max_attempts=1))
    async def slow(event: UserDeleted) -> None:
        await asyncio.sleep(60)

    for number in range(5):
        send(receiver, id=f"e{number}")
    send(receiver, UserDeleted, id="slow")
    receiver.work(drain=True)
    assert len(loops) == 1
    row = next(row for row in receiver.inbox.list(ALL) if row.event_id == "slow")
    assert (str(row.state), row.error) == (
        "dead",
        "HandlerTimeoutError: the handler exceeded its limit of 0.05 s (execution.py:"
        + row.error.rpartition(":")[2],
    )


def test_a_plain_handler_over_its_limit_is_retried_and_fenced_off(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    release = threading.Event()
    runs: list[int | None] = []

    @receiver.on(UserCreated, timeout=0.1)
    def handle(event: UserCreated, delivery: DeliveryContext) -> None:
        runs.append(delivery.attempt)
        if len(runs) == 1:
            release.wait(30)

    send(receiver)
    receiver.start_worker(poll=0.05)
    until(lambda: str(receiver.inbox.list(ALL)[0].state) == "done")
    release.set()
    receiver.stop_worker()
    assert runs == [1, 2]
    assert receiver.inbox.list(ALL)[0].attempts == 2


def test_lifespan_drains_a_backlog_and_runs_async_handlers_in_the_application_s_loop(
    make_inbox: Any,
) -> None:
    inbox = make_inbox()
    send(make_receiver(inbox), id="before")
    receiver = make_receiver(inbox)
    loops: list[Any] = []

    @receiver.on(UserCreated)
    async def handle(event: UserCreated) -> None:
        loops.append(asyncio.get_running_loop())

    async def main() -> None:
        async with receiver.lifespan(None):
            for _ in range(2000):
                if loops:
                    break
                await asyncio.sleep(0.01)
            delivery = example(UserCreated, webhook=WEBHOOK, changes={"id": "after"})
            reply = await receiver.areceive(delivery.body, delivery.headers)
            assert reply.status == 200
            for _ in range(2000):
                if len(loops) == 2:
                    break
                await asyncio.sleep(0.01)
            assert loops == [asyncio.get_running_loop()] * 2

    asyncio.run(main())
    assert set(states(inbox).values()) == {"done"}


def test_process_handles_a_row_and_what_waits_behind_it(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox(), ordering_key=lambda event: event.data.id)
    seen: list[str] = []

    @receiver.on(UserCreated)
    def handle(event: UserCreated) -> None:
        seen.append(event.id)

    for number in range(3):
        send(receiver, id=f"e{number}", **{"data.id": "u1"})
    first, second, third = sorted(row.id for row in receiver.inbox.list(ALL))
    assert receiver.process(second) is None
    assert receiver.process(first) == "done"
    assert seen == ["e0", "e1", "e2"]
    assert receiver.process(first) is None
    send(receiver, id="e3")
    assert asyncio.run(receiver.aprocess(third + 1)) == "done"


def test_complete_writes_in_the_user_s_transaction(tmp_path: Any) -> None:
    path = tmp_path / "inbox.db"
    receiver = make_receiver(SQLiteInbox(path), ordering_key=lambda event: "k")
    with closing(sqlite3.connect(path)) as own:
        own.execute("CREATE TABLE users (id TEXT)")
    runs: list[str] = []

    @receiver.on(UserCreated)
    def handle(event: UserCreated, delivery: DeliveryContext) -> None:
        runs.append(event.id)
        with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
            connection.execute("INSERT INTO users VALUES (?)", [event.id])
            delivery.complete(connection)
            if runs.count("e0") == 1:
                raise ValueError("after the completion, before the commit")

    for number in range(3):
        send(receiver, id=f"e{number}")
    receiver.work(drain=True)
    assert runs == ["e0", "e0", "e1", "e2"]
    with closing(sqlite3.connect(path)) as own:
        assert own.execute("SELECT id FROM users ORDER BY id").fetchall() == [
            ("e0",),
            ("e1",),
            ("e2",),
        ]
    assert set(states(receiver.inbox).values()) == {"done"}


def test_complete_after_the_lease_raises_and_rolls_back(tmp_path: Any) -> None:
    path = tmp_path / "inbox.db"
    receiver = make_receiver(SQLiteInbox(path))
    errors: list[Exception] = []

    @receiver.on(UserCreated)
    def handle(event: UserCreated, delivery: DeliveryContext) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("UPDATE inbox_events SET lease_token = 'another'")
            connection.execute("BEGIN IMMEDIATE")
            try:
                delivery.complete(connection)
            except LeaseLostError as error:
                errors.append(error)
                connection.execute("ROLLBACK")

    send(receiver)
    receiver.work(drain=True)
    assert [str(error) for error in errors] == ["the lease of event 1 has ended"]
    assert receiver.inbox.list(ALL)[0].lease_token == "another"


def test_complete_of_another_connection_is_refused(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())

    @receiver.on(UserCreated)
    def handle(event: UserCreated, delivery: DeliveryContext) -> None:
        delivery.complete(object())

    send(receiver)
    receiver.work(drain=True)
    (row,) = receiver.inbox.list(ALL)
    assert str(row.state) == "dead"
    assert "TypeError: connection: a " in row.error
    context = DeliveryContext(
        type="t", event_id=None, receiver="r", received_at=None, body=b"", raw_headers=()
    )
    with pytest.raises(RuntimeError, match="needs a receiver with an inbox"):
        context.complete(None)


def test_ingest_takes_trusted_events(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    body = example(UserCreated, webhook=WEBHOOK, changes={"id": "e1"}).body
    (id_,) = receiver.ingest(body, tenant="acme")
    assert receiver.ingest(body, tenant="acme") == []
    row = receiver.inbox.get(id_).row
    assert (row.event_id, row.tenant, row.type) == ("e1", "acme", "user.created")
    with pytest.raises(workos.EventParseError):
        receiver.ingest(b"{")


def test_receivers_of_one_inbox_each_get_their_events(make_inbox: Any) -> None:
    inbox = make_inbox()
    first, second = make_receiver(inbox), make_receiver(inbox, name="billing")
    seen: list[str] = []

    @first.on(UserCreated)
    def handle(event: UserCreated) -> None:
        seen.append("first")

    @second.on(UserCreated)
    def bill(event: UserCreated) -> None:
        seen.append("billing")

    for receiver in (first, second):
        send(receiver, id="e1")
    second.work(drain=True)
    assert seen == ["billing"]
    first.work(drain=True)
    assert seen == ["billing", "first"]


def test_arguments_that_exclude_each_other(tmp_path: Any) -> None:
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    with pytest.raises(TypeError, match="store and inbox"):
        WebhookReceiver(WEBHOOK, inbox=inbox, store=SQLiteStore())
    with pytest.raises(TypeError, match="need an inbox"):
        WebhookReceiver(WEBHOOK, ordering_key=lambda event: "k")
    with pytest.raises(TypeError, match="inbox: a SQLiteInbox or PostgresInbox, not a str"):
        WebhookReceiver(WEBHOOK, inbox="inbox.db")  # type: ignore[arg-type]
    plain = WebhookReceiver(WEBHOOK)
    with pytest.raises(InboxError, match="has no inbox"):
        plain.work()
    with pytest.raises(InboxError, match="has no inbox"):
        plain.ingest(b"{}")


def test_a_poison_event_is_dead_when_its_worker_died_at_each_attempt(make_inbox: Any) -> None:
    inbox = make_inbox(lease=0.05)
    receiver = make_receiver(inbox)
    runs: list[int] = []

    @receiver.on(UserCreated)
    def handle(event: UserCreated) -> None:
        runs.append(1)

    send(receiver)
    for _ in range(3):  # workers that die while they have it
        assert len(inbox.claim(receiver.source, 1)) == 1
        time.sleep(0.1)
    receiver.work(drain=True)
    (row,) = inbox.list(ALL)
    assert (str(row.state), runs) == ("dead", [])
    assert row.error == "the worker died at each of 3 attempts"


def test_no_log_line_has_a_body_or_secret(
    make_inbox: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hooksmith")
    receiver = make_receiver(make_inbox())

    @receiver.on(UserCreated)
    def handle(event: UserCreated) -> None:
        raise PermanentFailure

    send(receiver, **{"data.email": "private@example.com"})
    receiver.work(drain=True)
    assert "workos: user.created" in caplog.text
    assert "private@example.com" not in caplog.text
    assert "private@example.com" not in repr(receiver.inbox.list(ALL))
    assert "private@example.com" not in repr(receiver.inbox.get(1))
