"""A second run: nothing is made again unless something is different, whatever state the cache is in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hooksmith import batch, pipeline
from hooksmith.caching import run_results
from hooksmith.caching.run_results import Output
from hooksmith.caching.store import Cache
from hooksmith.settings import Settings

SETTINGS = Settings(package="acme", formatter="none")
made: list[Path] = []


def spec(title: str = "Acme", reference: str = "pet.json#/Pet") -> str:
    schema = {"type": "object", "properties": {"pet": {"$ref": reference}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": {},
        "components": {"schemas": {"Owner": schema}},
    }
    return json.dumps(document)


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document of two files, in an empty cache; `made` has what is made from now on."""
    monkeypatch.setenv("HOOKSMITH_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.json").write_text(spec())
    (tmp_path / "pet.json").write_text('{"Pet": {"type": "object"}}')
    made.clear()
    generate = pipeline.generate

    def watched(path: Path, settings: Settings) -> pipeline.Result:
        made.append(path)
        return generate(path, settings)

    monkeypatch.setattr(pipeline, "generate", watched)
    return Path("acme.json")


def make(path: Path, settings: Settings = SETTINGS) -> Output:
    return batch.make(path, settings)


def test_what_has_not_changed_is_not_made_again(document: Path) -> None:
    first = make(document)
    os.utime(document, (1, 1))
    assert make(document) == first
    assert made == [document]


def edit_document(document: Path) -> None:
    document.write_text(spec(title="Bcme"))
    os.utime(document, (1, 1))


def edit_other_file(document: Path) -> None:
    document.with_name("pet.json").write_text('{"Pet": {"type": "string"}}')


def remove_other_file(document: Path) -> None:
    document.with_name("pet.json").unlink()


def lead_other_file_elsewhere(document: Path) -> None:
    other = document.with_name("pet.json")
    other.rename("cat.json")
    other.symlink_to("cat.json")


@pytest.mark.parametrize(
    "change", [edit_document, edit_other_file, remove_other_file, lead_other_file_elsewhere]
)
def test_what_has_changed_is(document: Path, change: Callable[[Path], None]) -> None:
    make(document)
    change(document)
    outcome = batch.attempt((document, SETTINGS))
    assert made == [document, document]
    assert outcome.error or outcome.output


def test_a_file_that_was_missing_and_is_there_now(document: Path) -> None:
    document.write_text(spec(reference="late.json#/Pet"))
    before = batch.attempt((document, SETTINGS))
    document.with_name("late.json").write_text('{"Pet": {"type": "integer"}}')
    after = batch.attempt((document, SETTINGS))
    assert made == [document, document]
    assert before != after
    assert after.result().files


def test_settings_and_the_tool_itself_count(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(document)
    make(
        document,
        Settings(package="acme", formatter="none", names={"/components/schemas/Owner": "Human"}),
    )
    assert len(made) == 2
    monkeypatch.setattr(run_results, "tool_fingerprint", lambda: "another version")
    make(document)
    assert len(made) == 3


def test_the_way_back_is_not_taken_for_granted(document: Path) -> None:
    """An edit and its reverse: one set of entries a document, so that the cache does not grow."""
    texts = []
    for title in ("Acme", "Bcme", "Acme"):
        document.write_text(spec(title))
        texts.append(make(document).files["models.py"])
    assert texts[0] == texts[2] != texts[1]
    assert len(list(Path("cache/large").rglob("*/*"))) == 1


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"0" * 64 + b"\n{}", b"\xff"])
def test_a_damaged_entry_costs_time_only(document: Path, damage: bytes) -> None:
    first = make(document)
    for path in Path("cache/large").rglob("*/*"):
        path.write_bytes(damage)
    assert make(document) == first
    assert len(made) == 2


@pytest.mark.parametrize("content", ["[]", "{}", "null", '{"tool": 1, "inputs": 2}'])
def test_an_entry_of_another_shape_is_none(document: Path, content: str) -> None:
    first = make(document)
    cache = Cache.default().large()
    assert cache.put(run_results._slot(document, SETTINGS), content)
    assert make(document) == first
    assert len(made) == 2


def test_without_a_cache_it_works_as_well(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make(document)
    blocked = document.with_name("blocked")
    blocked.write_text("a file, where a folder should be")
    for folder in ("", str(blocked)):
        monkeypatch.setenv("HOOKSMITH_CACHE_DIR", folder)
        assert make(document) == first
    assert len(made) == 3


def test_findings_are_told_again(document: Path) -> None:
    document.write_text(
        spec().replace('"type": "object"', '"type": "object", "required": ["a", "a"]')
    )
    first = make(document)
    assert first.diagnostics
    assert make(document).diagnostics == first.diagnostics
    assert len(made) == 1


def test_a_path_that_is_no_text(document: Path) -> None:
    odd = document.with_name("acm\udce9.json")
    odd.write_text(spec().replace('"type": "object"', '"type": "object", "required": ["a", "a"]'))
    first = make(odd)
    assert first.diagnostics
    assert make(odd) == first
    assert len(made) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no modes and owners")
def test_an_entry_that_others_can_write_is_not_used(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(document)
    entry = next(Path("cache/large").rglob("*/*"))
    times = 1
    for path in (entry, entry.parent, Path("cache/large")):
        mode = path.stat().st_mode
        for writable in (0o020, 0o002):
            path.chmod(mode | writable)
            assert make(document) == first
            times += 1
            assert len(made) == times, (path, oct(writable))
            path.chmod(mode)
    monkeypatch.setattr(os, "geteuid", lambda: entry.stat().st_uid + 1)
    assert make(document) == first
    assert len(made) == times + 1


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no modes and owners")
def test_the_cache_is_private_whatever_the_umask(document: Path) -> None:
    before = os.umask(0)
    try:
        first = make(document)
    finally:
        os.umask(before)
    for path in Path("cache/large").rglob("*"):
        assert not path.stat().st_mode & 0o022, path
    assert make(document) == first
    assert len(made) == 1
