"""Events of a document whose event classes share a type, and their handlers."""

from typing import assert_never

from case_packages.webhooks_options import (
    ByCard,
    ByTransfer,
    DriftedEvent,
    Event,
    UnknownEvent,
    Webhook,
    WebhookReceiver,
)


def handle(event: Event) -> str:
    match event:
        case ByCard():
            return event.id
        case ByTransfer():
            return "b"
        case UnknownEvent() | DriftedEvent():
            return "c"
        case _:
            assert_never(event)


def handle_incompletely(event: Event) -> str:
    match event:
        case ByCard():
            return event.id
        case UnknownEvent() | DriftedEvent():
            return "c"
        case _:
            assert_never(event)  # error: ByTransfer


def unwrap(webhook: Webhook, body: bytes) -> list[str]:
    event = webhook.unwrap(body, {})
    return [handle(event), *(handle(each) for each in webhook.unwrap_all(body, {}))]


def receive(webhook: Webhook) -> None:
    receiver = WebhookReceiver(webhook)

    @receiver.on(ByCard)
    def first(event: ByCard) -> None:
        print(event.id)
