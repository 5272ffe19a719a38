"""Files → documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hooksmith.errors import LoadError, UnresolvedReferenceError
from hooksmith.json_pointer import join, split
from hooksmith.load import files, json_reader, library, yaml_reader, yaml_scalars
from hooksmith.load.syntax import MAX_DEPTH, SyntaxProblem

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda children: (
        st.lists(children)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), children)
    ),
    max_leaves=20,
)

_WORDS = st.sampled_from(["a", "b", "c", "on", "1", "é", "x: y", "# z", "two words " * 4, "a\nb\n"])
_SCALARS = st.one_of(_WORDS, st.integers(), st.none())
yaml_values = st.dictionaries(
    _WORDS,
    st.recursive(
        _SCALARS,
        lambda children: st.lists(children) | st.dictionaries(_WORDS, children),
        max_leaves=20,
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the root document, with room for files outside it."""
    inside = tmp_path / "inside"
    inside.mkdir()
    return inside


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def resolve(
    folder: Path, files: dict[str, str], reference: str, at: str = "", **options: Any
) -> library.Located:
    for name, text in files.items():
        put(folder / name, text)
    loaded = library.load(folder / next(iter(files)), **options)
    return loaded.resolve(loaded.root, reference, at)


def failure(folder: Path, files: dict[str, str], reference: str, at: str = "") -> tuple[str, str]:
    """(message, hint) of the one diagnostic."""
    with pytest.raises(UnresolvedReferenceError) as caught:
        resolve(folder, files, reference, at)
    (found,) = caught.value.diagnostics
    return str(found), found.hint


