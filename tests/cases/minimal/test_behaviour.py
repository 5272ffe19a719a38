"""The least that a document can say."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from hooksmith.config import Settings
from hooksmith.pipeline import generate
from support.wire import Wire, reply


def test_a_call(case: Any) -> None:
    wire = Wire(reply({"message": "pong", "more": 1}))
    found = wire.client(case, base_url="https://api.example.com").default.ping()
    assert found.message == "pong"
    assert found.model_extra == {"more": 1}
    assert found.to_dict() == {"message": "pong", "more": 1}
    assert (wire.last.method, str(wire.last.url)) == ("GET", "https://api.example.com/ping")


def test_its_twin(case: Any) -> None:
    wire = Wire(reply({"message": "pong"}))
    client = wire.async_client(case, base_url="https://api.example.com")
    assert asyncio.run(client.default.ping()).message == "pong"


def test_signature(case: Any) -> None:
    method = case.resource("default").ping
    signature = inspect.signature(method, eval_str=False)
    assert list(signature.parameters) == ["self", "options"]
    assert signature.parameters["options"].kind is inspect.Parameter.KEYWORD_ONLY
    assert signature.return_annotation == "PingReply"


def test_no_events(case: Any) -> None:
    assert not {"events.py", "event_types.py"} & set(case.files)
    assert "parse_event" not in case.package.__all__


def test_a_package_of_its_own_carries_the_runtime(case: Any) -> None:
    files = generate(case.spec, Settings(package="minimal")).files
    assert "_runtime/models/base.py" in files
    assert "from ._runtime.models.base import" in files["models.py"]
    shared = {path: text.replace(".._runtime", "._runtime") for path, text in case.files.items()}
    assert files["client.py"] == shared["client.py"]
