"""Which resource calls without a tag belong to, and who can change that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooksmith.naming.resource_names import NO_TAG, beginning, resource_tags
from support.documents import openapi, result_of

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


def call(name: str, *, told: bool = False, tags: list[str] | None = None) -> dict[str, Any]:
    """`told`: it says where it wants to be called back."""
    operation: dict[str, Any] = {"operationId": name, "responses": {"204": {"description": ""}}}
    if tags:
        operation["tags"] = tags
    if told:
        url = {"name": "url", "in": "query", "schema": {"type": "string"}}
        content = {"application/json": {"schema": {"type": "object"}}}
        back = {"post": {"requestBody": {"content": content}, "responses": operation["responses"]}}
        operation |= {"parameters": [url], "callbacks": {"done": {"{$request.query.url}": back}}}
    return {"post": operation}


def test_callbacks_of_calls_without_a_tag_have_addresses_of_their_own(tmp_path: Path) -> None:
    """Also where calls are spelled alike, and others of their resources are called so too."""
    paths = {
        "/a/x": call("Send", told=True),
        "/a/y": call("send", tags=["a"]),
        "/b/x": call("send", told=True),
        "/b/y": call("Send", tags=["b"]),
    }
    result = result_of(openapi(paths), tmp_path)
    found = re.findall(r'path="([^"]+)"', result.files["callbacks.py"])
    assert len(found) == len(set(found)) == 2


def test_a_resource_is_not_called_as_what_its_client_imports(tmp_path: Path) -> None:
    paths = {
        f"/{name}{end}": call(f"{name}{len(end)}") for name in CLASHING for end in ("", "/{id}")
    }
    for path, item in paths.items():
        if path.endswith("{id}"):
            given = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
            item["parameters"] = [given]
    result = result_of(openapi(paths), tmp_path)
    assert [it.class_name for it in result.api.resources] == [
        "HooksResource", "CallableResource", "AwaitableResource",
    ]  # fmt: skip


CLASHING = ("hooks", "callable", "awaitable")
