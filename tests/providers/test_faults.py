"""Whatever goes wrong on the way: nothing is done twice that must be done once, nothing is kept quiet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hooksmith_providers.socotra.models import CreateEndpointRequest
from hooksmith_providers.workos import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    NotFoundError,
    RateLimitError,
    ReplyContentTypeError,
    ReplyValidationError,
    RequestOptions,
)

from .clients import TENANT, Clients
from .server import Running, Seen, Space

Fault = dict[str, Any]

RETRIES = 2
TIMEOUT = 0.08
RETRYABLE = frozenset({408, 429, 500, 502, 503})
TRANSPORT = {"drop", "drop_after", "cut", "slow"}
OUTCOMES: dict[str, type[APIError]] = {
    "drop": APIConnectionError,
    "drop_after": APIConnectionError,
    "cut": APIConnectionError,
    "slow": APITimeoutError,
    "broken": ReplyValidationError,
    "wrong_shape": ReplyValidationError,
    "wrong_type": ReplyContentTypeError,
    "status": APIStatusError,
}

statuses = st.sampled_from([302, 401, 403, 408, 409, 418, 429, 500, 502, 503]).map(
    lambda status: {"kind": "status", "status": status}
)
kinds = st.sampled_from(sorted(OUTCOMES.keys() - {"status", "slow"})).map(
    lambda kind: {"kind": kind}
)
slow = st.just({"kind": "slow", "seconds": 3 * TIMEOUT})
fault_lists = st.lists(statuses | kinds | kinds | slow, max_size=RETRIES + 2)


class Expected:
    """What a call meets, attempt by attempt, and the error that it ends with, if any."""

    def __init__(self, faults: list[Fault], *, repeatable: bool, deletes: bool = False) -> None:
        self.met: list[Fault | None] = []
        self.executed = 0
        self.error: type[APIError] | None = None
        for fault in [*faults, None]:
            self.met.append(fault)
            self.error = self._error(fault, deletes)
            if self.error is None or len(self.met) > RETRIES:
                return
            if not (repeatable and fault and is_passing(fault)):
                return

    def _error(self, fault: Fault | None, deletes: bool) -> type[APIError] | None:
        kind = fault["kind"] if fault else "none"
        if kind in ("status", "drop"):
            return OUTCOMES[kind]
        self.executed += 1
        if kind in TRANSPORT:
            return OUTCOMES[kind]
        if deletes:  # a reply without content cannot be wrong, and the second is a refusal
            return NotFoundError if self.executed > 1 else None
        return OUTCOMES.get(kind)


def is_passing(fault: Fault) -> bool:
    return fault["kind"] in TRANSPORT or fault.get("status") in RETRYABLE


class Endpoints(RuleBasedStateMachine):
    """Endpoints of WorkOS managed over a line that fails at will; `held` is what must be stored."""

    def __init__(self, clients: Clients) -> None:
        super().__init__()
        self.clients = clients
        self.space = clients.space
        self.client = clients.workos(timeout=TIMEOUT, max_retries=RETRIES)
        self.held: dict[str, str] = {}
        self.number = 0

    @rule(faults=fault_lists, key=st.booleans())
    def create(self, faults: list[Fault], key: bool) -> None:
        url = self.new_url()
        options = RequestOptions(idempotency_key=url) if key else None
        method = self.client.webhooks.create_webhook_endpoint
        expected = Expected(faults, repeatable=key)
        outcome = self.call(
            expected, faults, method, endpoint_url=url, events=["user.created"], options=options
        )
        if expected.executed:
            self.held[self.space.stored("workos")[-1]["id"]] = url
        if outcome.value is not None:
            assert outcome.value.endpoint_url == url
        sent = {it.headers.get("idempotency-key") for it in outcome.requests}
        assert sent == {url if key else None}

    @precondition(lambda self: self.held)
    @rule(faults=fault_lists, data=st.data())
    def update(self, faults: list[Fault], data: st.DataObject) -> None:
        id_, url = data.draw(st.sampled_from(sorted(self.held))), self.new_url()
        expected = Expected(faults, repeatable=False)
        method = self.client.webhooks.update_webhook_endpoint
        self.call(expected, faults, method, id_=id_, endpoint_url=url)
        if expected.executed:
            self.held[id_] = url

    @precondition(lambda self: self.held)
    @rule(faults=fault_lists, data=st.data())
    def delete(self, faults: list[Fault], data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.held)))
        expected = Expected(faults, repeatable=True, deletes=True)
        self.call(expected, faults, self.client.webhooks.delete_webhook_endpoint, id_=id_)
        if expected.executed:
            del self.held[id_]

    @rule(faults=fault_lists)
    def walk(self, faults: list[Fault]) -> None:
        expected = Expected(faults, repeatable=True)
        method = self.client.webhooks.list_webhook_endpoints
        outcome = self.call(expected, faults, method, limit=100)
        if outcome.value is not None:
            assert {it.id: it.endpoint_url for it in outcome.value.items} == self.held

    @invariant()
    def nothing_is_there_twice_and_nothing_is_missing(self) -> None:
        stored = [(it["id"], it["endpoint_url"]) for it in self.space.stored("workos")]
        assert stored == list(self.held.items())

    def new_url(self) -> str:
        self.number += 1
        return f"https://example.com/{self.number}"

    def call(
        self, expected: Expected, faults: list[Fault], method: Callable[..., Any], **arguments: Any
    ) -> Outcome:
        """Call while requests fail so, and compare what came of it with what was expected."""
        self.space.forget()
        self.space.fail(*faults)
        outcome = Outcome.of(self.clients, method, **arguments)
        outcome.requests = self.space.requests()
        self.space.fail()
        assert [it.fault for it in outcome.requests] == [it and it["kind"] for it in expected.met]
        assert sum(it.executed for it in outcome.requests) == expected.executed
        if expected.error is None:
            assert outcome.error is None
        else:
            assert isinstance(outcome.error, expected.error), outcome.error
        return outcome


@dataclass
class Outcome:
    """What a call gave or raised, and the requests that it sent."""

    value: Any = None
    error: APIError | None = None
    requests: list[Seen] = field(default_factory=list)

    @classmethod
    def of(cls, clients: Clients, method: Callable[..., Any], **arguments: Any) -> Outcome:
        try:
            return cls(value=clients.run(method(**arguments)))
        except APIError as error:
            return cls(error=error)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_no_fault_does_anything_twice_and_none_is_kept_quiet(
    server: Running, quick: None, kind: str
) -> None:
    made: list[Clients] = []

    def machine() -> Endpoints:
        made.append(Clients(kind, server.space()))
        return Endpoints(made[-1])

    try:
        run_state_machine_as_test(
            machine, settings=settings(max_examples=10, stateful_step_count=12, deadline=None)
        )
    finally:
        for clients in made:
            clients.close()


@pytest.mark.parametrize("kind", ["sync", "async"])
@given(faults=st.lists(statuses | kinds, max_size=5))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_faults_of_the_token_are_no_second_call(
    server: Running, quick: None, kind: str, faults: list[Fault]
) -> None:
    """MATTR's call takes two requests; the one that creates is executed once or not at all."""
    space = server.space()
    space.fail(*faults)
    clients = Clients(kind, space)
    client = clients.mattr(max_retries=RETRIES)
    outcome = Outcome.of(
        clients, client.webhooks.create_webhook, events=[], url="https://example.com"
    )
    clients.close()
    stored = space.stored("mattr")
    posts = [it for it in space.requests() if it.path == "/mattr/v1/webhooks"]
    assert len(stored) <= 1
    assert [it.fault for it in posts[:-1]] in ([], ["status"])  # a 401, and the new token's turn
    if outcome.error is None:
        assert stored == [outcome.value.to_dict()]
    else:
        assert any(it.fault for it in space.requests())


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("create_webhook", {"name": "w", "endpoint": CreateEndpointRequest(url="https://x.com")}),
        ("update_webhook", {"webhook_locator": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "w"}),
        ("unsuspend_webhook", {"webhook_locator": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}),
    ],
)
@pytest.mark.parametrize("kind", ["drop", "drop_after", "cut"])
def test_socotras_calls_that_change_are_sent_once(
    clients: Clients, space: Space, call: str, arguments: dict[str, Any], kind: str
) -> None:
    space.fail({"kind": kind})
    with pytest.raises(APIConnectionError) as lost:
        clients.run(getattr(clients.socotra().webhooks, call)(tenant_locator=TENANT, **arguments))
    assert len(space.requests()) == 1
    assert lost.value.__cause__ is not None


