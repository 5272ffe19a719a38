"""Public names of a package, by the module that defines them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from .views import PackageView
from .views.definitions import ExportsView, ModuleView

_ERRORS = (
    "APIConnectionError APIError APIStatusError APITimeoutError AuthenticationError BadRequestError ConfigurationError "
    "ConflictError NotFoundError PaginationError PermissionDeniedError RateLimitError ReplyContentTypeError ReplyError "
    "ReplyTooLargeError "
    "ReplyValidationError RequestError ServerError StreamError UnprocessableEntityError"
).split()
_WEBHOOK_ERRORS = (
    "EventParseError",
    "Issue",
    "KeysUnavailableError",
    "SignatureError",
    "SignatureReason",
    "WebhookError",
)
_OUTCOMES = ("HandlerTimeoutError", "PermanentFailure", "Retry", "RetryLater")
_CALLBACK_NAMES = ("CallbackReply", "CallbackRequest", "CallbackVerifier")


def plan_exports(view: PackageView) -> tuple[ExportsView, ...]:
    """Return the names that a package exports, by module, sorted.

    A definition that shares its name with a class of the runtime is exported by its own module alone.
    """
    modules: dict[str, set[str]] = defaultdict(set)
    for module, names in _own_names(view):
        modules[module].update(names)
    fixed = {name for names in modules.values() for name in names}
    for module, names in _document_names(view):
        if free := set(names) - fixed:
            modules[module].update(free)
    return tuple(export(module, *modules[module]) for module in sorted(modules))


def _own_names(view: PackageView) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the names that depend on the parts of the package alone."""
    runtime = view.runtime
    if view.client:
        client = view.client.name
        yield ".client", (client, f"Async{client}")
        yield f"{runtime}.client.errors", _ERRORS
        yield f"{runtime}.omit", ("OMIT", "Omit")
        yield f"{runtime}.client.options", ("RequestOptions",)
        yield f"{runtime}.client.hooks", ("Hooks", "ReplyEvent", "RequestEvent")
        yield f"{runtime}.client.pagination", ("AsyncPage", "AsyncPager", "Page")
        yield f"{runtime}.client.replies", ("RawReply",)
        if any(method.is_stream for resource in view.resources for method in resource.methods):
            yield f"{runtime}.client.item_streams", ("AsyncStream", "Stream")
    if view.event_types:
        yield ".event_types", ("EventType",)
    if view.analytic_events:
        yield ".analytic_events", ("AnalyticEvent",)
    if view.events:
        readers = ("parse_event", "parse_events") if view.events.batches else ("parse_event",)
        yield ".events", ("Event", *readers)
        yield f"{runtime}.webhooks.catalogue", ("DriftedEvent", "UnknownEvent")
    yield from _receiving_names(view)


def _receiving_names(view: PackageView) -> Iterator[tuple[str, Iterable[str]]]:
    runtime = view.runtime
    receivers = [receiver for receiver in (view.webhook, view.callback_receiver) if receiver]
    if view.callbacks and view.callback_receiver:
        yield ".callbacks", ("CALLBACKS",)
        yield f"{runtime}.callbacks.callback", ("Callback",)
        scheme = ("CALLBACK_SCHEME",) if view.callback_receiver.scheme else ()
        yield ".callback_receiver", ("CallbackReceiver", *scheme)
        yield f"{runtime}.callbacks.receiver", _CALLBACK_NAMES
    if view.events or view.callback_receiver:
        yield f"{runtime}.webhooks.errors", _WEBHOOK_ERRORS
    if view.webhook:
        yield ".webhook", ("Webhook",)
        receiver = f"{runtime}.webhooks.receiver"
        yield f"{receiver}.webhook_receiver", ("WebhookReceiver",)
        yield f"{receiver}.delivery_context", ("DeliveryContext",)
        yield f"{receiver}.handler_table", ("UnhandledTypesError",)
        yield f"{receiver}.handlers", ("Handlers",)
        resolution = ("SecretRequest", "TenantSecrets")
        yield f"{runtime}.webhooks.signatures.secret_resolution", resolution
        yield from _inbox_names(f"{runtime}.webhooks.inbox")
    if receivers:
        yield from _shared_receiver_names(runtime)
    if receivers and not any(receiver.scheme for receiver in receivers):
        signatures = f"{runtime}.webhooks.signatures"
        yield f"{signatures}.hmac_signatures", ("HMAC", "SignedAt")
        yield f"{signatures}.keys", ("SecretText",)
        yield f"{signatures}.static_header", ("StaticHeader",)
        yield f"{signatures}.standard_webhooks", ("StandardWebhooks",)


def _document_names(view: PackageView) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the names that the document gives: events, callbacks, and the models of a document without both."""
    if view.events:
        members = {definition.name for definition in view.events.definitions}
        yield ".events", members
        yield ".models", set(view.events.classes) - members
    if view.callbacks:
        yield ".callbacks", [callback.constant for callback in view.callbacks.callbacks]
    if not (view.client or view.events):
        yield ".models", view.model_modules.names if view.model_modules else _names(view.models)


def _shared_receiver_names(runtime: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the names that handlers and operators of every receiver need."""
    receiver = f"{runtime}.webhooks.receiver"
    protocols = ("AsyncIdempotencyStore", "IdempotencyStore", "Taken")
    yield f"{receiver}.stores", ("MemoryStore", *protocols)
    yield f"{receiver}.sqlite_store", ("SQLiteStore",)
    yield f"{receiver}.redis_stores", ("AsyncRedisStore", "RedisStore")
    yield f"{receiver}.reporting", ("Counts", "DeliveryReport", "Outcome", "ReceiverHooks")
    yield f"{receiver}.http", ("Reply",)
    yield f"{receiver}.telemetry", ("opentelemetry_hooks",)
    yield f"{runtime}.webhooks.outcomes", _OUTCOMES


def _inbox_names(inbox: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the names of a receiver's inbox."""
    yield f"{inbox}.sqlite_inbox", ("SQLiteInbox",)
    yield f"{inbox}.postgres_inbox", ("PostgresInbox",)
    yield f"{inbox}.engines", ("AfterCommit", "Procrastinate")
    yield f"{inbox}.reconciliation", ("EventPage",)
    yield f"{inbox}.states", ("Backlog", "InboxError", "LeaseLostError")


def _names(module: ModuleView | None) -> tuple[str, ...]:
    return tuple(definition.name for definition in module.definitions) if module else ()


def export(module: str, *names: str) -> ExportsView:
    """Return the exports of a module, sorted."""
    return ExportsView(module=module, names=tuple(sorted(names)))
