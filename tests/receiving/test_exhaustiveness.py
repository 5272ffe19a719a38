"""`assert_never` over the union of events: type checkers see a case that is missing, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import hooksmith_providers
from hooksmith.config import Settings
from hooksmith.pipeline import generate
from support.cases import write_files

COMPLETE = """
from typing import assert_never
from hooksmith_providers.mattr import (
    DriftedEvent, Event, OidcIssuerCredentialIssued, OpenIdCredentialIssued,
    OpenIdCredentialIssuedSummary, UnknownEvent, Webhook, WebhookReceiver,
)
from hooksmith_providers.workos import UserCreated, parse_event
from hooksmith_providers.workos.testing import example


def handle(event: Event) -> str:
    match event:
        case OidcIssuerCredentialIssued():
            return "a"
        case OpenIdCredentialIssued():
            return event.event.id
        case OpenIdCredentialIssuedSummary():
            return "c"
        case UnknownEvent(type=kind):
            return kind
        case DriftedEvent(issues=issues):
            return issues[0].where
        case _:
            assert_never(event)


def unwrap(webhook: Webhook, body: bytes) -> str:
    return handle(webhook.unwrap(body, {}))


def receiver(webhook: Webhook) -> None:
    taking = WebhookReceiver(webhook)

    @taking.on(OpenIdCredentialIssued)
    def issued(event: OpenIdCredentialIssued) -> None:
        print(event.event.id)

    @taking.fallback
    async def others(event: Event) -> None:
        handle(event)


def field(body: bytes) -> str | None:
    match parse_event(body):
        case UserCreated(data=user):
            return user.email
    return None


def fixture() -> str:
    return example(UserCreated).event.data.email
"""
INCOMPLETE = COMPLETE.replace(
    """        case OpenIdCredentialIssuedSummary():
            return "c"
""",
    "",
)
WRONG_HANDLER = COMPLETE.replace(
    "def issued(event: OpenIdCredentialIssued)", "def issued(event: DriftedEvent)"
)
PACKAGES = str(Path(hooksmith_providers.__file__).parents[1])


OTHERS = """
from typing import assert_never
from made.{case} import {names}, DriftedEvent, Event, UnknownEvent, Webhook, WebhookReceiver


def handle(event: Event) -> str:
    match event:
        case {first}():
            return event.{field}
        case {second}():
            return "b"
        case UnknownEvent() | DriftedEvent():
            return "c"
        case _:
            assert_never(event)


def unwrap(webhook: Webhook, body: bytes) -> list[str]:
    one = webhook.unwrap(body, {{}})
    return [handle(one), *(handle(event) for event in webhook.unwrap_all(body, {{}}))]


def receiver(webhook: Webhook) -> None:
    taking = WebhookReceiver(webhook)

    @taking.on({first})
    def first(event: {first}) -> None:
        print(event.{field})
"""
CASES = Path(__file__).parents[1] / "cases"
KINDS = {
    "webhooks_options": ("ByCard", "ByTransfer", "id"),
    "webhooks_batch": ("Bounced", "Delivered", "reason"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", KINDS)
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_classes_that_share_a_type_and_batches(case: str, checker: str, tmp_path: Path) -> None:
    package = tmp_path / "made"
    files = generate(CASES / case / "spec.yaml", Settings(package=case, formatter="none")).files
    write_files(package, {"__init__.py": "", "py.typed": ""})
    write_files(package / case, files)
    first, second, field = KINDS[case]
    text = OTHERS.format(
        case=case, names=f"{first}, {second}", first=first, second=second, field=field
    )
    check = mypy if checker == "mypy" else pyright
    for name, missing in (
        ("complete", ""),
        ("incomplete", f'        case {second}():\n            return "b"\n'),
    ):
        path = tmp_path / name / f"{name}.py"
        path.parent.mkdir()
        path.write_text(text.replace(missing, "") if missing else text)
        found = check(path, tmp_path)
        if missing:
            assert second in found, found
            assert "Found 1 error" in found or "1 error," in found, found
        else:
            assert "Success" in found or "0 errors" in found, found


def mypy(path: Path, packages: Path | str = PACKAGES) -> str:
    config = path.with_name("mypy.ini")
    config.write_text(f"[mypy]\nstrict = true\nmypy_path = {packages}\n")
    command = [
        "-m",
        "mypy",
        "--config-file",
        str(config),
        "--cache-dir",
        str(path.parent / "cache"),
        str(path),
    ]
    return run(command)


def pyright(path: Path, packages: Path | str = PACKAGES) -> str:
    config = path.with_name("pyrightconfig.json")
    config.write_text(f'{{"extraPaths": ["{packages}"], "typeCheckingMode": "standard"}}')
    return run(["-m", "pyright", "--pythonpath", sys.executable, "--project", str(config)])


def run(command: list[str]) -> str:
    found = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    return found.stdout + found.stderr


@pytest.mark.slow
@pytest.mark.parametrize("check", [mypy, pyright])
def test_type_checkers(check: object, tmp_path: Path) -> None:
    assert callable(check)
    for name, text in (
        ("complete", COMPLETE),
        ("incomplete", INCOMPLETE),
        ("wrong", WRONG_HANDLER),
    ):
        folder = tmp_path / name
        folder.mkdir()
        path = folder / f"{name}.py"
        path.write_text(text)
        found = str(check(path))
        if name == "complete":
            assert "Success" in found or "0 errors" in found, found
        elif name == "incomplete":
            assert "OpenIdCredentialIssuedSummary" in found, found
            assert "Found 1 error" in found or "1 error," in found, found
        else:
            assert "error" in found, found
