"""What a document became the last time, where nothing that it depends on is different now.

That is: the bytes of every file that was read, the absence of those that were looked for in vain, the settings, and the
tool itself, its templates and the packages beside it. Nothing is told from time stamps. There is one set of entries for
each document and settings, so that the cache does not grow with every edit. Light to import: a run that finds nothing
changed needs little else.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache as once
from pathlib import Path
from typing import Any

from ..errors import Diagnostic, Place
from ..frozen import value
from ..load.input_file import Input
from ..settings import Settings
from .store import Cache


@value()
class Output:
    """What a document becomes: `files` is path below the package's folder → text."""

    files: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()


def recall(path: Path, settings: Settings, cache: Cache) -> Output | None:
    """Return the cached result for `path`, or None if any input differs."""
    slot = _slot(path, settings)
    head = _Head.read(slot, cache)
    if head is None or not all(each.is_unchanged() for each in head.inputs):
        return None
    files = _files(slot, head.inputs, cache)
    return None if files is None else Output(files, head.diagnostics)


def remember(
    path: Path, settings: Settings, output: Output, inputs: Iterable[Input], cache: Cache
) -> None:
    """Cache the result for `path`. `inputs`: every file that it was made from, `path` among them."""
    read = tuple(inputs)
    head = {
        "tool": tool_digest(),
        "inputs": [[str(it.path), str(it.real), it.digest] for it in read],
        "diagnostics": [_plain(diagnostic) for diagnostic in output.diagnostics],
    }
    slot = _slot(path, settings)
    cache.large().put_parts(_files_slot(slot), _parts(read, output.files))
    cache.large().put(slot, json.dumps(head))


def _parts(inputs: tuple[Input, ...], files: Mapping[str, str]) -> Iterator[bytes]:
    """A line with what they were made from, one with their paths and sizes in bytes, and the files themselves."""
    contents = [text.encode() for text in files.values()]
    sizes = dict(zip(files, map(len, contents), strict=True))
    yield f"{_source(inputs)}\n{json.dumps(sizes)}\n".encode()
    yield from contents


@value()
class _Head:
    """What `remember` kept besides the files, by this version of the tool."""

    inputs: tuple[Input, ...]
    diagnostics: tuple[Diagnostic, ...]

    @classmethod
    def read(cls, slot: str, cache: Cache) -> _Head | None:
        text = cache.large().get(slot)
        try:
            entry = json.loads(text) if text else {}
            if entry.get("tool") != tool_digest():
                return None
            return cls(tuple(_inputs(entry)), tuple(map(_diagnostic, entry["diagnostics"])))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None  # not an entry of ours


def _files(slot: str, inputs: tuple[Input, ...], cache: Cache) -> dict[str, str] | None:
    """The files that were made of `inputs`; a run that was killed may have left those of others."""
    content = cache.large().get_bytes(_files_slot(slot)) or b""
    source, _, rest = content.partition(b"\n")
    if source.decode("ascii", "replace") != _source(inputs):
        return None
    sizes, _, texts = rest.partition(b"\n")
    stream = io.BytesIO(texts)
    try:
        return {path: stream.read(size).decode() for path, size in json.loads(sizes).items()}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None  # not an entry of ours


def _source(inputs: tuple[Input, ...]) -> str:
    """Return a digest of the tool and all inputs."""
    return Cache.key(
        tool_digest(), *(f"{str(it.path)!a} {str(it.real)!a} {it.digest}" for it in inputs)
    )


def _files_slot(slot: str) -> str:
    return Cache.key("files", slot)


def _slot(path: Path, settings: Settings) -> str:
    """The name of the entry: the document as the user names it, for messages do too, and all settings."""
    stated = [
        f"{field.name}={_stable(getattr(settings, field.name))}" for field in fields(settings)
    ]
    return Cache.key("run", repr(Path.cwd()), repr(path), *stated)


def _stable(value: Any) -> str:
    return repr(sorted(value.items())) if isinstance(value, Mapping) else repr(value)


def _inputs(entry: Mapping[str, Any]) -> Iterator[Input]:
    for path, real, digest in entry["inputs"]:
        yield Input(Path(path), Path(real), digest)


def _plain(diagnostic: Diagnostic) -> dict[str, Any]:
    found = {field.name: getattr(diagnostic, field.name) for field in fields(diagnostic)}
    place = diagnostic.place
    return {
        **found,
        "place": place and {field.name: getattr(place, field.name) for field in fields(place)},
    }


def _diagnostic(plain: Mapping[str, Any]) -> Diagnostic:
    return Diagnostic(**{**plain, "place": plain["place"] and Place(**plain["place"])})


# --- the tool ----------------------------------------------------------------------------------------------------


@once
def tool_digest() -> str:
    """The tool's own code and templates, Python, and the names and versions of all packages that are installed."""
    here = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(sys.version.encode())
    for folder in (str(here), str(here.parents[1] / "templates")):
        for path in _sources(folder):
            with open(path, "rb") as file:  # noqa: PTH123 - Paths take as long as reading
                content = file.read()
            place = path.removeprefix(folder).replace(os.sep, "/")
            digest.update(f"\n{place} {len(content)}\n".encode() + content)
    for name in _installed():
        digest.update(f"\n{name}".encode())
    return digest.hexdigest()


def _sources(folder: str) -> list[str]:
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += [f"{parent}{os.sep}{name}" for name in names]
    return sorted(found)


def _installed() -> list[str]:
    """`black-26.10.1.dist-info` and the like: a version is in the name, so no file needs to be opened."""
    found: list[str] = []
    for folder in sys.path:
        try:
            with os.scandir(folder or ".") as entries:
                found += [
                    entry.name
                    for entry in entries
                    if entry.name.endswith((".dist-info", ".egg-info"))
                ]
        except OSError:
            continue
    return sorted(found)
