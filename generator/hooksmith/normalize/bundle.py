"""Several files → one document: what a `$ref` reaches in another file becomes a component of the root.

A component that comes in is named after what names it where it stands: the last key of its pointer, its `title`, or
its file; components that would share a name all take their files' names in front. A component of the root that only
refers to another file is that component. A JSON Schema document alone becomes an OpenAPI document with nothing but
components.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..errors import DocumentError, UnresolvedReferenceError
from ..json_pointer import escape, split
from ..load.library import Document, Library, Located
from ..openapi.grammar import SECTIONS, Node, Visit, copied, kind_at, walk

Key = tuple[str, str]
"""A place in any file: the file's URI, and a pointer."""


@dataclass(slots=True)
class Bundle:
    """One document in memory.

    `origins` says where imported components stood: local pointer → place of origin; `moved` where those stood that
    were taken out of the middle of something: local pointer → local pointer; `upgraded` where those stood that have
    another place in OpenAPI 3.1 than in Swagger 2.0, likewise.
    """

    document: Node
    root: Document
    origins: dict[str, Located] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    upgraded: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    """Sections of the document that are no mappings."""


def bundle(library: Library) -> Bundle:
    """All files of a specification as one OpenAPI document, whose every `$ref` is local and resolves."""
    root = library.root
    if not isinstance(root.data, dict):
        raise DocumentError.at(
            root.place(""),
            "not an OpenAPI or JSON Schema document: the top level is not a mapping",
            hint="name a file that begins with `openapi: 3.1.0`, or a JSON Schema",
        )
    if _is_openapi(root):
        _refuse_unknown_version(root)
        result = Bundle(copied(root.data), root)
        _drop_wrong_sections(result)
        importer = _Importer(library, result)
        importer.find(root.data, "openapi", root, "")
        importer.name()
        importer.localise(result.document, "openapi", root, "")
        importer.take()
        return result
    return _wrap_schema(library)


def _refuse_unknown_version(root: Document) -> None:
    """A document of a version to come would be misread; one that does not say is taken as 3."""
    for key, name, known in (("openapi", "OpenAPI", "3"), ("swagger", "Swagger", "2")):
        stated = root.data.get(key)
        if (
            isinstance(stated, str | int | float)
            and str(stated)[:1].isdigit()
            and str(stated).partition(".")[0] != known
        ):
            raise DocumentError.at(
                root.place(f"/{key}"),
                f"{name} {stated!r} is not a version that is understood",
                hint="3.0, 3.1 and 3.2 are, and Swagger 2.0",
            )


def _drop_wrong_sections(result: Bundle) -> None:
    """What comes in from other files needs sections to go to."""
    components = result.document.get("components", {})
    if not isinstance(components, dict):
        result.dropped.append("/components")
        del result.document["components"]
        return
    for section in [
        key
        for key, value in components.items()
        if key in SECTIONS.values() and not isinstance(value, dict)
    ]:
        result.dropped.append(f"/components/{section}")
        del components[section]


def _is_openapi(document: Document) -> bool:
    return isinstance(document.data, dict) and (
        "openapi" in document.data or "swagger" in document.data
    )


_NOT_ASSERTING = {"$schema", "$id", "$defs", "definitions", "title", "description", "$comment"}
_SCHEMA_KEYS = {
    "$schema",
    "$id",
    "$ref",
    "$defs",
    "definitions",
    "type",
    "properties",
    "allOf",
    "anyOf",
    "oneOf",
    "enum",
    "const",
}


