"""Resolution of a `$ref`, across files, `$id`s and anchors."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from ..errors import HooksmithError, UnresolvedReferenceError
from ..json_pointer import join, unescape
from ..suggest import did_you_mean
from .document import Document, Located, value_at
from .identifiers import joined

_MAX_HOPS = 100
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


class Opener(Protocol):
    """Library of documents, as far as resolution needs it."""

    def identified(self, uri: str) -> Located | None: ...

    def open(self, path: Path, fail: Callable[[str, str], Exception]) -> Document: ...


class Resolution:
    """Resolution of one `$ref`.

    Args:
        library: Opens further files.
        document: The file that contains the `$ref`.
        reference: The value of the `$ref`.
        at: JSON Pointer to the object with the `$ref`.
        hops: Number of `$ref`s passed on the way here.
    """

    def __init__(
        self, library: Opener, document: Document, reference: str, at: str, hops: int = 0
    ) -> None:
        self._library = library
        self._document = document
        self._reference = reference
        self._at = at
        self._hops = hops
        self.warning: tuple[str, str] | None = None
        """Message and hint, if the reference is wrong but clear."""

    def run(self) -> Located:
        """Return the target, which may be a `$ref` again. Raises UnresolvedReferenceError, LoadError."""
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
        uri = joined(base, location)
        return self._library.identified(uri)

    def _path(self, location: str) -> Path:
        """Return the path of the file that a reference names, relative to the file with the reference."""
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
        """Return the target of a fragment in the schema resource at the pointer `resource` of a file."""
        location = self._reference.partition("#")[0]
        if fragment == "/" and not _has(document.data, ""):
            message = (
                f"the $ref {self._reference!r} names a key without a name; taken as the whole file"
            )
            self.warning = message, f"write {location + '#'!r}"
            return Located(document, "", document.data)
        if fragment and not fragment.startswith("/"):
            if "/" not in fragment:
                return self._anchor(document, unquote(fragment), resource)
            fragment = f"/{fragment}"  # no anchor has a slash: a pointer that lacks its first
            corrected = f"{location}#{fragment}"
            message = f"the $ref {self._reference!r} lacks a slash behind the #, and is taken as {corrected!r}"
            self.warning = message, "write the slash: a JSON pointer begins with one"
        try:
            return self._descend(document, resource, fragment)
        except UnresolvedReferenceError:
            if not resource:
                raise
            return self._descend(document, "", fragment)

    def _anchor(self, document: Document, name: str, resource: str) -> Located:
        uri = document.identifiers.base(resource)[1]
        identifiers = document.identifiers
        pointer = identifiers.pointers.get(f"{uri}#{name}")
        if pointer is None and (pointer := identifiers.fragments.get(f"{uri}#{name}")) is not None:
            message = f"the $ref {self._reference!r} leads to the $id '#{name}', which is an anchor up to draft 7 only"
            self.warning = message, f"write `$anchor: {name}` there"
        if pointer is None:
            names = [known.partition("#")[2] for known in identifiers.pointers if "#" in known]
            raise self._fail(f"{document.path} has no $anchor {name!r}", did_you_mean(name, names))
        return Located(document, pointer, value_at(document.data, pointer))

    def _descend(self, document: Document, start: str, fragment: str) -> Located:
        """Return the target of a pointer; if an object lacks a key but has a `$ref`, continue at its target."""
        pointer, value = start, value_at(document.data, start)
        for token in fragment.split("/")[1:]:
            while (key := _key(value, token)) is None and is_reference(value):
                hop = self._hop(document, pointer, value["$ref"])
                document, pointer, value = hop.document, hop.pointer, hop.value
            if key is None:
                raise self._missing(document, pointer, value, unescape(unquote(token)))
            pointer = join(pointer, key)
            value = value[key] if isinstance(value, dict) else value[int(key)]
        return Located(document, pointer, value)

    def _hop(self, document: Document, pointer: str, reference: str) -> Located:
        self._hops += 1
        return Resolution(self._library, document, reference, pointer, self._hops).run()

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


def is_reference(value: Any) -> bool:
    """Return whether a value is an object with a `$ref`."""
    return isinstance(value, dict) and isinstance(value.get("$ref"), str)


def _key(value: Any, token: str) -> str | None:
    """Return the key of `value` for a token of a URI fragment, percent-encoded or not; None if there is none."""
    keys = (unescape(unquote(token)), unescape(token))
    return next((key for key in keys if _has(value, key)), None)


def _has(value: Any, key: str) -> bool:
    if isinstance(value, dict):
        return key in value
    is_index = key.isascii() and key.isdigit() and (key == "0" or key[0] != "0")
    return isinstance(value, list) and is_index and len(key) < 10 and int(key) < len(value)


def _normal(path: Path) -> str:
    """Return `b` for `a/../b` without following links, so that messages show the path as written."""
    return os.path.normpath(path)