# --- YAML 1.2, core schema -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(
            (word, word)
            for word in ("no", "No", "off", "on", "yes", "y", "n", "NO", "nUll", "tRue")
        ),
        *(
            (word, word)
            for word in ("2024-01-31", "2024-01-31T10:00:00Z", "12:30", "1:30:00", "190:20:30")
        ),
        *(
            (word, word)
            for word in (
                "1_000",
                "0b11",
                "0o8",
                "0xg",
                "1e",
                "e5",
                "+",
                "-.",
                ".",
                "..",
                "1.2.3",
                "=",
            )
        ),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("+12", 12),
        ("-0", 0),
        ("12345678901234567890123", 12345678901234567890123),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1.5e3", -1500.0),
        ("1e3", 1000.0),
        ("", None),
        ("~", None),
        ("Null", None),
        ("TRUE", True),
        ("False", False),
        ("'1'", "1"),
        ('"no"', "no"),
        ("!!str 1", "1"),
        ("! 1", "1"),
        ("!!int '3'", 3),
        ("!!float 3", 3),
        ("!!null ''", None),
        ("|\n  a\n  b", "a\nb\n"),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    parsed = yaml_reader.parse(f"key: {text}\n")["key"]
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    "text", [".inf", "-.INF", ".nan", "1e999", "!!int x", "!!binary aGk=", "!own 1", "9" * 5000]
)
def test_scalars_that_json_cannot_say_are_refused(text: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        yaml_reader.parse(f"a: 1\nkey: {text}\n")
    assert (caught.value.line, caught.value.column) == (2, 6)


def test_keys_are_their_text() -> None:
    text = "200: a\n1.0: b\n0x10: c\nno: d\nnull: e\ntrue: f\n'<<': g\n2024-01-31: h\n"
    assert list(yaml_reader.parse(text)) == [
        "200",
        "1.0",
        "0x10",
        "no",
        "null",
        "true",
        "<<",
        "2024-01-31",
    ]


def test_aliases_give_copies_and_merges_give_way_to_own_keys() -> None:
    data = yaml_reader.parse(
        "a: &a {x: 1, y: {z: 2}}\nb: &b {x: 3, w: 4}\nc: {<<: *a, y: 5}\nd: {<<: [*a, *b]}\ne: *a\n&k f: *k\n"
    )
    assert data["c"] == {"x": 1, "y": 5}
    assert data["d"] == {"x": 1, "y": {"z": 2}, "w": 4}
    assert data["e"] == data["a"]
    assert data["e"]["y"] is not data["a"]["y"]
    assert data["f"] == "f"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"),
        ("a: 1\n? [x]\n: 2\n", 2, "a key is a mapping"),
        ("a: &a [1]\n*a : 2\n", 2, "a key is a mapping"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: *b\n", 1, "names no anchor"),
        ("a: &a [*a]\n", 1, "inside what it names"),
        ("a:\n  <<: 5\n", 2, "merges a mapping"),
        ("a:\n\tb: 1\n", 2, "cannot start any token"),
        ("a: [1,\nb: 2\n", 3, "flow sequence"),
        ("a: 1\nb: \x07\n", 2, "may not stand in YAML"),
    ],
)
def test_broken_yaml_has_a_place(text: str, line: int, part: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        yaml_reader.parse(text)
    assert part in caught.value.message
    assert caught.value.line == line
    assert caught.value.column is not None


def test_depth_has_a_limit() -> None:
    deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    for reader in (yaml_reader, json_reader):
        assert reader.parse(deepest)
        for levels in (MAX_DEPTH + 1, 5_000, 100_000):
            with pytest.raises(SyntaxProblem, match="levels deep"):
                reader.parse("[" * levels + "]" * levels)


def test_aliases_cannot_add_depth_or_size_without_end() -> None:
    deep = "a0: &a0 " + "[" * 150 + "]" * 150 + "\n"
    deep += "".join(f"a{n}: &a{n} {'[' * 150}*a{n - 1}{']' * 150}\n" for n in range(1, 30))
    with pytest.raises(SyntaxProblem, match="levels deep"):
        yaml_reader.parse(deep)
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    laughs += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    with pytest.raises(SyntaxProblem, match="aliases add more than"):
        yaml_reader.parse(laughs)


@given(json_values)
def test_yaml_reads_what_json_writes(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert json_reader.parse(text) == value
    try:
        parsed = yaml_reader.parse(text)
    except SyntaxProblem as problem:
        # YAML bars some characters, and libyaml keys beyond 1024; nothing else of JSON.
        assert "may not stand in YAML" in problem.message or len(text) > 1024  # noqa: PT017
    else:
        assert parsed == value


@given(st.from_regex(r"[-+0-9.eExo_:~a-fnlutrsiyNA]{0,8}", fullmatch=True))
def test_plain_scalars_give_json_values(text: str) -> None:
    try:
        value = yaml_scalars.plain_scalar(text)
    except ValueError:
        assert float(text.lower().replace(".inf", "inf").replace(".nan", "nan")) in (
            float("inf"),
            float("-inf"),
        ) or ("nan" in text.lower())
        return
    assert value == text or json.loads(json.dumps(value)) == value


# --- JSON ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ('{"a": 1,\n "a": 2}', 2, 2, "'a' stands twice"),
        ('{"a": [1,\n NaN]}', 2, 2, "NaN"),
        ('{"a":\n -Infinity}', 2, 2, "-Infinity"),
        ('{"a": 1,\n "b": 1e999}', 2, 7, "range of a double"),
        ('{"a": 1,\n "b" 2}', 2, 6, "Expecting ':'"),
        ('{"a":\n  "\\ud800"}', 2, 3, "surrogate"),
    ],
)
def test_broken_json_has_a_place(text: str, line: int, column: int, part: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        json_reader.parse(text)
    assert part in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


def test_json_integers_keep_their_digits() -> None:
    assert json_reader.parse("[12345678901234567890123]") == [12345678901234567890123]
    assert json_reader.parse('"\\ud83d\\ude00"') == "😀"


Place = tuple[int, int]
Keys = tuple[str, ...]


def composed_places(text: str) -> dict[Keys, Place]:
    """Keys → line and column of every value, or of its key, as PyYAML composes a text without aliases."""

    def walk(node: yaml.Node, keys: Keys, start: yaml.Node) -> Iterator[tuple[Keys, Place]]:
        yield keys, (start.start_mark.line + 1, start.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield from walk(value, (*keys, key.value), key)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                yield from walk(item, (*keys, str(index)), item)

    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert root is not None
    return dict(walk(root, (), root))


def pointers(value: Any, keys: Keys = ()) -> Iterator[Keys]:
    """Yield the keys of every value in `value`, the root's first."""
    yield keys
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        yield from pointers(item, (*keys, str(key)))


plain_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORDS,
    lambda children: st.lists(children) | st.dictionaries(_WORDS, children),
    max_leaves=20,
)


@given(plain_json_values, st.sampled_from([None, 1]))
def test_places_in_json(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    places = composed_places(text)
    finder = json_reader.Finder(text)
    assert list(places) == list(pointers(value))
    for keys, place in places.items():
        assert finder.find(keys) == finder.find((*keys, "nowhere")) == place


@given(yaml_values, st.sampled_from([False, True, None]), st.sampled_from(["", "# é\r\n", "---\n"]))
def test_places_in_yaml(value: Any, flow: bool | None, head: str) -> None:
    text = head + yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True, width=20)
    document = yaml_reader.read(text)
    places = composed_places(text)
    assert set(places) == set(pointers(document.data))
    for keys, place in places.items():
        assert document.find(keys) == document.find((*keys, "nowhere")) == place


def test_places_among_aliases_and_merged_mappings() -> None:
    text = (
        "a:\n  b: &b\n    c: &c {d: 1}\n    e: *c\n  f: *b\n"
        "  g: {<<: *c, h: 2}\n<<: [*b, {c: 3, k: {l: 4}}]\ni: [*c, *b]\nc: [5]\n"
    )
    document = yaml_reader.read(text)
    assert document.data == {
        "c": [5],
        "k": {"l": 4},
        "e": {"d": 1},
        "a": {
            "b": {"c": {"d": 1}, "e": {"d": 1}},
            "f": {"c": {"d": 1}, "e": {"d": 1}},
            "g": {"d": 1, "h": 2},
        },
        "i": [{"d": 1}, {"c": {"d": 1}, "e": {"d": 1}}],
    }
    expected = {
        "a": (1, 1),
        "a f": (5, 3),
        "a f e": (4, 5),
        "a f e d": (3, 12),
        "a g d": (3, 12),
        "a g h": (6, 15),
        "k": (7, 17),
        "k l": (7, 21),
        "e d": (3, 12),
        "i 0": (8, 5),
        "i 1 c d": (3, 12),
        "c": (9, 1),
        "c 0": (9, 5),
    }
    assert {keys: document.find(keys.split()) for keys in expected} == expected


# --- files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a", "a.txt"])
def test_encodings(folder: Path, encoding: str, name: str) -> None:
    path = put(folder / name, '{"é": "ü😀"}'.encode(encoding))
    assert library.load(path).root.data == {"é": "ü😀"}


def test_a_yaml_file_may_hold_json_and_json_like_yaml(folder: Path) -> None:
    surrogates = put(folder / "a.yaml", '{"a": "\\ud83d\\ude00"}')
    assert library.load(surrogates).root.data == {"a": "😀"}
    flow = library.load(put(folder / "b.yaml", "{a: 1,\n b: [no]}")).root
    assert flow.data == {"a": 1, "b": ["no"]}
    assert (flow.place("/b/0").line, flow.place("/b/0").column) == (2, 6)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.yaml", b"a: 1\nb: \xff\n", "a.yaml:2:4: not UTF-8 text"),
        ("a.yaml", b"", "a.yaml: the file is empty"),
        ("a.yaml", b"# only a comment\n", "a.yaml: the file is empty"),
        ("a.json", b'{"a": 1\n', "a.json:2:1: Expecting ',' delimiter"),
        ("a.json", b"openapi: 3.1.0\n", "a.json:1:1: Expecting value"),
        ("a.yaml", b"a: b: c\n", "a.yaml:1:5: mapping values are not allowed in this context"),
    ],
)
def test_unusable_files(folder: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(LoadError) as caught:
        library.load(put(folder / name, content))
    assert str(caught.value).startswith(f"{folder}/{message}")


def test_missing_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder / "openapi.yaml", "a: 1\n")
    with pytest.raises(LoadError, match=r"no such file\n  hint: did you mean 'openapi.yaml'"):
        library.load(folder / "openapi.yml")
    with pytest.raises(LoadError, match="this is a folder"):
        library.load(folder)
    monkeypatch.setattr(files, "MAX_BYTES", 3)
    with pytest.raises(LoadError, match="larger than"):
        library.load(folder / "openapi.yaml")


