"""Components that are options of a union with a discriminator, and are also used alone."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.documents import imported, openapi, operation, result_of
from support.wire import Wire, reply

MAPPING = {
    "linode": "#/components/schemas/Linode",
    "vm": "#/components/schemas/Linode",
    "disk": "Volume",
}


def body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def document(mapping: dict[str, str] | None, union: str, **more: Any) -> dict[str, Any]:
    """A document that reads and writes a machine alone, and in a union."""
    discriminator = {"propertyName": "type"} | ({"mapping": mapping} if mapping else {})
    either = {union: [ref("Linode"), ref("Volume")], "discriminator": discriminator}
    resource = {
        "type": "object",
        "properties": {"type": {"type": "string"}, "size": {"type": "integer"}},
    }
    paths = {
        path: {
            "get": operation(
                operationId=f"get_{name}",
                tags=["api"],
                responses={"200": {"description": "", **body(schema)}},
            ),
            "put": operation(
                operationId=f"put_{name}",
                tags=["api"],
                requestBody={"required": True, **body(schema)},
            ),
        }
        for path, name, schema in (("/one", "one", ref("Linode")), ("/any", "any", ref("Either")))
    }
    schemas = {"Linode": resource, "Volume": resource, "Either": either}
    return openapi(paths, components={"schemas": schemas}, **more)


@pytest.mark.parametrize("union", ["oneOf", "anyOf"])
@pytest.mark.parametrize(("mapping", "tags"), [(None, ["Linode"]), (MAPPING, ["linode", "vm"])])
def test_outside_of_the_union_the_property_stays_as_it_is(
    mapping: Any, tags: list[str], union: str, tmp_path: Path, case_home: Path
) -> None:
    made = result_of(document(mapping, union), tmp_path)
    with imported(made.files, case_home) as package:
        wire = Wire(reply({"type": "g6-standard-1"}))
        transport = httpx2.Client(transport=httpx2.MockTransport(wire))
        models = importlib.import_module(f"{package.__name__}.models")
        client = getattr(package, made.api.client.name)
        api = client(base_url="https://x.example", http_client=transport).api
        assert type(api.get_one()) is models.Linode
        assert api.get_one().type == "g6-standard-1"
        assert type(api.get_any()).__name__ == "Unknown"
        api.put_one(type_="g6-standard-1")
        assert json.loads(wire.last.content) == {"type": "g6-standard-1"}
        for tag in tags:
            wire = Wire(reply({"type": tag, "size": 1}))
            transport = httpx2.Client(transport=httpx2.MockTransport(wire))
            api = client(base_url="https://x.example", http_client=transport).api
            linode = api.get_any()
            assert type(linode) is models.Linode
            api.put_any(body=linode)
            assert json.loads(wire.last.content) == {"type": tag, "size": 1}
        for misfit in ({"type": "g6"}, {}, {"type": tags[0], "size": "1"}):
            with pytest.raises(package.RequestError):
                api.put_any(body=misfit)


def test_an_option_that_is_used_in_the_union_alone_has_a_constant(tmp_path: Path) -> None:
    (volume,) = (
        each
        for each in result_of(document(None, "oneOf"), tmp_path).api.definitions
        if each.name == "Volume"
    )
    assert "Volume" in str(volume.fields[0].type)  # type: ignore[union-attr]


def test_schemas_of_deliveries_have_their_constants(tmp_path: Path) -> None:
    webhooks = {"changed": {"post": operation(requestBody=body(ref("Either")))}}
    made = result_of(document(None, "oneOf", webhooks=webhooks), tmp_path)
    assert {each.type for each in made.api.events.events} == {"Linode", "Volume"}
