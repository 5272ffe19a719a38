"""Every operation of the three specs, with arguments and replies drawn from the spec itself.

openapi-core, which shares no code with us, judges what is sent and what is accepted.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_core.exceptions import OpenAPIError

from support.meaning import same

from .clients import Clients
from .conformance import SERVERS, Case, cases, given_and_read, judge_reply, judge_request
from .server import Space

CASES = cases()
CREDENTIALS = {
    "workos": {"api_key": "sk_example"},
    "mattr": {"access_token": "token"},
    "socotra": {"token": "token"},
}
NAMES = {"workos": "WorkOS", "mattr": "MATTR", "socotra": "Socotra"}


class Line:
    """A transport that judges both directions, and answers with what is drawn."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.status = 200
        self.reply: Any = None
        self.read: Any = None
        self.body = b""

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.body = request.content
        self.read = judge_request(self.case.api, request)
        content = None if self.reply is None else json.dumps(self.reply).encode()
        headers = {} if content is None else {"content-type": "application/json"}
        response = httpx2.Response(self.status, content=content, headers=headers)
        judge_reply(self.case.api, request, response)
        return response

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        return self(request)


def test_every_operation_is_here() -> None:
    assert len(CASES) == 5 + 6 + 6


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=20)
@given(data=st.data())
def test_requests_and_replies_are_what_the_spec_says(
    case: Case, kind: str, data: st.DataObject
) -> None:
    path = data.draw(case.arguments("path"), "path")
    query = data.draw(case.arguments("query"), "query")
    body = data.draw(case.bodies(), "body")
    line = Line(case)
    line.status, line.reply = data.draw(case.replies(200, 299), "reply")

    result = call(case, kind, line, arguments(case, path | query, body))

    for given_value, read_value in given_and_read(path, line.read.parameters.path):
        assert given_value == read_value
    sent = {name: value for name, value in query.items() if value not in ([], None)}
    assert all(a == b for a, b in given_and_read(sent, line.read.parameters.query))
    assert (json.loads(line.body) if line.body else None) == body
    assert same(as_json(result), line.reply)


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("case", [it for it in CASES if it.has_refusals()], ids=str)
@settings(max_examples=10)
@given(data=st.data())
def test_documented_refusals_have_their_model(case: Case, kind: str, data: st.DataObject) -> None:
    line = Line(case)
    line.status, line.reply = data.draw(case.replies(400, 499), "refusal")
    path, body = data.draw(case.arguments("path")), data.draw(case.bodies())
    errors = importlib.import_module(f"hooksmith_providers.{case.api}")
    with pytest.raises(errors.APIStatusError) as refused:
        call(case, kind, line, arguments(case, path, body))
    assert refused.value.status == line.status
    assert type(refused.value.body).__module__.startswith(f"hooksmith_providers.{case.api}.models")
    assert as_json(refused.value.body) == line.reply


@pytest.mark.parametrize(
    ("case", "query", "body"),
    [
        ("workos.list_webhook_endpoints", "?limit=101", None),
        ("workos.create_webhook_endpoint", "", {"endpoint_url": "https://example.com"}),
        ("workos.create_webhook_endpoint", "", {"endpoint_url": 1, "events": []}),
        ("workos.create_webhook_endpoint", "", {"endpoint_url": "x", "events": ["no.such.event"]}),
        ("mattr.create_webhook", "", {"events": ["OpenIdCredentialIssued"]}),
        ("mattr.list_webhooks", "?limit=x", None),
    ],
)
def test_the_judge_refuses_and_so_do_we(case: str, query: str, body: Any) -> None:
    """A judge that accepts everything proves nothing; and what it refuses, the clients do not send."""
    found = next(it for it in CASES if str(it) == case)
    request = httpx2.Request(
        found.method.upper(),
        SERVERS[found.api] + found.path + query,
        json=body,
        headers={"authorization": "Bearer sk_example"},
    )
    with pytest.raises(OpenAPIError):
        judge_request(found.api, request)
    operations = importlib.import_module(f"hooksmith_providers.{found.api}.operations.webhooks")
    errors = importlib.import_module(f"hooksmith_providers.{found.api}")
    client = made(found.api, "", Line(found))
    with pytest.raises(errors.RequestError):
        client.call(
            getattr(operations, found.name.upper()),
            query={"limit": query.partition("=")[2]} if query else {},
            **({} if body is None else {"body": body}),
        )


