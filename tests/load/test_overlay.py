"""OpenAPI Overlays: their form, their actions, and the places of what they put into a document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hooksmith.cli.commands import run
from hooksmith.config import load_config
from hooksmith.errors import LoadError
from hooksmith.load.library import Library, load
from hooksmith.pipeline import generate
from hooksmith.settings import Settings

DOCUMENT = """\
openapi: 3.1.0
info: {title: Pets, version: "1"}
tags: [{name: a}, {name: b}, {name: c}]
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
      responses: {"200": {description: ok}}
    delete:
      operationId: dropPets
      responses: {"204": {description: ok}}
components:
  schemas:
    Pet: {type: object, properties: {name: {type: string}}}
"""


def overlaid(folder: Path, *overlays: str) -> Library:
    (folder / "openapi.yaml").write_text(DOCUMENT, "utf-8")
    paths = []
    for number, text in enumerate(overlays):
        paths.append(folder / f"overlay{number}.yaml")
        paths[-1].write_text(text, "utf-8")
    return load(folder / "openapi.yaml", overlays=paths)


def actions(*steps: dict[str, Any], version: str = "1.0.0") -> str:
    info = {"title": "fixes", "version": "1"}
    return json.dumps({"overlay": version, "info": info, "actions": steps})


def test_objects_are_merged_arrays_joined_and_values_replaced(tmp_path: Path) -> None:
    data = overlaid(
        tmp_path,
        actions(
            {
                "target": "$.paths['/pets'].get",
                "update": {
                    "summary": "All pets",
                    "operationId": "list",
                    "parameters": [{"name": "page", "in": "query"}],
                    "responses": {"404": {"description": "none"}},
                },
            }
        ),
    ).root.data
    get = data["paths"]["/pets"]["get"]
    assert (get["summary"], get["operationId"]) == ("All pets", "list")
    assert [it["name"] for it in get["parameters"]] == ["limit", "page"]
    assert get["responses"] == {"200": {"description": "ok"}, "404": {"description": "none"}}


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.0.0", ["a", "b", "c", ["d", "e"]]), ("1.1.0", ["a", "b", "c", "d", "e"])],
)
def test_a_list_for_an_array_is_one_item_in_1_0_and_several_in_1_1(
    tmp_path: Path, version: str, expected: list[Any]
) -> None:
    step = {"target": "$.tags", "update": [{"name": "d"}, {"name": "e"}]}
    tags = overlaid(tmp_path, actions(step, version=version)).root.data["tags"]
    names = [it["name"] if isinstance(it, dict) else [x["name"] for x in it] for it in tags]
    assert names == expected


def test_values_are_removed_from_objects_and_arrays(tmp_path: Path) -> None:
    data = overlaid(
        tmp_path,
        actions(
            {"target": "$.paths.*.delete", "remove": True},
            {"target": "$.tags[?@.name != 'b']", "remove": True, "update": {"ignored": 1}},
        ),
    ).root.data
    assert list(data["paths"]["/pets"]) == ["get"]
    assert data["tags"] == [{"name": "b"}]


def test_overlays_build_on_each_other_and_do_not_share_objects(tmp_path: Path) -> None:
    data = overlaid(
        tmp_path,
        actions({"target": "$.paths['/pets'].*", "update": {"x-note": {"of": "both"}}}),
        actions({"target": "$.paths['/pets'].get['x-note']", "update": {"of": "one"}}),
    ).root.data
    pets = data["paths"]["/pets"]
    assert (pets["get"]["x-note"], pets["delete"]["x-note"]) == ({"of": "one"}, {"of": "both"})


def test_1_1_copies_and_replaces_scalars(tmp_path: Path) -> None:
    data = overlaid(
        tmp_path,
        actions(
            {"target": "$.paths", "update": {"/animals": {}}},
            {"target": "$.paths['/animals']", "copy": "$.paths['/pets']"},
            {"target": "$.info.title", "update": "Animals"},
            version="1.1.0",
        ),
    ).root.data
    assert data["paths"]["/animals"] == data["paths"]["/pets"]
    assert data["paths"]["/animals"]["get"] is not data["paths"]["/pets"]["get"]
    assert data["info"]["title"] == "Animals"


def test_places_name_the_file_that_a_value_stands_in(tmp_path: Path) -> None:
    overlay = """\
overlay: 1.0.0
info: {title: t, version: "1"}
actions:
  - target: $.components.schemas
    update:
      Owner:
        type: object
        properties:
          name: {type: nonsense}
  - target: $.paths['/pets'].get.parameters
    update: {name: page, in: query}
  - target: $.tags[0]
    remove: true
