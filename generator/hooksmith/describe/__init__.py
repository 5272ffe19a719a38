"""Normal form → IR: the content of the API, independent of OpenAPI's notation."""

from __future__ import annotations

from ..ir import Api
from ..naming.class_names import ClassNames
from ..normalize import Normal
from .events import describe_events
from .prose import text
from .request_models import split_by_direction
from .resources import describe_resources
from .schemas import Schemas
from .security import describe_schemes, security_requirement
from .servers import describe_client, describe_servers
from .signature_schemes import describe_signature


def describe(normal: Normal, names: ClassNames, source: str) -> Api:
    """Describe the whole document. `source` is the file name as the user wrote it."""
    schemas = Schemas(normal, names)
    schemas.add_components()
    resources = describe_resources(normal, schemas)
    events = describe_events(normal, schemas)
    schemas.finish()
    info = normal.document.get("info") or {}
    return split_by_direction(
        Api(
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
    )
