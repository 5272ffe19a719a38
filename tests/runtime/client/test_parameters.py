"""Parameters: OpenAPI's own table of styles, and that no value leaves its place."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote

import pytest
from hooksmith_runtime_under_test.client.operation import Operation, Parameter, Reply
from hooksmith_runtime_under_test.client.parameters import (
    cookies_of,
    headers_of,
    join,
    path_of,
    query_of,
)
from hooksmith_runtime_under_test.errors import RequestError
from hooksmith_runtime_under_test.omit import OMIT
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import Field

ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def query(parameter: Parameter, value: object, extra: dict[str, Any] | None = None) -> str:
    operation: Operation[None] = Operation(id="o", method="GET", path="/", query=(parameter,))
    return join(query_of(operation, {parameter.name: value}, extra or {}))


def path(parameter: Parameter, value: object, template: str = "/a/{color}/b") -> str:
    operation: Operation[None] = Operation(
        id="o", method="GET", path=template, path_parameters=(parameter,)
    )
    return path_of(operation, {parameter.name: value})


def header(parameter: Parameter, value: object) -> list[tuple[str, str]]:
    operation: Operation[None] = Operation(id="o", method="GET", path="/", header=(parameter,))
    return headers_of(operation, {parameter.name: value})


def cookie(parameter: Parameter, value: object) -> str:
    operation: Operation[None] = Operation(id="o", method="GET", path="/", cookie=(parameter,))
    return join(cookies_of(operation, {parameter.name: value}), "; ")


# OpenAPI 3.1.1, "Style Examples"; delimiters that are no URI characters are percent-encoded.
@pytest.mark.parametrize(
    ("style", "explode", "value", "expected"),
    [
        ("form", False, "", "color="),
        ("form", False, "blue", "color=blue"),
        ("form", False, ARRAY, "color=blue,black,brown"),
        ("form", False, OBJECT, "color=R,100,G,200,B,150"),
        ("form", True, "", "color="),
        ("form", True, ARRAY, "color=blue&color=black&color=brown"),
        ("form", True, OBJECT, "R=100&G=200&B=150"),
        ("form", None, ARRAY, "color=blue&color=black&color=brown"),
        (None, None, ARRAY, "color=blue&color=black&color=brown"),
        ("spaceDelimited", False, ARRAY, "color=blue%20black%20brown"),
        ("spaceDelimited", None, OBJECT, "color=R%20100%20G%20200%20B%20150"),
        ("pipeDelimited", False, ARRAY, "color=blue%7Cblack%7Cbrown"),
        ("pipeDelimited", None, OBJECT, "color=R%7C100%7CG%7C200%7CB%7C150"),
        ("deepObject", True, OBJECT, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
        ("deepObject", None, {"a": {"b": [1, 2]}}, "color%5Ba%5D%5Bb%5D=1&color%5Ba%5D%5Bb%5D=2"),
    ],
)
def test_query_styles(style: Any, explode: bool | None, value: object, expected: str) -> None:
    assert query(Parameter("color", style=style, explode=explode), value) == expected


@pytest.mark.parametrize(
    ("style", "explode", "value", "expected"),
    [
        ("simple", False, "blue", "blue"),
        ("simple", None, ARRAY, "blue,black,brown"),
        ("simple", False, OBJECT, "R,100,G,200,B,150"),
        ("simple", True, ARRAY, "blue,black,brown"),
        ("simple", True, OBJECT, "R=100,G=200,B=150"),
        ("label", False, "blue", ".blue"),
        ("label", False, ARRAY, ".blue,black,brown"),
        ("label", False, OBJECT, ".R,100,G,200,B,150"),
        ("label", True, ARRAY, ".blue.black.brown"),
        ("label", True, OBJECT, ".R=100.G=200.B=150"),
        ("matrix", False, "", ";color"),
        ("matrix", False, "blue", ";color=blue"),
        ("matrix", False, ARRAY, ";color=blue,black,brown"),
        ("matrix", False, OBJECT, ";color=R,100,G,200,B,150"),
        ("matrix", True, ARRAY, ";color=blue;color=black;color=brown"),
        ("matrix", True, OBJECT, ";R=100;G=200;B=150"),
    ],
)
def test_path_styles(style: Any, explode: bool | None, value: object, expected: str) -> None:
    assert path(Parameter("color", style=style, explode=explode), value) == f"/a/{expected}/b"


def test_header_styles() -> None:
    assert header(Parameter("X-Color"), ARRAY) == [("X-Color", "blue,black,brown")]
    assert header(Parameter("X-Color"), OBJECT) == [("X-Color", "R,100,G,200,B,150")]
    assert header(Parameter("X-Color", explode=True), OBJECT) == [("X-Color", "R=100,G=200,B=150")]
    assert header(Parameter("X-Color", media_type="application/json"), OBJECT) == [
        ("X-Color", '{"R":100,"G":200,"B":150}')
    ]


def test_cookie_styles() -> None:
    assert cookie(Parameter("color"), "a b;c") == "color=a%20b%3Bc"
    assert cookie(Parameter("color", explode=False), ARRAY) == "color=blue,black,brown"
    assert (
        cookie(Parameter("color", style="cookie"), ARRAY) == "color=blue; color=black; color=brown"
    )
    with pytest.raises(RequestError, match="cookie cannot carry"):
        cookie(Parameter("color", style="cookie"), "a; admin=1")


def test_content_parameter_is_json() -> None:
    parameter = Parameter("filter", media_type="application/json")
    assert unquote(query(parameter, {"a": [1, None]})) == 'filter={"a":[1,null]}'


def test_scalars_as_json_spells_them() -> None:
    class Order(Enum):
        DESC = "desc"

    moment = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    values = [True, 1, 1.5, Order.DESC, moment]
    assert query(Parameter("v"), values) == "v=true&v=1&v=1.5&v=desc&v=2024-01-02T03%3A04%3A05Z"


def test_absent_null_and_empty_are_not_sent() -> None:
    for nothing in (OMIT, None, [], {}):
        assert query(Parameter("v"), nothing) == ""
    assert query(Parameter("v"), [None, "a"]) == "v=a"


def test_allow_reserved_keeps_what_cannot_end_a_pair() -> None:
    parameter = Parameter("v", allow_reserved=True)
    assert query(parameter, "a/b?c:d@e!$'()*,%2F=") == "v=a/b?c:d@e!$'()*,%2F="
    assert query(parameter, "a&b#c[d]e+f;g%zz é") == "v=a%26b%23c%5Bd%5De%2Bf%3Bg%25zz%20%C3%A9"
    assert path(Parameter("color", allow_reserved=True), "a:b/c;d?e") == "/a/a:b%2Fc%3Bd%3Fe/b"


def test_extra_query_replaces_a_parameter_of_the_same_name() -> None:
    assert query(Parameter("limit"), 10, {"limit": 20, "x[]": ["a", "b"]}) == (
        "limit=20&x%5B%5D=a&x%5B%5D=b"
    )


@pytest.mark.parametrize("value", ["", "0", 0, 101, "ten", True, None])
def test_constraints_are_checked_strictly(value: object) -> None:
    parameter = Parameter("limit", annotation=Annotated[int, Field(ge=1, le=100)])
    with pytest.raises(RequestError) as caught:
        query(parameter, value)
    assert caught.value.details[0].where == "query/limit"
    assert isinstance(caught.value, ValueError)


def test_messages_show_the_place_and_no_value() -> None:
    parameter = Parameter("ids", annotation=list[Annotated[str, Field(max_length=5)]])
    with pytest.raises(RequestError, match=r"query/ids/1: String should have at most 5") as caught:
        query(parameter, ["ok", "s3cret-value"])
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("value", ["", None, ".", "..", [], OMIT])
def test_path_values_that_would_lead_elsewhere(value: object) -> None:
    with pytest.raises(RequestError):
        path(Parameter("color", required=True), value)


def test_encoded_dots_in_the_path_lead_elsewhere_too() -> None:
    with pytest.raises(RequestError, match="segment of dots"):
        path(Parameter("color", allow_reserved=True), "%2e%2E")


@pytest.mark.parametrize(
    ("style", "value"),
    [
        ("spaceDelimited", ["a b"]),
        ("pipeDelimited", ["a|b"]),
        ("deepObject", {"a][b": 1}),
        ("form", [["nested"]]),
        ("form", {"a": {"b": 1}}),
    ],
)
def test_what_a_style_cannot_say(style: Any, value: object) -> None:
    with pytest.raises(RequestError):
        query(Parameter("v", style=style), value)


@pytest.mark.parametrize("value", ["a\r\nx: y", "a\nb", "a\x00", " a", "a ", "é", "\x7f"])
def test_header_values_cannot_end_their_line(value: str) -> None:
    with pytest.raises(RequestError) as caught:
        header(Parameter("X-Color"), value)
    assert value not in str(caught.value)


def test_header_members_cannot_hold_the_delimiter() -> None:
    with pytest.raises(RequestError, match="delimiter"):
        header(Parameter("X-Color"), ["a,b"])


def test_unknown_and_missing_names() -> None:
    operation: Operation[None] = Operation(
        id="o", method="GET", path="/", query=(Parameter("a", required=True),)
    )
    with pytest.raises(RequestError, match="query/b: is not described"):
        query_of(operation, {"b": 1}, {})
    with pytest.raises(RequestError, match="query/a: is required"):
        query_of(operation, {"a": OMIT}, {})


@pytest.mark.parametrize("value", ["\ud800", float("nan"), float("inf"), object()])
def test_what_is_no_text(value: object) -> None:
    with pytest.raises(RequestError):
        query(Parameter("v"), value)
    with pytest.raises(RequestError):
        query(Parameter("v", annotation=str), value)


@given(TEXT, st.booleans())
@example("../../admin?x=1#y", False)
@example("a/b\r\nx: y\\", True)
@example("%2e%2e%2f", False)
def test_path_text_stays_one_segment(text: str, reserved: bool) -> None:
    parameter = Parameter("color", allow_reserved=reserved)
    try:
        segments = path(parameter, text).split("/")
    except RequestError:
        assert text in ("", ".", "..") or unquote(text) in (".", "..")
        return
    assert len(segments) == 4
    assert not set(segments[2]) & set("?#;\\\r\n ")
    assert unquote(segments[2]) == (unquote(text) if reserved else text)


@given(TEXT, TEXT)
@example("a&b=c", "d;e+f g#h")
def test_query_pairs_arrive_as_they_are(name: str, text: str) -> None:
    written = query(Parameter(name), text)
    assert parse_qsl(written, keep_blank_values=True) == [(name, text)]


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_exploded_arrays_arrive_as_they_are(items: list[str]) -> None:
    written = query(Parameter("v"), items)
    assert parse_qsl(written, keep_blank_values=True) == [("v", item) for item in items]


@given(st.lists(TEXT, min_size=2, max_size=4), st.booleans())
def test_joined_arrays_split_where_they_were_joined(items: list[str], reserved: bool) -> None:
    written = query(Parameter("v", explode=False, allow_reserved=reserved), items)
    members = written.removeprefix("v=").split(",")
    assert [unquote(member) for member in members] == [
        unquote(item) if reserved else item for item in items
    ]


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=3))
def test_deep_objects_arrive_as_they_are(value: dict[str, str]) -> None:
    parameter = Parameter("v", style="deepObject")
    if any(set(name) & set("[]") for name in value):
        with pytest.raises(RequestError):
            query(parameter, value)
        return
    found = parse_qsl(query(parameter, value), keep_blank_values=True)
    assert found == [(f"v[{name}]", item) for name, item in value.items()]


@given(TEXT)
def test_cookies_stay_one_pair(text: str) -> None:
    written = cookie(Parameter("v"), text)
    assert unquote(written.removeprefix("v=")) == text
    assert not set(written) & set('; ,\r\n"')


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(TEXT, TEXT, TEXT)
@example("../../token", "a&b=c#d", "x; admin=1")
@example("a/b?c", "%00%2F", "é")
def test_a_server_sees_the_text_that_was_given(
    drive: Any, segment: str, word: str, crumb: str
) -> None:
    operation: Operation[Any] = Operation(
        id="o",
        method="GET",
        path="/echo/{id}",
        path_parameters=(Parameter("id"),),
        query=(Parameter("q"),),
        cookie=(Parameter("c"),),
        replies=ECHO,
    )
    driver = DRIVERS.setdefault(drive, drive())
    if segment in ("", ".", ".."):
        return
    seen = driver.call(operation, path={"id": segment}, query={"q": word}, cookie={"c": crumb})
    assert seen["rest"] == segment
    assert seen["raw_path"].count("/") == 2
    assert parse_qsl(seen["query"], keep_blank_values=True) == [("q", word)]
    assert unquote(seen["cookies"].get("c", "")) == crumb


ECHO = {"200": Reply(Any)}
DRIVERS: dict[Any, Any] = {}
