"""`assert_never` over unions of events: type checkers see a missing case; and handlers of a receiver."""

from typing import assert_never

from hooksmith_providers.mattr import (
    DriftedEvent,
    Event,
    OidcIssuerCredentialIssued,
    OpenIdCredentialIssued,
    OpenIdCredentialIssuedSummary,
    UnknownEvent,
    Webhook,
    WebhookReceiver,
)
from hooksmith_providers.workos import UserCreated, parse_event
from hooksmith_providers.workos.testing import example


def handle(event: Event) -> str:
    match event:
        case OidcIssuerCredentialIssued():
            return "a"
        case OpenIdCredentialIssued():
            return event.event.id
        case OpenIdCredentialIssuedSummary():
            return "c"
        case UnknownEvent(type=event_type):
            return event_type
        case DriftedEvent(issues=issues):
            return issues[0].where
        case _:
            assert_never(event)


def handle_incompletely(event: Event) -> str:
    match event:
        case OidcIssuerCredentialIssued():
            return "a"
        case OpenIdCredentialIssued():
            return event.event.id
        case UnknownEvent() | DriftedEvent():
            return "d"
        case _:
            assert_never(event)  # error: OpenIdCredentialIssuedSummary


def unwrap(webhook: Webhook, body: bytes) -> str:
    return handle(webhook.unwrap(body, {}))


def receive(webhook: Webhook) -> None:
    receiver = WebhookReceiver(webhook)

    @receiver.on(OpenIdCredentialIssued)
    def issued(event: OpenIdCredentialIssued) -> None:
        print(event.event.id)

    @receiver.on(OpenIdCredentialIssued)  # error
    def wrong(event: DriftedEvent) -> None:
        print(event.issues)

    @receiver.fallback
    async def others(event: Event) -> None:
        handle(event)


def email(body: bytes) -> str | None:
    match parse_event(body):
        case UserCreated(data=user):
            return user.email
    return None


def fixture() -> str:
    return example(UserCreated).event.data.email
