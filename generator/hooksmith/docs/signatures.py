"""How deliveries are signed, step by step, with numbers that a reader can compute again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import shlex
from ast import literal_eval
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from ..ir import Api
from ..ir.queries import signs_url
from ..plan.literals import literal
from ..plan.views import PackageView
from .snippets import Names

MOMENT = 1_768_478_400
"""Unix time of the example: 2026-01-15T12:00:00Z."""
_ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
_URL = "https://example.com/webhooks"


class Step(NamedTuple):
    """A step of the signer: its title, its description and the resulting text."""

    title: str
    doc: str
    text: str = ""


class SignatureView(NamedTuple):
    """A scheme in words, and one delivery that it signs; without numbers if `headers` is empty."""

    scheme: str
    summary: str
    note: str
    steps: tuple[Step, ...] = ()
    url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    secret: str = ""
    python: str = ""
    shell: str = ""
    tolerance: str = ""


class _Signed(NamedTuple):
    steps: tuple[Step, ...]
    headers: dict[str, str]
    shell: str = ""


def signature_view(
    api: Api, view: PackageView, examples: Mapping[str, Any], names: Names
) -> SignatureView | None:
    """Return the scheme of an API with a worked example; None if nothing is delivered."""
    webhook = view.webhook
    if webhook is None:
        return None
    declared = api.signature or {"scheme": "unestablished"}
    scheme = str(declared["scheme"])
    summary = _SUMMARIES[scheme]
    note = str(declared.get("note", ""))
    if not webhook.key:
        return SignatureView(scheme, summary, note)
    body, content_type = _shortest(examples, is_whole=view.whole_examples)
    secret = str(literal_eval(webhook.key)) if webhook.key_name == "SECRET" else webhook.key
    signed = _sign(declared, secret, body)
    tolerance = declared.get("tolerance")
    result = SignatureView(
        scheme,
        summary,
        note,
        tolerance="" if tolerance is None else f"{tolerance} seconds",
        body=body,
        secret=secret,
    )
    if signed is None:
        return result
    headers = {"Content-Type": content_type, **signed.headers}
    url = _URL if signs_url(declared) else ""
    key = f"[{webhook.key}]" if webhook.key_argument.startswith("[") else webhook.key
    return result._replace(
        steps=signed.steps,
        headers=tuple(headers.items()),
        url=url,
        shell=signed.shell,
        python=_verification(names, key, body, headers, url),
    )


_SUMMARIES = {
    "hmac": "A keyed hash (HMAC, RFC 2104) over the delivery, in a header. Sender and receiver share a secret.",
    "static-header": "A header that every delivery carries. It proves the sender, not the body.",
    "standard-webhooks": "Standard Webhooks 1.0.0: three headers with the id, the time and a list of signatures.",
    "http-message-signatures": "HTTP message signatures (RFC 9421) with a digest of the body (RFC 9530). "
    "The sender publishes the keys.",
    "unestablished": "The document does not say how deliveries are signed. State the scheme yourself.",
}


def _shortest(examples: Mapping[str, Any], *, is_whole: bool) -> tuple[str, str]:
    """Return the shortest body among the examples, as JSON, and its media type."""
    bodies = [
        (json.dumps(example["body"] if is_whole else example, ensure_ascii=False), example)
        for example in examples.values()
    ]
    body, example = min(bodies, key=lambda pair: (len(pair[0]), pair[0]))
    headers = example.get("headers", {}) if is_whole else {}
    media_type = str(headers.get("Content-Type", "application/json"))
    return body, media_type if "json" in media_type else "application/json"


def _sign(declared: Mapping[str, Any], secret: str, body: str) -> _Signed | None:
    """Return the steps of a scheme; None if a package that it needs is not installed."""
    match declared["scheme"]:
        case "hmac":
            return _hmac(declared, secret, body)
        case "standard-webhooks":
            if "symmetric" in declared["keys"]:
                return _standard(declared, secret, body)
            return _standard_asymmetric(declared, secret, body)
        case "http-message-signatures":
            return _http_message(body)
    step = Step("Compare the header", "Compare it with the secret in constant time.", secret)
    return _Signed((step,), {declared["header"]: secret})


# --- HMAC --------------------------------------------------------------------------------------------------------


def _hmac(declared: Mapping[str, Any], secret: str, body: str) -> _Signed:
    time = declared.get("timestamp", {})
    stamp = str(MOMENT * (1000 if time.get("unit") == "milliseconds" else 1)) if time else ""
    text = _signed_text(declared["signed"], stamp, body)
    key = _key_bytes(declared["secret"], secret)
    digest = hmac.digest(key, text.encode(), declared["digest"])
    is_hex = declared["encoding"] == "hex"
    signature = digest.hex() if is_hex else base64.b64encode(digest).decode()
    headers = {time["header"]: stamp} if "header" in time else {}
    if "id" in declared:
        headers[declared["id"]["header"]] = _ID
    headers[declared["header"]] = _header_line(declared, signature, stamp)
    steps = (
        Step(
            "Take the key",
            f"The secret as {_key_words(declared['secret'])}, in hexadecimal.",
            key.hex(),
        ),
        Step("Build the signed text", f"From the template `{declared['signed']}`.", text),
        Step(
            f"Compute HMAC-{declared['digest'].upper()}",
            f"Of the signed text under the key, in {'hexadecimal' if is_hex else 'base64'}.",
            signature,
        ),
        Step("Write the header", f"`{declared['header']}`:", headers[declared["header"]]),
        _COMPARE,
    )
    return _Signed(steps, headers, _openssl(declared["digest"], key, text, is_hex=is_hex))


_COMPARE = Step(
    "Compare",
    "The receiver computes the signature again from the raw bytes of the body, and compares in constant time. "
    "It rejects a time that is further from now than the tolerance.",
)


def _signed_text(template: str, stamp: str, body: str) -> str:
    pairs = sorted(set(parse_qsl(body, keep_blank_values=True))) if "{form}" in template else []
    values = {
        "body": body,
        "timestamp": stamp,
        "id": _ID,
        "url": _URL,
        "method": "POST",
        "form": "".join(name + value for name, value in pairs),
    }
    return re.sub(
        r"\{(body|timestamp|id|url|method|form)\}", lambda match: values[match[1]], template
    )


def _key_bytes(declared: Mapping[str, Any], secret: str) -> bytes:
    text = secret.removeprefix(str(declared.get("prefix", "")))
    match declared["encoding"]:
        case "base64":
            return base64.b64decode(text)
        case "hex":
            return bytes.fromhex(text)
    return secret.encode()


def _key_words(declared: Mapping[str, Any]) -> str:
    if declared["encoding"] == "utf-8":
        return "UTF-8 bytes"
    prefix = f" after `{declared['prefix']}`" if declared.get("prefix") else ""
    return f"{declared['encoding']}{prefix}, decoded"


def _header_line(declared: Mapping[str, Any], signature: str, stamp: str) -> str:
    match declared.get("syntax", "plain"):
        case "prefixed":
            return str(declared["prefix"]) + signature
        case "list":
            return f"{declared['key']},{signature}"
        case "pairs":
            pair = declared.get("timestamp", {}).get("pair")
            time = f"{pair}={stamp}{declared.get('separator', ',')}" if pair else ""
            return f"{time}{declared['key']}={signature}"
    return signature


def _openssl(digest: str, key: bytes, text: str, *, is_hex: bool) -> str:
    """Return a command that computes the signature again."""
    command = f"printf %s {shlex.quote(text)} | openssl dgst -{digest} -mac HMAC -macopt hexkey:{key.hex()}"
    return command if is_hex else f"{command} -binary | base64"


# --- Standard Webhooks -------------------------------------------------------------------------------------------


def _standard(declared: Mapping[str, Any], secret: str, body: str) -> _Signed:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{_ID}.{MOMENT}.{body}"
    signature = base64.b64encode(hmac.digest(key, text.encode(), "sha256")).decode()
    head = Step(
        "Take the key", "The secret after `whsec_`, decoded from base64, in hexadecimal.", key.hex()
    )
    compute = Step("Compute HMAC-SHA256", "Of the signed text under the key, in base64.", signature)
    return _standard_steps(declared, head, text, compute, f"v1,{signature}")._replace(
        shell=_openssl("sha256", key, text, is_hex=False)
    )


def _standard_asymmetric(declared: Mapping[str, Any], secret: str, body: str) -> _Signed | None:
    text = f"{_ID}.{MOMENT}.{body}"
    seed = base64.b64decode(secret.removeprefix("whsk_"))[:32]
    signature = _ed25519(seed, text.encode())
    if signature is None:
        return None
    head = Step("Take the key", "The Ed25519 key after `whsk_`, decoded from base64.", seed.hex())
    compute = Step(
        "Sign with Ed25519", "The signed text under the private key, in base64.", signature
    )
    return _standard_steps(declared, head, text, compute, f"v1a,{signature}")


def _standard_steps(
    declared: Mapping[str, Any], head: Step, text: str, compute: Step, entry: str
) -> _Signed:
    prefix = declared.get("headers", "webhook")
    headers = {
        f"{prefix}-id": _ID,
        f"{prefix}-timestamp": str(MOMENT),
        f"{prefix}-signature": entry,
    }
    return _Signed(
        (
            head,
            Step(
                "Build the signed text", "Id, Unix time in seconds and body, joined by dots.", text
            ),
            compute,
            Step(
                "Write the header",
                f"`{prefix}-signature`: a version and the signature; several entries are separated by spaces.",
                entry,
            ),
            _COMPARE,
        ),
        headers,
    )


def _ed25519(seed: bytes, text: bytes) -> str | None:
    """Return a signature in base64; None where `cryptography` is not installed."""
    if find_spec("cryptography") is None:
        return None
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).sign(text)).decode()


# --- HTTP message signatures -------------------------------------------------------------------------------------

# RFC 8037, appendix A.1: the key of the package's examples.
_SEED = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")


def _http_message(body: str) -> _Signed | None:
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    content_digest = f"sha-256=:{digest}:"
    parameters = (
        f'("@method" "@target-uri" "content-digest");created={MOMENT}'
        ';keyid="hooksmith-example-key";alg="ed25519"'
    )
    base = "\n".join(
        [
            '"@method": POST',
            f'"@target-uri": {_URL}',
            f'"content-digest": {content_digest}',
            f'"@signature-params": {parameters}',
        ]
    )
    signature = _ed25519(_SEED, base.encode())
    if signature is None:
        return None
    headers = {
        "Content-Digest": content_digest,
        "Signature-Input": f"sig1={parameters}",
        "Signature": f"sig1=:{signature}:",
    }
    return _Signed(_http_message_steps(headers, base), headers)


def _http_message_steps(headers: Mapping[str, str], base: str) -> tuple[Step, ...]:
    return (
        Step(
            "Digest the body",
            "SHA-256 of its bytes, in base64 (RFC 9530): `Content-Digest`.",
            headers["Content-Digest"],
        ),
        Step(
            "Name what is signed",
            "`Signature-Input`: components, time and key.",
            headers["Signature-Input"],
        ),
        Step("Build the signature base", "One line a component (RFC 9421, section 2.5).", base),
        Step(
            "Sign with Ed25519",
            "The signature base under the private key: `Signature`.",
            headers["Signature"],
        ),
        Step(
            "Verify",
            "The receiver looks the key up by its `keyid`, checks digest, coverage and time, and verifies.",
        ),
    )


def _verification(names: Names, key: str, body: str, headers: Mapping[str, str], url: str) -> str:
    """Return Python that verifies the example."""
    address = f", url={literal(url)}" if url else ""
    return "\n".join(
        [
            f"from {names.package} import Webhook",
            "",
            f"webhook = Webhook({key}, clock=lambda: {MOMENT})",
            f"body = {literal(body)}",
            "headers = {",
            *(f"    {literal(name)}: {literal(value)}," for name, value in headers.items()),
            "}",
            f"print(webhook.unwrap(body.encode(), headers{address}))",
        ]
    )
