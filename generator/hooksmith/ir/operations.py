"""HTTP operations: parameters, request bodies, replies, callbacks and the resources that group operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from ..frozen import value
from .types import Field, Provenance, Type


@value(kw_only=True)
class Parameter:
    """A path, query, header or cookie parameter."""

    field: Field
    location: Literal["path", "query", "header", "cookie"]
    style: str
    explode: bool
    allow_reserved: bool = False
    media_type: str | None = None
    """Media type that the value is serialised as (`content`). None: `style` applies."""


@value(kw_only=True)
class PropertyEncoding:
    """Encoding Object of OpenAPI: serialisation of a property in a form or multipart body."""

    wire: str
    media_type: str | None = None
    style: str | None = None
    explode: bool | None = None
    allow_reserved: bool = False


@value(kw_only=True)
class Body:
    """A request body in its preferred media type.

    `fields`: the properties as arguments; None: the body is one argument, named `argument`. `others`: the body in
    further media types, each with empty `others`. `raw`: the runtime cannot write the media type (XML, say) and sends
    text or bytes.
    """

    type: Type
    media_type: str
    required: bool
    description: str = ""
    fields: tuple[Field, ...] | None = None
    argument: str = "body"
    encoding: tuple[PropertyEncoding, ...] = ()
    others: tuple[Body, ...] = ()
    raw: bool = False
    pointer: str = field(default="", compare=False)
    """JSON Pointer to the request body in the bundled document."""


@value(kw_only=True)
class Content:
    """A media type of a reply. `type` is None if only `stream` reads it."""

    media_type: str
    type: Type | None


@value(kw_only=True)
class Reply:
    """An HTTP response by status (`200`, `4XX`, `default`). `type` is None if the response has no content.

    `others`: further media types, selected by Content-Type. `raw`: the runtime cannot read the media type and
    returns text or bytes.
    """

    status: str
    type: Type | None
    media_type: str | None = None
    description: str = ""
    others: tuple[Content, ...] = ()
    raw: bool = False
    pointer: str = field(default="", compare=False)
    """JSON Pointer to the response in the bundled document."""


@value(kw_only=True)
class Pagination:
    """How the pages of a list follow one another: `x-hooksmith-pagination`, or recognised.

    `parameter`: the query parameter that leads to the next page; empty for `link` and `next_url`. `items`, `next`,
    `more` and `complete` are JSON Pointers into the reply, `last` is one into the last item of a page.
    """

    style: Literal["cursor", "offset", "page", "link", "next_url"]
    items: str
    item: Type
    parameter: str = ""
    next: str | None = None
    last: str | None = None
    size: str | None = None
    more: str | None = None
    complete: str | None = None
    first: int = 1
    """Number of the first page (`page`)."""
    reason: str = ""
    """Why the operation is taken to give pages; empty if the document declares it."""


@value(kw_only=True)
class ItemStream:
    """A success reply that is a stream of items.

    `events`: name of a server-sent event → type of its data, if names tell items apart. `done`: the data after which
    nothing follows. `describes_error`: whether an event named `error` is one of the items. `switch`: the boolean
    argument that asks for the stream; None: every reply is a stream.
    """

    media_type: str
    item: Type
    events: Mapping[str, Type] = field(default_factory=dict)
    done: str | None = "[DONE]"
    describes_error: bool = False
    switch: str | None = None


@value(kw_only=True)
class Permissions:
    """`x-hooksmith-permissions`: permissions that the operation needs."""

    permissions: tuple[str, ...]
    group: str | None = None


@value(kw_only=True)
class Callback:
    """A request that the API sends to an address of the caller. `type` is None if the request has no body."""

    name: str
    """Key of the callback in the document."""
    expression: str
    """Runtime expression of the address, such as `{$request.body#/callbackUrl}`."""
    method: str
    pointer: str
    type: Type | None
    media_type: str | None = None
    reply: Reply | None = None
    """The success answer that the API expects. None: the document describes none."""
    untyped: tuple[str, ...] = ()
    """Media types of bodies whose schema the runtime cannot apply."""
    summary: str = ""
    description: str = ""
    deprecated: bool = False


@value(kw_only=True)
class Operation:
    """An HTTP operation."""

    id: str
    name: str
    method: str
    path: str
    pointer: str
    tag: str = ""
    """The operation's first tag. Empty: no tag; `naming/resource_names.py` chooses the resource."""
    summary: str = ""
    description: str = ""
    deprecated: bool = False
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    empty_body: bool = False
    """Whether the document describes an optional body that can only be empty."""
    replies: tuple[Reply, ...] = ()
    errors: tuple[Reply, ...] = ()
    pagination: Pagination | None = None
    stream: ItemStream | None = None
    permissions: Permissions | None = None
    analytic_events: Mapping[str, str] = field(default_factory=dict)
    callbacks: tuple[Callback, ...] = ()
    security: tuple[tuple[str, ...], ...] | None = None
    """Alternatives of sets of scheme names. None: the API's `security` applies; (): no credentials."""
    provenance: Provenance | None = None


@value(kw_only=True)
class Resource:
    """Operations that share a tag or the beginning of their paths.

    `name`: the attributes that lead from the client to it (`emails`, `chat.completions`). `module`: its module's name.
    """

    name: str
    module: str
    class_name: str
    description: str = ""
    operations: tuple[Operation, ...] = ()
