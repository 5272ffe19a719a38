"""What changed between two versions of a document."""

from __future__ import annotations

from typing import NamedTuple


class ChangeRow(NamedTuple):
    """One change: how grave it is, the place, and what it is."""

    severity: str
    place: str
    message: str


class ChangesView(NamedTuple):
    """The changes since an older document."""

    older: str
    rows: tuple[ChangeRow, ...]
