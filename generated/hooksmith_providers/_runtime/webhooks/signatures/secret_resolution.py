"""Named secrets, and secrets that a resolver gives for each request, such as those of tenants."""

from __future__ import annotations

import inspect
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qs

from ...omit import Omit
from ..errors import SignatureError
from .keys import Secret, Secrets
from .message import Message, header_values
from .scheme import FastVerifier, Verifier, no_match

NamedSecrets: TypeAlias = Mapping[str, Secret]
"""Name → secret; the first signs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretRequest:
    """The request whose secrets a resolver gives. `path` is decoded no further than the server decodes it."""

    message: Message = field(repr=False)

    @property
    def path(self) -> str:
        """The path of the URL; `/` if the URL is not known."""
        url = self.message.url or ""
        return "/" + url.partition("?")[0].partition("://")[2].partition("/")[2]

    @property
    def query(self) -> Mapping[str, list[str]]:
        """The parameters of the URL."""
        url = self.message.url or ""
        return parse_qs(url.partition("#")[0].partition("?")[2], keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """Return the value of a header; None if it is absent."""
        return next(iter(header_values(self.message.headers, name)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class TenantSecrets:
    """The secrets of a tenant, as a resolver may return them; the delivery's context has the tenant."""

    tenant: str
    secrets: Secrets | NamedSecrets = field(repr=False)


Resolved: TypeAlias = Secrets | NamedSecrets | TenantSecrets | None
SecretResolver: TypeAlias = Callable[[SecretRequest], Resolved | Awaitable[Resolved]]
"""Gives the secrets of a request; None if there are none, so that the delivery is refused. It may be a coroutine
function. It is called for every delivery: caching is its own matter, and a rotation is effective at once."""

AnySecrets: TypeAlias = Secrets | NamedSecrets | SecretResolver


def secret_variable(api: str) -> str:
    """Return the environment variable with the secret of an API's webhooks: `WORKOS_WEBHOOK_SECRET`."""
    return f"{api.upper()}_WEBHOOK_SECRET"


def secrets_or_default(secrets: AnySecrets | Omit, api: str) -> AnySecrets:
    """Return the secrets; if they are omitted, the secret in the environment variable of the API.

    Raises:
        ValueError: The secrets are omitted, and the variable is unset or empty.
    """
    if not isinstance(secrets, Omit):
        return secrets
    variable = secret_variable(api)
    secret = os.environ.get(variable)
    if not secret:
        raise ValueError(f"there is no secret: pass secret=, or set {variable}")
    return secret


def bind_secrets(
    secrets: AnySecrets, bind: Callable[[Secrets], Verifier], *, signs_url: bool = False
) -> Verifier:
    """Return a scheme's verifier for any form of secrets.

    Args:
        secrets: The secrets.
        bind: Binds unnamed secrets.
        signs_url: Whether the scheme's signatures cover the URL.
    """
    if callable(secrets):
        return ResolvingVerifier(secrets, bind, signs_url)
    if isinstance(secrets, Mapping):
        return NamedVerifier(cast("NamedSecrets", secrets), bind)
    return bind(secrets)


class NamedVerifier:
    """Verifier with named secrets; the message gets the name of the secret that matched."""

    waits = False
    verify_fast: FastVerifier | None = None

    def __init__(self, secrets: NamedSecrets, bind: Callable[[Secrets], Verifier]) -> None:
        if not secrets:
            raise ValueError("secret: there is no secret in it")
        self._verifiers = {name: bind(secret) for name, secret in secrets.items()}
        self._first = next(iter(self._verifiers.values()))
        self.signs_url = self._first.signs_url
        self.reads_url = self._first.reads_url

    def verify(self, message: Message, now: float, tolerance: float | None) -> None:
        problems: list[SignatureError] = []
        for name, verifier in self._verifiers.items():
            try:
                verifier.verify(message, now, tolerance)
            except SignatureError as error:
                problems.append(error)
            else:
                message.secret_name = name
                return
        raise problems[0]

    def sign(self, message: Message, now: float, id_: str) -> dict[str, str]:
        return self._first.sign(message, now, id_)


class ResolvingVerifier:
    """Verifier with secrets that a resolver gives for each request."""

    waits = True
    reads_url = True
    verify_fast: FastVerifier | None = None

    def __init__(
        self, resolver: SecretResolver, bind: Callable[[Secrets], Verifier], signs_url: bool
    ) -> None:
        self._resolver = resolver
        self._bind = bind
        self.signs_url = signs_url

    def verify(self, message: Message, now: float, tolerance: float | None) -> None:
        resolved = _result(self._resolver(SecretRequest(message=message)))
        if isinstance(resolved, TenantSecrets):
            message.tenant, resolved = resolved.tenant, resolved.secrets
        if resolved is None:
            raise no_match("signature")
        bind_secrets(resolved, self._bind, signs_url=self.signs_url).verify(message, now, tolerance)

    def sign(self, message: Message, now: float, id_: str) -> dict[str, str]:
        raise ValueError("a resolver of secrets only verifies: sign with a Webhook of one secret")


def _result(resolved: Any) -> Any:
    if not inspect.isawaitable(resolved):
        return resolved
    from ..receiver.execution import await_blocking

    return await_blocking(resolved)
