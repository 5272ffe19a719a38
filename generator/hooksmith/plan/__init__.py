"""The IR → what Python we write: views with every string ready."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from ..ir import AnyDefinition, Api
from .callbacks import plan_callback_receiver, plan_callbacks
from .client import plan_client
from .events import (
    event_definitions,
    plan_analytic_events,
    plan_event_docs,
    plan_event_types,
    plan_events,
)
from .examples import has_headers, plan_examples
from .imports import Imports
from .models import plan_definitions
from .modules import model_modules
from .resources import plan_resource, plan_resource_docs
from .text import sentence
from .views import ExportsView, ModelsView, ModuleView, PackageView
from .webhook import plan_webhook


def plan(api: Api, package: str, runtime: str) -> PackageView:
    """The package of one API. `runtime`: the runtime's package relative to a module at the top of the package."""
    definitions = {definition.name: definition for definition in api.definitions}
    places = model_modules(api)
    with_events = event_definitions(api) if not places else {}
    event_imports = Imports(
        runtime=runtime, home=lambda name: None if name in with_events else ".models"
    )
    callbacks = plan_callbacks(api, definitions, runtime)
    constants = {it.pointer: it.constant for it in callbacks.callbacks} if callbacks else {}
    resources = tuple(
        plan_resource(resource, definitions, f".{runtime}", "..models", constants)
        for resource in api.resources
    )
    webhook = plan_webhook(api, runtime)
    view = PackageView(
        title=api.title,
        doc=sentence(api.description) or (f"{api.title}." if api.title else ""),
        source=api.source,
        package=package,
        runtime=runtime,
        models=None if places else _plan_models(definitions, with_events, runtime),
        model_modules=_plan_model_modules(definitions, places, runtime) if places else None,
        event_types=plan_event_types(api),
        analytic_events=plan_analytic_events(api),
        events=plan_events(api, definitions, event_imports, deferred=bool(places)),
        webhook=webhook,
        callbacks=callbacks,
        callback_receiver=plan_callback_receiver(api, webhook, runtime),
        examples=plan_examples(api),
        whole_examples=has_headers(api),
        resources=resources,
        client=plan_client(api, package, runtime),
        exports=(),
        names=(),
        resource_docs=plan_resource_docs(api, resources),
        event_docs=plan_event_docs(api),
    )
    exports = tuple(sorted(_exports(view), key=lambda export: export.module))
    return replace(
        view,
        exports=exports,
        names=tuple(sorted(name for export in exports for name in export.names)),
    )


def _plan_models(
    definitions: Mapping[str, AnyDefinition], elsewhere: Collection[str], runtime: str
) -> ModuleView:
    """`models.py`: all but what stands elsewhere."""
    imports = Imports(runtime=runtime)
    chosen = [definition for name, definition in definitions.items() if name not in elsewhere]
    views = plan_definitions(chosen, definitions, imports)
    return ModuleView(imports=imports.block(), definitions=views)


def _plan_model_modules(
    definitions: Mapping[str, AnyDefinition], places: Mapping[str, str], runtime: str
) -> ModelsView:
    """`models/`: its modules, and its names by the module that has them."""
    members: dict[str, list[str]] = defaultdict(list)
    for name, module in places.items():
        members[module].append(name)
    modules = sorted(members)
    return ModelsView(
        modules=tuple(
            _plan_model_module(module, members[module], definitions, places, runtime)
            for module in modules
        ),
        exports=tuple(_export(f".{module}", *members[module]) for module in modules),
        names=tuple(sorted(places)),
    )


def _plan_model_module(
    module: str,
    members: Iterable[str],
    definitions: Mapping[str, AnyDefinition],
    places: Mapping[str, str],
    runtime: str,
) -> ModuleView:
    imports = Imports(
        runtime=f".{runtime}",
        home=lambda name: None if places[name] == module else f".{places[name]}",
    )
    views = plan_definitions(
        [definitions[name] for name in members], definitions, imports, deferred=True
    )
    return ModuleView(
        name=module, imports=imports.block(definitions_for_types_only=True), definitions=views
    )


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


def _exports(view: PackageView) -> Iterator[ExportsView]:
    """What `from package import …` gives, by the module that has it."""
    runtime = view.runtime
    if view.client:
        client = view.client.name
        yield _export(".client", f"{client}Client", f"Async{client}Client")
        yield _export(f"{runtime}.errors", *_ERRORS)
        yield _export(f"{runtime}.omit", "OMIT", "Omit")
        yield _export(f"{runtime}.options", "RequestOptions")
        yield _export(f"{runtime}.hooks", "Hooks", "ReplyEvent", "RequestEvent")
        yield _export(f"{runtime}.pagination", "AsyncPage", "AsyncPager", "Page")
        yield _export(f"{runtime}.replies", "RawReply")
    if view.event_types:
        yield _export(".event_types", "EventType")
    if view.analytic_events:
        yield _export(".analytic_events", "AnalyticEvent")
    if view.events:
        own = {definition.name for definition in view.events.definitions}
        readers = ("parse_event", "parse_events") if view.events.batches else ("parse_event",)
        yield _export(".events", "Event", *readers, *own)
        if borrowed := set(view.events.union) - own:
            yield _export(".models", *borrowed)
        yield _export(f"{runtime}.events", "DriftedEvent", "UnknownEvent")
        yield _export(f"{runtime}.webhook_errors", *_WEBHOOK_ERRORS)
    yield from _callback_exports(view)
    yield from _receiver_exports(view)
    if not (view.client or view.events):
        names = view.model_modules.names if view.model_modules else _names(view.models)
        if names:
            yield _export(".models", *names)


def _callback_exports(view: PackageView) -> Iterator[ExportsView]:
    if view.callbacks is None or view.callback_receiver is None:
        return
    runtime = view.runtime
    constants = (callback.constant for callback in view.callbacks.callbacks)
    yield _export(".callbacks", "CALLBACKS", *constants)
    yield _export(f"{runtime}.callbacks", "Callback")
    scheme = ["CALLBACK_SCHEME"] if view.callback_receiver.scheme else []
    yield _export(".callback_receiver", "CallbackReceiver", *scheme)
    runtime_names = ("CallbackReply", "CallbackRequest", "CallbackVerifier")
    yield _export(f"{runtime}.callback_receiver", *runtime_names)
    if not view.events:
        yield _export(f"{runtime}.webhook_errors", *_WEBHOOK_ERRORS)


def _receiver_exports(view: PackageView) -> Iterator[ExportsView]:
    runtime = view.runtime
    receivers = [found for found in (view.webhook, view.callback_receiver) if found]
    if view.webhook:
        yield _export(".webhook", "Webhook")
        yield _export(f"{runtime}.receiver", "WebhookReceiver")
    if receivers:
        yield _export(f"{runtime}.stores", "RedisStore", "SQLiteStore")
    if receivers and not any(found.scheme for found in receivers):
        names = ("HMAC", "SecretText", "SignedAt", "StaticHeader")
        yield _export(f"{runtime}.signatures.keyed", *names)
        yield _export(f"{runtime}.signatures.standard", "StandardWebhooks")


def _names(module: ModuleView | None) -> tuple[str, ...]:
    return tuple(definition.name for definition in module.definitions) if module else ()


def _export(module: str, *names: str) -> ExportsView:
    return ExportsView(module=module, names=tuple(sorted(names)))
