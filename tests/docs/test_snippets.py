"""Snippets of the pages run as they stand."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import subprocess
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hooksmith.cli.commands import run as run_command
from hooksmith.docs.index import ApiIndex
from hooksmith.docs.site import render_site
from hooksmith.docs.snippets import Names, handler_stub
from hooksmith.ir import AnyDefinition, Reply
from hooksmith.pipeline import generate
from hooksmith.plan.examples import sample_value
from hooksmith.settings import Settings
from support.documents import imported, openapi, operation, written
from support.paths import CASES, PROVIDERS
from support.sites import code, documented, pages, provider_api, provider_site


def execute(text: str) -> tuple[dict[str, Any], str]:
    """The variables of a snippet, and what it prints."""
    variables: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "<snippet>", "exec"), variables)
    return variables, printed.getvalue()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The variables that snippets read."""
    jwk = import_module("hooksmith_providers.mattr.testing").JWK
    monkeypatch.setenv("WEBHOOK_SECRET", "whsec_aG9va3NtaXRoLWV4YW1wbGUtc2VjcmV0")
    monkeypatch.setenv("WEBHOOK_JWKS", json.dumps({"keys": [jwk]}))
    for name in ("WORKOS_API_KEY", "MATTR_CLIENT_ID", "MATTR_CLIENT_SECRET", "MATTR_AUDIENCE"):
        monkeypatch.setenv(name, "value")
    monkeypatch.setenv("SOCOTRA_TOKEN", "value")
    monkeypatch.setenv("MATTR_TOKEN_URL", "https://example.com/token")
    return monkeypatch


@pytest.mark.parametrize("provider", PROVIDERS)
def test_handlers_take_the_example_of_their_event(
    provider: str, environment: pytest.MonkeyPatch
) -> None:
    documented_api = provider_api(provider)
    index = ApiIndex(documented_api.api)
    testing = import_module(f"hooksmith_providers.{provider}.testing")
    for event in documented_api.api.events.events:
        text = handler_stub(index, documented_api.view, event, documented_api.names)
        variables, _ = execute(text)
        (handler,) = (value for name, value in variables.items() if name.startswith("on_"))
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            asyncio.run(handler(testing.EXAMPLES.delivery(event.type, None).event))
        assert printed.getvalue().strip(), event.type


class Api:
    """Answers requests as a document describes, in place of the network."""

    def __init__(self, reply: Reply, definitions: Mapping[str, AnyDefinition]) -> None:
        self.requests: list[httpx2.Request] = []
        self._reply = reply
        self._definitions = definitions

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/token"):
            return httpx2.Response(200, json={"access_token": "t", "token_type": "Bearer"})
        self.requests.append(request)
        status = int(self._reply.status)
        if self._reply.type is None:
            return httpx2.Response(status)
        return httpx2.Response(status, json=sample_value(self._reply.type, self._definitions))


@pytest.mark.parametrize("provider", ["mattr", "socotra", "workos"])
def test_calls_send_what_the_page_says(provider: str, environment: pytest.MonkeyPatch) -> None:
    """Every example of a call, against an API that answers what the document describes."""
    documented_api = provider_api(provider)
    definitions = ApiIndex(documented_api.api).definitions
    site = dict(pages(provider_site(provider)))
    for resource in documented_api.api.resources:
        for each in resource.operations:
            api = Api(each.replies[0], definitions)
            environment.setattr(
                httpx2.HTTPTransport, "handle_request", lambda _, request, api=api: api(request)
            )
            page = site[f"resources/{resource.name}.{each.name}.html"]
            execute(code(page, "Call in Python"))
            command = code(page, "Call with curl")
            request = api.requests[0]
            assert request.method == each.method
            assert request.url.path.rpartition("/")[2] in command
            assert ("authorization" in request.headers) == ("Authorization" in command)


def test_curl_commands_are_words_of_a_shell() -> None:
    for path, page in pages(provider_site("workos")):
        if path.startswith("resources/") and path.count(".") == 2:
            command = code(page, "Call with curl").replace("curl", "printf '%s\\n'", 1)
            outcome = subprocess.run(
                ["sh", "-c", f"WORKOS_API_KEY=key; {command}"],
                capture_output=True,
                text=True,
                check=True,
            )
            assert "Authorization: Bearer key" in outcome.stdout
            assert "https://api.workos.com/" in outcome.stdout


def test_models_in_arguments_are_written_out(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "required": ["owner", "born", "seen", "kind", "tags"],
        "properties": {
            "owner": {
                "type": "object",
                "title": "Owner",
                "required": ["email"],
                "properties": {"email": {"type": "string"}},
            },
            "born": {"type": "string", "format": "date"},
            "seen": {"type": "string", "format": "date-time"},
            "kind": {"const": "pet"},
            "tags": {"type": "array", "minItems": 1, "items": {"enum": ["a", "b"]}},
        },
    }
    made = openapi(
        {
            "/pets": {
                "post": operation(
                    operationId="create_pet",
                    tags=["pets"],
                    requestBody={
                        "required": True,
                        "content": {"application/json": {"schema": schema}},
                    },
                )
            }
        },
        servers=[{"url": "https://api.example.com"}],
    )
    site = render_site([documented(written(made, tmp_path), "made", Names(package="made"))])
    text = code(dict(pages(site))["resources/pets.create.html"], "Call in Python")
    assert "from datetime import UTC, date, datetime" in text
    assert "born=date(2026, 1, 15)" in text
    assert "seen=datetime(2026, 1, 15, 12, tzinfo=UTC)" in text
    assert 'tags=["a"]' in text
    assert 'email="example"' in text
    compile(text, "<snippet>", "exec")


def test_the_trigger_command_knows_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    """The command of a page is parsed, and fails only because there is no receiver."""
    page = dict(pages(provider_site("workos")))["events/user.created.html"]
    words = code(page, "Command").split()
    assert words[0] == "hooksmith"
    arguments = [word.replace("localhost:8000", "127.0.0.1:9") for word in words[1:]]
    assert run_command(arguments) == 2
    assert "cannot deliver to http://127.0.0.1:9/" in capsys.readouterr().err


def test_callbacks_have_a_receiver(case_home: Path, tmp_path: Path) -> None:
    spec = CASES / "callbacks" / "spec.yaml"
    settings = Settings(package="made", runtime="shared", formatter="none")
    with imported(generate(spec, settings).files, case_home) as package:
        names = Names(package=package.__name__)
        site = dict(pages(render_site([documented(spec, "made", names)])))
        texts = [
            code(page, label)
            for page in site.values()
            for label in ["Receiver of callbacks in Python"]
            if page.css(f'pre[aria-label="{label}"]')
        ]
        assert len(texts) >= 2
        for text in texts:
            variables, _ = execute(text)
            assert variables["receiver"].wsgi
            assert [name for name in variables if name.startswith("on_")]
