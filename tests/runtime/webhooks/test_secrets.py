"""Named secrets and resolvers of secrets: tenants, rotation, and which secret matched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hooksmith_providers import socotra, workos
from hooksmith_providers.workos import (
    DeliveryContext,
    SecretRequest,
    SignatureError,
    SignatureReason,
    TenantSecrets,
    UserCreated,
    Webhook,
)
from hooksmith_providers.workos.testing import example

SECRETS = {"acme": "secret of acme", "globex": "secret of globex"}


def by_path(request: SecretRequest) -> TenantSecrets | None:
    tenant = request.path.rpartition("/")[2]
    secret = SECRETS.get(tenant)
    return None if secret is None else TenantSecrets(tenant=tenant, secrets={"main": secret})


async def by_path_later(request: SecretRequest) -> TenantSecrets | None:
    await asyncio.sleep(0)
    return by_path(request)


def receive(receiver: Any, body: bytes, headers: Any, url: str) -> int:
    return int(receiver.receive(body, headers, url=url).status)


def areceive(receiver: Any, body: bytes, headers: Any, url: str) -> int:
    return int(asyncio.run(receiver.areceive(body, headers, url=url)).status)


@pytest.mark.parametrize("resolver", [by_path, by_path_later])
@pytest.mark.parametrize("send", [receive, areceive])
def test_secrets_of_tenants(send: Callable[..., int], resolver: Any) -> None:
    receiver = workos.WebhookReceiver(Webhook(resolver))
    seen: list[tuple[str | None, str | None]] = []

    @receiver.on(UserCreated)
    def created(event: UserCreated, delivery: DeliveryContext) -> None:
        seen.append((delivery.tenant, delivery.secret_name))

    delivery = example(UserCreated, webhook=Webhook(SECRETS["acme"]))
    url = "https://example.com/hooks/{}?a=1"
    assert send(receiver, delivery.body, delivery.headers, url.format("acme")) == 200
    assert send(receiver, delivery.body, delivery.headers, url.format("globex")) == 400
    assert send(receiver, delivery.body, delivery.headers, url.format("nobody")) == 400
    other = Webhook(SECRETS["globex"]).sign(delivery.body)
    assert send(receiver, delivery.body, other, url.format("globex")) == 200
    assert seen == [("acme", "main"), ("globex", "main")], "an id is a tenant's own"


def test_a_resolver_sees_the_request() -> None:
    seen: list[Any] = []

    def resolve(request: SecretRequest) -> str:
        seen.append((request.path, request.query, request.header("x-TENANT")))
        assert "secret" not in repr(request)
        return "secret"

    delivery = example(UserCreated, webhook=Webhook("secret"))
    headers = {**delivery.headers, "X-Tenant": "acme"}
    Webhook(resolve).verify(delivery.body, headers, url="https://x/a/b?tenant=acme&tenant=b")
    Webhook(resolve).verify(delivery.body, delivery.headers)
    assert seen == [("/a/b", {"tenant": ["acme", "b"]}, "acme"), ("/", {}, None)]


def test_a_rotation_is_effective_at_once() -> None:
    secrets = ["old"]
    webhook = Webhook(lambda request: secrets)
    delivery = example(UserCreated, webhook=Webhook("new"))
    with pytest.raises(SignatureError):
        webhook.verify(delivery.body, delivery.headers)
    secrets.append("new")
    webhook.verify(delivery.body, delivery.headers)


def test_named_secrets() -> None:
    webhook = Webhook({"new": "n", "old": "o"})
    delivery = example(UserCreated, webhook=Webhook("o"))
    assert webhook.unwrap_delivery(delivery.body, delivery.headers).secret_name == "old"
    signed = webhook.sign(delivery.body)
    assert webhook.unwrap_delivery(delivery.body, signed).secret_name == "new"
    with pytest.raises(SignatureError) as raised:
        webhook.unwrap(delivery.body, Webhook("x").sign(delivery.body))
    assert raised.value.reason is SignatureReason.NO_MATCHING_SIGNATURE
    with pytest.raises(ValueError, match="there is no secret"):
        Webhook({})


def test_misuse() -> None:
    with pytest.raises(ValueError, match="only verifies"):
        Webhook(by_path).sign(b"{}")
    delivery = example(UserCreated, webhook=Webhook("secret"))

    async def unwrap() -> None:
        Webhook(by_path_later).unwrap(delivery.body, delivery.headers)

    with pytest.raises(RuntimeError, match="event loop"):
        asyncio.run(unwrap())


@pytest.mark.parametrize("name", ["HMAC", "StandardWebhooks", "StaticHeader"])
def test_every_scheme_takes_them(name: str) -> None:
    schemes = {
        "HMAC": socotra.HMAC(header="X-Sig"),
        "StandardWebhooks": socotra.StandardWebhooks(),
        "StaticHeader": socotra.StaticHeader(header="X-Token"),
    }
    scheme: Any = schemes[name]
    secret = "whsec_c2VjcmV0" if name == "StandardWebhooks" else "secret"
    signed = socotra.Webhook(scheme, secret).sign(b'{"type": "x"}')
    for secrets in ({"a": secret}, lambda request: {"a": secret}):
        webhook = socotra.Webhook(scheme, secrets)
        assert webhook.unwrap_delivery(b'{"type": "x"}', signed).secret_name == "a"


def test_the_environment_has_the_default_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKOS_WEBHOOK_SECRET", "from the environment")
    delivery = example(UserCreated, webhook=Webhook("from the environment"))
    receiver = workos.WebhookReceiver(Webhook())
    assert receiver.receive(delivery.body, delivery.headers).status == 200
    with pytest.raises(SignatureError):
        Webhook("another").unwrap(delivery.body, delivery.headers)
    monkeypatch.setenv("SOCOTRA_WEBHOOK_SECRET", "s")
    scheme = socotra.StaticHeader(header="X-Token")
    assert socotra.Webhook(scheme).sign(b"{}") == {"X-Token": "s"}


@pytest.mark.parametrize("value", [None, ""])
def test_an_absent_secret_is_a_plain_error(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("WORKOS_WEBHOOK_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("WORKOS_WEBHOOK_SECRET", value)
    with pytest.raises(
        ValueError, match="there is no secret: pass secret=, or set WORKOS_WEBHOOK_SECRET"
    ):
        Webhook()


def test_none_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistaken variable of the caller's does not fall back to another secret."""
    monkeypatch.setenv("WORKOS_WEBHOOK_SECRET", "from the environment")
    nothing: Any = None
    with pytest.raises(TypeError, match="not None"):
        Webhook(nothing)
