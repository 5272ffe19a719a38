"""Every node of a document, changed to each other JSON type: `python -m hostile.types FILE…`."""

from __future__ import annotations

import copy
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hooksmith import pipeline
from hooksmith.errors import HooksmithError
from hooksmith.load.files import parse, read_text
from hooksmith.settings import Settings

Path_ = tuple[Any, ...]
VALUES: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "number": 42,
    "string": "text",
    "array": ["text", {"key": "text"}],
    "object": {"key": "text", "type": {"key": []}},
}
MAPS = frozenset(
    """properties patternProperties dependentSchemas $defs definitions schemas paths webhooks responses content
    examples headers parameters requestBodies securitySchemes callbacks links pathItems mapping variables scopes
    encoding dependentRequired x-webhooks securityDefinitions""".split()
)
"""Keywords whose values have names of the document as keys."""
DATA = frozenset({"example", "examples", "default", "enum", "const", "value"})
"""Keywords whose values are data, of which the first level is changed."""
SHAPE = 4
"""Steps that tell places apart: `properties/*/items/type` is the same place in every schema."""


class Change(NamedTuple):
    """A place of a document, and the type that its value is changed to."""

    path: Path_
    json_type: str

    def apply(self, document: Any) -> Any:
        """Return a copy of the document with the change."""
        if not self.path:
            return copy.deepcopy(VALUES[self.json_type])
        changed = copy.copy(document)
        holder = changed
        for step in self.path[:-1]:
            holder[step] = copy.copy(holder[step])
            holder = holder[step]
        holder[self.path[-1]] = copy.deepcopy(VALUES[self.json_type])
        return changed

    def __str__(self) -> str:
        return f"/{'/'.join(map(str, self.path))} as {self.json_type}"


def type_of(value: Any) -> str:
    """Return the JSON type of a value."""
    for name, types in (("null", type(None)), ("boolean", bool), ("string", str), ("array", list)):
        if isinstance(value, types):
            return name
    return "object" if isinstance(value, dict) else "number"


def changes(document: Any) -> Iterator[Change]:
    """Yield a change of every node to each other type."""
    for path, _ in places(document):
        value = at(document, path)
        yield from (Change(path, name) for name in VALUES if name != type_of(value))


def places(node: Any, path: Path_ = (), shape: Path_ = ()) -> Iterator[tuple[Path_, Path_]]:
    """Yield the path of each node, and its path without the document's names."""
    yield path, shape
    depth = next((at for at, step in enumerate(reversed(shape)) if step in DATA), 0)
    if depth > 1 or (depth and "properties" not in shape[-1:]):
        return
    is_map = bool(shape) and shape[-1] in MAPS and isinstance(node, dict)
    items = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in items:
        step = "*" if is_map or isinstance(node, list) else key
        yield from places(value, (*path, key), (*shape, step))


def at(node: Any, path: Path_) -> Any:
    """Return the node at a path."""
    for step in path:
        node = node[step]
    return node


def fault(document: Any, change: Change, folder: Path) -> str:
    """Generate a changed document; return the fault, empty if there is a package or a diagnostic with a place."""
    path = folder / "spec.json"
    path.write_text(json.dumps(change.apply(document)), "utf-8")
    settings = Settings(package="changed", formatter="none", runtime="shared")
    try:
        diagnostics = pipeline.generate(path, settings).diagnostics
    except HooksmithError as error:
        diagnostics = error.diagnostics
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    nowhere = [each.message for each in diagnostics if each.place is None]
    return f"without a place: {nowhere[0]}" if nowhere else ""


# --- long documents: a small document for each place that differs


def parts(document: Any) -> Iterator[Any]:
    """Yield small documents: each path, webhook and component of a document, with what it refers to."""
    if not isinstance(document, dict):
        return
    top = {
        key: value
        for key, value in document.items()
        if key not in ("paths", "webhooks", "components")
    }
    yield {**top, "paths": {}}
    for section in ("paths", "webhooks"):
        for key, item in (document.get(section) or {}).items():
            yield closed(document, {**top, section: {key: item}})
    for section, entries in (document.get("components") or {}).items():
        for key, entry in entries.items() if isinstance(entries, dict) else ():
            yield closed(document, {**top, "paths": {}, "components": {section: {key: entry}}})


def closed(document: Any, part: Any) -> Any:
    """Return a part of a document with the components that it refers to."""
    part = copy.deepcopy(part)
    pending = [part]
    while pending:
        node = pending.pop()
        reference = node.get("$ref") if isinstance(node, dict) else None
        if isinstance(reference, str) and reference.startswith("#/components/"):
            _, _, section, key = reference.split("/")[:4]
            entries = part.setdefault("components", {}).setdefault(section, {})
            entry = document["components"].get(section, {}).get(key)
            if key not in entries and entry is not None:
                entries[key] = copy.deepcopy(entry)
                pending.append(entries[key])
        pending += [
            each
            for each in (
                node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
            )
            if isinstance(each, (dict, list))
        ]
    schemes = (document.get("components") or {}).get("securitySchemes")
    if schemes and "components" in part:
        part["components"].setdefault("securitySchemes", schemes)
    return part


def representative(documents: list[Any]) -> Iterator[tuple[Any, Change]]:
    """Yield each change of a place that differs from the others, in the smallest document that has it."""
    smallest: dict[Any, tuple[int, Any, Path_]] = {}
    for document in documents:
        for part in parts(document):
            size = len(json.dumps(part))
            for path, shape in places(part):
                kind = (shape[-SHAPE:], type_of(at(part, path)))
                if kind not in smallest or size < smallest[kind][0]:
                    smallest[kind] = (size, part, path)
    for (_, own_type), (_, part, path) in smallest.items():
        yield from ((part, Change(path, name)) for name in VALUES if name != own_type)


def main(files: list[str]) -> int:
    """Try all changes; print faults and a summary; return the exit code."""
    documents = [parse(Path(file), read_text(Path(file))) for file in files]
    start, count, faulty = time.monotonic(), 0, 0
    with TemporaryDirectory(prefix="types-") as folder:
        for part, change in representative(documents):
            count += 1
            problem = fault(part, change, Path(folder))
            if problem:
                faulty += 1
                print(f"{change}: {problem}", flush=True)
    print(f"{count} changes, {faulty} faults, {time.monotonic() - start:.0f} s in all")
    return 1 if faulty else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
