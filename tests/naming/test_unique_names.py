"""Names of fields and members: what one value is called, no other value's coming or going gives to another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooksmith.naming.casing import argument, upper
from hooksmith.naming.unique_names import field_name, unique

NEAR = st.text("aAbB_.-<> 1", max_size=4) | st.sampled_from(
    [
        "asc",
        "Asc",
        "ASC",
        "a_dot_b",
        "a.b",
        "a b",
        "A_B",
        "ASC_",
        "asc_",
        "copy",
        "Copy",
        "id",
        "_id",
    ]
)
SPELLINGS = st.sampled_from([field_name, upper, argument])


def names(wires: list[str], spell: object) -> dict[str, str]:
    assert callable(spell)
    return dict(zip(wires, unique(wires, spell, ("self",)), strict=True))


@given(st.lists(NEAR, unique=True, max_size=8), NEAR, SPELLINGS)
def test_no_name_passes_from_one_to_another(wires: list[str], added: str, spell: object) -> None:
    before = {name: wire for wire, name in names(wires, spell).items()}
    after = {name: wire for wire, name in names([*{*wires, added}], spell).items()}
    assert {name: before[name] for name in before.keys() & after} == {
        name: after[name] for name in before.keys() & after
    }


@given(st.lists(NEAR, unique=True, max_size=8), st.randoms(), SPELLINGS)
def test_names_do_not_depend_on_order(wires: list[str], random: object, spell: object) -> None:
    shuffled = sorted(wires, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert names(wires, spell) == names(shuffled, spell)


@given(st.lists(NEAR, unique=True, max_size=8), SPELLINGS)
def test_names_are_names(wires: list[str], spell: object) -> None:
    found = list(names(wires, spell).values())
    assert len(set(found)) == len(found)
    assert all(name.isidentifier() and name != "self" for name in found)


@pytest.mark.parametrize(
    ("wires", "expected"),
    [
        (["Asc", "x"], ["ASC", "X"]),
        (["Asc", "x", "ASC"], ["Asc", "X", "ASC_"]),
        (["asc", "ASC", "Asc"], ["asc", "ASC_", "Asc"]),
        (["a.b", "a_b"], ["A_DOT_B", "a_b"]),
        (["foo bar", "foo_bar", "foo-bar"], ["FOO_SPACE_BAR", "foo_bar", "FOO_MINUS_BAR"]),
        (["C", "C++", "C#"], ["C", "C_PLUS_PLUS", "C_HASH"]),
        (["A", "A+", "A-"], ["A", "A_PLUS", "A_MINUS"]),
        (["title", "Title"], ["title_", "Title"]),
    ],
)
def test_members(wires: list[str], expected: list[str]) -> None:
    assert unique(wires, upper) == expected


@pytest.mark.parametrize(
    ("wires", "expected"),
    [
        (["StartTime"], ["start_time"]),
        (["StartTime<"], ["start_time_less_than"]),
        (
            ["StartTime", "StartTime<", "StartTime>="],
            ["start_time", "start_time_less_than", "start_time_greater_than_equals"],
        ),
        (["userId", "user_id"], ["userId", "user_id_"]),
        (["id", "@id", "_id"], ["id_", "at_id", "underscore_id"]),
        (["+1", "-1"], ["plus_1", "minus_1"]),
        (["copy", "Copy"], ["copy__", "Copy"]),
    ],
)
def test_fields(wires: list[str], expected: list[str]) -> None:
    assert unique(wires, field_name) == expected


def test_what_the_document_calls_the_same_is_counted() -> None:
    assert unique(["a", "a", "b"], upper) == ["A", "A_2", "B"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nextCursor", "next_cursor"),
        ("HTTPServer", "http_server"),
        ("OAuth", "oauth"),
        ("createOAuth2Client", "create_oauth2_client"),
        ("oAuthToken", "oauth_token"),
        ("HTTPOAuth", "httpo_auth"),
        ("ETag", "etag"),
        ("contactEMail", "contact_email"),
        ("iOSVersion", "ios_version"),
        ("planIPhone", "plan_i_phone"),
        ("IPv4", "ipv4"),
        ("getIPv6Pools", "get_ipv6_pools"),
        ("IDs", "ids"),
        ("userIDs", "user_ids"),
        ("floatingIPsAction", "floating_ips_action"),
        ("nonResourceURLs", "non_resource_urls"),
        ("APIServer", "api_server"),
        ("thisIsIt", "this_is_it"),
        ("xAxis", "x_axis"),
        ("XAxis", "x_axis"),
        ("isEnabled", "is_enabled"),
    ],
)
def test_words_in_camel_case(text: str, name: str) -> None:
    assert argument(text) == name
