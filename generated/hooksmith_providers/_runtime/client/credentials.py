"""Credentials: their sources, the choice for an operation, their places in a request.

A credential is a string, or a callable that returns one for every request; the async client also takes coroutine
functions.
Credentials that are not given are read from the environment. No repr and no message shows a value.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import quote

from ..headers import value_problem
from ..representation import safe_repr
from .errors import ConfigurationError
from .oauth_tokens import TokenCache
from .operation import (
    ApiInfo,
    ApiKey,
    HttpBasic,
    HttpBearer,
    MutualTls,
    OAuth2ClientCredentials,
    Security,
    SecurityScheme,
)
from .parameters import Pairs
from .request_log import hide_query_key
from .servers import env_name, from_env

Source = str | Callable[[], str]
AsyncSource = str | Callable[[], str | Awaitable[str]]
AnySource = TypeVar("AnySource")
Sources = Mapping[str, AnySource | Mapping[str, AnySource | None] | None]
"""By scheme: its credential, or a mapping of its arguments."""

TOKEN = "access_token"
"""The argument of an OAuth2 scheme whose token the user brings."""


@dataclass(frozen=True, repr=False)
class Placement:
    """Credentials in their places of a request; messages mask `secrets`, in the notations of the places too."""

    headers: Pairs = field(default_factory=list)
    query: Pairs = field(default_factory=list)
    cookies: Pairs = field(default_factory=list)
    secrets: tuple[str, ...] = ()


class Secrets(dict[str, str]):
    """Values by argument. The repr hides them, since tracebacks may show local variables."""

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self)})"


class Credentials:
    """Credentials by security scheme; a client and its copies share them."""

    def __init__(self, api: ApiInfo, sources: Sources[AsyncSource]) -> None:
        self._api = api
        self._sources = {
            name: _sources(api, name, scheme, sources.get(name))
            for name, scheme in api.schemes.items()
        }
        self.tokens = {
            name: TokenCache()
            for name, scheme in api.schemes.items()
            if isinstance(scheme, OAuth2ClientCredentials)
        }
        self._chosen: dict[Security | None, tuple[str, ...]] = {}
        for scheme in api.schemes.values():
            if isinstance(scheme, ApiKey) and scheme.location == "query":
                hide_query_key(scheme.name)

    def choose(self, security: Security | None) -> tuple[str, ...]:
        """Return the schemes of the first alternative whose credentials are complete; none if that is allowed.

        Raises:
            ConfigurationError: No alternative is complete; the message names the missing credentials of the first.
        """
        names = self._chosen.get(security)
        if names is None:
            names = self._chosen[security] = self._choose(security)
        return names

    def _choose(self, security: Security | None) -> tuple[str, ...]:
        alternatives = self._api.security if security is None else security
        if not alternatives:
            return ()
        lacking = [
            [argument for name in names for argument in self.lacking(name)]
            for names in alternatives
        ]
        complete = [
            names for names, arguments in zip(alternatives, lacking, strict=True) if not arguments
        ]
        if complete:  # `{}` beside an alternative makes it optional; a given credential is sent
            return next(filter(None, complete), ())
        missing = " and ".join(lacking[0])
        variables = " and ".join(env_name(self._api, argument) for argument in lacking[0])
        title = self._api.title or self._api.name
        raise ConfigurationError(
            f"{title} needs {missing}: give it to the client, or set {variables}"
        )

    def lacking(self, name: str) -> list[str]:
        """Return the missing arguments of a scheme."""
        sources = self._sources.get(name, {})
        if TOKEN in sources:
            return []
        return [
            argument
            for argument in arguments_of(name, self._api.schemes[name])
            if argument not in sources
        ]

    def sources(self, name: str) -> Mapping[str, AsyncSource]:
        """Return the sources of a scheme's credentials, by argument."""
        return self._sources[name]

    def is_exchanged(self, name: str) -> bool:
        """Return whether a scheme's credentials are exchanged for a token."""
        return name in self.tokens and TOKEN not in self._sources[name]

    def drop(self, names: tuple[str, ...], used: Placement) -> None:
        """Forget the tokens of these schemes that a refused request carried."""
        for name in names:
            if self.is_exchanged(name):
                for secret in used.secrets:
                    self.tokens[name].drop(secret)

    def is_constant(self, names: tuple[str, ...]) -> bool:
        """Return whether these schemes' credentials are the same in every request."""
        return not any(
            self.is_exchanged(name) or any(map(callable, self._sources[name].values()))
            for name in names
        )

    def place(self, values: Mapping[str, Secrets]) -> Placement:
        """Return the placement of the values (scheme → argument → value) in a request."""
        placement = Placement()
        for name, arguments in values.items():
            _place(self._api.schemes[name], name, arguments, placement)
        secrets = [
            value
            for arguments in values.values()
            for argument, value in arguments.items()
            if argument != "username"
        ]
        basic = [value for _, value in placement.headers if value.startswith("Basic ")]
        secrets += [value.removeprefix("Basic ") for value in basic]
        return replace(placement, secrets=tuple(dict.fromkeys(secrets)))

    @safe_repr
    def __repr__(self) -> str:
        return f"Credentials({', '.join(self._sources)})"


