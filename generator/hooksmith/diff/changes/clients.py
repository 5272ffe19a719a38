"""Changes of the client: its name, servers, credentials and settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...ir import Api, SecurityScheme
from .change import Change, Context


def client_changes(context: Context) -> Iterator[Change]:
    """Yield the changes of the client, if both documents have operations."""
    if context.old.view.client and context.new.view.client:
        yield from _Client(context).changes()


class _Client:
    def __init__(self, context: Context) -> None:
        self._old, self._new = context.old.api, context.new.api
        sides = (context.old, context.new)
        self._places = [f"client.{side.surface.client_classes[0]}" for side in sides]

    def changes(self) -> Iterator[Change]:
        old, new = self._old, self._new
        if old.client.name != new.client.name:
            yield self._change(
                "client-renamed",
                old.client.name,
                new.client.name,
                "/info/title",
            )
        yield from self._servers()
        yield from self._schemes()
        if old.security != new.security:
            yield self._change(
                "security", security(old.security), security(new.security), "/security"
            )
        for name in dict.fromkeys((*_settings(old), *_settings(new))):
            before, after = (_settings(api).get(name, "absent") for api in (old, new))
            if before != after:
                yield self._change(
                    "client-setting", before, after, "/x-hooksmith-client", name=name
                )

    def _servers(self) -> Iterator[Change]:
        old, new = ([each.url for each in api.servers] for api in (self._old, self._new))
        if old[:1] != new[:1]:
            yield self._change(
                "server", "".join(old[:1]) or "none", "".join(new[:1]) or "none", "/servers"
            )
        if set(old[1:]) != set(new[1:]):
            yield self._change(
                "servers", ", ".join(old[1:]) or "none", ", ".join(new[1:]) or "none", "/servers"
            )

    def _schemes(self) -> Iterator[Change]:
        old = {scheme.name: scheme for scheme in self._old.security_schemes}
        new = {scheme.name: scheme for scheme in self._new.security_schemes}
        for name, scheme in old.items():
            if name not in new:
                yield self._scheme("auth-removed", scheme, is_gone=True)
            elif (before := _facts(scheme)) != (after := _facts(new[name])):
                yield self._change("auth", before, after, new[name].pointer, name=name)
        for name, scheme in new.items():
            if name not in old:
                yield self._scheme("auth-added", scheme, is_gone=False)

    def _scheme(self, rule: str, scheme: SecurityScheme, *, is_gone: bool) -> Change:
        return Change(
            rule=rule,
            old_place=f"{self._places[0]}({scheme.argument})" if is_gone else "",
            new_place="" if is_gone else f"{self._places[1]}({scheme.argument})",
            name=scheme.name,
            pointer=scheme.pointer,
            is_gone=is_gone,
            direction="sent",
        )

    def _change(self, rule: str, old: str, new: str, pointer: str, name: str = "") -> Change:
        return Change(
            rule=rule,
            old_place=self._places[0],
            new_place=self._places[1],
            name=name,
            old=old,
            new=new,
            pointer=pointer,
            direction="sent",
        )


def security(requirement: tuple[tuple[str, ...], ...] | None) -> str:
    """Return a security requirement as text."""
    if requirement is None:
        return "the API's own credentials"
    alternatives = [" and ".join(schemes) or "none" for schemes in requirement]
    return " or ".join(alternatives) or "no credentials"


def _facts(scheme: SecurityScheme) -> str:
    facts = {
        "kind": scheme.kind,
        "argument": scheme.argument,
        "in": scheme.location,
        "name": scheme.parameter,
        "token URL": scheme.token_url,
        "token request": scheme.token_request,
        "token parameters": ", ".join(scheme.token_parameters),
    }
    return ", ".join(f"{name}: {fact}" for name, fact in facts.items() if fact)


def _settings(api: Api) -> Mapping[str, str]:
    """Return the arguments of a client beside its credentials, and its headers, as text by name."""
    client = api.client
    facts = {
        f"setting {each.name}": "required" if each.required else "optional"
        for each in client.settings
    }
    for server in api.servers:
        for variable in server.variables:
            choices = f" of {', '.join(variable.choices)}" if variable.choices else ""
            default = "required" if variable.required else f"default {variable.default}"
            facts[f"server variable {variable.argument}"] = default + choices
    facts["header for idempotency"] = client.idempotency_header or "none"
    facts["header for request ids"] = client.request_id_header or "none"
    facts["statuses that are retried"] = ", ".join(map(str, client.retry_statuses)) or "none"
    return facts
