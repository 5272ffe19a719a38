"""The receiver: handlers, answers, counts; mounted in the frameworks, under their servers."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import re
import threading
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from hooksmith_providers import scalekit, workos
from hooksmith_providers._runtime.webhooks.errors import KeysUnavailableError
from hooksmith_providers._runtime.webhooks.receiver.sqlite_store import SQLiteStore
from hooksmith_providers._runtime.webhooks.receiver.stores import Taken
from hooksmith_providers._runtime.webhooks.receiver.webhook_receiver import (
    Counts,
    UnhandledTypesError,
)
from hooksmith_providers.workos import (
    DriftedEvent,
    EventType,
    UnknownEvent,
    UserCreated,
    UserDeleted,
)
from hooksmith_providers.workos.testing import EXAMPLES, example
from support.applications import served_by_uvicorn, served_by_werkzeug, served_by_wsgiref
from support.signature_vectors import MATTR_PRIVATE_JWK, STANDARD_SECRET

SECRET = "secret"
WEBHOOK = workos.Webhook(SECRET)


def make(**options: Any) -> workos.WebhookReceiver[workos.Event]:
    return workos.WebhookReceiver(WEBHOOK, **options)


def deliver(receiver: Any, event: Any, changes: dict[str, Any] | None = None) -> int:
    delivery = example(event, webhook=WEBHOOK, changes={"id": "event_1", **(changes or {})})
    return int(receiver.receive(delivery.body, delivery.headers).status)


def deliver_raw(receiver: Any, payload: dict[str, Any]) -> int:
    body = json.dumps(payload).encode()
    return int(receiver.receive(body, WEBHOOK.sign(body)).status)


class TestHandlers:
    def test_by_class_by_type_and_fallback(self) -> None:
        receiver, seen = make(), []

        @receiver.on(UserCreated)
        def created(event: UserCreated) -> None:
            seen.append(("created", event.data.email))

        @receiver.on(EventType.USER_DELETED, "user.updated")
        def others(event: Any) -> None:
            seen.append(("others", event.event))

        @receiver.fallback
        async def rest(event: workos.Event) -> None:
            await asyncio.sleep(0)
            seen.append(("rest", type(event).__name__))

        assert deliver(receiver, UserCreated, {"data.email": "ada@example.com"}) == 200
        for kind in ("user.deleted", "user.updated", "role.created"):
            assert deliver(receiver, kind, {"id": f"event_{kind}"}) == 200
        assert seen == [
            ("created", "ada@example.com"), ("others", "user.deleted"),
            ("others", "user.updated"), ("rest", "RoleCreated"),
        ]  # fmt: skip
        assert receiver.counts == Counts(handled=4)

    def test_handlers_are_given_back(self) -> None:
        receiver = make()

        def handler(event: UserCreated) -> str:
            return event.id

        assert receiver.on(UserCreated)(handler) is handler
        assert receiver.fallback(print) is print

    def test_a_handler_is_registered_once_for_an_event(self) -> None:
        receiver = make()
        receiver.on(UserCreated)(print)
        for event in (UserCreated, EventType.USER_CREATED):
            with pytest.raises(ValueError, match="already"):
                receiver.on(event)(print)
        with pytest.raises(ValueError, match="already"):
            receiver.on_prefix("user.")(print)

    def test_several_handlers_have_names_of_their_own(self) -> None:
        receiver = make()
        receiver.on(UserCreated)(lambda event: 1)
        with pytest.raises(ValueError, match=r"same name already: .*<lambda>"):
            receiver.on(UserCreated)(lambda event: 2)
        receiver.on(UserDeleted)(lambda event: 3)

    @pytest.mark.parametrize("event", ["user.teleported", scalekit.UserLogin])
    def test_events_of_the_document_alone(self, event: Any) -> None:
        with pytest.raises(KeyError, match=r"user\.teleported|UserLogin"):
            make().on(event)

    def test_a_typing_error_is_told(self) -> None:
        with pytest.raises(
            KeyError, match=r"no event 'user\.creatd'; did you mean 'user\.created'"
        ):
            make().on("user.creatd")

    def test_unhandled_types(self) -> None:
        receiver = make()
        assert sorted(receiver.unhandled_types()) == sorted(EventType)
        receiver.on(UserCreated)(print)
        receiver.fallback(print)
        assert "user.created" not in receiver.unhandled_types()
        assert len(receiver.unhandled_types()) == len(EventType) - 1

    def test_exhaustive(self) -> None:
        receiver = make(exhaustive=True)
        receiver.on(*(kind for kind in EventType if kind != EventType.USER_CREATED))(
            lambda event: None
        )
        for start in (
            lambda: receiver.asgi,
            lambda: receiver.wsgi,
            lambda: deliver(receiver, UserCreated),
        ):
            with pytest.raises(
                UnhandledTypesError, match=r"no handler for user\.created"
            ) as raised:
                start()
            assert raised.value.types == ("user.created",)
        receiver.on(UserCreated)(lambda event: None)
        assert receiver.asgi is receiver.asgi
        assert deliver(receiver, UserCreated) == 200

    def test_exhaustive_stops_a_server_from_starting(self) -> None:
        from hooksmith_providers._runtime.webhooks.receiver.asgi import ASGIReceiver

        said: list[Any] = []

        async def run() -> None:
            messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

            async def receive() -> Any:
                return next(messages)

            async def send(message: Any) -> None:
                said.append(message)

            await ASGIReceiver(make(exhaustive=True))({"type": "lifespan"}, receive, send)

        asyncio.run(run())
        assert said[0]["type"] == "lifespan.startup.failed"
        assert "no handler for" in said[0]["message"]


class TestOutcomes:
    def test_without_a_handler(self) -> None:
        receiver = make()
        assert deliver(receiver, UserCreated) == 200
        assert deliver_raw(receiver, {"event": "user.teleported", "id": "e"}) == 200
        assert receiver.counts == Counts(unhandled=2, unknown=1)

    def test_unknown_and_drifted_have_handlers_like_others(self) -> None:
        receiver, seen = make(), []
        receiver.on(UnknownEvent)(lambda event: seen.append(event.type))
        receiver.on(DriftedEvent)(lambda event: seen.append(event.issues[0].where))
        receiver.on(UserCreated)(lambda event: seen.append("typed"))
        assert deliver_raw(receiver, {"event": "user.teleported", "id": "e1"}) == 200
        assert deliver(receiver, UserCreated, {"data.email": 1}) == 200
        assert seen == ["user.teleported", "/data/email"]
        assert receiver.counts == Counts(handled=2, unknown=1, drifted=1)

    def test_a_drifted_event_that_was_expected_is_not_acknowledged(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        receiver = make()
        receiver.on(UserCreated)(print)
        assert deliver(receiver, UserCreated, {"data.email": 1}) == 500
        assert re.search(
            r"user\.created 'event_\w+' drifted from its model at /data/email ", caplog.text
        )
        assert deliver(receiver, UserDeleted, {"data.email": 1}) == 200
        assert receiver.counts == Counts(drifted=2, failed=1, unhandled=1)

    def test_a_handler_that_fails(self, caplog: pytest.LogCaptureFixture) -> None:
        receiver, calls = make(), []

        @receiver.on(UserCreated)
        def handler(event: UserCreated) -> None:
            calls.append(event.id)
            if len(calls) == 1:
                raise RuntimeError("the database is away")

        assert deliver(receiver, UserCreated) == 500
        assert "the database is away" in caplog.text
        assert deliver(receiver, UserCreated) == 200
        assert deliver(receiver, UserCreated) == 200
        assert len(calls) == 2
        assert receiver.counts == Counts(failed=1, handled=1, duplicates=1)

    def test_without_a_store_duplicates_are_handled(self) -> None:
        receiver, calls = make(store=None), []
        receiver.on(UserCreated)(calls.append)
        for _ in range(3):
            assert deliver(receiver, UserCreated) == 200
        assert len(calls) == 3

    def test_without_an_id_there_are_no_duplicates(self) -> None:
        receiver, calls = make(), []
        receiver.fallback(calls.append)
        for _ in range(2):
            assert deliver_raw(receiver, {"event": "user.teleported"}) == 200
        assert len(calls) == 2

    def test_an_event_that_is_being_handled_is_asked_for_again(self) -> None:
        receiver, inside = make(), []

        @receiver.on(UserCreated)
        def handler(event: UserCreated) -> None:
            body, headers = delivery.body, delivery.headers
            inside.append(receiver.receive(body, headers))

        delivery = example(UserCreated, webhook=WEBHOOK)
        assert receiver.receive(delivery.body, delivery.headers).status == 200
        assert (inside[0].status, inside[0].headers) == (503, {"Retry-After": "30"})
        assert receiver.counts == Counts(handled=1, busy=1)

    def test_an_interrupt_gives_the_claim_back(self) -> None:
        store = SQLiteStore()
        receiver = make(store=store)

        @receiver.on(UserCreated)
        def handler(event: UserCreated) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            deliver(receiver, UserCreated)
        key = f"workos:{EXAMPLES.payload(UserCreated)['id']}"
        assert not isinstance(store.claim(key), Taken)

    @pytest.mark.parametrize("broken", ["claim", "commit", "release"])
    def test_a_store_that_fails_loses_nothing(self, broken: str) -> None:
        class Broken(SQLiteStore):
            working = False

            def claim(self, key: str) -> str | Taken:
                self._check("claim")
                return super().claim(key)

            def commit(self, key: str, token: str) -> None:
                self._check("commit")
                super().commit(key, token)

            def release(self, key: str, token: str) -> None:
                self._check("release")
                super().release(key, token)

            def _check(self, method: str) -> None:
                if method == broken and not self.working:
                    raise OSError("no space left on device")

        store, calls = Broken(lease=1, clock=itertools.count().__next__), []
        receiver = make(store=store)

        @receiver.on(UserCreated)
        def handler(event: UserCreated) -> None:
            calls.append(event.id)
            if broken == "release" and not store.working:
                raise RuntimeError("no")

        assert deliver(receiver, UserCreated) == (500 if broken == "release" else 503)
        assert receiver.counts == Counts(failed=1)
        store.working = True
        assert deliver(receiver, UserCreated) == 200
        assert deliver(receiver, UserCreated) == 200
        assert len(calls) == (1 if broken == "claim" else 2)
        assert receiver.counts == Counts(failed=1, handled=1, duplicates=1)

    def test_keys_that_cannot_be_fetched_are_no_reason_to_refuse(self) -> None:
        class NoKeys(workos.Webhook):
            def unwrap_delivery(self, *args: Any, **kwargs: Any) -> Any:
                raise KeysUnavailableError("no keys")

        receiver = workos.WebhookReceiver(NoKeys(SECRET))
        assert receiver.receive(b"{}", {}).status == 503


def fastapi(receiver: Any) -> Any:
    from fastapi import FastAPI

    app = FastAPI()
    app.add_route("/webhooks", receiver.asgi, methods=["POST"])
    return served_by_uvicorn(app)


def starlette(receiver: Any) -> Any:
    from starlette.applications import Starlette
    from starlette.routing import Route

    return served_by_uvicorn(Starlette(routes=[Route("/webhooks", receiver.asgi)]))


def mounted(receiver: Any) -> Any:
    """The object itself, under a prefix."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    return served_by_uvicorn(Starlette(routes=[Mount("/webhooks", receiver)]))


