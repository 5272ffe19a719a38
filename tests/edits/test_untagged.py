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


ALONE = "  /alone: {get: {operationId: alone, responses: {'204': {description: Done}}}}\n"
TAGGED = "  /alone/not: {get: {operationId: more, tags: [orders], responses: {'204': {description: Done}}}}\n"


def test_a_call_without_a_tag_means_reading_all(tmp_path: Path) -> None:
    edited = Edited(tmp_path / "acme.yaml")
    edited.start(TEXT)
    assert edited.edit(TEXT.replace("webhooks:\n", ALONE + "webhooks:\n")) is None


def test_a_path_that_moves_a_call_without_a_tag(tmp_path: Path) -> None:
    """Though it has a tag itself, there are two paths now that begin so."""
    text = DOCUMENT.replace("webhooks:\n", ALONE + "webhooks:\n") + UNRELATED
    edited = Edited(tmp_path / "acme.yaml")
    edited.start(text)
    assert "resources/default.py" in edited.result.files
    assert edited.edit(text.replace("webhooks:\n", TAGGED + "webhooks:\n")) is None
    assert "resources/alone.py" in edited.whole().files
