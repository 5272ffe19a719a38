"""Security schemes and security requirements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from ..errors import ConfigError
from ..ir import SecurityScheme
from ..json_pointer import escape
from ..naming.argument_names import credential_arguments
from ..naming.casing import argument, snake
from ..naming.overrides import Overrides
from ..naming.reserved import CONSTRUCTOR_ARGUMENTS
from ..naming.unique_names import unique
from ..normalize import Normal
from ..openapi.grammar import Node
from .prose import text

_GENERIC = frozenset(
    "bearer bearer_auth http http_bearer auth authorization default jwt jwt_auth".split()
)
"""Names of schemes that say nothing about the credential; its argument is `token`."""


def describe_schemes(normal: Normal, overrides: Overrides) -> tuple[SecurityScheme, ...]:
    """Return the security schemes, each with the constructor argument that takes its credential.

    Raises ConfigError if the user chose a name for a scheme whose credential is not a single argument.
    """
    schemes = normal.document.get("components", {}).get("securitySchemes") or {}
    arguments = unique(list(schemes), _argument, CONSTRUCTOR_ARGUMENTS)
    described = tuple(
        _scheme(wire, name, scheme)
        for (wire, scheme), name in zip(schemes.items(), arguments, strict=True)
    )
    return tuple(_renamed(normal, scheme, overrides) for scheme in described)


def _renamed(normal: Normal, scheme: SecurityScheme, overrides: Overrides) -> SecurityScheme:
    """Return a scheme with the name that the user chose for its argument, if any."""
    name = overrides.credentials.get(scheme.pointer)
    if name is None:
        return scheme
    arguments = credential_arguments(scheme)
    if list(arguments) != [scheme.argument]:
        listed = ", ".join(arguments) or "none"
        message = f"names: the credential at {scheme.pointer} is not one argument, but: {listed}"
        raise ConfigError.at(normal.place(scheme.pointer), message)
    return replace(scheme, argument=name)


def _argument(name: str) -> str:
    return "token" if snake(name) in _GENERIC else argument(name)


def _scheme(wire: str, name: str, scheme: Node) -> SecurityScheme:
    flow = (scheme.get("flows") or {}).get("clientCredentials")
    token = scheme.get("x-hooksmith-token") or {}
    location: Any = scheme.get("in")
    return SecurityScheme(
        name=wire,
        kind=_kind(scheme, flow),
        argument=name,
        description=text(scheme.get("description")),
        location=location if location in ("header", "query", "cookie") else None,
        parameter=scheme.get("name"),
        token_url=flow.get("tokenUrl") if flow else None,
        token_request=token.get("request", "form"),
        token_parameters=tuple(token.get("parameters") or ()),
        pointer=f"/components/securitySchemes/{escape(wire)}",
    )


def _kind(
    scheme: Node, flow: Any
) -> Literal["bearer", "basic", "api_key", "oauth2_client_credentials", "other"]:
    match scheme.get("type"), text(scheme.get("scheme")).lower():
        case ("http", "bearer"):
            return "bearer"
        case ("http", "basic"):
            return "basic"
        case ("apiKey", _):
            return "api_key"
        case ("oauth2", _):
            return "oauth2_client_credentials" if flow else "bearer"
        case ("openIdConnect", _):
            return "bearer"
    return "other"


def security_requirement(value: Any) -> tuple[tuple[str, ...], ...]:
    """Return the alternatives of a `security` list, each as scheme names; (): no credentials are needed."""
    return tuple(tuple(alternative) for alternative in value or ())
