"""After an edit the package is what the whole document gives, byte for byte, whether or not all of it was read."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import pytest

from hooksmith import edits, pipeline
from hooksmith.batch import make
from hooksmith.caching.run_results import recall, remember_snapshot
from hooksmith.caching.store import Cache
from hooksmith.cli.commands import run
from hooksmith.edits import Snapshot, part
from hooksmith.edits.change import Change
from hooksmith.edits.pack import pack, unpack
from hooksmith.errors import HooksmithError
from hooksmith.load.yaml_reader import parse
from hooksmith.settings import Settings

from .conftest import DOCUMENT, SETTINGS, UNRELATED, Edited, told

SMALL = {
    "description": ("Something that was bought.", "Something that was bought, and paid."),
    "property description": ("description: Its id.", "description: Its number."),
    "property": ("        note:\n", "        gift: {type: boolean, description: A gift?}\n        note:\n"),
    "property gone": ("        note:\n          type: string\n", ""),
    "property renamed": ("        note:\n", "        remark:\n"),
    "type": ("        note:\n          type: string", "        note:\n          type: integer"),
    "constraint": ("maxLength: 20", "maxLength: 30"),
    "required": ("required: [article]", "required: [article, note]"),
    "enum value": ("enum: [open, done]", "enum: [open, done, lost]"),
    "deprecated": ("        note:\n", "        note:\n          deprecated: true\n"),
    "format": ("format: email", "format: date"),
    "base": ("at: {type: string, format: date-time}", "at: {type: string}"),
    "two lines": ("string\n        # who bought\n", "string\n          description: Who\n"),
    "reference": ("        note:\n", "        for: {$ref: '#/components/schemas/Buyer'}\n        note:\n"),
    "summary": ("Order something", "Order whatever you like"),
    "parameter": ("name: id, in: path", "name: id, description: Which., in: path"),
}  # fmt: skip
"""What an edit of one schema or operation is, mostly: (text, other text)."""

GET_AGAIN = """\
  /orders/{id}/again:
    get:
      operationId: getOrderAgain
      tags: [orders]
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: sort, in: query, schema: {type: string, enum: [up, down]}}
      responses:
        '200':
          description: Found
          content: {application/json: {schema: {$ref: '#/components/schemas/Buyer'}}}
