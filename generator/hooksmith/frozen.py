"""Plain data that nobody changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(*, kw_only: bool = False) -> Callable[[type[_Class]], type[_Class]]:
    """A dataclass that is frozen for type checkers.

    To enforce that when a program runs too takes twice the time to make the class, and three times that to make an
    object; there are hundreds of thousands.
    """
    return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
