"""Schema of the `x-hooksmith-*` extensions, and the check of their values."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from ..suggest import did_you_mean


def deepest(error: Any) -> Any:
    """Return the error of the alternative that the value is closest to."""
    from jsonschema.exceptions import best_match

    best = best_match([error]) or error
    while relevant := [each for each in best.context or () if not _is_of_another_type(each)]:
        best = best_match(relevant) or relevant[0]
    return best


def _is_of_another_type(error: Any) -> bool:
    """Whether a value is of another JSON type than the alternative, such as an object instead of a string."""
    return error.validator == "type" and not error.relative_path


def trail(path: list[str | int]) -> str:
    """Return keys and indices in the notation of JavaScript: `.a[0].b`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def hint_for(error: Any) -> str:
    """Return a hint for an error of jsonschema; empty if there is none."""
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
    """Return `value` if it fits the extension `key`. Raises ValueError."""
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
    """Return the JSON Schema of all extensions."""
    return json.loads(
        files("hooksmith.extensions").joinpath("extensions.schema.json").read_text("utf-8")
    )


@cache
def validator() -> Any:
    """Return a validator of an object with extensions as its properties."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema())
