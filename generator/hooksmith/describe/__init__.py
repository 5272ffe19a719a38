"""The normal form → the IR: what the API says, free of OpenAPI's ways of saying it."""

from __future__ import annotations

from ..ir import Api
from ..normalize import Normal
from .directions import mark_directions
from .events import describe_events
from .operations import describe_resources
from .schemas import Schemas, text
from .security import describe_client, describe_schemes, describe_servers, security_requirement
from .shapes import separate_shapes
from .signatures import describe_signature


def describe(normal: Normal, source: str) -> Api:
    """Read the whole document. `source` is the file as the user named it."""
    schemas = Schemas(normal)
    schemas.add_components()
    resources = describe_resources(normal, schemas)
    events = describe_events(normal, schemas)
    schemas.finish()
    definitions = mark_directions(schemas.definitions.values(), resources, events)
    definitions, resources = separate_shapes(definitions, resources)
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
        definitions=definitions,
        resources=resources,
        events=events,
        signature=describe_signature(normal.document),
    )
