"""The part of a document that a configuration selects: operations, webhooks, and the schemas that these reach.

Names are assigned before, on the whole document: selecting more of a document renames nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from ..errors import ConfigError, Diagnostic
from ..json_pointer import escape, join, split
from ..naming.method_names import OperationNames
from ..openapi.grammar import Node, walk
from ..openapi.operations import operations
from ..openapi.references import follow, resolved
from ..settings import Patterns
from ..suggest import did_you_mean
from . import Normal, Outside
from .combination import EXTRA_ASSERTIONS


class Selectable(NamedTuple):
    """An operation or a webhook. `texts`: field of `Patterns` → the texts that its patterns are compared with."""

    pointer: str
    texts: Mapping[str, Sequence[str]]


def select(normal: Normal, names: OperationNames, include: Patterns, exclude: Patterns) -> None:
    """Remove the parts of a document that its user did not select; `normal.excluded` gets the reasons.

    An operation or webhook is selected if it matches a pattern of `include`, or if `include` has none, and if it
    matches no pattern of `exclude`. Raises ConfigError if a pattern matches nothing.
    """
    if not (include or exclude):
        return
    selectables = list(_selectables(normal.document, names))
    _refuse_idle_patterns(normal, {"include": include, "exclude": exclude}, selectables)
    for selectable in selectables:
        if include and not _matches(include, selectable):
            normal.excluded[selectable.pointer] = "left out: no pattern of `include` matches it"
        elif _matches(exclude, selectable):
            normal.excluded[selectable.pointer] = "left out: a pattern of `exclude` matches it"
    schemas = normal.document.get("components", {}).get("schemas", {})
    normal.outside = _uses_outside(normal.document, normal.excluded)
    reached = _reached(normal.document, _selected_parts(normal.document, normal.excluded))
    for pointer in [*normal.excluded]:
        _remove(normal.document, pointer)
    for key in [*schemas]:
        if ("schemas", key) not in reached:
            pointer = f"/components/schemas/{escape(key)}"
            normal.excluded[pointer] = "left out: nothing that is selected reaches it"
            del schemas[key]
    normal.findings.forget(normal.excluded)


def _selectables(document: Node, names: OperationNames) -> Iterator[Selectable]:
    """Yield all operations and webhooks. An operation without a tag has that of its resource."""
    for section, pointer, _, node in _operations(document):
        key = split(pointer)[1]
        if section == "webhooks":
            yield Selectable(pointer, {"tags": _tags(node), "webhooks": [key]})
        else:
            tags = _tags(node) or [names.methods[pointer].tag]
            ids = [str(node["operationId"])] if node.get("operationId") else []
            yield Selectable(pointer, {"tags": tags, "paths": [key], "operations": ids})


def _tags(operation: Node) -> list[str]:
    tags = operation.get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def _matches(patterns: Patterns, selectable: Selectable) -> bool:
    return any(
        fnmatchcase(text, pattern)
        for name, texts in selectable.texts.items()
        for pattern in getattr(patterns, name)
        for text in texts
    )


def _refuse_idle_patterns(
    normal: Normal, choices: Mapping[str, Patterns], selectables: Iterable[Selectable]
) -> None:
    """Raises ConfigError with a diagnostic for each pattern that matches nothing."""
    known: dict[str, dict[str, None]] = {field.name: {} for field in fields(Patterns)}
    for selectable in selectables:
        for name, texts in selectable.texts.items():
            known[name] |= dict.fromkeys(texts)
    diagnostics = [
        Diagnostic(
            message=f"{choice}: no {name.removesuffix('s')} matches {pattern!r}",
            place=normal.place(""),
            hint=did_you_mean(pattern, known[name]) or _examples(name, known[name]),
        )
        for choice, patterns in choices.items()
        for name, texts in known.items()
        for pattern in getattr(patterns, name)
        if not any(fnmatchcase(text, pattern) for text in texts)
    ]
    if diagnostics:
        raise ConfigError(*diagnostics)


def _examples(name: str, known: Iterable[str]) -> str:
    listed = list(known)
    more = ", …" if len(listed) > 8 else ""
    return (
        f"{name} of the document: {', '.join(listed[:8])}{more}" if listed else f"it has no {name}"
    )


_Part = tuple[str, Any]
"""Type of object, and the object."""


def _reached(document: Node, parts: Iterable[_Part]) -> set[tuple[str, ...]]:
    """Return section and key of the components that parts of the document reach by references.

    A reference into an operation is replaced by its target, since the operation may be removed.
    """
    reached: set[tuple[str, ...]] = set()
    stack = [part for part in parts if isinstance(part[1], dict)]
    while stack:
        for kind, _, node in walk(*stack.pop()):
            stack += (("schema", each) for each in node.get(EXTRA_ASSERTIONS, ()))
            reference = node.get("$ref")
            path = split(reference[1:]) if isinstance(reference, str) else []
            component = (*path[1:3],)
            if path[:1] != ["components"]:
                if path and isinstance(target := follow(document, node), dict):
                    node.clear()
                    node |= target
            elif len(component) == 2 and component not in reached:
                reached.add(component)
                target = resolved(document, join("#/components", *component))
                stack += [(kind, target)] if isinstance(target, dict) else []
    return reached


def _uses_outside(document: Node, excluded: Collection[str]) -> Outside:
    """Return the schemas that the operations and webhooks to be removed send and receive."""
    sent: list[_Part] = []
    received: list[_Part] = []
    for section, pointer, item, node in _operations(document):
        if pointer in excluded:
            requests, replies = (sent, received) if section == "paths" else (received, sent)
            body = node.get("requestBody")
            requests += [("requestBody", body), *_parameters(node), *_parameters(item)]
            replies += (("response", each) for each in node.get("responses", {}).values())
    return Outside(*(_schemas(_reached(document, parts)) for parts in (sent, received)))


def _schemas(components: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(join("/components", *each) for each in components if each[0] == "schemas")


def _selected_parts(document: Node, excluded: Collection[str]) -> Iterator[_Part]:
    """Yield the selected operations, and the parameters of their path items."""
    for _, pointer, item, node in _operations(document):
        if pointer not in excluded:
            yield "operation", node
            yield from _parameters(item)


def _parameters(holder: Node) -> Iterator[_Part]:
    yield from (("parameter", each) for each in holder.get("parameters") or ())


def _operations(document: Node) -> Iterator[tuple[str, str, Node, Node]]:
    """Yield section, pointer, Path Item Object and Operation Object of all operations and webhooks."""
    for section in ("paths", "webhooks"):
        for key, item in document.get(section, {}).items():
            if isinstance(item, dict) and not (section == "paths" and key.startswith("x-")):
                for step, node in operations(item):
                    yield section, f"/{section}/{escape(key)}/{step}", item, node


def _remove(document: Node, pointer: str) -> None:
    """Remove an operation, and its path item if it has no other."""
    section, key, *steps = split(pointer)
    holder = item = document[section][key]
    for step in steps[:-1]:
        holder = holder[step]
    del holder[steps[-1]]
    if not any(True for _ in operations(item)):
        del document[section][key]
