"""Hostile documents give a package without code of theirs, or a clear refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostile.checks import _faults, try_document
from hostile.documents import MARK, hostile

COUNT, BATCH = 320, 20
"""Documents of this test, by batches; `make fuzz` tries 100,000."""


@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_no_document_runs_code_and_none_ends_in_a_traceback(first: int, case_home: Path) -> None:
    for number in range(first, first + BATCH):
        outcome = try_document(hostile(number), case_home if number % 4 == 0 else None)
        assert outcome.faults == (), f"document {number}"


def test_documents_are_the_same_in_every_run() -> None:
    assert hostile(7) == hostile(7)
    assert hostile(7).document != hostile(8).document


@pytest.mark.parametrize(
    "text",
    [
        f"{MARK}()",
        f"A = {MARK}",
        f"import {MARK}",
        f"from {MARK} import a",
        f"class A:\n    a = {MARK}()",
        "A = eval('1')",
        "A = f'{1}'",
        "A = (",
        f"# coding: utf-7\nA = 1\n+AAo-{MARK}()",
    ],
)
def test_the_checks_see_code(text: str) -> None:
    assert list(_faults("a.py", text))


def test_the_checks_see_files_outside() -> None:
    assert list(_faults("../a.py", ""))
    assert list(_faults("/a.py", ""))
