"""`hooksmith trigger` and `hooksmith listen`: against each other, and against receivers of ours."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hooksmith.cli import commands
from hooksmith.devtools.deliveries import example_delivery, parse_changes
from hooksmith.devtools.provider import Provider, generated_provider, load_provider
from hooksmith.devtools.trigger import Attempt, Sender
from hooksmith.errors import HooksmithError
from hooksmith_providers import workos
from hooksmith_providers._runtime.webhooks.example_changes import new_id
from hooksmith_providers._runtime.webhooks.receiver.webhook_receiver import Counts
from support.applications import served_by_wsgiref
from support.paths import CASES
from support.signature_vectors import MATTR_JWK, MATTR_PRIVATE_JWK

SPEC = """
openapi: 3.1.0
info: {title: Acme, version: "1"}
x-hooksmith-signature: stripe
paths: {}
webhooks:
  order.paid:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                id: {type: string, pattern: "^ord_[a-z0-9]{8}$"}
                type: {const: order.paid}
                amount: {type: integer, minimum: 5}
                paid_at: {type: string, format: date-time}
                lines:
                  type: array
                  minItems: 1
                  items: {type: object, properties: {sku: {type: string}}, required: [sku]}
              required: [id, type, amount, paid_at, lines]
      responses: {"200": {description: Fine.}}
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hooksmith", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


