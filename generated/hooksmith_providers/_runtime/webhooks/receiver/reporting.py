"""Sight: counts, one log line a delivery, and hooks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from ...errors import printable
from .delivery_context import DeliveryContext

if TYPE_CHECKING:
    from ..inbox.states import Backlog

logger = logging.getLogger("hooksmith")


class Outcome(StrEnum):
    """Outcome of an event or a rejected request."""

    HANDLED = "handled"
    UNHANDLED = "unhandled"
    DUPLICATE = "duplicate"
    BUSY = "busy"
    DEFERRED = "deferred"
    DROPPED = "dropped"
    FAILED = "failed"
    REFUSED = "refused"
    STORED = "stored"


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Events and rejected requests by outcome, since the start of this process."""

    handled: int = 0
    """Every handler succeeded."""
    unhandled: int = 0
    """Acknowledged without a handler."""
    unknown: int = 0
    """The document does not have the type; handled or not."""
    drifted: int = 0
    """The event breaks the model of its type; handled or not."""
    duplicates: int = 0
    """Handled before: acknowledged, and not handled again."""
    busy: int = 0
    """Being handled elsewhere: the sender was asked to repeat the delivery."""
    failed: int = 0
    """A handler or the store failed, or a drifted event had no handler: the sender was asked to repeat the delivery."""
    refused: int = 0
    """Not verified, not an event, too large, another method, or no address of the receiver."""
    deferred: int = 0
    """A handler raised `RetryLater`."""
    dropped: int = 0
    """A handler raised `PermanentFailure`: acknowledged."""
    stored: int = 0
    """Stored in the inbox, and acknowledged."""
    by_type: Mapping[str, Mapping[str, int]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )
    """Event type → outcome → number."""


_FIELDS = {
    Outcome.HANDLED: "handled",
    Outcome.UNHANDLED: "unhandled",
    Outcome.DUPLICATE: "duplicates",
    Outcome.BUSY: "busy",
    Outcome.DEFERRED: "deferred",
    Outcome.DROPPED: "dropped",
    Outcome.FAILED: "failed",
    Outcome.REFUSED: "refused",
    Outcome.STORED: "stored",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryReport:
    """Outcome of an event, or of a rejected request, which has no type and no id.

    `duration`: seconds from the arrival of the request to the outcome; `status`: the status of the event's reply.
    """

    receiver: str
    outcome: Outcome
    status: int
    duration: float
    type: str | None = None
    event_id: str | None = None
    is_unknown: bool = False
    is_drifted: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiverHooks:
    """Functions that observe a receiver, such as for metrics and traces. They get no body and no secret.

    Args:
        on_report: Called after every outcome. An exception is logged, and does not change the reply.
        around_handler: Gives a context that a handler runs in; `with` is entered in the handler's thread or task.
        on_inbox: Called once for a receiver with an inbox, with the receiver's name and a function that reads its
            `Backlog` from the database, such as for gauges.
    """

    on_report: Callable[[DeliveryReport], object] | None = None
    around_handler: Callable[[DeliveryContext], AbstractContextManager[object]] | None = None
    on_inbox: Callable[[str, Callable[[], Backlog]], object] | None = None


class Reporter:
    """Counts, logs and hands outcomes to hooks."""

    def __init__(self, receiver: str, hooks: ReceiverHooks) -> None:
        self.receiver = receiver
        self.hooks = hooks
        self._lock = threading.Lock()
        self._counted: dict[tuple[Outcome, str | None, bool, bool], int] = {}
        """Outcome, event type, whether the event is unknown and drifted → number."""

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        with self._lock:
            counted = dict(self._counted)
        totals: dict[str, int] = {}
        by_type: dict[str, dict[str, int]] = {}
        for (outcome, event_type, is_unknown, is_drifted), number in counted.items():
            names = [
                _FIELDS[outcome],
                *(["unknown"] if is_unknown else []),
                *(["drifted"] if is_drifted else []),
            ]
            for name in names:
                totals[name] = totals.get(name, 0) + number
            if event_type is not None:
                row = by_type.setdefault(event_type, {})
                row[outcome.value] = row.get(outcome.value, 0) + number
        rows = {name: MappingProxyType(row) for name, row in by_type.items()}
        return Counts(**totals, by_type=MappingProxyType(rows))

    def report(self, report: DeliveryReport) -> None:
        """Count, log and hand over one outcome."""
        self._count(report.outcome, report.type, report.is_unknown, report.is_drifted)
        self._publish(report, logger.isEnabledFor(logging.INFO))

    def record(
        self,
        outcome: Outcome,
        status: int,
        start: float | None,
        *,
        event_type: str | None = None,
        event_id: str | None = None,
        is_unknown: bool = False,
        is_drifted: bool = False,
        reason: str = "",
    ) -> None:
        """Count one outcome; build its report if the log or the hook needs it.

        `start`: the request's arrival by `time.perf_counter`.
        """
        self._count(outcome, event_type, is_unknown, is_drifted)
        is_logged = logger.isEnabledFor(logging.INFO)
        if not is_logged and self.hooks.on_report is None:
            return
        report = DeliveryReport(
            receiver=self.receiver,
            outcome=outcome,
            status=status,
            duration=0.0 if start is None else time.perf_counter() - start,
            type=event_type,
            event_id=event_id,
            is_unknown=is_unknown,
            is_drifted=is_drifted,
            reason=reason,
        )
        self._publish(report, is_logged)

    def _publish(self, report: DeliveryReport, is_logged: bool) -> None:
        if is_logged:
            logger.info(
                "%s: %s %s: %s, %d, in %.1f ms",
                report.receiver,
                printable(report.type or "request"),
                printable(report.event_id or ""),
                report.outcome,
                report.status,
                report.duration * 1000,
                extra={"hooksmith": report},
            )
        if self.hooks.on_report is not None:
            try:
                self.hooks.on_report(report)
            except Exception:
                logger.exception("the hook on_report of the receiver %s failed", self.receiver)

    def _count(
        self, outcome: Outcome, event_type: str | None, is_unknown: bool, is_drifted: bool
    ) -> None:
        # Types of unknown events would grow without end.
        key = (outcome, None if is_unknown else event_type, is_unknown, is_drifted)
        with self._lock:
            self._counted[key] = self._counted.get(key, 0) + 1
