"""The runtime is copied without a formatter, which takes a second off every first run: it has to be formatted here."""

from __future__ import annotations

from hooksmith.caching.store import Cache
from hooksmith.formatting import format_files
from hooksmith.output.runtime_copy import runtime_files
from support.black_style import as_black_has_it


def test_black_leaves_the_runtime_as_it_is() -> None:
    files = runtime_files()
    assert [path for path, text in files.items() if as_black_has_it(text) != text] == []


def test_ruff_leaves_the_runtime_as_it_is() -> None:
    files = runtime_files()
    formatted = format_files(files, "ruff", Cache.default())
    assert [path for path in files if formatted[path] != files[path]] == []
