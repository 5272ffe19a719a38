"""Clients from birth to end: settings, copies, threads, connections, what a call may do otherwise."""

from __future__ import annotations

import asyncio
import logging
import pickle
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from hooksmith_providers.mattr import MATTRClient
from hooksmith_providers.workos import (
    APIConnectionError,
    APITimeoutError,
    AsyncWorkOSClient,
    ConfigurationError,
    Hooks,
    NotFoundError,
    RawReply,
    ReplyEvent,
    RequestEvent,
    RequestOptions,
    ServerError,
    WorkOSClient,
)
from hooksmith_providers.workos.models import CreateWebhookEndpoint, WebhookEndpoint
from hooksmith_providers.workos.operations import webhooks as operations

from .clients import API_KEY, Clients
from .server import Running, Space


def test_everything_may_come_from_the_environment(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WORKOS_CLIENT_ID", "client_1")
    with WorkOSClient() as workos, MATTRClient() as mattr:
        assert list(workos.webhooks.list_webhook_endpoints()) == []
        assert workos.settings == {"client_id": "client_1"}
        assert list(mattr.webhooks.list_webhooks()) == []
    with WorkOSClient(client_id="client_2", base_url="https://other.example/v1/") as workos:
        assert workos.settings == {"client_id": "client_2"}
        assert workos.base_url == "https://other.example/v1"


def test_what_is_missing_is_named_when_it_is_needed() -> None:
    with WorkOSClient() as client, pytest.raises(ConfigurationError, match="WORKOS_API_KEY"):
        client.webhooks.list_webhook_endpoints()
    assert WorkOSClient().base_url == "https://api.workos.com"


def test_a_key_may_be_asked_for(clients: Clients, space: Space) -> None:
    """A callable is asked for every request, an asynchronous one by the asynchronous client too."""
    keys = iter(["sk_1", "sk_2"])

    async def later() -> str:
        return next(keys)

    client = clients.workos(api_key=(lambda: next(keys)) if clients.kind == "sync" else later)
    clients.run(client.webhooks.list_webhook_endpoints())
    clients.run(client.webhooks.list_webhook_endpoints())
    assert [it.headers["authorization"] for it in space.requests()] == [
        "Bearer sk_1",
        "Bearer sk_2",
    ]


def test_a_closed_client_says_so(clients: Clients) -> None:
    client = clients.workos()
    clients.run(client.webhooks.list_webhook_endpoints())
    clients.run(client.close() if clients.kind == "sync" else client.aclose())
    with pytest.raises(ConfigurationError, match="closed"):
        clients.run(client.webhooks.list_webhook_endpoints())


def test_an_injected_client_stays_open_and_keeps_its_own(space: Space) -> None:
    transport = httpx2.HTTPTransport(retries=1)
    with httpx2.Client(
        transport=transport,
        headers={"x-team": "billing", "user-agent": "theirs"},
        cookies={"sid": "1"},
        params={"tenant": "t"},
    ) as http:
        with WorkOSClient(api_key=API_KEY, base_url=space.workos, http_client=http) as client:
            client.webhooks.list_webhook_endpoints(limit=3)
        assert not http.is_closed
    (request,) = space.requests()
    assert request.headers["x-team"] == "billing"
    assert request.headers["cookie"] == "sid=1"
    assert request.headers["user-agent"].startswith("hooksmith")
    assert sorted(request.query.split("&")) == ["limit=3", "tenant=t"]


def test_event_hooks_of_an_injected_client_see_whole_requests(space: Space) -> None:
    seen: list[bytes] = []
    hooks: Any = {"request": [lambda request: seen.append(request.content)]}
    with httpx2.Client(event_hooks=hooks) as http:
        client = WorkOSClient(api_key=API_KEY, base_url=space.workos, http_client=http)
        client.webhooks.create_webhook_endpoint(endpoint_url="https://x.com", events=[])
        client.webhooks.list_webhook_endpoints()
    assert seen == [b'{"endpoint_url":"https://x.com","events":[]}', b""]


def test_requests_are_those_that_httpx2_would_build(space: Space) -> None:
    """We build them in fewer steps; every header, in any order, is the same."""
    from hooksmith_providers._runtime.client.bodies import Content
    from hooksmith_providers._runtime.client.request_builder import build_request

    timeout = httpx2.Timeout(5)
    headers = {"accept": "application/json", "authorization": "Bearer x", "x-a": "b"}
    with httpx2.Client(headers={"X-A": "theirs", "X-Team": "billing"}) as http:
        for method, body in (("GET", None), ("POST", b"{}"), ("POST", None), ("DELETE", None)):
            content = None if body is None else Content(body, "application/json")
            url = httpx2.URL("https://api.example.com:8443/a%2Fb?c=d%20e")
            ours = build_request(http, method, url, headers, content, timeout)
            theirs = http.build_request(method, url, headers=headers, content=body, timeout=timeout)
            assert sorted(ours.headers.multi_items()) == sorted(theirs.headers.multi_items())
            assert (ours.method, ours.url, ours.content) == (method, theirs.url, theirs.content)
            assert ours.extensions == theirs.extensions


def test_copies_differ_where_they_are_told_to(clients: Clients, space: Space) -> None:
    client = clients.workos(headers={"x-a": "1"}, max_retries=0)
    copy = client.with_options(headers={"x-b": "2"}, timeout=0.05)
    clients.run(copy.webhooks.list_webhook_endpoints())
    clients.run(client.webhooks.list_webhook_endpoints())
    first, second = space.requests()
    assert (first.headers.get("x-a"), first.headers.get("x-b")) == ("1", "2")
    assert (second.headers.get("x-a"), second.headers.get("x-b")) == ("1", None)
    space.fail({"kind": "slow", "seconds": 0.3})
    with pytest.raises(APITimeoutError):
        clients.run(copy.webhooks.list_webhook_endpoints())
    clients.run(copy.close() if clients.kind == "sync" else copy.aclose())
    clients.run(client.webhooks.list_webhook_endpoints())  # the pool belongs to the original


def test_clients_are_not_pickled(clients: Clients) -> None:
    client = clients.workos()
    for each in (client, client.webhooks):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(each)


def test_what_comes_back_is_pickled(clients: Clients) -> None:
    client = clients.workos()
    made = clients.run(
        client.webhooks.create_webhook_endpoint(endpoint_url="https://x.com", events=[])
    )
    assert pickle.loads(pickle.dumps(made)) == made
    with pytest.raises(NotFoundError) as missing:
        clients.run(client.webhooks.delete_webhook_endpoint(id_="we_x"))
    copy = pickle.loads(pickle.dumps(missing.value))
    assert (copy.status, copy.body, str(copy)) == (404, missing.value.body, str(missing.value))


def test_one_client_serves_many_threads(space: Space) -> None:
    with WorkOSClient(api_key=API_KEY, base_url=space.workos) as client:

        def create_and_delete(at: int) -> str:
            url = f"https://example.com/{at}"
            made = client.webhooks.create_webhook_endpoint(endpoint_url=url, events=[])
            assert made.endpoint_url == url
            if at % 2:
                client.webhooks.delete_webhook_endpoint(id_=made.id)
            return made.id

        with ThreadPoolExecutor(16) as pool:
            ids = list(pool.map(create_and_delete, range(100)))
        kept = {it.id for it in client.webhooks.list_webhook_endpoints(limit=7)}
    assert len(set(ids)) == 100
    assert kept == set(ids[::2])


def test_the_first_calls_of_a_process_may_come_from_many_threads(space: Space) -> None:
    """Modules, models and adapters come into being when first used, here by all at once."""
    script = f"""
        import sys, threading
        sys.setswitchinterval(1e-6)
        from hooksmith_providers.workos import WorkOSClient
        client = WorkOSClient(api_key="{API_KEY}", base_url="{space.workos}")
        barrier, failed = threading.Barrier(16), []

        def call(at):
            barrier.wait()
            try:
                client.webhooks.create_webhook_endpoint(endpoint_url=f"https://x.com/{{at}}", events=[])
                client.webhooks.list_webhook_endpoints()
            except BaseException as error:
                failed.append(repr(error))

        threads = [threading.Thread(target=call, args=(at,)) for at in range(16)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        client.close()
        assert not failed, failed
    """
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert len(space.stored("workos")) == 16


def test_many_tasks_share_a_client(space: Space) -> None:
    async def calls() -> int:
        async with AsyncWorkOSClient(api_key=API_KEY, base_url=space.workos) as client:
            async with asyncio.TaskGroup() as tasks:
                for at in range(50):
                    url = f"https://example.com/{at}"
                    call = client.webhooks.create_webhook_endpoint(endpoint_url=url, events=[])
                    tasks.create_task(call)
            return len([it async for it in client.webhooks.list_webhook_endpoints()])

    assert asyncio.run(calls()) == 50


def test_connections_are_kept(space: Space) -> None:
    """Ten calls take one connection: the server sees one port."""
    ports: set[int] = set()

    def note(response: httpx2.Response) -> None:
        stream = response.extensions["network_stream"]
        ports.add(stream.get_extra_info("client_addr")[1])

    with httpx2.Client(event_hooks={"response": [note]}) as http:
        client = WorkOSClient(api_key=API_KEY, base_url=space.workos, http_client=http)
        for at in range(5):
            url = f"https://example.com/{at}"
            made = client.webhooks.create_webhook_endpoint(endpoint_url=url, events=[])
            client.webhooks.delete_webhook_endpoint(id_=made.id)  # 204
    assert len(ports) == 1


def test_a_call_may_do_otherwise(clients: Clients, space: Space) -> None:
    client = clients.workos(headers={"x-a": "client", "x-b": "client"}, max_retries=0)
    replies: list[RawReply[Any]] = []
    options = RequestOptions(
        headers={"X-A": "call", "accept-language": "de"},
        query={"expand": ["a", "b"], "limit": 7},
        idempotency_key="k-1",
        on_reply=replies.append,
    )
    clients.run(client.webhooks.list_webhook_endpoints(limit=3, options=options))
    (request,) = space.requests()
    assert request.headers["x-a"] == "call"
    assert request.headers["x-b"] == "client"
    assert request.headers["accept-language"] == "de"
    assert request.headers["idempotency-key"] == "k-1"
    assert request.query == "expand=a&expand=b&limit=7"
    (raw,) = replies
    assert (raw.status, raw.request_id) == (200, "req_workos")
    assert raw.headers["content-type"] == "application/json"
    assert raw.content.startswith(b'{"object":"list"')
    assert raw.parse() == clients.run(client.webhooks.list_webhook_endpoints()).reply


def test_a_call_may_have_its_own_retries_and_time(
    clients: Clients, space: Space, quick: None
) -> None:
    client = clients.workos(max_retries=0)
    space.fail(*[{"kind": "status", "status": 503}] * 4)
    with pytest.raises(ServerError):
        clients.run(client.webhooks.list_webhook_endpoints())
    clients.run(client.webhooks.list_webhook_endpoints(options=RequestOptions(max_retries=3)))
    space.fail({"kind": "slow", "seconds": 0.5})
    with pytest.raises(APITimeoutError) as late:
        clients.run(client.webhooks.list_webhook_endpoints(options=RequestOptions(timeout=0.05)))
    assert isinstance(late.value.__cause__, httpx2.TimeoutException)


def test_a_model_may_be_passed_itself(clients: Clients, space: Space) -> None:
    """`call` takes the operation and its body as a whole, and gives the raw reply if one likes."""
    client = clients.workos()
    body = CreateWebhookEndpoint(endpoint_url="https://x.com", events=[])
    made = clients.run(client.call(operations.CREATE_WEBHOOK_ENDPOINT, body=body))
    assert isinstance(made, WebhookEndpoint)
    gone = clients.run(client.call_raw(operations.DELETE_WEBHOOK_ENDPOINT, path={"id": made.id}))
    assert (gone.status, gone.content, gone.parse()) == (204, b"", None)
    assert [it.method for it in space.requests()] == ["POST", "DELETE"]


def test_the_log_has_the_facts_of_every_attempt(
    clients: Clients, space: Space, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="hooksmith")
    space.fail({"kind": "status", "status": 503}, {"kind": "drop"})
    client = clients.workos()
    clients.run(client.webhooks.list_webhook_endpoints(after="we_private"))
    records = [it for it in caplog.records if it.name == "hooksmith"]
    events: list[Any] = [vars(it)["hooksmith"] for it in records if it.levelno == logging.DEBUG]
    assert [(it.status, it.attempt, it.request_id) for it in events] == [
        (503, 1, "req_refused"),
        (None, 2, None),
        (200, 3, "req_workos"),
    ]
    assert {(it.method, it.route, it.api) for it in events} == {
        ("GET", "/webhook_endpoints", "workos")
    }
    assert events[1].error == "APIConnectionError"
    assert all(0 < it.duration < 5 for it in events)
    assert sum(it.levelno == logging.INFO for it in records) == 2  # one a repetition
    assert "we_private" not in caplog.text.replace("HTTP Request", "")


def test_nothing_is_logged_unasked(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="hooksmith"):
        clients.run(clients.workos().webhooks.list_webhook_endpoints())
    assert not [it for it in caplog.records if it.name == "hooksmith"]


def test_hooks_watch_and_add_headers(clients: Clients, space: Space, quick: None) -> None:
    """As a tracer does: a header goes out with each attempt, and each comes to an end."""
    asked: list[RequestEvent] = []
    ended: list[ReplyEvent] = []

    def trace(event: RequestEvent) -> None:
        asked.append(event)
        event.headers["traceparent"] = f"00-{event.attempt}"

    space.fail({"kind": "status", "status": 429, "headers": {"retry-after": "1"}})
    client = clients.workos(hooks=Hooks(on_request=trace, on_reply=ended.append))
    clients.run(client.webhooks.list_webhook_endpoints())
    assert [it.headers["traceparent"] for it in space.requests()] == ["00-1", "00-2"]
    assert [it.operation for it in asked] == ["list_webhook_endpoints"] * 2
    assert [it.status for it in ended] == [429, 200]


def test_a_reply_may_be_streamed(space: Space) -> None:
    """Any operation, piece by piece; a connection that breaks amid it is an error of ours."""
    with WorkOSClient(api_key=API_KEY, base_url=space.workos) as client:
        with client.stream(operations.LIST_WEBHOOK_ENDPOINTS, query={"limit": 3}) as reply:
            assert (reply.status, reply.request_id) == (200, "req_workos")
            assert b"".join(reply.iter_bytes(16)).startswith(b'{"object":"list"')
        space.fail({"kind": "cut"})
        with (
            client.stream(operations.LIST_WEBHOOK_ENDPOINTS) as broken,
            pytest.raises(APIConnectionError),
        ):
            broken.read()
        with (
            pytest.raises(NotFoundError) as missing,
            client.stream(operations.DELETE_WEBHOOK_ENDPOINT, path={"id": "we_1"}),
        ):
            pass
        assert missing.value.body is not None
    with pytest.raises(ConfigurationError, match="closed"):
        client.webhooks.list_webhook_endpoints()


def test_a_reply_may_be_streamed_asynchronously(space: Space) -> None:
    async def read() -> bytes:
        async with (
            AsyncWorkOSClient(api_key=API_KEY, base_url=space.workos) as client,
            client.stream(operations.LIST_WEBHOOK_ENDPOINTS) as reply,
        ):
            return b"".join([piece async for piece in reply.iter_bytes(16)])

    assert asyncio.run(read()).endswith(b"}")
