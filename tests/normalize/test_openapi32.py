"""OpenAPI 3.2: what the document beside this file says in its own way, and what is knowingly said less exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooksmith.config import Settings
from hooksmith.ir import Kind, Operation, Scalar
from hooksmith.load.library import load
from hooksmith.normalize import normalize
from support.documents import import_everything, imported
from support.made import Made, generate

DOCUMENT = Path(__file__).parent / "documents" / "openapi32.yaml"


@pytest.fixture(scope="module")
def result() -> Made:
    return generate(
        DOCUMENT,
        Settings(package="made", runtime="shared", operation_names="document", formatter="none"),
    )


def call(result: Made, name: str) -> Operation:
    return next(
        one for resource in result.api.resources for one in resource.operations if one.name == name
    )


def test_methods(result: Made) -> None:
    assert call(result, "query_a").method == "QUERY"
    assert call(result, "copy_a").method == "COPY"
    assert call(result, "copy_a").path == "/a"


def test_a_query_string_is_its_properties(result: Made) -> None:
    found = {
        one.field.wire: (one.location, one.field.required)
        for one in call(result, "get_a").parameters
    }
    assert found == {"x": ("query", True), "y": ("query", False), "s": ("cookie", False)}


def test_items_of_a_sequence_have_a_class(result: Made) -> None:
    names = {definition.name for definition in result.api.definitions}
    assert any(name.startswith("GetA") and name.endswith("Item") for name in names)
    assert call(result, "get_a").replies[0].type == Scalar(Kind.STRING)


def test_media_types_that_are_components(result: Made) -> None:
    assert call(result, "get_a").replies[1].type == call(result, "post_a").replies[0].type


def test_nothing_is_wrong_and_what_is_wider_is_known(result: Made) -> None:
    assert result.diagnostics == ()
    widened = {pointer: what for pointer, what, _ in normalize(load(DOCUMENT)).findings.widened}
    assert widened == {
        "/paths/~1a/get/parameters/1": "style: cookie",
        "/paths/~1a/post/parameters/0": "the query string 'f'",
        "/paths/~1a/post/requestBody/content/application~1jsonl/itemSchema": "a sequence of items",
        "/components/schemas/U": "discriminator.defaultMapping",
    }


def test_tags_and_flows(result: Made) -> None:
    assert [resource.name for resource in result.api.resources] == ["b"]
    assert [(scheme.name, scheme.kind) for scheme in result.api.security_schemes] == [
        ("dev", "bearer")
    ]


def test_the_package(result: Made, case_home: Path) -> None:
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)
