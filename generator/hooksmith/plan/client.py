"""Servers, security schemes and settings → the clients' constructors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..ir import Api, Resource, SecurityScheme, Server
from ..naming.argument_names import credential_arguments
from .docstrings import section, sentence
from .imports import Imports, class_modules
from .literals import literal
from .views import ArgumentView, ClientView, NestedView


def plan_client(api: Api, package: str, runtime: str) -> ClientView | None:
    """Plan the clients; return None if the document has no operations."""
    if not api.resources:
        return None
    imports = _imports(api, runtime)
    api_imports = Imports(runtime=f".{runtime}")
    arguments = {argument.name: argument for argument in _arguments(api)}
    return ClientView(
        name=api.client.name,
        doc=_client_doc(api, arguments.values()),
        cached_property=imports.add("functools", "cached_property"),
        mapping=imports.add("collections.abc", "Mapping"),
        hooks=imports.add_runtime("client.hooks", "Hooks"),
        resources=nested_views(_outermost(api)),
        api_constant=imports.add(".operations._api", "API"),
        base=imports.add_runtime("client.sync_client", "SyncClient"),
        async_base=imports.add_runtime("client.async_client", "AsyncClient"),
        arguments=_argument_views(arguments, imports, is_async=False),
        async_arguments=_argument_views(arguments, imports, is_async=True),
        imports=imports.block(definitions_for_types_only=True),
        credentials=tuple(
            (literal(scheme.name), _credential(scheme))
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
        api=tuple(_api_info(api, package, api_imports)),
        api_imports=api_imports.block(),
    )


def _imports(api: Api, runtime: str) -> Imports:
    """Return the imports of the module of clients, with the classes of all resources."""
    resources = _outermost(api)
    classes = class_modules(resources, ".resources")
    defined = {api.client.name, f"Async{api.client.name}"}
    attributes = {resource.name for resource in resources}
    imports = Imports(
        runtime=runtime, module_of=classes.get, taken=classes.keys() | defined | attributes
    )
    imports.add_module("httpx2")
    for name in classes:
        imports.add_definition(name)
    return imports


def nested_views(resources: Iterable[Resource]) -> tuple[NestedView, ...]:
    """Plan resources as attributes of the client or of another resource."""
    return tuple(
        NestedView(
            name=resource.name.rpartition(".")[2],
            module=resource.module,
            class_name=resource.class_name,
            doc=sentence(resource.description),
        )
        for resource in resources
    )


def _outermost(api: Api) -> list[Resource]:
    """Return the resources that are attributes of the client."""
    return [resource for resource in api.resources if "." not in resource.name]


class _Argument(NamedTuple):
    """An argument of the constructor."""

    name: str
    is_credential: bool
    doc: str


def _arguments(api: Api) -> Iterator[_Argument]:
    """Yield the arguments of the constructor: credentials, settings, variables of the servers' URLs."""
    for scheme in api.security_schemes:
        if scheme.kind != "other":
            docs = _credential_docs(scheme)
            for key, name in credential_arguments(scheme).items():
                yield _Argument(name, True, docs.get(key, ""))
    for setting in api.client.settings:
        yield _Argument(setting.name, False, setting.description)
    for server in api.servers:
        for variable in server.variables:
            yield _Argument(variable.argument, False, variable.description)


def _argument_views(
    arguments: Mapping[str, _Argument], imports: Imports, *, is_async: bool
) -> tuple[ArgumentView, ...]:
    """Plan the arguments. A credential may be a callable; that of the asynchronous client, a coroutine too."""
    return tuple(
        ArgumentView(
            name=argument.name,
            annotation=_source(imports, is_async) if argument.is_credential else "str | None",
            default="None",
        )
        for argument in arguments.values()
    )


def _source(imports: Imports, is_async: bool) -> str:
    """Return the annotation of a credential."""
    callable_ = imports.add("collections.abc", "Callable")
    awaitable = imports.add("collections.abc", "Awaitable")
    result = f"str | {awaitable}[str]" if is_async else "str"
    return f"str | {callable_}[[], {result}] | None"


def _client_doc(api: Api, arguments: Iterable[_Argument]) -> str:
    """Return the docstring of the clients: the API, and the arguments of the constructor."""
    blocks = [f"Client of {api.title}." if api.title else "Client."]
    if not api.servers:
        blocks.append("No server is established: `base_url` must be given.")
    described = [(each.name, " ".join(each.doc.split())) for each in arguments if each.doc]
    blocks.append(section("Args", [*described, *_COMMON_ARGUMENTS]))
    return "\n\n".join(blocks)


_COMMON_ARGUMENTS = [
    ("base_url", "The URL of the API, instead of the server of the document."),
    ("timeout", "Seconds for each step of a request, such as connecting; None: no limit."),
    ("max_retries", "How often a request is repeated after a temporary failure."),
    ("max_reply", "The most bytes of a reply in memory, after it is unpacked."),
    ("max_depth", "The most levels of objects and arrays in a reply."),
    ("headers", "Headers of every request."),
    (
        "http_client",
        "The httpx2 client that sends the requests. It is not closed with this client.",
    ),
    ("hooks", "Callables that observe every attempt, such as for traces and metrics."),
]


def _credential_docs(scheme: SecurityScheme) -> dict[str, str]:
    """Return the descriptions of a scheme's credentials."""
    match scheme.kind:
        case "basic":
            return {"username": scheme.description}
        case "oauth2_client_credentials":
            return {
                "client_id": scheme.description,
                "token_url": "The URL of the token endpoint",
                "access_token": "A token to use instead of one for the client credentials",
            }
    return {scheme.argument: scheme.description}


def _credential(scheme: SecurityScheme) -> str:
    """Return the expression of a scheme's credentials: an argument, or a mapping of several arguments."""
    arguments = credential_arguments(scheme)
    if len(arguments) == 1:
        return scheme.argument
    entries = (f"{literal(key)}: {name}" for key, name in arguments.items())
    return "{" + ", ".join(entries) + "}"


def _api_info(api: Api, package: str, imports: Imports) -> Iterator[str]:
    """Yield the arguments of `ApiInfo` as `name=value`."""
    imports.add_runtime("client.operation", "ApiInfo")
    yield f"name={literal(package)}"
    yield f"title={literal(api.title)}"
    if api.client.environment:
        yield f"environment={literal(api.client.environment)}"
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
        arguments = [] if variable.required else [f"default={literal(variable.default)}"]
        if variable.choices:
            arguments.append(f"enum={literal(variable.choices)}")
        arguments.append(f"argument={literal(variable.argument)}")
        yield f"{literal(variable.name)}: ServerVariable({', '.join(arguments)})"


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
