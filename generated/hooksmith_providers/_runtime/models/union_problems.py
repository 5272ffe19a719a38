"""Problems of a value that is not sent: one problem for a union, in place of the errors of every option.

Pydantic reports the errors of every option of a union. Here an option counts as meant if the value has its JSON type
and its tag; the errors of other options are left out. If no option is meant, one problem lists the choices.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..errors import Detail
from ..json_pointer import pointer
from .problems import message_of
from .reading import MOST_PROBLEMS

_CHOICES = frozenset({"enum", "literal_error"})
_CHOICE = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s,'\"]+")
_FEW = 10
_LONGEST = 200  # of an input that is compared with what is allowed
_START = "Input should be "

_MEANT, _OTHER_TAG, _OTHER_TYPE = range(3)


@dataclass(frozen=True)
class _Misfit:
    """An error of pydantic below a place. `path`: the rest of its location."""

    path: tuple[int | str, ...]
    error: ErrorDetails


@dataclass
class _Node:
    """The errors at a place: of the value itself, of its parts, and of the options of its union."""

    here: list[ErrorDetails] = field(default_factory=list)
    parts: dict[int | str, list[_Misfit]] = field(default_factory=dict)
    options: dict[int | str, list[_Misfit]] = field(default_factory=dict)


def distinct_details(error: ValidationError, document: object) -> tuple[Detail, ...]:
    """Return the problems of a document, each once; the first `MOST_PROBLEMS`."""
    misfits = [_Misfit(tuple(each["loc"]), each) for each in error.errors(include_url=False)]
    details = tuple(dict.fromkeys(_details(misfits, document, ())))
    if len(details) <= MOST_PROBLEMS:
        return details
    further = Detail("", f"{len(details) - MOST_PROBLEMS} further problems")
    return (*details[:MOST_PROBLEMS], further)


def _details(
    misfits: Sequence[_Misfit], value: Any, place: tuple[int | str, ...]
) -> Iterator[Detail]:
    node = _node(misfits, value)
    for error in node.here:
        yield Detail(pointer(*place), message_of(error))
    for token, inner in node.parts.items():
        yield from _part_details(token, inner, value, place)
    if node.options:
        yield from _option_details(list(node.options.values()), value, place)


def _node(misfits: Sequence[_Misfit], value: Any) -> _Node:
    node = _Node()
    for misfit in misfits:
        if not misfit.path:
            node.here.append(misfit.error)
            continue
        token, *rest = misfit.path
        is_missing = not rest and misfit.error["type"] == "missing"
        groups = node.parts if is_missing or _is_part(value, token) else node.options
        groups.setdefault(token, []).append(replace(misfit, path=tuple(rest)))
    return node


def _is_part(value: Any, token: Any) -> bool:
    """Return whether a token of a location is a key or an index; otherwise it is pydantic's name for an option."""
    if isinstance(value, dict):
        return token in value
    return isinstance(value, list) and isinstance(token, int) and token < len(value)


def _part_details(
    token: Any, misfits: Sequence[_Misfit], value: Any, place: tuple[int | str, ...]
) -> Iterator[Detail]:
    if _is_part(value, token):
        yield from _details(misfits, value[token], (*place, token))
        return
    similar = difflib.get_close_matches(str(token), value, n=1) if isinstance(value, dict) else []
    hint = f"; is {similar[0]!r} meant?" if similar else ""
    yield Detail(pointer(*place, token), f"Field required{hint}")


def _option_details(
    options: Sequence[Sequence[_Misfit]], value: Any, place: tuple[int | str, ...]
) -> Iterator[Detail]:
    """Yield the problems of the options that are meant; without one, a problem that lists the choices."""
    tags = _tags(options, value)
    distances = [_distance(option, value, tags) for option in options]
    nearest = min(distances)
    near = [option for option, each in zip(options, distances, strict=True) if each == nearest]
    if nearest == _MEANT:
        fewest = min(map(len, near))
        for option in near:
            if len(option) == fewest:
                yield from _details(option, value, place)
        return
    errors: dict[tuple[int | str, ...], list[ErrorDetails]] = {}
    for option in near:
        for tokens, error in _distant(option, value, tags, nearest):
            errors.setdefault(tokens, []).append(error)
    for tokens, same in errors.items():
        yield Detail(pointer(*place, *tokens), _joined(same))


