"""OpenTelemetry: spans that continue the sender's trace, and metrics."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from hooksmith_providers.workos import (
    UserCreated,
    UserDeleted,
    Webhook,
    WebhookReceiver,
    opentelemetry_hooks,
)
from hooksmith_providers.workos.testing import example

WEBHOOK = Webhook("secret")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def recorded() -> tuple[Any, Any, Any]:
    """Hooks, and what they record."""
    spans, metrics = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    meters = MeterProvider([metrics])
    return opentelemetry_hooks(tracer_provider=tracers, meter_provider=meters), spans, metrics


def test_a_span_continues_the_senders_trace(recorded: tuple[Any, Any, Any]) -> None:
    hooks, spans, metrics = recorded
    receiver = WebhookReceiver(WEBHOOK, name="billing", hooks=hooks)

    @receiver.on(UserCreated)
    async def created(event: UserCreated) -> None:
        return None

    @receiver.on(UserDeleted)
    def deleted(event: UserDeleted) -> None:
        raise RuntimeError("no")

    for event in (UserCreated, UserDeleted):
        delivery = example(event, webhook=WEBHOOK, changes={"id": event.__name__})
        headers = {**delivery.headers, "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        receiver.receive(delivery.body, headers)
    receiver.receive(b"{}", {})
    first, second = spans.get_finished_spans()
    assert first.name == "process user.created"
    assert first.kind is SpanKind.CONSUMER
    assert f"{first.context.trace_id:x}" == TRACE
    assert f"{first.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert first.attributes["messaging.message.id"] == "UserCreated"
    assert first.attributes["messaging.destination.name"] == "billing"
    assert (first.status.is_ok, second.status.is_ok) == (True, False)
    assert second.events[0].attributes["exception.message"] == "no"
    assert counted(metrics) == {
        ("user.created", "handled"): 1,
        ("user.deleted", "failed"): 1,
        ("_none", "refused"): 1,
    }


def counted(metrics: InMemoryMetricReader) -> dict[tuple[str, str], int]:
    data = metrics.get_metrics_data()
    assert data is not None
    found = {
        metric.name: metric.data.data_points
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert found["hooksmith.delivery.duration"][0].sum > 0  # type: ignore[union-attr]
    return {
        (
            str(point.attributes["hooksmith.event.type"]),
            str(point.attributes["hooksmith.outcome"]),
        ): (
            point.value  # type: ignore[union-attr,misc]
        )
        for point in found["hooksmith.deliveries"]
        if point.attributes is not None
    }