"""
WEBHOOKS = "webhooks:\n"
UNRELATED_A = UNRELATED[: UNRELATED.index("    UnrelatedB:")]
COMING = {
    "a reference that turns a shape round": (
        "    Buyer:\n      type: object\n      properties:\n",
        "    Buyer:\n      type: object\n      properties:\n        of: {$ref: '#/components/schemas/Order'}\n",
    ),
    "a reference gone": ("        buyer:\n          $ref: '#/components/schemas/Buyer'\n    New", "    New"),
    "a reference to what nobody used": (
        "        note:\n", "        note:\n          $ref: '#/components/schemas/UnrelatedQ'\n        more:\n",
    ),
    "a class": ("        note:\n", "        to: {properties: {city: {type: string}}}\n        note:\n"),
    "classes in a class": (
        "        note:\n",
        "        to: {properties: {at: {properties: {x: {enum: [1, 2]}}}, by: {enum: [a, b]}}}\n        note:\n",
    ),
    "an enum": ("        note:\n          type: string", "        note:\n          enum: [a, b]"),
    "an enum gone": ("          enum: [open, done]\n", ""),
    "an enum elsewhere": (
        "          type: string\n          enum: [open, done]\n",
        "          type: array\n          items: {type: string, enum: [open, done]}\n",
    ),
    "an enum of a parameter": ("required: true, schema: {type: string}", "required: true, schema: {enum: [a, b]}"),
    "a class of a body": (
        "{schema: {$ref: '#/components/schemas/NewOrder'}}", "{schema: {properties: {article: {enum: [a, b]}}}}",
    ),
    "a schema": ("    Buyer:\n", "    Seller: {type: object, properties: {by: {enum: [a, b]}}}\n    Buyer:\n"),
    "a first schema": ("  schemas:\n", "  schemas:\n    Seller: {type: object}\n"),
    "a schema gone": (UNRELATED_A, ""),
    "a schema renamed": ("    UnrelatedA:\n", "    RelatedA:\n"),
    "a schema and its user": (
        "    Buyer:\n      type: object\n      properties:\n",
        "    Seller: {type: object}\n    Buyer:\n      type: object\n      properties:\n"
        "        by: {$ref: '#/components/schemas/Seller'}\n",
    ),
    "another name": ("operationId: getOrder", "operationId: fetchOrder"),
    "a path": (WEBHOOKS, GET_AGAIN + WEBHOOKS),
    "a method": (
        "  /orders/{id}:\n",
        "  /orders/{id}:\n    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
        "    delete: {operationId: dropOrder, tags: [orders], responses: {'204': {description: Gone}}}\n",
    ),
    "directions": ("        email:\n", "        email:\n          readOnly: true\n"),
}  # fmt: skip
"""Edits by which definitions, references and calls come and go: (text, other text)."""

WIDE = {
    "another tag": ("operationId: getOrder\n      tags: [orders]", "operationId: getOrder\n      tags: [more]"),
    "another event": ("const: order.lost", "const: order.gone"),
    "another webhook": (WEBHOOKS, f"{WEBHOOKS}  order.found: {{post: {{responses: {{}}}}}}\n"),
    "the head": ("title: Acme", "title: Acme Corporation"),
    "a name that is taken": ("    Buyer:\n", "    OrderState: {type: object}\n    Buyer:\n"),
    "a name that is a resource's": ("    Buyer:\n", "    Orders: {type: object}\n    Buyer:\n"),
    "a name that the package needs": ("    Buyer:\n", "    Field: {type: object}\n    Buyer:\n"),
    "an operationId that is taken": ("operationId: getOrder", "operationId: createOrder"),
    "the use of an event elsewhere": (
        "      required: [id]\n      properties:\n",
        "      required: [id]\n      properties:\n        last: {$ref: '#/components/schemas/OrderLost'}\n",
    ),
    "a reference to nothing": ("        note:\n", "        of: {$ref: '#/components/schemas/None'}\n        note:\n"),
    "a reference into a schema": (
        "        note:\n", "        of: {$ref: '#/components/schemas/Order/properties/state'}\n        note:\n",
    ),
}  # fmt: skip
"""What changes more than the parts that show it, or that cannot be told of a part."""


def replaced(pair: tuple[str, str]) -> str:
    old, new = pair
    assert (DOCUMENT + UNRELATED).count(old) >= 1
    return (DOCUMENT + UNRELATED).replace(old, new, 1)


@pytest.mark.parametrize("pair", [*SMALL.values(), *COMING.values()], ids=[*SMALL, *COMING])
def test_an_edit_is_read_by_itself(edited: Edited, pair: tuple[str, str]) -> None:
    before = dict(edited.result.files)
    found = edited.edit(replaced(pair))
    assert found is not None
    whole = edited.whole()
    assert found.files == whole.files
    assert list(found.files) == list(whole.files)
    assert found.files != before
    assert found.inputs == whole.inputs
    assert told(edited.snapshot) == told(edited.whole_snapshot)


@pytest.mark.parametrize("pair", COMING.values(), ids=COMING)
def test_an_edit_is_taken_back(edited: Edited, pair: tuple[str, str]) -> None:
    before, text = edited.result, edited.text
    found = edited.edit(replaced(pair))
    assert found is not None
    edited.result = found
    back = edited.edit(text)
    assert back is not None
    assert back.files == before.files


@pytest.mark.parametrize("pair", WIDE.values(), ids=WIDE)
def test_a_wide_edit_means_reading_all(edited: Edited, pair: tuple[str, str]) -> None:
    assert edited.edit(replaced(pair)) is None
    try:
        assert edited.whole().files != edited.result.files
    except HooksmithError:
        assert "nothing" in str(pair) or "None" in str(pair)


def test_edit_after_edit(edited: Edited) -> None:
    """Each leaves what the next one needs."""
    text = edited.text
    for old, new in (*SMALL.values(), COMING["a schema and its user"], COMING["a path"]):
        text = text.replace(old, new, 1)
        found = edited.edit(text)
        assert found is not None
        assert found.files == edited.whole().files
        edited.result = found


def test_the_same_in_json(tmp_path: Path) -> None:
    edited = Edited(tmp_path / "acme.json")
    edited.start(json.dumps(parse(DOCUMENT + UNRELATED)))
    text = DOCUMENT + UNRELATED
    for old, new in (*SMALL.values(), COMING["a schema and its user"], COMING["a path"]):
        text = text.replace(old, new, 1)
        found = edited.edit(json.dumps(parse(text)))
        assert found is not None
        assert found.files == edited.whole().files
        edited.result = found


def test_a_comment_changes_nothing(edited: Edited) -> None:
    found = edited.edit(edited.text.replace("# who bought", "# who bought it"))
    assert found is not None
    assert found.files == edited.result.files


def test_diagnostics_move_with_their_lines(tmp_path: Path) -> None:
    wrong = "    Wrong:\n      type: object\n      properties: {a: {type: nothing}}\n"
    edited = Edited(tmp_path / "acme.yaml")
    before = edited.start(DOCUMENT + UNRELATED + wrong).diagnostics
    assert before
    found = edited.edit(
        edited.text.replace("        note:\n", "        note:\n          title: N\n")
    )
    assert found is not None
    assert found.diagnostics == edited.whole().diagnostics != before


def test_what_an_edit_makes_wrong_is_said(edited: Edited) -> None:
    assert edited.edit(replaced(("maxLength: 20", "maxLength: many"))) is None
    odd = "    NewOrder:\n      discriminator: {propertyName: a}\n      oneOf: true\n"
    assert edited.edit(replaced(("    NewOrder:\n", odd))) is None
    assert edited.whole().diagnostics
    nowhere = "        for: {$ref: '#/components/schemas/None'}\n        note:\n"
    assert edited.edit(replaced(("        note:\n", nowhere))) is None


def test_anchors_tie_blocks_together(tmp_path: Path) -> None:
    edited = Edited(tmp_path / "acme.yaml")
    anchored = DOCUMENT.replace(
        "        note:\n          type: string", "        note: &note\n          type: string"
    )
    edited.start(anchored + UNRELATED + "    Other: {type: object, properties: {a: *note}}\n")
    inside = edited.text.replace("maxLength: 20", "maxLength: 30")
    assert edited.edit(inside) is None
    elsewhere = edited.text.replace("description: Its id.", "description: Its number.")
    found = edited.edit(elsewhere)
    assert found is not None
    assert found.files == edited.whole().files


def test_a_block_that_would_be_read_otherwise(edited: Edited) -> None:
    """Text that is only a block by itself."""
    for line in ("---", "...", "%TAG", "    Another: {}", '          title: "', "\t- a"):
        assert edited.edit(edited.text.replace("        # who bought", line)) is None


# --- what is kept -----------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    monkeypatch.setenv("HOOKSMITH_CACHE_DIR", str(tmp_path / "cache"))
    return Cache.default()


@pytest.fixture
def revisions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each edit that was relied on."""
    found: list[str] = []
    run = edits.revised

    def noted(path: Path, settings: Settings, snapshot: Snapshot, change: Change) -> object:
        outcome = run(path, settings, snapshot, change)
        found.extend(change.changed)
        return outcome

    monkeypatch.setattr(edits, "revised", noted)
    return found


