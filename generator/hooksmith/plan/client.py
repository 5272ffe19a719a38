"""Servers, security schemes and settings → the clients' constructors."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Api, SecurityScheme, Server
from .docstrings import section
from .imports import Imports
from .literals import literal
from .views import ArgumentView, ClientView

_SOURCE = "str | Callable[[], str] | None"
_ASYNC_SOURCE = "str | Callable[[], str | Awaitable[str]] | None"


def plan_client(api: Api, package: str, runtime: str) -> ClientView | None:
    """The clients, or None where there is nothing to call."""
    if not api.resources:
        return None
    described = {name: (annotation, doc) for name, annotation, doc in _arguments(api)}
    arguments = tuple(
        ArgumentView(name=name, annotation=annotation, default="None")
        for name, (annotation, _) in described.items()
    )
    imports = Imports(runtime=f".{runtime}")
    return ClientView(
        name=api.client.name,
        doc=_client_doc(api, {name: doc for name, (_, doc) in described.items()}),
        arguments=arguments,
        async_arguments=tuple(_for_async(argument) for argument in arguments),
        abstract="Awaitable, Callable, Mapping"
        if any(it.annotation == _SOURCE for it in arguments)
        else "Mapping",
        credentials=tuple(
            (literal(scheme.name), _given(scheme))
            for scheme in api.security_schemes
            if scheme.kind != "other"
        ),
        settings=tuple((literal(setting.name), setting.name) for setting in api.client.settings),
        server_variables=tuple(
            {
                literal(variable.name): variable.argument
                for server in api.servers
                for variable in server.variables
            }.items()
        ),
        api=tuple(_api_info(api, package, imports)),
        api_imports=imports.block(),
    )


def _arguments(api: Api) -> Iterator[tuple[str, str, str]]:
    """Name, annotation and description of what the constructor takes: credentials, settings, parts of the URL."""
    for scheme in api.security_schemes:
        if scheme.kind != "other":
            yield from ((name, _SOURCE, doc) for name, doc in _scheme_arguments(scheme).items())
    for setting in api.client.settings:
        yield setting.name, "str | None", setting.description
    for server in api.servers:
        for variable in server.variables:
            yield variable.argument, "str | None", variable.description


def _for_async(argument: ArgumentView) -> ArgumentView:
    """A credential of the async client may be awaited."""
    return (
        argument._replace(annotation=_ASYNC_SOURCE) if argument.annotation == _SOURCE else argument
    )


def _client_doc(api: Api, docs: dict[str, str]) -> str:
    """What the client is for, where it goes, and what its constructor takes."""
    blocks = [f"Client of {api.title}." if api.title else "Client."]
    if not api.servers:
        blocks.append("No server is established: `base_url` must be given.")
    described = [(name, " ".join(doc.split())) for name, doc in docs.items() if doc]
    blocks.append(section("Args", [*described, *_COMMON_ARGUMENTS]))
    return "\n\n".join(blocks)


_COMMON_ARGUMENTS = [
    ("base_url", "Where requests go, instead of the server of the document."),
    ("timeout", "Seconds for each step of a request, such as connecting; None: no limit."),
    ("max_retries", "How often a request that failed for a passing reason is sent again."),
    ("headers", "Sent with every request."),
    ("http_client", "The httpx2 client to send with; it stays yours to close."),
    ("hooks", "Callables that watch every attempt, such as for traces and metrics."),
]


def _scheme_arguments(scheme: SecurityScheme) -> dict[str, str]:
    """The arguments that a scheme's credentials come by, and what they are."""
    match scheme.kind:
        case "basic":
            return {"username": scheme.description, "password": ""}
        case "oauth2_client_credentials":
            return {
                "client_id": scheme.description,
                "client_secret": "",
                **dict.fromkeys(scheme.token_parameters, ""),
                "token_url": "Where tokens are asked for",
                "access_token": "A token of your own, instead of one for the client credentials",
            }
    return {scheme.argument: scheme.description}


def _given(scheme: SecurityScheme) -> str:
    """What the runtime is given for a scheme: the credential, or a mapping of several."""
    arguments = _scheme_arguments(scheme)
    if len(arguments) == 1:
        return scheme.argument
    return "{" + ", ".join(f"{literal(name)}: {name}" for name in arguments) + "}"


def _api_info(api: Api, package: str, imports: Imports) -> Iterator[str]:
    imports.add_runtime("client.operation", "ApiInfo")
    yield f"name={literal(package)}"
    yield f"title={literal(api.title)}"
    if api.servers:
        servers = ", ".join(_server(server, imports) for server in api.servers)
        yield f"servers=({servers},)"
    schemes = [
        f"{literal(scheme.name)}: {text}"
        for scheme in api.security_schemes
        if (text := _scheme(scheme, imports))
    ]
    if schemes:
        yield f"schemes={{{', '.join(schemes)}}}"
    if api.security:
        yield f"security={literal(api.security)}"
    if api.client.idempotency_header:
        yield f"idempotency_header={literal(api.client.idempotency_header)}"
    if api.client.request_id_header:
        yield f"request_id_header={literal(api.client.request_id_header.lower())}"
    if api.client.retry_statuses:
        yield f"retry_statuses=frozenset({literal(list(api.client.retry_statuses))})"


def _server(server: Server, imports: Imports) -> str:
    imports.add_runtime("client.operation", "Server")
    arguments = [literal(server.url)]
    if server.variables:
        imports.add_runtime("client.operation", "ServerVariable")
        arguments.append(f"variables={{{', '.join(_variables(server))}}}")
    if server.description:
        arguments.append(f"description={literal(server.description)}")
    return f"Server({', '.join(arguments)})"


def _variables(server: Server) -> Iterator[str]:
    for variable in server.variables:
        stated = [] if variable.required else [f"default={literal(variable.default)}"]
        if variable.choices:
            stated.append(f"enum={literal(variable.choices)}")
        stated.append(f"argument={literal(variable.argument)}")
        yield f"{literal(variable.name)}: ServerVariable({', '.join(stated)})"


def _scheme(scheme: SecurityScheme, imports: Imports) -> str:
    match scheme.kind:
        case "bearer":
            name, arguments = "HttpBearer", [f"argument={literal(scheme.argument)}"]
        case "basic":
            name, arguments = "HttpBasic", []
        case "api_key":
            name = "ApiKey"
            arguments = [
                literal(scheme.parameter),
                f"location={literal(scheme.location)}",
                f"argument={literal(scheme.argument)}",
            ]
        case "oauth2_client_credentials":
            name = "OAuth2ClientCredentials"
            arguments = [
                f"token_url={literal(scheme.token_url)}",
                f"request={literal(scheme.token_request)}",
            ]
            if scheme.token_parameters:
                arguments.append(f"parameters={literal(scheme.token_parameters)}")
        case "other":
            return ""
    imports.add_runtime("client.operation", name)
    return f"{name}({', '.join(arguments)})"
