"""`hooksmith.diff` against pyright: the uses that each finds broken are the same, none missed and none made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooksmith import pipeline
from hooksmith.diff.surface import Surface
from hooksmith.diff.uses import find_breaks
from hooksmith.settings import Settings
from support.paths import SHARED

from .oracle import PACKAGE, broken_uses
from .probe import Key

PAIRS = SHARED / "pairs"
SETTINGS = Settings(package=PACKAGE, formatter="none")


def breaks(old: Path, new: Path) -> set[Key]:
    surfaces = []
    for path in (old, new):
        read = pipeline.survey(path, SETTINGS)
        surfaces.append(Surface(read.api, read.view))
    return {(found.use, found.place) for found in find_breaks(*surfaces)}


def files(path: Path) -> dict[str, str]:
    return pipeline.generate(path, SETTINGS).files


@pytest.mark.slow
@pytest.mark.parametrize("name", ["clerk_hooks", "pd_slack", "resend", "svix"])
def test_published_pairs(name: str, tmp_path: Path) -> None:
    folder = PAIRS / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent")
    old, new = (next(folder.glob(f"{side}.*")) for side in ("old", "new"))
    assert breaks(old, new) == broken_uses(tmp_path, files(old), files(new))
