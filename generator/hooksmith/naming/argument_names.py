"""Names of arguments: those of a method are decided together, and so are those of the clients' constructors."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..ir import SecurityScheme
from .casing import argument
from .reserved import CONSTRUCTOR_ARGUMENTS, METHOD_ARGUMENTS
from .unique_names import unique


def parameter_names(parameters: Sequence[tuple[str, str]]) -> list[str]:
    """Return an argument name for each parameter.

    If several locations have a parameter of one name, all but the first are named after their location too.

    Args:
        parameters: Location and wire name of each parameter.
    """
    seen: set[str] = set()
    texts = []
    for location, wire in parameters:
        name = argument(wire)
        texts.append(f"{location} {wire}" if name in seen else wire)
        seen.add(name)
    return unique(texts, argument, METHOD_ARGUMENTS)


def body_property_names(wires: Sequence[str], taken: Collection[str]) -> dict[str, str]:
    """Return an argument name for each property of a body.

    A property that shares its name with a parameter is prefixed by `body_`.

    Args:
        wires: The properties of the body in all its media types, each once.
        taken: The names of the parameters, and of the argument for a whole body.
    """

    def prefixed_argument(wire: str) -> str:
        name = argument(wire)
        has_collision = name in taken or (name in METHOD_ARGUMENTS and f"{name}_" in taken)
        return f"body_{name}" if has_collision else name

    return dict(
        zip(wires, unique(wires, prefixed_argument, {*METHOD_ARGUMENTS, *taken}), strict=True)
    )


def free_name(name: str, prefix: str, taken: Collection[str]) -> str:
    """Return `name`, with as many prefixes as it takes to differ from the names in `taken`."""
    while name in taken:
        name = f"{prefix}_{name}"
    return name


def credential_arguments(scheme: SecurityScheme) -> dict[str, str]:
    """Return the credentials of a security scheme → the arguments of the constructor that take them."""
    match scheme.kind:
        case "other":
            return {}
        case "basic":
            return {"username": "username", "password": "password"}
        case "oauth2_client_credentials":
            fixed = ("client_id", "client_secret", "token_url", "access_token")
            parameters = [name for name in scheme.token_parameters if name not in fixed]
            names = unique(parameters, argument, [*CONSTRUCTOR_ARGUMENTS, *fixed])
            parameter_arguments = dict(zip(parameters, names, strict=True))
            before, after = fixed[:2], fixed[2:]
            return {
                **dict(zip(before, before, strict=True)),
                **parameter_arguments,
                **dict(zip(after, after, strict=True)),
            }
    return {scheme.argument: scheme.argument}