def test_places(folder: Path) -> None:
    text = "paths:\n  /a~b:\n    get: &get\n      tags: [x, y]\n    put: *get\n"
    document = library.load(put(folder / "a.yaml", text)).root
    wanted = {
        "": (1, 1),
        "/paths": (1, 1),
        "/paths/~1a~0b": (2, 3),
        "/paths/~1a~0b/get/tags/1": (4, 17),
    }
    wanted |= {"/paths/~1a~0b/put": (5, 5), "/paths/nowhere/at/all": (1, 1)}
    for pointer, position in wanted.items():
        place = document.place(pointer)
        assert (place.line, place.column) == position
        assert place.file == str(folder / "a.yaml")
        assert place.pointer == pointer


@given(st.lists(st.text()))
def test_pointers_round_trip(keys: list[str]) -> None:
    assert split(join("", *keys)) == keys


# --- references ------------------------------------------------------------------------------------------------

ROOT = """
openapi: 3.1.0
paths: {"/a/{b}": {get: {summary: got}}, "/50%": {get: {}}}
components:
  schemas:
    Pet: {type: object, properties: {name: {type: string}}}
    Alias: {$ref: '#/components/schemas/Pet'}
    Long: {$ref: '#/components/schemas/Alias'}
    Loop: {$ref: '#/components/schemas/Pool'}
    Pool: {$ref: '#/components/schemas/Loop'}
    'a~b': {const: 1}
    List: {prefixItems: [{const: 0}, {const: 1}]}
"""


