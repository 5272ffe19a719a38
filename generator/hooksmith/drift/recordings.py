"""Recorded deliveries: `.http` files, JSON payloads, the folder of `listen --record`, or the inbox of a receiver."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ..devtools.http_files import read_http_file
from ..errors import LoadError, Place
from ..frozen import value

_SQLITE = b"SQLite format 3\x00"
_READERS = (".http", ".json", ".jsonl")


@value(kw_only=True)
class Recording:
    """A delivery. `source`: the file, and the row or line in it."""

    source: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def read_recordings(path: Path) -> Iterator[Recording]:
    """Yield the deliveries in a file or folder. Raises LoadError."""
    if path.is_dir():
        files = sorted(
            each for each in path.rglob("*") if each.suffix in _READERS and each.is_file()
        )
        if not files:
            message = f"has no files of {', '.join(_READERS)}"
            raise LoadError.at(Place(file=str(path)), message)
        for file in files:
            yield from read_recordings(file)
    elif path.suffix == ".http":
        request = read_http_file(path)
        headers = tuple((name, text) for name, text in request.headers)
        yield Recording(source=str(path), body=request.body, headers=headers)
    elif _read(path).startswith(_SQLITE):
        yield from _inbox(path)
    elif path.suffix == ".jsonl":
        for number, line in enumerate(_read(path).splitlines(), 1):
            if line.strip():
                yield Recording(source=f"{path}:{number}", body=line)
    else:
        yield from _payloads(path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise LoadError.at(Place(file=str(path)), f"cannot be read: {reason}") from error


def _payloads(path: Path) -> Iterator[Recording]:
    """A payload, or a list of payloads."""
    try:
        data = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise LoadError.at(Place(file=str(path)), f"is not JSON: {error}") from error
    if not isinstance(data, list):
        yield Recording(source=str(path), body=_read(path))
        return
    for index, payload in enumerate(data):
        yield Recording(source=f"{path} #/{index}", body=json.dumps(payload).encode())


def _inbox(path: Path) -> Iterator[Recording]:
    """The deliveries that an inbox in SQLite holds. The file is opened to be read alone."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT id, headers, body FROM inbox_deliveries ORDER BY id")
            for number, headers, body in rows:
                yield Recording(
                    source=f"{path} delivery {number}",
                    body=bytes(body),
                    headers=tuple((str(name), str(text)) for name, text in json.loads(headers)),
                )
    except (sqlite3.Error, ValueError, TypeError) as error:
        raise LoadError.at(Place(file=str(path)), f"is no inbox: {error}") from error
