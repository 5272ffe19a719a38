"""Published vectors: each verifies, and nothing near it does."""

from __future__ import annotations

from typing import Any

import pytest

from hooksmith_providers import mattr, workos
from hooksmith_providers._runtime.webhooks.errors import SignatureError, SignatureReason
from hooksmith_providers._runtime.webhooks.signatures.http_message import HTTPMessageSignatures
from hooksmith_providers._runtime.webhooks.signatures.message import Message
from support import signature_vectors as v
from support.signature_schemes import scheme, sign, verify


def reason(call: Any, *args: Any, **kwargs: Any) -> SignatureReason:
    with pytest.raises(SignatureError) as raised:
        call(*args, **kwargs)
    return raised.value.reason


class TestWorkOS:
    webhook = workos.Webhook(v.WORKOS_SECRET, clock=lambda: v.WORKOS_TIME)

    @pytest.mark.parametrize(
        "header",
        [
            v.WORKOS_HEADER,
            v.WORKOS_HEADER.replace(", ", ","),
            v.WORKOS_HEADER.replace(", ", " ,\t "),
        ],
        ids=["as sent", "without a space", "with others"],
    )
    def test_vector(self, header: str) -> None:
        self.webhook.verify(v.WORKOS_BODY, {"WorkOS-Signature": header})

    def test_unwraps(self) -> None:
        event = self.webhook.unwrap(v.WORKOS_BODY, {"workos-signature": v.WORKOS_HEADER})
        # The vector is older than today's envelope, which has created_at.
        assert isinstance(event, workos.DriftedEvent)
        assert event.type == "connection.activated"
        assert event.event.data.name == "Foo Corp's Connection"  # type: ignore[attr-defined]

    def test_signs_the_vector(self) -> None:
        signed = self.webhook.sign(v.WORKOS_BODY, timestamp=v.WORKOS_TIME)
        assert signed == {"WorkOS-Signature": v.WORKOS_HEADER}

    @pytest.mark.parametrize(
        ("header", "expected"),
        [
            ("bad-header", SignatureReason.MALFORMED_HEADER),
            ("", SignatureReason.MISSING_HEADER),
            ("t=1632409405772", SignatureReason.MALFORMED_HEADER),
            (v.WORKOS_HEADER.partition(", ")[2], SignatureReason.MALFORMED_HEADER),
            ("t=1632409405772, v1=", SignatureReason.NO_MATCHING_SIGNATURE),
            ("t=x, v1=00", SignatureReason.MALFORMED_HEADER),
            ("t=1632409405772, t=1632409405773, v1=00", SignatureReason.MALFORMED_HEADER),
            (v.WORKOS_HEADER[:-1] + "3", SignatureReason.NO_MATCHING_SIGNATURE),
            (
                v.WORKOS_HEADER.upper().replace("T=", "t=").replace("V1", "v1"),
                SignatureReason.NO_MATCHING_SIGNATURE,
            ),
            # Its seconds taken for milliseconds, fifty years ago.
            ("t=1632409405, v1=00", SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE),
        ],
    )
    def test_near_misses(self, header: str, expected: SignatureReason) -> None:
        assert reason(self.webhook.verify, v.WORKOS_BODY, {"WorkOS-Signature": header}) is expected

    @pytest.mark.parametrize("seconds", [-181, 181, -300, 300])
    def test_time_is_checked_both_ways(self, seconds: float) -> None:
        webhook = workos.Webhook(v.WORKOS_SECRET, clock=lambda: v.WORKOS_TIME + seconds)
        found = reason(webhook.verify, v.WORKOS_BODY, {"WorkOS-Signature": v.WORKOS_HEADER})
        assert found is SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE

    @pytest.mark.parametrize("seconds", [-179, 179])
    def test_tolerance(self, seconds: float) -> None:
        headers = {"WorkOS-Signature": v.WORKOS_HEADER}
        workos.Webhook(v.WORKOS_SECRET, clock=lambda: v.WORKOS_TIME + seconds).verify(
            v.WORKOS_BODY, headers
        )
        workos.Webhook(v.WORKOS_SECRET, tolerance=None).verify(v.WORKOS_BODY, headers)
        strict = workos.Webhook(v.WORKOS_SECRET, tolerance=0, clock=lambda: v.WORKOS_TIME + seconds)
        assert (
            reason(strict.verify, v.WORKOS_BODY, headers)
            is SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE
        )

    def test_several_signatures_and_secrets(self) -> None:
        decoy = "v1=" + "0" * 64
        time, _, right = v.WORKOS_HEADER.partition(", ")
        webhook = workos.Webhook(["another", v.WORKOS_SECRET], clock=lambda: v.WORKOS_TIME)
        for header in (f"{time},{decoy},{right}", f"{time},{right},{decoy},v0=junk"):
            webhook.verify(v.WORKOS_BODY, {"WorkOS-Signature": header})
        found = reason(
            webhook.verify, v.WORKOS_BODY, {"WorkOS-Signature": f"{time},{decoy},{decoy}"}
        )
        assert found is SignatureReason.NO_MATCHING_SIGNATURE


