"""Edits of calls without a tag: which resource has them, other paths say."""

from __future__ import annotations

from pathlib import Path

from .conftest import DOCUMENT, UNRELATED, Edited

TEXT = DOCUMENT.replace("      tags: [orders]\n", "") + UNRELATED


def test_the_rest_of_a_call_is_read_by_itself(tmp_path: Path) -> None:
    edited = Edited(tmp_path / "acme.yaml")
    edited.start(TEXT)
    assert "resources/orders.py" in edited.result.files
    found = edited.edit(TEXT.replace("Order something", "Order whatever you like"))
    assert found is not None
    assert found.files == edited.whole().files


def test_a_tag_moves_a_call_whatever_it_is(tmp_path: Path) -> None:
    edited = Edited(tmp_path / "acme.yaml")
    edited.start(TEXT)
    tagged = "operationId: getOrder\n      tags: [default]"
    assert edited.edit(TEXT.replace("operationId: getOrder", tagged)) is None
    assert "resources/default.py" in edited.whole().files
