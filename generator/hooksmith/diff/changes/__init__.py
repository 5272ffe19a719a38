"""Changes of a document by subject: parts that the new document adds, lacks or has otherwise."""

from __future__ import annotations

from ..sides import Side
from .callbacks import callback_changes
from .change import Change, Context
from .clients import client_changes
from .definitions import definition_changes
from .deliveries import delivery_changes
from .events import event_changes
from .operations import operation_changes
from .pairing import find_renames

__all__ = ["Change", "find_changes"]


def find_changes(old: Side, new: Side) -> list[Change]:
    """Return all differences of two documents, with those of reading deliveries."""
    context = Context(old, new, find_renames(old, new))
    return [
        *event_changes(context),
        *delivery_changes(context),
        *callback_changes(context),
        *operation_changes(context),
        *client_changes(context),
        *definition_changes(context),
    ]
