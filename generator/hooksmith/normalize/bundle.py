"""Several files → one document: what a `$ref` reaches in another file becomes a component of the root.

A component that comes in is named after what names it where it stands: the last key of its pointer, its `title`, or
its file. A JSON Schema document alone becomes an OpenAPI document with nothing but components.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..errors import DocumentError, UnresolvedReferenceError
from ..load import Document, Library, Located
from .grammar import SECTIONS, Node, Visit, escape, tokens, walk


@dataclass(slots=True)
class Bundle:
    """One document in memory.

    `origins` says where imported components stood: local pointer → place of origin; `moved` where those stood that
    were taken out of the middle of something: local pointer → local pointer.
    """

    document: Node
    root: Document
    origins: dict[str, Located] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)


def bundle(library: Library) -> Bundle:
    """All files of a specification as one OpenAPI document, whose every `$ref` is local and resolves."""
    root = library.root
    if not isinstance(root.data, dict):
        raise DocumentError.at(
            root.place(""),
            "not an OpenAPI or JSON Schema document: the top level is not a mapping",
            hint="name a file that begins with `openapi: 3.1.0`, or a JSON Schema",
        )
    if "openapi" in root.data or "swagger" in root.data:
        result = Bundle(copy.deepcopy(root.data), root)
        _Importer(library, result).localise(result.document, "openapi", root, "")
    else:
        result = _wrap_schema(library)
    return result


def _wrap_schema(library: Library) -> Bundle:
    root = library.root
    _require_schema(root)
    name = str(root.data.get("title") or PurePosixPath(root.path.name).stem)
    document: Node = {"openapi": "3.1.0", "info": {"title": name, "version": ""}, "paths": {}, "components": {}}
    result = Bundle(document, root)
    importer = _Importer(library, result)
    if len(root.data.keys() - {"$schema", "$id", "$defs", "definitions", "title", "description"}) > 0:
        importer.take(Located(root, "", root.data), "schema")
    for section in ("$defs", "definitions"):
        for key, value in (root.data.get(section) or {}).items():
            importer.take(Located(root, f"/{section}/{escape(key)}", value), "schema")
    return result


def _require_schema(root: Document) -> None:
    known = {"$schema", "$id", "$ref", "$defs", "definitions", "type", "properties", "allOf", "anyOf", "oneOf", "enum", "const"}
    if not known & root.data.keys():
        raise DocumentError.at(
            root.place(""),
            "neither an OpenAPI document (no `openapi` key) nor a JSON Schema",
            hint="an OpenAPI document begins with `openapi: 3.1.0`; a JSON Schema has `$schema` or `type`",
        )


class _Importer:
    """Rewrites references, and copies what they reach from other files into the bundle."""

    def __init__(self, library: Library, result: Bundle) -> None:
        self._library = library
        self._result = result
        self._taken: dict[tuple[str, str], str] = {}
        self._local: set[str] = set()

    def localise(self, node: Node, kind: str, document: Document, pointer: str) -> None:
        """Make every `$ref` at or below `node`, which was copied from `document`, a local one."""
        for visit in list(walk(kind, node)):  # before anything comes in
            reference = visit.node.get("$ref")
            if isinstance(reference, str) and visit.kind != "example":
                self._rewrite(visit, reference, document, pointer + visit.pointer)

    def _rewrite(self, visit: Visit, reference: str, document: Document, pointer: str) -> None:
        in_root = document is self._result.root and self._is_openapi(document)
        if in_root and reference in self._local:
            return
        found = self._library.resolve(document, reference, pointer)
        if in_root and found.document is document:
            self._local.add(reference)
            visit.node["$ref"] = "#" + found.pointer
        elif visit.kind == "pathItem":
            self._splice(visit.node, found)
            self._result.origins[visit.pointer] = found
        else:
            visit.node["$ref"] = "#" + self.take(found, visit.kind)

    def _is_openapi(self, document: Document) -> bool:
        return "openapi" in document.data or "swagger" in document.data

    def _splice(self, node: Node, found: Located) -> None:
        """A path item stands by itself in the document, so it is put in place rather than referred to."""
        if not isinstance(found.value, dict):
            raise UnresolvedReferenceError.at(found.document.place(found.pointer), "a path item must be a mapping")
        item = copy.deepcopy(found.value)
        self.localise(item, "pathItem", found.document, found.pointer)
        del node["$ref"]
        for key, value in item.items():
            node.setdefault(key, value)

    def take(self, found: Located, kind: str) -> str:
        """The local pointer of an object of another file, which is copied in when first asked for."""
        key = (found.document.uri, found.pointer)
        if key not in self._taken:
            if found.document is self._result.root and self._is_openapi(found.document):
                return found.pointer
            section = self._result.document.setdefault("components", {}).setdefault(SECTIONS[kind], {})
            name = _free_name(section, found)
            local = f"/components/{SECTIONS[kind]}/{escape(name)}"
            self._taken[key] = local
            self._result.origins[local] = found
            section[name] = value = copy.deepcopy(found.value)
            if isinstance(value, dict):
                _forget_definitions(value)
                self.localise(value, kind, found.document, found.pointer)
        return self._taken[key]


def _forget_definitions(schema: Node) -> None:
    """Definitions inside a schema come in one by one, as they are referred to."""
    for key in ("$defs", "definitions", "$schema", "$id"):
        schema.pop(key, None)


def _free_name(section: Node, found: Located) -> str:
    """A name that no component has yet; a clash takes the file's name, then its folder's, in front."""
    parts = tokens(found.pointer)
    stem = PurePosixPath(found.document.path.as_posix())
    title = found.value.get("title") if isinstance(found.value, dict) else None
    name = parts[-1] if parts else str(title or stem.name.split(".")[0])
    context = [stem.name.split(".")[0], *reversed(stem.parts[:-1])]
    for word in context:
        if name not in section:
            return name
        name = f"{word}_{name}"
    return name


def resolve_local(document: Node, reference: str) -> Any:
    """What a local reference (`#/components/…`) of a bundled document stands for."""
    value: Any = document
    for token in tokens(reference[1:]):
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value
