"""The IR → what Python we write: views with every string ready."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..ir import Api
from .api_index import plan_resource_doc
from .callbacks import plan_callback_receiver
from .client import plan_client
from .docstrings import sentence
from .events import plan_analytic_events, plan_event_docs, plan_event_types
from .examples import has_headers
from .exports import export, plan_exports
from .parts import Parts
from .views import CallbacksView, ModelsView, PackageView
from .webhook import plan_webhook


def plan(api: Api, parts: Parts, package: str) -> PackageView:
    """The package of one API, in `parts`."""
    runtime = parts.runtime
    webhook = plan_webhook(api, runtime)
    callbacks = parts.callbacks()
    constants = callback_constants(callbacks)
    resources = tuple(parts.resource(resource, constants) for resource in api.resources)
    view = bare_package(api, package, runtime)._replace(
        models=None if parts.arrangement.modules else parts.models(),
        model_modules=model_modules_view(parts) if parts.arrangement.modules else None,
        event_types=plan_event_types(api),
        analytic_events=plan_analytic_events(api),
        events=parts.events(),
        webhook=webhook,
        callbacks=callbacks,
        callback_receiver=plan_callback_receiver(api, webhook, runtime),
        examples=parts.examples(),
        resources=resources,
        client=plan_client(api, package, runtime),
        resource_docs=tuple(map(plan_resource_doc, api.resources, resources)),
        event_docs=plan_event_docs(api),
    )
    exports = tuple(sorted(plan_exports(view), key=lambda found: found.module))
    return view._replace(
        exports=exports,
        names=tuple(sorted(name for found in exports for name in found.names)),
    )


def bare_package(api: Api, package: str, runtime: str) -> PackageView:
    """A package without any parts yet."""
    return PackageView(
        title=api.title,
        doc=sentence(api.description) or (f"{api.title}." if api.title else ""),
        source=api.source,
        package=package,
        runtime=runtime,
        whole_examples=has_headers(api),
    )


def callback_constants(callbacks: CallbacksView | None) -> Mapping[str, str]:
    """The constants of callbacks, by their pointers."""
    return {it.pointer: it.constant for it in callbacks.callbacks} if callbacks else {}


def model_modules_view(parts: Parts, chosen: Collection[str] | None = None) -> ModelsView:
    """`models/`: its modules, of which the `chosen` are planned, and its names by the module that has them."""
    members = parts.arrangement.members()
    return ModelsView(
        modules=tuple(
            parts.model_module(name) for name in members if chosen is None or name in chosen
        ),
        exports=tuple(export(f".{name}", *found) for name, found in members.items()),
        names=tuple(sorted(parts.arrangement.modules)),
    )
