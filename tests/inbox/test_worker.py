"""The worker: drains, keeps leases, ends slow handlers, stops gracefully, keeps the order of keys."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import pytest

from hooksmith_providers._runtime.webhooks.inbox.states import Outcome, Selection, State
from hooksmith_providers._runtime.webhooks.inbox.worker import Attempt, Worker
from support.waiting import until

from .inboxes import ALL, DONE, SOURCE, Working, delivery, drain, states


def test_a_backlog_is_drained(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery(f"e{number}") for number in range(30)])
    inbox.add([delivery(f"k{number}", key="k") for number in range(10)])
    handled: list[str] = []

    def process(attempt: Attempt) -> Outcome:
        handled.append(attempt.claim.row.event_id or "")
        return DONE

    drain(inbox, process, concurrency=4)
    assert len(handled) == len(set(handled)) == 40
    assert [each for each in handled if each[0] == "k"] == [f"k{number}" for number in range(10)]
    assert set(states(inbox).values()) == {State.DONE}


def test_a_new_event_wakes_the_worker_at_once(make_inbox: Any) -> None:
    inbox, other = make_inbox(), make_inbox()
    handled = threading.Event()

    def process(attempt: Attempt) -> Outcome:
        handled.set()
        return DONE

    with Working(inbox, process, poll=60):
        time.sleep(0.3)  # long enough for the worker to be waiting
        for each in (
            inbox,
            other,
        ):  # the same process, and another connection as other processes have
            handled.clear()
            each.add([delivery(None)])
            assert handled.wait(50), "the worker waited for its poll"


def test_a_retry_is_processed_when_due(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("a")])
    attempts: list[int] = []

    def process(attempt: Attempt) -> Outcome:
        attempts.append(attempt.claim.row.attempts)
        if len(attempts) < 3:
            return Outcome(state=State.PENDING, delay=0.05, error="broken")
        return DONE

    with Working(inbox, process, poll=60):
        until(lambda: states(inbox) == {"a": State.DONE})
    assert attempts == [1, 2, 3]


def test_events_run_concurrently_up_to_the_limit(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery(f"e{number}") for number in range(6)])
    barrier = threading.Barrier(3)
    running, most = Counter[str](), Counter[str]()
    lock = threading.Lock()

    def process(attempt: Attempt) -> Outcome:
        with lock:
            running["now"] += 1
            most["now"] = max(most["now"], running["now"])
        barrier.wait(20)
        with lock:
            running["now"] -= 1
        return DONE

    drain(inbox, process, concurrency=3)
    assert most["now"] == 3


def test_a_handler_longer_than_the_lease_runs_once(make_inbox: Any) -> None:
    inbox, other = make_inbox(lease=1), make_inbox(lease=1)
    inbox.add([delivery("a")])
    runs: list[int] = []

    def process(attempt: Attempt) -> Outcome:
        runs.append(1)
        time.sleep(1.5)
        return DONE

    with Working(inbox, process), Working(other, process):
        until(lambda: states(inbox) == {"a": State.DONE})
    assert runs == [1]
    assert inbox.list(ALL)[0].attempts == 1


def test_a_worker_that_lost_its_lease_writes_nothing(make_inbox: Any) -> None:
    inbox = make_inbox(lease=30)
    inbox.add([delivery("a")])

    def process(attempt: Attempt) -> Outcome:
        # What another worker does after this one's lease ended.
        inbox._write(
            lambda session: session.execute(
                "UPDATE inbox_events SET lease_token = 'another' WHERE id = :id",
                id=attempt.claim.row.id,
            )
        )
        return DONE

    drain(inbox, process)
    row = inbox.list(ALL)[0]
    assert (row.state, row.lease_token) == (State.PROCESSING, "another")


def test_a_slow_handler_is_ended_by_its_limit(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("slow"), delivery("other")])
    release = threading.Event()

    def process(attempt: Attempt) -> Outcome:
        if attempt.claim.row.event_id == "slow":
            attempt.start_limit(0.1, lambda error: Outcome(state=State.DEAD, error=f"{error}"))
            release.wait(120)
            attempt.end_limit()
        return DONE

    with Working(inbox, process, concurrency=1, poll=0.05) as working:
        until(lambda: states(inbox) == {"slow": State.DEAD, "other": State.DONE})
        release.set()
    row = inbox.list(Selection(event_id="slow"))[0]
    assert row.error == "the handler exceeded its limit of 0.1 s"
    assert states(inbox)["slow"] is State.DEAD, "the thread that ran on wrote nothing"
    assert working.worker.has_timed_out


def test_a_worker_process_stops_after_a_time_out(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("slow")])
    release = threading.Event()

    def process(attempt: Attempt) -> Outcome:
        attempt.start_limit(0.1, lambda error: Outcome(state=State.DEAD, error=str(error)))
        release.wait(120)
        return DONE

    worker = Worker(inbox, SOURCE, process, stops_after_timeout=True)
    worker.run()
    assert states(inbox) == {"slow": State.DEAD}
    release.set()


def test_a_graceful_stop_finishes_what_runs_and_returns_the_rest(make_inbox: Any) -> None:
    inbox = make_inbox()
    inbox.add([delivery("quick", "stuck", "later")])
    started = threading.Barrier(3)
    release = threading.Event()

    def process(attempt: Attempt) -> Outcome:
        started.wait(120)
        if attempt.claim.row.event_id == "stuck":
            release.wait(120)
        else:
            time.sleep(0.2)
        return DONE

    worker = Worker(inbox, SOURCE, process, concurrency=2, grace=1)
    thread = threading.Thread(target=worker.run)
    thread.start()
    started.wait(120)
    worker.stop()
    thread.join(120)
    rows = {row.event_id: (row.state, row.attempts) for row in inbox.list(ALL)}
    assert rows == {
        "quick": (State.DONE, 1),
        "stuck": (State.PENDING, 0),
        "later": (State.PENDING, 0),
    }
    release.set()


def test_a_failing_process_function_does_not_end_the_worker(
    make_inbox: Any, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = make_inbox(lease=0.3)
    inbox.add([delivery("a")])
    attempts: list[int] = []

    def process(attempt: Attempt) -> Outcome:
        attempts.append(attempt.claim.row.attempts)
        if len(attempts) == 1:
            raise RuntimeError("a fault of the processor")
        return DONE

    with Working(inbox, process, poll=0.1):
        until(lambda: states(inbox) == {"a": State.DONE})
    assert attempts == [1, 2]
    assert "the outcome was not written" in caplog.text


def test_an_inbox_that_fails_is_asked_again(
    make_inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = make_inbox()
    inbox.add([delivery("a")])
    claim, failures = inbox.claim, [OSError("down"), OSError("down")]

    def failing(source: str, limit: int) -> Any:
        if failures:
            raise failures.pop()
        return claim(source, limit)

    monkeypatch.setattr(inbox, "claim", failing)
    with Working(inbox, lambda attempt: DONE):
        until(lambda: states(inbox) == {"a": State.DONE})
    assert failures == []


def test_a_thousand_waiting_events_of_a_key_cost_a_claim_nothing(make_inbox: Any) -> None:
    """Each claim reads one row: no statement scans the waiting events of the key."""
    inbox = make_inbox()
    inbox.add([delivery(f"k{number}", key="hot") for number in range(1000)])
    inbox.add([delivery("free")])
    claimed = [claim.row.event_id for claim in inbox.claim(SOURCE, 100)]
    assert claimed == ["k0", "free"]
    due = inbox._read(
        lambda session: session.execute(
            "SELECT count(*) FROM inbox_events WHERE due_at IS NOT NULL"
        )
    )
    assert due == [(2,)]


@pytest.mark.parametrize("options", [{"concurrency": 0}, {"poll": 0}])
def test_a_worker_s_numbers_are_checked(make_inbox: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Worker(make_inbox(), SOURCE, lambda attempt: DONE, **options)
