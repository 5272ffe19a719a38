"""Servers and constructor arguments of the client."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..ir import Client, Server, ServerVariable, Setting
from ..naming.casing import argument, pascal
from ..naming.overrides import Overrides
from ..naming.reserved import CONSTRUCTOR_ARGUMENTS
from ..naming.unique_names import unique
from ..normalize import Normal
from ..openapi.grammar import Node
from .prose import text


def describe_client(normal: Normal, taken: Iterable[str], overrides: Overrides) -> Client:
    """Return the settings in `x-hooksmith-client`.

    The name of its class is the one that the user chose, or is made of `name` there, or of the document's title.
    `taken`: the other arguments of the constructor.
    """
    extension = normal.document.get("x-hooksmith-client") or {}
    title = text(normal.document.get("info", {}).get("title")) or "Api"
    options = extension.get("options") or {}
    names = unique(list(options), argument, [*CONSTRUCTOR_ARGUMENTS, *taken])
    settings = [
        Setting(
            name=name,
            description=text(option.get("description")),
            required=option.get("required") is True,
        )
        for name, option in zip(names, options.values(), strict=True)
    ]
    name = pascal(extension["name"]) if "name" in extension else _client_name(title)
    return Client(
        name=overrides.client or f"{name}Client",
        environment=normal.document.get("x-hooksmith-environment", ""),
        settings=tuple(settings),
        idempotency_header=extension.get("idempotency_header"),
        request_id_header=extension.get("request_id_header"),
        retry_statuses=tuple(sorted(extension.get("retry_statuses") or ())),
    )


def _client_name(title: str) -> str:
    name = pascal(title)
    for suffix in ("Api", "API", "Client"):
        if name.endswith(suffix) and name != suffix:
            name = name.removesuffix(suffix)
    return name


def describe_servers(document: Node, taken: Collection[str]) -> tuple[Server, ...]:
    """Return the servers with a URL. The default `/` of OpenAPI names no host and is left out.

    `taken`: the other arguments of the constructor.
    """
    servers = []
    for index, server in enumerate(document.get("servers") or ()):
        url = text(server.get("url"))
        if url not in ("", "/"):
            servers.append(
                Server(
                    url=url.rstrip("/"),
                    description=text(server.get("description")),
                    variables=_variables(server, taken),
                    pointer=f"/servers/{index}",
                )
            )
    return tuple(servers)


def _variables(server: Node, taken: Collection[str]) -> tuple[ServerVariable, ...]:
    variables = server.get("variables") or {}
    arguments = unique(list(variables), argument, [*CONSTRUCTOR_ARGUMENTS, *taken])
    return tuple(
        _variable(wire, name, variable)
        for (wire, variable), name in zip(variables.items(), arguments, strict=True)
    )


def _variable(wire: str, name: str, variable: Node) -> ServerVariable:
    evidence = variable.get("x-hooksmith-provenance") or {}
    return ServerVariable(
        name=wire,
        argument=name,
        default=str(variable.get("default", "")),
        choices=tuple(str(choice) for choice in variable.get("enum") or ()),
        description=text(variable.get("description")),
        required=evidence.get("status") == "unestablished" or "default" not in variable,
    )
