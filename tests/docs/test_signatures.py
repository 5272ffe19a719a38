"""The worked example of a scheme: its numbers verify, and a reader's own tools give them again."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hooksmith.docs.signatures import MOMENT, SignatureView, signature_view
from hooksmith.docs.snippets import Names
from hooksmith.extensions.signature_schemes import known_schemes
from hooksmith.pipeline import generate, survey
from hooksmith.settings import Settings
from support.documents import imported, openapi, written
from support.paths import PROVIDERS
from support.sites import code, pages, provider_site

pytest.importorskip("cryptography", reason="some schemes need the extra [signatures]")


def run(text: str) -> str:
    """What a snippet prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "<snippet>", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


@pytest.mark.parametrize("provider", ["mattr", "scalekit", "workos"])
def test_the_python_of_the_page_verifies_the_example(provider: str) -> None:
    page = dict(pages(provider_site(provider)))["signatures.html"]
    printed = run(code(page, "Verification in Python"))
    body = json.loads(code(page, "Body"))
    assert body
    assert printed.strip()


@pytest.mark.parametrize("provider", ["mattr", "scalekit", "workos"])
def test_the_example_of_the_page_is_a_valid_delivery_and_no_other(provider: str) -> None:
    page = dict(pages(provider_site(provider)))["signatures.html"]
    webhook = import_module(f"hooksmith_providers.{provider}.webhook")
    testing = import_module(f"hooksmith_providers.{provider}.testing")
    headers = {
        row.css_first("th").text(): row.css_first("td").text()
        for row in page.css("#headers tbody tr")
    }
    body = code(page, "Body").encode()
    key = [testing.JWK] if provider == "mattr" else code(page, "Secret")
    receiver = webhook.Webhook(key, clock=lambda: MOMENT)
    url = "https://example.com/webhooks"
    assert receiver.unwrap(body, headers, url=url)
    errors = import_module("hooksmith_providers._runtime.webhooks.errors")
    with pytest.raises(errors.SignatureError):
        receiver.unwrap(body + b" ", headers, url=url)


def test_a_provider_without_a_scheme_says_so() -> None:
    page = dict(pages(provider_site("socotra")))["signatures.html"]
    text = page.body.text() if page.body else ""
    assert "does not say how deliveries are signed" in text
    assert "hmacEnabled" in text
    assert page.css("#delivery") == []
    assert {"mattr", "scalekit", "socotra", "workos"} == set(PROVIDERS)


def document() -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"const": "pet.created"}, "name": {"type": "string"}},
    }
    return openapi(
        webhooks={
            "pet.created": {
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": schema}}},
                    "responses": {"204": {"description": "Done."}},
                }
            }
        },
        **{"x-hooksmith-events": {"type": "/type"}},
    )


def view_of(path: Path, signature: Any) -> SignatureView:
    found = survey(path, Settings(package="made", signature=signature))
    examples = json.loads(found.view.examples)
    view = signature_view(found.api, found.view, examples, Names(package="made"))
    assert view is not None
    return view


DECLARED: dict[str, Any] = {
    **{name: name for name in known_schemes()},
    "ed25519": {"scheme": "standard-webhooks", "keys": ["asymmetric"], "tolerance": 60},
    "static": {"scheme": "static-header", "header": "X-Token"},
    "base64 secret": {
        "scheme": "hmac", "header": "X-Signature", "digest": "sha512", "encoding": "base64", "syntax": "plain",
        "signed": "{id}.{timestamp}.{method}.{body}", "timestamp": {"header": "X-Time", "unit": "milliseconds"},
        "id": {"header": "X-Id"}, "secret": {"encoding": "base64", "prefix": "s_"}, "tolerance": 10,
    },
}  # fmt: skip


@pytest.mark.parametrize("signature", DECLARED.values(), ids=list(DECLARED))
def test_the_example_of_every_scheme_verifies(
    signature: Any, tmp_path: Path, case_home: Path
) -> None:
    path = written(document(), tmp_path)
    view = view_of(path, signature)
    files = generate(
        path, Settings(package="made", runtime="shared", formatter="none", signature=signature)
    ).files
    with imported(files, case_home) as package:
        webhook = import_module(f"{package.__name__}.webhook")
        receiver = webhook.Webhook(view.secret, clock=lambda: MOMENT)
        event = receiver.unwrap(view.body.encode(), dict(view.headers), url=view.url or None)
        assert event.type == "pet.created"
    assert view.steps
    assert view.python


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
@pytest.mark.parametrize("signature", ["github", "stripe", "standard-webhooks", "square"])
def test_openssl_gives_the_same_signature(signature: str, tmp_path: Path) -> None:
    view = view_of(written(document(), tmp_path), signature)
    outcome = subprocess.run(["sh", "-c", view.shell], capture_output=True, text=True, check=True)
    computed = outcome.stdout.strip().rpartition(" ")[2]
    assert computed
    assert computed in " ".join(value for _, value in view.headers)
