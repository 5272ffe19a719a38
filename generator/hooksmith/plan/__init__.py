"""IR → views: the Python code to write, with every string ready."""

from __future__ import annotations

from ..ir import Api, Resource
from .agents import plan_agents
from .api_index import plan_resource_doc
from .arguments import dictionary_names, plan_dictionaries
from .callbacks import plan_callback_receiver, plan_callbacks
from .client import plan_client
from .docstrings import sentence
from .enums import plan_analytic_events, plan_event_docs, plan_event_types
from .events import NAMES as EVENT_NAMES
from .events import event_definitions, plan_events, with_event_types
from .examples import has_headers, plan_examples
from .exports import export, plan_exports
from .imports import Imports
from .methods import plan_resource
from .model_modules import model_modules
from .models import plan_definitions
from .views import CallbacksView, EventsView, PackageView, ResourceView
from .views.definitions import ModelsView, ModuleView
from .webhook import plan_webhook


def plan(api: Api, package: str, runtime: str, import_name: str = "") -> PackageView:
    """Plan the package of one API.

    Args:
        api: The API.
        package: The package's name.
        runtime: The runtime's package, relative to a module at the package's top.
        import_name: The dotted name that the package is imported by, if it has a parent.
    """
    return _Planner(api, runtime).package(package, import_name or package)


class _Planner:
    """Plans one package; `_modules` is empty if all models stand in `models.py`."""

    def __init__(self, api: Api, runtime: str) -> None:
        self._api = api
        self._runtime = runtime
        self._definitions = with_event_types(api)
        self._modules = model_modules(api)
        self._dictionaries = dictionary_names(api)
        self._with_events = () if self._modules else event_definitions(api)

    def package(self, package: str, import_name: str) -> PackageView:
        api, runtime = self._api, self._runtime
        webhook = plan_webhook(api, package, runtime)
        callbacks = plan_callbacks(api, self._definitions, runtime)
        resources = tuple(self._resource(resource, callbacks) for resource in api.resources)
        view = PackageView(
            title=api.title,
            doc=sentence(api.description) or (f"{api.title}." if api.title else ""),
            source=api.source,
            package=package,
            import_name=import_name,
            runtime=runtime,
            whole_examples=has_headers(api),
            models=None if self._modules else self._models(),
            model_modules=self._model_modules() if self._modules else None,
            params=plan_dictionaries(self._dictionaries, self._definitions, runtime),
            event_types=plan_event_types(api),
            analytic_events=plan_analytic_events(api),
            events=self._events(),
            webhook=webhook,
            callbacks=callbacks,
            callback_receiver=plan_callback_receiver(api, webhook, runtime),
            examples=plan_examples(api, self._definitions) if webhook else "",
            resources=resources,
            client=plan_client(api, package, runtime),
            resource_docs=tuple(map(plan_resource_doc, api.resources, resources)),
            event_docs=plan_event_docs(api),
        )
        exports = plan_exports(view)
        names = sorted(name for each in exports for name in each.names)
        view = view._replace(exports=exports, names=tuple(names))
        return view._replace(agents=plan_agents(api, view))

    def _resource(self, resource: Resource, callbacks: CallbacksView | None) -> ResourceView:
        return plan_resource(
            resource,
            self._definitions,
            f".{self._runtime}",
            {each.pointer: each.constant for each in callbacks.callbacks} if callbacks else {},
            [each for each in self._api.resources if each.name.rpartition(".")[0] == resource.name],
            dictionaries=self._dictionaries,
            deferred=bool(self._modules),
        )

    def _models(self) -> ModuleView:
        """Plan `models.py`: all definitions that do not stand with the events."""
        imports = Imports(runtime=self._runtime, taken=self._definitions.keys())
        members = [
            definition
            for name, definition in self._definitions.items()
            if name not in self._with_events
        ]
        views = plan_definitions(members, self._definitions, imports)
        return ModuleView(imports=imports.block(), definitions=views)

    def _model_modules(self) -> ModelsView:
        """Plan `models/`."""
        members: dict[str, list[str]] = {}
        for name, module in self._modules.items():
            members.setdefault(module, []).append(name)
        modules = dict(sorted(members.items()))
        return ModelsView(
            modules=tuple(self._model_module(*each) for each in modules.items()),
            exports=tuple(export(f".{module}", *names) for module, names in modules.items()),
            names=tuple(sorted(self._modules)),
        )

    def _model_module(self, module: str, names: list[str]) -> ModuleView:
        modules = self._modules
        imports = Imports(
            runtime=f".{self._runtime}",
            module_of=lambda used: None if modules[used] == module else f".{modules[used]}",
            taken=self._definitions.keys(),
        )
        members = [self._definitions[name] for name in names]
        views = plan_definitions(members, self._definitions, imports, deferred=True)
        block = imports.block(definitions_for_types_only=True)
        return ModuleView(name=module, imports=block, definitions=views)

    def _events(self) -> EventsView | None:
        """Plan `events.py`, or return None if the document delivers nothing."""
        with_events = self._with_events
        imports = Imports(
            runtime=self._runtime,
            module_of=lambda name: None if name in with_events else ".models",
            taken=self._definitions.keys() | EVENT_NAMES,
        )
        members = [self._definitions[name] for name in with_events]
        return plan_events(
            self._api, members, self._definitions, imports, deferred=bool(self._modules)
        )
