"""Credentials and secrets show nowhere: not in a repr, a log, an error, a traceback or its locals."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import pytest

from hooksmith_providers.mattr import MATTRClient
from hooksmith_providers.socotra import SocotraClient
from hooksmith_providers.socotra.models import CreateEndpointRequest
from hooksmith_providers.workos import APIError, ConfigurationError, RequestOptions, WorkOSClient

from .clients import API_KEY, SECRET, SOCOTRA_TOKEN, TENANT, Clients
from .server import Space

ENDPOINT_SECRET = "whsec_0FWAiVGkEfGBqqsJH4aNAGBJ4"
HEADER_VALUE = "header-value-4711"
SECRETS = (API_KEY, SECRET, SOCOTRA_TOKEN, ENDPOINT_SECRET, HEADER_VALUE, "mattr-token-")

FAULTS: list[dict[str, Any]] = [
    {"kind": "drop"},
    {"kind": "cut"},
    {"kind": "broken"},
    {"kind": "wrong_type"},
    {"kind": "wrong_shape"},
    {"kind": "slow", "seconds": 0.3},
    {"kind": "status", "status": 401},
    {"kind": "status", "status": 500, "body": "ECHO"},
    {"kind": "status", "status": 422, "body": "ECHO"},
]


def shown(error: BaseException) -> Iterator[str]:
    """All that a person, a log or an error tracker sees of an error, its causes and our frames."""
    yield from (str(error), repr(error))
    yield "".join(traceback.format_exception(error))
    found: BaseException | None = error
    while found is not None:
        yield from (repr(found), repr(found.args))
        yield from _locals(found.__traceback__)
        found = found.__cause__ or found.__context__


def _locals(trace: TracebackType | None) -> Iterator[str]:
    """The locals of our frames, as Sentry or rich print them."""
    while trace is not None:
        if "hooksmith_providers" in trace.tb_frame.f_code.co_filename:
            yield from (repr(value) for value in trace.tb_frame.f_locals.values())
        trace = trace.tb_next


def assert_hidden(texts: Iterator[str] | list[str]) -> None:
    for text in texts:
        assert not any(secret in text for secret in SECRETS), text


@pytest.mark.parametrize(
    "fault", FAULTS, ids=lambda fault: f"{fault['kind']}{fault.get('status', '')}"
)
def test_errors_show_no_secret(
    clients: Clients,
    space: Space,
    fault: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    quick: None,
) -> None:
    """Some APIs quote the credential that they refuse; that too."""
    caplog.set_level(logging.DEBUG)
    options = RequestOptions(headers={"x-internal": HEADER_VALUE}, timeout=0.1, max_retries=0)
    calls = [
        lambda: clients.workos().webhooks.create_webhook_endpoint(
            endpoint_url="https://example.com", events=[], options=options
        ),
        lambda: clients.mattr().webhooks.create_webhook(
            events=[], url="https://example.com", options=options
        ),
        lambda: clients.socotra().webhooks.create_webhook(
            tenant_locator=TENANT,
            name="w",
            endpoint=CreateEndpointRequest(url="https://example.com", secret=ENDPOINT_SECRET),
            options=options,
        ),
    ]
    for call, secret in zip(calls, (API_KEY, SECRET, SOCOTRA_TOKEN), strict=True):
        if "body" in fault:
            fault = fault | {"body": {"code": "invalid_url", "message": f"Bad: {secret}."}}
        space.fail(*[fault] * 4)
        with pytest.raises(APIError) as failed:
            clients.run(call())
        assert_hidden(shown(failed.value))
        space.fail()
    assert_hidden([record.getMessage() for record in caplog.records])
    assert_hidden([repr(vars(record)) for record in caplog.records if record.name == "hooksmith"])


def test_calls_log_no_secret(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    options = RequestOptions(headers={"x-internal": HEADER_VALUE})
    made = clients.run(
        clients.workos().webhooks.create_webhook_endpoint(
            endpoint_url="https://example.com", events=[], options=options
        )
    )
    clients.run(clients.mattr().webhooks.list_webhooks())
    assert made.secret == ENDPOINT_SECRET
    assert {"hooksmith", "httpx2"} <= {record.name for record in caplog.records}
    assert_hidden([record.getMessage() for record in caplog.records])


def test_no_repr_shows_a_secret(clients: Clients, space: Space) -> None:
    """Of anything of ours that is alive after calls: clients, resources, pages, replies, models, caches."""
    client, mattr, socotra = clients.workos(), clients.mattr(), clients.socotra()
    options = RequestOptions(headers={"x-internal": HEADER_VALUE}, query={"q": HEADER_VALUE})
    made = clients.run(
        client.webhooks.create_webhook_endpoint(endpoint_url="https://example.com", events=[])
    )
    page = clients.run(client.webhooks.list_webhook_endpoints(options=options))
    tokens = clients.run(mattr.webhooks.list_webhooks())
    copy = client.with_options(headers={"x-internal": HEADER_VALUE})
    kept = (client, mattr, socotra, options, made, page, page.raw, page.reply, tokens, copy)
    assert_hidden([repr(each) for each in kept])
    ours = [it for it in gc.get_objects() if str(type(it).__module__).startswith("hooksmith_prov")]
    assert len(ours) > 50
    assert_hidden([repr(each) for each in ours])
    assert_hidden([str(each) for each in (client, made, page.reply)])


def test_arguments_that_cannot_be_used_are_not_quoted(space: Space) -> None:
    with pytest.raises(ConfigurationError) as key:
        WorkOSClient(api_key=API_KEY + "\n", base_url=space.workos)
    with pytest.raises(ConfigurationError) as header:
        SocotraClient(token="t", base_url=space.socotra, headers={"x": HEADER_VALUE + "\r\nx: y"})
    with pytest.raises(ConfigurationError) as url:
        MATTRClient(base_url=f"https://user:{SECRET}@example.com")
    for error in (key.value, header.value, url.value):
        assert_hidden([str(error), repr(error), "".join(traceback.format_exception(error))])


def test_a_callable_that_fails_or_gives_nonsense_is_not_quoted(clients: Clients) -> None:
    client = clients.workos(api_key=lambda: API_KEY + "\r\nx-injected: 1")
    with pytest.raises(ConfigurationError) as wrong:
        clients.run(client.webhooks.list_webhook_endpoints())
    assert_hidden([str(wrong.value), "".join(traceback.format_exception(wrong.value))])


def test_another_host_is_not_told(clients: Clients, space: Space) -> None:
    """A redirect from the API to elsewhere: the call arrives there without its credentials."""
    elsewhere = space.workos.replace("127.0.0.1", "localhost")
    location = {"location": f"{elsewhere}/webhook_endpoints"}
    space.fail({"kind": "status", "status": 302, "headers": location})
    with pytest.raises(APIError):
        clients.run(clients.workos(max_retries=0).webhooks.list_webhook_endpoints())
    first, second = space.requests()
    assert first.headers["authorization"] == f"Bearer {API_KEY}"
    assert second.headers["host"].startswith("localhost")
    assert "authorization" not in second.headers
