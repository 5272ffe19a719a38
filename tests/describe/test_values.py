"""Values that have one form in Python and another in JSON: bytes, points in time, and what may be left out."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.documents import imported, openapi, operation, result_of
from support.wire import Wire

ENCODED: list[dict[str, Any]] = [
    {"type": "string", "format": "byte"},
    {"type": "string", "contentEncoding": "base64"},
    {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"},
    {"type": "string", "contentEncoding": "base64url"},
]
MOMENT = {"type": "string", "format": "date-time"}


def document(schema: Any, *, is_received: bool = False) -> Any:
    """A document with one operation that sends a property of this schema, as a model and in the query."""
    thing = {"type": "object", "properties": {"value": schema}}
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    responses = {"200": {"description": "Done.", **(content if is_received else {})}}
    parameters = [{"name": "at", "in": "query", "schema": MOMENT}]
    put = operation(
        operationId="setThing",
        tags=["things"],
        parameters=parameters,
        requestBody={**content, "required": True},
        responses=responses,
    )
    return openapi({"/": {"put": put}}, components={"schemas": {"Thing": thing}})


def sent(package: Any, **arguments: Any) -> Any:
    wire = Wire(httpx2.Response(200, json={}))
    transport = httpx2.Client(transport=httpx2.MockTransport(wire))
    client = package.MadeClient(base_url="https://x.example", http_client=transport)
    client.things.set_thing(**arguments)
    return json.loads(wire.last.content), wire.last.url


@pytest.mark.parametrize("is_received", [False, True])
@pytest.mark.parametrize("schema", ENCODED)
def test_bytes_are_sent_as_base64(
    schema: Any, is_received: bool, tmp_path: Path, case_home: Path
) -> None:
    made = result_of(document(schema, is_received=is_received), tmp_path)
    assert "value: str | bytes | Omit" in made.files["resources/things.py"]
    with imported(made.files, case_home) as package:
        assert sent(package, value=b"\x89PNG")[0] == {"value": "iVBORw=="}
        assert sent(package, value="iVBORw==")[0] == {"value": "iVBORw=="}
        assert package.models.Thing(value=b"\x89PNG").value == "iVBORw=="
        for misfit in ("\x89PNG", "no!", 1):
            with pytest.raises(package.RequestError):
                sent(package, value=misfit)


@pytest.mark.parametrize("is_received", [False, True])
def test_a_moment_without_an_offset_is_not_sent(
    is_received: bool, tmp_path: Path, case_home: Path
) -> None:
    made = result_of(document(MOMENT, is_received=is_received), tmp_path)
    naive, aware = datetime(2024, 1, 2, 3, 4), datetime(2024, 1, 2, 3, 4, tzinfo=UTC)
    with imported(made.files, case_home) as package:
        body, url = sent(package, value=aware, at=aware)
        assert body == {"value": "2024-01-02T03:04:00Z"}
        assert url.params["at"] == "2024-01-02T03:04:00Z"
        for misfit in ({"value": naive}, {"at": naive}, {"value": "2024-01-02T03:04:00"}):
            with pytest.raises(package.RequestError, match=r"astimezone\(\)"):
                sent(package, **misfit)
        if is_received:  # taken as it comes
            text = '{"value": "2024-01-02T03:04:00"}'
            assert package.models.Thing.from_json(text).value == naive


def test_models_have_json_schemas(tmp_path: Path, case_home: Path) -> None:
    """What may be left out has no default in JSON Schema, and no warning."""
    with (
        imported(result_of(document(MOMENT), tmp_path).files, case_home) as package,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("error")
        schema = import_module(f"{package.__name__}.models").Thing.model_json_schema()
    assert schema["properties"]["value"] == {
        "title": "Value",
        "type": "string",
        "format": "date-time",
    }
    assert "required" not in schema
