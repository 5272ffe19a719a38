"""Changes of constraints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ...ir import Type
from .change import Change
from .types import limits, tightened


class MakeChange(Protocol):
    """Makes a change of one place."""

    def __call__(self, rule: str, old: str, new: str, category: str = "") -> Change: ...


def constraint_changes(
    make: MakeChange, old: Type, new: Type, *, is_sent: bool
) -> Iterator[Change]:
    """Yield the changes of constraints between types of one shape. Requests that break one are refused."""
    if more := tightened(old, new):
        category = "behaviour" if is_sent else ""
        yield make("constraint-tightened", limits(old), ", ".join(more), category)
    if tightened(new, old):
        yield make("constraint-loosened", limits(old), limits(new))
