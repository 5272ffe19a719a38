"""Every transition of an event's state, in every kind of inbox."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from hooksmith_providers._runtime.webhooks.inbox.sqlite_inbox import SQLiteInbox
from hooksmith_providers._runtime.webhooks.inbox.states import (
    Added,
    Backlog,
    Cursor,
    Finished,
    NewDelivery,
    NewEvent,
    Outcome,
    Selection,
    State,
)
from hooksmith_providers._runtime.webhooks.outcomes import Retry

from .inboxes import ALL, DONE, SOURCE, Clock, delivery, states

DEAD = Outcome(state=State.DEAD, error="gone")


def test_an_event_is_added_claimed_and_done(make_inbox: Any) -> None:
    inbox = make_inbox()
    before = time.time()
    added = inbox.add([delivery("a")])
    assert (len(added.ids), added.due, added.duplicates) == (1, added.ids, 0)
    (claim,) = inbox.claim(SOURCE, 10)
    assert claim.body == b"a"
    assert claim.headers == (("content-type", "application/json"), ("x-number", "1"))
    assert (claim.row.event_id, claim.row.type, claim.row.position) == ("a", "user.created", 0)
    assert (claim.row.state, claim.row.attempts) == (State.PROCESSING, 1)
    assert before - 1 <= claim.row.received_at <= time.time() + 1
    assert claim.row.due_at == pytest.approx(time.time() + inbox.lease, abs=5)
    assert inbox.claim(SOURCE, 10) == []
    assert inbox.finish(claim, DONE) == Finished(is_held=True)
    row = inbox.get(claim.row.id).row
    assert (row.state, row.due_at, row.lease_token) == (State.DONE, None, None)
    assert row.finished_at >= row.received_at
    assert inbox.claim(SOURCE, 10) == []


def test_a_duplicate_is_counted_and_not_added(make_inbox: Any) -> None:
    inbox = make_inbox()
    first = inbox.add([delivery("a")])
    assert inbox.add([delivery("a")]) == Added(ids=(), due=(), duplicates=1)
    assert inbox.add([delivery("a", tenant="other")]).duplicates == 0
    assert inbox.add([delivery("a", source="other")]).duplicates == 0
    assert inbox.add([delivery(None)]).duplicates == 0
    assert inbox.add([delivery(None)]).duplicates == 0
    row = inbox.get(first.ids[0]).row
    assert (row.duplicates, row.state) == (1, State.PENDING)
    (claim,) = inbox.claim(SOURCE, 1)
    inbox.finish(claim, DONE)
    assert inbox.add([delivery("a")]).duplicates == 1
    assert inbox.get(first.ids[0]).row.state is State.DONE


def test_overlapping_batches_give_each_event_once_and_store_a_body_once(make_inbox: Any) -> None:
    inbox = make_inbox()
    assert len(inbox.add([delivery("a", "b", "c")]).ids) == 3
    added = inbox.add([delivery("b", "c", "d", "d")])
    assert (len(added.ids), added.duplicates) == (1, 3)
    rows = inbox.list(ALL)
    assert [row.event_id for row in rows] == ["d", "c", "b", "a"]
    assert len({row.delivery_id for row in rows}) == 2
    assert inbox.get(added.ids[0]).body == b"b,c,d,d"


def test_only_the_source_s_events_are_claimed(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("a", source="other"), delivery("b")])
    assert [claim.row.event_id for claim in inbox.claim(SOURCE, 10)] == ["b"]
    assert [claim.row.event_id for claim in inbox.claim("other", 10)] == ["a"]


def test_a_failed_attempt_waits_and_counts(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("a")])
    (claim,) = inbox.claim(SOURCE, 1)
    inbox.finish(claim, Outcome(state=State.PENDING, delay=60, error="broken", handled=("x",)))
    row = inbox.get(claim.row.id).row
    assert (row.state, row.attempts, row.error, row.handled) == (
        State.PENDING,
        1,
        "broken",
        ("x",),
    )
    assert row.due_at == pytest.approx(time.time() + 60, abs=5)
    assert inbox.claim(SOURCE, 1) == []


def test_an_uncounted_attempt_is_due_again_without_counting(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("a")])
    (claim,) = inbox.claim(SOURCE, 1)
    inbox.finish(claim, Outcome(state=State.PENDING, is_counted=False))
    (again,) = inbox.claim(SOURCE, 1)
    assert again.row.attempts == 1


def test_a_lapsed_lease_is_claimed_again_and_fences_the_first_owner(make_inbox: Any) -> None:
    inbox = make_inbox(lease=0.05)
    inbox.add([delivery("a")])
    (first,) = inbox.claim(SOURCE, 1)
    time.sleep(0.1)
    (second,) = inbox.claim(SOURCE, 1)
    assert second.row.attempts == 2
    assert inbox.finish(first, DONE) == Finished(is_held=False)
    assert inbox.renew([first, second]) == {second.row.id}
    assert inbox.get(first.row.id).row.state is State.PROCESSING
    assert inbox.finish(second, DONE).is_held


def test_claim_one_takes_what_is_due_and_first_of_its_key(make_inbox: Any) -> None:
    inbox = make_inbox()
    first, second = inbox.add([delivery("a", "b", key="k")]).ids
    assert inbox.claim_one(SOURCE, second) is None
    claim = inbox.claim_one(SOURCE, first)
    assert claim.row.event_id == "a"
    assert inbox.claim_one(SOURCE, first) is None
    assert inbox.finish(claim, DONE) == Finished(is_held=True, next_id=second)
    assert inbox.claim_one(SOURCE, second).row.event_id == "b"
    assert inbox.claim_one(SOURCE, 10_000) is None
    (other,) = inbox.add([delivery("c", source="other")]).ids
    assert inbox.claim_one(SOURCE, other) is None


def test_events_of_a_key_are_claimed_in_the_order_of_arrival(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("a1", key="a"), delivery("b1", key="b")])
    inbox.add([delivery("a2", key="a"), delivery("free")])
    inbox.add([delivery("other", key="a", tenant="t")])
    claims = {claim.row.event_id: claim for claim in inbox.claim(SOURCE, 10)}
    assert set(claims) == {"a1", "b1", "free", "other"}
    inbox.finish(claims["a1"], Outcome(state=State.PENDING, delay=60, error="broken"))
    assert inbox.claim(SOURCE, 10) == [], "a head that backs off blocks its key"
    inbox.finish(claims["b1"], DONE)
    assert inbox.add([delivery("b2", key="b")]).due != ()
    assert [claim.row.event_id for claim in inbox.claim(SOURCE, 10)] == ["b2"]


@pytest.mark.parametrize("state", [State.DONE, State.IGNORED, State.DEAD])
def test_a_finished_head_releases_its_key(make_inbox: Any, state: State) -> None:
    inbox = make_inbox()
    inbox.add([delivery("a", "b", key="k")])
    (claim,) = inbox.claim(SOURCE, 10)
    inbox.finish(claim, Outcome(state=state))
    assert [claim.row.event_id for claim in inbox.claim(SOURCE, 10)] == ["b"]


def test_hold_dead_keeps_a_key_until_the_dead_event_is_replayed_or_discarded(
    make_inbox: Any,
) -> None:
    inbox = make_inbox(hold_dead=True)
    inbox.add([delivery("a1", "a2", key="a"), delivery("b1", "b2", key="b")])
    for claim in inbox.claim(SOURCE, 10):
        assert inbox.finish(claim, DEAD).next_id is None
    assert inbox.add([delivery("a3", key="a")]).due == ()
    assert inbox.claim(SOURCE, 10) == []
    assert inbox.discard(Selection(ordering_key="a")) == 1
    assert [claim.row.event_id for claim in inbox.claim(SOURCE, 10)] == ["a2"]
    assert inbox.replay(Selection(ordering_key="b")) == 1
    (claim,) = inbox.claim(SOURCE, 10)
    assert claim.row.event_id == "b1"
    inbox.finish(claim, DONE)
    assert [claim.row.event_id for claim in inbox.claim(SOURCE, 10)] == ["b2"]


def test_a_replayed_event_waits_for_the_active_one_and_is_next(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("a", "b", "c", key="k")])
    (first,) = inbox.claim(SOURCE, 10)
    inbox.finish(first, DEAD)
    (second,) = inbox.claim(SOURCE, 10)
    assert inbox.replay(Selection(states=(State.DEAD,))) == 1
    assert inbox.claim(SOURCE, 10) == []
    inbox.finish(second, DONE)
    (again,) = inbox.claim(SOURCE, 10)
    assert (again.row.event_id, again.row.attempts, again.row.replays) == ("a", 1, 1)
    inbox.finish(again, DONE)
    assert [claim.row.event_id for claim in inbox.claim(SOURCE, 10)] == ["c"]


def test_replay_takes_finished_events_and_no_others(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("dead", "done", "ignored", "discarded", "pending", "processing")])
    for claim in inbox.claim(SOURCE, 10):
        if claim.row.event_id in ("done", "ignored"):
            inbox.finish(claim, Outcome(state=State(claim.row.event_id)))
        elif claim.row.event_id in ("dead", "discarded"):
            inbox.finish(claim, DEAD)
        elif claim.row.event_id == "pending":
            inbox.finish(claim, Outcome(state=State.PENDING, delay=60))
    assert inbox.discard(Selection(event_id="discarded")) == 1
    assert inbox.discard(Selection(event_id="done")) == 0
    assert inbox.count(Selection(states=(State.DEAD, State.DISCARDED))) == 2
    assert inbox.replay(ALL) == 3
    assert states(inbox) == {
        "dead": State.PENDING,
        "done": State.PENDING,
        "ignored": State.PENDING,
        "discarded": State.DISCARDED,
        "pending": State.PENDING,
        "processing": State.PROCESSING,
    }
    assert {claim.row.event_id for claim in inbox.claim(SOURCE, 10)} == {"dead", "done", "ignored"}


def test_an_unreadable_delivery_is_stored_dead(make_inbox: Any) -> None:
    inbox = make_inbox()
    event = NewEvent(position=0, type="", state=State.DEAD, error="unreadable")
    added = inbox.add([NewDelivery(source=SOURCE, headers=(), body=b"\xff\x00", events=(event,))])
    assert added.due == ()
    stored = inbox.get(added.ids[0])
    assert (stored.row.state, stored.row.error, stored.body) == (
        State.DEAD,
        "unreadable",
        b"\xff\x00",
    )
    assert stored.row.finished_at is not None
    assert inbox.claim(SOURCE, 1) == []


def test_prune_deletes_finished_events_and_never_dead_ones(make_inbox: Any) -> None:
    inbox = make_inbox(retention=1000)
    inbox.add([delivery("done", "dead"), delivery("ignored"), delivery("pending")])
    for claim in inbox.claim(SOURCE, 3):
        inbox.finish(claim, Outcome(state=State(claim.row.event_id)))
    assert inbox.prune() == 0
    assert inbox.prune(older_than=0, limit=1) == 1
    assert inbox.prune(older_than=0) == 1
    assert states(inbox) == {"dead": State.DEAD, "pending": State.PENDING}
    assert inbox.get(inbox.list(Selection(event_id="dead"))[0].id).body == b"done,dead"


def test_selections(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery(f"e{number}") for number in range(5)])
    inbox.add([delivery("t", tenant="t", key="k")])
    rows = inbox.list(ALL)
    assert [row.event_id for row in rows] == ["t", "e4", "e3", "e2", "e1", "e0"]
    assert [row.event_id for row in inbox.list(ALL, limit=2)] == ["t", "e4"]
    assert [row.event_id for row in inbox.list(ALL, limit=2, after=rows[1].id)] == ["e3", "e2"]
    assert inbox.count(Selection(ids=(rows[0].id, rows[1].id, -1))) == 2
    assert inbox.count(Selection(types=("user.created", "x"))) == 6
    assert inbox.count(Selection(types=("x",))) == 0
    assert inbox.count(Selection(tenant="t")) == 1
    assert inbox.count(Selection(ordering_key="k", source=SOURCE)) == 1
    assert inbox.count(Selection(since=time.time() + 60)) == 0
    assert inbox.count(Selection(since=time.time() - 60, before=time.time() + 60)) == 6


def test_counts_and_backlog(make_inbox: Any) -> None:
    inbox = make_inbox()
    assert inbox.counts().oldest is None
    assert inbox.backlog(SOURCE) == Backlog()
    inbox.add([delivery("a", "b", "e", key="k"), delivery("c"), delivery("d", source="other")])
    for claim in inbox.claim(SOURCE, 10):
        inbox.finish(claim, DEAD if claim.row.event_id == "c" else DONE)
    counts = inbox.counts(SOURCE)
    assert dict(counts.states) == {State.DONE: 1, State.PENDING: 2, State.DEAD: 1}
    assert counts[State.PROCESSING] == 0
    assert counts.oldest >= 0
    assert inbox.counts()[State.PENDING] == 3
    backlog = inbox.backlog(SOURCE)
    assert (backlog.pending, backlog.processing, backlog.dead) == (2, 0, 1)
    inbox.claim(SOURCE, 1)
    backlog = inbox.backlog(SOURCE)
    assert (backlog.pending, backlog.processing, backlog.dead) == (1, 1, 1)


def test_the_age_of_a_backlog_is_that_of_its_first_unfinished_event(tmp_path: Path) -> None:
    clock = Clock()
    inbox = SQLiteInbox(tmp_path / "inbox.db", clock=clock)
    inbox.add([delivery("retried")])
    clock.now += 100
    inbox.add([delivery("due")])
    (claim,) = inbox.claim(SOURCE, 1)
    inbox.finish(claim, Outcome(state=State.PENDING, delay=3600))
    clock.now += 10
    assert inbox.backlog(SOURCE).age == 110, "an event that waits for its next attempt is counted"
    clock.now -= 1000
    assert inbox.backlog(SOURCE).age == 0, "a clock that was set back gives no negative age"
    inbox.close()


def test_a_cursor_is_stored_with_its_events(make_inbox: Any) -> None:
    inbox = make_inbox()
    assert inbox.cursor(SOURCE, "events") is None
    inbox.add([delivery("a")], cursor=Cursor(source=SOURCE, name="events", value="1"))
    inbox.add([], cursor=Cursor(source=SOURCE, name="events", value="2"))
    assert inbox.cursor(SOURCE, "events") == "2"
    assert inbox.cursor("other", "events") is None


def test_many_threads_add_and_claim_each_event_once(make_inbox: Any) -> None:
    inbox = make_inbox()
    claimed: list[str] = []

    def add(thread: int) -> None:
        for number in range(30):
            inbox.add([delivery(f"{thread % 2}-{number}", key=f"k{number % 3}")])

    def work() -> None:
        while len(claimed) < 60:
            for claim in inbox.claim(SOURCE, 5):
                claimed.append(claim.row.event_id)
                inbox.finish(claim, DONE)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    threads += [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(
        f"{half}-{number}" for half in range(2) for number in range(30)
    )
    assert sum(row.duplicates for row in inbox.list(ALL, limit=1000)) == 60


def test_settle_sees_what_complete_committed(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("a", "b", key="k")])
    (claim,) = inbox.claim(SOURCE, 1)
    assert inbox.settle(claim) == Finished(is_held=False)
    inbox.finish(claim, DONE)
    assert inbox.settle(claim).is_held


def test_sweep_releases_a_key_without_an_active_event(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery(f"{key}{number}", key=key) for key in "abc" for number in range(3)])
    for claim in inbox.claim(SOURCE, 10):
        # What a worker leaves that dies after the user's commit: done, and nobody released the key.
        inbox._write(
            lambda session, claim=claim: session.execute(
                inbox._sql.complete, id=claim.row.id, token=claim.token, handled="[]"
            )
        )
    assert inbox.claim(SOURCE, 10) == []
    assert inbox.sweep(SOURCE) == 0
    assert {claim.row.event_id for claim in inbox.claim(SOURCE, 10)} == {"a1", "b1", "c1"}


def test_retry_delays_grow_to_the_limit() -> None:
    retry = Retry(first=5, factor=3, longest=100, jitter=0.2)
    assert [retry.delay(number, lambda: 0.5) for number in (1, 2, 3, 4, 500)] == [
        5,
        15,
        45,
        100,
        100,
    ]
    assert retry.delay(1, lambda: 0.0) == pytest.approx(4)
    assert retry.delay(1, lambda: 1.0) == pytest.approx(6)


@pytest.mark.parametrize(
    "options",
    [
        {"max_attempts": 0},
        {"first": -1},
        {"factor": 0.5},
        {"longest": float("inf")},
        {"jitter": 2},
    ],
)
def test_a_retry_policy_is_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Retry(**options)
