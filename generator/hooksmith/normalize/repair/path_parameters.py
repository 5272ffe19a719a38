"""Repair of path parameters: those of an operation are those in its path."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...openapi.grammar import Node

Follow = Callable[[Node], Node]
"""Returns the target of a Reference Object, and any other object itself."""

Warn = Callable[[str, str], None]
"""Takes the message of a warning and its hint."""


def fit_path_parameters(
    holders: tuple[Node, Node],
    path: str,
    template: list[str],
    parameters: list[Node],
    *,
    follow: Follow,
    warn: Warn,
) -> None:
    """Give each `{name}` of a path a parameter, and delete the path parameters without a place in it.

    Args:
        holders: The operation and its path item.
        path: The path.
        template: Names in the path, in order.
        parameters: All parameters of the operation, with references followed.
        follow: Follows references.
        warn: Called for changes.
    """
    declared = {each["name"]: each for each in parameters if each["in"] == "path"}
    missing = [name for name in dict.fromkeys(template) if name and name not in declared]
    surplus = [name for name in declared if name not in template]
    is_single = len(surplus) == len(missing) == 1
    for name in missing:
        match = _matching_parameter(name, surplus, is_single=is_single)
        if match is None:
            base: Node = {"schema": {"type": "string"}}
            message = f"there is no parameter for {{{name}}} of the path; taken as text"
            warn(message, "describe it in `parameters`")
        else:
            base = declared[match]
            surplus.remove(match)
            _remove(match, holders, follow)
            message = f"the path has {{{name}}}, but the parameter is called {match!r}"
            warn(f"{message}; taken as {name!r}", "")
        parameter = {**base, "name": name, "in": "path", "required": True}
        holders[0].setdefault("parameters", []).append(parameter)
    _remove_surplus(surplus, path, holders, follow, warn)
    for parameter in declared.values():
        parameter["required"] = True


def _remove_surplus(
    names: list[str], path: str, holders: tuple[Node, Node], follow: Follow, warn: Warn
) -> None:
    for name in names:
        _remove(name, holders, follow)
        message = f"the path has no place for the parameter {name!r}, which is left out"
        warn(message, f"add {{{name}}} to {path}")


def _remove(name: str, holders: tuple[Node, Node], follow: Follow) -> None:
    """Delete a path parameter from an operation and its path item."""
    for holder in holders:
        parameters = holder.get("parameters") or []
        parameters[:] = [each for each in parameters if not _is_path_parameter(follow(each), name)]


def _is_path_parameter(parameter: Node, name: str) -> bool:
    return parameter.get("in") == "path" and parameter.get("name") == name


def _matching_parameter(name: str, surplus: list[str], *, is_single: bool) -> str | None:
    """Return the parameter for a name in the path: a similar name, or the only parameter without a place."""
    similar = [candidate for candidate in surplus if _folded(candidate) == _folded(name)]
    if similar:
        return similar[0]
    return surplus[0] if is_single and surplus else None


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
