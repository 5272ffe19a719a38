"""Adding, removing and reordering what is unrelated changes nothing else: not a name, not a class, not a file."""

from __future__ import annotations

import ast
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hooksmith.config import Settings
from hooksmith.pipeline import generate

REPLY = {"description": "It."}


def content(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def event(kind: str, data: Any) -> dict[str, Any]:
    body = {
        "allOf": [
            ref("Envelope"),
            {
                "type": "object",
                "required": ["type", "data"],
                "properties": {"type": {"const": kind}, "data": data},
            },
        ]
    }
    return {
        "post": {"summary": f"{kind}.", "requestBody": content(body), "responses": {"200": REPLY}}
    }


BASE: dict[str, Any] = {
    "schemas": {
        "Pet": {
            "type": "object",
            "required": ["name", "kind"],
            "properties": {
                "name": {"type": "string"},
                "kind": {"type": "string", "enum": ["cat", "dog"]},
                "owner": ref("Owner"),
                "toys": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"colour": {"type": "string", "enum": ["red", "blue"]}},
                    },
                },
            },
        },
        "Owner": {
            "type": "object",
            "properties": {
                "address": {"type": "object", "properties": {"city": {"type": "string"}}}
            },
        },
        "Shape": {
            "oneOf": [
                {"type": "object", "required": ["k"], "properties": {"k": {"const": "round"}}},
                {"type": "object", "required": ["k"], "properties": {"k": {"const": "flat"}}},
            ]
        },
        "Puppy": {
            "allOf": [ref("Pet"), {"type": "object", "properties": {"age": {"type": "integer"}}}]
        },
        "Tags": {"type": "array", "items": {"type": "string"}},
        "Envelope": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "string"}},
        },
        # These two would both like to be called `PetToys`.
        "pet-toys": {"type": "object", "properties": {"a": {"type": "string"}}},
        "PetToys": {"type": "object", "properties": {"b": {"type": "string"}}},
    },
    "paths": {
        "/pets": {
            "get": {
                "operationId": "list_pets",
                "tags": ["pets"],
                "parameters": [
                    {
                        "name": "sort",
                        "in": "query",
                        "schema": {"type": "string", "enum": ["up", "down"]},
                    }
                ],
                "responses": {"200": {**REPLY, **content({"type": "array", "items": ref("Pet")})}},
            },
            "post": {
                "operationId": "add_pet",
                "tags": ["pets"],
                "requestBody": {
                    "required": True,
                    **content(
                        {
                            "type": "object",
                            "required": ["pet"],
                            "properties": {"pet": ref("Puppy"), "shape": ref("Shape")},
                        }
                    ),
                },
                "responses": {
                    "200": {
                        **REPLY,
                        **content({"type": "object", "properties": {"ok": {"type": "boolean"}}}),
                    }
                },
            },
        },
        "/owners/{id}": {
            "get": {
                "operationId": "get_owner",
                "tags": ["owners"],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                "responses": {"200": {**REPLY, **content(ref("Owner"))}},
            }
        },
    },
    "webhooks": {
        "pet.sold": event(
            "pet.sold", {"type": "object", "properties": {"price": {"type": "number"}}}
        ),
        "pet.born": event("pet.born", ref("Pet")),
    },
}

names = st.text("bcdfghjklmnpqrstvwxz", min_size=3, max_size=8).map(
    lambda text: "Zoo" + text.capitalize()
)
properties = st.dictionaries(
    st.sampled_from(["kind", "toys", "name", "address", "colour", "data", "type"]),
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "string", "enum": ["cat", "dog"]},
            {"type": "string", "enum": ["x", "y"]},
            {
                "type": "array",
                "items": {"type": "object", "properties": {"colour": {"type": "string"}}},
            },
            {"type": "object", "properties": {"city": {"type": "string", "enum": ["a", "b"]}}},
            {
                "oneOf": [
                    {"type": "string"},
                    {"type": "object", "properties": {"k": {"const": "round"}}},
                ]
            },
        ]
    ),
    min_size=1,
)
objects = properties.map(lambda found: {"type": "object", "properties": found})
extra_schemas = st.dictionaries(names, objects, max_size=5)


