"""Which resource calls without a tag belong to, and who can change that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooksmith.describe.grouping import NO_TAG, beginning, resource_tags

BEGINNINGS = {
    "/customers/{id}": "customers",
    "/v1/customers": "customers",
    "/api/v2.1/customers": "customers",
    "/2024-01/customers": "customers",
    "/v2018-11-01-preview/customers": "customers",
    "/v1beta1/customers": "customers",
    "/rest/api/2/issue/{key}": "issue",
    "/{tenant}/customers": "customers",
    "/{id}.json/customers": "customers",
    "/users.list": "users",
    "/user.json/{id}": "user",
    "/projects{.format}": "projects",
    "/Users({id})/Manager": "Users",
    "/books:search": "books",
    "/:account/customers": "customers",
    "/files?beta=true": "files",
    "/-/health": "health",
    "/v1": "",
    "/": "",
    "": "",
    "/#Action=List": "",
    "/{a}/{b}": "",
    "/h5/matches": "h5",
    "/vaults/{id}": "vaults",
}


@pytest.mark.parametrize(("path", "wanted"), BEGINNINGS.items(), ids=BEGINNINGS)
def test_how_a_path_begins(path: str, wanted: str) -> None:
    assert beginning(path) == wanted


def test_two_paths_are_a_resource_and_one_is_none() -> None:
    assert resource_tags(["/pets", "/v2/Pets/{id}", "/ping", "/", "/sendMessage"]) == {
        "/pets": "pets",
        "/v2/Pets/{id}": "Pets",
        "/ping": NO_TAG,
        "/": NO_TAG,
        "/sendMessage": NO_TAG,
    }


STEPS = st.sampled_from(["pets", "Pets", "pet-toys", "petToys", "v1", "api", "{id}", "ping", "x.y"])
PATHS = st.lists(STEPS, max_size=4).map(lambda steps: "/" + "/".join(steps))


@given(st.lists(PATHS, unique=True), PATHS)
def test_another_path_moves_but_the_one_that_it_joins(paths: list[str], other: str) -> None:
    before = resource_tags(paths)
    assert resource_tags(paths[::-1]) == before
    after = resource_tags([*dict.fromkeys([*paths, other])])
    moved = [path for path in paths if after[path] != before[path]]
    assert len(moved) <= 1
    assert all(before[path] == NO_TAG != after[path] == beginning(path) for path in moved)
