"""Files → documents: YAML 1.2 or JSON, `$ref`s across files, and where everything stands.

A document is untrusted. Nothing is fetched over the network, nothing is read outside the folder of the first file (and
the folders its reader allows), and size, depth and aliases have limits. The data is a tree; treat it as read-only.
"""

from __future__ import annotations

import codecs
import os.path
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

from . import json_text, yaml12
from .errors import HooksmithError, LoadError, Place, UnresolvedReferenceError
from .identifiers import Identifiers, identify
from .pointer import join, split, unescape
from .suggest import did_you_mean
from .syntax import Position, SyntaxProblem

MAX_BYTES = 128 * 1024 * 1024
"""The largest file that is read."""

_MAX_HOPS = 100
_IDENTIFYING = re.compile(r"\$(id|anchor|dynamicAnchor|schema)[\"']?\s*:")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, eq=False)
class Document:
    """One file. `path` is as the user or the `$ref` named it; `data` is what JSON can say."""

    path: Path
    uri: str
    data: Any
    text: str

    def place(self, pointer: str) -> Place:
        """Where `pointer` stands in the file; for a pointer that leads nowhere, as far down as it leads."""
        position = self._positions.find(split(pointer))
        return Place(
            file=str(self.path), pointer=pointer, line=position.line, column=position.column
        )

    @cached_property
    def _positions(self) -> Position:
        """Read anew when the first message needs a place: keeping places is slower than reading data."""
        if _is_json(self.path, self.text):
            return json_text.positions(self.text)
        return yaml12.positions(self.text)

    @cached_property
    def identifiers(self) -> Identifiers:
        """The `$id`s and anchors in the file."""
        if _IDENTIFYING.search(self.text):
            return identify(self.data, self.uri)
        return Identifiers(bases={"": self.uri})


@dataclass(frozen=True, slots=True)
class Located:
    """A value and where it stands."""

    document: Document
    pointer: str
    value: Any

    def place(self) -> Place:
        return self.document.place(self.pointer)


def load(path: Path, *, roots: Iterable[Path] = ()) -> Library:
    """The document at `path`. Its `$ref`s may reach files in its own folder and in `roots`, at any depth.

    Raises LoadError where the file is missing or is neither YAML nor JSON.
    """
    return Library(Path(path), tuple(roots))


class Library:
    """A document and those that its `$ref`s reach, each read once, when first reached."""

    root: Document

    def __init__(self, path: Path, roots: tuple[Path, ...] = ()) -> None:
        real = path.resolve()
        self._roots = (real.parent, *(root.resolve() for root in roots))
        self._documents: dict[Path, Document] = {}
        self._found: dict[tuple[str, str, str], Located] = {}
        self.root = self._read(path, real)

    @property
    def documents(self) -> Mapping[Path, Document]:
        """All documents read so far, by their resolved path, the root first."""
        return self._documents

    def resolve(self, document: Document, reference: str, at: str = "") -> Located:
        """What a `$ref` leads to, one step: the value may hold a `$ref` again.

        `at` points to the object in `document` that holds the `$ref`: it is named in errors, and a `$id` above it
        is what a relative reference starts from. Raises UnresolvedReferenceError, or LoadError where the reference
        leads to a file that cannot be read.
        """
        scope = document.identifiers.base(at)[0]
        key = (document.uri, scope, reference)
        if key not in self._found:
            self._found[key] = _Resolution(self, document, reference, at).run()
        return self._found[key]

    def follow(self, located: Located) -> Located:
        """The end of a chain: `located` itself, or what its `$ref` and the next ones lead to."""
        start, passed = located, {(located.document.uri, located.pointer)}
        while _is_reference(located.value):
            located = self.resolve(located.document, located.value["$ref"], located.pointer)
            if (located.document.uri, located.pointer) in passed:
                raise UnresolvedReferenceError.at(
                    start.place(),
                    f"the $ref {start.value['$ref']!r} leads in a circle, back to {located.place()}",
                    hint="one of the references in the circle must stand for a value",
                )
            passed.add((located.document.uri, located.pointer))
        return located

    def identified(self, uri: str) -> Located | None:
        """What a document read so far calls `uri` by a `$id` or an anchor."""
        for document in self._documents.values():
            pointer = document.identifiers.pointers.get(uri)
            if pointer is not None:
                return Located(document, pointer, _value_at(document.data, pointer))
        return None

    def open(self, path: Path, fail: Callable[[str, str], Exception]) -> Document:
        """The document at `path`, if it may be read; `fail(message, hint)` makes the error where not."""
        real = path.resolve()
        if real in self._documents:
            return self._documents[real]
        if not any(real.is_relative_to(root) for root in self._roots):
            folder = self.root.path.parent
            raise fail(
                f"{path} is outside {folder}, the folder of the document",
                "allow its folder by `roots` in the configuration or --root, if you trust the document",
            )
        if real.is_dir():
            raise fail(f"{path} is a folder", "name the file in it")
        if not real.is_file():
            raise fail(f"there is no file {path}", _similar_file(path))
        return self._read(path, real)

    def _read(self, path: Path, real: Path) -> Document:
        text = _decode(path, _read_bytes(path))
        data = _parse(path, text)
        document = Document(path=path, uri=real.as_uri(), data=data, text=text)
        self._documents[real] = document
        return document


