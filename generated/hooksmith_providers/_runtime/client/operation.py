"""HTTP details of an API: operations, parameters, bodies, replies, servers and security schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import FunctionType
from typing import Any, ClassVar, Generic, Literal, TypeVar

from ..media_types import essence_of
from ..models.validation import Adapter

T = TypeVar("T")
Item = TypeVar("Item")

Place = Literal["path", "query", "header", "cookie"]
Style = Literal[
    "form",
    "simple",
    "label",
    "matrix",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
    "cookie",
]
Security = tuple[tuple[str, ...], ...]
"""Alternatives; each is the schemes that it takes. `()` is public, `((),)` allows anonymous calls."""


class _Annotated:
    """Base of details with an annotation, or with a function that imports and returns the annotation."""

    annotation: Any
    is_received: ClassVar[bool] = False

    @cached_property
    def type(self) -> Any:
        """The annotation."""
        return self.annotation() if isinstance(self.annotation, FunctionType) else self.annotation

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for pickle, which takes no functions; cached values are built again."""
        state = {key: value for key, value in vars(self).items() if key not in ("type", "adapter")}
        return {**state, "annotation": self.type}

    @cached_property
    def adapter(self) -> Adapter | None:
        """The annotation's adapter; None for Any, which accepts every value."""
        if self.type is Any:
            return None
        return Adapter(self.type, received=self.is_received)


@dataclass(frozen=True, eq=False)
class Parameter(_Annotated):
    """One parameter; the place it stands in is that of the tuple that holds it.

    `style` and `explode` of None are OpenAPI's defaults. With `media_type` (a `content` parameter) the
    value is sent in that format instead.
    """

    name: str
    style: Style | None = None
    explode: bool | None = None
    annotation: Any = Any
    media_type: str | None = None
    allow_reserved: bool = False
    required: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class Encoding:
    """How one property of a form or multipart body is written."""

    media_type: str | None = None
    style: Style | None = None
    explode: bool | None = None
    allow_reserved: bool = False


@dataclass(frozen=True, eq=False)
class Body(_Annotated):
    """A request's body; `encoding` is by property, for forms and multipart.

    `others` describe it in further media types; whether it is required, this says for all of them.
    """

    annotation: Any = Any
    media_type: str = "application/json"
    required: bool = False
    encoding: Mapping[str, Encoding] = field(default_factory=dict)
    others: tuple[Body, ...] = ()


@dataclass(frozen=True, eq=False)
class Reply(_Annotated):
    """A reply's body. An annotation of None: nothing; bytes: the content itself.

    `others`: what may come instead, by its media type; None there is what only streams read.
    """

    is_received: ClassVar[bool] = True
    annotation: Any
    media_type: str = "application/json"
    others: tuple[Reply, ...] = ()


@dataclass(frozen=True, eq=False)
class ItemStream(_Annotated):
    """A reply that is read item by item: server-sent events, or one JSON text a line.

    `events`: name of a server-sent event → its item, if names tell items apart. `done`: the data after which nothing
    follows. `describes_error`: whether an event named `error` is one of the items.
    """

    is_received: ClassVar[bool] = True
    annotation: Any
    media_type: str = "text/event-stream"
    events: Mapping[str, ItemStream] = field(default_factory=dict)
    done: str | None = "[DONE]"
    describes_error: bool = False

    @cached_property
    def is_text(self) -> bool:
        """Whether the items are the plain data of server-sent events, not JSON."""
        return self.type is str and essence_of(self.media_type) == "text/event-stream"

    @cached_property
    def done_marker(self) -> bytes | None:
        """`done` as bytes."""
        return None if self.done is None else self.done.encode()


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """Permissions that the caller of an operation needs."""

    permissions: tuple[str, ...]
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class CursorPagination:
    """Pagination by a cursor of the last reply, which the next request sends.

    `items`, `next`, `more` and `complete` are JSON Pointers into the reply; `last` is one into the last item of a
    page, if that is the cursor. `parameter` and `size` are query parameters. `more` false and `complete` true tell
    the last page.
    """

    parameter: str
    items: str
    next: str | None = None
    last: str | None = None
    more: str | None = None
    complete: str | None = None
    size: str | None = None


@dataclass(frozen=True, kw_only=True)
class OffsetPagination:
    """Pagination by the position of the next item, which the next request sends.

    `items`, `more` and `complete` are JSON Pointers into the reply; a reply that is an array is the items
    themselves. Without `more` and `complete` an empty page is the last.
    """

    parameter: str
    items: str
    more: str | None = None
    complete: str | None = None
    size: str | None = None


@dataclass(frozen=True, kw_only=True)
class PageNumberPagination:
    """Pagination by the number of the next page; `first`: the number of the first.

    `items`, `more` and `complete` are JSON Pointers into the reply. Without `more` and `complete` an empty page is the
    last, and so is a page with fewer items than the request asked for by `size`.
    """

    parameter: str
    items: str
    more: str | None = None
    complete: str | None = None
    size: str | None = None
    first: int = 1