def _wrap_schema(library: Library) -> Bundle:
    root = library.root
    if not _SCHEMA_KEYS & root.data.keys():
        raise DocumentError.at(
            root.place(""),
            "neither an OpenAPI document (no `openapi` key) nor a JSON Schema",
            hint="an OpenAPI document begins with `openapi: 3.1.0`; a JSON Schema has `$schema` or `type`",
        )
    name = str(root.data.get("title") or PurePosixPath(root.path.name).stem)
    document: Node = {
        "openapi": "3.1.0",
        "info": {"title": name, "version": ""},
        "paths": {},
        "components": {},
    }
    importer = _Importer(library, Bundle(document, root))
    if root.data.keys() - _NOT_ASSERTING:
        importer.want(Located(root, "", root.data), "schema")
    for section in ("$defs", "definitions"):
        definitions = root.data.get(section)
        for key, value in definitions.items() if isinstance(definitions, dict) else ():
            importer.want(Located(root, f"/{section}/{escape(key)}", value), "schema")
    importer.name()
    importer.take()
    return importer.result


_NO_SCHEMAS = frozenset(
    {
        "openapi",
        "swagger",
        "info",
        "servers",
        "tags",
        "security",
        "externalDocs",
        "jsonSchemaDialect",
    }
)
"""Where in a document nobody keeps schemas, so that a reference there is a mistake."""


class _Importer:
    """Finds what references reach in other files, names it, copies it in, and rewrites the references."""

    def __init__(self, library: Library, result: Bundle) -> None:
        self.result = result
        self._library = library
        self._wanted: dict[Key, tuple[Located, str]] = {}
        self._places: dict[Key, str] = {}
        self._checked: set[Key] = set()
        self._kinds: dict[str, str | None] = {}
        self._splicing: list[Key] = []
        self._rooted = _is_openapi(result.root)

    def find(self, node: Any, kind: str, document: Document, pointer: str) -> None:
        """Note what the references at or below `node` reach in other files, and what that refers to in turn."""
        for visit in walk(kind, node, pointer) if isinstance(node, dict) else ():
            reference = _reference(visit)
            if reference is None:
                continue
            found = self._library.resolve(document, reference, visit.pointer)
            if visit.kind == "pathItem":
                self._once(found, visit.kind)
            elif visit.kind in SECTIONS and not self._stays(found):
                alias = (
                    _component_name(visit.pointer)
                    if document is self.result.root and len(visit.node) == 1
                    else None
                )
                self.want(found, visit.kind, alias)

    def want(self, found: Located, kind: str, alias: str | None = None) -> None:
        """Note a component to bring in; `alias`: the root has a component of that name that is nothing else."""
        key = (found.document.uri, found.pointer)
        if alias is not None and _is_openapi(self.result.root):
            self._places.setdefault(key, f"/components/{SECTIONS[kind]}/{escape(alias)}")
        if key not in self._wanted:
            self._wanted[key] = (found, kind)
            self.find(found.value, kind, found.document, found.pointer)

    def _once(self, found: Located, kind: str) -> None:
        key = (found.document.uri, found.pointer)
        if key not in self._checked:
            self._checked.add(key)
            self.find(found.value, kind, found.document, found.pointer)

    def _stays(self, found: Located) -> bool:
        """Whether the root has it already, where such things stand; from elsewhere in it they are brought in."""
        if found.document is not self.result.root or not self._rooted:
            return False
        return self._kind(found.pointer) is not None or split(found.pointer)[0] in _NO_SCHEMAS

    def _kind(self, pointer: str) -> str | None:
        if pointer not in self._kinds:
            self._kinds[pointer] = kind_at(pointer)
        return self._kinds[pointer]

    # --- bringing in

    def take(self) -> None:
        """Copy in all that is wanted, under the names given."""
        for key, (found, kind) in self._wanted.items():
            local = self._places[key]
            section = self.result.document.setdefault("components", {}).setdefault(
                SECTIONS[kind], {}
            )
            self.result.origins[local] = found
            section[split(local)[-1]] = value = copied(found.value)
            if isinstance(value, dict):
                _forget_definitions(value, kind)
                self.localise(value, kind, found.document, found.pointer)

    def name(self) -> None:
        """Give each a name that no other has, whatever the order in which they were found."""
        taken = set(self._places.values())
        for section, components in self.result.document.get("components", {}).items():
            if isinstance(components, dict):
                taken |= {f"/components/{section}/{escape(name)}" for name in components}
        waiting = {
            key: list(_names(found, self.result.root))
            for key, (found, _) in self._wanted.items()
            if key not in self._places
        }
        while waiting:
            tried = {key: self._place(key, names[0]) for key, names in waiting.items()}
            count = Counter(tried.values())
            for key, local in tried.items():
                if (count[local] == 1 and local not in taken) or len(waiting[key]) == 1:
                    self._places[key] = local
                    taken.add(local)
                    del waiting[key]
                else:
                    waiting[key].pop(0)

    def _place(self, key: Key, name: str) -> str:
        return f"/components/{SECTIONS[self._wanted[key][1]]}/{escape(name)}"

    # --- rewriting

    def localise(self, node: Node, kind: str, document: Document, pointer: str) -> None:
        """Make every `$ref` at or below `node`, a copy of what stands at `pointer`, a local one."""
        for visit in list(walk(kind, node)):
            reference = _reference(visit)
            if reference is None:
                continue
            found = self._library.resolve(document, reference, pointer + visit.pointer)
            if visit.kind == "pathItem":
                self._splice(visit.node, found)
                if node is self.result.document:
                    self.result.origins[visit.pointer] = found
            elif visit.kind not in SECTIONS:
                continue
            elif self._stays(found):
                visit.node["$ref"] = "#" + found.pointer
            else:
                self._refer(
                    visit.node, self._places[found.document.uri, found.pointer], node, visit.pointer
                )

    def _refer(self, holder: Node, local: str, node: Node, pointer: str) -> None:
        if (
            node is not self.result.document or pointer != local
        ):  # the component that it is stands there already
            holder["$ref"] = "#" + local

    def _splice(self, node: Node, found: Located) -> None:
        """A path item stands by itself in the document, so it is put in place rather than referred to."""
        if not isinstance(found.value, dict):
            raise UnresolvedReferenceError.at(found.place(), "a path item must be a mapping")
        key = (found.document.uri, found.pointer)
        if key in self._splicing:
            raise UnresolvedReferenceError.at(
                found.place(), "a path item that contains itself has no end"
            )
        item = copied(found.value)
        self._splicing.append(key)
        self.localise(item, "pathItem", found.document, found.pointer)
        self._splicing.pop()
        del node["$ref"]
        for key, value in item.items():
            node.setdefault(key, value)


