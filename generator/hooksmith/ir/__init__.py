"""What an API says, in plain data: the contract between `describe` and everything that prints.

No dialect of OpenAPI is left in here and no Python text has begun. Types refer to definitions by name, so values
compare, print and serialise as they are. `hooksmith inspect SPEC` prints an `Api` as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Literal

from ..frozen import value

JsonValue = Any
"""str, int, float, bool, None, or lists and dicts of these."""


# --- types -----------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """The scalar types, by JSON type and the formats that get a Python type of their own."""

    ANY = "any"
    NULL = "null"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    DATE_TIME = "date-time"
    DATE = "date"
    BINARY = "binary"


@value(kw_only=True)
class Constraints:
    """JSON Schema's assertions on one value; None: not stated."""

    minimum: int | float | None = None
    maximum: int | float | None = None
    exclusive_minimum: int | float | None = None
    exclusive_maximum: int | float | None = None
    multiple_of: int | float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    format: str | None = None
    """A format whose limits are asserted of what we send."""
    further: str = ""
    """JSON text of a schema with what no Python type says (`not`, `contains`, …)."""


NO_CONSTRAINTS = Constraints()


@value()
class Scalar:
    kind: Kind
    constraints: Constraints = NO_CONSTRAINTS
    secret: bool = False
    """`format: password`: never shown in repr, logs or tracebacks."""


@value()
class Named:
    """A definition, by its name."""

    name: str


@value()
class Array:
    items: Type
    constraints: Constraints = NO_CONSTRAINTS


@value()
class Tuple:
    items: tuple[Type, ...]
    rest: Type | None
    """The type of further items; None: there are none."""
    constraints: Constraints = NO_CONSTRAINTS
    complete: bool = False
    """Whether all of `items` are there; otherwise an array may end before."""


@value()
class Map:
    values: Type
    constraints: Constraints = NO_CONSTRAINTS
    """`min_items` and `max_items` are of its properties."""


@value()
class LiteralOf:
    """One of a few JSON scalars, without a definition of its own (`const`, one-value enums)."""

    values: tuple[str | int | float | bool | None, ...]


@value()
class Union:
    options: tuple[Type, ...]
    discriminator: str | None = None
    """The wire name of the property whose value tells the options apart."""
    further: str = ""
    """As with constraints: what is asserted of the value whatever the option."""


Type = Scalar | Named | Array | Tuple | Map | LiteralOf | Union

ANY = Scalar(Kind.ANY)
NULL = Scalar(Kind.NULL)


# --- definitions -----------------------------------------------------------------------------------------------


@value(kw_only=True)
class Provenance:
    """How far a fact is established: `x-hooksmith-provenance`."""

    status: Literal["documented", "reference", "unestablished"]
    source: tuple[str, ...] = ()
    note: str = ""


@value(kw_only=True)
class Field:
    """A property of a model, or one of a request's arguments."""

    name: str
    wire: str
    type: Type
    required: bool
    description: str = ""
    default: JsonValue = None
    has_default: bool = False
    deprecated: bool = False
    read_only: bool = False
    write_only: bool = False
    provenance: Provenance | None = None


@value(kw_only=True)
class Definition:
    """What all named schemas share. `pointer` says where the schema stands in the bundled document."""

    name: str
    pointer: str
    description: str = ""
    deprecated: bool = False
    provenance: Provenance | None = None
    sent: bool = False
    """Reachable from a request."""
    received: bool = False
    """Reachable from a reply, webhook or callback."""


@value(kw_only=True)
class Model(Definition):
    """An object with known properties. `extra`: the type of further ones, None where they are forbidden."""

    fields: tuple[Field, ...] = ()
    bases: tuple[str, ...] = ()
    extra: Type | None = ANY
    further: str = ""
    """JSON text of a schema with what is asserted of the object beside its properties."""


@value(kw_only=True)
class EnumMember:
    name: str
    value: str | int
    description: str = ""