def bare_asgi(receiver: Any) -> Any:
    return served_by_uvicorn(receiver.asgi)


def flask(receiver: Any) -> Any:
    from flask import Flask
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    app = Flask(__name__)
    return served_by_werkzeug(DispatcherMiddleware(app.wsgi_app, {"/webhooks": receiver.wsgi}))


def flask_view(receiver: Any) -> Any:
    from flask import Flask, request

    app = Flask(__name__)

    @app.route("/webhooks", methods=["POST", "GET"])
    def webhooks() -> Any:
        if request.method != "POST":
            return "only POST", 405, {"Allow": "POST"}
        reply = receiver.receive(request.get_data(), request.headers, url=request.url)
        return reply.body, reply.status, reply.headers

    return served_by_werkzeug(app)


def bare_wsgi(receiver: Any) -> Any:
    return served_by_wsgiref(receiver.wsgi)


def itself_as_wsgi(receiver: Any) -> Any:
    return served_by_wsgiref(receiver)


def django(receiver: Any) -> Any:
    """A view of Django, under its own WSGI handler."""
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt

    @csrf_exempt
    def webhooks(request: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        reply = receiver.receive(request.body, request.headers, url=request.build_absolute_uri())
        return HttpResponse(reply.body, status=reply.status, headers=reply.headers)

    urls = type("urls", (), {"urlpatterns": [path("webhooks", webhooks)]})
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=urls, LOGGING_CONFIG=None, USE_TZ=True)
        import django as package

        package.setup()
    settings.ROOT_URLCONF = urls
    from django.urls import clear_url_caches

    clear_url_caches()
    return served_by_wsgiref(WSGIHandler())


