"""OpenTelemetry for receivers: a span a handler, and metrics of deliveries. Needs the extra `otel`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any

from .delivery_context import DeliveryContext
from .reporting import DeliveryReport, ReceiverHooks

_NAME = "hooksmith"


def opentelemetry_hooks(
    *, tracer_provider: Any = None, meter_provider: Any = None
) -> ReceiverHooks:
    """Return hooks that record spans and metrics with OpenTelemetry.

    A handler runs in a span of kind CONSUMER, which continues the trace of the sender's `traceparent`. Attributes
    follow the semantic conventions for messaging. Metrics: the counter `hooksmith.deliveries` and the histogram
    `hooksmith.delivery.duration` in seconds, by receiver, event type and outcome.

    Args:
        tracer_provider: Gives the tracer; None: the global provider.
        meter_provider: Gives the meter; None: the global provider.

    Raises:
        ImportError: opentelemetry-api is not installed.
    """
    trace, metrics = _api("trace"), _api("metrics")
    propagate = _api("propagate")
    tracer = trace.get_tracer(_NAME, tracer_provider=tracer_provider)
    meter = metrics.get_meter(_NAME, meter_provider=meter_provider)
    deliveries = meter.create_counter("hooksmith.deliveries", "{delivery}", "Deliveries by outcome")
    duration = meter.create_histogram(
        "hooksmith.delivery.duration", "s", "Time from the request to the outcome"
    )

    def around_handler(delivery: DeliveryContext) -> AbstractContextManager[object]:
        span: AbstractContextManager[object] = tracer.start_as_current_span(
            f"process {delivery.type}",
            context=propagate.extract(delivery.headers),
            kind=trace.SpanKind.CONSUMER,
            attributes=_span_attributes(delivery),
        )
        return span

    def on_report(report: DeliveryReport) -> None:
        attributes = _metric_attributes(report)
        deliveries.add(1, attributes)
        duration.record(report.duration, attributes)

    return ReceiverHooks(on_report=on_report, around_handler=around_handler)


def _span_attributes(delivery: DeliveryContext) -> dict[str, str]:
    attributes = {
        "messaging.system": "webhook",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": delivery.receiver,
        "hooksmith.event.type": delivery.type,
    }
    if delivery.event_id is not None:
        attributes["messaging.message.id"] = delivery.event_id
    return attributes


def _metric_attributes(report: DeliveryReport) -> dict[str, str]:
    """Return the attributes of a metric. Types of unknown events are left out: they would grow without end."""
    event_type = "_unknown" if report.is_unknown else report.type or "_none"
    return {
        "hooksmith.receiver": report.receiver,
        "hooksmith.event.type": event_type,
        "hooksmith.outcome": report.outcome.value,
    }


def _api(module: str) -> Any:
    try:
        return import_module(f"opentelemetry.{module}")
    except ImportError:
        raise ImportError(
            "spans and metrics need the package opentelemetry-api: pip install 'hooksmith[otel]'"
        ) from None
