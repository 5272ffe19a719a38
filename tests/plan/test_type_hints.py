"""The annotations of a client's methods resolve at run time, and nothing is imported for them before."""

from __future__ import annotations

import functools
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, get_type_hints

import pytest

from hooksmith.settings import Settings
from support.cases import write_files
from support.large_document import large_document
from support.made import generate
from support.paths import GENERATED

PROVIDERS = {"mattr": 12, "scalekit": 0, "socotra": 12, "workos": 10}
"""Provider → number of methods; Scalekit's package has no client."""
ORDERS = {
    "post": {
        "operationId": "place_order",
        "tags": ["orders"],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["money"],
                        "properties": {
                            "money": {"$ref": "#/components/schemas/Money"},
                            "warning": {"$ref": "#/components/schemas/Warning"},
                            "shadow": {"$ref": "#/components/schemas/MoneyParams"},
                        },
                    }
                }
            },
        },
        "responses": {"204": {"description": "Placed."}},
    }
}
OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}}


def methods(package: ModuleType) -> Iterator[Any]:
    """Yield the methods of both clients' resources, bound as users see them."""
    for name in dir(package):
        if not name.endswith("Client") or not inspect.isclass(getattr(package, name)):
            continue
        client_class = getattr(package, name)
        client = client_class.__new__(client_class)
        for attribute in vars(client_class).values():
            if isinstance(attribute, functools.cached_property):
                resource = attribute.func(client)
                for method_name, method in vars(type(resource)).items():
                    if isinstance(method, FunctionType) and not method_name.startswith("_"):
                        yield getattr(resource, method_name)


@pytest.mark.parametrize(("provider", "count"), PROVIDERS.items())
def test_methods_of_a_provider(provider: str, count: int) -> None:
    package = import_module(f"hooksmith_providers.{provider}")
    bound = list(methods(package))
    assert len(bound) == count
    for method in bound:
        hints = get_type_hints(method)
        assert hints.keys() == {*inspect.signature(method).parameters, "return"}
        assert not any(isinstance(hint, str) for hint in hints.values())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a package whose models stand in several modules."""
    home = tmp_path_factory.mktemp("hints")
    document = large_document(Warning=OBJECT, MoneyParams=OBJECT)
    document["paths"]["/orders"] |= ORDERS
    path = home / "large.json"
    path.write_text(json.dumps(document), "utf-8")
    made = generate(path, Settings(package="hinted", formatter="none"))
    write_files(home / "hinted", made.files)
    return home


def printed(home: Path, code: str) -> Any:
    """Return the JSON that code prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=home,
        env={"PYTHONPATH": f"{home}:{GENERATED.parent}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_methods_of_a_large_package_import_what_they_name(large: Path) -> None:
    before, hints, after = printed(
        large,
        """
import json, sys, typing
from hinted import LargeClient
def loaded():
    return sorted(name for name in sys.modules if name.startswith(("hinted.models.", "hinted.params")))
orders = LargeClient().orders
before = loaded()
hints = typing.get_type_hints(orders.place)
print(json.dumps([before, {name: str(hint) for name, hint in hints.items()}, loaded()]))
""",
    )
    assert before == []
    assert "hinted.params" in after
    assert "hinted.models.users" not in after
    assert "Money" in hints["money"]
    assert "hinted.params.MoneyParams" in hints["money"]
    assert ".Warning" in hints["warning"], "a model that a builtin has the name of"
    assert "hinted.params.MoneyParamsParams" in hints["shadow"]


def test_signatures_and_pydantic_read_them_too(large: Path) -> None:
    names, schema = printed(
        large,
        """
import inspect, json
from hinted import LargeClient
from hinted import params
from pydantic import TypeAdapter
signature = inspect.signature(LargeClient().orders.place, eval_str=True)
print(json.dumps([list(signature.parameters), TypeAdapter(params.MoneyParams).json_schema()]))
""",
    )
    assert names == ["money", "warning", "shadow", "options"]
    assert schema["title"] == "MoneyParams"
