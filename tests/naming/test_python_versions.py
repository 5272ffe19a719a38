"""What differs between versions of Python must not differ in what is generated."""

from __future__ import annotations

import builtins
import keyword
from http import HTTPStatus

from hooksmith.naming.reserved import BUILTINS, KEYWORDS
from hooksmith.openapi.status_phrases import PHRASES

RENAMED = {"413", "414", "416", "422"}
"""In Python 3.13."""


def test_what_python_has_taken_is_reserved() -> None:
    assert frozenset(keyword.kwlist) == KEYWORDS
    assert {name for name in dir(builtins) if not name.startswith("_")} <= BUILTINS


def test_statuses_are_called_as_python_calls_them() -> None:
    known = {str(status.value): status.phrase for status in HTTPStatus}
    assert {code: known.get(code, phrase) for code, phrase in PHRASES.items()} == {
        **PHRASES,
        **{code: known[code] for code in RENAMED},
    }
    assert PHRASES["422"] == "Unprocessable Entity"
