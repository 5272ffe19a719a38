"""Event types are compared by letters and digits in one case: the generator and the runtime agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooksmith.naming import casing
from hooksmith_providers._runtime.webhooks import event_types


@pytest.mark.hypothesis
@given(st.text())
def test_both_agree(text: str) -> None:
    assert event_types.plain(text) == casing.plain(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("branch_protection_rule.created", "branchprotectionrulecreated"),
        ("/ACCOUNT_CLOSED", "accountclosed"),
        ("Straße-1", "strasse1"),
        ("", ""),
    ],
)
def test_letters_and_digits_in_one_case(text: str, expected: str) -> None:
    assert casing.plain(text) == event_types.plain(text) == expected