@value(kw_only=True)
class Enum(Definition):
    """Strings or integers, all of one kind. `open`: True or False where the document says so."""

    members: tuple[EnumMember, ...] = ()
    open: bool | None = None


@value(kw_only=True)
class Alias(Definition):
    """A name for a type that is neither a model nor an enum."""

    type: Type = ANY


AnyDefinition = Model | Enum | Alias


# --- operations ------------------------------------------------------------------------------------------------


@value(kw_only=True)
class Parameter:
    """A path, query, header or cookie parameter."""

    field: Field
    location: Literal["path", "query", "header", "cookie"]
    style: str
    explode: bool
    allow_reserved: bool = False
    media_type: str | None = None
    """Set where the value is serialised as a document of that type (`content`)."""


@value(kw_only=True)
class PropertyEncoding:
    """How a property of a form or multipart body is written (OpenAPI, Encoding Object); `wire` is its name."""

    wire: str
    media_type: str | None = None
    style: str | None = None
    explode: bool | None = None
    allow_reserved: bool = False


@value(kw_only=True)
class Body:
    """What a request carries. `fields` are the flattened arguments where the body is an object.

    `others`: the same request in further media types, none of which has others. `raw`: the document describes
    something that nobody here writes (XML, say), so it is sent as it is given.
    """

    type: Type
    media_type: str
    required: bool
    description: str = ""
    fields: tuple[Field, ...] | None = None
    encoding: tuple[PropertyEncoding, ...] = ()
    others: tuple[Body, ...] = ()
    raw: bool = False


@value(kw_only=True)
class Content:
    """A reply in a further media type. `type` is None where calls do not read it: it is for streams."""

    media_type: str
    type: Type | None


@value(kw_only=True)
class Reply:
    """What comes back for a status (`200`, `4XX`, `default`). `type` is None where there is no content.

    `others`: what may come instead, by its Content-Type. `raw`: as with a body.
    """

    status: str
    type: Type | None
    media_type: str | None = None
    description: str = ""
    others: tuple[Content, ...] = ()
    raw: bool = False


@value(kw_only=True)
class Pagination:
    """`x-hooksmith-pagination`. `items`, `next` and `complete` are JSON pointers into the reply."""

    style: Literal["cursor", "offset"]
    parameter: str
    items: str
    item: Type
    next: str | None = None
    size: str | None = None
    complete: str | None = None


@value(kw_only=True)
class Permissions:
    permissions: tuple[str, ...]
    group: str | None = None


@value(kw_only=True)
class Callback:
    """A request that the API makes, to an address it was given in a call. `type` is None where it has no body."""

    name: str
    """As the document calls it."""
    expression: str
    """Where the address comes from: a runtime expression, such as `{$request.body#/callbackUrl}`."""
    method: str
    pointer: str
    type: Type | None
    media_type: str | None = None
    reply: Reply | None = None
    """What the API expects to be answered on success, where the document says."""
    untyped: tuple[str, ...] = ()
    """The media types of bodies that have a schema, but none that such a body could be read or written by."""
    summary: str = ""
    description: str = ""
    deprecated: bool = False


@value(kw_only=True)
class Operation:
    """One call."""

    id: str
    name: str
    method: str
    path: str
    pointer: str
    tag: str = ""
    """The first that the document states; empty: none. See `describe/grouping.py`."""
    summary: str = ""
    description: str = ""
    deprecated: bool = False
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    empty_body: bool = False
    """Whether a body is stated that can be no more than none."""
    replies: tuple[Reply, ...] = ()
    errors: tuple[Reply, ...] = ()
    pagination: Pagination | None = None
    permissions: Permissions | None = None
    analytic_events: Mapping[str, str] = field(default_factory=dict)
    callbacks: tuple[Callback, ...] = ()
    security: tuple[tuple[str, ...], ...] | None = None
    """Alternatives of sets of scheme names; None: the API's own; (): none needed."""
    provenance: Provenance | None = None