class _Resolution:
    """One `$ref` on its way: `document` and `at` say where it stands."""

    def __init__(
        self, library: Library, document: Document, reference: str, at: str, hops: int = 0
    ) -> None:
        self._library = library
        self._document = document
        self._reference = reference
        self._at = at
        self._hops = hops

    def run(self) -> Located:
        """The end of one step. `hops` counts `$ref`s passed on the way, so as not to go in a circle."""
        if self._hops > _MAX_HOPS:
            raise self._fail("its path runs in a circle of $refs")
        location, _, fragment = self._reference.partition("#")
        if not location:
            return self._inside(
                self._document, fragment, self._document.identifiers.base(self._at)[0]
            )
        if (resource := self._identified(location)) is not None:
            return self._inside(resource.document, fragment, resource.pointer)
        return self._inside(self._library.open(self._path(location), self._fail), fragment, "")

    def _identified(self, location: str) -> Located | None:
        base = self._document.identifiers.base(self._at)[1]
        uri = urljoin(base, location)
        return self._library.identified(uri)

    def _path(self, location: str) -> Path:
        """The file that a reference names, relative to the file it stands in."""
        if location.startswith("file:"):
            return Path(unquote(re.sub(r"^file:(//(localhost)?(?=/))?", "", location)))
        if location.startswith(("http:", "https:", "//")):
            raise self._fail(
                "it leads to the network, where nothing is fetched from",
                "download the file and refer to it by a relative path",
            )
        if _SCHEME.match(location):
            raise self._fail(f"no document read so far has the $id {location!r}")
        if "\0" in unquote(location):
            raise self._fail("it is not a path")
        return Path(_normal(self._document.path.parent / unquote(location)))

    def _inside(self, document: Document, fragment: str, resource: str) -> Located:
        """What `fragment` means in the schema resource at the pointer `resource` of `document`."""
        if fragment and not fragment.startswith("/"):
            return self._anchor(document, unquote(fragment), resource)
        try:
            return self._descend(document, resource, fragment)
        except UnresolvedReferenceError:
            if not resource:
                raise
            return self._descend(document, "", fragment)

    def _anchor(self, document: Document, name: str, resource: str) -> Located:
        uri = document.identifiers.base(resource)[1]
        pointer = document.identifiers.pointers.get(f"{uri}#{name}")
        if pointer is None:
            names = [
                known.partition("#")[2] for known in document.identifiers.pointers if "#" in known
            ]
            raise self._fail(f"{document.path} has no $anchor {name!r}", did_you_mean(name, names))
        return Located(document, pointer, _value_at(document.data, pointer))

    def _descend(self, document: Document, start: str, fragment: str) -> Located:
        """Walk down a pointer, through `$ref`s on the way where a key is not there."""
        pointer, value = start, _value_at(document.data, start)
        for token in fragment.split("/")[1:]:
            while (key := _key(value, token)) is None and _is_reference(value):
                hop = self._hop(document, pointer, value["$ref"])
                document, pointer, value = hop.document, hop.pointer, hop.value
            if key is None:
                raise self._missing(document, pointer, value, unescape(unquote(token)))
            pointer = join(pointer, key)
            value = value[key] if isinstance(value, dict) else value[int(key)]
        return Located(document, pointer, value)

    def _hop(self, document: Document, pointer: str, reference: str) -> Located:
        """Through a `$ref` that stands where a key should be."""
        self._hops += 1
        return _Resolution(self._library, document, reference, pointer, self._hops).run()

    def _missing(self, document: Document, pointer: str, value: Any, key: str) -> HooksmithError:
        owner = f"{document.path} #{pointer or '/'}"
        if isinstance(value, dict):
            return self._fail(f"there is no {key!r} at {owner}", did_you_mean(key, value))
        if isinstance(value, list):
            return self._fail(f"there is no item {key} at {owner}, which has {len(value)}")
        return self._fail(f"{owner} is neither a mapping nor a list, so it has no {key!r}")

    def _fail(self, reason: str, hint: str = "") -> HooksmithError:
        place = self._document.place(self._at)
        message = f"the $ref {self._reference!r} leads nowhere: {reason}"
        return UnresolvedReferenceError.at(place, message, hint=hint)


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("$ref"), str)


def _key(value: Any, token: str) -> str | None:
    """The key of `value` that a token of a URI fragment means: percent-encoded as it should be, or as it is."""
    keys = (unescape(unquote(token)), unescape(token))
    return next((key for key in keys if _has(value, key)), None)


def _has(value: Any, key: str) -> bool:
    if isinstance(value, dict):
        return key in value
    is_index = key.isascii() and key.isdigit() and (key == "0" or key[0] != "0")
    return isinstance(value, list) and is_index and len(key) < 10 and int(key) < len(value)


def _value_at(data: Any, pointer: str) -> Any:
    for key in split(pointer):
        data = data[key] if isinstance(data, dict) else data[int(key)]
    return data


def _similar_file(path: Path) -> str:
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return ""
    return did_you_mean(path.name, names)


def _normal(path: Path) -> str:
    """`a/../b` → `b`, as text: the path shown is the one written, whatever links there are."""
    return os.path.normpath(path)


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise LoadError.at(
            Place(file=str(path)), "there is no such file", hint=_similar_file(path)
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
        json_text.parse(text)
    except SyntaxProblem:
        return False
    return True


def _parse(path: Path, text: str) -> Any:
    try:
        return (json_text if _is_json(path, text) else yaml12).parse(text)
    except SyntaxProblem as problem:
        place = Place(file=str(path), line=problem.line, column=problem.column)
        raise LoadError.at(place, problem.message, hint=problem.hint) from problem