@contextmanager
def listening(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`hooksmith listen` on a free port: its address, and the process."""
    command = [sys.executable, "-m", "hooksmith", "listen", *arguments, "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield line.removeprefix("listening on ").strip(), process
        process.kill()


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Interrupt a listener: its exit code and what it printed."""
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    return process.returncode, out


def test_two_terminals() -> None:
    with listening("workos", "--secret", "s") as (url, process):
        ok = run("trigger", "workos", "user.created", "--to", url, "--set", "data.email=ada@example.com",
                 WORKOS_WEBHOOK_SECRET="s")  # fmt: skip
        assert ok.returncode == 0, ok.stderr
        assert re.match(r"user\.created event_\w+: 200 OK in \d+ ms\n  \w+", ok.stdout)
        corrupt = run(
            "trigger", "workos", "user.created", "--to", url, "--secret", "s", "--corrupt"
        )
        assert (corrupt.returncode, "not verified: no_matching_signature" in corrupt.stdout) == (
            1,
            True,
        )
        repeated = run(
            "trigger", "workos", "user.deleted", "--to", url, "--secret", "s", "--repeat", "3"
        )
        assert (repeated.returncode, repeated.stdout.count("handled before")) == (0, 2)
        code, out = stop(process)
    assert code == 0
    assert "200 user.created: UserCreated(" in out
    assert "ada@example.com" in out
    assert "400 not verified: no_matching_signature" in out
    assert out.count("200 handled before") == 2


@pytest.mark.slow
def test_a_document_of_ones_own(tmp_path: Path) -> None:
    spec = tmp_path / "acme.yaml"
    spec.write_text(SPEC)
    with listening("--spec", str(spec), "--secret", "s") as (url, process):
        sent = run(
            "trigger", "order.paid", "--spec", str(spec), "--to", url, HOOKSMITH_WEBHOOK_SECRET="s"
        )
        assert sent.returncode == 0, sent.stderr
        code, out = stop(process)
    assert code == 0
    assert re.search(r"200 order\.paid: OrderPaid\(id='ord_\w{8,}', .*amount=5", out), out


_TO_X = ["--to", "http://x", "--secret", "s"]
_TO_NOBODY = ["--to", "http://127.0.0.1:1/", "--secret", "s"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trigger", "workos", "user.crated", *_TO_X], "did you mean 'user.created'"),
        (["trigger", "work", "user.created", *_TO_X], "did you mean 'workos'"),
        (["trigger", "workos", "user.created", *_TO_NOBODY], "is the receiver running"),
        (["trigger", "workos", "user.created", "--to", "nonsense", "--secret", "s"], "cannot deliver"),
        (["trigger", "workos", "user.created", "--to", "http://x"], "WORKOS_WEBHOOK_SECRET"),
        (["trigger", "workos", "user.created", "--to", "http://x", "--secret", "@/no/such"], "cannot read"),
        (["trigger", "scalekit", "user.login", "--to", "http://x", "--secret", "!"], "it is not whsec_"),
        (["trigger", "mattr", "OpenIdCredentialIssued", "--to", "http://x", "--secret", "!"], "no JWK"),
        (["trigger", "socotra", "migration.start", *_TO_X], "not established"),
        (["trigger", "socotra", "migration.start", *_TO_X, "--scheme", "strip"], "did you mean"),
        (["trigger", "socotra", "migration.start", *_TO_X, "--scheme", '{"scheme": 1}'], "no declaration"),
        (["trigger", "workos", "user.created", *_TO_X, "--scheme", "stripe"], "leave out --scheme"),
        (["trigger", "workos", "user.created", *_TO_X, "--set", "x"], "PATH=VALUE"),
        (["trigger", "workos", "user.created", *_TO_X, "--set", "id.x=1"], "no such place"),
        (["trigger", "workos", "user.created", *_TO_X, "--set", "data.emial=x"], "did you mean 'data.email'"),
        (["trigger", "workos", "user.created", *_TO_X, "--set", "dta.email=x"], "did you mean 'data.email'"),
        (["trigger", "workos", *_TO_X], "an event"),
        (["trigger", "workos", "user.created", *_TO_X, "--signature", "github"], "go with --spec"),
        (["listen", "--spec", "x.yaml", "--signature", "githup"], "did you mean 'github'"),
        (["listen", "--spec", "x.yaml", "--events", '{"typ": "/a"}'], "did you mean 'type'"),
        (["listen", "--spec", "x.yaml", "--events", "/a"], "--events"),
        (["listen"], "an API of ours"),
        (["listen", "workos", "--secret", ""], "secret"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)  # fmt: skip
def test_errors(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert message in said
    assert "Traceback" not in said


def trigger(
    provider: Provider, webhook: Any, event_type: str, url: str, *, repeat: int = 1, **options: Any
) -> list[Attempt]:
    """Send one example `repeat` times."""
    delivery = example_delivery(provider, event_type, {})
    with Sender(webhook, url, **options) as sender:
        return list(sender.send_all([delivery] * repeat))


PROVIDERS: dict[str, tuple[str, list[str], str | None]] = {
    "mattr": ("OpenIdCredentialIssued", [json.dumps(MATTR_PRIVATE_JWK)], None),
    "scalekit": ("user.login", ["whsec_c2VjcmV0c2VjcmV0"], None),
    "socotra": ("migration.start", ["s"], "github"),
    "workos": ("user.created", ["s"], None),
}


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider(name: str) -> None:
    kind, secrets, scheme = PROVIDERS[name]
    provider = load_provider(name)
    webhook = provider.make_webhook(secrets, scheme)
    receiver = provider.package.WebhookReceiver(webhook, hosts=["*"])
    seen: list[Any] = []
    receiver.fallback(seen.append)

    def send(**options: Any) -> list[int]:
        return [attempt.status for attempt in trigger(provider, webhook, kind, url, **options)]

    with served_by_wsgiref(receiver.wsgi) as url:
        assert send() == send() == [200]
        assert send(repeat=3) == [200, 200, 200]
        assert send(corrupt=True) == [400]
        assert send(stale=True) == [200 if name == "socotra" else 400]
    assert {type(event) for event in seen} == {provider.catalogue.models[kind]}
    assert receiver.counts.handled == (4 if name == "socotra" else 3)
    assert receiver.counts.duplicates == 2


KINDS = {
    "a header and an action": ("webhooks_parts", "branch-rule-deleted", "BranchRuleDeleted"),
    "several classes": ("webhooks_options", "payment", "ByCard"),
    "a batch": ("webhooks_batch", "bounced", "Bounced"),
    "a form": ("webhooks_form", "sms", "Sms"),
    "a form that carries JSON": ("webhooks_form", "interaction", "Interaction"),
}


@pytest.mark.parametrize(("case", "kind", "name"), KINDS.values(), ids=KINDS)
def test_every_kind_of_delivery(case: str, kind: str, name: str) -> None:
    with generated_provider(CASES / case / "spec.yaml") as provider:
        webhook = provider.make_webhook(["s"], None)
        receiver = provider.package.WebhookReceiver(webhook)
        seen: list[Any] = []
        receiver.fallback(seen.append)
        with served_by_wsgiref(receiver.wsgi) as url:
            attempts = list(trigger(provider, webhook, kind, url, repeat=2))
            (again,) = trigger(provider, webhook, kind, url)
        assert [attempt.status for attempt in [*attempts, again]] == [200, 200, 200]
        assert {type(event).__name__ for event in seen} == {name}
        has_id = provider.catalogue.id is not None
        assert receiver.counts.duplicates == int(has_id), "the same event, and then another"
        assert again.event_id != attempts[0].event_id or not has_id


@pytest.mark.slow
def test_a_listener_prints_each_event_of_a_batch() -> None:
    spec = str(CASES / "webhooks_batch" / "spec.yaml")
    with listening("--spec", spec, "--secret", "s") as (url, process):
        sent = run("trigger", "bounced", "--spec", spec, "--to", url, "--secret", "s")
        assert sent.returncode == 0, sent.stderr
        _, out = stop(process)
    assert "200 bounced: Bounced(" in out


@pytest.mark.slow
def test_somebody_elses_document(tmp_path: Path) -> None:
    """What it does not say of signatures and types is said beside it."""
    spec = tmp_path / "theirs.yaml"
    text = (CASES / "webhooks_parts" / "spec.yaml").read_text()
    spec.write_text(text.replace("x-hooksmith-signature: github\n", ""))
    stated = ["--spec", str(spec), "--secret", "s", "--signature", "github"]
    with listening(*stated) as (url, process):
        sent = run("trigger", "push", "--to", url, *stated)
        assert sent.returncode == 0, sent.stderr
        _, out = stop(process)
    assert "200 push: Pushed(" in out


def test_a_header_that_is_the_secret() -> None:
    declared = '{"scheme": "static-header", "header": "X-Token"}'
    webhook = load_provider("socotra").make_webhook(["s"], declared)
    assert webhook.sign(b"{}") == {"X-Token": "s"}
    webhook.verify(b"{}", {"x-token": "s"})


def test_a_public_key_cannot_trigger() -> None:
    provider = load_provider("mattr")
    webhook = provider.make_webhook([json.dumps({"keys": [MATTR_JWK]})], None)
    with pytest.raises(HooksmithError, match="cannot sign"):
        trigger(provider, webhook, "OpenIdCredentialIssued", "http://x")


def test_a_declared_scheme() -> None:
    declared = {
        "scheme": "hmac", "header": "X-S", "digest": "sha1", "encoding": "hex", "syntax": "list", "key": "v9",
        "signed": "{id}{timestamp}{body}", "id": {"header": "X-I"}, "timestamp": {"header": "X-T", "unit": "seconds"},
        "secret": {"encoding": "hex"}, "tolerance": 9,
    }  # fmt: skip
    webhook = load_provider("socotra").make_webhook(["00ff"], json.dumps(declared))
    headers = webhook.sign(b"{}")
    assert set(headers) == {"X-S", "X-I", "X-T"}
    webhook.verify(b"{}", headers)


def test_changes() -> None:
    assert parse_changes(["a=1", "b.c=x=y", 'd="1"', "e=null", "f="]) == {
        "a": 1, "b.c": "x=y", "d": "1", "e": None, "f": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("known", "pattern"),
    [
        ("event_01EHZNVPK3SFK441A1RGBFSHRT", r"event_01EHZNVPK3SFK441[0-9A-HJKMNP-TV-Z]{10}"),
        ("de347800-d56f-4262-9f19-52b34856a933", r"de347800-d56f-4262-9f19-52[0-9a-f]{10}"),
        ("evt_55136848686613000", r"evt_5513684\d{10}"),
        ("ord_a1", r"ord_[0-9a-f]{8}"),
        ("a", r"[0-9a-f]{8}"),
        ("", r""),
    ],
)
def test_new_ids(known: str, pattern: str) -> None:
    assert re.fullmatch(pattern, new_id(known))


def test_counts_start_at_nothing() -> None:
    assert workos.WebhookReceiver(workos.Webhook("s")).counts == Counts()
