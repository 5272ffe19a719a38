"""The runtime is copied without a formatter, which takes a second off every first run: it has to be formatted here."""

from __future__ import annotations

import pytest

from hooksmith.cache import Cache
from hooksmith.format import format_files
from hooksmith.render import runtime_files
from hooksmith.settings import Formatter


@pytest.mark.parametrize("formatter", ["black", "ruff"])
def test_formatters_leave_the_runtime_as_it_is(formatter: Formatter) -> None:
    files = runtime_files()
    formatted = format_files(files, formatter, Cache.default())
    assert [path for path in files if formatted[path] != files[path]] == []
