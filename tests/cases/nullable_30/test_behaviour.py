"""Null, as OpenAPI 3.0 says it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from support.wire import Wire

LEAST: dict[str, Any] = {
    "plain": "p", "nulled": None, "reference": None, "kind": None, "list": None, "map": {"a": None, "b": 1},
    "listed": [None, {"a": "x"}],
}  # fmt: skip


def test_null_where_the_document_has_it(case: Any) -> None:
    found = case.models.Values.model_validate(LEAST)
    assert found.nulled is found.reference is found.kind is found.list_ is None
    assert found.map == {"a": None, "b": 1}
    assert found.listed[0] is None
    assert found.listed[1].a == "x"
    assert found.to_dict() == LEAST


def test_values_where_null_could_be(case: Any) -> None:
    full = {
        **LEAST, "nulled": "n", "reference": {"a": "y"}, "kind": "x", "list": ["a", None], "any_of": "text",
        "one_kind": "y", "inner": {"a": "z"}, "above": 0.5,
    }  # fmt: skip
    found = case.models.Values.model_validate(full)
    assert found.reference.a == "y"
    assert found.kind is case.models.MaybeKind.X
    assert found.one_kind is case.models.Kind.Y
    assert found.list_ == ["a", None]
    assert found.to_dict() == full


def test_null_where_nobody_said(case: Any) -> None:
    """A required value must be there; an optional one that we receive may be null all the same, and stays so."""
    with pytest.raises(ValidationError, match="plain"):
        case.models.Values.model_validate({**LEAST, "plain": None})
    found = case.models.Values.model_validate({**LEAST, "optional": None})
    assert found.to_dict() == {**LEAST, "optional": None}
    assert "optional" not in case.models.Values.model_validate(LEAST).to_dict()


def test_absent_is_not_null(case: Any) -> None:
    with pytest.raises(ValidationError, match="nulled"):
        case.models.Values.model_validate(
            {key: value for key, value in LEAST.items() if key != "nulled"}
        )


def test_what_is_sent_tells_null_from_absent(case: Any) -> None:
    wire = Wire()
    values = wire.client(case, base_url="https://x.example").default
    values.change_values(nulled=None)
    assert wire.last.content == b'{"nulled":null}'
    values.change_values(plain="p", nulled=case.package.OMIT)
    assert wire.last.content == b'{"plain":"p"}'
    for wrong in ({"plain": None}, {"above": 0}, {"plain": ""}):
        with pytest.raises(case.package.RequestError) as caught:
            values.change_values(**wrong)
        assert "Omit" not in str(caught.value)
    assert len(wire.requests) == 2
