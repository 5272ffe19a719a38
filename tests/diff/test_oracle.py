"""`hooksmith diff` against pyright: the uses that each finds broken are the same, none missed and none made up."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hooksmith import pipeline
from hooksmith.diff.surface import Surface
from hooksmith.diff.uses import find_breaks
from hooksmith.settings import Settings
from support.paths import SHARED

from .edits import BASE, EDITS, edited
from .oracle import Files, Run
from .probe import Key

PAIRS = SHARED / "pairs"
IS_LONG = bool(os.environ.get("HOOKSMITH_LONG"))
SHORT = 12
"""Each so many edits are tried in `make test`; all in `make corpus`."""


class Packages:
    """Packages by name, as surfaces and as files."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._surfaces: dict[str, Surface] = {}
        self._files: dict[str, Files] = {}

    def add(self, name: str, path: Path) -> None:
        settings = Settings(package=name, formatter="none", runtime="shared")
        survey = pipeline.survey(path, settings)
        self._surfaces[name] = Surface(survey.api, survey.view)
        self._files[name] = pipeline.generate(path, settings).files
        self._run.add_package(name, self._files[name])

    def probe(self, old: str, new: str) -> None:
        self._run.add_probe(f"{old}_to_{new}", self._files[old], new)

    def breaks(self, old: str, new: str) -> set[Key]:
        found = find_breaks(self._surfaces[old], self._surfaces[new])
        return {(it.use, it.place) for it in found}


def compare(run: Run, packages: Packages, pairs: list[tuple[str, str]], checker: str) -> None:
    for old, new in pairs:
        packages.probe(old, new)
    verdicts = run.broken(checker)
    differences = {}
    for old, new in pairs:
        found, judged = packages.breaks(old, new), verdicts[f"{old}_to_{new}"]
        if found != judged:
            differences[old, new] = {"made up": found - judged, "missed": judged - found}
    assert not differences


@pytest.mark.slow
@pytest.mark.parametrize("name", ["clerk_hooks", "pd_slack", "resend", "svix"])
def test_published_pairs(name: str, tmp_path: Path) -> None:
    folder = PAIRS / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent")
    if not IS_LONG and name != "clerk_hooks":
        pytest.skip("part of `make corpus`")
    run = Run(tmp_path)
    packages = Packages(run)
    for side in ("old", "new"):
        packages.add(side, next(folder.glob(f"{side}.*")))
    compare(run, packages, [("old", "old"), ("old", "new"), ("new", "old")], "pyright")


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["pyright", "mypy"])
def test_single_edits(checker: str, tmp_path: Path) -> None:
    """Each edit of the base document, there and back; the base against itself breaks nothing."""
    if not IS_LONG and checker == "mypy":
        pytest.skip("part of `make corpus`")
    run = Run(tmp_path / "run")
    packages = Packages(run)
    path = tmp_path / "base.json"
    path.write_text(json.dumps(BASE))
    packages.add("base", path)
    pairs = [("base", "base")]
    for index, name in enumerate(EDITS):
        if IS_LONG or index % SHORT == 0:
            path = tmp_path / f"edit{index}.json"
            path.write_text(json.dumps(edited(name)))
            packages.add(f"edit{index}", path)
            pairs += [("base", f"edit{index}"), (f"edit{index}", "base")]
    compare(run, packages, pairs, checker)
