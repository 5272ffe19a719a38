"""Several files → one OpenAPI document whose references are local.

A JSON Schema document alone becomes an OpenAPI document that has only components.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from ..errors import DocumentError
from ..json_pointer import escape
from ..load.library import Library, Located
from ..openapi.grammar import SECTIONS, Node, copied
from .bundled_document import Bundle, is_openapi
from .importer import Importer


def bundle(library: Library) -> Bundle:
    """Return all files of a document as one OpenAPI document. Raises DocumentError."""
    root = library.root
    if not isinstance(root.data, dict):
        raise DocumentError.at(
            root.place(""),
            "not an OpenAPI or JSON Schema document: the top level is not a mapping",
            hint="name a file that begins with `openapi: 3.1.0`, or a JSON Schema",
        )
    if not is_openapi(root):
        return _wrap_schema(library)
    _refuse_unknown_version(library)
    result = Bundle(copied(root.data), root)
    _drop_wrong_sections(result)
    importer = Importer(library, result)
    importer.find("openapi", root.data, root, "")
    importer.name_components()
    importer.localise("openapi", result.document, root, "")
    importer.copy_components()
    return result


def _refuse_unknown_version(library: Library) -> None:
    """Raises DocumentError if the document names a version that hooksmith does not know."""
    root = library.root
    for key, name, known in (("openapi", "OpenAPI", "3"), ("swagger", "Swagger", "2")):
        version = root.data.get(key)
        if (
            isinstance(version, str | int | float)
            and str(version)[:1].isdigit()
            and str(version).partition(".")[0] != known
        ):
            raise DocumentError.at(
                root.place(f"/{key}"),
                f"{name} {version!r} is not a version that is understood",
                hint="3.0, 3.1 and 3.2 are, and Swagger 2.0",
            )


def _drop_wrong_sections(result: Bundle) -> None:
    """Drop sections of `components` that are no mappings: components from other files need the sections."""
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


_NOT_ASSERTING = frozenset("$schema $id $defs definitions title description $comment".split())
_SCHEMA_KEYS = frozenset(
    "$schema $id $ref $defs definitions type properties allOf anyOf oneOf enum const".split()
)


def _wrap_schema(library: Library) -> Bundle:
    """Return an OpenAPI document with the components of a JSON Schema document."""
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
    result = Bundle(document, root)
    importer = Importer(library, result)
    if root.data.keys() - _NOT_ASSERTING:
        importer.add(Located(root, "", root.data), "schema")
    for section in ("$defs", "definitions"):
        definitions = root.data.get(section)
        for key, value in definitions.items() if isinstance(definitions, dict) else ():
            importer.add(Located(root, f"/{section}/{escape(key)}", value), "schema")
    importer.name_components()
    importer.copy_components()
    return result
