"""datamodel-code-generator's models and ours, over the corpus: every disagreement is explained in a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .independent import Comparison, Verdicts, compare, known_kinds
from .real_documents import DOCUMENTS

KNOWN = Path(__file__).parent / "known_disagreements.txt"


def test_kinds_name_the_side_that_is_wrong() -> None:
    comparison = Comparison()
    comparison.note("valid", Verdicts(None, None, True), "a")
    comparison.note("minLength", Verdicts("too short", "string_too_short", False), "b")
    comparison.note("minLength", Verdicts("too short", None, False), "c")
    comparison.note("valid", Verdicts("not an integer", None, True), "d")
    comparison.note("type", Verdicts(None, None, False), "e")
    assert comparison.instances == 5
    assert comparison.disagreements == {
        "minLength: invalid, theirs accepts": ["c"],
        "valid: valid, ours refuses (not an integer)": ["d"],
        "type: invalid, ours accepts and theirs accepts": ["e"],
    }


@pytest.mark.skipif(not DOCUMENTS, reason="there is no ../shared with documents to try")
@pytest.mark.skipif("HOOKSMITH_LONG" not in os.environ, reason="takes minutes: make corpus")
def test_another_generators_models_agree_with_ours(tmp_path: Path) -> None:
    """Whatever instance, unless the kind of the disagreement is explained; no explanation stands in vain."""
    total = Comparison()
    for path in DOCUMENTS:
        total += compare(path, tmp_path)
    print()  # `make corpus` shows what is printed
    print(f"{total.schemas} schemas, {total.instances} instances; skipped: {dict(total.skipped)}")
    known = set(known_kinds(KNOWN.read_text("utf-8")))
    for kind, places in sorted(total.disagreements.items()):
        print(f"{len(places):6}  {kind}" + ("" if kind in known else f"  NEW: {places[:3]}"))
    assert set(total.disagreements) == known
    assert total.instances > 300_000
