"""The parts of a package that show definitions, each planned by itself, with a note of which it was made from.

So after an edit only the parts that had looked at what is different now are planned again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ..describe.facts import Facts
from ..describe.request_models import Directions, shape_uses
from ..ir import AnyDefinition, Api, Resource
from .callbacks import plan_callbacks
from .events import event_definitions, plan_events
from .examples import plan_examples
from .imports import Imports
from .methods import plan_resource
from .model_modules import model_modules, owners
from .models import plan_definitions
from .views import CallbacksView, EventsView, ModuleView, ResourceView

_View = TypeVar("_View")


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where definitions stand: the module of each in `models/`, or else those that stand with the events.

    `modules` is empty where all others stand in `models.py`. Both in the order of the API.
    """

    modules: Mapping[str, str] = field(default_factory=dict)
    with_events: tuple[str, ...] = ()

    def members(self) -> dict[str, list[str]]:
        """The modules of `models/`, sorted, with what stands in each."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, module in self.modules.items():
            found[module].append(name)
        return dict(sorted(found.items()))


def arrange(facts: Facts, directions: Directions) -> Arrangement:
    """Where the definitions of a whole API stand."""
    shapes = shape_uses(facts, directions)
    modules = model_modules(shapes, owners(shapes, facts, directions.inputs))
    return Arrangement(modules, () if modules else event_definitions(shapes, facts, directions))


class Noted(Mapping[str, AnyDefinition]):
    """Definitions by name, with a note of which were looked at."""

    def __init__(self, definitions: Mapping[str, AnyDefinition]) -> None:
        self._definitions = definitions
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> AnyDefinition:
        self.seen.add(name)
        return self._definitions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._definitions)

    def __len__(self) -> int:
        return len(self._definitions)


class Parts:
    """Plans the parts of one API's package. `reads`: part → the names of the definitions that it was made from.

    `runtime`: the runtime's package, relative to a module at the top of the package. `api` needs only the resources
    that are asked for; callbacks need them all.
    """

    def __init__(
        self,
        api: Api,
        definitions: Mapping[str, AnyDefinition],
        arrangement: Arrangement,
        runtime: str,
    ) -> None:
        self.reads: dict[str, frozenset[str]] = {}
        self._api = api
        self._definitions = Noted(definitions)
        self.arrangement = arrangement
        self._members = arrangement.members()
        self.runtime = runtime

    def models(self) -> ModuleView:
        """`models.py`: all but what stands with the events."""
        return self._noted("models", self._models)

    def model_module(self, name: str) -> ModuleView:
        """A module of `models/`."""
        return self._noted(f"models/{name}", lambda: self._model_module(name))

    def events(self) -> EventsView | None:
        """The module of events, or None where the document delivers nothing."""
        return self._noted("events", self._events)

    def examples(self) -> str:
        """JSON text: see `plan_examples`."""
        return self._noted("examples", lambda: plan_examples(self._api, self._definitions))

    def callbacks(self) -> CallbacksView | None:
        """The module of callbacks, or None where there are none."""
        return self._noted(
            "callbacks", lambda: plan_callbacks(self._api, self._definitions, self.runtime)
        )

    def resource(self, resource: Resource, constants: Mapping[str, str]) -> ResourceView:
        """The two modules of a resource. `constants`: those of callbacks, by their pointers."""
        return self._noted(
            f"resources/{resource.name}",
            lambda: plan_resource(
                resource,
                self._definitions,
                f".{self.runtime}",
                constants,
                deferred=bool(self.arrangement.modules),
            ),
        )

    def _noted(self, part: str, make: Callable[[], _View]) -> _View:
        self._definitions.seen = set()
        view = make()
        self.reads[part] = frozenset(self._definitions.seen)
        return view

    def _models(self) -> ModuleView:
        imports = Imports(runtime=self.runtime)
        chosen = [
            self._definitions[name]
            for name in self._definitions
            if name not in self.arrangement.with_events
        ]
        views = plan_definitions(chosen, self._definitions, imports)
        return ModuleView(imports=imports.block(), definitions=views)

    def _model_module(self, name: str) -> ModuleView:
        places = self.arrangement.modules
        imports = Imports(
            runtime=f".{self.runtime}",
            home=lambda used: None if places[used] == name else f".{places[used]}",
        )
        chosen = [self._definitions[it] for it in self._members[name]]
        views = plan_definitions(chosen, self._definitions, imports, deferred=True)
        block = imports.block(definitions_for_types_only=True)
        return ModuleView(name=name, imports=block, definitions=views)

    def _events(self) -> EventsView | None:
        own = self.arrangement.with_events
        imports = Imports(
            runtime=self.runtime, home=lambda name: None if name in own else ".models"
        )
        chosen = [self._definitions[name] for name in own]
        deferred = bool(self.arrangement.modules)
        return plan_events(self._api, chosen, self._definitions, imports, deferred=deferred)
