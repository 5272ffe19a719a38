"""Servers, security schemes and settings → the clients' constructors."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Api, SecurityScheme, Server
from .imports import Imports
from .text import literal, section, sentence
from .views import ArgumentView, ClientView

def plan_client(api: Api, package: str, runtime: str) -> ClientView | None:
    """The clients, or None where there is nothing to call."""
    if not api.resources:
        return None
    arguments = dict(_credential_arguments(api))
    docs = {name: doc for name, (_, doc) in arguments.items()}
    for setting in api.client.settings:
        arguments[setting.name] = ("str | None", setting.description)
        docs[setting.name] = setting.description
    variables = {variable.name: variable for server in api.servers for variable in server.variables}
    for variable in variables.values():
        arguments[variable.argument] = ("str | None", variable.description)
        docs[variable.argument] = variable.description
    imports = Imports(runtime=f".{runtime}")
    return ClientView(
        name=api.client.name,
        doc=_client_doc(api, docs),
        arguments=tuple(ArgumentView(name=name, annotation=annotation, default="None") for name, (annotation, _) in arguments.items()),
        credentials=tuple((literal(name), name) for name in dict(_credential_arguments(api))),
        settings=tuple((literal(setting.name), setting.name) for setting in api.client.settings),
        server_variables=tuple((literal(name), variable.argument) for name, variable in variables.items()),
        api=tuple(_api_info(api, package, imports)),
        api_imports=imports.block(),
    )


def _client_doc(api: Api, docs: dict[str, str]) -> str:
    """What the client is for, where it goes, and what its constructor takes."""
    blocks = [f"Client of {api.title}." if api.title else "Client."]
    if not api.servers:
        blocks.append("No server is established: `base_url` must be given.")
    described = [(name, " ".join(doc.split())) for name, doc in docs.items()]
    blocks.append(section("Args", [*described, *_COMMON_ARGUMENTS]))
    return "\n\n".join(blocks)


_COMMON_ARGUMENTS = [
    ("base_url", "Where requests go, instead of the server of the document."),
    ("timeout", "Seconds for each step of a request, such as connecting; None: no limit."),
    ("max_retries", "How often a request that failed for a passing reason is sent again."),
    ("headers", "Sent with every request."),
    ("http_client", "The httpx2 client to send with; it stays yours to close."),
]


def _credential_arguments(api: Api) -> Iterator[tuple[str, tuple[str, str]]]:
    for scheme in api.security_schemes:
        match scheme.kind:
            case "bearer" | "api_key":
                yield scheme.argument, ("str | Callable[[], str] | None", scheme.description)
            case "basic":
                yield "username", ("str | None", scheme.description)
                yield "password", ("str | None", "")
            case "oauth2_client_credentials":
                yield from _oauth2_arguments(scheme)


def _oauth2_arguments(scheme: SecurityScheme) -> Iterator[tuple[str, tuple[str, str]]]:
    yield "client_id", ("str | None", scheme.description)
    yield "client_secret", ("str | None", "")
    for name in scheme.token_parameters:
        yield name, ("str | None", "")
    yield "token_url", ("str | None", "Where tokens are asked for")


def _api_info(api: Api, package: str, imports: Imports) -> Iterator[str]:
    imports.add_runtime("operation", "ApiInfo")
    yield f"name={literal(package)}"
    yield f"title={literal(api.title)}"
    if api.servers:
        servers = ", ".join(_server(server, imports) for server in api.servers)
        yield f"servers=({servers},)"
    schemes = [f"{literal(scheme.name)}: {text}" for scheme in api.security_schemes if (text := _scheme(scheme, imports))]
    if schemes:
        yield f"schemes={{{', '.join(schemes)}}}"
    if api.security:
        yield f"security={literal(api.security)}"


def _server(server: Server, imports: Imports) -> str:
    imports.add_runtime("operation", "Server")
    arguments = [literal(server.url)]
    if server.variables:
        imports.add_runtime("operation", "ServerVariable")
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
            arguments = [literal(scheme.parameter), f"location={literal(scheme.location)}", f"argument={literal(scheme.argument)}"]
        case "oauth2_client_credentials":
            name = "OAuth2ClientCredentials"
            arguments = [f"token_url={literal(scheme.token_url)}", f"request={literal(scheme.token_request)}"]
            if scheme.token_parameters:
                arguments.append(f"parameters={literal(scheme.token_parameters)}")
        case "other":
            return ""
    imports.add_runtime("operation", name)
    return f"{name}({', '.join(arguments)})"

