"""Python and shell that a reader copies: a handler of an event, a call of an operation, a trigger command."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..frozen import value
from ..ir import Event, Field, Model, Named, Operation, Resource, Scalar, SecurityScheme, Type
from ..plan.agents import UNTYPED, handled_class, receiver_code
from ..plan.literals import literal
from ..plan.views import ArgumentView, MethodView, PackageView
from .index import ApiIndex
from .samples import CurlContext, PythonSampler, call, curl

_DEEPEST_ACCESS = 3


@value(kw_only=True)
class Names:
    """How readers name the API.

    `package`: the dotted name that its package is imported by. `provider`: the API's name for `trigger` and `listen`,
    empty where `hooksmith_providers` does not have it. `spec`: the document, for those commands.
    """

    package: str
    provider: str = ""
    spec: str = ""

    def variable(self, argument: str) -> str:
        """Return the environment variable that the clients read for an argument that is not given."""
        return f"{self.package.rpartition('.')[2]}_{argument}".upper()

    @property
    def target(self) -> list[str]:
        """The arguments of `trigger` and `listen` that name the API."""
        return [self.provider] if self.provider else ["--spec", self.spec]


class Credentials(NamedTuple):
    """Arguments of a client that an operation needs, and the schemes that they belong to."""

    arguments: tuple[tuple[str, str], ...]
    schemes: tuple[SecurityScheme, ...]


def handler_stub(index: ApiIndex, view: PackageView, event: Event, names: Names) -> str:
    """Return a module with a receiver and a handler of an event."""
    class_name = handled_class(index.api, event)
    accessor = "" if class_name == UNTYPED else _accessor(index, class_name)
    return receiver_code(view, names.package, class_name, f"print(event{accessor})")


def callback_stub(constants: list[str], names: Names) -> str:
    """Return a module with a receiver and a handler of each callback."""
    if not constants:
        return ""
    handlers = [
        f"\n\n@receiver.on({constant})\n"
        f"def on_{constant.lower()}(body: object, request: CallbackRequest) -> None:\n"
        "    print(request.path, body)"
        for constant in constants
    ]
    imported = ", ".join(sorted([*constants, "CallbackReceiver", "CallbackRequest"]))
    head = (
        f"from {names.package} import {imported}\n\n"
        'receiver = CallbackReceiver("https://example.com/callbacks", verifier=None)'
    )
    return head + "\n".join(["", *handlers])


def _accessor(index: ApiIndex, name: str) -> str:
    """Return attributes of an event that lead to a required scalar: `.data.email`; empty if none is certain."""
    steps: list[str] = []
    while len(steps) < _DEEPEST_ACCESS:
        required = [field for field in index.fields(name) if field.required]
        nested = next((field for field in required if _is_model(index, field)), None)
        if nested is None:
            scalar = next((field for field in required if _is_scalar(field)), None)
            return "".join(f".{step}" for step in [*steps, *([scalar.name] if scalar else [])])
        steps.append(nested.name)
        name = nested.type.name if isinstance(nested.type, Named) else ""
    return "".join(f".{step}" for step in steps)


def _is_model(index: ApiIndex, field: Field) -> bool:
    return isinstance(field.type, Named) and isinstance(index.definitions[field.type.name], Model)


def _is_scalar(field: Field) -> bool:
    return isinstance(field.type, Scalar) and not field.type.secret


def trigger_command(event: Event, names: Names) -> str:
    """Return the command that sends an event to a receiver on this machine."""
    words = [
        "hooksmith", "trigger", *names.target, event.type,
        "--to", "http://localhost:8000/", "--secret", "s3cret",
    ]  # fmt: skip
    return shell(words)


def shell(words: Iterable[str]) -> str:
    """Return words as a line of a shell, without control characters."""
    return shlex.join("".join(c if c.isprintable() else " " for c in word) for word in words)


# --- operations --------------------------------------------------------------------------------------------------


def credentials_of(index: ApiIndex, operation: Operation, names: Names) -> Credentials:
    """Return the credentials of an operation: the first alternative of its security."""
    security = index.api.security if operation.security is None else operation.security
    known = {scheme.name: scheme for scheme in index.api.security_schemes}
    schemes = tuple(known[name] for name in (security[0] if security else ()) if name in known)
    credentials = [name for scheme in schemes for name in _arguments_of(scheme)]
    arguments = [(name, _environment(names, name)) for name in dict.fromkeys(credentials)]
    return Credentials(tuple(arguments), schemes)


def _environment(names: Names, argument: str) -> str:
    return f'os.environ["{names.variable(argument)}"]'


def _arguments_of(scheme: SecurityScheme) -> list[str]:
    match scheme.kind:
        case "basic":
            return ["username", "password"]
        case "oauth2_client_credentials":
            address = [] if scheme.token_url else ["token_url"]
            return ["client_id", "client_secret", *scheme.token_parameters, *address]
        case "other":
            return []
    return [scheme.argument]


def client_arguments(index: ApiIndex, operation: Operation, names: Names) -> list[tuple[str, str]]:
    """Return the arguments of the client that an operation needs."""
    api = index.api
    arguments = list(credentials_of(index, operation, names).arguments)
    arguments += [
        (setting.name, _environment(names, setting.name))
        for setting in api.client.settings
        if setting.required
    ]
    server = api.servers[0] if api.servers else None
    for variable in server.variables if server else ():
        if variable.required:
            choice = variable.choices[0] if variable.choices else variable.default
            arguments.append((variable.argument, literal(choice)))
    if server is None:
        arguments.append(("base_url", '"https://api.example.com"'))
    return arguments


def operation_example(
    index: ApiIndex,
    resource: Resource,
    operation: Operation,
    method: MethodView,
    names: Names,
) -> str:
    """Return Python that calls an operation with its required arguments."""
    sampler = PythonSampler(index)
    arguments = list(_sampled(operation, method, sampler))
    client = index.api.client.name
    sampler.imports.add(("", client))
    function = f"client.{resource.name}.{method.name}"
    request = call(function, arguments)
    needed = client_arguments(index, operation, names)
    lines = [
        *(["import os"] if any("os.environ" in text for _, text in needed) else []),
        *_imports(sampler.imports, names.package),
        "",
        f"client = {call(client, needed)}",
    ]
    if operation.pagination or method.verb == "stream_items":
        lines += [f"for item in {request}:", "    print(item)"]
    else:
        lines.append(request if method.returns == "None" else f"print({request})")
    return "\n".join(lines)


def _sampled(
    operation: Operation, method: MethodView, sampler: PythonSampler
) -> Iterator[tuple[str, str]]:
    """Return the required arguments of a method's first signature, with values."""
    arguments = method.signatures[0].arguments
    required = [argument.name for argument in arguments if not argument.default]
    types = {parameter.field.name: parameter.field.type for parameter in operation.parameters}
    body = operation.body
    for one in (body, *body.others) if body is not None else ():
        fields = {one.argument: one.type} if one.fields is None else _types(one.fields)
        types = {**fields, **types}
    for name in required:
        yield name, sampler.expression(types[name])


