"""The description of a whole document: client, servers, security schemes, definitions, resources and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from ..frozen import value
from .events import Events
from .operations import Resource
from .types import AnyDefinition, JsonValue


@value(kw_only=True)
class ServerVariable:
    """A variable of a server's URL. `argument`: the constructor argument of the client."""

    name: str
    argument: str
    default: str
    choices: tuple[str, ...] = ()
    description: str = ""
    required: bool = False
    """Whether the user must give a value, because the document's default is a placeholder or missing."""


@value(kw_only=True)
class Server:
    """A base URL of the API."""

    url: str
    description: str = ""
    variables: tuple[ServerVariable, ...] = ()
    pointer: str = field(default="", compare=False)
    """JSON Pointer to the server in the bundled document."""


@value(kw_only=True)
class SecurityScheme:
    """A security scheme. `kind` is "other" if the user has to set the headers."""

    name: str
    kind: Literal["bearer", "basic", "api_key", "oauth2_client_credentials", "other"]
    argument: str
    description: str = ""
    location: Literal["header", "query", "cookie"] | None = None
    parameter: str | None = None
    token_url: str | None = None
    token_request: Literal["form", "json"] = "form"
    token_parameters: tuple[str, ...] = ()
    pointer: str = field(default="", compare=False)
    """JSON Pointer to the scheme in the bundled document."""


@value(kw_only=True)
class Setting:
    """An additional constructor argument of the client: `x-hooksmith-client`."""

    name: str
    description: str = ""
    required: bool = False


@value(kw_only=True)
class Client:
    """Settings of the client classes, `name` and `Async…`.

    `idempotency_header`: header that makes a POST safe to repeat; None: the API has none. `retry_statuses`: statuses
    to retry beside 408, 429 and 5xx. `environment`: beginning of the names of environment variables; empty: the
    package's name.
    """

    name: str
    environment: str = ""
    settings: tuple[Setting, ...] = ()
    idempotency_header: str | None = None
    request_id_header: str | None = None
    retry_statuses: tuple[int, ...] = ()


@value(kw_only=True)
class Api:
    """The description of a document."""

    title: str
    version: str
    source: str
    """Path of the document as the user wrote it."""
    description: str = ""
    client: Client
    servers: tuple[Server, ...] = ()
    security_schemes: tuple[SecurityScheme, ...] = ()
    security: tuple[tuple[str, ...], ...] = ()
    definitions: tuple[AnyDefinition, ...] = ()
    resources: tuple[Resource, ...] = ()
    events: Events = Events()
    signature: Mapping[str, JsonValue] | None = None
