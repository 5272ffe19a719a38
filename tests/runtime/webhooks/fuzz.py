"""Coverage-guided fuzzing: `pip install atheris; python tests/runtime/webhooks/fuzz.py -max_total_time=600`.

Raw bytes become headers and body of a delivery to each provider, first as they are, then with a right signature.
Whatever is raised must be of our own family. Atheris has wheels for few versions of Python, so it is not among our
requirements.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from importlib import import_module

import atheris

with atheris.instrument_imports(
    include=["hooksmith_providers", "http_sf", "http_message_signatures"]
):
    from hooksmith_providers import mattr, scalekit, socotra, workos
    from hooksmith_providers._runtime.webhooks.errors import EventParseError, SignatureError

URL = "https://example.com/webhooks?bodySHA256=x"
JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "k",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
}
WEBHOOKS = (
    workos.Webhook("secret"),
    scalekit.Webhook("whsec_c2VjcmV0c2VjcmV0"),
    mattr.Webhook([JWK]),
    socotra.Webhook(
        socotra.HMAC(header="X-S", syntax="prefixed", prefix="v0=", signed="{url}{form}"), "secret"
    ),
)
NAMES = [list(webhook.sign(b"", url=URL)) for webhook in WEBHOOKS]


def one(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    index = provider.ConsumeIntInRange(0, len(WEBHOOKS) - 1)
    webhook = WEBHOOKS[index]
    headers = [
        (name.encode(), provider.ConsumeBytes(provider.ConsumeIntInRange(0, 150)))
        for name in NAMES[index]
    ]
    body = provider.ConsumeBytes(provider.remaining_bytes())
    with suppress(SignatureError, EventParseError):
        webhook.unwrap(body, headers, url=URL)
    with suppress(EventParseError):
        webhook.unwrap(body, webhook.sign(body, url=URL), url=URL)


def seeds() -> list[bytes]:
    """Deliveries of each provider, to begin with."""
    kinds = {
        "mattr": "OpenIdCredentialIssued",
        "scalekit": "user.login",
        "socotra": "migration.start",
        "workos": "user.created",
    }
    modules = {name: import_module(f"hooksmith_providers.{name}.testing") for name in kinds}
    return [
        json.dumps(modules[name].EXAMPLES.payload(kind)).encode() for name, kind in kinds.items()
    ]


def main() -> None:
    for seed in seeds():
        one(seed)
    atheris.instrument_all()
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
