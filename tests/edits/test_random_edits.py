"""Edits at random, of this project's own documents and of others': what is relied on is what the whole gives."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from hooksmith.edits import part
from hooksmith.errors import HooksmithError
from hooksmith.settings import Settings
from support.cases import case_folders
from support.edits import JSON_EDITS, YAML_EDITS
from support.paths import SHARED

from .conftest import DOCUMENT, UNRELATED, Edited, told

LONG = bool(os.environ.get("HOOKSMITH_LONG"))
OWN = [path for folder in case_folders() for path in sorted(folder.glob("spec.*"))]
OTHERS = sorted([*SHARED.glob("corpus/*.json"), *SHARED.glob("reference/*.openapi.*")])


@pytest.fixture(autouse=True)
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rely on parts however much of the document they are."""
    monkeypatch.setattr(part, "MOST", 2.0)


def try_edits(path: Path, count: int) -> dict[str, tuple[int, int]]:
    """Kind of edit → how many of a document were tried, and relied on; each of these gave what the whole gives.

    Half of them are gone on from.
    """
    random, tried, relied = Random(path.name), Counter[str](), Counter[str]()
    edited = Edited(path, Settings(package="edited", formatter="none"))
    text = path.read_text("utf-8")
    edited.start(text)
    edits = JSON_EDITS if text.lstrip().startswith("{") else YAML_EDITS
    for _ in range(count if edited.kept else 0):
        kind = random.choice(["value"] * 4 + [*edits])
        new = edits[kind](text, random)
        found = edited.edit(new) if new != text else None
        tried[kind] += new != text
        if found is not None:
            relied[kind] += 1
            whole = edited.whole()
            assert found.files == whole.files, kind
            assert list(found.files) == list(whole.files), kind
            assert found.diagnostics == whole.diagnostics, kind
            assert told(edited.snapshot) == told(edited.whole_snapshot), kind
            if random.random() < 0.5:
                edited.kept.pop()
            else:
                edited.result, text = found, new
    return {kind: (count, relied[kind]) for kind, count in tried.items()}


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.parent.name)
def test_own(path: Path, tmp_path: Path) -> None:
    shutil.copytree(path.parent, tmp_path / "in")
    try:
        try_edits(tmp_path / "in" / path.name, 300 if LONG else 6)
    except HooksmithError:
        pytest.skip("the document is generated from with other settings")


def test_many(tmp_path: Path) -> None:
    """Some of these edits make the document wrong; enough of the others are relied on."""
    path = tmp_path / "acme.yaml"
    path.write_text(DOCUMENT + UNRELATED, "utf-8")
    count = 2000 if LONG else 60
    found = try_edits(path, count)
    assert sum(relied for _, relied in found.values()) > count * 0.5


@pytest.mark.skipif(not OTHERS, reason="there is no ../shared with documents to try")
@pytest.mark.parametrize("path", OTHERS if LONG else OTHERS[::9], ids=lambda path: path.name)
def test_others(path: Path, tmp_path: Path) -> None:
    copied = tmp_path / path.name
    shutil.copy(path, copied)
    copied.chmod(0o644)
    try_edits(copied, 60 if LONG else 4)
