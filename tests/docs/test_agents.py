"""AGENTS.md of generated packages: what it says of imports and receivers runs."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from support.documents import openapi, operation, result_of
from support.paths import GENERATED, PROVIDERS

_BLOCK = re.compile(r"```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_blocks_run(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    jwk = import_module("hooksmith_providers.mattr.testing").JWK
    monkeypatch.setenv("WEBHOOK_SECRET", "whsec_aG9va3NtaXRoLWV4YW1wbGUtc2VjcmV0")
    monkeypatch.setenv("WEBHOOK_JWKS", json.dumps({"keys": [jwk]}))
    blocks = _BLOCK.findall((GENERATED / provider / "AGENTS.md").read_text("utf-8"))
    assert len(blocks) == 2
    for block in blocks:
        variables: dict[str, object] = {"__name__": "__main__"}
        exec(compile(block, "AGENTS.md", "exec"), variables)
        assert "receiver" in variables or "models" in variables


@pytest.mark.parametrize("provider", PROVIDERS)
def test_it_is_short(provider: str) -> None:
    lines = (GENERATED / provider / "AGENTS.md").read_text("utf-8").splitlines()
    assert len(lines) <= 70


def test_a_package_without_events_has_no_receiver(tmp_path: Path) -> None:
    made = openapi({"/pets": {"get": operation(tags=["pets"])}})
    text = result_of(made, tmp_path).files["AGENTS.md"]
    assert "from made import MadeClient, AsyncMadeClient" in text
    assert "WebhookReceiver" not in text
    assert "- `client.pets." in text


def test_a_package_of_models_names_them(tmp_path: Path) -> None:
    made = openapi(components={"schemas": {"Pet": {"type": "object", "properties": {"a": {}}}}})
    text = result_of(made, tmp_path).files["AGENTS.md"]
    assert "from made import models" in text
    assert "## Calls" not in text
