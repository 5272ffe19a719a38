"""OpenTelemetry for receivers: a span a handler, metrics of deliveries, gauges of inboxes. Needs the extra `otel`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .delivery_context import DeliveryContext
from .reporting import DeliveryReport, ReceiverHooks

if TYPE_CHECKING:
    from ..inbox.states import Backlog

_NAME = "hooksmith"


def opentelemetry_hooks(
    *, tracer_provider: Any = None, meter_provider: Any = None
) -> ReceiverHooks:
    """Return hooks that record spans and metrics with OpenTelemetry.

    A handler runs in a span of kind CONSUMER, which continues the trace of the sender's `traceparent`. Attributes
    follow the semantic conventions for messaging. Metrics: the counter `hooksmith.deliveries` and the histogram
    `hooksmith.delivery.duration` in seconds, by receiver, event type and outcome.

    Gauges of an inbox: `hooksmith.inbox.events` by receiver and state (pending, processing, dead), and
    `hooksmith.inbox.age`, the seconds since the first unfinished event was received. Each process reports the numbers
    of the whole inbox: take their maximum, not their sum.

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

    inboxes: dict[str, Callable[[], Backlog]] = {}
    _add_gauges(meter, metrics.Observation, inboxes)

    def around_handler(delivery: DeliveryContext) -> AbstractContextManager[object]:
        span: AbstractContextManager[object] = tracer.start_as_current_span(
            f"process {delivery.type}",
            context=propagate.extract(delivery.headers),
            kind=trace.SpanKind.CONSUMER,
            attributes=_span_attributes(delivery),
        )
        return span

    return ReceiverHooks(
        on_report=_recorded(meter), around_handler=around_handler, on_inbox=inboxes.__setitem__
    )


def _recorded(meter: Any) -> Callable[[DeliveryReport], None]:
    """Return the hook that records the metrics of deliveries."""
    deliveries = meter.create_counter("hooksmith.deliveries", "{delivery}", "Deliveries by outcome")
    duration = meter.create_histogram(
        "hooksmith.delivery.duration", "s", "Time from the request to the outcome"
    )

    def on_report(report: DeliveryReport) -> None:
        attributes = _metric_attributes(report)
        deliveries.add(1, attributes)
        duration.record(report.duration, attributes)

    return on_report


def _add_gauges(
    meter: Any, observation: Callable[..., Any], inboxes: Mapping[str, Callable[[], Backlog]]
) -> None:
    """Add the gauges of inboxes by receiver, which are read when metrics are collected."""

    def events(options: object) -> Iterator[Any]:
        for receiver, read in inboxes.items():
            backlog = read()
            for state in ("pending", "processing", "dead"):
                attributes = {"hooksmith.receiver": receiver, "hooksmith.state": state}
                yield observation(getattr(backlog, state), attributes)

    def ages(options: object) -> Iterator[Any]:
        for receiver, read in inboxes.items():
            yield observation(read().age, {"hooksmith.receiver": receiver})

    meter.create_observable_gauge(
        "hooksmith.inbox.events", [events], "{event}", "Unfinished and dead events by state"
    )
    meter.create_observable_gauge(
        "hooksmith.inbox.age", [ages], "s", "Age of the first unfinished event"
    )


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
