"""Results of earlier runs, reused if no input has changed.

Inputs are: the bytes of every file read, the absence of files looked for in vain, the settings, and the tool's
fingerprint. Time stamps are ignored. A document with its settings has one entry, so that edits do not grow the cache.
This module imports little: a run that finds nothing changed needs little else.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..errors import Diagnostic, Place
from ..frozen import value
from ..load.input_file import Input
from ..settings import Settings
from .store import Cache
from .tool_fingerprint import tool_fingerprint


@value()
class Output:
    """Package of a document: `files` maps paths below the package's folder to texts."""

    files: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()


def recall(path: Path, settings: Settings, cache: Cache) -> Output | None:
    """Return the cached output for `path`, or None if any input differs."""
    content = cache.large().get_bytes(_slot(path, settings))
    if content is None:
        return None
    head, _, texts = content.partition(b"\n")
    try:
        return _output(json.loads(head), texts)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None  # not written by this version


def _output(head: Mapping[str, Any], texts: bytes) -> Output | None:
    if head["tool"] != tool_fingerprint():
        return None
    inputs = [Input(Path(path), Path(real), digest) for path, real, digest in head["inputs"]]
    if not all(each.is_unchanged() for each in inputs):
        return None
    stream = io.BytesIO(texts)
    files = {path: stream.read(size).decode() for path, size in head["sizes"].items()}
    return Output(files, tuple(map(_diagnostic, head["diagnostics"])))


def remember(
    path: Path, settings: Settings, output: Output, inputs: Iterable[Input], cache: Cache
) -> None:
    """Cache the output for `path`. `inputs`: every file that it was made from, `path` among them."""
    cache.large().put_parts(_slot(path, settings), _entry(output, inputs))


def _entry(output: Output, inputs: Iterable[Input]) -> Iterator[bytes]:
    """Yield a line of JSON with the inputs, diagnostics and sizes, then the files."""
    contents = [text.encode() for text in output.files.values()]
    head = {
        "tool": tool_fingerprint(),
        "inputs": [[str(each.path), str(each.real), each.digest] for each in inputs],
        "diagnostics": [_plain(diagnostic) for diagnostic in output.diagnostics],
        "sizes": dict(zip(output.files, map(len, contents), strict=True)),
    }
    yield json.dumps(head).encode() + b"\n"
    yield from contents


def _slot(path: Path, settings: Settings) -> str:
    """Return the entry's key: the document as the user names it, since messages quote it, and all settings."""
    values = [
        f"{field.name}={_stable(getattr(settings, field.name))}" for field in fields(settings)
    ]
    return Cache.key("run", repr(Path.cwd()), repr(path), *values)


def _stable(value: Any) -> str:
    return repr(sorted(value.items())) if isinstance(value, Mapping) else repr(value)


def _plain(diagnostic: Diagnostic) -> dict[str, Any]:
    plain = {field.name: getattr(diagnostic, field.name) for field in fields(diagnostic)}
    place = diagnostic.place
    return {
        **plain,
        "place": place and {field.name: getattr(place, field.name) for field in fields(place)},
    }


def _diagnostic(plain: Mapping[str, Any]) -> Diagnostic:
    return Diagnostic(**{**plain, "place": plain["place"] and Place(**plain["place"])})