def extra_path(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """An operation under a tag of its own, with inline schemas of the same shape as those of the base."""
    return {
        "get": {
            "operationId": f"get{name}",
            "tags": [name],
            "parameters": [
                {
                    "name": "sort",
                    "in": "query",
                    "schema": {"type": "string", "enum": ["up", "down"]},
                }
            ],
            "responses": {"200": {**REPLY, **content({"type": "object", "properties": found})}},
        }
    }


extra_paths = st.dictionaries(names, properties, max_size=3).map(
    lambda found: {f"/{name.lower()}": extra_path(name, value) for name, value in found.items()}
)
extra_events = st.dictionaries(names, properties, max_size=3).map(
    lambda found: {
        f"{name.lower()}.done": event(
            f"{name.lower()}.done", {"type": "object", "properties": value}
        )
        for name, value in found.items()
    }
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """The base, with unrelated schemas, operations and events among it, in any order."""
    extras = {"schemas": extra_schemas, "paths": extra_paths, "webhooks": extra_events}
    found = {}
    for section, strategy in extras.items():
        items = list({**BASE[section], **draw(strategy)}.items())
        found[section] = dict(draw(st.permutations(items)))
    return found


def files_of(sections: dict[str, Any]) -> dict[str, str]:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Stable", "version": "1"},
        "paths": sections["paths"],
        "webhooks": sections["webhooks"],
        "components": {"schemas": sections["schemas"]},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spec.json")
        path.write_text(json.dumps(document), "utf-8")
        return generate(path, Settings(package="stable", formatter="none", runtime="shared")).files


@cache
def base() -> dict[str, str]:
    return files_of(BASE)


def definitions(text: str) -> dict[str, str]:
    """Name → source of each class and alias, and of each member of an enum."""
    found = {}
    for node in ast.parse(text).body:
        source = ast.get_source_segment(text, node) or ""
        if isinstance(node, ast.ClassDef):
            found[node.name] = source
            for inner in node.body:
                if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Name):
                    found[f"{node.name}.{inner.targets[0].id}"] = (
                        ast.get_source_segment(text, inner) or ""
                    )
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = source
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = source
    return found


@given(documents())
def test_unrelated_changes_change_nothing_else(sections: dict[str, Any]) -> None:
    before, after = base(), files_of(sections)
    assert set(before) <= set(after)
    for path in before:
        if path.startswith(("resources/", "operations/")):
            assert after[path] == before[path], path
    kept = definitions(before["models.py"])
    now = definitions(after["models.py"])
    assert {name: now.get(name) for name in kept} == kept
    kept, now = (definitions(files["events.py"]) for files in (before, after))
    for name in ("PetSold", "PetBorn"):
        assert now[name] == kept[name]
    kept, now = (definitions(files["event_types.py"]) for files in (before, after))
    members = {name: text for name, text in kept.items() if "." in name}
    assert {name: now.get(name) for name in members} == members
    lines = set(after["api.md"].splitlines())
    assert set(before["api.md"].splitlines()) <= lines


@given(
    st.permutations(list(BASE["schemas"])),
    st.sets(st.sampled_from(["Tags", "pet-toys", "PetToys"])),
)
def test_removing_what_nothing_refers_to(order: list[str], removed: set[str]) -> None:
    """But for a schema whose rival for a name went: it may take the name."""
    if len(removed & {"pet-toys", "PetToys"}) == 1:
        removed = removed | {"pet-toys", "PetToys"}
    schemas = {name: BASE["schemas"][name] for name in order if name not in removed}
    after = files_of({**BASE, "schemas": schemas})
    kept, now = (definitions(files["models.py"]) for files in (base(), after))
    gone = set(kept) - set(now)
    assert {name for name in gone if "." not in name} <= {"Tags", *rivals(kept)}
    assert {name: kept[name] for name in now} == now


def rivals(found: dict[str, str]) -> set[str]:
    return {name for name in found if "Toys" in name and "Item" not in name}


def test_clashing_names_do_not_depend_on_order() -> None:
    forwards = definitions(base()["models.py"])
    backwards = definitions(
        files_of({**BASE, "schemas": dict(reversed(BASE["schemas"].items()))})["models.py"]
    )
    assert forwards == backwards
    assert len(rivals(forwards)) == 2
