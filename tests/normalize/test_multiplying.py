"""Small documents that multiply: the cost of a generation follows the size of its document."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hooksmith.ir import Model
from hooksmith.settings import Settings
from support.documents import openapi
from support.made import generate

Node = dict[str, Any]

GENERATE = textwrap.dedent(
    """
    import resource, sys
    from pathlib import Path
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
    from hooksmith.errors import HooksmithError
    from hooksmith.pipeline import generate
    from hooksmith.settings import Settings
    try:
        result = generate(Path(sys.argv[1]), Settings(package="made", formatter="black"))
    except HooksmithError as error:
        print("error:", error)
    else:
        print(sum(map(len, result.files.values())), *(each.message for each in result.diagnostics))
    """
)
"""A run of at most 20 seconds of CPU time and 1 GB."""


def plain(name: str, **more: Any) -> Node:
    return {"type": "object", "properties": {name: {"type": "string"}}, **more}


def ref(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


def chain(length: int, link: Callable[[Node], Node]) -> dict[str, Node]:
    """Components each of which refers to the next; the last is an object."""
    schemas = {f"U{i}": link(ref(f"U{i + 1}")) for i in range(length)}
    return {**schemas, f"U{length}": plain("x")}


def all_of_unions(count: int) -> dict[str, Node]:
    unions: list[Node] = [{"oneOf": [plain(f"a{i}"), plain(f"b{i}")]} for i in range(count)]
    return {"A": {"allOf": unions}}


def unions_in_all_of(depth: int) -> Node:
    if not depth:
        return plain("x")
    inner = unions_in_all_of(depth - 1)
    return {"oneOf": [{"allOf": [inner, plain(f"{side}{depth}")]} for side in "yz"]}


def spread_unions(count: int) -> dict[str, Node]:
    schemas = {"U0": plain("x")}
    for i in range(1, count):
        schemas[f"U{i}"] = plain(f"p{i}", oneOf=[ref(f"U{i - 1}"), ref(f"U{i - 1}")])
    return schemas


def extended_unions(count: int) -> dict[str, Node]:
    schemas: dict[str, Node] = {"U0": {"oneOf": [plain("x"), plain("y")]}}
    for i in range(1, count):
        union = {"oneOf": [plain(f"x{i}"), plain(f"y{i}")]}
        schemas[f"U{i}"] = {"allOf": [ref(f"U{i - 1}"), union]}
    return schemas


def complete_graph(count: int) -> dict[str, Node]:
    names = [f"R{i}" for i in range(count)]
    properties = {name.lower(): ref(name) for name in names}
    node = {"type": "object", "properties": properties, "required": list(properties)}
    return dict.fromkeys(names, node)


LONG = 3_000
DOCUMENTS: dict[str, Callable[[], Node]] = {
    "allOf of 20 unions": lambda: all_of_unions(20),
    "allOf of 20 references to unions": lambda: {
        "A": {"allOf": [ref(f"U{i}") for i in range(20)]},
        **{f"U{i}": {"oneOf": [plain(f"a{i}"), plain(f"b{i}")]} for i in range(20)},
    },
    "unions in allOf in unions": lambda: {"A": unions_in_all_of(9)},
    "properties beside unions": lambda: spread_unions(40),
    "unions that extend unions": lambda: extended_unions(24),
    "a chain of references": lambda: chain(LONG, lambda item: item),
    "a chain of arrays": lambda: chain(LONG, lambda item: {"type": "array", "items": item}),
    "a chain of unions": lambda: chain(LONG, lambda item: {"anyOf": [item, {"type": "null"}]}),
    "a chain of allOf": lambda: chain(LONG, lambda item: {"allOf": [item]}),
    "a chain of not": lambda: chain(LONG, lambda item: {"not": item}),
    "a chain of not and allOf": lambda: chain(400, lambda item: {"not": {"allOf": [item, item]}}),
    "a chain of properties": lambda: chain(LONG, lambda item: plain("p", items=item)),
    "a chain of base classes": lambda: {
        "U0": plain("x"),
        **{f"U{i}": {"allOf": [ref(f"U{i - 1}"), plain(f"z{i}")]} for i in range(1, 1_000)},
    },
    "an enum of 30,000 values": lambda: {
        "A": {"type": "string", "enum": [f"v{i}" for i in range(30_000)]}
    },
    "two enums of 20,000 values": lambda: {
        "A": {
            "allOf": [
                {"type": "string", "enum": [f"v{i}" for i in range(start, start + 20_000)]}
                for start in (0, 10_000)
            ]
        }
    },
}


def cost(document: Node | str, folder: Path) -> str:
    """Generate a document, in YAML if it is a text, in a process with limits; return what it printed."""
    path = folder / ("document.yaml" if isinstance(document, str) else "document.json")
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    assert path.stat().st_size < 1_000_000
    outcome = subprocess.run(
        [sys.executable, "-c", GENERATE, str(path)], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    return outcome.stdout


@pytest.mark.parametrize("name", DOCUMENTS)
def test_schemas_that_multiply(name: str, tmp_path: Path) -> None:
    text = cost(openapi(components={"schemas": DOCUMENTS[name]()}), tmp_path)
    assert not text.startswith("error:"), text
    assert int(text.split(maxsplit=1)[0]) < 10_000_000


def test_json_schema_chains(tmp_path: Path) -> None:
    definitions = {f"U{i}": {"$ref": f"#/$defs/U{i + 1}"} for i in range(LONG)}
    schema = {"$ref": "#/$defs/U0", "$defs": {**definitions, f"U{LONG}": plain("x")}}
    assert cost(schema, tmp_path)[0].isdigit()


@pytest.mark.parametrize(
    "body",
    [
        {"type": "object", "required": ["text"], "properties": {"text": {"minLength": 10**8}}},
        {"type": "object", "required": ["list"], "properties": {"list": {"minItems": 10**8}}},
        {"$ref": "#/components/schemas/R0"},
    ],
    ids=["a long text", "a long list", "required properties that multiply"],
)
def test_examples_of_events(body: Node, tmp_path: Path) -> None:
    for value in body.get("properties", {}).values():
        value["type"] = "string" if "minLength" in value else "array"
    content = {"application/json": {"schema": body}}
    webhook = {"post": {"requestBody": {"content": content}, "responses": {}}}
    document = openapi(webhooks={"x": webhook}, components={"schemas": complete_graph(40)})
    assert int(cost(document, tmp_path).split()[0]) < 10_000_000


def test_what_is_too_much_is_asserted_and_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_text(json.dumps(openapi(components={"schemas": all_of_unions(11)})), "utf-8")
    (warning,) = generate(path, Settings(package="made", formatter="none")).diagnostics
    assert "multiply to too many options" in warning.message
    assert warning.place is not None
    assert warning.place.pointer == "/components/schemas/A"


def test_a_long_chain_of_base_classes_keeps_all_properties(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    schemas = DOCUMENTS["a chain of base classes"]()
    path.write_text(json.dumps(openapi(components={"schemas": schemas})), "utf-8")
    api = generate(path, Settings(package="made", formatter="none")).api
    models = {each.name: each for each in api.definitions if isinstance(each, Model)}
    names: set[str] = set()
    model: Model | None = models["U999"]
    while model is not None:
        names |= {field.wire for field in model.fields}
        model = models[model.bases[0]] if model.bases else None
    assert names == {"x", *(f"z{i}" for i in range(1, 1_000))}


def aliased(value: str, use: str, count: int = 400) -> str:
    """A document in YAML, whose schemas use an anchor."""
    head = 'openapi: 3.1.0\ninfo: {title: A, version: "1"}\npaths: {}\n'
    schemas = "".join(f"    S{i}: {use}\n" for i in range(count))
    return f"{head}x-t: &t {value}\ncomponents:\n  schemas:\n{schemas}"


def merged(count: int) -> str:
    """Mappings each of which merges the one before it, twice."""
    lines = "".join(
        f"x-a{i}: &m{i} {{<<: [*m{i - 1}, *m{i - 1}], k{i}: {{}}}}\n" for i in range(1, count)
    )
    return f"openapi: 3.1.0\nx-a0: &m0 {{k: {{}}}}\n{lines}paths: {{}}\n"


TEXT, LONG_TEXT = '"' + "word " * 4_000 + '"', '"' + "word " * 100_000 + '"'
YAML = {
    "a text of 20 KB 400 times": aliased(TEXT, "{type: object, description: *t}"),
    "a text of 500 KB 400 times": aliased(LONG_TEXT, "{type: object, description: *t}"),
    "a text of 500 KB as a default": aliased(LONG_TEXT, "{properties: {a: {default: *t}}}"),
    "a key of 500 KB": aliased(LONG_TEXT, "{properties: {*t : {}}}"),
    "2,000 values of an enum 400 times": aliased(
        str([f"v{i}" for i in range(2_000)]), "{type: string, enum: *t}"
    ),
    "merge keys that double": merged(40),
    "merge keys in a chain": merged(3_000),
}


@pytest.mark.parametrize("name", YAML)
def test_aliases_and_merge_keys(name: str, tmp_path: Path) -> None:
    text = cost(YAML[name], tmp_path)
    assert "aliases add more than" in text or int(text.split(maxsplit=1)[0]) < 50_000_000


KINDS: dict[str, Node] = {
    "responses": {"description": ""},
    "parameters": {"name": "a", "in": "query", "schema": {}},
    "requestBodies": {"content": {"application/json": {"schema": {}}}},
    "headers": {"schema": {}},
    "callbacks": {"{$url}": {"post": {"responses": {}}}},
    "pathItems": {"get": {"responses": {}}},
    "examples": {"value": 1},
    "securitySchemes": {"type": "http", "scheme": "bearer"},
}


def test_chains_of_all_kinds(tmp_path: Path) -> None:
    length = 700
    components = {
        kind: {f"U{i}": {"$ref": f"#/components/{kind}/U{i + 1}"} for i in range(length)}
        | {f"U{length}": leaf}
        for kind, leaf in KINDS.items()
    }
    first = {kind: {"$ref": f"#/components/{kind}/U0"} for kind in KINDS}
    post = {
        "parameters": [first["parameters"]],
        "requestBody": first["requestBodies"],
        "responses": {"200": first["responses"], "201": {"headers": {"X": first["headers"]}}},
        "callbacks": {"c": first["callbacks"]},
    }
    paths = {"/a": {"post": post}, "/b": first["pathItems"]}
    assert int(cost(openapi(paths, components=components), tmp_path).split()[0]) < 10_000_000


def used(count: int, parameter: Node) -> Node:
    """A parameter that many operations have."""
    operation = {"parameters": [{"$ref": "#/components/parameters/P"}], "responses": {}}
    paths = {f"/a{i}": {"get": operation} for i in range(count)}
    parameter = {"name": "a", "in": "query", "schema": {"type": "string"}} | parameter
    return openapi(paths, components={"parameters": {"P": parameter}})


WORDS = "word " * 100_000
USED: dict[str, Node] = {
    "description": {"description": WORDS},
    "default": {"schema": {"type": "string", "default": WORDS}},
    "pattern": {"schema": {"type": "string", "pattern": WORDS}},
    "not": {"schema": {"not": {"enum": [f"v{i}" for i in range(20_000)]}}},
}


@pytest.mark.parametrize("name", USED)
def test_texts_of_a_parameter_that_many_operations_have(name: str, tmp_path: Path) -> None:
    text = cost(used(400, USED[name]), tmp_path)
    assert "references multiply this" in text or "longer than 20,000 characters" in text
    assert int(cost(used(2, USED[name]), tmp_path).split()[0]) < 20_000_000


def test_a_large_body_of_many_operations(tmp_path: Path) -> None:
    """Its properties are arguments of methods, until there are too many."""
    properties = {f"p{i}": {"type": "string"} for i in range(2_000)}
    body = {"content": {"application/json": {"schema": ref("B")}}}
    paths = {f"/a{i}": {"post": {"requestBody": body, "responses": {}}} for i in range(60)}
    schemas = {"B": {"type": "object", "properties": properties}}
    text = cost(openapi(paths, components={"schemas": schemas}), tmp_path)
    assert "too many properties for arguments" in text
    assert int(text.split(maxsplit=1)[0]) < 20_000_000


def test_a_text_that_is_cut_says_so(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_text(
        json.dumps(openapi(components={"schemas": {"A": plain("x", description=WORDS)}}))
    )
    text = generate(path, Settings(package="made", formatter="none")).files["models.py"]
    assert len(text) < 25_000
    assert "word …" in text
