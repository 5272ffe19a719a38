"""The catalogue of known schemes: complete, valid, and each signs what it verifies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hooksmith.extensions.signature_schemes import known_scheme, known_schemes
from hooksmith_providers._runtime.webhooks.errors import SignatureError
from hooksmith_providers._runtime.webhooks.signatures.hmac_signatures import HMAC, SignedAt
from hooksmith_providers._runtime.webhooks.signatures.keys import Key
from support.signature_schemes import scheme, sign, verify
from support.signature_vectors import ADYEN_BODY, ADYEN_HEADER, ADYEN_SECRET

SCHEMA = json.loads(
    files("hooksmith.extensions").joinpath("extensions.schema.json").read_text("utf-8")
)
URL = "https://example.com/webhooks?a=1"
BODY = b'{"name": "\xc3\xa9", "n": 1}'
NOW = 1_700_000_000
SECRETS = {
    "adyen": "736563726574",
    "svix": "whsec_c2VjcmV0",
    "standard-webhooks": "whsec_c2VjcmV0",
}
OTHER_SECRETS = {"adyen": "00ff"}


def test_the_vocabulary_lists_the_catalogue() -> None:
    assert SCHEMA["$defs"]["signature"]["then"]["enum"] == known_schemes()


@pytest.mark.parametrize("name", known_schemes())
def test_each_declaration_fits_the_vocabulary(name: str) -> None:
    schema = {"$ref": "#/$defs/signature", "$defs": SCHEMA["$defs"]}
    Draft202012Validator(schema).validate(known_scheme(name))
    Draft202012Validator(schema).validate(name)


@pytest.mark.parametrize("name", known_schemes())
def test_each_signs_what_it_verifies(name: str) -> None:
    secret = SECRETS.get(name, "secret")
    headers = sign(name, secret, BODY, now=NOW, url=URL)
    other = OTHER_SECRETS.get(name, "b3RoZXI=")
    verify(name, [secret, other], BODY, headers, now=NOW, url=URL)
    with pytest.raises(SignatureError):
        verify(name, secret, BODY + b"x", headers, now=NOW, url=URL)
    with pytest.raises(SignatureError):
        verify(name, other, BODY, headers, now=NOW, url=URL)


def keyed(text: bytes, *, digest: Any = hashlib.sha256) -> bytes:
    return hmac.new(b"secret", text, digest).digest()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("stripe", {"Stripe-Signature": f"t={NOW},v1=" + keyed(b"%d.%s" % (NOW, BODY)).hex()}),
        ("shopify", {"X-Shopify-Hmac-SHA256": base64.b64encode(keyed(BODY)).decode()}),
        ("pagerduty", {"X-PagerDuty-Signature": "v1=" + keyed(BODY).hex()}),
        (
            "zoom",
            {
                "x-zm-signature": "v0=" + keyed(b"v0:%d:%s" % (NOW, BODY)).hex(),
                "x-zm-request-timestamp": str(NOW),
            },
        ),
        (
            "square",
            {
                "x-square-hmacsha256-signature": base64.b64encode(
                    keyed(URL.encode() + BODY)
                ).decode()
            },
        ),
        (
            "workos",
            {"WorkOS-Signature": f"t={NOW}000, v1=" + keyed(b"%d000.%s" % (NOW, BODY)).hex()},
        ),
    ],
)
def test_the_signed_text_is_what_the_documentation_says(
    name: str, expected: dict[str, str]
) -> None:
    """By hand, for schemes whose documentation has no vector."""
    assert sign(name, "secret", BODY, now=NOW, url=URL) == expected


def test_a_vector_of_adyen() -> None:
    verify("adyen", ADYEN_SECRET, ADYEN_BODY, {"HmacSignature": ADYEN_HEADER}, now=NOW)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(KeyError):
        known_scheme("../hmac")


class TestScheme:
    @pytest.mark.parametrize(
        ("arguments", "problem"),
        [
            ({"signed": "{timestamp}"}, "would not prove the body"),
            ({"signed": "{timestamp}.{body}"}, "does not say where"),
            ({"signed": "{id}.{body}"}, "does not say where"),
            ({"syntax": "pairs"}, "needs `key`"),
        ],
    )
    def test_declarations_that_prove_nothing_are_refused(
        self, arguments: dict[str, Any], problem: str
    ) -> None:
        with pytest.raises(ValueError, match=problem):
            HMAC(header="X", **arguments)

    def test_all_fields_of_the_signed_text(self) -> None:
        declared = HMAC(
            header="X-Sig",
            signed="{method} {url}\n{timestamp}/{id}/{form}/{body}",
            timestamp=SignedAt(header="X-Time"),
            id_header="X-Id",
            tolerance=10,
        )
        verifier = declared.bind("secret")
        from hooksmith_providers._runtime.webhooks.signatures.message import Message

        signed = verifier.sign(Message(b"b=2&a=1+%C3%A9", {}, "put", "https://e.com/é"), 5, "id-1")
        text = "PUT https://e.com/é\n5/id-1/a1 éb2/b=2&a=1+%C3%A9".encode()
        assert signed == {"X-Sig": keyed(text).hex(), "X-Time": "5", "X-Id": "id-1"}

    def test_the_printed_scheme_is_equal(self) -> None:
        assert scheme("github") == HMAC(
            header="X-Hub-Signature-256", digest="sha256", encoding="hex", signed="{body}", syntax="prefixed",
            prefix="sha256=",
        )  # fmt: skip


class TestKeyedHash:
    @given(
        st.binary(min_size=1, max_size=200),
        st.binary(max_size=300),
        st.sampled_from(["sha1", "sha256", "sha384", "sha512"]),
    )
    def test_is_hmac(self, secret: bytes, text: bytes, digest: str) -> None:
        compute = Key(secret).keyed_hash(digest)
        assert compute(text) == hmac.digest(secret, text, digest) == compute(text)

    def test_rfc_4231(self) -> None:
        """Test cases 1 and 6."""
        assert Key(b"\x0b" * 20).keyed_hash("sha256")(b"Hi There").hex() == (
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
        text = b"Test Using Larger Than Block-Size Key - Hash Key First"
        assert Key(b"\xaa" * 131).keyed_hash("sha256")(text).hex() == (
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
