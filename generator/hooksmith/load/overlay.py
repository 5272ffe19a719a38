"""OpenAPI Overlays: changes of a document that its user keeps in a file beside it.

The format is the OpenAPI Overlay Specification 1.0 or 1.1 (https://spec.openapis.org/overlay/): actions in order, each
with a JSONPath (RFC 9535) as its target and an `update`, which is merged into every selected object, `remove: true`,
which deletes every selected value, or, in 1.1, `copy`, which merges a value of the document itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import Diagnostic, LoadError, Severity
from ..json_pointer import join
from ..openapi.grammar import copied
from ..suggest import did_you_mean
from .syntax import MAX_DEPTH

if TYPE_CHECKING:
    from jsonpath_rfc9535 import JSONPathEnvironment

    from .document import Document

_OVERLAY_KEYS = ("overlay", "info", "extends", "actions")
_ACTION_KEYS = ("target", "description", "update", "remove")
_ACTION_KEYS_1_1 = (*_ACTION_KEYS, "copy")

Location = tuple[str | int, ...]
"""Keys and indices from the root of a document to a value."""


@dataclass(slots=True)
class Amendments:
    """Origins of the values that overlays have put into a document.

    `sources`: JSON pointer of a value in the amended document → the overlay and the pointer of the value in it.
    `shortened`: pointers of arrays from which an action removed items, so that indices no longer match the file.
    """

    sources: dict[str, tuple[Document, str]] = field(default_factory=dict)
    shortened: set[str] = field(default_factory=set)

    def source(self, pointer: str) -> tuple[Document, str] | None:
        """Return the overlay that added a value, and the value's pointer in it; None for a value of the document."""
        prefix = pointer
        while True:
            if prefix in self.sources:
                document, origin = self.sources[prefix]
                return document, origin + pointer[len(prefix) :]
            if not prefix:
                return None
            prefix = prefix.rpartition("/")[0]

    def in_file(self, pointer: str) -> str:
        """Return the part of a pointer that still leads to the same value in the document's file."""
        for array in self.shortened:
            if pointer.startswith(f"{array}/"):
                return array
        return pointer


def apply_overlay(data: Any, overlay: Document, amendments: Amendments) -> list[Diagnostic]:
    """Apply the actions of an overlay to the data of a document, in place. Return warnings.

    An action whose target selects nothing is a warning: the specification allows it, and the document may have changed.
    Raises LoadError with a diagnostic for every fault of the overlay's form, or for the first action that cannot be
    applied; `data` must not be used then.
    """
    diagnostics = list(_faults(overlay))
    if diagnostics:
        raise LoadError(*diagnostics)
    actions = (
        _Action(overlay, f"/actions/{index}", action, amendments)
        for index, action in enumerate(overlay.data["actions"])
    )
    return [warning for action in actions for warning in action.apply(data)]


# --- the form of an overlay --------------------------------------------------------------------------------------


def _faults(overlay: Document) -> Iterator[Diagnostic]:
    """Yield a diagnostic for every place where a file breaks the form of an overlay."""
    data = overlay.data
    if not isinstance(data, dict) or "overlay" not in data:
        yield _fault(overlay, "", "not an OpenAPI Overlay", "it begins with `overlay: 1.0.0`")
        return
    if _minor_version(data) is None:
        message = f"version {data['overlay']!r} is neither 1.0 nor 1.1"
        yield _fault(overlay, "/overlay", message, "write `overlay: 1.0.0`")
    yield from _unknown_keys(overlay, "", data, _OVERLAY_KEYS)
    actions = data.get("actions")
    if not isinstance(actions, list) or not actions:
        yield _fault(overlay, "/actions", "`actions` is not a list of at least one action")
        return
    for index, action in enumerate(actions):
        yield from _action_faults(overlay, f"/actions/{index}", action)


def _minor_version(overlay: Mapping[str, Any]) -> int | None:
    """Return the minor version of an overlay, 0 or 1; None for a version that is not supported."""
    match str(overlay["overlay"]).split("."):
        case ["1", ("0" | "1") as minor, *_]:
            return int(minor)
    return None


def _action_faults(overlay: Document, pointer: str, action: Any) -> Iterator[Diagnostic]:
    if not isinstance(action, dict):
        yield _fault(overlay, pointer, "an action is an object")
        return
    known = _ACTION_KEYS_1_1 if _minor_version(overlay.data) == 1 else _ACTION_KEYS
    yield from _unknown_keys(overlay, pointer, action, known)
    if "target" not in action:
        yield _fault(overlay, pointer, "an action has a `target`, a JSONPath such as $.paths")
    for key in ("target", "copy"):
        if key in action and (problem := _path_problem(action[key])):
            message = f"{action[key]!r} is no JSONPath (RFC 9535): {problem}"
            yield _fault(overlay, f"{pointer}/{key}", message)
    if "remove" in action and not isinstance(action["remove"], bool):
        yield _fault(overlay, f"{pointer}/remove", "`remove` is true or false")
    elif not action.get("remove") and not {"update", *(known[4:])} & action.keys():
        yield _fault(overlay, pointer, "an action has an `update` or `remove: true`")


def _unknown_keys(
    overlay: Document, pointer: str, node: Mapping[str, Any], known: tuple[str, ...]
) -> Iterator[Diagnostic]:
    for key in node:
        if key not in known and not key.startswith("x-"):
            hint = did_you_mean(key, known) or f"known: {', '.join(known)}"
            yield _fault(overlay, join(pointer, key), f"unknown key {key!r}", hint)


