"""What reads well and is a slip of the pen: it is said, with what was meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hooksmith.coverage_report import Entry
from hooksmith.errors import ExtensionError
from hooksmith.pipeline import Result, ledger
from hooksmith.settings import Settings
from support.documents import imported, normal_of, openapi, operation, result_of, written


def obj(*required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*required],
        "properties": {name: {"type": "string"} for name in properties or required},
    }


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def webhooks(found: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A document with webhooks, by key and body's schema."""
    items = {
        key: {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": schema}}},
                "responses": {"200": {"description": ""}},
            }
        }
        for key, schema in found.items()
    }
    return openapi(webhooks=items, **more)


def said(result: Result) -> str:
    return "\n".join(f"{one.message}; {one.hint}" for one in result.diagnostics)


def entries(document: Any, folder: Path, kind: str) -> list[Entry]:
    found = ledger(written(document, folder), Settings(package="made"))
    return [entry for entry in found.entries if entry.kind == kind]


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_models_that_nothing_tells_apart(keyword: str, tmp_path: Path, case_home: Path) -> None:
    parts = {name: obj(name.lower()) for name in "ABC"}
    document = webhooks(
        {"thing": {keyword: [ref(name) for name in parts]}}, components={"schemas": parts}
    )
    result = result_of(document, tmp_path)
    assert said(result) == ""
    (entry,) = entries(document, tmp_path, "webhook")
    assert (entry.status, entry.name) == ("emitted", "A, B, C")
    with imported(result.files, case_home) as package:
        for name in "ABC":
            event = package.parse_event(json.dumps({name.lower(): "1"}))
            assert type(event) is getattr(package, name)


def test_list_of_events(tmp_path: Path, case_home: Path) -> None:
    document = webhooks({"many": {"type": "array", "items": obj("amount")}})
    result = result_of(document, tmp_path)
    assert said(result) == ""
    (entry,) = entries(document, tmp_path, "webhook")
    assert entry.status == "emitted"
    with imported(result.files, case_home) as package:
        (event,) = package.parse_events(b'[{"amount": "1"}]')
        assert (type(event).__name__, event.amount) == (entry.name, "1")


def test_list_of_what_are_no_objects(tmp_path: Path) -> None:
    document = webhooks({"many": {"type": "array", "items": {"type": "string"}}})
    assert "the body is a list of what are no objects" in said(result_of(document, tmp_path))
    (entry,) = entries(document, tmp_path, "webhook")
    assert entry.status == "degraded"


def test_position_of_nothing(tmp_path: Path) -> None:
    document = webhooks(
        {"a": obj("event_id", "kind"), "b": obj("kind")},
        **{"x-hooksmith-events": {"type": "/kind", "id": "/event_idd"}},
    )
    with pytest.raises(ExtensionError, match="anything at /event_idd") as caught:
        result_of(document, tmp_path)
    (found,) = caught.value.diagnostics
    assert found.hint == "did you mean '/event_id'?"
    assert found.place is not None
    assert found.place.pointer == "/x-hooksmith-events/id"


def test_position_that_some_bodies_lack(tmp_path: Path) -> None:
    document = webhooks(
        {"a": obj("kind", "x"), "b": obj("kinds")}, **{"x-hooksmith-events": {"type": "/kind"}}
    )
    result = result_of(document, tmp_path)
    assert said(result).count("the body has nothing at /kind") == 1
    examples = next(text for name, text in result.files.items() if name.endswith("examples.json"))
    assert examples.count('"kind":') == 1


def test_required_and_not_there(tmp_path: Path) -> None:
    document = openapi(
        components={
            "schemas": {
                "Close": obj("usr_id", user_id=1),
                "Closed": {**obj("ghost", name=1), "additionalProperties": False},
                "Open": obj("ghost", name=1),
                "Base": obj("id"),
                "Heir": {"allOf": [ref("Base"), obj("name")], "required": ["id", "nam"]},
            }
        }
    )
    found = {(one.message, one.hint) for one in normal_of(document, tmp_path).diagnostics}
    assert found == {
        ("required: no property is named 'usr_id'", "did you mean 'user_id'?"),
        ("required: no property is named 'ghost'", ""),
        ("required: no property is named 'nam'", "did you mean 'name'?"),
    }


def test_discriminator_to_nowhere(tmp_path: Path) -> None:
    union = {
        "oneOf": [ref("Cat"), ref("Dog")],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"cat": "#/components/schemas/Cta", "dog": "Dog"},
        },
    }
    document = openapi(
        components={"schemas": {"Cat": obj("kind"), "Dog": obj("kind"), "Pet": union}}
    )
    (found,) = normal_of(document, tmp_path).diagnostics
    assert found.message == "mapping: '#/components/schemas/Cta' leads nowhere"
    assert found.hint == "did you mean 'Cat'?"


def test_headers_and_links_are_accounted_for(tmp_path: Path) -> None:
    reply = {
        "description": "",
        "headers": {"X-Left": {"schema": {"type": "integer"}}},
        "links": {"next": {"operationId": "next"}},
    }
    document = openapi({"/a": {"get": operation(responses={"200": reply})}})
    for kind, pointer in (("header", "headers/X-Left"), ("link", "links/next")):
        (entry,) = entries(document, tmp_path, kind)
        assert entry.pointer == f"/paths/~1a/get/responses/200/{pointer}"
        assert (entry.status, bool(entry.reason)) == ("degraded", True)