def _tags(options: Sequence[Sequence[_Misfit]], value: Any) -> frozenset[int | str]:
    """Return the properties that distinguish options: an option allows a single value of each."""
    return frozenset(
        token
        for option in options
        for token, error in _properties(option, value)
        if error["type"] in _CHOICES and len(_listed(error)) == 1
    )


def _properties(option: Sequence[_Misfit], value: Any) -> Iterator[tuple[int | str, ErrorDetails]]:
    """Yield the errors of an object's properties, those of nested options included."""
    node = _node(option, value)
    for token, misfits in node.parts.items():
        yield from ((token, misfit.error) for misfit in misfits if not misfit.path)
    for inner in node.options.values():
        yield from _properties(inner, value)


def _distance(option: Sequence[_Misfit], value: Any, tags: frozenset[int | str]) -> int:
    """Return how far a value is from an option: its tag differs, or its JSON type."""
    node = _node(option, value)
    distances = [_MEANT, *map(_distance_of_value, node.here)]
    if any(token in tags and error["type"] in _CHOICES for token, error in _problems_at(node)):
        distances.append(_OTHER_TAG)
    if node.options:
        distances.append(min(_distance(inner, value, tags) for inner in node.options.values()))
    return max(distances)


def _problems_at(node: _Node) -> Iterator[tuple[int | str, ErrorDetails]]:
    for token, misfits in node.parts.items():
        yield from ((token, misfit.error) for misfit in misfits if not misfit.path)


def _distance_of_value(error: ErrorDetails) -> int:
    if error["type"] in _CHOICES:
        return _OTHER_TYPE if isinstance(error["input"], (dict, list)) else _OTHER_TAG
    if error["type"] == "missing_constant":
        return _OTHER_TAG
    return _OTHER_TYPE if error["type"].endswith("_type") else _MEANT


def _distant(
    option: Sequence[_Misfit], value: Any, tags: frozenset[int | str], distance: int
) -> Iterator[tuple[tuple[int | str, ...], ErrorDetails]]:
    """Yield the errors that set an option at a distance, with their places below the value."""
    node = _node(option, value)
    for error in node.here:
        if _distance_of_value(error) == distance:
            yield (), error
    for token, error in _problems_at(node):
        if distance == _OTHER_TAG and token in tags and error["type"] in _CHOICES:
            yield (token,), error
    for inner in node.options.values():
        yield from _distant(inner, value, tags, distance)


def _joined(errors: Sequence[ErrorDetails]) -> str:
    """Return one problem of errors at the same place."""
    choices = list(dict.fromkeys(choice for error in errors for choice in _listed(error)))
    texts = dict.fromkeys(message_of(error) for error in errors if error["type"] not in _CHOICES)
    if choices:
        texts = {_not_listed(choices, errors[0]["input"]): None, **texts}
    first, *others = texts
    return " or ".join([first, *(text.removeprefix(_START) for text in others)])


def _listed(error: ErrorDetails) -> list[str]:
    """Return the values that a choice allows, as Python writes them."""
    if error["type"] not in _CHOICES:
        return []
    context: Mapping[str, str] = error.get("ctx", {})
    return [text for text in _CHOICE.findall(context.get("expected", "")) if text != "or"]


def _not_listed(choices: Sequence[str], value: object) -> str:
    """Return the allowed values; of more than ten the closest, which is the document's text and not the input's."""
    if len(choices) <= _FEW:
        *first, last = choices
        return f"{_START}{', '.join(first)}{' or ' if first else ''}{last}"
    similar = difflib.get_close_matches(repr(value)[:_LONGEST], choices, n=1)
    hint = f"; did you mean {similar[0]}?" if similar else ""
    return f"Input is none of the {len(choices)} values allowed{hint}"
