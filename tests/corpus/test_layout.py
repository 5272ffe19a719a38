"""What is generated from real documents is as black itself has it, though black sees little of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from corpus.test_corpus import DOCUMENTS
from hooksmith.pipeline import generate
from hooksmith.settings import Settings
from support.black_style import as_black_has_it

ENOUGH = 40_000
"""Characters of each document's package that black reads: it takes a second for 90 KB."""

pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="there is no ../shared with documents to try")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_black_leaves_it_as_it_is(path: Path) -> None:
    files = generate(path, Settings(package="corpus")).files
    read = 0
    for name in sorted(files, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if not name.endswith(".py") or name.startswith("_runtime/"):
            continue
        if read < ENOUGH:
            assert as_black_has_it(files[name]) == files[name], name
            read += len(files[name])
