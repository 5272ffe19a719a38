"""Parameters in every place and style, as a server would see them."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from support.wire import Wire

NEEDED: dict[str, Any] = {
    "plain": "p",
    "label": [1, 2],
    "matrix": ["a", "b"],
    "limit": 5,
    "x_trace": "t",
}


def sent(case: Any, **arguments: Any) -> Any:
    wire = Wire()
    wire.client(case).styles.styles(**{**NEEDED, **arguments})
    return wire.last


def test_path(case: Any) -> None:
    request = sent(case)
    assert str(request.url) == "https://api.example.com/v1/styles/p/.1,2/;matrix=a;matrix=b?limit=5"
    assert sent(case, plain="a/../b?").url.raw_path.startswith(b"/v1/styles/a%2F..%2Fb%3F/")


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({"form": ["a", "b"]}, "form=a&form=b"),
        ({"comma": ["a", "b"]}, "comma=a,b"),
        ({"space": ["a", "b"]}, "space=a b"),
        ({"pipe": ["a", "b"]}, "pipe=a|b"),
        ({"json": {"a": "b"}}, 'json={"a":"b"}'),
        ({"reserved": "a/b?c"}, "reserved=a/b?c"),
        ({"flag": True}, "flag=true"),
        ({"day": date(2026, 1, 2)}, "day=2026-01-02"),
        ({"since": datetime(2026, 1, 2, tzinfo=UTC)}, "since=2026-01-02T00:00:00Z"),
        ({"order": "desc"}, "order=desc"),
        ({"shared": "s"}, "shared=s"),
        ({"deep": {"from": 1, "to": 2}}, "deep[from]=1&deep[to]=2"),
    ],
)
def test_query(case: Any, arguments: dict[str, Any], query: str) -> None:
    parts = unquote(sent(case, **arguments).url.query.decode()).split("&")
    assert sorted(parts) == sorted([*query.split("&"), "limit=5"])


def test_a_model_as_a_deep_object(case: Any) -> None:
    deep = case.models.StylesDeep(from_=1)
    assert unquote(sent(case, deep=deep).url.query.decode()) == "deep[from]=1&limit=5"


def test_headers_and_cookies(case: Any) -> None:
    request = sent(case, x_many=["a", "b"], session="s1")
    assert request.headers["x-trace"] == "t"
    assert request.headers["x-many"] == "a,b"
    assert request.headers["cookie"] == "session=s1"


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"limit": 101}, {"order": "up"}, {"label": ["x"]}, {"plain": ""}]
)
def test_what_does_not_fit_is_not_sent(case: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(case.package.RequestError):
        sent(case, **wrong)


def test_signatures(case: Any) -> None:
    styles = case.resource("styles")
    found = inspect.signature(styles.styles).parameters
    required = [name for name, each in found.items() if each.default is inspect.Parameter.empty]
    assert required == ["self", *NEEDED]
    assert "accept" not in found
    assert "authorization" in found  # no security scheme provides it
    assert all(
        each.kind is inspect.Parameter.KEYWORD_ONLY
        for name, each in found.items()
        if name != "self"
    )
    doc = inspect.getdoc(styles.styles) or ""
    assert "limit: How many. Defaults to 10." in doc
    assert "old: Deprecated." in doc
    assert "shared: Stated for all of the path." in doc


def test_an_operation_overrules_its_path(case: Any) -> None:
    overruled = case.resource("styles").overruled
    assert inspect.signature(overruled).parameters["shared"].annotation == "int"
