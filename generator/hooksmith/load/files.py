"""A file → text → data: which encoding it has, and whether it is YAML or JSON."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..errors import LoadError, Place
from ..suggest import did_you_mean
from . import json_reader, yaml_reader
from .syntax import SyntaxProblem

MAX_BYTES = 128 * 1024 * 1024
"""The largest file that is read."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> str:
    """Return the text of a file, by its byte order mark or in UTF-8. Raises LoadError."""
    return _decode(path, _read_bytes(path))


def parse(path: Path, text: str) -> Any:
    """Return the data in the text of a file. Raises LoadError, with the place."""
    return read(path, text)[0]


Find = Callable[[Iterable[str]], tuple[int, int]]
"""Keys → the line and column, from 1, of the value under them, or of the last value on the way that exists."""


def read(path: Path, text: str) -> tuple[Any, Find]:
    """Return the data in the text of a file, and a function that finds places in it.

    The function relies on the data: it must not be changed. Raises LoadError, with the place.
    """
    try:
        if _is_json(path, text):
            return json_reader.parse(text), json_reader.Finder(text).find
        document = yaml_reader.read(text)
    except SyntaxProblem as problem:
        place = Place(file=str(path), line=problem.line, column=problem.column)
        raise LoadError.at(place, problem.message, hint=problem.hint) from problem
    return document.data, document.find


def similar_file(path: Path) -> str:
    """Return a hint with a similar file name in the folder of a missing file; empty if there is none."""
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return ""
    return did_you_mean(path.name, names)


def real_path(path: Path) -> Path:
    """Return a path without symbolic links. Raises LoadError for a circle of links and for text that is no path."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise LoadError.at(Place(file=str(path)), f"is no path to a file: {error}") from error


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise LoadError.at(
            Place(file=str(path)), "there is no such file", hint=similar_file(path)
        ) from None
    except IsADirectoryError:
        raise LoadError.at(
            Place(file=str(path)), "this is a folder", hint="name the file in it"
        ) from None
    except OSError as error:
        raise LoadError.at(Place(file=str(path)), f"cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise LoadError.at(Place(file=str(path)), f"larger than {MAX_BYTES // 1024**2} MiB")
    return content


def _decode(path: Path, content: bytes) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise LoadError.at(
            Place(file=str(path), line=line, column=column),
            f"not {encoding.upper()} text: {error.reason} (byte 0x{content[error.start]:02x})",
            hint="save the file as UTF-8",
        ) from error


def _is_json(path: Path, text: str) -> bool:
    """By its first character, whatever the file is called; a `.yaml` file may hold either."""
    if text.lstrip()[:1] not in ("{", "["):
        return path.suffix == ".json"
    if path.suffix not in (".yaml", ".yml"):
        return True
    try:
        json_reader.parse(text)
    except SyntaxProblem:
        return False
    return True
