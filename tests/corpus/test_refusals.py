"""What a document's constraints forbid is refused before it is sent: the rate by keyword, over the corpus."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.paths import SHARED

from .refusals import Refusals, refusals

DOCUMENTS = sorted([*SHARED.glob("corpus/*.json"), *SHARED.glob("reference/*.openapi.*")])

NOT_EVERYWHERE = frozenset({"additionalProperties", "format"})
"""A class that goes both ways is split in two for constraints, but not for these alone."""

pytestmark = [
    pytest.mark.skipif(not DOCUMENTS, reason="there is no ../shared with documents to try"),
    pytest.mark.skipif("HOOKSMITH_LONG" not in os.environ, reason="takes minutes: make corpus"),
]


def test_what_is_invalid_is_not_sent(tmp_path: Path) -> None:
    """Whatever keyword is broken; and no valid body is refused."""
    total = Refusals()
    for path in DOCUMENTS:
        total += refusals(path, tmp_path)
    assert total.seeds > 3000
    assert total.valid_refused == []
    print()  # `make corpus` shows what is printed
    for keyword in sorted(total.refused | total.accepted):
        refused, accepted = total.refused[keyword], total.accepted[keyword]
        print(f"{keyword:24}{refused:6} of {refused + accepted:6} refused")
    assert {line.split(": ")[1].split(" ")[0] for line in total.sent} <= NOT_EVERYWHERE
    assert len(total.sent) < 0.005 * sum(total.refused.values())
    assert sum(total.refused.values()) > 12_000
