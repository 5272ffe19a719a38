"""The base URL of an API: the caller's, or a server of the document with its variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from .errors import ConfigurationError
from .operation import ApiInfo, Server, ServerVariable

_VARIABLE = re.compile(r"\{([^{}]+)\}")
_IN_AUTHORITY = re.compile(r"[A-Za-z0-9._-]+")
_IN_PATH = re.compile(r"(?!(.*/)?\.{1,2}(/|$))[A-Za-z0-9._~/-]+")


def env_name(api: ApiInfo, argument: str) -> str:
    """Return the environment variable of a constructor's argument: `WORKOS_API_KEY` for `api_key`."""
    return re.sub(r"[^A-Z0-9]+", "_", f"{api.environment or api.name}_{argument}".upper())


def from_env(api: ApiInfo, argument: str) -> str | None:
    """Return the value of an argument's environment variable; None if it is unset or empty."""
    return os.environ.get(env_name(api, argument)) or None


def base_url(api: ApiInfo, address: str | None, variables: Mapping[str, str | None]) -> str:
    """Return the base URL without a slash at the end: the argument, the environment, or the document's first server.

    Raises:
        ConfigurationError: There is no base URL, or it is invalid.
    """
    url = address or from_env(api, "base_url")
    if url is not None:
        return checked_url(url, "base_url")
    if not api.servers:
        raise ConfigurationError(
            f"{api.title or api.name} has no established base URL: give base_url, or set "
            f"{env_name(api, 'base_url')}"
        )
    return server_url(api, api.servers[0], variables)


def server_url(api: ApiInfo, server: Server, variables: Mapping[str, str | None]) -> str:
    """Return the URL of `server`, its variables from arguments, the environment, or their defaults."""
    url = server.url
    for match in _VARIABLE.finditer(server.url):
        name = match[1]
        variable = server.variables.get(name, ServerVariable())
        argument = variable.argument or _snake(name)
        value = variables.get(name) or from_env(api, argument) or variable.default
        if value is None:
            raise ConfigurationError(
                f"the base URL of {api.title or api.name} needs {argument}: give it, set "
                f"{env_name(api, argument)}, or give base_url"
            )
        _check_variable(argument, value, variable, server.url[: match.start()])
        url = url.replace(match[0], value)
    return checked_url(url, "base_url")


def checked_url(url: str, argument: str) -> str:
    """Return `url` without a slash at the end; raises ConfigurationError unless it is a plain http(s) URL."""
    problem = _url_problem(url)
    if problem:
        raise ConfigurationError(f"{argument} {problem}")
    return url.rstrip("/")


def shown_url(url: str) -> str:
    """Return scheme, host and path of `url` for messages."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _url_problem(url: str) -> str | None:
    if not re.fullmatch(r"[\x21-\x7e]+", url):
        return "has spaces, control characters or characters beyond ASCII"
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https"):
        return "is not an http or https URL"
    if "@" in parts.netloc:
        return "carries credentials; give them as arguments"
    return "has a query or a fragment" if "?" in url or "#" in url else None


def _split(url: str) -> SplitResult | None:
    """Return the parts of `url`; None if host or port is invalid."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _check_variable(argument: str, value: str, variable: ServerVariable, before: str) -> None:
    """Raise ConfigurationError if a variable leaves its part of the URL. A variable at the start may be a URL."""
    if variable.enum and value not in variable.enum:
        raise ConfigurationError(f"{argument} should be one of {', '.join(variable.enum)}")
    in_authority = before.count("/") <= 2
    allowed = _IN_AUTHORITY if in_authority else _IN_PATH
    if "://" in before and not allowed.fullmatch(value):
        raise ConfigurationError(
            f"{argument} has characters that cannot stand in its part of the URL"
        )


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).lower()
