"""References that leave the document, or stand where OpenAPI has none: their targets are copied into the document.

A target of a type that `components` has a section for becomes a component. Any other target (a path item, an operation,
a map of responses or properties, a list of parameters) replaces the reference.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..errors import DocumentError, HooksmithError, UnresolvedReferenceError
from ..json_pointer import escape, join, split
from ..load.library import Document, Library, Located
from ..load.references import is_reference
from ..openapi.grammar import SECTIONS, Node, Visit, copied, kind_at, walk
from .bundled_document import Bundle, is_openapi
from .component_names import component_names
from .extensions import extending_schemas
from .mappings import mapped_schemas, mapping_of

Key = tuple[str, str]
"""A place in any file: URI of the file, and JSON Pointer."""

MAX_NESTED = 50
"""Levels of replaced references inside one another."""

MAX_COPIED = 100_000
"""Values that replaced references may add to those of the files, which may double too."""

_WITHOUT_SCHEMAS = frozenset(
    "openapi swagger info servers tags security externalDocs jsonSchemaDialect".split()
)
"""Sections of a document that contain no schemas: a reference into them is a mistake, reported later."""

_PLAIN = {
    "openapi": ("info", "tags", "servers", "security", "externalDocs"),
    "pathItem": ("servers", "parameters"),
    "operation": ("tags", "servers", "security", "parameters", "externalDocs"),
    "schema": ("enum", "required", "allOf", "anyOf", "oneOf", "prefixItems"),
}
"""Keys of an object whose values OpenAPI never allows to be references, although documents in parts have them so."""

_LISTS = {
    "parameters": "parameter",
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "schema"),
}
"""Keys of `_PLAIN` whose values are lists of objects, with the type of object."""

_TEXTS = ("description", "summary")

_SECTION_KINDS = frozenset({"components", *(f"map:{kind}" for kind in SECTIONS)})


class _Walk(NamedTuple):
    document: Document
    visits: Iterator[Visit]


class Importer:
    """Copies the targets of references into a document, and rewrites the references."""

    def __init__(self, library: Library, result: Bundle) -> None:
        self._library = library
        self._result = result
        self._is_openapi = is_openapi(result.root)
        self._targets: dict[Key, tuple[Located, str]] = {}
        """Future components: target and type of object, in the order of their references."""
        self._places: dict[Key, str] = {}
        """Target → JSON Pointer of its component."""
        self._walked: set[Key] = set()
        self._kinds: dict[str, str | None] = {}
        self._ends: dict[Key, Located] = {}
        self._replacing: list[Key] = []
        self._copied = 0

    # --- finding targets

    def find(self, kind: str, node: Any, document: Document, pointer: str) -> None:
        """Find the targets of all references at or below `node`, and of the references in these targets."""
        self._find([_Walk(document, _walk(kind, node, pointer))])

    def add(self, target: Located, kind: str) -> None:
        """Make a target a component, and find the targets of all references in it."""
        self._find(list(self._component(target, kind)))

    def _find(self, walks: list[_Walk]) -> None:
        """Walk depth first with a stack: chains of references may be longer than Python's recursion limit."""
        while walks:
            document, visits = walks[-1]
            visit = next(visits, None)
            if visit is None:
                walks.pop()
            else:
                walks += reversed(list(self._reached(document, visit)))

    def _reached(self, document: Document, visit: Visit) -> Iterator[_Walk]:
        """Yield walks over the targets of an object's references that no walk has seen yet."""
        for key in _PLAIN.get(visit.kind, ()):
            value: Any = visit.node.get(key)
            if is_reference(value):
                target = self._follow(document, value["$ref"], visit.pointer)
                if key in _LISTS:
                    is_list = isinstance(target.value, list)
                    yield from self._once("list:" * is_list + _LISTS[key], target)
        if "discriminator" in visit.node:
            for target in mapped_schemas(self._library, visit, document, visit.pointer).values():
                if not self._is_in_place(target):
                    yield from self._component(target, "schema")
        reference = reference_of(visit)
        if reference is None:
            return
        target = self._library.resolve(document, reference, visit.pointer)
        if not is_component(visit.kind):
            if document is self._result.root and visit.kind in _SECTION_KINDS:
                self._alias_members(self._library.follow(target), visit)
            yield from self._once(visit.kind, target)
        elif not self._is_in_place(target):
            if document is self._result.root and len(visit.node) == 1:
                self._alias(target, visit)
            yield from self._component(target, visit.kind)

    def _alias(self, target: Located, visit: Visit) -> None:
        """Let a component of the root that only refers to a target be the target's component."""
        keys = split(visit.pointer)
        if self._is_openapi and len(keys) == 3 and keys[0] == "components":
            place = f"/components/{SECTIONS[visit.kind]}/{escape(keys[2])}"
            self._places.setdefault((target.document.uri, target.pointer), place)

    def _alias_members(self, target: Located, visit: Visit) -> None:
        """If a reference stands for a section of the root's `components`, let the members be their own components."""
        keys = split(visit.pointer)
        if keys == ["components"] and isinstance(target.value, dict):
            for section in SECTIONS.values():
                inner = Located(
                    target.document, f"{target.pointer}/{section}", target.value.get(section)
                )
                self._alias_members(inner, Visit("", f"/components/{section}", {}))
        elif keys[:1] == ["components"] and len(keys) == 2 and isinstance(target.value, dict):
            for name in target.value:
                key = (target.document.uri, join(target.pointer, name))
                self._places.setdefault(key, join(visit.pointer, name))

    def _component(self, target: Located, kind: str) -> Iterator[_Walk]:
        key = (target.document.uri, target.pointer)
        if key not in self._targets:
            self._targets[key] = (target, kind)
            yield _Walk(target.document, _walk(kind, target.value, target.pointer))
            for schema in extending_schemas(self._library, target):
                yield from self._component(schema, "schema")

    def _once(self, kind: str, target: Located) -> Iterator[_Walk]:
        key = (target.document.uri, target.pointer)
        if key not in self._walked:
            self._walked.add(key)
            yield _Walk(target.document, _walk(kind, target.value, target.pointer))

    def _is_in_place(self, target: Located) -> bool:
        """Return whether a target stands in the root, in a place where its type of object is allowed."""
        if target.document is not self._result.root or not self._is_openapi:
            return False
        if target.pointer not in self._kinds:
            self._kinds[target.pointer] = kind_at(target.pointer)
        is_known = self._kinds[target.pointer] is not None
        return is_known or split(target.pointer)[0] in _WITHOUT_SCHEMAS

    def _follow(self, document: Document, reference: str, pointer: str) -> Located:
        return self._library.follow(self._library.resolve(document, reference, pointer))

    # --- naming

    def name_components(self) -> None:
        """Give every future component a name of its own, whatever the order of the references."""
        taken = set(self._places.values())
        for section, components in self._result.document.get("components", {}).items():
            if isinstance(components, dict):
                taken |= {f"/components/{section}/{escape(name)}" for name in components}
        candidates = {
            key: list(component_names(target, self._result.root))
            for key, (target, _) in self._targets.items()
            if key not in self._places
        }
        while candidates:
            claims = {key: self._place(key, names[0]) for key, names in candidates.items()}
            count = Counter(claims.values())
            for key, place in claims.items():
                if (count[place] == 1 and place not in taken) or len(candidates[key]) == 1:
                    self._places[key] = place
                    taken.add(place)
                    del candidates[key]
                else:
                    candidates[key].pop(0)

    def _place(self, key: Key, name: str) -> str:
        return f"/components/{SECTIONS[self._targets[key][1]]}/{escape(name)}"

    # --- copying

    def copy_components(self) -> None:
        """Copy all targets into `components`."""
        for key, (target, kind) in self._targets.items():
            place = self._places[key]
            components = self._result.document.setdefault("components", {})
            section = components.setdefault(SECTIONS[kind], {})
            self._result.origins[place] = target
            section[split(place)[-1]] = value = copied(target.value)
            if isinstance(value, dict):
                _remove_definitions(value, kind)
                self.localise(kind, value, target.document, target.pointer)

    def localise(self, kind: str, node: Any, document: Document, pointer: str) -> None:
        """Make every reference at or below `node` local. `document`, `pointer`: where `node` is a copy from."""
        for visit in list(_walk(kind, node, "")):
            self._replace_plain(visit, document, pointer)
            if "discriminator" in visit.node:
                self._localise_mapping(visit, document, pointer)
            reference = reference_of(visit)
            if reference is None:
                continue
            target = self._library.resolve(document, reference, pointer + visit.pointer)
            if not is_component(visit.kind):
                self._replace(visit, target)
                if node is self._result.document:
                    self._result.origins[visit.pointer] = target
            elif self._is_in_place(target):
                visit.node["$ref"] = "#" + target.pointer
            else:
                place = self._places[target.document.uri, target.pointer]
                if node is not self._result.document or visit.pointer != place:
                    visit.node["$ref"] = "#" + place

    def _localise_mapping(self, visit: Visit, document: Document, pointer: str) -> None:
        """Make the references in the mapping of a discriminator local."""
        mapping, place = mapping_of(visit), pointer + visit.pointer
        targets = mapped_schemas(self._library, visit, document, place)
        for value, reference in mapping.items():
            if not isinstance(reference, str):
                continue  # a later step warns of it
            if reference in targets:
                target = targets[reference]
                key = (target.document.uri, target.pointer)
                local = target.pointer if self._is_in_place(target) else self._places[key]
                mapping[value] = f"#{local}"

    def _replace_plain(self, visit: Visit, document: Document, pointer: str) -> None:
        """Replace references to texts, to lists, and to values that contain no further references."""
        place = pointer + visit.pointer
        for key in _PLAIN.get(visit.kind, ()):
            value: Any = visit.node.get(key)
            if is_reference(value):
                target = self._follow(document, value["$ref"], place)
                copy = self._copy(target)
                if key in _LISTS:
                    copy = copy if isinstance(copy, list) else [copy]
                    self._nested(f"list:{_LISTS[key]}", copy, target)
                visit.node[key] = copy
            elif isinstance(value, list) and key in ("tags", "servers"):
                for index, item in enumerate(value):
                    if is_reference(item):
                        item_place = join(place, key, index)
                        value[index] = self._copy(self._follow(document, item["$ref"], item_place))
        self._replace_texts(visit.node, document, place)
        if visit.kind == "openapi":
            tags = visit.node.get("tags")
            for holder in (visit.node.get("info"), *(tags if isinstance(tags, list) else ())):
                if isinstance(holder, dict):
                    self._replace_texts(holder, document, place)

    def _replace_texts(self, node: Node, document: Document, place: str) -> None:
        """Replace references to texts. A later step warns of references to values of further types."""
        for key in _TEXTS:
            if is_reference(node.get(key)):
                with contextlib.suppress(HooksmithError):  # a Markdown file is no YAML
                    target = self._follow(document, node[key]["$ref"], place)
                    node[key] = target.value if isinstance(target.value, str) else node[key]

    def _replace(self, visit: Visit, target: Located) -> None:
        """Replace a reference by its target; keys beside the reference win."""
        node = visit.node
        del node["$ref"]
        passed: set[Key] = set()
        while True:
            target = self._end(target)
            if not isinstance(target.value, dict):
                message = f"a {visit.kind.removeprefix('map:')} must be a mapping"
                raise UnresolvedReferenceError.at(target.place(), message)
            key = (target.document.uri, target.pointer)
            if key in passed or key in self._replacing:
                message = "this contains itself by references, without an end"
                raise UnresolvedReferenceError.at(target.place(), message)
            passed.add(key)
            value = self._copy(target)
            reference = value.pop("$ref") if is_reference(value) else None
            self._nested(visit.kind, value, target)
            for name, item in value.items():
                node.setdefault(name, item)
            if reference is None:
                return
            target = self._library.resolve(target.document, reference, target.pointer)

    def _end(self, target: Located) -> Located:
        """Return the end of a chain of objects that are nothing but references."""
        chain: dict[Key, None] = {}
        while is_reference(target.value) and len(target.value) == 1:
            key = (target.document.uri, target.pointer)
            if key in chain or key in self._ends:
                target = self._ends.get(key, target)
                break
            chain[key] = None
            target = self._library.resolve(target.document, target.value["$ref"], target.pointer)
        self._ends |= dict.fromkeys(chain, target)
        return target

    def _nested(self, kind: str, value: Any, target: Located) -> None:
        """Make the references in a copy of a target local."""
        if len(self._replacing) >= MAX_NESTED:
            message = f"references stand in one another more than {MAX_NESTED} levels deep"
            raise UnresolvedReferenceError.at(target.place(), message)
        self._replacing.append((target.document.uri, target.pointer))
        self.localise(kind, value, target.document, target.pointer)
        self._replacing.pop()

    def _copy(self, target: Located) -> Any:
        self._copied += _size(target.value)
        texts = sum(len(document.text) for document in self._library.documents.values())
        if self._copied > MAX_COPIED + texts:
            message = "references multiply this: copies of it would be many times the document"
            hint = "callbacks that refer to path items with callbacks multiply, for example"
            raise DocumentError.at(target.place(), message, hint=hint)
        return copied(target.value)