_DYNAMIC = ("$dynamicRef", "$recursiveRef")


def _reference(visit: Visit) -> str | None:
    """What a node refers to. Dynamic references lead where they do unless something extends what they stand in."""
    node = visit.node
    if visit.kind == "schema" and "$ref" not in node:
        for keyword in _DYNAMIC:
            if isinstance(node.get(keyword), str):
                node = {"$ref": node[keyword]}
    reference = node.get("$ref")
    return reference if isinstance(reference, str) and visit.kind != "example" else None


def _component_name(pointer: str) -> str | None:
    keys = split(pointer)
    return keys[2] if len(keys) == 3 and keys[0] == "components" else None


def _forget_definitions(value: Node, kind: str) -> None:
    """Definitions inside a schema come in one by one, as they are referred to."""
    for key in ("$defs", "definitions", "$schema", "$id") if kind == "schema" else ():
        value.pop(key, None)


_STRUCTURE = frozenset({"properties", "definitions", "$defs", "items", "components", "schemas"})


def _names(found: Located, root: Document) -> Iterator[str]:
    """Names for a component that comes in, each with more of where it stood; no folder above the root's is told."""
    keys = split(found.pointer)
    path = PurePosixPath(os.path.relpath(found.document.path, root.path.parent).replace("\\", "/"))
    stem = path.name.split(".")[0]
    title = found.value.get("title") if isinstance(found.value, dict) else None
    last = keys[-1] if keys else str(title or stem)
    yield last
    name = last
    for word in (stem, *(part for part in reversed(path.parts[:-1]) if part != "..")):
        name = f"{word}_{name}"
        yield name
    for key in reversed([key for key in keys[:-1] if key not in _STRUCTURE]):
        last = f"{key}_{last}"
        yield last
    yield f"{path}{found.pointer}"
