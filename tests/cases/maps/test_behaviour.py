"""Objects whose properties nobody names."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from support.wire import Wire

FULL = {
    "headers": {"X-A": ["1", "2"]}, "anything": {"a": [1, {}]}, "open": {"b": None}, "numbers": {"one": 1},
    "models": {"m": {"n": 1}}, "kinds": {"k": "a", "l": "new"}, "nested": {"x": {"y": True}},
    "by_pattern": {"x-a": "text", "n-b": 3}, "mixed": {"id": "i", "more": 4}, "empty": {"any": 1},
    "closed": {"id": "c"}, "pair": ["a", 1], "some": [{"id": "i"}, 2], "few": [{"id": "i"}], "matrix": [[1.5, 2.0], []],
}  # fmt: skip


def test_round_trip(case: Any) -> None:
    found = case.models.Maps.model_validate(FULL)
    assert found.to_dict() == FULL
    assert found.headers == {"X-A": ["1", "2"]}
    assert type(found.models["m"]) is case.models.MapsModelsValue
    assert found.kinds["k"] is case.models.MapsKindsValue.A
    assert found.by_pattern == {"x-a": "text", "n-b": 3}
    assert found.mixed.model_extra == {"more": 4}
    assert isinstance(found.some[0], case.models.Mixed)


def test_values_are_checked(case: Any) -> None:
    for wrong in (
        {"numbers": {"one": "eins"}},
        {"models": {"m": {}}},
        {"nested": {"x": {"y": []}}},
    ):
        with pytest.raises(ValidationError):
            case.models.Maps.model_validate(wrong)


def test_a_closed_object_is_read_tolerantly_and_sent_as_stated(case: Any) -> None:
    assert case.models.Closed.model_validate({"id": "c", "new": 1}).to_dict() == {
        "id": "c",
        "new": 1,
    }
    wire = Wire()
    wire.client(case, base_url="https://x.example").default.put_maps(id_="c")
    assert wire.last.content == b'{"id":"c"}'
