"""The surface of a package: all names and types that code of its users can refer to, read from the plan."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

from ..frozen import value
from ..ir import Api
from ..plan.views import ArgumentView, MethodView, PackageView, ResourceView
from ..plan.views.definitions import AliasView, DefinitionView, EnumView, ModelView

MODELS, EVENTS = "models", "events"
"""The modules that definitions are imported from."""


@value()
class FieldSurface:
    name: str
    annotation: str
    is_required: bool
    """Whether a constructor call must pass it."""


@value(kw_only=True)
class ClassSurface:
    """A model. `fields` are those of the class itself; see `Surface.fields` for inherited fields."""

    name: str
    module: str
    bases: tuple[str, ...] = ()
    fields: tuple[FieldSurface, ...] = ()
    is_sent: bool = False
    """Whether code constructs and changes it by intent: it is sent, or no operation or event reaches it."""


@value(kw_only=True)
class EnumSurface:
    name: str
    module: str
    base: str
    """`StrEnum` or `IntEnum`."""
    members: tuple[tuple[str, str], ...]
    """Name and value; the value is a Python literal."""


@value(kw_only=True)
class AliasSurface:
    name: str
    module: str
    annotation: str


DefinitionSurface = ClassSurface | EnumSurface | AliasSurface


@value(kw_only=True)
class MethodSurface:
    """A method or function. `signatures`: its overloads, or its one signature; arguments are keywords."""

    name: str
    signatures: tuple[tuple[ArgumentView, ...], ...]
    returns: str
    is_async: bool = False


class Surface:
    """The surface of one package."""

    def __init__(self, api: Api, view: PackageView) -> None:
        self.view = view
        self._received_only = {
            definition.name
            for definition in api.definitions
            if definition.received and not definition.sent
        }
        self.definitions: Mapping[str, DefinitionSurface] = {
            definition.name: definition for definition in self._definitions()
        }
        """The definitions of `models` and `events` by name: names are unique in a package."""
        self.resources = {resource.name: resource for resource in view.resources}

    # --- names that can be imported

    @cached_property
    def exports(self) -> Mapping[str, frozenset[str]]:
        """Module, relative to the package → its public names; the empty string is the package itself."""
        return {module: frozenset(names) for module, names in self._exports()}

    def _exports(self) -> Iterator[tuple[str, list[str]]]:
        view = self.view
        yield "", list(view.names)
        yield (
            MODELS,
            [name for name, definition in self.definitions.items() if definition.module == MODELS],
        )
        if view.events is not None:
            defined = [
                name for name, definition in self.definitions.items() if definition.module == EVENTS
            ]
            readers = ["parse_event", "parse_events"] if view.events.batches else ["parse_event"]
            imported = [] if view.events.models_package else list(view.events.classes)
            yield EVENTS, ["Event", "CATALOGUE", *readers, *defined, *imported]
        if view.event_types is not None:
            yield "event_types", ["EventType"]
        if view.analytic_events is not None:
            yield "analytic_events", ["AnalyticEvent"]
        if view.client is not None:
            yield "client", list(self.client_classes)
        if view.params is not None:
            yield "params", list(self.dictionaries)
        yield from self._receiving_exports()
        for resource in view.resources:
            names = [resource.class_name, f"Async{resource.class_name}"]
            yield f"resources.{resource.module}", names

    def _receiving_exports(self) -> Iterator[tuple[str, list[str]]]:
        view = self.view
        if view.webhook is not None:
            yield "webhook", ["Webhook", *(["SCHEME"] if view.webhook.scheme else [])]
            keyed = ["webhook", view.webhook.key_name] if view.webhook.key else []
            yield "testing", ["EXAMPLES", "example", *keyed]
        if view.callbacks is not None:
            constants = [callback.constant for callback in view.callbacks.callbacks]
            yield "callbacks", ["CALLBACKS", *constants]
        if view.callback_receiver is not None:
            scheme = ["CALLBACK_SCHEME"] if view.callback_receiver.scheme else []
            yield "callback_receiver", ["CallbackReceiver", *scheme]

    def exported(self, module: str, name: str) -> bool:
        """Whether `from package.module import name` works."""
        return name in self.exports.get(module, ())

    # --- definitions

    def _definitions(self) -> Iterator[DefinitionSurface]:
        view = self.view
        modules = [view.models] if view.models else []
        modules += view.model_modules.modules if view.model_modules else ()
        for module in modules:
            for definition in module.definitions:
                yield self._definition(definition, MODELS)
        for definition in view.events.definitions if view.events else ():
            yield self._definition(definition, EVENTS)

    @cached_property
    def dictionaries(self) -> Mapping[str, AliasSurface | None]:
        """The names of the module of TypedDicts; an alias has a surface, a TypedDict is compared by name."""
        params = self.view.params
        if params is None:
            return {}
        return {definition.name: None for definition in params.definitions} | {
            alias.name: AliasSurface(
                name=alias.name, module="params", annotation=_alias_annotation(alias.expression)
            )
            for alias in params.aliases
        }

    def _definition(self, definition: DefinitionView, module: str) -> DefinitionSurface:
        match definition:
            case ModelView():
                return ClassSurface(
                    name=definition.name,
                    module=module,
                    bases=tuple(definition.bases.split(", ")),
                    fields=tuple(
                        FieldSurface(field.name, field.annotation, not field.default)
                        for field in definition.fields
                    ),
                    is_sent=definition.name not in self._received_only,
                )
            case EnumView():
                return enum_surface(definition, module)
            case AliasView():
                return AliasSurface(
                    name=definition.name,
                    module=module,
                    annotation=_alias_annotation(definition.expression),
                )

    def fields(self, name: str) -> Mapping[str, FieldSurface]:
        """Return the fields of a model, inherited fields first. The last definition of a field decides its type."""
        definition = self.definitions.get(name)
        if not isinstance(definition, ClassSurface):
            return {}
        fields: dict[str, FieldSurface] = {}
        for base in reversed(definition.bases):
            fields |= self.fields(base)
        return {**fields, **{field.name: field for field in definition.fields}}

    def ancestors(self, name: str) -> Iterator[str]:
        """Yield a class, and the generated classes that it extends."""
        yield name
        definition = self.definitions.get(name)
        for base in definition.bases if isinstance(definition, ClassSurface) else ():
            if base in self.definitions:
                yield from self.ancestors(base)

    @property
    def event_union(self) -> str:
        """The annotation of `Event`; empty if the package has no events."""
        events = self.view.events
        return " | ".join([*events.classes, "UnknownEvent", "DriftedEvent"]) if events else ""

    @property
    def enums(self) -> Iterator[EnumSurface]:
        """Yield every enum, those of event types included."""
        yield from (
            definition
            for definition in self.definitions.values()
            if isinstance(definition, EnumSurface)
        )
        if self.view.event_types:
            yield enum_surface(self.view.event_types, "event_types")
        if self.view.analytic_events:
            yield enum_surface(self.view.analytic_events, "analytic_events")

    # --- clients

    @property
    def client_classes(self) -> tuple[str, ...]:
        """The names of the clients, the synchronous first; empty if the package has none."""
        client = self.view.client
        return (client.name, f"Async{client.name}") if client else ()

    def methods(self, resource: str, *, is_async: bool) -> Mapping[str, MethodSurface]:
        """The methods of a resource by name; empty if the package does not have the resource."""
        view = self.resources.get(resource)
        return {method.name: _method(method, is_async) for method in view.methods} if view else {}


def enum_surface(view: EnumView, module: str) -> EnumSurface:
    """Return the surface of an enum."""
    members = tuple(
        (member.name, member.value) for group in view.groups for member in group.members
    )
    return EnumSurface(name=view.name, module=module, base=view.base, members=members)


def resource_class(resource: ResourceView, *, is_async: bool) -> str:
    """Return the name of a resource's class."""
    return f"Async{resource.class_name}" if is_async else resource.class_name


def _method(method: MethodView, is_async: bool) -> MethodSurface:
    return MethodSurface(
        name=method.name,
        signatures=tuple(signature.arguments for signature in method.signatures),
        returns=method.async_returns if is_async else method.returns,
        is_async=is_async and method.is_async,
    )


def _alias_annotation(expression: str) -> str:
    """Return the annotation in an alias' expression, which may be text or an argument of `TypeAliasType`."""
    node = ast.parse(expression, mode="eval").body
    if isinstance(node, ast.Call):
        node = node.args[1]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return " ".join(node.value.split())
    return expression
