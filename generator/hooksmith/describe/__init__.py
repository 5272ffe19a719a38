"""Normal form → IR: the content of the API, independent of OpenAPI's notation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..extensions.signature_schemes import known_scheme
from ..ir import Api
from ..naming.argument_names import credential_arguments
from ..naming.names import Names
from ..normalize import Normal
from .events import describe_events
from .prose import text
from .request_models import split_by_direction
from .resources import describe_resources
from .schemas import Schemas
from .security import describe_schemes, security_requirement
from .servers import describe_client, describe_servers


def describe(normal: Normal, names: Names, source: str) -> Api:
    """Describe the whole document. `source` is the file name as the user wrote it."""
    schemas = Schemas(normal, names.classes)
    schemas.add_components()
    resources = describe_resources(normal, schemas, names)
    events = describe_events(normal, schemas)
    schemas.finish()
    info = normal.document.get("info") or {}
    schemes = describe_schemes(normal, names.overrides)
    taken = {name for scheme in schemes for name in credential_arguments(scheme).values()}
    client = describe_client(normal, taken, names.overrides)
    taken.update(setting.name for setting in client.settings)
    sent, received = (
        [names.classes.names[pointer] for pointer in sorted(pointers)]
        for pointers in normal.outside
    )
    return split_by_direction(
        Api(
            title=text(info.get("title")),
            version=str(info.get("version", "")),
            source=source,
            description=text(info.get("description")),
            client=client,
            servers=describe_servers(normal.document, taken),
            security_schemes=schemes,
            security=security_requirement(normal.document.get("security")),
            definitions=tuple(schemas.definitions.values()),
            resources=resources,
            events=events,
            signature=_signature(normal.document),
        ),
        sent,
        received,
    )


def _signature(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the declaration of the deliveries' signature scheme; None if the document declares none."""
    scheme = document.get("x-hooksmith-signature")
    return known_scheme(scheme) if isinstance(scheme, str) else scheme
