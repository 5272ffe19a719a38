"""Texts of objects for people: `repr` and `str`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


def safe_repr(text_of: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return a `__repr__` or `__str__` that never raises.

    An object whose constructor failed lacks attributes, and is a local variable of the traceback.
    """

    @wraps(text_of)
    def text_or_class(self: Any) -> str:
        try:
            return text_of(self)
        except AttributeError:
            return f"<incomplete {type(self).__name__}>"

    return text_or_class
