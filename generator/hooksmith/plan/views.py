"""What Python we will write: plain data, every string ready. Templates read these and decide nothing."""

from __future__ import annotations

from typing import NamedTuple


class FieldView(NamedTuple):
    """`name: annotation = default`, with a docstring below."""

    name: str
    annotation: str
    default: str = ""
    doc: str = ""


class ModelView(NamedTuple):
    name: str
    bases: str
    doc: str
    config: str
    fields: tuple[FieldView, ...]
    extra: str = ""
    """The annotation of further properties."""
    assertions: str = ""
    """What is asserted of the object: a literal."""
    kind: str = "model"


class EnumMemberView(NamedTuple):
    name: str
    value: str
    doc: str = ""


class EnumGroupView(NamedTuple):
    """Members that belong together, under a comment."""

    title: str
    members: tuple[EnumMemberView, ...]


class EnumView(NamedTuple):
    name: str
    base: str
    doc: str
    groups: tuple[EnumGroupView, ...]
    kind: str = "enum"


class AliasView(NamedTuple):
    """`name: TypeAlias = expression`, or without the annotation."""

    name: str
    annotation: str
    expression: str
    doc: str
    kind: str = "alias"


DefinitionView = ModelView | EnumView | AliasView


class ModuleView(NamedTuple):
    """A module of definitions."""

    imports: str
    definitions: tuple[DefinitionView, ...]
    name: str = "models"


class ExportsView(NamedTuple):
    """Public names of a package that one module defines."""

    module: str
    names: tuple[str, ...]


class ModelsView(NamedTuple):
    """A large package's models: a module for each resource, and what all of them export."""

    modules: tuple[ModuleView, ...]
    exports: tuple[ExportsView, ...]
    names: tuple[str, ...]
    """All public names, sorted."""


class EventsView(NamedTuple):
    """The module of events: their classes, the union and the catalogue.

    `deferred`: the classes stand with the models, and each is imported when it is first used.
    """

    imports: str
    definitions: tuple[DefinitionView, ...]
    union: tuple[str, ...]
    rows: tuple[str, ...]
    """The same as rows of a union: very many are in brackets."""
    models: tuple[tuple[str, str], ...]
    """Wire value, as a literal, and the class or classes, an expression."""
    type: str
    """Where a delivery says its type, its id and its time: expressions."""
    id: str
    timestamp: str
    form: str = ""
    """The properties of events that come as forms, an expression; empty where no event does."""
    said: str = ""
    """What deliveries say for a type → the type, where they differ, an expression; empty where none does."""
    told: bool = True
    """Whether the type is known without being passed."""
    batches: bool = False
    """Whether deliveries may have several events."""
    deferred: bool = False


class CallbackView(NamedTuple):
    """A constant of the module of callbacks; all are expressions but `doc`.

    What is usual is empty: the media types of JSON, the status 200, and `reply` where nothing is answered.
    """

    constant: str
    pointer: str
    """Where the document has it; not an expression."""
    annotation: str
    reply: str
    operation: str
    route: str
    name: str
    expression: str
    method: str
    path: str
    media_type: str
    form: str
    status: str
    reply_media_type: str
    doc: str
    line: str
    """What api.md says of it; not an expression either."""


class CallbacksView(NamedTuple):
    imports: str
    callbacks: tuple[CallbackView, ...]


class CallbackReceiverView(NamedTuple):
    """`scheme` is an expression, empty where the document does not say how deliveries are signed."""

    scheme: str
    imports: str


class ArgumentView(NamedTuple):
    name: str
    annotation: str
    default: str = ""


class WebhookView(NamedTuple):
    """The module with `Webhook`, and the one with examples for tests. What is not said otherwise is an expression."""

    doc: str
    imports: str
    scheme: str
    """Empty where the user states the scheme."""
    positional: tuple[ArgumentView, ...]
    optional: tuple[ArgumentView, ...]
    verifier: str
    tolerance: str
    client: str
    """The class of the client that can fetch the keys."""
    fetch: str
    """The call of it that does, without the client; empty where there is none."""
    key: str
    """A secret or JWK for examples; empty where there is no scheme to use it with."""
    key_name: str
    """The constant that holds it."""
    key_argument: str
    signer: str
    """What signs examples."""
    default_signer: str
    """The same, in words."""


class PartView(NamedTuple):
    """`name={wire: argument, …}` or `name=argument` in the call that a method makes."""

    name: str
    items: tuple[tuple[str, str], ...] = ()
    whole: str = ""


class MethodView(NamedTuple):
    name: str
    constant: str
    verb: str
    arguments: tuple[ArgumentView, ...]
    returns: str
    async_returns: str
    is_async: bool
    """Whether the asynchronous twin is a coroutine; a pager is not."""
    doc: str
    parts: tuple[PartView, ...]
    overloads: tuple[tuple[ArgumentView, ...], ...] = ()
    """The arguments of each way to call it, where there are several."""


class OperationView(NamedTuple):
    """A constant of the operations module. `arguments` are ready `name=value` texts."""

    constant: str
    type: str
    factory: str
    arguments: tuple[str, ...]


class ResourceView(NamedTuple):
    name: str
    class_name: str
    doc: str
    imports: str
    methods: tuple[MethodView, ...]
    operation_imports: str
    operations: tuple[OperationView, ...]


class ClientView(NamedTuple):
    name: str
    doc: str
    """With a section on the arguments."""
    arguments: tuple[ArgumentView, ...]
    async_arguments: tuple[ArgumentView, ...]
    abstract: str
    """What their annotations need of `collections.abc`."""
    credentials: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]
    server_variables: tuple[tuple[str, str], ...]
    api: tuple[str, ...]
    """Ready `name=value` texts of the `ApiInfo`."""
    api_imports: str


class ResourceDocView(NamedTuple):
    name: str
    calls: tuple[str, ...]
    """Items of a list, in Markdown."""


class EventDocView(NamedTuple):
    type: str
    class_name: str
    summary: str


class PackageView(NamedTuple):
    """All of one API's package. A part that the document has nothing for is None or empty."""

    title: str
    doc: str
    source: str
    package: str
    runtime: str
    """The package of the runtime, relative to a module at the top of this package."""
    models: ModuleView | None = None
    """The module of all models, or None where there are too many for one."""
    model_modules: ModelsView | None = None
    event_types: EnumView | None = None
    analytic_events: EnumView | None = None
    events: EventsView | None = None
    webhook: WebhookView | None = None
    callbacks: CallbacksView | None = None
    callback_receiver: CallbackReceiverView | None = None
    examples: str = ""
    """JSON text: wire value → an example of the body; empty where there are no events."""
    whole_examples: bool = False
    """Whether an example is a whole delivery, with headers, and not the body alone."""
    resources: tuple[ResourceView, ...] = ()
    client: ClientView | None = None
    exports: tuple[ExportsView, ...] = ()
    names: tuple[str, ...] = ()
    """All public names, sorted."""
    resource_docs: tuple[ResourceDocView, ...] = ()
    event_docs: tuple[EventDocView, ...] = ()
