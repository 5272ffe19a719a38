"""The declared signature scheme → the module with `Webhook`, and the package with examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..ir import Api, Operation
from ..ir.queries import signs_url
from .docstrings import section, sentence
from .imports import Imports
from .literals import literal
from .views import ArgumentView, WebhookView

_TEXT_SECRETS = {
    "utf-8": "hooksmith-example-secret",
    "base64": "aG9va3NtaXRoLWV4YW1wbGUtc2VjcmV0",
    "hex": "686f6f6b736d697468",
}
_SYMMETRIC = "whsec_aG9va3NtaXRoLWV4YW1wbGUtc2VjcmV0"
# RFC 8037, appendix A.1: published with its private key, so no API uses it.
_SEED = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
_JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "hooksmith-example-key",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
}


def plan_webhook(api: Api, package: str, runtime: str) -> WebhookView | None:
    """Plan the module of `Webhook`; return None if the document delivers nothing."""
    if not api.events.events:
        return None
    declared = api.signature or {"scheme": "unestablished"}
    imports = Imports(
        runtime=runtime, module_of=lambda name: ".events" if name == "Event" else ".client"
    )
    imports.add("time", "time")
    for name in ("BaseWebhook", "Clock"):
        imports.add_runtime("webhooks.webhook", name)
    imports.add(".events", "CATALOGUE")
    imports.add_definition("Event")
    match declared["scheme"]:
        case "unestablished":
            return _with_any_scheme(api, package, declared, imports)
        case "http-message-signatures":
            return _with_jwks(api, declared, imports)
    return _with_secret(api, package, declared, imports)


_COMMON = (
    ArgumentView(name="clock", annotation="Clock", default="time"),
    ArgumentView(name="max_depth", annotation="int", default="64"),
)
"""Arguments of every `Webhook`."""

_COMMON_DOCS = (
    ("clock", "Returns the Unix time in seconds."),
    (
        "max_depth",
        "The most levels of objects and arrays; an event with more is a `DriftedEvent`.",
    ),
)


def _secret_doc(package: str) -> tuple[str, str]:
    return (
        "secret",
        "One secret, or several during a rotation, of which the first signs; a mapping of names to secrets; or a "
        "resolver, which gives the secrets of a request. Default: the environment variable "
        f"`{package.upper()}_WEBHOOK_SECRET`.",
    )


def _secret(imports: Imports) -> tuple[ArgumentView, str]:
    """Return the argument of the secrets, and the expression for the secrets or their default."""
    module = "webhooks.signatures.secret_resolution"
    for name in ("AnySecrets", "secrets_or_default"):
        imports.add_runtime(module, name)
    for name in ("OMIT", "Omit"):
        imports.add_runtime("omit", name)
    argument = ArgumentView(name="secret", annotation="AnySecrets | Omit", default="OMIT")
    return argument, "secrets_or_default(secret, CATALOGUE.name)"


def _with_secret(
    api: Api, package: str, declared: Mapping[str, Any], imports: Imports
) -> WebhookView:
    argument, secrets = _secret(imports)
    timed = declared["scheme"] == "standard-webhooks" or "timestamp" in declared
    return WebhookView(
        doc=_doc(api, [_secret_doc(package), *_tolerance_doc(declared, timed), *_COMMON_DOCS]),
        scheme=scheme_expression(declared, imports),
        imports=imports.block(definitions_for_types_only=True),
        positional=(argument,),
        optional=(*_tolerance(declared, timed), *_COMMON),
        verifier=f"SCHEME.bind({secrets})",
        tolerance="tolerance" if timed else "None",
        client="",
        fetch="",
        key=literal(_example_secret(declared)),
        key_name="SECRET",
        key_argument="SECRET",
        signer="Webhook(SECRET)",
        default_signer="`webhook()`",
        signs_url=signs_url(declared),
    )


def _with_jwks(api: Api, declared: Mapping[str, Any], imports: Imports) -> WebhookView:
    for module, name in (("collections.abc", "Callable"), ("collections.abc", "Iterable")):
        imports.add(module, name)
    imports.add_runtime("webhooks.signatures.jwks", "Jwk")
    fetch = _fetch(api, declared)
    if fetch:
        imports.add("typing", "Self")
        imports.add_definition(api.client.name)
    jwks = (
        "jwks",
        "The sender's JSON Web Keys, or a callable that fetches them on demand.",
    )
    return WebhookView(
        doc=_doc(api, [jwks, *_tolerance_doc(declared, True), *_COMMON_DOCS]),
        scheme=scheme_expression(declared, imports),
        imports=imports.block(definitions_for_types_only=True),
        positional=(
            ArgumentView(
                name="jwks", annotation="Jwk | Iterable[Jwk] | Callable[[], Jwk | Iterable[Jwk]]"
            ),
        ),
        optional=(*_tolerance(declared, True), *_COMMON),
        verifier="SCHEME.bind(jwks)",
        tolerance="tolerance",
        client=api.client.name,
        fetch=fetch,
        key=literal(_JWK),
        key_name="JWK",
        key_argument="[JWK]",
        signer="Webhook([JWK])",
        default_signer="`webhook()`",
        signs_url=signs_url(declared),
    )


def _with_any_scheme(
    api: Api, package: str, declared: Mapping[str, Any], imports: Imports
) -> WebhookView:
    argument, secrets = _secret(imports)
    imports.add_runtime("webhooks.signatures.hmac_signatures", "HMAC")
    imports.add_runtime("webhooks.signatures.static_header", "StaticHeader")
    imports.add_runtime("webhooks.signatures.standard_webhooks", "StandardWebhooks")
    scheme = (
        "scheme",
        "How deliveries are signed, such as `HMAC(header=…)` or `StaticHeader(header=…)`.",
    )
    note = str(declared.get("note", "")) or "The document does not say how deliveries are signed."
    return WebhookView(
        doc=_doc(api, [scheme, _secret_doc(package), *_COMMON_DOCS], note),
        scheme="",
        imports=imports.block(definitions_for_types_only=True),
        positional=(
            ArgumentView(name="scheme", annotation="HMAC | StaticHeader | StandardWebhooks"),
            argument,
        ),
        optional=_COMMON,
        verifier=f"scheme.bind({secrets})",
        tolerance="scheme.tolerance",
        client="",
        fetch="",
        key="",
        key_name="",
        key_argument="",
        signer="None",
        default_signer="it is not signed, since no scheme is established",
    )


def _doc(api: Api, arguments: list[tuple[str, str]], note: str = "") -> str:
    head = f"Verifies deliveries of {api.title or 'the API'} and reads them as typed events."
    return "\n\n".join(part for part in (head, sentence(note), section("Args", arguments)) if part)


def _tolerance(declared: Mapping[str, Any], timed: bool) -> Iterator[ArgumentView]:
    if timed:
        default = literal(declared["tolerance"])
        yield ArgumentView(name="tolerance", annotation="float | None", default=default)


def _tolerance_doc(declared: Mapping[str, Any], timed: bool) -> Iterator[tuple[str, str]]:
    if timed:
        yield (
            "tolerance",
            "Greatest difference between the time of a delivery and now, in seconds; None: no limit.",
        )


def scheme_expression(declared: Mapping[str, Any], imports: Imports) -> str:
    """Return the signature scheme as an expression; empty if the user passes it."""
    match declared["scheme"]:
        case "hmac":
            imports.add_runtime("webhooks.signatures.hmac_signatures", "HMAC")
            return f"HMAC({', '.join(_hmac(declared, imports))})"
        case "static-header":
            imports.add_runtime("webhooks.signatures.static_header", "StaticHeader")
            return f"StaticHeader({_keywords({'header': declared['header']})})"
        case "standard-webhooks":
            imports.add_runtime("webhooks.signatures.standard_webhooks", "StandardWebhooks")
            arguments = {"keys": tuple(declared["keys"]), "tolerance": declared["tolerance"]}
            if "headers" in declared:
                arguments["headers"] = declared["headers"]
            return f"StandardWebhooks({_keywords(arguments)})"
        case "http-message-signatures":
            imports.add_runtime("webhooks.signatures.http_message", "HTTPMessageSignatures")
            arguments = {"require": tuple(declared["require"]), "tolerance": declared["tolerance"]}
            return f"HTTPMessageSignatures({_keywords(arguments)})"
    return ""


def _hmac(declared: Mapping[str, Any], imports: Imports) -> Iterator[str]:
    plain = ("header", "digest", "encoding", "signed", "syntax", "prefix", "key", "separator")
    yield _keywords({name: declared[name] for name in plain if name in declared})
    if "timestamp" in declared:
        imports.add_runtime("webhooks.signatures.hmac_signatures", "SignedAt")
        yield f"timestamp=SignedAt({_keywords(declared['timestamp'])})"
    if "id" in declared:
        yield f"id_header={literal(declared['id']['header'])}"
    if "body_digest" in declared:
        yield f"body_digest={literal(declared['body_digest'])}"
    if declared["secret"] != {"encoding": "utf-8"}:
        imports.add_runtime("webhooks.signatures.keys", "SecretText")
        yield f"secret=SecretText({_keywords(declared['secret'])})"
    if "tolerance" in declared:
        yield f"tolerance={literal(declared['tolerance'])}"


def _keywords(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={literal(value)}" for name, value in arguments.items())


def _fetch(api: Api, declared: Mapping[str, Any]) -> str:
    """Return the client's call that fetches the keys, `webhooks.retrieve_jwks()`; empty if it needs arguments."""
    for resource in api.resources:
        for operation in resource.operations:
            if operation.id == declared.get("jwks") and not needs_arguments(operation):
                return f"{resource.name}.{operation.name}()"
    return ""


def needs_arguments(operation: Operation) -> bool:
    """Return whether an operation has a required argument."""
    body = operation.body is not None and operation.body.required
    return body or any(parameter.field.required for parameter in operation.parameters)


def _example_secret(declared: Mapping[str, Any]) -> str:
    """Return a secret for examples in the form of the scheme."""
    if declared["scheme"] == "static-header":
        return _TEXT_SECRETS["utf-8"]
    if declared["scheme"] == "hmac":
        secret = declared["secret"]
        return str(secret.get("prefix", "")) + _TEXT_SECRETS[secret["encoding"]]
    return _SYMMETRIC if "symmetric" in declared["keys"] else f"whsk_{_SEED}"