@dataclass(frozen=True, kw_only=True)
class LinkPagination:
    """Pagination by the header `Link` with `rel="next"` (RFC 8288), whose query the next request sends."""

    items: str
    size: str | None = None


@dataclass(frozen=True, kw_only=True)
class NextUrlPagination:
    """Pagination by the URL of the next page in the reply, whose query the next request sends."""

    items: str
    next: str
    size: str | None = None


Pagination = (
    CursorPagination | OffsetPagination | PageNumberPagination | LinkPagination | NextUrlPagination
)


@dataclass(frozen=True, kw_only=True)
class ServerVariable:
    """Part of a server's URL; `argument` is its name in the constructor."""

    default: str | None = None
    enum: tuple[str, ...] = ()
    argument: str | None = None


@dataclass(frozen=True, eq=False)
class Server:
    """Base URL with `{variables}`."""

    url: str
    variables: Mapping[str, ServerVariable] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class HttpBearer:
    """`Authorization: Bearer …`; `argument` is the constructor's name for it, else the scheme's."""

    argument: str | None = None
    prefix: str = "Bearer"


@dataclass(frozen=True, kw_only=True)
class HttpBasic:
    """`Authorization: Basic …` (RFC 7617), from the arguments `username` and `password`."""


@dataclass(frozen=True)
class ApiKey:
    """A key in a header, a query parameter or a cookie; `argument` as in HttpBearer."""

    name: str
    location: Literal["header", "query", "cookie"] = "header"
    argument: str | None = None


@dataclass(frozen=True, kw_only=True)
class OAuth2ClientCredentials:
    """A token for client credentials (RFC 6749, section 4.4).

    Takes `client_id`, `client_secret`, all of `parameters`, and `token_url` where the user's differs;
    `request` says whether the token is asked for with a form or JSON.
    """

    token_url: str | None = None
    request: Literal["form", "json"] = "form"
    parameters: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MutualTls:
    """Client certificate of the injected HTTP client; the request is not changed."""


SecurityScheme = HttpBearer | HttpBasic | ApiKey | OAuth2ClientCredentials | MutualTls


@dataclass(frozen=True, eq=False, kw_only=True)
class ApiInfo:
    """An API as a whole.

    `environment`, or else `name` in capitals, starts the names of the environment variables.
    `idempotency_header` is None where the API has none; where it has, each POST carries a key.
    `retry_statuses` are those that the API says to repeat, beside 408, 429 and 5xx.
    """

    name: str
    title: str = ""
    environment: str = ""
    servers: tuple[Server, ...] = ()
    schemes: Mapping[str, SecurityScheme] = field(default_factory=dict)
    security: Security = ()
    user_agent: str = "hooksmith"
    idempotency_header: str | None = None
    retry_statuses: frozenset[int] = frozenset()
    request_id_header: str = "x-request-id"


@dataclass(frozen=True, eq=False, kw_only=True)
class Operation(Generic[T]):
    """One operation; T is the content of its successful reply.

    Keys of `replies` and `errors` are statuses, `2XX` to `5XX`, or `default`. `security` of None is the
    API's. `server` stands in for the API's servers unless the user gave a base URL.
    """

    id: str
    method: str
    path: str
    path_parameters: tuple[Parameter, ...] = ()
    query: tuple[Parameter, ...] = ()
    header: tuple[Parameter, ...] = ()
    cookie: tuple[Parameter, ...] = ()
    body: Body | None = None
    replies: Mapping[str, Reply] = field(default_factory=dict)
    errors: Mapping[str, Reply] = field(default_factory=dict)
    permissions: Permissions | None = None
    security: Security | None = None
    server: Server | None = None
    deprecated: bool = False

    @cached_property
    def accept(self) -> str:
        """The media types of the replies for the Accept header, the preferred first."""
        described = (*self.replies.values(), *self.errors.values())
        first = dict.fromkeys(each.media_type for each in described if each.annotation is not None)
        others = [each for reply in self.replies.values() for each in reply.others]
        rest = dict.fromkeys(each.media_type for each in others if each.annotation is not None)
        types = [*first, *(f"{each};q=0.5" for each in rest if each not in first)]
        return ", ".join(types) or "*/*"


@dataclass(frozen=True, eq=False, kw_only=True)
class PagedOperation(Operation[T], Generic[Item, T]):
    """Operation whose replies T are pages of Item."""

    pagination: Pagination


@dataclass(frozen=True, eq=False, kw_only=True)
class StreamedOperation(Operation[T], Generic[Item, T]):
    """Operation whose reply can be a stream of Item; T is its reply in other media types."""

    stream: ItemStream