@pytest.mark.parametrize(
    ("reference", "pointer"),
    [
        ("#", ""),
        ("", ""),
        ("#/components/schemas/Pet", "/components/schemas/Pet"),
        ("#/paths/~1a~1{b}/get", "/paths/~1a~1{b}/get"),
        ("#/paths/~1a~1%7Bb%7D/get", "/paths/~1a~1{b}/get"),
        ("#/paths/%2Fa%2F%7Bb%7D/get", "/paths/~1a~1{b}/get"),
        ("#/paths/~150%25", "/paths/~150%"),
        ("#/paths/~150%", "/paths/~150%"),
        ("#/components/schemas/a~0b", "/components/schemas/a~0b"),
        ("#/components/schemas/a%7E0b", "/components/schemas/a~0b"),
        ("#/components/schemas/List/prefixItems/1", "/components/schemas/List/prefixItems/1"),
        ("#/components/schemas/Long/properties/name", "/components/schemas/Pet/properties/name"),
        ("root.yaml#/components", "/components"),
    ],
)
def test_references_within_a_document(folder: Path, reference: str, pointer: str) -> None:
    located = resolve(folder, {"root.yaml": ROOT}, reference)
    assert located.pointer == pointer
    assert located.document.path == folder / "root.yaml"
    value = located.document.data
    for key in split(pointer):
        value = value[int(key)] if isinstance(value, list) else value[key]
    assert located.value is value


def test_references_between_files(folder: Path, tmp_path: Path) -> None:
    files = {
        "root.yaml": "a: 1\n",
        "schemas/a b.json": '{"$ref": "sub/../other.yaml#/x/0"}',
        "schemas/other.yaml": "x: [{$ref: '../root.yaml'}]\n",
    }
    located = resolve(folder, files, "./schemas/a%20b.json")
    loaded = library.load(folder / "root.yaml")
    end = loaded.follow(loaded.resolve(loaded.root, "schemas/a%20b.json#"))
    assert located.value == {"$ref": "sub/../other.yaml#/x/0"}
    assert end.value == {"a": 1}
    assert end.document is loaded.root
    assert [path.name for path in loaded.documents] == ["root.yaml", "a b.json", "other.yaml"]
    uri = (folder / "schemas/other.yaml").resolve().as_uri()
    assert resolve(folder, files, f"{uri}#/x").pointer == "/x"
    assert resolve(folder, files, uri.replace("file://", "file:")).document.data == {
        "x": [{"$ref": "../root.yaml"}]
    }


def test_chains_that_go_in_a_circle(folder: Path) -> None:
    loaded = library.load(put(folder / "root.yaml", ROOT))
    end = loaded.follow(loaded.resolve(loaded.root, "#/components/schemas/Long"))
    assert end.pointer == "/components/schemas/Pet"
    with pytest.raises(UnresolvedReferenceError, match="leads in a circle"):
        loaded.follow(loaded.resolve(loaded.root, "#/components/schemas/Loop"))
    with pytest.raises(UnresolvedReferenceError, match="in a circle of"):
        loaded.resolve(loaded.root, "#/components/schemas/Loop/properties")


