"""What a generated package would send: its bodies and parameters, one at a time."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from typing import Any

Send = Callable[[Any], bool]
"""Whether a value would be sent."""

_FIELDS = {"path": "path_parameters", "query": "query", "header": "header", "cookie": "cookie"}


class Sender:
    """The requests of a generated package."""

    def __init__(self, package: str) -> None:
        runtime = f"{package}._runtime"
        self._encode = importlib.import_module(f"{runtime}.client.bodies").encode
        self._parameters = importlib.import_module(f"{runtime}.client.parameters")
        self._refused = importlib.import_module(f"{runtime}.errors").RequestError
        self._package = package

    def operation(self, resource: str, name: str) -> Any:
        """The wire facts of an operation."""
        module = importlib.import_module(f"{self._package}.operations.{resource}")
        return getattr(module, name.upper().rstrip("_"))

    def body(self, operation: Any, media_type: str) -> Send:
        """Sends a body in one of its media types."""
        return self._sending(lambda value: self._encode(operation.body, value, media_type))

    def parameter(self, operation: Any, place: str, name: str) -> Send | None:
        """Sends one parameter alone; None: the operation has none of that name."""
        field = _FIELDS[place]
        found = tuple(one for one in getattr(operation, field) if one.name == name)
        if not found:
            return None
        alone = dataclasses.replace(operation, path=f"/{{{name}}}", **{field: found})
        by_place: dict[str, Callable[[Any], Any]] = {
            "path": lambda value: self._parameters.path_of(alone, {name: value}),
            "query": lambda value: self._parameters.query_of(alone, {name: value}, {}),
            "header": lambda value: self._parameters.headers_of(alone, {name: value}),
            "cookie": lambda value: self._parameters.cookies_of(alone, {name: value}),
        }
        return self._sending(by_place[place])

    def _sending(self, act: Callable[[Any], Any]) -> Send:
        def send(value: Any) -> bool:
            try:
                act(value)
            except self._refused:
                return False
            return True

        return send