def test_the_rate_limit_is_waited_out(clients: Clients, space: Space) -> None:
    """Real time: the third call is told to come back in a second, and does."""
    space.set(rate=(2, 1.0))
    client = clients.workos()
    start = time.monotonic()
    for _ in range(3):
        clients.run(client.webhooks.list_webhook_endpoints())
    assert time.monotonic() - start >= 0.9
    assert [it.fault for it in space.requests()].count("rate") == 1


def test_the_rate_limit_is_an_error_where_nothing_is_repeated(
    clients: Clients, space: Space
) -> None:
    space.set(rate=(0, 60.0))
    space.fail({"kind": "status", "status": 429, "headers": {"retry-after": "7"}})
    with pytest.raises(RateLimitError) as limited:
        clients.run(clients.workos(max_retries=0).webhooks.list_webhook_endpoints())
    assert limited.value.retry_after == 7
    assert limited.value.retryable
    assert limited.value.request_id == "req_refused"


def test_a_fault_amid_a_walk_is_not_the_end_of_the_list(
    clients: Clients, space: Space, quick: None
) -> None:
    client = clients.workos()
    for at in range(3):
        made = client.webhooks.create_webhook_endpoint(
            endpoint_url=f"https://x.com/{at}", events=[]
        )
        clients.run(made)
    space.fail(None, {"kind": "cut"}, {"kind": "status", "status": 503}, None, {"kind": "drop"})
    assert len(clients.items(client.webhooks.list_webhook_endpoints(limit=1))) == 3
    space.fail(None, {"kind": "status", "status": 403})
    with pytest.raises(APIStatusError):
        clients.items(client.webhooks.list_webhook_endpoints(limit=1))


def test_nobody_listens(clients: Clients, quick: None) -> None:
    client = clients.workos(base_url="http://127.0.0.1:1")
    with pytest.raises(APIConnectionError, match="ConnectError") as lost:
        clients.run(client.webhooks.list_webhook_endpoints())
    assert lost.value.__cause__ is not None
