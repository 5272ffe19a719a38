"""Bodies that are made to cost much are read, as events, callbacks and replies, within limits of memory and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from hooksmith.pipeline import generate
from hooksmith.settings import Settings
from support.cases import write_files
from support.documents import written
from support.paths import TESTS

from .bodies import DOCUMENT, DRIFTED, MEGABYTES, PACKAGE, VALID

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and peaks are Linux's")

LIMIT = int(os.environ.get("HOOKSMITH_READING_MEGABYTES", MEGABYTES))
SIZES = {"drifted": 2_400_000, "drifted chain": 1_200_000, "drifted self-recursive": 900_000}
"""Kind → bytes, where the size matters; the others are attacks on time."""
SURFACES = {
    "event": "DriftedEvent",
    "callback": "EventParseError",
    "reply": "ReplyValidationError",
}
"""Surface → the outcome of a body that departs from the document."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """Surface and kind → what the reading of such a body took."""
    folder = tmp_path_factory.mktemp("bodies")
    settings = Settings(package=PACKAGE, formatter="none")
    write_files(folder / PACKAGE, generate(written(DOCUMENT, folder), settings).files)
    jobs = [
        (surface, kind, SIZES.get(kind, 100_000))
        for surface in SURFACES
        for kind in (*VALID, *DRIFTED)
    ] + [("loads", kind, size) for kind, size in SIZES.items()]
    command = [sys.executable, "-m", "hostile.bodies", str(folder), str(LIMIT)]
    run = subprocess.run(
        command, cwd=TESTS, input=json.dumps(jobs), capture_output=True, text=True, check=True
    )
    found = [json.loads(line) for line in run.stdout.splitlines()]
    return {(each["surface"], each["kind"]): each for each in found}


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("kind", VALID)
def test_valid_bodies_are_read(reports: dict[Any, Any], surface: str, kind: str) -> None:
    assert reports[surface, kind]["outcome"] == "Body"


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("kind", DRIFTED)
def test_bodies_that_depart_have_a_verdict(
    reports: dict[Any, Any], surface: str, kind: str
) -> None:
    assert reports[surface, kind]["outcome"] == SURFACES[surface]


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("kind", SIZES)
def test_memory_is_bounded_by_that_of_the_data(
    reports: dict[Any, Any], surface: str, kind: str
) -> None:
    least = reports["loads", kind]["megabytes"]
    assert reports[surface, kind]["megabytes"] <= 30 * least + 20