@pytest.mark.parametrize("api", SERVERS)
def test_the_server_of_these_tests_keeps_to_the_specs(
    api: str, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it would prove nothing either: all calls of an API, both directions judged."""
    exchanges: list[tuple[httpx2.Request, httpx2.Response]] = []
    original = httpx2.Client.send

    def send(self: httpx2.Client, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = original(self, request, **options)
        response.read()
        exchanges.append((request, response))
        return response

    monkeypatch.setattr(httpx2.Client, "send", send)
    clients = Clients("sync", space)
    ALL_CALLS[api](clients)
    clients.close()
    prefix = f"{space.origin}/{space.name}/{api}"
    judged = set()
    for request, response in exchanges:
        url = str(request.url)
        if url.startswith(prefix) and not url.endswith("/oauth/token"):
            copy = httpx2.Request(
                request.method,
                SERVERS[api] + url.removeprefix(prefix),
                headers=request.headers,
                content=request.content,
            )
            judge_request(api, copy)
            judge_reply(api, copy, response)
            judged.add((request.method, url.count("/")))
    assert len(exchanges) >= len([it for it in CASES if it.api == api])


def _all_workos(clients: Clients) -> None:
    calls = clients.workos().webhooks
    one = calls.create_webhook_endpoint(endpoint_url="https://x.com/1", events=["user.created"])
    calls.create_webhook_endpoint(endpoint_url="https://x.com/2", events=[])
    list(calls.list_webhook_endpoints(limit=1))
    calls.update_webhook_endpoint(id_=one.id, status="disabled")
    calls.delete_webhook_endpoint(id_=one.id)
    for refused in (
        lambda: calls.delete_webhook_endpoint(id_=one.id),
        lambda: calls.create_webhook_endpoint(endpoint_url="https://x.com/2", events=[]),
        lambda: calls.create_webhook_endpoint(endpoint_url="ftp://x.com", events=[]),
    ):
        _refused(refused)


def _all_mattr(clients: Clients) -> None:
    calls = clients.mattr().webhooks
    calls.retrieve_webhook_jwks()
    one = calls.create_webhook(events=["OpenIdCredentialIssued"], url="https://x.com")
    calls.create_webhook(events=[], url="https://x.com")
    list(calls.list_webhooks(limit=1))
    calls.retrieve_webhook(id_=one.id)
    calls.update_webhook(id_=one.id, events=[], url="https://x.com", disabled=True)
    calls.delete_webhook(id_=one.id)
    _refused(lambda: calls.delete_webhook(id_=one.id))
    _refused(lambda: calls.create_webhook(events=[], url="http://x.com"))


def _all_socotra(clients: Clients) -> None:
    from hooksmith_providers.socotra.models import CreateEndpointRequest

    calls = clients.socotra().webhooks
    tenant = {"tenant_locator": "b0b5c1c4-5f9a-4f5e-8f0f-0f6f0c6f1a2b"}
    endpoint = CreateEndpointRequest(url="https://x.com", headers={"a": ["b"]})
    made_ = calls.create_webhook(**tenant, name="w", endpoint=endpoint)
    one = tenant | {"webhook_locator": made_.locator}
    list(calls.list_webhooks(**tenant, count=1, event_types=["a", "b"]))
    list(calls.list_webhooks(**tenant, extended=False))
    calls.retrieve_webhook(**one)
    calls.update_webhook(**one, add_event_types=["x"])
    calls.unsuspend_webhook(**one)
    calls.delete_webhook(**one)


ALL_CALLS = {"workos": _all_workos, "mattr": _all_mattr, "socotra": _all_socotra}


def _refused(call_: Callable[[], object]) -> None:
    with pytest.raises(Exception, match=r"^4\d\d from "):
        call_()


def arguments(case: Case, parameters: dict[str, Any], body: Any) -> dict[str, Any]:
    """The keyword arguments of the method: parameters by their Python names, the body's fields."""
    (tag,) = case.operation["tags"]
    operations = importlib.import_module(f"hooksmith_providers.{case.api}.operations.{tag}")
    operation = getattr(operations, case.name.upper())
    found = {python_name(name): value for name, value in parameters.items()}
    if body is not None:
        model = operation.body.type.model_validate(body)
        found |= {name: getattr(model, name) for name in model.model_fields_set}
    return found


def python_name(wire: str) -> str:
    name = "".join(f"_{char.lower()}" if char.isupper() else char for char in wire)
    return "id_" if name == "id" else name


def made(api: str, prefix: str, line: Line) -> Any:
    """A client of this API whose transport is the line."""
    package = importlib.import_module(f"hooksmith_providers.{api}")
    transport: Any = (
        httpx2.AsyncClient(transport=httpx2.MockTransport(line.answer))
        if prefix
        else httpx2.Client(transport=httpx2.MockTransport(line))
    )
    return getattr(package, f"{prefix}{NAMES[api]}Client")(
        base_url=SERVERS[api], http_client=transport, max_retries=0, **CREDENTIALS[api]
    )


def call(case: Case, kind: str, line: Line, keywords: dict[str, Any]) -> Any:
    client = made(case.api, "" if kind == "sync" else "Async", line)
    (tag,) = case.operation["tags"]
    result = getattr(getattr(client, tag), case.name)(**keywords)
    return result if kind == "sync" else asyncio.run(_awaited(result))


async def _awaited(result: Any) -> Any:
    return await result


def as_json(result: Any) -> Any:
    """A result as it stood on the wire."""
    if hasattr(result, "reply"):
        result = result.reply
    if isinstance(result, list):
        return [each.to_dict() for each in result]
    return None if result is None else result.to_dict()
