"""Values of every kind become members, and lose nothing on the way."""

from __future__ import annotations

import enum
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from support.wire import Wire


def values(case: Any, schema: str) -> list[Any]:
    """The values as the document has them."""
    document = yaml.load(case.spec.read_text("utf-8"), yaml.BaseLoader)
    return list(document["components"]["schemas"][schema]["enum"])


@pytest.mark.parametrize("name", ["Sign", "Clash", "Empty", "Closed", "Word", "Letters"])
def test_all_values_are_members_in_order(case: Any, name: str) -> None:
    members = getattr(case.models, name)
    assert [member.value for member in members] == values(case, name)
    for member in members:
        assert isinstance(member, str)
        assert str(member) == member.value


def test_members_are_named_by_what_they_are(case: Any) -> None:
    models = case.models
    assert models.Sign.LESS_THAN_EQUALS.value == "<="
    assert models.Sign.GREATER_THAN.value == ">"
    assert models.Number.MINUS_1.value == -1
    assert models.Closed.NO.value == "no"
    assert models.Clash.MINUS_1.value == "-1"
    assert models.Clash.PLUS_1.value == "+1"
    assert models.Empty.EMPTY.value == ""
    assert [member.name for member in models.Named] == ["LOW", "HIGH"]


def test_members_that_clash_are_told_apart_readably(case: Any) -> None:
    for name in case.models.Clash.__members__:
        assert "F_O_O" not in name


def test_integers(case: Any) -> None:
    assert issubclass(case.models.Number, enum.IntEnum)
    assert [member.value for member in case.models.Number] == [-1, 0, 1, 100]


def test_received_enums_are_open(case: Any) -> None:
    found = case.models.Everything.model_validate(
        {"sign": "<", "number": 7, "inline": "up", "list": ["here", "nowhere"], "maybe": None}
    )
    assert found.sign is case.models.Sign.LESS_THAN
    assert found.number == 7
    assert found.inline == "up"
    assert found.list_ == [case.models.EverythingListItem.HERE, "nowhere"]
    assert found.maybe is None
    assert found.to_dict() == {
        "sign": "<", "number": 7, "inline": "up", "list": ["here", "nowhere"], "maybe": None,
    }  # fmt: skip


def test_a_closed_enum_stays_closed(case: Any) -> None:
    read = case.models.Everything.model_validate
    assert read({"sign": "+", "closed": "no"}).closed is case.models.Closed.NO
    with pytest.raises(ValidationError, match="closed"):
        read({"sign": "+", "closed": "perhaps"})


def test_values_of_several_types(case: Any) -> None:
    read = case.models.Everything.model_validate
    for value in (1, "one", True, None):
        assert read({"sign": "+", "mixed": value}).mixed == value
    assert read({"sign": "+", "truth": True, "ratio": 0.5, "one": "single"}).truth is True


def test_sent_enums_are_closed_unless_the_document_says_otherwise(case: Any) -> None:
    wire = Wire()
    sorting = wire.client(case, base_url="https://x.example").sorting
    sorting.send(colour="red", open_="brand new", level=2)
    assert wire.last.content == b'{"colour":"red","open":"brand new","level":2}'
    sorting.send(colour=case.models.SentColour.GREEN)
    assert wire.last.content == b'{"colour":"green"}'
    for wrong in ({"colour": "blue"}, {"colour": "red", "level": 4}):
        with pytest.raises(case.package.RequestError):
            sorting.send(**wrong)


def test_values_that_differ_in_case_only(case: Any) -> None:
    assert [member.value for member in case.models.SortOrder] == ["asc", "ASC", "desc"]


@pytest.mark.parametrize("level", [1, 3, "member"])
def test_integers_are_sent(case: Any, level: Any) -> None:
    value = case.models.SentLevel(2) if level == "member" else level
    wire = Wire()
    wire.client(case, base_url="https://x.example").sorting.send(colour="red", level=value)
    assert wire.last.content == b'{"colour":"red","level":%d}' % int(value)
    assert case.models.Sent(colour="red", level=value).level == value


@pytest.mark.parametrize("level", [True, 0, 4, "1", None])
def test_what_is_no_such_integer_is_not_sent(case: Any, level: Any) -> None:
    with pytest.raises(case.package.RequestError, match="body/level"):
        Wire().client(case, base_url="https://x.example").sorting.send(colour="red", level=level)
