"""The IR → what Python we write: views with every string ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..ir import Api
from .client import plan_client
from .events import event_definitions, plan_analytic_events, plan_event_docs, plan_event_types, plan_events
from .imports import Imports
from .models import plan_definitions
from .resources import plan_resource, plan_resource_docs
from .text import sentence
from .views import ExportsView, ModuleView, PackageView


def plan(api: Api, package: str, runtime: str) -> PackageView:
    """The package of one API. `runtime`: the runtime's package relative to a module at the top of the package."""
    definitions = {definition.name: definition for definition in api.definitions}
    with_events = event_definitions(api) if api.events.type and api.events.type.pointer else {}
    model_imports = Imports(runtime=runtime)
    models = plan_definitions(
        [definition for name, definition in definitions.items() if name not in with_events], definitions, model_imports
    )
    event_imports = Imports(runtime=runtime, home=lambda name: None if name in with_events else ".models")
    resources = tuple(plan_resource(resource, definitions, f".{runtime}", "..models") for resource in api.resources)
    view = PackageView(
        title=api.title,
        doc=sentence(api.description) or (f"{api.title}." if api.title else ""),
        source=api.source,
        package=package,
        runtime=runtime,
        models=ModuleView(imports=model_imports.block(), definitions=models),
        event_types=plan_event_types(api),
        analytic_events=plan_analytic_events(api),
        events=plan_events(api, definitions, event_imports),
        resources=resources,
        client=plan_client(api, package, runtime),
        exports=(),
        names=(),
        resource_docs=plan_resource_docs(api, resources),
        event_docs=plan_event_docs(api),
    )
    exports = tuple(sorted(_exports(view), key=lambda export: export.module))
    return replace(view, exports=exports, names=tuple(sorted(name for export in exports for name in export.names)))


_ERRORS = (
    "APIConnectionError APIError APIStatusError APITimeoutError AuthenticationError BadRequestError ConfigurationError "
    "ConflictError NotFoundError PaginationError PermissionDeniedError RateLimitError ReplyContentTypeError ReplyError "
    "ReplyValidationError RequestError ServerError UnprocessableEntityError"
).split()
_EVENTS = ("DriftedEvent", "EventParseError", "Issue", "UnknownEvent", "WebhookError")


def _exports(view: PackageView) -> Iterator[ExportsView]:
    """What `from package import …` gives, by the module that has it."""
    runtime = view.runtime
    if view.client:
        client = view.client.name
        yield _export(".client", f"{client}Client", f"Async{client}Client")
        yield _export(f"{runtime}.errors", *_ERRORS)
        yield _export(f"{runtime}.omit", "OMIT", "Omit")
        yield _export(f"{runtime}.options", "RequestOptions")
    if view.event_types:
        yield _export(".event_types", "EventType")
    if view.analytic_events:
        yield _export(".analytic_events", "AnalyticEvent")
    if view.events:
        own = {definition.name for definition in view.events.definitions}
        yield _export(".events", "Event", "parse_event", *own)
        if borrowed := set(view.events.union) - own:
            yield _export(".models", *borrowed)
        yield _export(f"{runtime}.events", *_EVENTS)
    if not (view.client or view.events) and view.models.definitions:
        yield _export(".models", *(definition.name for definition in view.models.definitions))


def _export(module: str, *names: str) -> ExportsView:
    return ExportsView(module=module, names=tuple(sorted(names)))