@pytest.mark.parametrize(
    ("reference", "reason", "hint"),
    [
        ("#/components/schemas/Pat", "there is no 'Pat' at", "did you mean 'Pet'?"),
        ("#/components/schemas/List/prefixItems/2", "there is no item 2 at", ""),
        ("#/components/schemas/List/prefixItems/01", "there is no item 01 at", ""),
        ("#/openapi/x", "is neither a mapping nor a list", ""),
        ("#pet", "has no $anchor 'pet'", ""),
        ("rot.yaml", "there is no file", "did you mean 'root.yaml'?"),
        ("https://example.com/a.yaml", "leads to the network", "download the file"),
        ("//example.com/a.yaml", "leads to the network", "download the file"),
        ("urn:example:pet", "has the $id 'urn:example:pet'", ""),
        ("../outside.yaml", "is outside", "allow its folder"),
        ("%2e%2e/outside.yaml", "is outside", "allow its folder"),
        ("/etc/passwd", "is outside", "allow its folder"),
        ("file:///etc/passwd", "is outside", "allow its folder"),
        ("link.yaml", "is outside", "allow its folder"),
        ("a%00b", "it is not a path", ""),
        (".", "is a folder", "name the file"),
    ],
)
def test_references_that_lead_nowhere(folder: Path, reference: str, reason: str, hint: str) -> None:
    outside = put(folder.parent / "outside.yaml", "secret: 1\n")
    (folder / "link.yaml").symlink_to(outside)
    message, found_hint = failure(
        folder, {"root.yaml": ROOT}, reference, "/components/schemas/Alias"
    )
    assert message.startswith(
        f"{folder}/root.yaml:7:5 #/components/schemas/Alias: the $ref {reference!r} "
    )
    assert reason in message
    assert found_hint.startswith(hint)
    assert bool(found_hint) == bool(hint)


def test_allowed_roots(folder: Path, tmp_path: Path) -> None:
    put(tmp_path / "shared/a.yaml", "a: 1\n")
    located = resolve(
        folder, {"root.yaml": ROOT}, "../shared/a.yaml#/a", roots=[tmp_path / "shared"]
    )
    assert located.value == 1


IDENTIFIED = """
$schema: https://json-schema.org/draft/2020-12/schema
$id: https://example.com/schemas/root.json
$defs:
  pet: {$id: pet.json, $defs: {name: {$anchor: name, type: string}}, $ref: '#/$defs/name'}
  toy: {$anchor: toy, const: 1}
  odd: {$id: '#/components/schemas/Odd', const: 2}
  $id: {const: 3}
properties: {$id: {type: string}}
"""


@pytest.mark.parametrize(
    ("reference", "at", "pointer"),
    [
        ("pet.json", "", "/$defs/pet"),
        ("https://example.com/schemas/pet.json#/$defs/name", "", "/$defs/pet/$defs/name"),
        ("pet.json#name", "", "/$defs/pet/$defs/name"),
        ("#name", "/$defs/pet", "/$defs/pet/$defs/name"),
        ("#/$defs/name", "/$defs/pet", "/$defs/pet/$defs/name"),
        ("#/$defs/toy", "/$defs/pet", "/$defs/toy"),
        ("root.json#toy", "/$defs/pet", "/$defs/toy"),
        ("#toy", "", "/$defs/toy"),
        ("#/$defs/odd", "", "/$defs/odd"),
    ],
)
def test_identifiers(folder: Path, reference: str, at: str, pointer: str) -> None:
    assert resolve(folder, {"a.yaml": IDENTIFIED}, reference, at).pointer == pointer


def test_a_relative_reference_below_an_id_may_name_a_file_beside_it(folder: Path) -> None:
    located = resolve(
        folder, {"a.yaml": IDENTIFIED, "beside.yaml": "const: 4\n"}, "beside.yaml", "/$defs/pet"
    )
    assert located.value == {"const": 4}


def test_old_drafts_have_other_identifiers(folder: Path) -> None:
    draft4 = "$schema: http://json-schema.org/draft-04/schema#\nid: http://a.b/c\n"
    draft4 += "definitions: {x: {id: '#x', type: string}}\n"
    assert resolve(folder, {"a.yaml": draft4}, "#x").pointer == "/definitions/x"
    unknown = "$schema: https://example.com/own\n$id: https://a.b/c\n"
    assert resolve(folder, {"b.yaml": unknown}, "https://a.b/c").pointer == ""
