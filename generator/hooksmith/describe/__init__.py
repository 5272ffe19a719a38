"""The normal form → the IR: what the API says, free of OpenAPI's ways of saying it."""

from __future__ import annotations

from dataclasses import replace

from ..ir import Api
from ..normalize import Normal
from .events import describe_events
from .facts import facts_of
from .operations import describe_resources
from .request_models import Directions, settle_directions, shaped, shaped_resource
from .schemas import Schemas, text
from .security import describe_client, describe_schemes, describe_servers, security_requirement
from .signature_schemes import describe_signature


def describe(normal: Normal, source: str) -> Api:
    """Read the whole document. `source` is the file as the user named it."""
    read = describe_undirected(normal, source)
    return direct(read, settle_directions(facts_of(read)))


def describe_undirected(normal: Normal, source: str) -> Api:
    """What the document says, before it is known which definitions are sent, and which received."""
    schemas = Schemas(normal)
    schemas.add_components()
    resources = describe_resources(normal, schemas)
    events = describe_events(normal, schemas)
    schemas.finish()
    info = normal.document.get("info") or {}
    return Api(
        title=text(info.get("title")),
        version=str(info.get("version", "")),
        source=source,
        description=text(info.get("description")),
        client=describe_client(normal),
        servers=describe_servers(normal.document),
        security_schemes=describe_schemes(normal),
        security=security_requirement(normal.document.get("security")),
        definitions=tuple(schemas.definitions.values()),
        resources=resources,
        events=events,
        signature=describe_signature(normal.document),
    )


def direct(read: Api, directions: Directions) -> Api:
    """The API with the shapes that its definitions have in each direction."""
    return replace(
        read,
        definitions=tuple(
            shape for found in read.definitions for shape in shaped(found, directions)
        ),
        resources=tuple(shaped_resource(resource, directions) for resource in read.resources),
    )
