"""Views: the Python code to write as plain data, with every string ready. Templates decide nothing.

An *expression* is Python source of a value; every other string is inserted through a template filter.
"""

from __future__ import annotations

from typing import NamedTuple

from .definitions import (
    DefinitionView,
    DictionariesView,
    EnumView,
    ExportsView,
    ModelsView,
    ModuleView,
    pyright_comment,
)


class EventsView(NamedTuple):
    """The module of events: their classes, the union and the catalogue."""

    alias_type: str
    """`TypeAlias`, as the module imports it. So are the next five fields names in the module."""
    headers: str
    catalogue: str
    others: tuple[str, str]
    """The classes of unknown and drifted events."""
    models_package: str
    """The package of the events' classes if each is imported on demand; empty if the module defines or imports them."""
    deferred_models: str
    definitions: tuple[DefinitionView, ...]
    classes: tuple[str, ...]
    """The names of the events' classes, sorted."""
    union: tuple[str, ...]
    """The options of `Event`: expressions."""
    rows: tuple[str, ...]
    """The options as rows of a union; brackets group very many options."""
    models: tuple[tuple[str, str], ...]
    """Event type, as a literal, and its class or classes, an expression."""
    type: str
    """The places of event type, id and time in a delivery: expressions."""
    id: str
    timestamp: str
    form: str = ""
    """The encodings of properties in forms, an expression; empty if no event is sent as a form."""
    envelope: str = ""
    """The list that holds the events, an expression; empty if a body is an event or a list."""
    acknowledgement: str = ""
    """Media type and body of the reply that the sender expects, an expression; empty: an empty body."""
    aliases: str = ""
    """`{sent value: event type}` of the types that differ, an expression; empty if none does."""
    has_type: bool = True
    """Whether a delivery holds its event type, or can be of one type only."""
    batches: bool = False
    """Whether a delivery may hold several events."""
    imports: str = ""

    @property
    def pyright(self) -> str:
        """Return the comment for pyright, or nothing."""
        return pyright_comment(self.definitions)


class CallbackView(NamedTuple):
    """A constant of the module of callbacks. Fields without a docstring are expressions.

    Default values are empty: the media types of JSON, the status 200, and `reply` if the API expects no content.
    """

    constant: str
    pointer: str
    """The place in the document; not an expression."""
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
    """The line of api.md; not an expression."""


class CallbacksView(NamedTuple):
    """The module of callbacks. `any` and `class_name` are names in the module."""

    imports: str
    any: str
    class_name: str
    callbacks: tuple[CallbackView, ...]


class CallbackReceiverView(NamedTuple):
    """The module of the callback receiver.

    `scheme` is an expression, empty if the document does not declare how deliveries are signed.
    """

    scheme: str
    imports: str


class ArgumentView(NamedTuple):
    """`name: annotation = default`; `default` is empty for a required argument."""

    name: str
    annotation: str
    default: str = ""


class WebhookView(NamedTuple):
    """The module with `Webhook`, and the package with examples. Fields without a docstring are expressions."""

    doc: str
    imports: str
    scheme: str
    """Empty if the user passes the scheme."""
    positional: tuple[ArgumentView, ...]
    optional: tuple[ArgumentView, ...]
    verifier: str
    tolerance: str
    client: str
    """The class of the client that can fetch the keys."""
    fetch: str
    """The call of the client that fetches the keys, without the client; empty if there is none."""
    key: str
    """A secret or JWK for examples; empty if there is no scheme to use it with."""
    key_name: str
    """The constant of the key."""
    key_argument: str
    signer: str
    """The expression that signs examples."""
    default_signer: str
    """The signer in words."""
    signs_url: bool = False
    """Whether signatures may cover the URL."""


class PartView(NamedTuple):
    """`name={wire: argument, …}` or `name=argument` in a method's call of the client."""

    name: str
    items: tuple[tuple[str, str], ...] = ()
    whole: str = ""


class OverloadView(NamedTuple):
    """One signature of a method."""

    arguments: tuple[ArgumentView, ...]
    returns: str
    async_returns: str
    is_general: bool = False
    """Whether type checkers need the signature for arguments whose value they do not know, and readers do not."""


