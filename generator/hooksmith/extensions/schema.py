"""What stands under an `x-hooksmith-*` extension, in a document or in its place, against `extensions.schema.json`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from ..suggest import did_you_mean


def deepest(error: Any) -> Any:
    """The telling one among the errors of alternatives."""
    from jsonschema.exceptions import best_match

    found = best_match([error]) or error
    while telling := [each for each in found.context or () if not _is_of_another_type(each)]:
        found = best_match(telling) or telling[0]
    return found


def _is_of_another_type(error: Any) -> bool:
    """Whether an alternative was not meant at all: an object where it is a string, say."""
    return error.validator == "type" and not error.relative_path


def trail(path: list[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def hint_for(error: Any) -> str:
    if error.validator == "enum" and isinstance(error.instance, str):
        return did_you_mean(error.instance, [str(value) for value in error.validator_value])
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        guesses = (did_you_mean(key, known) for key in error.instance if key not in known)
        return next((guess for guess in guesses if guess), "")
    if error.validator == "pattern" and error.validator_value == _pointer_pattern():
        return "a JSON pointer is meant, such as /type"
    return ""


def _pointer_pattern() -> str:
    return str(schema()["$defs"]["pointer"]["pattern"])


def check_statement(key: str, value: Any) -> Any:
    """`value`, if it may stand under the extension `key`. Raises ValueError."""
    for error in validator().iter_errors({key: value}):
        error = deepest(error)
        place = trail(list(error.absolute_path)[1:])
        hint = hint_for(error)
        raise ValueError(
            f"{place.lstrip('.') or 'not right'}: {error.message}{hint and f'; {hint}'}"
        )
    return value


@cache
def schema() -> Any:
    return json.loads(
        files("hooksmith.extensions").joinpath("extensions.schema.json").read_text("utf-8")
    )


@cache
def validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema())
