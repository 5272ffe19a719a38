"""HTTP operations of a path item: methods, names and the path to send."""

from __future__ import annotations

from collections.abc import Iterator

from ..json_pointer import escape, unescape
from .grammar import METHODS, Node


def operations(item: Node) -> Iterator[tuple[str, Node]]:
    """Yield (pointer below the path item, operation) in document order.

    Operations of OpenAPI 3.2's `additionalOperations` come last, with pointers such as `additionalOperations/COPY`.
    """
    for method in item:
        if method in METHODS and isinstance(item[method], dict):
            yield method, item[method]
    additional = item.get("additionalOperations")
    for method, operation in additional.items() if isinstance(additional, dict) else ():
        if isinstance(operation, dict):
            yield f"additionalOperations/{escape(method)}", operation


def operation_name(operation: Node, step: str, path: str) -> str:
    """Return the `operationId`; if there is none, method and path (`get /pets/{id}` → `get /pets/by id `)."""
    method = step.rpartition("/")[2]
    return str(
        operation.get("operationId") or f"{method} {path.replace('{', 'by ').replace('}', ' ')}"
    )


def http_method(step: str) -> str:
    """Return the HTTP method of an operation's pointer below its path item.

    `get` → `GET`. Methods of `additionalOperations` keep their case, as OpenAPI 3.2 demands.
    """
    _, slash, method = step.rpartition("/")
    return unescape(method) if slash else method.upper()


def wire_path(path: str) -> str:
    """Return a path without its fragment, which only distinguishes operations of one URL (`/#Action=Query`)."""
    sent = path.partition("#")[0]
    return sent if sent.startswith("/") else f"/{sent}"