@value(kw_only=True)
class Resource:
    """Operations that share a tag, or the beginning of their paths: one attribute of the client."""

    name: str
    class_name: str
    description: str = ""
    operations: tuple[Operation, ...] = ()


# --- events ----------------------------------------------------------------------------------------------------


@value(kw_only=True)
class Event:
    """One kind of delivery. `type` is the wire value; `model` the definition of the event.

    `options`: the definitions that it may be of, where there are several, which nothing tells apart. `batch`: whether
    events of this kind come as lists. `carrier`: the field that has the event in JSON, where it comes in such a form.
    `headers`: what examples have in the headers that tell the type, the id and the time.
    """

    type: str
    model: str
    member: str
    """The name of its `EventType` member."""
    group: str
    pointer: str = ""
    """Where its operation stands in the bundled document."""
    summary: str = ""
    description: str = ""
    deprecated: bool = False
    example: JsonValue = None
    provenance: Provenance | None = None
    options: tuple[str, ...] = ()
    batch: bool = False
    media_type: str | None = None
    carrier: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    """What the parts of the type make up by their schemas, where that is not the type."""

    @property
    def models(self) -> tuple[str, ...]:
        """All definitions that it may be of."""
        return self.options or (self.model,)


@value(kw_only=True)
class Position:
    """Where a delivery says something: a JSON pointer into the body, a header, or several parts that make it up."""

    pointer: str | None = None
    header: str | None = None
    parts: tuple[Position, ...] = ()

    @property
    def places(self) -> tuple[Position, ...]:
        """The parts, of which a position that is one place has itself alone."""
        return self.parts or (self,)


@value(kw_only=True)
class Events:
    """The catalogue. `type` is None where nothing in a delivery tells the kind.

    `form`: whether deliveries may come as forms, by their document.
    """

    events: tuple[Event, ...] = ()
    type: Position | None = None
    id: Position | None = None
    timestamp: Position | None = None
    form: bool = False


# --- the API ---------------------------------------------------------------------------------------------------


@value(kw_only=True)
class ServerVariable:
    name: str
    argument: str
    default: str
    choices: tuple[str, ...] = ()
    description: str = ""
    required: bool = False
    """The document's default is a placeholder: the user must say."""


@value(kw_only=True)
class Server:
    url: str
    description: str = ""
    variables: tuple[ServerVariable, ...] = ()


@value(kw_only=True)
class SecurityScheme:
    """`kind`: bearer, basic, api_key, oauth2_client_credentials, or other (which the user's headers must serve)."""

    name: str
    kind: Literal["bearer", "basic", "api_key", "oauth2_client_credentials", "other"]
    argument: str
    description: str = ""
    location: Literal["header", "query", "cookie"] | None = None
    parameter: str | None = None
    token_url: str | None = None
    token_request: Literal["form", "json"] = "form"
    token_parameters: tuple[str, ...] = ()


@value(kw_only=True)
class Setting:
    """A further constructor argument of the clients: `x-hooksmith-client`."""

    name: str
    description: str = ""
    required: bool = False


@value(kw_only=True)
class Client:
    """`name` begins the clients' class names.

    `idempotency_header`: what makes a POST safe to repeat, None where the API has no such header; `retry_statuses`:
    refusals that the API says to repeat, beside 408, 429 and 5xx.
    """

    name: str
    settings: tuple[Setting, ...] = ()
    idempotency_header: str | None = None
    request_id_header: str | None = None
    retry_statuses: tuple[int, ...] = ()


@value(kw_only=True)
class Api:
    """A whole document."""

    title: str
    version: str
    source: str
    """The file it was read from, as the user named it."""
    description: str = ""
    client: Client
    servers: tuple[Server, ...] = ()
    security_schemes: tuple[SecurityScheme, ...] = ()
    security: tuple[tuple[str, ...], ...] = ()
    definitions: tuple[AnyDefinition, ...] = ()
    resources: tuple[Resource, ...] = ()
    events: Events = Events()
    signature: Mapping[str, JsonValue] | None = None
