"""Models in modules of their own, once there are many: where they stand, what is loaded, and that all still works."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hooksmith.ir import Api
from hooksmith.plan.model_modules import LARGE, model_modules
from hooksmith.settings import Settings
from support.large_document import large_document, write_document
from support.made import generate

ORDER = {
    "id": "o1",
    "made_at": "2026-01-02T03:04:05Z",
    "owner": {"name": "Ada"},
    "part": {"next": {"next": {}}},
    "money": {"amount": 3},
    "about": {"amount": 4},
}


def api_of(folder: Path, **further: Any) -> Api:
    folder.mkdir(exist_ok=True)
    path = write_document(folder, large_document(**further))
    return generate(path, Settings(package="large", formatter="none")).api


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package `large`."""
    return home_of(tmp_path_factory.mktemp("large"))


def home_of(folder: Path, **further: Any) -> Path:
    spec = write_document(folder, large_document(**further))
    for name, text in generate(spec, Settings(package="large", formatter="ruff")).files.items():
        target = folder / "large" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return folder


def run(home: Path, code: str) -> Any:
    """What `code`, in a process of its own, prints as JSON."""
    future = "from __future__ import annotations\nimport json, sys\n"
    outcome = subprocess.run(
        [sys.executable, "-c", future + code], cwd=home, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


LOADED = "print(json.dumps(sorted(m.rpartition('.')[2] for m in sys.modules if m.startswith('large.models.'))))"


def test_a_definition_stands_where_it_is_used(tmp_path: Path) -> None:
    places = model_modules(api_of(tmp_path))
    assert len(places) > LARGE
    assert {places[name] for name in ("Invoice", "InvoiceList", "InvoicePartAa")} == {"invoices"}
    assert {places[name] for name in ("Base", "Owner", "Money", "Subject", "Tree", "Forest")} == {
        "shared"
    }
    assert {places[name] for name in ("Order", "OrderList", "OrderCreated")} == {"orders"}


def test_unrelated_schemas_move_nothing(tmp_path: Path) -> None:
    before = model_modules(api_of(tmp_path / "before"))
    stranger = {"type": "object", "properties": {"a": {"type": "string"}}}
    after = model_modules(api_of(tmp_path / "after", AardvarkOrder=stranger, Zebra=stranger))
    assert {name: after[name] for name in before} == before
    assert after["Zebra"] == after["AardvarkOrder"] == "schemas"


def test_one_model_costs_the_modules_it_is_made_of(home: Path) -> None:
    assert run(home, "import large\n" + LOADED) == []
    assert run(home, "from large.models import Money\n" + LOADED) == ["shared"]
    assert run(
        home, f"from large.models import Invoice\nInvoice.model_validate({ORDER!r})\n" + LOADED
    ) == [
        "invoices",
        "shared",
    ]


def test_one_event_costs_its_own_modules(home: Path) -> None:
    body = json.dumps({"type": "order.created", "data": ORDER})
    code = (
        f"import large\nevent = large.parse_event({body!r})\nassert event.data.money.amount == 3\n"
    )
    assert run(home, code + LOADED) == ["orders", "shared"]
    assert run(
        home, "from large.events import CATALOGUE\nprint(json.dumps([*CATALOGUE.models]))"
    ) == [
        "order.created",
        "user.created",
    ]


def test_event_classes_stand_in_the_package_and_its_models(home: Path) -> None:
    code = (
        "import large, large.models as models\n"
        "from typing import get_args\n"
        "assert large.OrderCreated is models.OrderCreated\n"
        "print(json.dumps([one.__name__ for one in get_args(large.Event)]))"
    )
    assert run(home, code) == ["OrderCreated", "UserCreated", "UnknownEvent", "DriftedEvent"]


@pytest.mark.parametrize("backwards", [False, True])
def test_every_definition_builds_whatever_is_loaded_first(home: Path, backwards: bool) -> None:
    code = (
        "import large.models as models\n"
        "from pydantic import TypeAdapter\n"
        f"names = sorted(models.__all__, reverse={backwards})\n"
        "for name in names: TypeAdapter(getattr(models, name)).rebuild()\n"
        "print(json.dumps(len(names)))"
    )
    assert run(home, code) > LARGE


def test_values_are_read_as_from_one_module(home: Path) -> None:
    tree = {"a": [{"b": []}], "back": {"amount": 1}}
    code = (
        "import large.models as models\n"
        "from pydantic import TypeAdapter\n"
        f"user = models.User.model_validate({ORDER!r})\n"
        "assert type(user.about).__name__ == 'Money' and user.made_at.year == 2026\n"
        f"forest = TypeAdapter(models.Forest).validate_python([{tree!r}])\n"
        "assert isinstance(forest[0], models.Tree) and type(forest[0].back).__name__ == 'Money'\n"
        "print(user.to_json())"
    )
    assert run(home, code) == ORDER


def test_heirs_of_users_find_what_their_base_needs(home: Path) -> None:
    code = (
        "from large.models import Order\n"
        "def inner():\n"
        "    Owner = 'nor this'\n"
        "    class Mine(Order):\n"
        "        note: str = ''\n"
        f"    return Mine.model_validate({ORDER!r})\n"
        "print(json.dumps([type(inner().part).__name__, type(inner().owner).__name__]))"
    )
    assert run(home, code) == ["OrderPartAa", "Owner"]


def test_the_call_loads_its_own_models_alone(home: Path) -> None:
    code = (
        "import large, httpx2\n"
        "wire = httpx2.MockTransport(lambda request: httpx2.Response(200, json={'data': []}))\n"
        "client = large.LargeClient(http_client=httpx2.Client(transport=wire))\n"
        "users = client.users\n"
    )
    assert run(home, code + LOADED) == []
    assert run(home, code + "users.list()\n" + LOADED) == ["shared", "users"]


def test_operations_name_their_models_where_they_are_needed(home: Path) -> None:
    code = (
        "from large.operations.users import LIST\n"
        "reply = LIST.replies['200']\n"
        "assert 'large.models.users' not in sys.modules\n"
        "assert reply.type is reply.type is not reply.annotation\n"
        "print(json.dumps([reply.type.__name__, reply.adapter.inner.validate_json('{}').to_json()]))"
    )
    assert run(home, code) == ["UserList", "{}"]


def test_operations_can_be_pickled(home: Path) -> None:
    code = (
        "import copy, pickle\n"
        "from large.operations.users import LIST\n"
        "LIST.replies['200'].adapter\n"
        "for again in (pickle.loads(pickle.dumps(LIST)), copy.deepcopy(LIST)):\n"
        "    assert again.replies['200'].adapter.inner.validate_json('{}').to_json() == '{}'\n"
        "print(json.dumps(again.replies['200'].type.__name__))"
    )
    assert run(home, code) == "UserList"


def test_threads_may_use_a_recursive_alias_at_the_same_time(tmp_path: Path) -> None:
    """The first to ask for it brings in what it names; the others wait for that."""
    reference = "#/components/schemas/{}".format
    options = [
        {"type": "array", "items": {"$ref": reference("Wood")}},
        {"$ref": reference("Money")},
    ]
    home = home_of(tmp_path, Wood={"anyOf": options})
    code = (
        "import threading, time\n"
        "import large.models as models\n"
        "import large._runtime.lazy_imports as lazy\n"
        "from pydantic import TypeAdapter\n"
        "bring = lazy.bring\n"
        "lazy.bring = lambda *names: (time.sleep(0.05), bring(*names))\n"
        "ready, failed = threading.Barrier(6), []\n"
        "def use():\n"
        "    ready.wait()\n"
        "    try:\n"
        "        TypeAdapter(models.Wood).validate_python([[{'amount': 3}]])\n"
        "    except Exception as error:\n"
        "        failed.append(repr(error))\n"
        "threads = [threading.Thread(target=use) for _ in range(6)]\n"
        "[it.start() for it in threads], [it.join() for it in threads]\n"
        "print(json.dumps(failed))"
    )
    assert run(home, code) == []
