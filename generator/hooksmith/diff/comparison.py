"""A use that does not type-check any more, and the two packages that uses are judged by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ..frozen import value
from ..plan.views import ArgumentView
from .annotations import Annotation, names, parse
from .assignability import Assignability
from .surface import Surface

Use = Literal[
    "import", "read", "call", "call_least", "return", "member", "const", "client", "webhook", "callback",
    "upcast", "alias_read", "write", "construct", "construct_least", "exhaust", "alias_write",
]  # fmt: skip


@value(kw_only=True)
class Break:
    """A use that does not type-check any more.

    `place`: module, class and name, such as `models.Order.status` or `client.orders.create`. `old` and `new`: what the
    package offered and offers there; `new` is empty if there is nothing. `is_rare`: code hardly ever has the use.
    `names`: definitions whose change may be the reason. `culprits`: the arguments that a call fails by.
    """

    use: Use
    place: str
    old: str = ""
    new: str = ""
    is_rare: bool = False
    names: frozenset[str] = frozenset()
    culprits: frozenset[str] = frozenset()


class Comparison:
    """Both packages, and the relations between annotations in the namespace of the new one."""

    def __init__(self, old: Surface, new: Surface) -> None:
        self.old = old
        self.new = new
        self.types = Assignability(new)


Signature = dict[str, tuple[Annotation, bool]]
"""Name of an argument → its annotation, and whether a call must pass it."""


def signature(arguments: tuple[ArgumentView, ...]) -> Signature:
    """Return the keyword arguments of a method."""
    return {
        argument.name: (parse(argument.annotation), not argument.default) for argument in arguments
    }


def mentioned(texts: Iterable[str]) -> frozenset[str]:
    """Return the names in annotations; an empty text has none."""
    return frozenset(name for text in texts if text for name in names(parse(text)))
