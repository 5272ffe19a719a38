"""Check of callback addresses: an expression that names no part of the operation fails only in production."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ...json_pointer import escape, split
from ...openapi.grammar import Node, Visit
from ...openapi.references import follow, properties_of
from ...suggest import did_you_mean
from ..diagnostics import Findings

_PART = re.compile(r"\{([^{}]*)\}")
_MISSPELLED = re.compile(
    r"(\$(?!\w+\.body#/))?(?P<of>(request|response)\.body)[.#]?(?P<rest>[\w/.-]*)"
)
"""What is meant to be `$request.body#/name`. Other parts may be placeholders of the API's own."""


def warn_of_expressions(document: Node, visits: Iterable[Visit], findings: Findings) -> None:
    """Warn of runtime expressions that are misspelled, and of properties that the call's body does not have."""
    for visit in visits:
        if visit.kind == "operation":
            body = _body(document, visit.node)
            for pointer, part in _parts(document, visit.node, visit.pointer):
                message, hint = _problem(document, body, part)
                if message:
                    findings.warn(pointer, message, hint)


def _parts(document: Node, operation: Node, pointer: str) -> Iterator[tuple[str, str]]:
    """(pointer, runtime expression) of every part of every address."""
    for name, callback_or_reference in (operation.get("callbacks") or {}).items():
        if isinstance(callback := follow(document, callback_or_reference), dict):
            for address in callback:
                place = f"{pointer}/callbacks/{escape(name)}"
                place = (
                    place if callback is not callback_or_reference else f"{place}/{escape(address)}"
                )
                for part in [address] if address.startswith("$") else _PART.findall(address):
                    yield place, part


def _problem(document: Node, body: Any, part: str) -> tuple[str, str]:
    """Return the fault of an expression, and a hint; both empty if it is right."""
    if part.startswith("$request.body#/"):
        name = split(part.partition("#")[2])[0]
        known = properties_of(document, body)
        hint = did_you_mean(name, known) if known and name not in known else ""
        return (f"{part}: the body has no property {name!r}", hint) if hint else ("", "")
    match = _MISSPELLED.fullmatch(part)
    if match is None or part in ("$request.body", "$response.body"):
        return "", ""
    expression = f"${match['of']}#/{match['rest'].lstrip('/').replace('.', '/')}"
    return f"{{{part}}} is no runtime expression", f"did you mean '{{{expression}}}'?"


def _body(document: Node, operation: Node) -> Any:
    """The schema of the body in JSON, or None."""
    body = follow(document, operation.get("requestBody"))
    content = body.get("content") if isinstance(body, dict) else None
    media_type = content.get("application/json") if isinstance(content, dict) else None
    return media_type.get("schema") if isinstance(media_type, dict) else None
