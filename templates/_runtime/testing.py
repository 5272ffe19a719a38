"""Deliveries for tests: an example of each event, signed as its sender would."""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Generic, TypeVar

from .events import Catalogue
from .webhook import BaseWebhook

EventT = TypeVar("EventT")
ModelT = TypeVar("ModelT")


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery(Generic[EventT]):
    """What a sender would send, and what a receiver would read."""

    body: bytes
    headers: dict[str, str]
    event: EventT


class Examples(Generic[EventT]):
    """The examples that stand in `examples.json` beside a module."""

    def __init__(self, catalogue: Catalogue[EventT], module: str) -> None:
        self._catalogue = catalogue
        self._package = module.rpartition(".")[0]

    @cached_property
    def _bodies(self) -> dict[str, Any]:
        text = files(self._package).joinpath("examples.json").read_text("utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    def payload(self, event: type[Any] | str, changes: Mapping[str, Any] = {}) -> dict[str, Any]:
        """The example's body as plain data, with other values at dotted paths; raises KeyError."""
        payload: dict[str, Any] = copy.deepcopy(self._body(self._kind(event)))
        for path, value in changes.items():
            change(payload, path, value)
        return payload

    def _body(self, kind: str) -> Any:
        if kind not in self._bodies:
            close = difflib.get_close_matches(kind, self._bodies, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise KeyError(f"there is no example of {kind!r}{hint}")
        return self._bodies[kind]

    def delivery(
        self,
        event: type[Any] | str,
        webhook: BaseWebhook[EventT] | None,
        *,
        changes: Mapping[str, Any] = {},
        url: str | None = None,
    ) -> Delivery[Any]:
        """The example, signed by `webhook`; not signed where that is None."""
        body = json.dumps(self.payload(event, changes), ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )
        headers = {"Content-Type": "application/json"}
        if webhook is not None:
            headers |= webhook.sign(body, url=url)
        return Delivery(body=body, headers=headers, event=self._catalogue.parse(body, headers))

    def _kind(self, event: type[Any] | str) -> str:
        return str(event) if isinstance(event, str) else self._catalogue.types_of(event)[0]


def change(payload: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path (`data.email`, `data.domains.0`); objects on the way are made where they lack.

    Raises KeyError where the path goes through something that has no parts.
    """
    *parents, last = path.split(".")
    found: Any = payload
    for name in parents:
        found = found.setdefault(name, {}) if isinstance(found, dict) else _item(found, name, path)
    if isinstance(found, dict):
        found[last] = value
    elif isinstance(found, list) and last.isdecimal() and int(last) < len(found):
        found[int(last)] = value
    else:
        raise KeyError(path)


def _item(found: Any, name: str, path: str) -> Any:
    if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
        return found[int(name)]
    raise KeyError(path)
