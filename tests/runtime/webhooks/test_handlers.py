"""Handlers: the delivery as a second parameter, several of one event, prefixes, groups, middleware, outcomes."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hooksmith_providers import workos
from hooksmith_providers.workos import (
    Counts,
    DeliveryContext,
    DeliveryReport,
    DriftedEvent,
    Handlers,
    MemoryStore,
    PermanentFailure,
    ReceiverHooks,
    Reply,
    RetryLater,
    SQLiteStore,
    UnknownEvent,
    UserCreated,
    UserDeleted,
)
from hooksmith_providers.workos.testing import example

SECRET = "secret"
WEBHOOK = workos.Webhook(SECRET)
Receiver = workos.WebhookReceiver[workos.Event]


def make(**options: Any) -> Receiver:
    return workos.WebhookReceiver(WEBHOOK, **options)


def deliver(receiver: Receiver, event: Any, changes: dict[str, Any] | None = None) -> Reply:
    delivery = example(event, webhook=WEBHOOK, changes={"id": "event_1", **(changes or {})})
    return receiver.receive(delivery.body, delivery.headers)


def adeliver(receiver: Receiver, event: Any, changes: dict[str, Any] | None = None) -> Reply:
    delivery = example(event, webhook=WEBHOOK, changes={"id": "event_1", **(changes or {})})
    return asyncio.run(receiver.areceive(delivery.body, delivery.headers))


both = pytest.mark.parametrize("send", [deliver, adeliver], ids=["receive", "areceive"])


class TestContext:
    @both
    def test_a_second_parameter_is_the_delivery(self, send: Callable[..., Reply]) -> None:
        receiver, seen = make(name="billing"), []

        @receiver.on(UserCreated)
        def created(event: UserCreated, delivery: DeliveryContext) -> None:
            seen.append(delivery)

        assert send(receiver, UserCreated, {"id": "event_1"}).status == 200
        (delivery,) = seen
        assert (delivery.type, delivery.event_id) == ("user.created", "event_1")
        assert (delivery.receiver, delivery.tenant, delivery.position) == ("billing", None, None)
        assert delivery.attempt is None
        assert delivery.headers["workos-signature"].startswith("t=")
        assert b'"event_1"' in delivery.body
        assert delivery.received_at.utcoffset() is not None
        assert "event_1" in repr(delivery)
        assert "signature" not in repr(delivery).lower()

    def test_the_attempt_that_a_sender_states(self) -> None:
        receiver, seen = make(), []
        receiver.fallback(lambda event, delivery: seen.append((delivery.attempt, delivery.tenant)))
        delivery = example(UserCreated, webhook=WEBHOOK)
        for number, header in enumerate(("X-Slack-Retry-Num", "X-Hookdeck-Attempt-Count")):
            one = example(UserCreated, webhook=WEBHOOK, changes={"id": f"e{number}"})
            receiver.receive(one.body, {**one.headers, header: "2"}, tenant="acme")
        assert seen == [(3, "acme"), (2, "acme")]
        assert delivery.event.event == "user.created"

    @pytest.mark.parametrize(
        "handler", [lambda: None, lambda one, two, three: None], ids=["none", "three"]
    )
    def test_other_signatures_are_refused_at_registration(self, handler: Any) -> None:
        with pytest.raises(TypeError, match="a handler takes the event, or the event and"):
            make().on(UserCreated)(handler)

    @pytest.mark.parametrize(
        "annotation", [dict, "Session", UserCreated, "dict[str, int]", "int | None"]
    )
    def test_another_annotation_of_the_second_parameter_is_refused_at_registration(
        self, annotation: Any
    ) -> None:
        def created(event: Any, session: Any) -> None: ...

        created.__annotations__["session"] = annotation
        shown = getattr(annotation, "__name__", annotation)
        with pytest.raises(
            TypeError, match=f"annotate session as DeliveryContext.*{re.escape(shown)}"
        ):
            make().on(UserCreated)(created)
        with pytest.raises(TypeError, match="annotate session"):
            make().on_prefix("user.")(created)

    @pytest.mark.parametrize(
        "annotation",
        [
            DeliveryContext,
            "DeliveryContext",
            "workos.DeliveryContext",
            "hidden.DeliveryContext",
            Any,
        ],
    )
    def test_annotations_of_the_delivery(self, annotation: Any) -> None:
        receiver, seen = make(), []

        def created(event: UserCreated, delivery: Any) -> None:
            seen.append(delivery.type)

        created.__annotations__["delivery"] = annotation
        receiver.on(UserCreated)(created)
        assert deliver(receiver, UserCreated).status == 200
        assert seen == ["user.created"]

    def test_a_default_binds_a_dependency(self) -> None:
        receiver, seen = make(), []

        @receiver.on(UserCreated)
        def created(event: UserCreated, database: str = "db") -> None:
            seen.append(database)

        deliver(receiver, UserCreated)
        assert seen == ["db"]


class TestSeveral:
    @both
    @pytest.mark.parametrize("kind", [MemoryStore, SQLiteStore])
    def test_each_is_remembered_on_its_own(
        self, send: Callable[..., Reply], kind: type[MemoryStore | SQLiteStore]
    ) -> None:
        receiver, seen = make(store=kind), []

        @receiver.on(UserCreated)
        def first(event: UserCreated) -> None:
            seen.append("first")

        @receiver.on(UserCreated)
        async def second(event: UserCreated) -> None:
            seen.append("second")
            if seen.count("second") == 1:
                raise RuntimeError("no")

        assert send(receiver, UserCreated).status == 500
        assert send(receiver, UserCreated).status == 200
        assert send(receiver, UserCreated).status == 200
        assert seen == ["first", "second", "second"]
        assert receiver.counts == Counts(failed=1, handled=1, duplicates=1)
        by_type = {"failed": 1, "handled": 1, "duplicate": 1}
        assert receiver.counts.by_type == {"user.created": by_type}

    def test_a_prefix_is_in_addition(self) -> None:
        receiver, seen = make(), []
        receiver.on(UserCreated)(lambda event: seen.append("created"))

        @receiver.on_prefix("user.")
        def users(event: workos.Event, delivery: DeliveryContext) -> None:
            seen.append(delivery.type)

        receiver.fallback(lambda event: seen.append("rest"))
        for event in (UserCreated, UserDeleted, "role.created"):
            assert deliver(receiver, event, {"id": str(event)}).status == 200
        assert seen == ["created", "user.created", "user.deleted", "rest"]
        assert "user.updated" not in receiver.unhandled_types()
        with pytest.raises(KeyError, match="no event that begins with 'usr"):
            receiver.on_prefix("usr.")

    @both
    def test_on_any_is_in_addition(self, send: Callable[..., Reply]) -> None:
        receiver, seen = make(), []
        receiver.on(UserCreated)(lambda event: seen.append("created"))
        receiver.fallback(lambda event: seen.append("rest"))

        @receiver.on_any
        def log(event: workos.Event, delivery: DeliveryContext) -> None:
            seen.append(f"any {delivery.type}")

        for event in (UserCreated, UserDeleted):
            assert send(receiver, event, {"id": str(event)}).status == 200
        assert send(receiver, UserCreated, {"id": "new", "event": "user.new"}).status == 200
        expected = [
            "created", "any user.created", "rest", "any user.deleted", "rest", "any user.new"
        ]  # fmt: skip
        assert seen == expected
        assert receiver.counts.handled == 3
        assert "user.deleted" in receiver.unhandled_types()

    def test_on_any_does_not_hide_drifted_events_from_their_handlers(self) -> None:
        receiver, seen = make(), []
        receiver.on_any(seen.append)
        drift = {"data": None}
        assert deliver(receiver, UserDeleted, drift).status == 200
        assert [type(event) for event in seen] == [DriftedEvent]
        receiver.on(UserCreated)(lambda event: seen.append("created"))
        assert deliver(receiver, UserCreated, {**drift, "id": "event_2"}).status == 500
        receiver.on(DriftedEvent)(lambda event: seen.append("drifted"))
        assert deliver(receiver, UserCreated, {**drift, "id": "event_3"}).status == 200
        assert [type(event) for event in seen] == [DriftedEvent, str, DriftedEvent]

    def test_on_any_takes_several_handlers_of_different_names(self) -> None:
        receiver = make()

        def log(event: workos.Event) -> None: ...

        receiver.on_any(log)
        with pytest.raises(ValueError, match="on_any has this handler already"):
            receiver.on_any(log)
        with pytest.raises(ValueError, match=r"user\.created has this handler already"):
            receiver.on(UserCreated)(log)
        with pytest.raises(ValueError, match="on_any takes every event"):
            receiver.on_prefix("")

    def test_on_any_of_a_module(self) -> None:
        handlers: Handlers[workos.Event] = Handlers()
        seen: list[object] = []
        handlers.on_any(seen.append)
        receiver = make()
        receiver.include(handlers)
        assert deliver(receiver, "role.created").status == 200
        assert len(seen) == 1

    def test_a_group_of_a_module(self) -> None:
        handlers: Handlers[workos.Event] = Handlers()
        seen: list[str] = []

        @handlers.middleware
        def around(
            event: Any, delivery: DeliveryContext, call_next: Callable[[], object]
        ) -> object:
            seen.append("around")
            return call_next()

        @handlers.on(UserCreated)
        def created(event: UserCreated) -> None:
            seen.append("created")

        receiver = make()
        receiver.include(handlers)
        receiver.on(UserDeleted)(lambda event: seen.append("deleted"))
        deliver(receiver, UserCreated)
        deliver(receiver, UserDeleted, {"id": "e2"})
        assert seen == ["around", "created", "deleted"]
        wrong: Handlers[workos.Event] = Handlers()
        wrong.on("user.creatd")(print)
        with pytest.raises(KeyError, match=r"did you mean 'user\.created'"):
            make().include(wrong)


def sync_layer(seen: list[str]) -> Any:
    def layer(event: Any, delivery: DeliveryContext, call_next: Callable[[], object]) -> object:
        seen.append("sync in")
        result = call_next()
        seen.append("sync out")
        return result

    return layer


def async_layer(seen: list[str]) -> Any:
    async def layer(
        event: Any, delivery: DeliveryContext, call_next: Callable[[], Awaitable[object]]
    ) -> object:
        seen.append("async in")
        result = await call_next()
        seen.append("async out")
        return result

    return layer


class TestMiddleware:
    @both
    @pytest.mark.parametrize("is_async", [False, True])
    @pytest.mark.parametrize("layers", ["s", "a", "sa", "as", "sas"])
    def test_every_mixture(self, send: Callable[..., Reply], layers: str, is_async: bool) -> None:
        receiver, seen = make(), []
        for layer in layers:
            receiver.middleware({"s": sync_layer, "a": async_layer}[layer](seen))

        async def handle(event: UserCreated) -> None:
            await asyncio.sleep(0)
            seen.append("handler")

        receiver.on(UserCreated)(handle if is_async else lambda event: seen.append("handler"))
        assert send(receiver, UserCreated).status == 200
        names = [{"s": "sync", "a": "async"}[layer] for layer in layers]
        expected = [*(f"{name} in" for name in names), "handler"]
        assert seen == [*expected, *(f"{name} out" for name in reversed(names))]

    def test_a_middleware_may_decide(self) -> None:
        receiver = make()

        @receiver.middleware
        def refuse(event: Any, delivery: DeliveryContext, call_next: Callable[[], object]) -> None:
            raise PermanentFailure("not today")

        receiver.on(UserCreated)(print)
        assert deliver(receiver, UserCreated).status == 200
        assert receiver.counts == Counts(dropped=1)

    def test_wrong_parameters(self) -> None:
        with pytest.raises(TypeError, match="three parameters"):
            make().middleware(lambda event: None)  # type: ignore[arg-type,misc]


class TestOutcomes:
    @both
    def test_a_permanent_failure_is_acknowledged_once(
        self, send: Callable[..., Reply], caplog: pytest.LogCaptureFixture
    ) -> None:
        receiver, calls = make(), []

        @receiver.on(UserCreated)
        def gone(event: UserCreated) -> None:
            calls.append(1)
            raise PermanentFailure("the account is deleted")

        assert send(receiver, UserCreated).status == 200
        assert send(receiver, UserCreated).status == 200
        assert calls == [1]
        assert "the account is deleted" in caplog.text
        assert receiver.counts == Counts(dropped=1, duplicates=1)

    @both
    def test_retry_later(self, send: Callable[..., Reply]) -> None:
        receiver, calls = make(), []

        @receiver.on(UserCreated)
        async def limited(event: UserCreated) -> None:
            calls.append(1)
            if len(calls) == 1:
                raise RetryLater(119.2)

        reply = send(receiver, UserCreated)
        assert (reply.status, reply.headers) == (503, {"Retry-After": "120"})
        assert send(receiver, UserCreated).status == 200
        assert receiver.counts == Counts(deferred=1, handled=1)

    @both
    def test_a_coroutine_that_exceeds_its_limit_is_cancelled(
        self, send: Callable[..., Reply]
    ) -> None:
        receiver, ends = make(), []

        @receiver.on(UserCreated, timeout=0.05)
        async def slow(event: UserCreated) -> None:
            try:
                await asyncio.sleep(30)
            finally:
                ends.append("cancelled")

        assert send(receiver, UserCreated).status == 500
        assert ends == ["cancelled"]

    @both
    def test_a_plain_handler_that_exceeds_its_limit_goes_on_and_is_remembered(
        self, send: Callable[..., Reply]
    ) -> None:
        receiver, ends, release = make(), [], threading.Event()

        @receiver.on(UserCreated, timeout=0.05)
        def slow(event: UserCreated) -> None:
            release.wait(30)
            ends.append("done")

        async def send_twice() -> tuple[Reply, Reply]:
            delivery = example(UserCreated, webhook=WEBHOOK, changes={"id": "event_1"})
            first = await receiver.areceive(delivery.body, delivery.headers)
            second = await receiver.areceive(delivery.body, delivery.headers)
            release.set()
            while not ends:
                await asyncio.sleep(0.01)
            return first, second

        if send is adeliver:
            first, second = asyncio.run(send_twice())
        else:
            first, second = send(receiver, UserCreated), send(receiver, UserCreated)
            release.set()
        assert (first.status, second.status) == (503, 503)
        while send(receiver, UserCreated).status != 200:
            time.sleep(0.01)
        assert ends == ["done"]

    def test_limits_are_checked(self) -> None:
        with pytest.raises(ValueError, match="timeout: a number of seconds above 0"):
            make().on(UserCreated, timeout=0)


class TestDefaults:
    def test_the_fallback_takes_no_drifted_event_of_a_type_with_a_handler(self) -> None:
        receiver, seen = make(), []
        receiver.on(UserCreated)(print)
        receiver.fallback(lambda event: seen.append(type(event)))
        assert deliver(receiver, UserCreated, {"data.email": 1}).status == 500
        assert deliver(receiver, UserDeleted, {"data.email": 1, "id": "e1"}).status == 200
        assert seen == [DriftedEvent]
        receiver.on(DriftedEvent)(lambda event: seen.append("own"))
        assert deliver(receiver, UserCreated, {"data.email": 1, "id": "e2"}).status == 200
        assert seen == [DriftedEvent, "own"]

    def test_two_receivers_on_one_store_both_get_their_event(self) -> None:
        store, seen = MemoryStore(), []
        for name in (None, "billing", "mail"):
            receiver = make(store=store, name=name)
            receiver.on(UserCreated)(lambda event, name=name: seen.append(name))
            assert deliver(receiver, UserCreated).status == 200
            assert deliver(receiver, UserCreated).status == 200
        assert seen == [None, "billing", "mail"]

    def test_receive_in_a_loop_says_areceive(self) -> None:
        receiver = make()

        @receiver.on(UserCreated)
        async def handle(event: UserCreated) -> None:
            return None

        receiver.on(UserDeleted)(lambda event: asyncio.sleep(0))

        async def run() -> None:
            for event in (UserCreated, UserDeleted):
                with pytest.raises(RuntimeError, match=r"use areceive\(\)"):
                    deliver(receiver, event)

        asyncio.run(run())
        assert adeliver(receiver, UserCreated).status == 200, "the claim was released"

    def test_under_wsgi_coroutines_share_one_loop(self) -> None:
        receiver, loops = make(), []

        @receiver.fallback
        async def handle(event: workos.Event) -> None:
            loops.append(asyncio.get_running_loop())

        for number in range(3):
            assert deliver(receiver, UserCreated, {"id": f"e{number}"}).status == 200
        assert len(set(loops)) == 1
        assert loops[0].is_running()

    @pytest.mark.parametrize("store", ["redis://x", object(), 3])
    def test_a_store_that_is_none_is_refused(self, store: Any) -> None:
        with pytest.raises(TypeError, match="store: an object with claim, commit and release"):
            make(store=store)


class TestSight:
    def test_one_line_a_delivery(self, caplog: pytest.LogCaptureFixture) -> None:
        receiver = make(name="billing")
        receiver.on(UserCreated)(print)
        with caplog.at_level(logging.INFO, "hooksmith"):
            deliver(receiver, UserCreated, {"id": "event_1", "data.email": "ada@example.com"})
            receiver.receive(b"{}", {})
        lines = [each for each in caplog.records if each.levelno == logging.INFO]
        assert [each.getMessage().partition(", in ")[0] for each in lines] == [
            "billing: user.created event_1: handled, 200",
            "billing: request : refused, 400",
        ]
        assert "ada@" not in caplog.text
        report = lines[0].hooksmith  # type: ignore[attr-defined]
        assert isinstance(report, DeliveryReport)
        assert (report.type, report.event_id) == ("user.created", "event_1")

    @both
    def test_hooks(self, send: Callable[..., Reply], caplog: pytest.LogCaptureFixture) -> None:
        reports: list[DeliveryReport] = []
        spans: list[str] = []

        def observe(report: DeliveryReport) -> None:
            reports.append(report)
            raise RuntimeError("metrics are down")

        @contextmanager
        def span(delivery: DeliveryContext) -> Iterator[None]:
            spans.append(f"begin {delivery.type}")
            try:
                yield
            finally:
                spans.append("end")

        receiver = make(hooks=ReceiverHooks(on_report=observe, around_handler=span))

        @receiver.on(UserCreated)
        async def handle(event: UserCreated) -> None:
            spans.append("handler")

        receiver.on(UnknownEvent)(print)
        assert send(receiver, UserCreated).status == 200
        assert spans == ["begin user.created", "handler", "end"]
        assert [(each.outcome, each.status) for each in reports] == [("handled", 200)]
        assert reports[0].duration > 0
        assert "metrics are down" in caplog.text
