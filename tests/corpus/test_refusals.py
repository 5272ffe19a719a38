"""What a document's constraints forbid is refused before it is sent: the rate by keyword, over the corpus."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.paths import SHARED

from .refusals import Refusals, refusals

DOCUMENTS = sorted([*SHARED.glob("corpus/*.json"), *SHARED.glob("reference/*.openapi.*")])

pytestmark = [
    pytest.mark.skipif(not DOCUMENTS, reason="there is no ../shared with documents to try"),
    pytest.mark.skipif("HOOKSMITH_LONG" not in os.environ, reason="takes minutes: make corpus"),
]


def test_what_is_invalid_is_not_sent(tmp_path: Path) -> None:
    """Whatever keyword is broken; and no valid body is refused."""
    total = Refusals()
    for path in DOCUMENTS:
        total += refusals(path, tmp_path)
    print()  # `make corpus` shows what is printed
    for group in (lambda case: case[0], lambda case: case[1]):
        for name, refused, tried in total.rates(group):
            print(f"{name:24}{refused:6} of {tried:6} refused")
    assert total.seeds["json"] > 3000
    assert sum(total.seeds.values()) > 10_000
    assert total.valid_refused == []
    assert total.sent == []
    assert sum(total.refused.values()) > 100_000
