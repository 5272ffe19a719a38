"""The pytest plugin, in test suites of users."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.paths import ROOT

APPS = """
import pytest
from fastapi import FastAPI
from flask import Flask, request
from hooksmith_providers.workos import UserCreated, UserDeleted, Webhook, WebhookReceiver, testing

seen = []
receiver = WebhookReceiver(Webhook(testing.SECRET), store=None)


@receiver.on(UserCreated)
async def created(event: UserCreated) -> None:
    seen.append(event.data.email)


fastapi = FastAPI()
fastapi.mount("/webhooks", receiver)
flask = Flask(__name__)


@flask.post("/webhooks/")
def view():
    reply = receiver.receive(request.get_data(), request.headers)
    return reply.body, reply.status
"""

DELIVERIES = """
from apps import fastapi, flask, pytest, receiver, seen, UserCreated


APPS = [(receiver, "/"), (receiver.wsgi, "/"), (fastapi, "/webhooks/"), (flask, "/webhooks/")]


@pytest.mark.parametrize(("app", "path"), APPS)
def test_each_app(deliver, app, path):
    seen.clear()
    reply = deliver(app, UserCreated, changes={"data.email": "ada@example.com"}, path=path)
    assert (reply.status_code, seen) == (200, ["ada@example.com"])


def test_inside_a_loop(deliver):
    import asyncio

    async def test() -> int:
        return deliver(receiver, "user.created").status_code

    assert asyncio.run(test()) == 200


def test_another_secret(deliver):
    assert deliver(receiver, UserCreated).status_code == 200


class TestWrongSecret:
    @pytest.fixture
    def hooksmith_webhook(self, examples):
        from hooksmith_providers.workos import Webhook
        return Webhook("another")

    def test_it_is_refused(self, deliver):
        assert deliver(receiver, UserCreated).status_code == 400


def test_examples(examples):
    assert examples.example(UserCreated).event.event == "user.created"


@pytest.mark.hooksmith("hooksmith_providers.scalekit")
def test_another_package(examples):
    assert examples.__name__ == "hooksmith_providers.scalekit.testing"
"""

CONTRACT = """
from apps import pytest, receiver

HANDLED = {"user.created"}


def test_contract(event_contract, hooksmith_event_type):
    refused = set() if hooksmith_event_type == "user.updated" else {hooksmith_event_type} - HANDLED
    event_contract(receiver, refused=refused)


def test_stale(event_contract, hooksmith_event_type):
    if hooksmith_event_type == "user.created":
        event_contract(receiver, refused={"user.created"})
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "hooksmith.devtools.pytest_plugin", *arguments]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A folder with applications, and the package named in pytest's settings."""
    (tmp_path / "apps.py").write_text(APPS)
    settings = '[tool.pytest.ini_options]\nhooksmith_package = "hooksmith_providers.workos"\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    return tmp_path


def test_deliveries_reach_applications(suite: Path) -> None:
    (suite / "test_deliveries.py").write_text(DELIVERIES)
    outcome = run_pytest(suite, "-q", "--strict-markers")
    assert outcome.returncode == 0, outcome.stdout
    assert "9 passed" in outcome.stdout


def test_the_contract_names_what_is_not_handled(suite: Path) -> None:
    (suite / "test_contract.py").write_text(CONTRACT)
    outcome = run_pytest(suite, "-q")
    assert outcome.returncode == 1
    assert re.search(r"2 failed, \d+ passed", outcome.stdout)
    assert "user.updated reaches no handler; list it in `refused`" in outcome.stdout
    assert "user.created is listed as refused, but reaches a handler" in outcome.stdout


def test_a_package_must_be_named(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(event_contract): pass\n")
    outcome = run_pytest(tmp_path, "-q")
    assert outcome.returncode != 0
    assert "name the generated package" in outcome.stdout + outcome.stderr


def test_the_plugin_costs_suites_that_do_not_use_it_little() -> None:
    script = (
        "import pytest, sys; before = set(sys.modules); import hooksmith.devtools.pytest_plugin;"
        "print(sorted({'httpx2', 'pydantic', 'yaml', 'jinja2'} & (set(sys.modules) - before)))"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert outcome.stdout == "[]\n"


def test_pytest_finds_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"hooksmith": "hooksmith.devtools.pytest_plugin"}
