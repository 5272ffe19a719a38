"""Servers, security schemes and constructor arguments of the document → the IR."""

from __future__ import annotations

from typing import Any, Literal

from ..ir import Client, SecurityScheme, Server, ServerVariable, Setting
from ..naming.casing import argument, pascal, snake
from ..naming.unique_names import unique
from ..normalize import Normal
from ..openapi.grammar import Node
from .schemas import text

_GENERIC = frozenset(
    {
        "bearer",
        "bearer_auth",
        "http",
        "http_bearer",
        "auth",
        "authorization",
        "default",
        "jwt",
        "jwt_auth",
    }
)
_TAKEN = ("self", "base_url", "timeout", "max_retries", "headers", "http_client", "hooks")


def describe_client(normal: Normal) -> Client:
    """`x-hooksmith-client`, or a name made of the title."""
    stated = normal.document.get("x-hooksmith-client") or {}
    title = text(normal.document.get("info", {}).get("title")) or "Api"
    settings = [
        Setting(
            name=argument(name),
            description=text(facts.get("description")),
            required=facts.get("required") is True,
        )
        for name, facts in (stated.get("options") or {}).items()
    ]
    return Client(
        name=pascal(stated["name"]) if "name" in stated else _client_name(title),
        settings=tuple(settings),
        idempotency_header=stated.get("idempotency_header"),
        request_id_header=stated.get("request_id_header"),
        retry_statuses=tuple(sorted(stated.get("retry_statuses") or ())),
    )


def _client_name(title: str) -> str:
    name = pascal(title)
    for suffix in ("Api", "API", "Client"):
        if name.endswith(suffix) and name != suffix:
            name = name.removesuffix(suffix)
    return name


def describe_servers(document: Node) -> tuple[Server, ...]:
    """The servers that a request can go to; a bare `/` says nothing and is left out."""
    found = []
    for server in document.get("servers") or ():
        url = text(server.get("url"))
        if url not in ("", "/"):
            found.append(
                Server(
                    url=url.rstrip("/"),
                    description=text(server.get("description")),
                    variables=_variables(server),
                )
            )
    return tuple(found)


def _variables(server: Node) -> tuple[ServerVariable, ...]:
    stated = server.get("variables") or {}
    names = unique(list(stated), argument, _TAKEN)
    return tuple(
        ServerVariable(
            name=wire,
            argument=name,
            default=str(facts.get("default", "")),
            choices=tuple(str(choice) for choice in facts.get("enum") or ()),
            description=text(facts.get("description")),
            required=(facts.get("x-hooksmith-provenance") or {}).get("status") == "unestablished"
            or "default" not in facts,
        )
        for (wire, facts), name in zip(stated.items(), names, strict=True)
    )


def describe_schemes(normal: Normal) -> tuple[SecurityScheme, ...]:
    """The security schemes, each with the constructor argument that its credential comes by."""
    stated = normal.document.get("components", {}).get("securitySchemes") or {}
    names = unique(list(stated), _argument, _TAKEN)
    return tuple(
        _scheme(wire, argument_, facts)
        for (wire, facts), argument_ in zip(stated.items(), names, strict=True)
    )


def _argument(name: str) -> str:
    return "token" if snake(name) in _GENERIC else argument(name)


def _scheme(name: str, argument_: str, facts: Node) -> SecurityScheme:
    flow = (facts.get("flows") or {}).get("clientCredentials")
    token = facts.get("x-hooksmith-token") or {}
    location: Any = facts.get("in")
    return SecurityScheme(
        name=name,
        kind=_kind(facts, flow),
        argument=argument_,
        description=text(facts.get("description")),
        location=location if location in ("header", "query", "cookie") else None,
        parameter=facts.get("name"),
        token_url=flow.get("tokenUrl") if flow else None,
        token_request=token.get("request", "form"),
        token_parameters=tuple(token.get("parameters") or ()),
    )


def _kind(
    facts: Node, flow: Any
) -> Literal["bearer", "basic", "api_key", "oauth2_client_credentials", "other"]:
    match facts.get("type"), text(facts.get("scheme")).lower():
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


def security_requirement(stated: Any) -> tuple[tuple[str, ...], ...]:
    """Alternatives of sets of scheme names; `()`: none needed."""
    return tuple(tuple(alternative) for alternative in stated or ())
