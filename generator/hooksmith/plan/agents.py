"""A package's views → AGENTS.md: import lines, the recipe for a receiver, and mistakes to avoid."""

from __future__ import annotations

from typing import NamedTuple

from ..ir import Api, Event
from ..ir.queries import has_event_type
from ..naming.casing import snake
from .views import AgentsView, PackageView

_MOST_CALLS = 12

UNTYPED = "UnknownEvent"
"""Class of events if deliveries do not have their types."""


class Verifier(NamedTuple):
    """A `Webhook` as an expression, with its imports of the standard library and the package, and preceding lines."""

    expression: str
    modules: tuple[str, ...] = ("import os",)
    names: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    url: str = ""
    """The receiver's argument for its own URL, if signatures cover the URL."""


def verifier(view: PackageView) -> Verifier | None:
    """Return how readers make the package's `Webhook`; None if it has none."""
    webhook = view.webhook
    if webhook is None:
        return None
    secret = 'os.environ["WEBHOOK_SECRET"]'
    url = ', url="https://example.com/webhooks"' if webhook.signs_url else ""
    if not webhook.scheme:
        scheme = 'StaticHeader(header="X-Webhook-Token")'
        return Verifier(f"Webhook({scheme}, {secret})", names=("StaticHeader",))
    if webhook.key_name == "JWK":
        lines = ("", 'jwks = json.loads(os.environ["WEBHOOK_JWKS"])["keys"]')
        return Verifier("Webhook(jwks)", ("import json", "import os"), lines=lines, url=url)
    return Verifier(f"Webhook({secret})", url=url)


def handled_class(api: Api, event: Event) -> str:
    """Return the class that a handler of an event is for; UNTYPED if deliveries do not have their types."""
    return event.models[0] if has_event_type(api) else UNTYPED


def receiver_code(view: PackageView, package: str, event_class: str, statement: str) -> str:
    """Return a module with a receiver and a handler; empty if the package has no `Webhook`.

    Args:
        view: The package.
        package: The name that the module imports the package by.
        event_class: The class that the handler is for; UNTYPED: it handles all events.
        statement: The body of the handler.
    """
    webhook = verifier(view)
    if webhook is None:
        return ""
    registration = "on_any" if event_class == UNTYPED else f"on({event_class})"
    names = ", ".join(sorted({event_class, "Webhook", "WebhookReceiver", *webhook.names}))
    function = snake(event_class) or "handle"
    lines = (
        *webhook.modules,
        "",
        f"from {package} import {names}",
        *webhook.lines,
        "",
        f"receiver = WebhookReceiver({webhook.expression}{webhook.url})",
        "",
        "",
        f"@receiver.{registration}",
        f"async def on_{function}(event: {event_class}) -> None:",
        f"    {statement}",
    )
    return "\n".join(lines)


def plan_agents(api: Api, view: PackageView) -> AgentsView:
    """Plan the notes for agents of a package whose other parts are planned."""
    exported = {*view.names, "models"}
    client = view.client.name if view.client else ""
    groups = (
        [client, f"Async{client}"] if client else [],
        ["EventType", "parse_event"] if view.events else [],
        ["Webhook", "WebhookReceiver"] if view.webhook else [],
        ["CallbackReceiver"] if view.callback_receiver else [],
        ["models"] if view.models or view.model_modules else [],
    )
    imports = [", ".join(name for name in group if name in exported) for group in groups]
    events = api.events.events
    calls = [call for resource in view.resource_docs for call in resource.calls]
    return AgentsView(
        imports=tuple(f"from {view.import_name} import {names}" for names in imports if names),
        receiver=receiver_code(
            view, view.import_name, handled_class(api, events[0]), "print(event)"
        )
        if events
        else "",
        event_count=len(events),
        calls=tuple(calls[:_MOST_CALLS]),
        more_calls=max(0, len(calls) - _MOST_CALLS),
    )