def is_component(kind: str) -> bool:
    """Return whether `components` has a section for a type of object; path items stand in their place nevertheless."""
    return kind in SECTIONS and kind != "pathItem"


def reference_of(visit: Visit) -> str | None:
    """Return the reference of an object, or None.

    A dynamic reference counts as a plain reference; it differs only in schemas that another schema extends.
    """
    node, keyword = visit.node, "$ref"
    if visit.kind == "schema" and "$ref" not in node:
        keyword = "$recursiveRef" if "$recursiveRef" in node else "$dynamicRef"
    reference = node.get(keyword)
    return reference if isinstance(reference, str) and visit.kind != "example" else None


def _walk(kind: str, node: Any, pointer: str) -> Iterator[Visit]:
    """Yield the objects at or below a value; `list:parameter` is a list of parameters."""
    if isinstance(node, dict):
        yield from walk(kind, node, pointer)
    elif isinstance(node, list) and kind.startswith("list:"):
        for index, item in enumerate(node):
            yield from _walk(kind.removeprefix("list:"), item, f"{pointer}/{index}")


def _size(value: Any) -> int:
    """Return how many values a value consists of."""
    if isinstance(value, dict):
        return 1 + sum(map(_size, value.values()))
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1


def _remove_definitions(value: Node, kind: str) -> None:
    """Remove the definitions inside a schema: those with references become components of their own."""
    for key in ("$defs", "definitions", "$schema", "$id") if kind == "schema" else ():
        value.pop(key, None)