class MethodView(NamedTuple):
    """A method of a resource's classes."""

    name: str
    constant: str
    verb: str
    arguments: tuple[ArgumentView, ...]
    returns: str
    async_returns: str
    is_async: bool
    """Whether the method of the asynchronous class is a coroutine; a pager is not."""
    doc: str
    parts: tuple[PartView, ...]
    overloads: tuple[OverloadView, ...] = ()
    """Empty if there is one signature."""
    is_stream: bool = False
    """Whether the method can return a stream."""
    switch: str = ""
    """The argument that asks for a stream; empty if the method has none."""

    @property
    def signatures(self) -> tuple[OverloadView, ...]:
        """The overloads, or the only signature."""
        only = OverloadView(self.arguments, self.returns, self.async_returns)
        return self.overloads or (only,)

    @property
    def documented_signatures(self) -> tuple[OverloadView, ...]:
        """The signatures that readers need."""
        return tuple(signature for signature in self.signatures if not signature.is_general)


class OperationView(NamedTuple):
    """A constant of the operations module. `arguments` are `name=value` texts."""

    constant: str
    type: str
    factory: str
    arguments: tuple[str, ...]


class OperationsView(NamedTuple):
    """The module of the constants of a resource's operations."""

    imports: str
    constants: tuple[OperationView, ...]


class NestedView(NamedTuple):
    """A resource that is an attribute of the client or of another resource."""

    name: str
    """The attribute."""
    module: str
    class_name: str
    doc: str


class ResourceView(NamedTuple):
    """The two modules of a resource. `nested`: the resources that are its attributes."""

    name: str
    module: str
    class_name: str
    doc: str
    imports: str
    base: str
    """The base class, as the module imports it. So are the next three fields names in the module."""
    async_base: str
    options: str
    overload: str
    cached_property: str
    nested: tuple[NestedView, ...]
    methods: tuple[MethodView, ...]
    operations: OperationsView


class ClientView(NamedTuple):
    """The module of the clients."""

    name: str
    doc: str
    imports: str
    cached_property: str
    """The decorator, as the module imports it. So are the next five fields names in the module."""
    mapping: str
    hooks: str
    api_constant: str
    resources: tuple[NestedView, ...]
    base: str
    async_base: str
    arguments: tuple[ArgumentView, ...]
    async_arguments: tuple[ArgumentView, ...]
    credentials: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]
    server_variables: tuple[tuple[str, str], ...]
    api: tuple[str, ...]
    """`name=value` texts of the `ApiInfo`."""
    api_imports: str


class ResourceDocView(NamedTuple):
    """The section of a resource in api.md; `calls` are items of a list, in Markdown."""

    name: str
    module: str
    """The module of its operations."""
    calls: tuple[str, ...]


class EventDocView(NamedTuple):
    """The line of an event in api.md."""

    type: str
    class_name: str
    summary: str


class AgentsView(NamedTuple):
    """The notes for agents: lines of Python, and items of a list in Markdown."""

    imports: tuple[str, ...]
    receiver: str
    """A module with a receiver; empty if the package has no `Webhook`."""
    event_count: int
    calls: tuple[str, ...]
    more_calls: int


class PackageView(NamedTuple):
    """The package of one API. A part that the document has nothing for is None or empty."""

    title: str
    doc: str
    source: str
    package: str
    runtime: str
    """The package of the runtime, relative to a module at the top of this package."""
    models: ModuleView | None = None
    """The module of all models; None if they stand in `models/`."""
    model_modules: ModelsView | None = None
    params: DictionariesView | None = None
    """The module of the TypedDicts; None if no argument accepts an object."""
    event_types: EnumView | None = None
    analytic_events: EnumView | None = None
    events: EventsView | None = None
    webhook: WebhookView | None = None
    callbacks: CallbacksView | None = None
    callback_receiver: CallbackReceiverView | None = None
    examples: str = ""
    """JSON text: event type → an example of the body; empty if there is no `Webhook`."""
    whole_examples: bool = False
    """Whether an example has headers and body; otherwise the body alone."""
    resources: tuple[ResourceView, ...] = ()
    client: ClientView | None = None
    exports: tuple[ExportsView, ...] = ()
    names: tuple[str, ...] = ()
    """All public names, sorted."""
    resource_docs: tuple[ResourceDocView, ...] = ()
    event_docs: tuple[EventDocView, ...] = ()
    import_name: str = ""
    """The dotted name that the package is imported by."""
    agents: AgentsView | None = None