def _types(fields: Iterable[Field]) -> dict[str, Type]:
    return {field.name: field.type for field in fields}


def _imports(needed: set[tuple[str, str]], package: str) -> Iterator[str]:
    modules: dict[str, list[str]] = {}
    for module, name in sorted(needed):
        is_relative = module == "" or module.startswith(".")
        modules.setdefault(f"{package}{module}" if is_relative else module, []).append(name)
    ours = {name: module for name, module in modules.items() if name.startswith(package)}
    for module, members in modules.items():
        if module not in ours:
            yield f"from {module} import {', '.join(members)}"
    yield ""
    for module, members in ours.items():
        yield f"from {module} import {', '.join(members)}"


def signature_of(resource: Resource, method: MethodView) -> tuple[str, ...]:
    """Return the signature of each way to call a method."""
    function = f"client.{resource.name}.{method.name}"
    return tuple(
        _signature(function, signature.arguments, signature.returns)
        for signature in method.documented_signatures
    )


def _signature(function: str, arguments: tuple[ArgumentView, ...], returns: str) -> str:
    written = [
        f"{argument.name}: {argument.annotation}"
        + (f" = {argument.default}" if argument.default else "")
        for argument in arguments
    ]
    line = f"{function}({', '.join(['*', *written] if written else [])}) -> {returns}"
    if len(line) <= 88:
        return line
    lines = "".join(f"    {text},\n" for text in ("*", *written))
    return f"{function}(\n{lines}) -> {returns}"


def curl_example(index: ApiIndex, operation: Operation, names: Names) -> str:
    """Return the request of an operation as a command of curl."""
    api = index.api
    url = api.servers[0].url if api.servers else "https://api.example.com"
    for variable in api.servers[0].variables if api.servers else ():
        url = url.replace(f"{{{variable.name}}}", variable.default)
    if not re.match(r"https?://", url):
        url = "https://api.example.com/" + url.lstrip("/")
    schemes = list(credentials_of(index, operation, names).schemes)
    return curl(operation, index.definitions, CurlContext(url, schemes, names.variable))