class TestStandardWebhooks:
    def check(
        self, signature: str, *, name: str = "standard-webhooks", secret: Any = v.STANDARD_SECRET
    ) -> None:
        prefix = "svix" if name == "svix" else "webhook"
        headers = {
            f"{prefix}-id": v.STANDARD_ID,
            f"{prefix}-timestamp": str(v.STANDARD_TIME),
            f"{prefix}-signature": signature,
        }
        verify(name, secret, v.STANDARD_BODY, headers, now=v.STANDARD_TIME)

    @pytest.mark.parametrize("name", ["standard-webhooks", "svix"])
    @pytest.mark.parametrize(
        "secret",
        [
            v.STANDARD_SECRET,
            v.STANDARD_SECRET.removeprefix("whsec_"),
            ["whsec_b3RoZXI=", v.STANDARD_SECRET],
        ],
    )
    def test_vector(self, name: str, secret: Any) -> None:
        self.check(v.STANDARD_SIGNATURE, name=name, secret=secret)

    def test_among_decoys(self) -> None:
        decoys = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
        self.check(
            f"{decoys} {v.STANDARD_SIGNATURE} v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1a,??"
        )

    @pytest.mark.parametrize(
        ("signature", "expected"),
        [
            (v.STANDARD_NEAR_MISS, SignatureReason.NO_MATCHING_SIGNATURE),
            (v.STANDARD_SIGNATURE.replace("v1", "v2"), SignatureReason.NO_MATCHING_SIGNATURE),
            (v.STANDARD_SIGNATURE.removesuffix("="), SignatureReason.NO_MATCHING_SIGNATURE),
            (v.STANDARD_SIGNATURE.removeprefix("v1,"), SignatureReason.MALFORMED_HEADER),
            ("v1,a,b", SignatureReason.NO_MATCHING_SIGNATURE),
            ("", SignatureReason.MISSING_HEADER),
        ],
    )
    def test_near_misses(self, signature: str, expected: SignatureReason) -> None:
        assert reason(self.check, signature) is expected

    def test_signs_the_vector(self) -> None:
        verifier = scheme("standard-webhooks").bind(v.STANDARD_SECRET)
        signed = verifier.sign(Message(v.STANDARD_BODY, {}), v.STANDARD_TIME, v.STANDARD_ID)
        assert signed == {
            "webhook-id": v.STANDARD_ID,
            "webhook-timestamp": str(v.STANDARD_TIME),
            "webhook-signature": v.STANDARD_SIGNATURE,
        }

    @pytest.mark.parametrize("stamp", ["1614265330.0", "+1614265330", " ", "-1", "٣", "9" * 40])
    def test_timestamps_are_digits(self, stamp: str) -> None:
        headers = {"webhook-id": "x", "webhook-timestamp": stamp, "webhook-signature": "v1,x"}
        found = reason(
            verify,
            "svix" if not stamp else "standard-webhooks",
            v.STANDARD_SECRET,
            b"",
            headers,
            now=0,
        )
        assert found in (SignatureReason.MALFORMED_HEADER, SignatureReason.MISSING_HEADER)

    def test_ed25519(self) -> None:
        seed, public = (
            "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        )
        headers = sign("standard-webhooks", f"whsk_{seed}", v.STANDARD_BODY, now=5)
        assert headers["webhook-signature"].startswith("v1a,")
        for secret in (f"whpk_{public}", f"whsk_{seed}", [v.STANDARD_SECRET, f"whpk_{public}"]):
            verify("standard-webhooks", secret, v.STANDARD_BODY, headers, now=5)
        for secret in (v.STANDARD_SECRET, "whpk_" + "A" * 43 + "="):
            found = reason(verify, "standard-webhooks", secret, v.STANDARD_BODY, headers, now=5)
            assert found is SignatureReason.NO_MATCHING_SIGNATURE
        with pytest.raises(ValueError, match="public key cannot sign"):
            sign("standard-webhooks", f"whpk_{public}", b"", now=5)


class TestCatalogue:
    """The published vectors of providers; those without any are signed both ways in test_catalogue."""

    def test_github(self) -> None:
        headers = {"x-hub-signature-256": v.GITHUB_HEADER}
        verify("github", v.GITHUB_SECRET, v.GITHUB_BODY, headers, now=0)
        assert sign("github", v.GITHUB_SECRET, v.GITHUB_BODY, now=0) == {
            "X-Hub-Signature-256": v.GITHUB_HEADER
        }
        assert (
            reason(verify, "github", "other", v.GITHUB_BODY, headers, now=0)
            is SignatureReason.NO_MATCHING_SIGNATURE
        )
        bare = {"x-hub-signature-256": v.GITHUB_HEADER.removeprefix("sha256=")}
        assert (
            reason(verify, "github", v.GITHUB_SECRET, v.GITHUB_BODY, bare, now=0)
            is SignatureReason.MALFORMED_HEADER
        )

    def test_slack(self) -> None:
        headers = {
            "X-Slack-Signature": v.SLACK_HEADER,
            "X-Slack-Request-Timestamp": str(v.SLACK_TIME),
        }
        verify("slack", v.SLACK_SECRET, v.SLACK_BODY, headers, now=v.SLACK_TIME + 299)
        assert sign("slack", v.SLACK_SECRET, v.SLACK_BODY, now=v.SLACK_TIME) == headers
        late = reason(
            verify, "slack", v.SLACK_SECRET, v.SLACK_BODY, headers, now=v.SLACK_TIME + 301
        )
        assert late is SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE
        del headers["X-Slack-Request-Timestamp"]
        missing = reason(verify, "slack", v.SLACK_SECRET, v.SLACK_BODY, headers, now=v.SLACK_TIME)
        assert missing is SignatureReason.MISSING_HEADER

    @pytest.mark.parametrize(
        ("body", "header", "url"),
        [
            (v.TWILIO_FORM, v.TWILIO_HEADER, v.TWILIO_URL),
            (v.TWILIO_REPEATED_FORM, v.TWILIO_REPEATED_HEADER, v.TWILIO_URL),
            (v.TWILIO_JSON, v.TWILIO_JSON_HEADER, v.TWILIO_JSON_URL),
        ],
        ids=["form", "repeated", "json"],
    )
    def test_twilio(self, body: bytes, header: str, url: str) -> None:
        verify("twilio", v.TWILIO_SECRET, body, {"X-Twilio-Signature": header}, now=0, url=url)
        assert sign("twilio", v.TWILIO_SECRET, body, now=0, url=url) == {
            "X-Twilio-Signature": header
        }
        other = reason(
            verify,
            "twilio",
            v.TWILIO_SECRET,
            body,
            {"X-Twilio-Signature": header},
            now=0,
            url=url + "x",
        )
        assert other in (SignatureReason.NO_MATCHING_SIGNATURE, SignatureReason.DIGEST_MISMATCH)

    def test_twilio_covers_the_body(self) -> None:
        headers = {"X-Twilio-Signature": v.TWILIO_JSON_HEADER}
        found = reason(
            verify, "twilio", v.TWILIO_SECRET, b"{}", headers, now=0, url=v.TWILIO_JSON_URL
        )
        assert found is SignatureReason.DIGEST_MISMATCH

    def test_a_url_that_is_signed_must_be_given(self) -> None:
        with pytest.raises(TypeError, match="url="):
            verify("square", "key", b"{}", {"x-square-hmacsha256-signature": "x"}, now=0)


class TestHTTPMessageSignatures:
    def verify(
        self,
        headers: dict[str, str],
        *,
        require: tuple[str, ...] = (),
        body: bytes = v.RFC_9421_BODY,
    ) -> None:
        verifier = HTTPMessageSignatures(require=require).bind([v.RFC_9421_JWK])
        verifier._require = (
            require  # what we always require is left out, for the RFC's vector covers no digest
        )
        verifier.verify(Message(body, headers, "POST", v.RFC_9421_URL), v.RFC_9421_TIME, 300)

    def test_rfc_9421_b_2_6(self) -> None:
        self.verify(v.RFC_9421_HEADERS)
        self.verify({**v.RFC_9421_HEADERS, "Content-Digest": v.RFC_9421_SHA_256})

    def test_rfc_9421_b_2_6_is_refused_as_a_delivery(self) -> None:
        """It does not cover the digest, so any body could be put under it."""
        verifier = HTTPMessageSignatures().bind([v.RFC_9421_JWK])
        message = Message(v.RFC_9421_BODY, v.RFC_9421_HEADERS, "POST", v.RFC_9421_URL)
        assert reason(verifier.verify, message, v.RFC_9421_TIME, 300) is SignatureReason.NOT_COVERED

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("Date", "Tue, 20 Apr 2021 02:07:56 GMT", SignatureReason.NO_MATCHING_SIGNATURE),
            ("Content-Length", "19", SignatureReason.NO_MATCHING_SIGNATURE),
            (
                "Content-Digest",
                v.RFC_9421_SHA_256.replace("X48", "X49"),
                SignatureReason.DIGEST_MISMATCH,
            ),
            ("Content-Digest", "md5=:aaaa:", SignatureReason.MALFORMED_HEADER),
            ("Content-Digest", "", SignatureReason.MISSING_HEADER),
            ("Signature", "sig-b26=:AAAA:", SignatureReason.NO_MATCHING_SIGNATURE),
            ("Signature", "sig-b27=:AAAA:", SignatureReason.MALFORMED_HEADER),
            ("Signature", "é", SignatureReason.MALFORMED_HEADER),
            ("Signature-Input", "sig-b26", SignatureReason.MALFORMED_HEADER),
            (
                "Signature-Input",
                'sig-b26=("date");created=1618884473',
                SignatureReason.MALFORMED_HEADER,
            ),
            (
                "Signature-Input",
                'sig-b26=("date");keyid="test-key-ed25519"',
                SignatureReason.MALFORMED_HEADER,
            ),
            (
                "Signature-Input",
                'sig-b26=("date");created=1618884473;keyid="x"',
                SignatureReason.UNKNOWN_KEY,
            ),
            (
                "Signature-Input",
                'sig-b26=("date");created=1618884473;expires=1618884472;keyid="x"',
                SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE,
            ),
        ],
    )
    def test_near_misses(self, name: str, value: str, expected: SignatureReason) -> None:
        assert reason(self.verify, {**v.RFC_9421_HEADERS, name: value}) is expected

    def mattr(self, *, clock: float = v.MATTR_TIME, **arguments: Any) -> mattr.Webhook:
        return mattr.Webhook([v.MATTR_JWK], clock=lambda: clock, **arguments)

    def test_mattr(self) -> None:
        event = self.mattr().unwrap(v.MATTR_BODY, v.MATTR_HEADERS, url=v.MATTR_URL)
        assert isinstance(event, mattr.OpenIdCredentialIssued)
        assert event.event.id == "de347800-d56f-4262-9f19-52b34856a933"

    def test_mattr_near_misses(self) -> None:
        webhook = self.mattr()
        call = webhook.verify
        assert (
            reason(call, v.MATTR_BODY + b" ", v.MATTR_HEADERS, url=v.MATTR_URL)
            is SignatureReason.DIGEST_MISMATCH
        )
        assert reason(call, v.MATTR_BODY, v.MATTR_HEADERS) is SignatureReason.URL_NEEDED
        other = reason(call, v.MATTR_BODY, v.MATTR_HEADERS, url="https://example.com/other")
        assert other is SignatureReason.NO_MATCHING_SIGNATURE
        other = reason(call, v.MATTR_BODY, v.MATTR_HEADERS, url=v.MATTR_URL, method="PUT")
        assert other is SignatureReason.NO_MATCHING_SIGNATURE
        for seconds in (-301, 301):
            late = self.mattr(clock=v.MATTR_TIME + seconds)
            found = reason(late.verify, v.MATTR_BODY, v.MATTR_HEADERS, url=v.MATTR_URL)
            assert found is SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE
        self.mattr(clock=0, tolerance=None).verify(v.MATTR_BODY, v.MATTR_HEADERS, url=v.MATTR_URL)

    def test_one_right_signature_among_others_is_enough(self) -> None:
        decoy = 'other=("content-digest");created=1661822798;keyid="unknown"'
        headers = {
            **v.MATTR_HEADERS,
            "signature-input": f"{decoy}, {v.MATTR_HEADERS['signature-input']}",
            "signature": f"other=:AAAA:, {v.MATTR_HEADERS['signature']}",
        }
        self.mattr().verify(v.MATTR_BODY, headers, url=v.MATTR_URL)
