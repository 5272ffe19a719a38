"""Receivers of callbacks, from the call that registers one to the answer that the API gets, over sockets."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import case_of
from support.applications import served_by_uvicorn, served_by_werkzeug, served_by_wsgiref
from support.cases import PARENT
from support.paths import CASES
from type_checking.project import readme_callbacks


@pytest.fixture(scope="module")
def shop(case_home: Path) -> Any:
    """The package of the case with callbacks."""
    return case_of(CASES / "callbacks", case_home).package


class Api:
    """An API that takes calls, and calls back when it is told to, signed."""

    def __init__(self, shop: Any, verifier: Any, *, at: str) -> None:
        self._verifier = verifier
        self._at = at
        self.calls: list[tuple[httpx2.Request, httpx2.Response]] = []
        self.client = shop.ShopClient(
            base_url="https://api.example.com",
            http_client=httpx2.Client(transport=httpx2.MockTransport(self._take)),
        )

    def _take(self, request: httpx2.Request) -> httpx2.Response:
        made = "/orders/" in request.url.path
        reply = httpx2.Response(201, json={"id": "o1"}) if made else httpx2.Response(204)
        self.calls.append((request, reply))
        return reply

    def call_back(self, callback: Any, body: bytes = b"") -> httpx2.Response:
        """As the document says, to the address that the last call gave; a proxy brings it to the server under test."""
        url = callback.address_in(*self.calls[-1])
        headers = self._verifier.sign(body, method=callback.method, url=url)
        here = url.replace("https://example.com", self._at)
        return httpx2.request(callback.method, here, content=body, headers=headers)


def mounted(receiver: Any) -> Any:
    from fastapi import FastAPI

    app = FastAPI()
    app.mount("/callbacks", receiver)
    return served_by_uvicorn(app)


def mounted_in_a_mount(receiver: Any) -> Any:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    inner = Mount("/", routes=[Mount("/callbacks", receiver.asgi)])
    return served_by_uvicorn(Starlette(routes=[inner]))


def flask(receiver: Any) -> Any:
    from flask import Flask
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    app = Flask(__name__)
    return served_by_werkzeug(DispatcherMiddleware(app.wsgi_app, {"/callbacks": receiver.wsgi}))


def flask_view(receiver: Any) -> Any:
    from flask import Flask, request

    app = Flask(__name__)

    @app.route("/callbacks/<path:_>", methods=["GET", "POST", "PUT", "DELETE"])
    def callbacks(_: str) -> Any:
        path = request.full_path.removeprefix("/callbacks")
        reply = receiver.receive(
            request.get_data(), request.headers, path=path.removesuffix("?"), method=request.method
        )
        return reply.body, reply.status, reply.all_headers()

    return served_by_werkzeug(app)


def bare_wsgi(receiver: Any) -> Any:
    """Without a framework, the mount done by hand (PEP 3333: from PATH_INFO to SCRIPT_NAME)."""

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        environ["SCRIPT_NAME"] = "/callbacks"
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/callbacks")
        return receiver(environ, start_response)

    return served_by_wsgiref(app)


MOUNTS = [mounted, mounted_in_a_mount, flask, flask_view, bare_wsgi]


@pytest.mark.parametrize("mount", MOUNTS, ids=lambda mount: mount.__name__)
def test_from_the_call_to_the_answer(shop: Any, mount: Callable[[Any], Any]) -> None:
    verifier = shop.CallbackVerifier(shop.CALLBACK_SCHEME, "s3cret")
    receiver = shop.CallbackReceiver("https://example.com/callbacks", verifier=verifier)
    seen: list[Any] = []
    register(shop, receiver, seen)
    with mount(receiver) as address:
        api = Api(shop, verifier, at=address)
        api.client.orders.create_order(
            shop="north", total=3, callback_url=receiver.address(shop.CREATE_ORDER_PAID),
            answer={"url": receiver.address(shop.CREATE_ORDER_ANSWER)},
        )  # fmt: skip
        paid = api.call_back(shop.CREATE_ORDER_PAID, b'{"order": "o1", "amount": 3}')
        failed = api.call_back(shop.CREATE_ORDER_FAILED, b'{"order": "o1", "reason": "expired"}')
        shipped = api.call_back(shop.CREATE_ORDER_SHIPPED)
        answer = api.call_back(shop.CREATE_ORDER_ANSWER, b"From=%2B45&Digits=12")
        api.client.invoices.create_invoice(
            id_="in 7",
            callback_url=receiver.address(shop.CREATE_INVOICE_INVOICE_NOTIFICATION),
        )
        notification = shop.CREATE_INVOICE_INVOICE_NOTIFICATION
        invoice = api.call_back(notification, b'{"description": "", "paid": true}')
    assert (paid.status_code, paid.content) == (204, b"")
    assert failed.status_code == 202
    assert shipped.status_code == 200
    assert (answer.text, answer.headers["content-type"]) == ("<Say>12</Say>", "application/xml")
    assert (invoice.status_code, invoice.json()) == (200, {"ok": True})
    assert seen == [("paid", 3), ("failed", "expired"), ("shipped", "o1"), ("invoice", "in 7")]
    assert receiver.counts.handled == 5


def register(shop: Any, receiver: Any, seen: list[Any]) -> None:
    @receiver.on(shop.CREATE_ORDER_PAID)
    async def paid(body: Any) -> None:
        seen.append(("paid", body.amount))

    @receiver.on(shop.CREATE_ORDER_FAILED)
    def failed(body: Any) -> None:
        seen.append(("failed", body.reason))

    @receiver.on(shop.CREATE_ORDER_SHIPPED)
    async def shipped(body: None, request: Any) -> None:
        seen.append(("shipped", request.values["id"]))

    @receiver.on(shop.CREATE_ORDER_ANSWER)
    def answer(body: Any) -> str:
        return f"<Say>{body.digits}</Say>"

    @receiver.on(shop.CREATE_INVOICE_INVOICE_NOTIFICATION)
    def invoice(body: Any, request: Any) -> dict[str, bool]:
        seen.append(("invoice", request.values["id"]))
        return {"ok": body.paid}


@pytest.mark.parametrize("mount", MOUNTS, ids=lambda mount: mount.__name__)
def test_what_is_refused(shop: Any, mount: Callable[[Any], Any]) -> None:
    verifier = shop.CallbackVerifier(shop.CALLBACK_SCHEME, "s3cret")
    receiver = shop.CallbackReceiver(
        "https://example.com/callbacks", verifier=verifier, max_body=1000
    )
    receiver.on(shop.CREATE_ORDER_PAID)(lambda body: 1 // 0)
    path = "/callbacks/orders/create_order/callback_url"
    good = b'{"order": "o1", "amount": 3}'
    logging.disable(logging.ERROR)
    with mount(receiver) as address, httpx2.Client(base_url=address) as client:

        def send(body: bytes) -> int:
            headers = verifier.sign(body, url=f"https://example.com{path}")
            return client.post(path, content=body, headers=headers).status_code

        statuses = [send(good), send(b'{"amount": []}'), send(b"{"), send(b"x" * 2000)]
        statuses += [
            client.post(path, content=good).status_code,
            client.put(path, content=good).status_code,
            client.post(path + "/x", content=good).status_code,
        ]
    logging.disable(logging.NOTSET)
    assert statuses == [500, 500, 400, 413, 400, 405, 404]
    counts = receiver.counts
    assert (counts.failed, counts.drifted, counts.refused, counts.handled) == (2, 1, 5, 0)


@given(
    body=st.binary(max_size=60)
    | st.sampled_from([b'{"order": "o1", "amount": 3}', b"[]", b"null"]),
    headers=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3),
    path=st.sampled_from(
        ["/orders/create_order/callback_url", "/invoices/create_invoice/callback_url/invoices/"]
    )
    | st.text(max_size=20),
    more=st.text(max_size=9),
    method=st.sampled_from(["POST", "GET", "PUT", "DELETE"]) | st.text(max_size=5),
    signed=st.booleans(),
)
def test_whatever_comes_is_answered(
    shop: Any, body: bytes, headers: dict[str, str], path: str, more: str, method: str, signed: bool
) -> None:
    verifier = shop.CallbackVerifier(shop.CALLBACK_SCHEME, "s3cret")
    receiver = shop.CallbackReceiver("https://example.com", verifier=verifier if signed else None)
    receiver.fallback(lambda request: None)
    reply = receiver.receive(body, headers, path=path + more, method=method)
    assert reply.status in (200, 202, 204, 400, 404, 405)
    assert not signed or reply.status >= 400


def test_the_documentation(shop: Any, case_home: Path) -> None:
    """The documentation's example, but for the name of the package."""
    text = readme_callbacks(shop.__name__)
    names: dict[str, Any] = {}
    exec(compile(text, "callbacks.md", "exec"), names)
    with served_by_uvicorn(names["app"]) as address:
        body = b'{"order": "o1", "amount": 3}'
        url = f"{address}/callbacks/orders/create_order/callback_url"
        assert httpx2.post(url, content=body).status_code == 204
        url = f"{address}/callbacks/invoices/create_invoice/callback_url/invoices/in_7"
        reply = httpx2.post(url, content=b'{"description": "", "paid": true}')
        assert reply.json() == {"ok": True}


def test_a_path_that_nearly_fits_costs_little(shop: Any) -> None:
    address_class = importlib.import_module(f"{PARENT}._runtime.callbacks.addresses").Address
    address = address_class("{$request.body#/url}/{$a}-{$b}-{$c}-{$d}/e")
    pattern = address.pattern("/")
    assert address.read(pattern, "/" + "-" * 2000 + "/x", {}) is None
    values = address.read(pattern, "/1-2-3-4-5/e", {})
    assert values == {"a": "1-2", "b": "3", "c": "4", "d": "5"}
