"""Regular expressions of a document: no text takes exponential time, and as many as possible are asserted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from typing import Annotated, Any

import pytest
from hooksmith_runtime_under_test.models.constraints import Asserts, Pattern
from hooksmith_runtime_under_test.models.patterns import UndecidedError, search_of
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from support.paths import RUNTIME

SLOW = [
    "^(?!x)(a+)+$",
    "^(?!x)(a|a)*$",
    "^(?!x)(a|a?)+$",
    "^(?!x)(.*a){20}$",
    "^(?!x)(a*)*b",
    "(?!x)(a+)+$",
    "(?!x)a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaaaaaaaaaaa$",
    "(?=x|a)a*a*a*a*a*a*b",
    "(?!x)((a{1,50}){1,50}){1,50}$",
    r"(a*)*\1b",
    r"^(a+)(a+)(a+)\1\2\3b",
    "(?<=a)(a+)+$",
    "^(?:(?!x)a+)+$",
    "^a(?!x)(a+)+$",
    "(?!x)x*x*x*x*x*$",
    "^(?=(a+)+$)",
    "^(?!(a+)+$)a*$",
]


def test_no_text_takes_exponential_time() -> None:
    """In a process that ends after 60 seconds of CPU time: today's engine takes years."""
    code = textwrap.dedent(
        """
        import importlib.util, json, resource, sys
        from pathlib import Path
        from typing import Annotated
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        root = Path(sys.argv[1])
        spec = importlib.util.spec_from_file_location(
            "runtime", root / "__init__.py", submodule_search_locations=[str(root)])
        sys.modules["runtime"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["runtime"])
        from pydantic import TypeAdapter, ValidationError
        from runtime.models.constraints import Asserts, Pattern
        for pattern in json.loads(sys.argv[2]):
            for text in ("a" * 30 + "!", "a" * 3_000, "x" * 3_000 + "!", "ab" * 500_000, "a" * 12):
                for constraint in (Pattern(pattern), Asserts({"not": {"pattern": pattern}})):
                    try:
                        TypeAdapter(Annotated[str, constraint]).validate_python(text)
                    except ValidationError:
                        pass
        print("done")
        """
    )
    outcome = subprocess.run(
        [sys.executable, "-c", code, str(RUNTIME), json.dumps(SLOW)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.stdout == "done\n", outcome.stderr[-2000:]


def fits(constraint: Any, text: str) -> bool:
    try:
        TypeAdapter(Annotated[str, constraint]).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("^(?!admin)[a-z]+$", "a" * 10**5, "admin" + "a" * 10**5),
        (r"^(?=.*[0-9])(?=.*[A-Z])(?!.*\s)[\w!)(]{8,}$", "A1" + "x" * 10**5, "a1" + "x" * 10**5),
        ("^(?!-)[a-z-]{1,63}(?<!-)$", "a-b", "a-b-"),
        ("^(?!.*--)([a-z]+-?)+(?<=[a-y])$", "ab-" * 10**4 + "a", "ab-" * 10**4 + "az"),
        (r"^(?![)\]])(?=[^](]).*$", "a", ")"),
    ],
)
def test_lookarounds_at_the_ends_hold_for_long_texts(pattern: str, good: str, bad: str) -> None:
    assert fits(Pattern(pattern), good)
    assert not fits(Pattern(pattern), bad)
    assert fits(Asserts({"not": {"pattern": pattern}}), bad)
    assert not fits(Asserts({"not": {"pattern": pattern}}), good)


@pytest.mark.parametrize("pattern", [r"^(a|b)\1$", "x(?!y)", "^(?!a)b|c$", r"^\(?!a", "a(?=b)"])
def test_other_lookarounds_and_references_hold_for_short_texts(pattern: str) -> None:
    for text in ("aa", "ab", "xy", "xz", "b", "c", "a", "ac", "(!a", "!a"):
        assert fits(Pattern(pattern), text) == bool(re.search(pattern, text))


def test_a_text_that_is_not_checked_is_accepted() -> None:
    """Nor is it refused where it must not match."""
    pattern, text = "^a(?!x)(a+)+$", "b" * 10**6
    search = search_of(pattern)
    assert search is not None
    with pytest.raises(UndecidedError):
        search(text)
    assert fits(Pattern(pattern), text)
    assert fits(Asserts({"not": {"pattern": pattern}}), text)
    assert not fits(Pattern(pattern), "b")


PIECES = [
    "^",
    "$",
    "a",
    "b",
    "(?=",
    "(?!",
    "(?<=",
    "(?<!",
    "(",
    "(?:",
    ")",
    "[a)]",
    "[^b]",
    "\\(",
    "|",
    "*",
    "?",
    ".",
]


@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=12),
    text=st.text(alphabet="ab(|)", max_size=8),
)
def test_parts_mean_what_the_whole_means(pieces: list[str], text: str) -> None:
    """Python's engine is the oracle."""
    pattern = "^" + "".join(pieces)
    try:
        expected = bool(re.search(pattern, text))
    except re.error:
        return
    search = search_of(pattern)
    assert search is not None
    assert bool(search(text)) is expected
