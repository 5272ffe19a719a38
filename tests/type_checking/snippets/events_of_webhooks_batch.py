"""Events of a document whose deliveries hold several events, and their handlers."""

from typing import assert_never

from case_packages.webhooks_batch import (
    Bounced,
    Delivered,
    DriftedEvent,
    Event,
    UnknownEvent,
    Webhook,
    WebhookReceiver,
)


def handle(event: Event) -> str:
    match event:
        case Bounced():
            return event.reason
        case Delivered():
            return "b"
        case UnknownEvent() | DriftedEvent():
            return "c"
        case _:
            assert_never(event)


def handle_incompletely(event: Event) -> str:
    match event:
        case Bounced():
            return event.reason
        case UnknownEvent() | DriftedEvent():
            return "c"
        case _:
            assert_never(event)  # error: Delivered


def unwrap(webhook: Webhook, body: bytes) -> list[str]:
    event = webhook.unwrap(body, {})
    return [handle(event), *(handle(each) for each in webhook.unwrap_all(body, {}))]


def receive(webhook: Webhook) -> None:
    receiver = WebhookReceiver(webhook)

    @receiver.on(Bounced)
    def first(event: Bounced) -> None:
        print(event.reason)