"""
    root = overlaid(tmp_path, overlay).root
    own, added = (
        root.place(f"/components/schemas/{name}") for name in ("Pet", "Owner/properties/name/type")
    )
    assert (Path(own.file).name, own.line) == ("openapi.yaml", 16)
    assert (Path(added.file).name, added.line) == ("overlay0.yaml", 9)
    item = root.place("/paths/~1pets/get/parameters/1/name")
    assert (Path(item.file).name, item.line) == ("overlay0.yaml", 11)
    shifted = root.place("/tags/0/name")
    assert (Path(shifted.file).name, shifted.line) == ("openapi.yaml", 3)
    assert [root.place(pointer).line for pointer in ("/tags/0", "/components/schemas/Pet")] == [
        3,
        16,
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\n", 1, "not an OpenAPI Overlay"),
        ("- 1\n", 1, "not an OpenAPI Overlay"),
        ("overlay: 2.0.0\nactions: [{target: $, update: {}}]\n", 1, "neither 1.0 nor 1.1"),
        ("overlay: 1.0.0\n", 1, "at least one action"),
        ("overlay: 1.0.0\nactions: []\n", 2, "at least one action"),
        ("overlay: 1.0.0\nactions:\n- 1\n", 3, "an action is an object"),
        ("overlay: 1.0.0\nactions:\n- update: {}\n", 3, "an action has a `target`"),
        ("overlay: 1.0.0\nactions:\n- target: $.a\n", 3, "`update` or `remove: true`"),
        ("overlay: 1.0.0\nactions:\n- target: $[\n  update: {}\n", 3, "no JSONPath"),
        ("overlay: 1.0.0\nactions:\n- target: 3\n  update: {}\n", 3, "no JSONPath"),
        ("overlay: 1.0.0\nactions:\n- target: $\n  updat: {}\n", 4, "unknown key 'updat'"),
        ("overlay: 1.0.0\nactions:\n- target: $\n  copy: $.a\n", 4, "unknown key 'copy'"),
        ("overlay: 1.0.0\nactions:\n- target: $\n  remove: maybe\n", 4, "true or false"),
        ("overlay: 1.0.0\nactions:\n- target: $\n  remove: true\n", 3, "cannot be removed"),
        ("overlay: 1.0.0\nactions:\n- target: $.info.title\n  update: x\n", 3, "selects a string"),
        ("overlay: 1.0.0\nactions:\n- target: $.info\n  update: x\n", 3, "selects an object"),
        (
            "overlay: 1.1.0\nactions:\n- target: $.info\n  copy: $.paths.*.*\n",
            4,
            "selects 2 values instead of one",
        ),
    ],
)
def test_a_faulty_overlay_is_an_error_with_its_place(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    with pytest.raises(LoadError, match=message) as caught:
        overlaid(tmp_path, text)
    place = caught.value.diagnostics[0].place
    assert place is not None
    assert (Path(place.file).name, place.line) == ("overlay0.yaml", line)


def test_a_target_that_selects_nothing_is_a_warning(tmp_path: Path) -> None:
    library = overlaid(tmp_path, actions({"target": "$.paths['/cats']", "remove": True}))
    (warning,) = library.warnings
    assert warning.severity == "warning"
    assert "selects nothing" in warning.message


def test_generated_code_follows_the_overlay_and_its_changes(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(DOCUMENT, "utf-8")
    fixes = tmp_path / "fixes.yaml"
    fixes.write_text(actions({"target": "$.paths.*.get", "update": {"operationId": "allPets"}}))
    settings = Settings(package="pets", formatter="none", overlays=(fixes,))
    result = generate(tmp_path / "openapi.yaml", settings)
    assert "def all_pets(" in "".join(result.files.values())
    assert fixes.resolve() in {file.real for file in result.inputs}
    assert all(file.is_unchanged() for file in result.inputs)
    fixes.write_text(actions({"target": "$.paths.*.get", "update": {"operationId": "some"}}))
    assert not all(file.is_unchanged() for file in result.inputs)


def test_a_warning_of_an_overlay_is_an_error_where_warnings_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, fixes, out = tmp_path / "openapi.yaml", tmp_path / "fixes.yaml", tmp_path / "out"
    spec.write_text(DOCUMENT, "utf-8")
    fixes.write_text(actions({"target": "$.webhooks", "remove": True}))
    arguments = ["generate", str(spec), "--out", str(out), "--overlay", str(fixes)]
    assert run(arguments) == 0
    assert "warning: " in capsys.readouterr().err
    assert run([*arguments, "--strict"]) == 2
    assert "selects nothing" in capsys.readouterr().err


def test_the_configuration_names_overlays_relative_to_itself(tmp_path: Path) -> None:
    path = tmp_path / "hooksmith.toml"
    path.write_text(
        'out = "out"\npackage = "acme"\n'
        '[apis.one]\nspec = "one.yaml"\noverlay = ["a.yaml", "b.yaml"]\n'
    )
    overlays = load_config(path).settings("one").overlays
    assert overlays == (tmp_path / "a.yaml", tmp_path / "b.yaml")