MOUNTS = [
    fastapi,
    starlette,
    mounted,
    bare_asgi,
    flask,
    flask_view,
    bare_wsgi,
    itself_as_wsgi,
    django,
]


@pytest.mark.parametrize("mount", MOUNTS, ids=lambda mount: mount.__name__)
class TestOverHTTP:
    def test_answers(self, mount: Callable[[Any], Any]) -> None:
        receiver, threads = make(max_body=5000), []

        @receiver.on(UserCreated)
        def handler(event: UserCreated) -> None:
            threads.append(threading.current_thread())

        @receiver.on(UserDeleted)
        async def failing(event: UserDeleted) -> None:
            await asyncio.sleep(0)
            raise RuntimeError("no")

        path = "/webhooks/" if mount is mounted else "/webhooks"
        path = "/" if mount in (bare_asgi, bare_wsgi, itself_as_wsgi) else path
        good = example(UserCreated, webhook=WEBHOOK)
        bad = example(UserDeleted, webhook=WEBHOOK, changes={"id": "event_2"})
        late = WEBHOOK.sign(good.body, timestamp=1)
        with mount(receiver) as address, httpx2.Client(base_url=address) as client:
            logging.disable(logging.ERROR)
            statuses = [
                client.post(path, content=good.body, headers=good.headers).status_code,
                client.post(path, content=good.body, headers=good.headers).status_code,
                client.post(path, content=good.body + b" ", headers=good.headers).status_code,
                client.post(path, content=good.body).status_code,
                client.post(path, content=good.body, headers=late).status_code,
                client.post(path, content=b"[]", headers=WEBHOOK.sign(b"[]")).status_code,
                client.post(path, content=bad.body, headers=bad.headers).status_code,
                client.post(path, content=b"x" * 6000).status_code,
                client.get(path).status_code,
            ]
            logging.disable(logging.NOTSET)
        assert statuses == [200, 200, 400, 400, 400, 400, 500, 413, 405]
        assert len(threads) == 1
        counts = receiver.counts
        assert (counts.handled, counts.duplicates, counts.failed) == (1, 1, 1)
        assert 5 <= counts.refused <= 6

    def test_chunks_and_parallel_deliveries(self, mount: Callable[[Any], Any]) -> None:
        if mount in (bare_wsgi, itself_as_wsgi, django):
            pytest.skip(
                "the server of the standard library takes neither chunks nor several requests"
            )
        receiver, seen = make(max_body=5000), []
        receiver.on(UserCreated)(lambda event: seen.append(event.id))
        path = {"mounted": "/webhooks/", "bare_asgi": "/"}.get(mount.__name__, "/webhooks")

        def send(client: httpx2.Client, number: int) -> int:
            delivery = example(UserCreated, webhook=WEBHOOK, changes={"id": f"event_{number % 10}"})
            pieces = (delivery.body[at : at + 50] for at in range(0, len(delivery.body), 50))
            return client.post(path, content=pieces, headers=delivery.headers).status_code

        with mount(receiver) as address, httpx2.Client(base_url=address, timeout=30) as client:
            statuses: list[int] = []
            threads = [
                threading.Thread(target=lambda n=n: statuses.append(send(client, n)))
                for n in range(40)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            endless = (b"x" * 1000 for _ in range(100))
            assert client.post(path, content=endless).status_code in (413, 400)
        assert set(statuses) <= {200, 503}
        assert sorted(seen) == sorted({f"event_{number}" for number in range(10)})


def test_under_asgi_plain_functions_run_in_a_thread_and_coroutines_in_the_loop() -> None:
    receiver, seen = make(), {}

    @receiver.on(UserCreated)
    def plain(event: UserCreated) -> None:
        seen["plain"] = threading.current_thread()

    @receiver.on(UserDeleted)
    async def coroutine(event: UserDeleted) -> None:
        seen["coroutine"] = threading.current_thread()

    async def run() -> threading.Thread:
        for event in (UserCreated, UserDeleted):
            delivery = example(event, webhook=WEBHOOK, changes={"id": event.__name__})
            assert (await receiver.areceive(delivery.body, delivery.headers)).status == 200
        return threading.current_thread()

    loop_thread = asyncio.run(run())
    assert seen["coroutine"] is loop_thread
    assert seen["plain"] is not loop_thread


class TestSignedURL:
    """MATTR and others sign the URL; what arrives is not always what was called."""

    def receiver(self, **options: Any) -> Any:
        from hooksmith_providers import socotra

        scheme = socotra.HMAC(header="X-Sig", signed="{url}\n{body}")
        webhook = socotra.Webhook(scheme, SECRET)
        return webhook, socotra.WebhookReceiver(webhook, **options)

    @pytest.mark.parametrize("path", ["/a/b?x=1&y=%20", "/%C3%A9?", "/a%2Fb"])
    @pytest.mark.parametrize("kind", ["asgi", "wsgi"])
    def test_as_it_arrives(self, kind: str, path: str) -> None:
        webhook, receiver = self.receiver(hosts=["127.0.0.1", "localhost"])
        if kind == "wsgi" and path == "/a%2Fb":
            pytest.skip("WSGI gives the decoded path alone")
        serve = served_by_uvicorn if kind == "asgi" else served_by_wsgiref
        with serve(getattr(receiver, kind)) as address, httpx2.Client() as client:
            request = client.build_request("POST", address + path, content=b'{"type": "x"}')
            url = str(request.url).removesuffix("?")
            request.headers.update(webhook.sign(b'{"type": "x"}', url=url))
            assert client.send(request).status_code == 200
            assert receiver.counts.unknown == 1

    def test_behind_a_proxy(self) -> None:
        public = "https://hooks.example.com/in"
        webhook, receiver = self.receiver(url=public)
        body = b'{"type": "x"}'
        reply = receiver.receive(
            body, webhook.sign(body, url=public), url="http://10.0.0.1:8000/in"
        )
        assert reply.status == 200

    def test_a_receiver_must_know_its_url_or_hosts(self) -> None:
        """Else the Host of a request decides what the signature is compared with."""
        for unknown in ({}, {"hosts": ()}, {"url": None}):
            with pytest.raises(TypeError, match=r"pass url=.* or hosts=.*\['example.com'\]"):
                self.receiver(**unknown)
        with pytest.raises(TypeError, match="hosts: a list of host names"):
            self.receiver(hosts="example.com")

    def test_schemes_that_sign_the_url(self) -> None:
        from hooksmith_providers import mattr, scalekit, socotra

        def resolver(request: Any) -> str:
            return SECRET

        url_scheme = socotra.HMAC(header="X-Sig", signed="{url}{body}")
        for secret in (SECRET, [SECRET], {"a": SECRET}, resolver):
            with pytest.raises(TypeError, match="hosts="):
                socotra.WebhookReceiver(socotra.Webhook(url_scheme, secret))
            socotra.WebhookReceiver(socotra.Webhook(socotra.HMAC(header="X-Sig"), secret))
        with pytest.raises(TypeError, match="hosts="):
            mattr.WebhookReceiver(mattr.Webhook([MATTR_PRIVATE_JWK]))
        scalekit.WebhookReceiver(scalekit.Webhook(STANDARD_SECRET))

    @pytest.mark.parametrize(
        ("url", "status"),
        [
            ("https://example.com/in", 200),
            ("https://EXAMPLE.com:8443/in", 200),
            ("https://api.example.org:8443/in", 200),
            ("https://api.example.org/in", 400),
            ("https://evil.test/in", 400),
            ("https://evil.test#example.com/in", 400),
            ("https://example.com@evil.test/in", 400),
            ("https://example.com.evil.test/in", 400),
            ("https:///example.com/in", 400),
            ("/in", 400),
        ],
    )
    def test_a_delivery_signed_for_another_host_is_refused(self, url: str, status: int) -> None:
        webhook, receiver = self.receiver(hosts=["example.com", "api.example.org:8443"])
        body = b'{"type": "x"}'
        reply = receiver.receive(body, webhook.sign(body, url=url), url=url)
        assert reply.status == status
        assert reply.text == ("" if status == 200 else "not verified: other_host")


def test_misuse_is_told_at_once() -> None:
    with pytest.raises(TypeError, match="webhook: a Webhook, not a str"):
        workos.WebhookReceiver("whsec_x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"not @receiver\.on"):
        make().on(print)  # type: ignore[call-overload]
    with pytest.raises(KeyError, match=r"did you mean 'user\.created'"):
        workos.testing.example("user.craeted")
    with pytest.raises(TypeError, match="headers: pass the request's headers"):
        WEBHOOK.verify(b"{}", "WorkOS-Signature: t=1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="headers: pass the request's headers"):
        WEBHOOK.verify(b"{}", None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("secret", "kind", "told"),
    [
        (None, TypeError, "not None"),
        ("", ValueError, "empty"),
        ("s3cr3t\n", ValueError, "strip it"),
    ],
)
def test_a_wrong_secret_is_told_without_its_value(
    secret: Any, kind: type[Exception], told: str
) -> None:
    with pytest.raises(kind, match=f"^secret: .*{told}") as caught:
        workos.Webhook(secret)
    assert "s3cr3t" not in str(caught.value)
