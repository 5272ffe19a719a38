"""Callbacks: where each arrives, what its handler gets, what the sender is answered."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import Any

import httpx2
import pytest

HOME = "https://example.com/callbacks"
PAID = {"order": "o1", "amount": 3}
FAILED = {"order": "o1", "reason": "declined"}
ORDERS = "/orders/create_order/callback_url"
INVOICE = "/invoices/create_invoice/callback_url/invoices/in_7"


def receiver(case: Any, **options: Any) -> Any:
    return case.package.CallbackReceiver(HOME, **{"verifier": None, **options})


def send(target: Any, path: str, body: Any = None, method: str = "POST", **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return target.receive(raw, headers, path=path, method=method)


def counted(target: Any) -> dict[str, int]:
    counts = target.counts
    return {
        name: number
        for name in counts.__slots__
        if name != "by_type" and (number := getattr(counts, name))
    }


class TestAddresses:
    def test_the_call_that_registers_a_callback_gets_it(self, case: Any) -> None:
        target, package = receiver(case), case.package
        assert target.address(package.CREATE_ORDER_PAID) == HOME + ORDERS
        assert target.address(package.CREATE_ORDER_FAILED) == HOME + ORDERS
        answer = target.address(package.CREATE_ORDER_ANSWER)
        assert answer == f"{HOME}/orders/create_order/answer_url"
        notify = target.address(package.CREATE_INVOICE_NOTIFY)
        assert notify == f"{HOME}/invoices/create_invoice/x_notify_url"

    def test_others_can_be_chosen(self, case: Any) -> None:
        package, seen = case.package, []
        target = receiver(case, paths={package.CREATE_INVOICE_DAILY: "/hooks/d{a}ily"})
        target.on(package.CREATE_INVOICE_DAILY)(seen.extend)
        assert target.address(package.CREATE_INVOICE_DAILY) == f"{HOME}/hooks/d%7Ba%7Dily"
        assert send(target, "/hooks/d{a}ily", [{"description": "x", "paid": True}]).status == 200
        assert send(target, package.CREATE_INVOICE_DAILY.path, []).status == 404
        assert seen[0].description == "x"

    @pytest.mark.parametrize("path", ["hooks", "", "/hooks?x=1"])
    def test_paths_are_paths(self, case: Any, path: str) -> None:
        with pytest.raises(ValueError, match="is no path"):
            receiver(case, paths={case.package.CREATE_INVOICE_DAILY: path})

    @pytest.mark.parametrize("address", ["", "/callbacks", "ftp://x/", "https://x/?a=1"])
    def test_the_receivers_own_is_a_url(self, case: Any, address: str) -> None:
        with pytest.raises(ValueError, match="no address"):
            case.package.CallbackReceiver(address, verifier=None)

    def test_what_the_api_adds_to_it_is_read(self, case: Any) -> None:
        target, seen = receiver(case), []

        @target.on(case.package.CREATE_INVOICE_INVOICE_NOTIFICATION)
        def told(event: Any, request: Any) -> Any:
            seen.append((event.paid, request.values, request.query, request.header("x-id")))
            return case.models.InvoiceEventReceived(ok=True)

        reply = send(target, f"{INVOICE}?x=1", {"description": "", "paid": True}, **{"X-Id": "9"})
        assert reply.status == 200
        assert seen == [(True, {"id": "in_7"}, {"x": ["1"]}, "9")]

    def test_constants_in_its_query_tell_callbacks_apart(self, case: Any) -> None:
        target, seen = receiver(case), []

        @target.on(case.package.CREATE_ORDER_SHIPPED)
        def shipped(body: None, request: Any) -> None:
            seen.append(("shipped", body, request.values["id"]))

        @target.on(case.package.CREATE_ORDER_DELAYED)
        def delayed(body: None, request: Any) -> None:
            seen.append(("delayed", body, request.values["id"]))

        for state in ("delayed", "shipped"):
            assert send(target, f"{ORDERS}?order=o%201&state={state}", method="GET").status == 200
        assert send(target, f"{ORDERS}?state=lost", method="GET").status == 404
        assert seen == [("delayed", None, "o 1"), ("shipped", None, "o 1")]

    def test_the_address_in_a_call(self, case: Any) -> None:
        package = case.package
        order = httpx2.Request(
            "POST",
            "https://api.example.com/v1/orders/north",
            json={"callbackUrl": "https://me/cb", "answer": {"url": "https://me/say"}},
        )
        made = httpx2.Response(201, json={"id": "o1"})
        assert package.CREATE_ORDER_PAID.address_in(order) == "https://me/cb"
        assert package.CREATE_ORDER_ANSWER.address_in(order) == "https://me/say"
        shipped = package.CREATE_ORDER_SHIPPED.address_in(order, made)
        assert shipped == "https://me/cb?state=shipped&order=o1"
        with pytest.raises(ValueError, match=r"\$response.body#/id"):
            package.CREATE_ORDER_SHIPPED.address_in(order)
        invoice = httpx2.Request(
            "POST",
            "https://api.example.com/invoices?callback_url=https%3A%2F%2Fme%2Fcb",
            headers={"x-notify-url": "https://me/n"},
            json={"id": "in_7"},
        )
        notification = package.CREATE_INVOICE_INVOICE_NOTIFICATION
        assert notification.address_in(invoice) == "https://me/cb/invoices/in_7"
        assert package.CREATE_INVOICE_NOTIFY.address_in(invoice) == "https://me/n"
        assert package.CREATE_INVOICE_DAILY.address_in(invoice) == "https://example.com/hooks/daily"

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("{$url}/cb", "https://api.example.com/orders/north?a=1/cb"),
            ("https://me/{$method}/{$statusCode}", "https://me/POST/201"),
            ("https://me/{$request.path.shop}", "https://me/north"),
            ("{$request.body}", "https://me/all"),
            ("{$response.header.location}", "https://me/there"),
            ("https://me/{$request.query.a}", "https://me/1"),
        ],
    )
    def test_runtime_expressions(self, case: Any, expression: str, expected: str) -> None:
        evaluate = case.module("callbacks").Callback.address_in
        callback = case.package.Callback(
            operation="", route="/orders/{shop}", name="", expression=expression, method="POST",
            path="/", annotation=None,
        )  # fmt: skip
        request = httpx2.Request(
            "POST", "https://api.example.com/orders/north?a=1", content=b"https://me/all"
        )
        response = httpx2.Response(201, headers={"Location": "https://me/there"})
        assert evaluate(callback, request, response) == expected

    @pytest.mark.parametrize(
        "expression",
        ["{$request.body#/a}", "{$request.header.a}", "{$request.path.b}", "{$response.body#/a}",
         "{$request.cookie.a}", "{$response.query.a}", "{$request.body.a}", "{callback_url}"],
    )  # fmt: skip
    def test_what_a_call_does_not_say(self, case: Any, expression: str) -> None:
        callback = case.package.Callback(
            operation="", route="/orders/{shop}", name="", expression=expression, method="POST",
            path="/", annotation=None,
        )  # fmt: skip
        request = httpx2.Request("POST", "https://api.example.com/orders/x", content=b'{"a": {}}')
        with pytest.raises(ValueError, match="does not say"):
            callback.address_in(request)


class TestHandlers:
    def test_one_address_for_several_callbacks(self, case: Any) -> None:
        target, seen = receiver(case), []

        @target.on(case.package.CREATE_ORDER_PAID)
        def paid(body: Any) -> None:
            seen.append(("paid", type(body), body.amount))

        @target.on(case.package.CREATE_ORDER_FAILED)
        async def failed(body: Any) -> None:
            await asyncio.sleep(0)
            seen.append(("failed", type(body), body.reason))

        target.on(case.package.CREATE_ORDER_WITHDRAWN)(seen.append)
        assert send(target, ORDERS, PAID).status == 204
        assert send(target, ORDERS + "/", FAILED).status == 202
        assert send(target, ORDERS, method="DELETE").status == 200
        models = case.models
        assert seen == [
            ("paid", models.OrderPaid, 3),
            ("failed", models.OrderFailed, "declined"),
            None,
        ]
        assert counted(target) == {"handled": 3}

    def test_in_an_event_loop(self, case: Any) -> None:
        target, seen = receiver(case), []

        @target.on(case.package.CREATE_ORDER_PAID)
        async def paid(body: Any, request: Any) -> None:
            await asyncio.sleep(0)
            seen.append((body.order, request.callback))

        target.on(case.package.CREATE_ORDER_FAILED)(lambda body: seen.append(body.order))

        async def run() -> list[int]:
            bodies = [json.dumps(body).encode() for body in (PAID, FAILED)]
            return [(await target.areceive(body, {}, path=ORDERS)).status for body in bodies]

        assert asyncio.run(run()) == [204, 202]
        assert seen == [("o1", case.package.CREATE_ORDER_PAID), "o1"]

    def test_are_given_back_and_alone(self, case: Any) -> None:
        target, package = receiver(case), case.package

        def handler(body: Any) -> None:
            return None

        assert target.on(package.CREATE_ORDER_PAID)(handler) is handler
        assert target.fallback(handler) is handler
        assert target.drifted(handler) is handler
        with pytest.raises(ValueError, match=r"create_order paid .* has a handler already"):
            target.on(package.CREATE_ORDER_PAID)
        foreign = package.Callback(
            operation="other", route="/", name="x", expression="", method="POST", path="/",
            annotation=None,
        )  # fmt: skip
        for register in (target.on, target.address):
            with pytest.raises(KeyError, match="no callback other x"):
                register(foreign)

    def test_that_are_missing(self, case: Any) -> None:
        target, package = receiver(case), case.package
        assert target.unhandled_callbacks() == package.CALLBACKS
        target.on(package.CREATE_ORDER_FAILED)(print)
        assert len(target.unhandled_callbacks()) == len(package.CALLBACKS) - 1
        assert send(target, ORDERS, PAID).status == 204
        assert counted(target) == {"unhandled": 1}
        strict = receiver(case, exhaustive=True)
        for callback in package.CALLBACKS[1:]:
            strict.on(callback)(lambda body: None)
        with pytest.raises(RuntimeError, match="no handler for create_order paid") as raised:
            _ = strict.asgi
        assert raised.value.callbacks == package.CALLBACKS[:1]

    def test_fallback(self, case: Any) -> None:
        target, seen = receiver(case), []
        target.fallback(lambda request: seen.append((request.callback.name, request.issues)))
        assert send(target, ORDERS, PAID).status == 204
        assert send(target, ORDERS, {"amount": "x"}).status == 204
        assert [name for name, _ in seen] == ["paid", "paid"]
        assert [issue.where for issue in seen[1][1]] == ["/order", "/amount"]
        assert counted(target) == {"handled": 2, "drifted": 1}

    def test_defaults_of_a_handler_are_its_own(self, case: Any) -> None:
        target, seen = receiver(case), []

        @target.on(case.package.CREATE_ORDER_PAID)
        def paid(body: Any, dry: bool = False) -> None:
            seen.append((body.order, dry))

        send(target, ORDERS, PAID)
        assert seen == [("o1", False)]


class TestAnswers:
    def test_with_the_documents_body(self, case: Any) -> None:
        target = receiver(case)
        received = case.models.InvoiceEventReceived
        answers: list[Any] = [
            received(ok=True, note="fine"),
            {"ok": False},
            None,
            {"ok": "yes"},
            {"ok": True, "note": "more than ten"},
            case.package.CallbackReply(status=410, text="gone"),
        ]
        target.on(case.package.CREATE_INVOICE_INVOICE_NOTIFICATION)(lambda body: answers.pop(0))
        body = {"description": "", "paid": True}
        replies = [send(target, INVOICE, body) for _ in range(6)]
        assert [reply.status for reply in replies] == [200, 200, 200, 500, 500, 410]
        assert json.loads(replies[0].body) == {"ok": True, "note": "fine"}
        assert json.loads(replies[1].body) == {"ok": False}
        assert replies[1].all_headers()["Content-Type"] == "application/json"
        assert replies[2].body == b""
        assert replies[5].body == b"gone\n"
        assert counted(target) == {"handled": 4, "failed": 2}

    def test_in_its_media_type(self, case: Any) -> None:
        target = receiver(case)
        target.on(case.package.CREATE_ORDER_ANSWER)(lambda body: f"<Say>{body.digits}</Say>")
        reply = send(target, "/orders/create_order/answer_url", b"From=%2B45&Digits=12")
        assert (reply.status, reply.body) == (200, b"<Say>12</Say>")
        assert reply.all_headers()["Content-Type"] == "application/xml"

    def test_no_body_where_there_is_none(self, case: Any) -> None:
        target = receiver(case)
        target.on(case.package.CREATE_ORDER_PAID)(lambda body: {"ignored": True})
        reply = send(target, ORDERS, PAID)
        assert (reply.status, reply.body, reply.all_headers()) == (204, b"", {})

    def test_a_handler_that_fails(self, case: Any, caplog: pytest.LogCaptureFixture) -> None:
        target = receiver(case)
        target.on(case.package.CREATE_ORDER_PAID)(lambda body: 1 // 0)
        assert send(target, ORDERS, PAID).status == 500
        assert "the handler of create_order paid" in caplog.text
        assert counted(target) == {"failed": 1}

    @pytest.mark.parametrize(
        ("path", "method", "status"),
        [("/", "POST", 404), ("/orders", "POST", 404), (f"{INVOICE}/x", "POST", 404),
         (INVOICE.removesuffix("/in_7"), "POST", 404), (ORDERS + "x", "POST", 404),
         (ORDERS, "PATCH", 405), (INVOICE, "GET", 405)],
    )  # fmt: skip
    def test_what_is_sent_elsewhere(self, case: Any, path: str, method: str, status: int) -> None:
        target = receiver(case)
        target.fallback(print)
        reply = send(target, path, PAID, method=method)
        assert reply.status == status
        if path == ORDERS:
            assert reply.headers == {"Allow": "POST, DELETE, GET"}
        assert counted(target) == {"refused": 1}

    def test_too_large(self, case: Any) -> None:
        assert send(receiver(case, max_body=10), ORDERS, PAID).status == 413

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
    def test_not_json(self, case: Any, body: bytes) -> None:
        target = receiver(case)
        target.drifted(print)
        assert send(target, ORDERS, body).status == 400
        assert counted(target) == {"refused": 1}

    def test_a_body_that_departs_from_the_document(
        self, case: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        target, seen = receiver(case), []
        target.on(case.package.CREATE_ORDER_PAID)(seen.append)
        assert send(target, ORDERS, {"order": "o1", "amount": "no"}).status == 500
        assert "create_order paid" in caplog.text
        assert "at /amount" in caplog.text
        assert '"no"' not in caplog.text
        assert counted(target) == {"drifted": 1, "failed": 1}
        target.drifted(lambda request: seen.append(json.loads(request.body)["amount"]))
        assert send(target, ORDERS, {"order": "o1", "amount": "no"}).status == 204
        assert seen == ["no"]

    def test_an_api_that_adds_values_and_properties(self, case: Any) -> None:
        target, seen = receiver(case), []
        target.on(case.package.CREATE_ORDER_FAILED)(seen.append)
        assert send(target, ORDERS, {**FAILED, "reason": "new", "more": 1}).status == 202
        assert (seen[0].reason, seen[0].to_dict()["more"]) == ("new", 1)


class TestVerified:
    def make(self, case: Any) -> tuple[Any, Any]:
        verifier = case.package.CallbackVerifier(case.package.CALLBACK_SCHEME, "s3cret")
        return receiver(case, verifier=verifier), verifier

    def test_by_the_scheme_of_the_document(self, case: Any) -> None:
        target, verifier = self.make(case)
        target.on(case.package.CREATE_ORDER_PAID)(lambda body: None)
        body = json.dumps(PAID).encode()
        signed = verifier.sign(body, url=target.address(case.package.CREATE_ORDER_PAID))
        assert send(target, ORDERS, body, **signed).status == 204
        elsewhere = verifier.sign(body, url="https://example.com/other")
        for headers in ({}, elsewhere, {"X-Shop-Signature": "00"}):
            reply = send(target, ORDERS, body, **headers)
            assert (reply.status, "not verified" in reply.text) == (400, True)
        assert send(target, ORDERS, body + b" ", **signed).status == 400
        assert counted(target) == {"handled": 1, "refused": 4}

    def test_before_anything_is_read(self, case: Any, caplog: pytest.LogCaptureFixture) -> None:
        target, _ = self.make(case)
        with caplog.at_level(logging.WARNING):
            assert send(target, ORDERS, b"{").text.startswith("not verified")

    def test_with_what_the_api_adds_to_the_address(self, case: Any) -> None:
        target, verifier = self.make(case)
        body = b'{"description": "", "paid": true}'
        path = INVOICE.replace("in_7", "in%207")
        headers = verifier.sign(body, url=f"{HOME}{path}?x=%20")
        reply = target.receive(body, headers, path=f"{path}?x=%20")
        assert reply.status == 200


class TestDuplicates:
    def test_are_handled_once(self, case: Any) -> None:
        seen: list[str] = []
        target = receiver(
            case, store=case.package.SQLiteStore, key=lambda request: request.header("X-Id")
        )
        target.on(case.package.CREATE_ORDER_PAID)(lambda body: seen.append("paid"))
        target.on(case.package.CREATE_ORDER_FAILED)(lambda body: seen.append("failed"))
        for body in (PAID, PAID, FAILED):
            assert send(target, ORDERS, body, **{"X-Id": "1"}).status in (202, 204)
        send(target, ORDERS, PAID)
        assert seen == ["paid", "failed", "paid"]
        assert counted(target) == {"handled": 3, "duplicates": 1}

    def test_come_again_after_a_failure(self, case: Any) -> None:
        results: list[Any] = [0, 1]
        target = receiver(case, store=case.package.SQLiteStore, key=lambda request: "1")
        target.on(case.package.CREATE_ORDER_PAID)(lambda body: 1 // results.pop(0))
        assert [send(target, ORDERS, PAID).status for _ in range(3)] == [500, 204, 204]
        assert counted(target) == {"handled": 1, "failed": 1, "duplicates": 1}

    def test_a_store_needs_a_key(self, case: Any) -> None:
        with pytest.raises(TypeError, match="key"):
            receiver(case, store=case.package.SQLiteStore)


def test_methods_name_their_callbacks(case: Any) -> None:
    doc = case.resource("invoices").create_invoice.__doc__
    assert "`CREATE_INVOICE_INVOICE_NOTIFICATION`" in doc
    assert "- `CREATE_ORDER_PAID`: `POST {$request.body#/callbackUrl}`" in case.files["api.md"]


def test_a_change_elsewhere_moves_no_address(case: Any) -> None:
    paths = {callback.name: callback.path for callback in case.package.CALLBACKS}
    assert paths["daily"] == "/invoices/create_invoice/daily"
    assert len(set(paths.values())) == 5


def test_hosts_that_are_none_are_no_harm(case: Any) -> None:
    """A sender writes the host; the query is read off the URL whatever that is."""
    target = receiver(case)
    for host in ("[", "a\u2100", "?", ""):
        reply = asked_over_wsgi(target, ORDERS, host=host)
        assert reply == "204 No Content"


def test_long_paths_are_not_compared(case: Any) -> None:
    target = receiver(case)
    assert send(target, ORDERS + "/" * 5000, PAID).status == 404


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"status": 299}, "299 Status"),
        ({"status": 200, "media_type": "text/plain; x=\u4e00"}, "500 Internal Server Error"),
        ({"status": 200, "headers": {"X-A": "b\r\nX-C: d"}}, "500 Internal Server Error"),
        ({"status": 99}, "500 Internal Server Error"),
    ],
)
def test_an_answer_that_cannot_be_sent_is_a_failure(case: Any, options: Any, line: str) -> None:
    target = receiver(case)
    target.on(case.package.CREATE_ORDER_PAID)(lambda paid: case.package.CallbackReply(**options))
    assert asked_over_wsgi(target, ORDERS) == line
    assert counted(target) == ({"failed": 1} if line.startswith("500") else {"handled": 1})


def asked_over_wsgi(target: Any, path: str, host: str = "example.com") -> str:
    body = json.dumps(PAID).encode()
    lines: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "HTTP_HOST": host,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    list(target.wsgi(environ, lambda status, headers: lines.append(status)))
    return lines[0]
