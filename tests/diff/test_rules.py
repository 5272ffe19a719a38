"""Every rule is reached, every break is due to a change, and changes are the same seen from the other side."""

from __future__ import annotations

import copy
import random
from collections import Counter
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hooksmith.diff.report import Report
from hooksmith.diff.rules import RULES, mirror

from .documents import diff, report
from .edits import BASE, EDITS

ADDED_REQUIRED = {
    "received-field-added-required": "received-field-added",
    "sent-field-added-required": "sent-field-added",
    "argument-added-required": "argument-added",
    "body-added-required": "body-added",
}
"""What is added as required has one mirror with what is added as optional: the removal."""


def rules(found: Report) -> set[str]:
    return {entry.change.rule for entry in found.entries}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_reported_by_its_rules(edit: str) -> None:
    assert EDITS[edit][1] <= rules(report("", edit))


@pytest.mark.parametrize("edit", EDITS)
def test_no_break_without_a_change(edit: str) -> None:
    for found in (report("", edit), report(edit, "")):
        assert [entry for entry in found.entries if entry.change.rule == "surface-changed"] == []


@pytest.mark.parametrize("edit", EDITS)
def test_changes_are_the_same_seen_from_the_other_side(edit: str) -> None:
    """added(A, B) = removed(B, A), and what is deployed in one direction is upgraded in the other."""
    there = Counter(
        (mirror(entry.change.rule), entry.change.new_place, entry.change.old_place)
        for entry in report("", edit).entries
    )
    back = Counter(
        (entry.change.rule, entry.change.old_place, entry.change.new_place)
        for entry in report(edit, "").entries
    )
    assert canonical(there) == canonical(back)


def canonical(found: Counter[tuple[str, str, str]]) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for (rule, old, new), count in found.items():
        counts[ADDED_REQUIRED.get(rule, rule), old, new] += count
    return counts


def test_every_rule_is_reached() -> None:
    reached = {
        rule for edit in EDITS for pair in (("", edit), (edit, "")) for rule in rules(report(*pair))
    }
    assert RULES.keys() - reached == {"surface-changed"}


def test_every_rule_has_a_mirror_that_has_it() -> None:
    for rule in RULES.values():
        back = RULES[rule.mirror].mirror
        assert back in (rule.id, ADDED_REQUIRED.get(rule.id)), rule


def test_a_document_against_itself_has_no_change() -> None:
    assert report("", "").entries == ()


def shuffled(node: Any, chance: random.Random) -> Any:
    """The same document with the keys of objects in another order."""
    if isinstance(node, dict):
        items = [(key, shuffled(value, chance)) for key, value in node.items()]
        chance.shuffle(items)
        return dict(items)
    return [shuffled(item, chance) for item in node] if isinstance(node, list) else node


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_keys_is_no_change(seed: int) -> None:
    found = diff(BASE, shuffled(BASE, random.Random(seed)))
    assert {entry.category for entry in found.entries} <= {"docs"}


def test_prose_is_a_change_of_texts_alone() -> None:
    document = copy.deepcopy(BASE)
    document["info"]["description"] = "Another."
    for schema in document["components"]["schemas"].values():
        schema["description"] = "Another."
    for item in document["webhooks"].values():
        item["post"]["summary"] = "Another"
    found = diff(BASE, document)
    assert {entry.category for entry in found.entries} == {"docs"}


def test_fingerprints_depend_on_rule_place_and_values_alone(snapshot: SnapshotAssertion) -> None:
    """Those of other people's `--accept` files must not change."""
    found = {
        edit: sorted(f"{it.fingerprint}  {it.change.rule}" for it in report("", edit).entries)
        for edit in EDITS
    }
    assert found == snapshot
    changed = copy.deepcopy(BASE)
    changed["components"]["schemas"]["Carrier"]["enum"] = ["dhl"]
    described = shuffled(changed, random.Random(1))
    described["components"]["schemas"]["Money"]["description"] = "Prose."
    plain = {it.fingerprint for it in diff(BASE, changed).entries}
    prosaic = {it.fingerprint for it in diff(BASE, described).entries if it.category != "docs"}
    assert prosaic <= plain
