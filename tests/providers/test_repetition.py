"""What `x-hooksmith-client` says of an API's own rules for repeating requests, in a generated client."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.cases import Case

SPEC: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Rules", "version": "1"},
    "servers": [{"url": "https://api.example.com"}],
    "x-hooksmith-client": {
        "name": "Rules",
        "idempotency_header": "X-Idempotency",
        "request_id_header": "X-Trace",
        "retry_statuses": [425, 409],
    },
    "paths": {
        "/things": {
            "post": {
                "operationId": "create",
                "tags": ["things"],
                "responses": {"204": {"description": "Done."}},
            },
            "patch": {
                "operationId": "change",
                "tags": ["things"],
                "responses": {"204": {"description": "Done."}},
            },
        }
    },
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory, case_home: Path) -> Case:
    folder = tmp_path_factory.mktemp("specs") / "rules_of_repetition"
    folder.mkdir()
    (folder / "spec.json").write_text(json.dumps(SPEC))
    return Case(folder, case_home)


class Refusing:
    """Answers with these statuses in turn, then with 204."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.keys: list[str | None] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.keys.append(request.headers.get("x-idempotency"))
        status = self.statuses.pop(0) if self.statuses else 204
        return httpx2.Response(status, headers={"retry-after": "0", "x-trace": "trace-1"})

    async def later(self, request: httpx2.Request) -> httpx2.Response:
        return self(request)


def ask(rules: Case, kind: str, call: str, answer: Refusing, **options: Any) -> None:
    arguments: dict[str, Any] = {}
    if options:
        arguments["options"] = rules.package.RequestOptions(**options)
    if kind == "sync":
        http = httpx2.Client(transport=httpx2.MockTransport(answer))
        getattr(rules.package.RulesClient(http_client=http).things, call)(**arguments)
        return
    http_async = httpx2.AsyncClient(transport=httpx2.MockTransport(answer.later))
    client = rules.package.AsyncRulesClient(http_client=http_async)
    asyncio.run(getattr(client.things, call)(**arguments))


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_post_carries_a_key_and_is_repeated_under_it(rules: Case, kind: str) -> None:
    first, second = Refusing(409, 503), Refusing()
    ask(rules, kind, "create", first)
    ask(rules, kind, "create", second)
    assert len(first.keys) == 3
    assert len(set(first.keys)) == 1
    assert first.keys[0]
    assert second.keys[0] not in (None, first.keys[0])


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_patch_is_repeated_only_under_a_key_that_was_given(rules: Case, kind: str) -> None:
    refusing = Refusing(409)
    with pytest.raises(rules.package.ConflictError) as refused:
        ask(rules, kind, "change", refusing)
    assert refusing.keys == [None]
    assert refused.value.retryable
    assert refused.value.request_id == "trace-1"
    repeated = Refusing(409, 425)
    ask(rules, kind, "change", repeated, idempotency_key="mine")
    assert repeated.keys == ["mine"] * 3
