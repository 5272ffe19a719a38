"""Rendered Python → formatted Python, and the cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooksmith import formatting
from hooksmith.caching.store import MAX_SHARD, Cache
from hooksmith.config import Formatter
from hooksmith.errors import ConfigError
from hooksmith.formatting import RenderedCodeError, format_files

LONG = ", ".join(f'"{name}": {name}_of_the_order' for name in ("name", "number", "address", "date"))
UGLY = f"\nclass A:\n    x: int\n\n\n    orders = {{{LONG}}}\n\n\n\n\nX = 1\n"
"""As the templates write: too many blank lines, and a line too long."""
NEAT = "class A:\n    x: int\n\n    orders = {{\n        {}\n    }}\n\n\nX = 1\n".format(
    LONG.replace(", ", ",\n        ") + ","
)
FILES = {"b/x.py": UGLY, "api.md": UGLY, "a.py": NEAT, "empty.py": ""}
FORMATTED = {"b/x.py": NEAT, "api.md": UGLY, "a.py": NEAT, "empty.py": ""}
formatters = pytest.mark.parametrize("formatter", ["black", "ruff"])


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def entries(cache: Cache) -> list[Path]:
    assert cache.folder is not None
    return sorted(path for path in cache.folder.rglob("*") if path.is_file())


@formatters
def test_python_is_formatted_and_nothing_else(formatter: Formatter, cache: Cache) -> None:
    formatted = format_files(FILES, formatter, cache)
    assert formatted == FORMATTED
    assert list(formatted) == list(FILES)
    assert format_files(formatted, formatter, cache) == FORMATTED


def test_none_leaves_all_as_it_is() -> None:
    assert format_files(FILES, "none") == FILES


@formatters
def test_the_second_time_nothing_is_formatted(
    formatter: Formatter, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    format_files(FILES, formatter, cache)
    asked: list[str] = []

    def watched(
        work: Callable[[Formatter, dict[str, str]], dict[str, str]],
    ) -> Callable[[Formatter, dict[str, str]], dict[str, str]]:
        return lambda formatter, files: asked.extend(files) or work(formatter, files)

    monkeypatch.setattr(formatting, "_format", watched(formatting._format))
    assert format_files(FILES, formatter, cache) == FORMATTED
    assert asked == []
    assert format_files({**FILES, "new.py": "\ny = 1"}, formatter, cache)["new.py"] == "y = 1\n"
    assert asked == ["new.py"]


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"0" * 64 + b"\nimport evil\n", b"\xff\xfe"])
def test_a_damaged_cache_costs_time_only(cache: Cache, damage: bytes) -> None:
    format_files(FILES, "black", cache)
    for path in entries(cache):
        path.write_bytes(damage)
    assert format_files(FILES, "black", cache) == FORMATTED
    assert not any(path.read_bytes() == damage for path in entries(cache))


def test_an_entry_under_another_name_is_not_believed(cache: Cache) -> None:
    assert cache.put("ab" + "0" * 62, "text")
    (path,) = entries(cache)
    assert cache.folder is not None
    other = cache.folder / "ab" / ("1" * 62)
    path.rename(other)
    assert cache.get("ab" + "1" * 62) is None


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for cache in (Cache(blocked), Cache(blocked / "deeper"), Cache(None)):
        assert format_files(FILES, "black", cache) == FORMATTED
        assert not cache.put("ab", "text")
        assert cache.get("ab") is None
    assert blocked.read_text() == ""


def test_where_the_cache_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    for name in ("HOOKSMITH_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert Cache.default().folder == Path("/home/somebody/.cache/hooksmith")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert Cache.default().folder == Path("/xdg/hooksmith")
    monkeypatch.setenv("HOOKSMITH_CACHE_DIR", "/mine")
    assert Cache.default().folder == Path("/mine")
    monkeypatch.setenv("HOOKSMITH_CACHE_DIR", "")
    assert Cache.default().folder is None


def test_a_cache_does_not_grow_without_end(cache: Cache) -> None:
    for number in range(MAX_SHARD + 1):
        cache.put(f"ab{number:062d}", "text")
        newest = entries(cache)[-1]
        os.utime(newest, (number, number))
    assert len(entries(cache)) == MAX_SHARD + 1 - (MAX_SHARD + 1) // 2
    assert cache.get(f"ab{MAX_SHARD:062d}") == "text"


@given(st.lists(st.text()), st.lists(st.text()))
def test_keys_differ_when_inputs_do(one: list[str], other: list[str]) -> None:
    try:
        keys = Cache.key(*one), Cache.key(*other)
    except UnicodeEncodeError:
        return  # half a surrogate pair is no text that could be written
    assert (keys[0] == keys[1]) == (one == other)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_kept_comes_back(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        assert cache.put(Cache.key(text), text)
        assert cache.get(Cache.key(text)) == text


@formatters
def test_what_is_not_python_is_our_fault_and_named(formatter: Formatter, cache: Cache) -> None:
    with pytest.raises(RenderedCodeError, match=r"rendered for acme/broken\.py is not valid: "):
        format_files({"acme/fine.py": "x = 1", "acme/broken.py": "def :"}, formatter, cache)


def test_a_formatter_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, cache: Cache) -> None:
    monkeypatch.setattr(formatting, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"ruff is not installed\n  hint: pip install ruff"):
        format_files(FILES, "ruff", cache)
