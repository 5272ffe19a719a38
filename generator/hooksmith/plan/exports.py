"""What `from package import …` gives, by the module that has it."""

from __future__ import annotations

from collections.abc import Iterator

from .views import ExportsView, ModuleView, PackageView

_ERRORS = (
    "APIConnectionError APIError APIStatusError APITimeoutError AuthenticationError BadRequestError ConfigurationError "
    "ConflictError NotFoundError PaginationError PermissionDeniedError RateLimitError ReplyContentTypeError ReplyError "
    "ReplyValidationError RequestError ServerError UnprocessableEntityError"
).split()
_WEBHOOK_ERRORS = (
    "EventParseError",
    "Issue",
    "KeysUnavailableError",
    "SignatureError",
    "SignatureReason",
    "WebhookError",
)


def plan_exports(view: PackageView) -> Iterator[ExportsView]:
    """What `from package import …` gives, by the module that has it."""
    runtime = view.runtime
    if view.client:
        client = view.client.name
        yield export(".client", f"{client}Client", f"Async{client}Client")
        yield export(f"{runtime}.client.errors", *_ERRORS)
        yield export(f"{runtime}.omit", "OMIT", "Omit")
        yield export(f"{runtime}.client.options", "RequestOptions")
        yield export(f"{runtime}.client.hooks", "Hooks", "ReplyEvent", "RequestEvent")
        yield export(f"{runtime}.client.pagination", "AsyncPage", "AsyncPager", "Page")
        yield export(f"{runtime}.client.replies", "RawReply")
    if view.event_types:
        yield export(".event_types", "EventType")
    if view.analytic_events:
        yield export(".analytic_events", "AnalyticEvent")
    if view.events:
        own = {definition.name for definition in view.events.definitions}
        readers = ("parse_event", "parse_events") if view.events.batches else ("parse_event",)
        yield export(".events", "Event", *readers, *own)
        if borrowed := set(view.events.classes) - own:
            yield export(".models", *borrowed)
        yield export(f"{runtime}.webhooks.catalogue", "DriftedEvent", "UnknownEvent")
        yield export(f"{runtime}.webhooks.errors", *_WEBHOOK_ERRORS)
    yield from _callback_exports(view)
    yield from _receiver_exports(view)
    if not (view.client or view.events):
        names = view.model_modules.names if view.model_modules else _names(view.models)
        if names:
            yield export(".models", *names)


def _callback_exports(view: PackageView) -> Iterator[ExportsView]:
    if view.callbacks is None or view.callback_receiver is None:
        return
    runtime = view.runtime
    constants = (callback.constant for callback in view.callbacks.callbacks)
    yield export(".callbacks", "CALLBACKS", *constants)
    yield export(f"{runtime}.callbacks.callback", "Callback")
    scheme = ["CALLBACK_SCHEME"] if view.callback_receiver.scheme else []
    yield export(".callback_receiver", "CallbackReceiver", *scheme)
    runtime_names = ("CallbackReply", "CallbackRequest", "CallbackVerifier")
    yield export(f"{runtime}.callbacks.receiver", *runtime_names)
    if not view.events:
        yield export(f"{runtime}.webhooks.errors", *_WEBHOOK_ERRORS)


def _receiver_exports(view: PackageView) -> Iterator[ExportsView]:
    runtime = view.runtime
    receivers = [found for found in (view.webhook, view.callback_receiver) if found]
    if view.webhook:
        yield export(".webhook", "Webhook")
        yield export(f"{runtime}.webhooks.receiver.webhook_receiver", "WebhookReceiver")
    if receivers:
        yield export(f"{runtime}.webhooks.receiver.stores", "RedisStore", "SQLiteStore")
    if receivers and not any(found.scheme for found in receivers):
        signatures = f"{runtime}.webhooks.signatures"
        yield export(f"{signatures}.hmac_signatures", "HMAC", "SignedAt")
        yield export(f"{signatures}.keys", "SecretText")
        yield export(f"{signatures}.static_header", "StaticHeader")
        yield export(f"{signatures}.standard_webhooks", "StandardWebhooks")


def _names(module: ModuleView | None) -> tuple[str, ...]:
    return tuple(definition.name for definition in module.definitions) if module else ()


def export(module: str, *names: str) -> ExportsView:
    """The names that a module gives, sorted."""
    return ExportsView(module=module, names=tuple(sorted(names)))
