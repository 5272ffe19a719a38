"""Schemes of the catalogue as the generated packages have them."""

from __future__ import annotations

from typing import Any

from hooksmith.extensions.signature_schemes import known_scheme
from hooksmith.plan.imports import Imports
from hooksmith.plan.webhook import scheme_expression
from hooksmith_providers._runtime.webhooks.signatures.hmac_signatures import HMAC, SignedAt
from hooksmith_providers._runtime.webhooks.signatures.http_message import HTTPMessageSignatures
from hooksmith_providers._runtime.webhooks.signatures.keys import SecretText
from hooksmith_providers._runtime.webhooks.signatures.message import Message
from hooksmith_providers._runtime.webhooks.signatures.standard_webhooks import StandardWebhooks

from .signature_vectors import STANDARD_SECRET

_NAMES = {
    "HMAC": HMAC,
    "HTTPMessageSignatures": HTTPMessageSignatures,
    "SecretText": SecretText,
    "SignedAt": SignedAt,
    "StandardWebhooks": StandardWebhooks,
}


_SECRETS = {
    "adyen": b"secret".hex(),
    "standard-webhooks": STANDARD_SECRET,
    "svix": STANDARD_SECRET,
}


def secret_of(name: str) -> str:
    """A secret of the form that a scheme of the catalogue takes."""
    return _SECRETS.get(name, "secret")


def scheme(name: str) -> Any:
    """The scheme that the generator prints for a name of the catalogue."""
    return evaluated(known_scheme(name))


def evaluated(declared: Any) -> Any:
    """The scheme that the generator prints for a declaration."""
    return eval(scheme_expression(declared, Imports(runtime=".")), dict(_NAMES))


def verify(
    name: str,
    secret: Any,
    body: bytes,
    headers: Any,
    *,
    now: float,
    tolerance: float | None = 300,
    url: str | None = None,
) -> None:
    """Verify a delivery under a scheme of the catalogue."""
    scheme(name).bind(secret).verify(Message(body, headers, "POST", url), now, tolerance)


def sign(
    name: str, secret: Any, body: bytes, *, now: float, url: str | None = None
) -> dict[str, str]:
    """Sign a delivery under a scheme of the catalogue."""
    headers: dict[str, str] = (
        scheme(name).bind(secret).sign(Message(body, {}, "POST", url), now, "msg_1")
    )
    return headers