def test_make_reads_what_was_edited(tmp_path: Path, cache: Cache, revisions: list[str]) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(DOCUMENT + UNRELATED)
    make(path, SETTINGS)
    text = path.read_text()
    for old, new in SMALL.values():
        text = text.replace(old, new, 1)
        path.write_text(text)
        made = make(path, SETTINGS)
        assert recall(path, SETTINGS, cache) == made
    assert len(set(revisions)) == len(
        {"Order", "NewOrder", "Buyer", "Event", "/orders", "/orders/{id}"}
    )


def test_other_settings_mean_reading_all(
    tmp_path: Path, cache: Cache, revisions: list[str]
) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(DOCUMENT + UNRELATED)
    make(path, SETTINGS)
    path.write_text(replaced(SMALL["description"]))
    make(path, Settings(package="other", formatter="none"))
    assert not revisions


def test_check_judges_by_the_whole_document(
    tmp_path: Path,
    cache: Cache,
    revisions: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Were an edit taken for less than it is, `hooksmith check` would tell."""
    path = tmp_path / "acme.yaml"
    arguments = [str(path), "--out", str(tmp_path / "out"), "--formatter", "none"]
    path.write_text(DOCUMENT + UNRELATED)
    assert run(["generate", *arguments]) == 0
    path.write_text(replaced(SMALL["description"]))
    monkeypatch.setattr(pipeline, "format_files", lambda files, formatter: {})
    assert run(["generate", *arguments]) == 0
    monkeypatch.undo()
    monkeypatch.setenv("HOOKSMITH_CACHE_DIR", str(tmp_path / "cache"))
    assert revisions
    assert run(["check", *arguments]) == 1
    assert "outdated" in capsys.readouterr().err
    assert run(["generate", *arguments]) == run(["check", *arguments]) == 0


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("false",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        pickle.dumps(Evil()),
        pickle.dumps({"text": "x"}),
        pack({"docs": ()}),
        pack([1]),
    ],
    ids=["empty", "nonsense", "evil", "other", "part", "list"],
)
def test_a_snapshot_that_is_not_one(
    tmp_path: Path, cache: Cache, revisions: list[str], content: bytes
) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(DOCUMENT + UNRELATED)
    make(path, SETTINGS)
    remember_snapshot(path, SETTINGS, [content], cache)
    path.write_text(replaced(SMALL["description"]))
    found = make(path, SETTINGS)
    assert not revisions
    assert "and paid" in found.files["models.py"]


def test_a_snapshot_of_another_text(
    tmp_path: Path, cache: Cache, edited: Edited, revisions: list[str]
) -> None:
    """As when a run was killed between its two entries."""
    path = tmp_path / "acme.yaml"
    path.write_text(DOCUMENT + UNRELATED + "    More: {type: object}\n")
    make(path, SETTINGS)
    remember_snapshot(path, SETTINGS, [edited.kept[0]], cache)
    path.write_text(replaced(SMALL["description"]) + "    More: {type: object}\n")
    assert "More" in make(path, SETTINGS).files["models.py"]
    assert not revisions


def test_a_snapshot_comes_back_as_it_was(edited: Edited) -> None:
    found = edited.snapshot
    assert Snapshot.unpacked(b"".join(found.packed())) == found
    api = unpack(found.api)
    assert api.title == "Acme"
    assert [unpack(it).name for it in found.definitions.values()] == list(found.definitions)


def test_nothing_but_plain_data_is_unpacked() -> None:
    with pytest.raises(pickle.UnpicklingError):
        unpack(pickle.dumps(Evil()))
    with pytest.raises(pickle.UnpicklingError):
        unpack(pickle.dumps(Path()))


# --- modules of models ------------------------------------------------------------------------------------------

KINDS = range(170)
MANY = "".join(
    f"    Kind{kind}: {{type: object, properties: {{x: {{type: string}}}}}}\n" for kind in KINDS
)
USED = "".join(
    f"        kind{kind}: {{$ref: '#/components/schemas/Kind{kind}'}}\n" for kind in KINDS
)
LARGE = DOCUMENT.replace("        # who bought\n", USED) + MANY
ALONE = "    Alone: {type: object, properties: {of: {enum: [a, b]}}}\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    Kind7:", f"{ALONE}    Kind7:"),
        ("        kind7: {$ref: '#/components/schemas/Kind7'}\n", ""),
        ("    Event:\n      type: object\n", "    Event:\n      type: object\n      title: E\n"),
    ],
    ids=["a module comes", "a definition moves", "nothing moves"],
)  # fmt: skip
def test_where_definitions_stand_in_a_large_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    monkeypatch.setattr(part, "MOST", 2.0)
    edited = Edited(tmp_path / "acme.yaml")
    before = edited.start(LARGE)
    for text in (LARGE.replace(old, new, 1), LARGE):
        found = edited.edit(text)
        assert found is not None
        whole = edited.whole()
        assert found.files == whole.files
        assert list(found.files) == list(whole.files)
        assert told(edited.snapshot) == told(edited.whole_snapshot)
        edited.result = found
    assert found.files == before.files
