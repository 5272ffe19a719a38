"""Errors of every part of a package, and those of a request that is refused before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Detail:
    """A value that breaks its constraint: the JSON Pointer to it, and the problem, without the value."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}" if self.where else self.problem


class PicklableError(Exception):
    """An error that pickles, whatever the arguments of its constructor. Its message is `printable`."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))

    def __reduce__(self) -> tuple[Any, ...]:
        return self._restore, (self.args, self.__dict__)

    @classmethod
    def _restore(cls, args: tuple[object, ...], state: dict[str, Any]) -> Self:
        error = cls.__new__(cls)
        error.args = args
        error.__dict__.update(state)
        return error


class APIError(PicklableError):
    """Base of every error of a client."""


class RequestError(APIError, ValueError):
    """An argument breaks its constraint; no request was sent. `details` has the places and problems."""

    def __init__(self, *details: Detail) -> None:
        super().__init__(summary("the request was not sent", details))
        self.details = details


def printable(text: str) -> str:
    """Return a foreign text for messages and logs: control and invisible characters are escaped, line ends too."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def summary(problem: str, details: Sequence[Detail]) -> str:
    """Return a message of the problem and the first details."""
    shown = "; ".join(str(detail) for detail in details[:_MOST_SHOWN])
    hidden = len(details) - _MOST_SHOWN
    return f"{problem}: {shown}" + (f"; and {hidden} more" if hidden > 0 else "")
