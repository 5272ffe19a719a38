"""Handlers with and without the delivery, plain and coroutine functions; middleware; every event; prefixes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import assert_type

from hooksmith_providers.workos import (
    Counts,
    DeliveryContext,
    DriftedEvent,
    Event,
    Handlers,
    IdempotencyStore,
    MemoryStore,
    Reply,
    SQLiteStore,
    UnknownEvent,
    UserCreated,
    UserDeleted,
    Webhook,
    WebhookReceiver,
)

store: IdempotencyStore = MemoryStore()
receiver = WebhookReceiver(Webhook("secret"), store=store)
by_environment = WebhookReceiver(Webhook(), store=SQLiteStore)


@receiver.on(UserCreated)
def plain(event: UserCreated) -> None:
    assert_type(event.data.email, str)


@receiver.on(UserCreated, timeout=5.0)
async def coroutine(event: UserCreated) -> None: ...


@receiver.on(UserCreated)
def plain_with_delivery(event: UserCreated, delivery: DeliveryContext) -> None:
    assert_type(delivery.event_id, str | None)
    assert_type(delivery.attempt, int | None)


@receiver.on(UserDeleted)
async def coroutine_with_delivery(event: UserDeleted, delivery: DeliveryContext) -> None: ...


@receiver.on("user.updated", "user.created")
async def by_type(event: object, delivery: DeliveryContext) -> None: ...


@receiver.on(UnknownEvent)
def unknown(event: UnknownEvent) -> None:
    assert_type(event.type, str)


@receiver.on(DriftedEvent)
def drifted(event: DriftedEvent, delivery: DeliveryContext) -> None: ...


@receiver.on_any
def every(event: Event) -> None: ...


@receiver.on_any
async def every_with_delivery(event: Event, delivery: DeliveryContext) -> None: ...


@receiver.on_prefix("user.")
def users(event: Event) -> None: ...


@receiver.on_prefix("user.", timeout=1.0)
async def users_with_delivery(event: Event, delivery: DeliveryContext) -> None: ...


@receiver.fallback
async def rest(event: Event) -> None: ...


@receiver.middleware
def around(event: object, delivery: DeliveryContext, call_next: Callable[[], object]) -> object:
    return call_next()


@receiver.middleware
async def around_coroutine(
    event: object, delivery: DeliveryContext, call_next: Callable[[], Awaitable[object]]
) -> object:
    return await call_next()


@receiver.on(UserCreated)  # error
def of_another_event(event: UserDeleted) -> None: ...


@receiver.on(UserCreated)  # error
def with_another_parameter(event: UserCreated, session: dict[str, int]) -> None: ...


@receiver.on_any  # error
def of_one_event(event: UserCreated) -> None: ...


@receiver.middleware  # error
def around_nothing(event: object) -> object: ...


handlers: Handlers[Event] = Handlers()


@handlers.on_any
def grouped(event: Event, delivery: DeliveryContext) -> None: ...


receiver.include(handlers)
assert_type(receiver.receive(b"{}", {}), Reply)
assert_type(receiver.counts, Counts)


async def receive() -> None:
    assert_type(await receiver.areceive(b"{}", {}), Reply)
