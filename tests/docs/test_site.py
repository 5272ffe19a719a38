"""The pages of sites: links that lead somewhere, anchors that stay, nothing that a strict policy forbids."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hooksmith.docs.addresses import file_stems
from hooksmith.docs.site import render_site
from hooksmith.docs.snippets import Names
from support.documents import openapi, operation, written
from support.paths import PROVIDERS
from support.sites import (
    LARGEST_PAGE,
    code,
    documented,
    elements,
    ids,
    links,
    pages,
    provider_api,
    provider_site,
    target,
)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types hooksmith"
)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_links_lead_to_files_and_anchors(provider: str) -> None:
    files = provider_site(provider)
    anchors = {path: set(ids(page)) for path, page in pages(files)}
    for path, page in pages(files):
        for link in links(page):
            if link.startswith(("https://", "mailto:")):
                continue
            file, anchor = target(path, link)
            assert file in files, f"{path}: {link}"
            assert not anchor or anchor in anchors[file], f"{path}: {link}"
        for node in page.css("link[href], script[src]"):
            address = node.attributes.get("href") or node.attributes.get("src")
            assert target(path, str(address))[0] in files


@pytest.mark.parametrize("provider", PROVIDERS)
def test_pages_hold_to_a_strict_policy(provider: str) -> None:
    for path, page in pages(provider_site(provider)):
        (policy,) = page.css('meta[http-equiv="Content-Security-Policy"]')
        assert policy.attributes["content"] == POLICY
        for node in elements(page):
            assert node.tag not in ("style", "img", "iframe", "object", "base"), path
            assert not [
                name for name in node.attributes if name.startswith("on") or name == "style"
            ]
        assert all(node.attributes.get("src") for node in page.css("script")), path


@pytest.mark.parametrize("provider", PROVIDERS)
def test_pages_are_small_and_their_anchors_unique(provider: str) -> None:
    for path, page in pages(provider_site(provider)):
        assert len(provider_site(provider)[path].encode()) <= LARGEST_PAGE
        assert [name for name, count in Counter(ids(page)).items() if count > 1] == [], path
        assert len(page.css("h1")) == 1
        assert page.css_first("title").text().strip() not in ("", "·")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_item_has_a_page(provider: str) -> None:
    api, files = provider_api(provider).api, provider_site(provider)
    assert {f"events/{event.type}.html" for event in api.events.events} <= files.keys()
    assert {f"models/{definition.name}.html" for definition in api.definitions} <= files.keys()
    for resource in api.resources:
        for each in resource.operations:
            assert f"resources/{resource.name}.{each.name}.html" in files
    entries = json.loads(files["search-index.js"].partition("=")[2].rstrip(";\n"))
    assert {entry[2] for entry in entries} <= files.keys()
    assert {event.type for event in api.events.events} <= {entry[1] for entry in entries}


def test_an_event_page_has_what_a_reader_asks() -> None:
    page = dict(pages(provider_site("workos")))["events/user.created.html"]
    assert json.loads(code(page, "Example payload"))["event"] == "user.created"
    assert "@receiver.on(UserCreated)" in code(page, "Handler in Python")
    assert code(page, "Command").startswith("hooksmith trigger workos user.created --to http")
    row = page.css_first('[id="field.data.email"]')
    assert "string" in row.text()
    assert "required" in row.text()
    assert "signatures.html" in " ".join(links(page))


def test_a_call_page_has_what_a_reader_asks() -> None:
    page = dict(pages(provider_site("workos")))["resources/webhooks.create_webhook_endpoint.html"]
    assert "client.webhooks.create_webhook_endpoint(" in code(page, "Signature")
    assert "-> WebhookEndpoint" in code(page, "Signature")
    text = page.body.text() if page.body else ""
    assert "409 Conflict" in text
    assert "ConflictError" in text
    assert "Authorization: Bearer $WORKOS_API_KEY" in code(page, "Call with curl")
    assert "https://api.workos.com/webhook_endpoints" in code(page, "Call with curl")


def test_definitions_lead_back_to_their_users() -> None:
    page = dict(pages(provider_site("workos")))["models/WebhookEndpoint.html"]
    assert "../resources/webhooks.create_webhook_endpoint.html" in links(page)
    assert "../models/WebhookEndpointList.html#field.data" in links(page)


def document(extra: bool = False) -> dict[str, Any]:
    pet = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "owner": {"$ref": "#/components/schemas/Owner"}},
    }
    schemas: dict[str, Any] = {
        "Owner": {"type": "object", "properties": {"email": {"type": "string"}}},
        "Pet": pet,
    }
    hook = {
        "post": {
            "requestBody": {
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
            },
            "responses": {"204": {"description": "Done."}},
        }
    }
    webhooks = {"pet.created": hook}
    paths: dict[str, Any] = {"/pets": {"get": operation(operationId="list_pets", tags=["pets"])}}
    if extra:
        schemas = {"Aardvark": pet, **schemas, "Zebra": {"type": "string", "enum": ["a"]}}
        webhooks = {"ant.created": copy.deepcopy(hook), **webhooks}
        paths = {"/ants": {"get": operation(operationId="list_ants", tags=["ants"])}, **paths}
        paths["/used"] = {
            "post": operation(
                tags=["ants"],
                requestBody={
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Aardvark"}}
                    }
                },
            )
        }
    where = {"x-hooksmith-events": {"type": {"header": "X-Event"}}}
    return openapi(paths, components={"schemas": schemas}, webhooks=webhooks, **where)


def test_unrelated_items_move_no_page_and_no_anchor(tmp_path: Path) -> None:
    folders = [tmp_path / "before", tmp_path / "after"]
    sites = []
    for folder, extra in zip(folders, (False, True), strict=True):
        folder.mkdir()
        sites.append(render_site([documented(written(document(extra), folder), "made")]))
    before, after = (dict(pages(site)) for site in sites)
    assert before.keys() < after.keys()
    for path, page in before.items():
        assert set(ids(page)) <= set(ids(after[path])), path
    assert sites[0]["models/Owner.html"] != ""
    unchanged = [path for path in before if sites[0][path] == sites[1][path]]
    assert "resources/pets.list.html" in unchanged
    assert "events/pet.created.html" in unchanged


def test_a_site_is_the_same_every_time() -> None:
    assert render_site([provider_api("mattr")]) == dict(provider_site("mattr"))


def test_several_apis_have_a_folder_each() -> None:
    files = render_site([provider_api("mattr"), provider_api("workos")])
    index = dict(pages(files))["index.html"]
    assert {"mattr/index.html", "workos/index.html"} <= set(links(index))
    page = dict(pages(files))["workos/events/user.created.html"]
    assert "../../index.html" in links(page)
    for path, page in pages(files):
        for node in page.css("link[href], script[src]"):
            address = str(node.attributes.get("href") or node.attributes.get("src"))
            assert target(path, address)[0] in files, path


def test_names_that_are_no_file_names_have_pages_of_their_own() -> None:
    names = [
        "user.created",
        "User.Created",
        "a/b",
        "a b",
        "../x",
        "con",
        "index",
        "x" * 300,
        "é",
        "",
    ]
    stems = file_stems(names)
    assert stems["user.created"] != "user.created"  # collides with the second where case is ignored
    assert len({stem.lower() for stem in stems.values()}) == len(names)
    for stem in stems.values():
        assert stem.isascii()
        assert not set(stem) & set("/\\ ~:")
        assert not stem.startswith(".")
        assert len(stem) < 120
    assert file_stems(["a.b", "c"]) == {"a.b": "a.b", "c": "c"}
    assert file_stems(["a/b"])["a/b"] == stems["a/b"]  # a function of the name alone


def test_three_thousand_schemas_have_small_pages(tmp_path: Path) -> None:
    schemas = {
        f"Thing{number}": {
            "type": "object",
            "description": f"Thing {number} of *many*.",
            "properties": {
                f"field_{other}": {"$ref": f"#/components/schemas/Thing{(number + other) % 3000}"}
                for other in range(10)
            },
        }
        for number in range(3000)
    }
    huge = {
        f"property_{number}": {"type": "string", "description": "word " * 20}
        for number in range(2000)
    }
    schemas["Huge"] = {"type": "object", "properties": huge}
    schemas["Values"] = {"type": "string", "enum": [f"value {number}" for number in range(5000)]}
    files = render_site(
        [documented(written(openapi(components={"schemas": schemas}), tmp_path), "made")]
    )
    sizes = {path: len(text.encode()) for path, text in files.items() if path.endswith(".html")}
    assert max(sizes.values()) <= LARGEST_PAGE
    assert len(sizes) > 3000
    rows = [
        row
        for path, page in pages(files)
        if path.startswith("models/Huge")
        for row in ids(page)
        if row.startswith("field.")
    ]
    assert rows == [f"field.property_{number}" for number in range(2000)]
    assert "Huge~2.html" in links(dict(pages(files))["models/Huge.html"])


def test_a_long_example_is_a_file(tmp_path: Path) -> None:
    made = document()
    example = {"name": "x" * 50_000}
    made["webhooks"]["pet.created"]["post"]["requestBody"]["content"]["application/json"][
        "example"
    ] = example
    files = render_site([documented(written(made, tmp_path), "made")])
    page = dict(pages(files))["events/pet.created.html"]
    assert "pet.created.json" in links(page)
    assert json.loads(files["events/pet.created.json"]) == example
    assert len(code(page, "Example payload")) <= 20_000


def test_a_document_of_schemas_alone_has_models(tmp_path: Path) -> None:
    made = openapi(components={"schemas": document()["components"]["schemas"]})
    files = render_site([documented(written(made, tmp_path), "made", Names(package="made"))])
    assert {"index.html", "models/Pet.html", "models/index.html"} <= files.keys()
    assert "signatures.html" not in files


def test_events_whose_type_is_told_nowhere_have_pages(tmp_path: Path) -> None:
    made = document(extra=True)
    del made["x-hooksmith-events"]
    files = render_site([documented(written(made, tmp_path), "made")])
    page = dict(pages(files))["events/ant.created.html"]
    assert json.loads(code(page, "Example payload")) == {"name": "example"}
    assert "@receiver.on_any\nasync def on_unknown_event(event: UnknownEvent)" in code(
        page, "Handler in Python"
    )
