"""What is asked of a whole model holds wherever the model stands, and however often."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pytest
from hooksmith_runtime_under_test.models.base import RequestModel
from hooksmith_runtime_under_test.models.sent_and_received import SharedModel
from hooksmith_runtime_under_test.models.validation import SENDING
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json


class Kind(RequestModel):
    __assertions__: ClassVar[dict[str, Any]] = {"maxProperties": 2}

    kind: Literal["a"] = "a"


class Shared(SharedModel):
    text: str | None = None


class Whole(RequestModel):
    first: Kind
    second: Kind
    more: list[Kind]
    shared: Shared
    others: dict[str, Shared]


WHOLE: dict[str, Any] = {
    "first": {"kind": "a"},
    "second": {"kind": "a"},
    "more": [{"kind": "a"}],
    "shared": {},
    "others": {"x": {}},
}


def sent(value: Any) -> None:

    TypeAdapter(Whole).validate_json(to_json(value), strict=True, context=SENDING)


def test_valid() -> None:
    sent(WHOLE)


@pytest.mark.parametrize("name", ["first", "second", "more"])
@pytest.mark.parametrize("wrong", [{}, {"kind": "a", "b": 1, "c": 2}])
def test_each_place_of_a_model_is_checked(name: str, wrong: Any) -> None:
    with pytest.raises(ValidationError):
        sent({**WHOLE, name: [wrong] if name == "more" else wrong})


@pytest.mark.parametrize("name", ["shared", "others"])
def test_each_place_of_a_shared_model_is_checked(name: str) -> None:
    null = {"text": None}
    changed = {**WHOLE, name: {"x": null} if name == "others" else null}
    with pytest.raises(ValidationError, match="text"):
        sent(changed)
    assert Whole.model_validate(changed).to_dict() == changed
