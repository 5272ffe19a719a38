"""Hostile documents give a package without code of theirs, or a clear refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from hooksmith import pipeline
from hooksmith.errors import HooksmithError
from hooksmith.settings import Settings
from hostile.checks import _faults, try_document
from hostile.documents import MARK, Hostile, hostile
from support.documents import openapi, operation, schemas, written

COUNT, BATCH = 320, 20
"""Documents of this test, by batches; `make fuzz` tries 100,000."""


@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_no_document_runs_code_and_none_ends_in_a_traceback(first: int, case_home: Path) -> None:
    for number in range(first, first + BATCH):
        outcome = try_document(hostile(number), case_home if number % 4 == 0 else None)
        assert outcome.faults == (), f"document {number}"


def test_documents_are_the_same_in_every_run() -> None:
    assert hostile(7) == hostile(7)
    assert hostile(7).document != hostile(8).document


@pytest.mark.parametrize(
    "text",
    [
        f"{MARK}()",
        f"A = {MARK}",
        f"import {MARK}",
        f"from {MARK} import a",
        f"class A:\n    a = {MARK}()",
        "A = eval('1')",
        "A = f'{1}'",
        "A = (",
        f"# coding: utf-7\nA = 1\n+AAo-{MARK}()",
    ],
)
def test_the_checks_see_code(text: str) -> None:
    assert list(_faults("a.py", text))


def test_the_checks_see_files_outside() -> None:
    assert list(_faults("../a.py", ""))
    assert list(_faults("/a.py", ""))


REFERENCES = ["a" * 5000, "a/" * 3000 + "b.json", "loop.json", "x%00y.json", "./spec.json/x", "."]


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_to_no_file(tmp_path: Path, reference: str) -> None:
    (tmp_path / "loop.json").symlink_to("pool.json")
    (tmp_path / "pool.json").symlink_to("loop.json")
    spec = written(
        schemas(A={"type": "object", "properties": {"a": {"$ref": reference}}}), tmp_path
    )
    with pytest.raises(HooksmithError, match="leads nowhere") as caught:
        pipeline.generate(spec, Settings(package="nowhere"))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.place is not None
    assert diagnostic.place.line is not None


def test_a_document_that_is_a_circle_of_links(tmp_path: Path) -> None:
    (tmp_path / "loop.json").symlink_to("pool.json")
    (tmp_path / "pool.json").symlink_to("loop.json")
    with pytest.raises(HooksmithError, match="is no path to a file"):
        pipeline.generate(tmp_path / "loop.json", Settings(package="nowhere"))


@pytest.mark.parametrize("value", [None, True, 3, [], {}, [[]], {"a": {}}])
def test_a_mapping_to_a_value_of_another_type(tmp_path: Path, value: object) -> None:
    """A discriminator's mapping is to names and references; any other value is passed over."""
    pet = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": value}},
    }
    cat = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    result = pipeline.generate(
        written(schemas(Pet=pet, Cat=cat), tmp_path), Settings(package="mapping")
    )
    assert "class Cat(" in result.files["models.py"]


ODD_URLS = [
    "http://[",
    "//[",
    "https://x:999999",
    "http://[::1]]/",
    "\u0000",
    "http://" + "a" * 5000,
]


@pytest.mark.parametrize("url", ODD_URLS)
def test_urls_of_any_form(url: str, tmp_path: Path) -> None:
    flows = {"clientCredentials": {"tokenUrl": url, "scopes": {}}}
    documents: list[Any] = [
        {"$id": url, "type": "object", "$defs": {"x": {"$id": url, "type": "string"}}},
        {"type": "object", "$defs": {"x": {"$id": "https://x/y", "$ref": url}}},
        {"$schema": url, "type": "object", "properties": {"a": {"$ref": url}}},
        openapi({"/": {"get": operation()}}, servers=[{"url": url}], externalDocs={"url": url}),
        openapi(
            {"/": {"get": operation(servers=[{"url": url}])}},
            components={"securitySchemes": {"o": {"type": "oauth2", "flows": flows}}},
            security=[{"o": []}],
        ),
        {**openapi({"/": {"get": operation()}}), "openapi": "3.2.0", "$self": url},
    ]
    for document in documents:
        fault = try_document(Hostile(0, "spec.json", document)).faults
        assert fault == (), document


def test_texts_of_a_document_are_no_markdown_and_no_html(tmp_path: Path) -> None:
    """In `api.md` and AGENTS.md, as CommonMark reads them."""
    texts = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1)) ![x](https://evil.test/x.png)",
        "`` ` `<b>`",
        "</code></pre><b>&#60;script&#62;",
        "# heading\n\n- item\n\n<details>",
        "a|b\\`<b>`",
        "<https://evil.test>",
    ]
    for text in texts:
        document = openapi(
            {f"/{text}": {"get": operation(operationId=text, summary=text, tags=[text])}},
            info={"title": text, "version": "1"},
            webhooks={text: {"post": {"summary": text, "requestBody": {"content": {
                "application/json": {"schema": {"type": "object"}}}}}}},
        )  # fmt: skip
        files = pipeline.generate(written(document, tmp_path), Settings(package="odd")).files
        for name in ("api.md", "AGENTS.md"):
            for token in MarkdownIt("commonmark").parse(files[name]):
                types = {child.type for child in token.children or ()} | {token.type}
                assert not types & {"html_inline", "html_block", "image"}, files[name]
                links = [
                    child.attrs["href"]
                    for child in token.children or ()
                    if child.type == "link_open"
                ]
                assert set(links) <= {"api.md"}, files[name]
