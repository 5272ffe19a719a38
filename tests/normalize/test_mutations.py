"""Any document, however broken: a package that imports, or an error that says where. Never anything else.

`--hypothesis-profile fuzz` runs it for long. Documents are those of the cases, changed at random places: keys left out
or renamed, values replaced by others of any type, moved, wrapped, and references to anywhere.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooksmith.errors import HooksmithError
from hooksmith.load.files import parse, read_text
from support.documents import import_everything, imported, openapi, operation, result_of
from support.paths import CASES

DOCUMENTS = [
    parse(path, read_text(path))
    for path in [
        *sorted(CASES.glob("*/spec.yaml")),
        *sorted((Path(__file__).parent / "documents").glob("*.yaml")),
    ]
    if path.parent.name not in ("files", "hostile")
]

VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**30, "", "x", "array", "\u0000", "été ß", "'''", '"""\\', [], {}, [None], ["a"],
    [{}], [[]], {"a": None}, {"type": "object"}, {"type": "string"}, {"type": "array"}, {"$ref": "#"},
    {"$ref": "#/info"}, {"$ref": 1},
    {"x-a": 1}, {"enum": []}, {"enum": ["a", "b", None]}, {"oneOf": [{"type": "string"}, {"type": "null"}]},
]  # fmt: skip

KEYS = """type properties items allOf oneOf anyOf enum const required additionalProperties discriminator $ref format
    pattern name in schema content parameters responses tags operationId callbacks security servers nullable default
    examples description requestBody headers minimum maxLength title readOnly not patternProperties prefixItems
    definitions $defs webhooks x-webhooks components additionalOperations get post class 1 é __init__
    model_x /z/{q} a.b A 2""".split()

pytestmark = [pytest.mark.slow]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in items:
        yield from places(value, (*path, key))


def at(node: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        node = node[key]
    return node


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """A document, changed in one to three places."""
    document = copy.deepcopy(draw(st.sampled_from(DOCUMENTS)))
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(document))
        if found:
            change(draw, document, found)
    return document


def change(draw: st.DrawFn, document: Any, found: list[tuple[Any, ...]]) -> None:
    path, other = draw(st.sampled_from(found)), draw(st.sampled_from(found))
    parent, key = at(document, path[:-1]), path[-1]
    kind = draw(
        st.sampled_from(["drop", "replace", "replace", "copy", "wrap", "rename", "add", "refer"])
    )
    if kind == "drop":
        del parent[key]
    elif kind == "replace":
        parent[key] = copy.deepcopy(draw(st.sampled_from(VALUES)))
    elif kind == "copy":
        parent[key] = copy.deepcopy(at(document, other))
    elif kind == "wrap":
        parent[key] = draw(st.sampled_from([[parent[key]], {"a": parent[key]}]))
    elif kind == "rename" and isinstance(parent, dict):
        parent[draw(st.sampled_from(KEYS))] = parent.pop(key)
    elif kind == "add" and isinstance(parent[key], dict):
        parent[key][draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(st.sampled_from(VALUES)))
    elif kind == "refer":
        parent[key] = {
            "$ref": "#/"
            + "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in other)
        }


@settings(suppress_health_check=list(HealthCheck))
@given(document=broken())
def test_broken_documents(
    document: Any, tmp_path_factory: pytest.TempPathFactory, case_home: Path
) -> None:
    try:
        result = result_of(document, tmp_path_factory.mktemp("broken"))
    except HooksmithError as error:
        places_of = [found.place for found in error.diagnostics]
    else:
        places_of = [found.place for found in result.diagnostics]
        with imported(result.files, case_home) as package:
            import_everything(package, result.files)
    assert None not in places_of


NAMES = st.text(st.characters(exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    [
        "class",
        "self",
        "None",
        "model_config",
        "List",
        "str",
        "BaseModel",
        "Any",
        "id",
        "schema",
        "é",
        "名",
        "ﬀ",
        "__init__",
        "_",
        "1",
        "a b",
        "a-b",
        "A",
    ]
)


def schema_of(properties: Any, description: str = "") -> Any:
    return {"type": "object", "description": description, "properties": properties}


@settings(suppress_health_check=list(HealthCheck))
@given(names=st.lists(NAMES, min_size=1, max_size=5, unique=True), data=st.data())
def test_any_name(
    names: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, case_home: Path
) -> None:
    """Properties, parameters, schemas, tags, operations, enum values and events of any name: none is lost."""
    pick = st.sampled_from(names)
    properties = {name: {"type": "string"} for name in names}
    given = [
        {"name": name, "in": "query", "schema": {"type": "string"}}
        for name in names
        if name.strip()
    ]
    document = openapi(
        {
            f"/{index}": {
                "get": operation(
                    operationId=name,
                    tags=[data.draw(pick)],
                    parameters=given,
                )
            }
            for index, name in enumerate(names)
        },
        components={"schemas": {name: schema_of(properties, name) for name in names}},
        webhooks={
            name: {"post": {"requestBody": {"content": {"application/json": {"schema": schema_of(
                {"k": {"const": name}, "e": {"type": "string", "enum": names}})}}}}}
            for name in names
        },
    )  # fmt: skip
    result = result_of(document, tmp_path_factory.mktemp("named"))
    calls = [one for resource in result.api.resources for one in resource.operations]
    assert len(calls) == len(names)
    assert all(len(one.parameters) == sum(bool(name.strip()) for name in names) for one in calls)
    pointers = {definition.pointer for definition in result.api.definitions}
    assert sum(
        pointer.startswith("/components/schemas/") and pointer.count("/") == 3
        for pointer in pointers
    ) == len(names)
    assert len(result.api.events.events) == len(names)
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)
