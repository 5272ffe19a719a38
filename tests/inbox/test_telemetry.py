"""Sight of an inbox: gauges, and traces that go on in the worker."""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hooksmith_providers.workos import (
    Backlog,
    PermanentFailure,
    ReceiverHooks,
    UserCreated,
    UserDeleted,
    Webhook,
    WebhookReceiver,
    opentelemetry_hooks,
)
from hooksmith_providers.workos.testing import example

WEBHOOK = Webhook("secret")
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def send(receiver: Any, event: Any, id_: str) -> None:
    delivery = example(event, webhook=WEBHOOK, changes={"id": id_})
    headers = {**delivery.headers, "traceparent": f"00-{TRACE}-{SPAN}-01"}
    assert receiver.receive(delivery.body, headers).status == 200


def test_gauges_have_the_numbers_of_the_inbox_by_receiver_and_state(make_inbox: Any) -> None:
    reader = InMemoryMetricReader()
    hooks = opentelemetry_hooks(meter_provider=MeterProvider([reader]))
    inbox = make_inbox()
    billing = WebhookReceiver(WEBHOOK, inbox=inbox, name="billing", hooks=hooks)
    mail = WebhookReceiver(WEBHOOK, inbox=inbox, name="mail", hooks=hooks)

    @billing.on(UserCreated)
    def fail(event: UserCreated) -> None:
        raise PermanentFailure("no such account")

    assert gauges(reader) == {
        (receiver, state): 0
        for receiver in ("billing", "mail")
        for state in ("pending", "processing", "dead", "age")
    }
    send(billing, UserCreated, "e1")
    billing.work(drain=True)
    send(billing, UserCreated, "e2")
    for number in range(3):
        send(mail, UserCreated, f"m{number}")
    inbox.claim(mail.source, 1)
    values = gauges(reader)
    assert [values["billing", state] for state in ("pending", "processing", "dead")] == [1, 0, 1]
    assert [values["mail", state] for state in ("pending", "processing", "dead")] == [2, 1, 0]
    assert values["mail", "age"] > 0


def gauges(reader: InMemoryMetricReader) -> dict[tuple[str, str], float]:
    """The values of the gauges by receiver and state, and the ages."""
    data: Any = reader.get_metrics_data()
    return {
        (
            point.attributes["hooksmith.receiver"],
            point.attributes.get("hooksmith.state", "age"),
        ): point.value
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name in ("hooksmith.inbox.events", "hooksmith.inbox.age")
        for point in metric.data.data_points
    }


def test_a_hook_gets_the_function_that_reads_the_backlog(make_inbox: Any) -> None:
    readers: dict[str, Any] = {}
    hooks = ReceiverHooks(on_inbox=readers.__setitem__)
    receiver = WebhookReceiver(WEBHOOK, inbox=make_inbox(), hooks=hooks)
    WebhookReceiver(WEBHOOK, name="without an inbox", hooks=hooks)
    assert list(readers) == ["workos"]
    assert readers["workos"]() == Backlog()
    send(receiver, UserCreated, "e1")
    assert readers["workos"]().pending == 1


def test_the_senders_trace_goes_on_in_the_worker(make_inbox: Any) -> None:
    spans, tracers = InMemorySpanExporter(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    hooks = opentelemetry_hooks(tracer_provider=tracers)
    send(WebhookReceiver(WEBHOOK, inbox=make_inbox()), UserCreated, "e1")
    send(WebhookReceiver(WEBHOOK, inbox=make_inbox()), UserDeleted, "e2")
    worker = WebhookReceiver(WEBHOOK, inbox=make_inbox(), hooks=hooks)

    @worker.on(UserCreated)
    def plain(event: UserCreated) -> None:
        return None

    @worker.on(UserDeleted)
    async def in_a_loop(event: UserDeleted) -> None:
        return None

    worker.work(drain=True)
    assert worker.inbox.replay(worker.inbox.select(event_id="e1")) == 1
    worker.work(drain=True)
    recorded: Any = spans.get_finished_spans()
    assert sorted(each.attributes["messaging.message.id"] for each in recorded) == [
        "e1",
        "e1",
        "e2",
    ]
    for each in recorded:
        assert (f"{each.context.trace_id:x}", f"{each.parent.span_id:016x}") == (TRACE, SPAN)