def _path_problem(target: Any) -> str:
    """Return why a value is no JSONPath, or an empty text if it is one."""
    from jsonpath_rfc9535 import JSONPathError

    if not isinstance(target, str):
        return "not a string"
    try:
        _environment().compile(target)
    except JSONPathError as error:
        return str(error)
    return ""


def _fault(
    overlay: Document, pointer: str, message: str, hint: str = "", severity: Severity = "error"
) -> Diagnostic:
    return Diagnostic(message=message, place=overlay.place(pointer), hint=hint, severity=severity)


# --- actions -----------------------------------------------------------------------------------------------------


class _Action:
    """One action of an overlay, to be applied to the data of a document."""

    def __init__(
        self, overlay: Document, pointer: str, action: Mapping[str, Any], amendments: Amendments
    ) -> None:
        self._overlay = overlay
        self._pointer = pointer
        self._action = action
        self._amendments = amendments
        self._minor_version = _minor_version(overlay.data)

    def apply(self, data: Any) -> Iterator[Diagnostic]:
        """Apply the action. Yield a warning if the target selects nothing. Raises LoadError if it cannot be applied."""
        target = self._action["target"]
        locations = _locations(target, data)
        if not locations:
            message = f"{target!r} selects nothing in the document"
            hint = "delete the action, if the document has changed"
            yield _fault(self._overlay, f"{self._pointer}/target", message, hint, "warning")
        elif self._action.get("remove"):
            self._remove(data, locations)
        else:
            update, origin = self._new_value(data)
            for location in locations:
                self._update(data, location, update, origin)

    def _new_value(self, data: Any) -> tuple[Any, str]:
        """Return the value to merge, and its pointer in the overlay."""
        if "copy" not in self._action:
            return self._action["update"], f"{self._pointer}/update"
        locations = _locations(self._action["copy"], data)
        if len(locations) != 1:
            message = f"{self._action['copy']!r} selects {len(locations)} values instead of one"
            raise self._error("/copy", message)
        return copied(_value_at(data, locations[0])), f"{self._pointer}/copy"

    def _remove(self, data: Any, locations: list[Location]) -> None:
        """Delete the selected values, from the last item of an array to the first, so that indices stay valid."""
        if () in locations:
            raise self._error("/target", "the whole document cannot be removed")
        for location in sorted(set(locations), key=_removal_order, reverse=True):
            parent = _value_at(data, location[:-1])
            del parent[location[-1]]
            if isinstance(parent, list):
                self._amendments.shortened.add(join("", *location[:-1]))

    def _update(self, data: Any, location: Location, update: Any, origin: str) -> None:
        target, pointer = _value_at(data, location), join("", *location)
        if isinstance(target, list):
            is_concatenated = isinstance(update, list) and self._minor_version == 1
            self._append(target, pointer, update, origin, is_concatenated=is_concatenated)
        elif isinstance(target, dict) and isinstance(update, dict):
            self._merge(target, pointer, update, origin)
        elif self._minor_version == 1 and location and not isinstance(target, dict):
            self._replace(_value_at(data, location[:-1]), location[-1], pointer, update, origin)
        else:
            raise self._error(
                "/target",
                f"{self._action['target']!r} selects {_json_type(target)}, and the update is {_json_type(update)}",
                "select the object that holds the value, and name its key in `update`",
            )

    def _replace(self, parent: Any, key: str | int, pointer: str, update: Any, origin: str) -> None:
        parent[key] = copied(update)
        self._amendments.sources[pointer] = (self._overlay, origin)

    def _merge(
        self, target: dict[str, Any], pointer: str, update: Mapping[str, Any], origin: str
    ) -> None:
        """Merge an object: objects recursively, arrays by concatenation, other values by replacement."""
        for key, value in update.items():
            there, below, source = target.get(key), join(pointer, key), join(origin, key)
            if isinstance(there, dict) and isinstance(value, dict):
                self._merge(there, below, value, source)
            elif isinstance(there, list) and isinstance(value, list):
                self._append(there, below, value, source, is_concatenated=True)
            else:
                self._replace(target, key, below, value, source)

    def _append(
        self, target: list[Any], pointer: str, update: Any, origin: str, *, is_concatenated: bool
    ) -> None:
        for index, item in enumerate(list(update) if is_concatenated else [update]):
            source = join(origin, index) if is_concatenated else origin
            self._amendments.sources[join(pointer, len(target))] = (self._overlay, source)
            target.append(copied(item))

    def _error(self, key: str, message: str, hint: str = "") -> LoadError:
        return LoadError.at(self._overlay.place(f"{self._pointer}{key}"), message, hint=hint)


def _locations(path: str, data: Any) -> list[Location]:
    """Return the locations that a JSONPath selects, each once."""
    nodes = _environment().find(path, data)
    return list(dict.fromkeys(node.location for node in nodes))


@cache
def _environment() -> JSONPathEnvironment:
    """Return the JSONPath environment; descendants (`..`) reach as deep as a document can be."""
    from jsonpath_rfc9535 import JSONPathEnvironment

    class DeepEnvironment(JSONPathEnvironment):
        max_recursion_depth = 2 * MAX_DEPTH

    return DeepEnvironment()


def _removal_order(location: Location) -> tuple[tuple[int, str], ...]:
    """Return a sort key under which an item of an array stands after the items before it."""
    return tuple((key, "") if isinstance(key, int) else (-1, key) for key in location)


def _value_at(data: Any, location: Location) -> Any:
    for key in location:
        data = data[key]
    return data


def _json_type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case list():
            return "an array"
    return "an object"