def arguments_of(name: str, scheme: SecurityScheme) -> tuple[str, ...]:
    """Return the constructor's arguments for a scheme."""
    match scheme:
        case HttpBasic():
            return ("username", "password")
        case OAuth2ClientCredentials():
            return ("client_id", "client_secret", *scheme.parameters)
        case MutualTls():
            return ()
        case _:
            return (scheme.argument or name,)


def checked(api: ApiInfo, argument: str, value: object) -> str:
    """Return `value` if a header can carry it; raises ConfigurationError, which hides it."""
    problem = _problem(argument, value)
    if problem is None:
        return str(value)
    del value  # tracebacks may come with local variables
    raise ConfigurationError(f"{argument} of {api.title or api.name} {problem}")


def _problem(argument: str, value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return "should be a non-empty string"
    return None if argument in ("username", "password") else value_problem(value)


def _sources(
    api: ApiInfo,
    name: str,
    scheme: SecurityScheme,
    declared: AsyncSource | Mapping[str, AsyncSource | None] | None,
) -> dict[str, AsyncSource]:
    arguments = arguments_of(name, scheme)
    sources: dict[str, AsyncSource] = {}
    if isinstance(declared, Mapping):
        sources = {key: source for key, source in declared.items() if source is not None}
    elif declared is not None:
        sources = {TOKEN if isinstance(scheme, OAuth2ClientCredentials) else arguments[0]: declared}
    optional = ("token_url", TOKEN) if isinstance(scheme, OAuth2ClientCredentials) else ()
    for argument in (*arguments, *optional):
        value = from_env(api, argument)
        if argument not in sources and value is not None:
            sources[argument] = value
    for argument, source in sources.items():
        if not callable(source):
            checked(api, argument, source)
    return sources


def _place(scheme: SecurityScheme, name: str, values: Secrets, placement: Placement) -> None:
    match scheme:
        case HttpBearer():
            token = values[scheme.argument or name]
            placement.headers.append(("authorization", f"{scheme.prefix} {token}"))
        case OAuth2ClientCredentials():
            placement.headers.append(("authorization", f"Bearer {values[TOKEN]}"))
        case HttpBasic():
            if ":" in values["username"]:
                raise ConfigurationError("username should have no colon (RFC 7617)")
            pair = "{username}:{password}".format_map(values).encode()
            basic = f"Basic {base64.b64encode(pair).decode('ascii')}"
            placement.headers.append(("authorization", basic))
        case ApiKey():
            _place_key(scheme, values[scheme.argument or name], placement)
        case MutualTls():
            return


def _place_key(scheme: ApiKey, value: str, placement: Placement) -> None:
    pair = (quote(scheme.name, safe=""), quote(value, safe=""))
    match scheme.location:
        case "header":
            placement.headers.append((scheme.name, value))
        case "query":
            placement.query.append(pair)
        case "cookie":
            placement.cookies.append(pair)
