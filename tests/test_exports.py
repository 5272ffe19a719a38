"""What can be imported from each package: sorted, exact, and late."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from hooksmith.config import load_config
from support.made import generate
from support.paths import GENERATED, PROVIDERS, ROOT

each = pytest.mark.parametrize("provider", PROVIDERS)


def package(provider: str) -> Any:
    return importlib.import_module(f"hooksmith_providers.{provider}")


@each
def test_all_is_sorted_and_importable(provider: str) -> None:
    found = package(provider)
    assert list(found.__all__) == sorted(set(found.__all__))
    for name in found.__all__:
        value = getattr(found, name)
        assert value is not None
        assert not name.startswith("_")
    assert set(found.__all__) <= set(dir(found))


@each
def test_nothing_public_is_missing(provider: str) -> None:
    """Clients, event types and events of the package's own modules, and the errors that they raise."""
    found = package(provider)
    expected = {
        name
        for module in ("client", "event_types", "analytic_events")
        for name in classes(provider, module)
    }
    expected |= {"Event", "UnknownEvent", "parse_event", *catalogue(provider)}
    if "client" in modules(provider):
        errors = importlib.import_module("hooksmith_providers._runtime.client.errors")
        expected |= {
            name
            for name, value in vars(errors).items()
            if inspect.isclass(value) and issubclass(value, errors.APIError)
        }
        expected |= {"OMIT", "Omit", "RequestOptions"}
    assert expected <= set(found.__all__)


@each
def test_what_is_exported_is_the_thing_itself(provider: str) -> None:
    found = package(provider)
    events = importlib.import_module(f"hooksmith_providers.{provider}.events")
    assert found.parse_event is events.parse_event
    for name in catalogue(provider):
        assert getattr(found, name).__name__ == name


@each
def test_an_unknown_name_is_an_attribute_error(provider: str) -> None:
    with pytest.raises(AttributeError, match="NoSuchThing"):
        _ = package(provider).NoSuchThing


@each
def test_type_checkers_see_the_same_names(provider: str) -> None:
    """The imports under TYPE_CHECKING are what `__all__` lists."""
    tree = ast.parse((GENERATED / provider / "__init__.py").read_text("utf-8"))
    seen = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.If)
        for statement in node.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert seen == set(package(provider).__all__)


@each
def test_import_is_late(provider: str) -> None:
    """`import hooksmith_providers.<provider>` brings neither pydantic nor httpx2; the first use does."""
    outcome = python(
        f"import sys, hooksmith_providers.{provider} as p\n"
        "heavy = {'pydantic', 'pydantic_core', 'httpx2', 'cryptography', 'asyncio'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert p.EventType\n"
        "assert 'pydantic' not in sys.modules\n"
        "p.parse_event\n"
        "assert 'pydantic' in sys.modules\n"
    )
    assert outcome == ""


def test_import_of_the_suite_brings_no_provider() -> None:
    outcome = python(
        "import sys, hooksmith_providers\n"
        "assert not [n for n in sys.modules if n.startswith('hooksmith_providers.')]\n"
    )
    assert outcome == ""


def test_the_generator_is_not_needed() -> None:
    program = "\n".join(
        [
            "import sys",
            "sys.modules.update(dict.fromkeys(('hooksmith', 'jinja2', 'black', 'yaml', 'rich')))",
            *(f"import hooksmith_providers.{provider} as {provider}" for provider in PROVIDERS),
            *(
                f"[getattr({provider}, name) for name in {provider}.__all__]"
                for provider in PROVIDERS
            ),
        ]
    )
    assert python(program) == ""


def modules(provider: str) -> set[str]:
    return {path.stem for path in (GENERATED / provider).glob("*.py")}


def classes(provider: str, module: str) -> set[str]:
    path = GENERATED / provider / f"{module}.py"
    if not path.is_file():
        return set()
    return {
        node.name
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    }


@cache
def catalogue(provider: str) -> set[str]:
    """The classes of the provider's events."""
    config = load_config(ROOT / "pyproject.toml")
    settings = replace(config.settings(provider), formatter="none")
    events = generate(config.apis[provider].spec, settings).api.events.events
    return {event.model for event in events}


def python(program: str) -> str:
    """What a fresh interpreter says on stderr."""
    outcome = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return outcome.stderr


@pytest.mark.parametrize("provider", ["mattr", "scalekit", "socotra", "workos"])
def test_what_users_of_receivers_need_is_importable(provider: str) -> None:
    package = importlib.import_module(f"hooksmith_providers.{provider}")
    names = (
        "AsyncIdempotencyStore AsyncRedisStore Counts DeliveryContext DeliveryReport DriftedEvent Handlers "
        "HandlerTimeoutError IdempotencyStore MemoryStore Outcome PermanentFailure PostgresInbox ReceiverHooks "
        "RedisStore Reply Retry RetryLater SQLiteInbox SQLiteStore SecretRequest SignatureError Taken TenantSecrets "
        "UnhandledTypesError UnknownEvent Webhook WebhookReceiver opentelemetry_hooks"
    ).split()
    assert set(names) <= set(package.__all__)
    for name in names:
        assert getattr(package, name).__name__ == name
