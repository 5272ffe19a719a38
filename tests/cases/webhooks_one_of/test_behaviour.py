"""One webhook whose body is one of several events."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"kind": "door.opened", "by": "ada"}, "Opened"),
        ({"kind": "door.closed", "firmly": True}, "Closed"),
        ({"kind": "door.stuck", "reason": "rust"}, "DeliveryDoorStuck"),
        ({"kind": "door.gone"}, "UnknownEvent"),
        ({"kind": "door.opened"}, "DriftedEvent"),
    ],
)
def test_dispatch(case: Any, body: dict[str, Any], name: str) -> None:
    assert type(case.package.parse_event(json.dumps(body))) is getattr(case.package, name)


def test_types(case: Any) -> None:
    assert [member.value for member in case.event_type] == [
        "door.opened",
        "door.closed",
        "door.stuck",
    ]
