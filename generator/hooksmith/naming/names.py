"""Names that are assigned once for the whole document, before a part of it is selected or described."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..errors import Place
from ..frozen import value
from ..openapi.grammar import Node
from .class_names import ClassNames, assign_class_names
from .method_names import OperationNames, assign_operation_names
from .override_checks import check_overrides
from .overrides import Overrides, sort_overrides


@value()
class Names:
    """Names of definitions, resources and methods, and the names that the user chose."""

    classes: ClassNames
    operations: OperationNames
    overrides: Overrides


def assign_names(document: Node, chosen: Mapping[str, str], place: Callable[[], Place]) -> Names:
    """Assign the names of a document in normal form. Raises ConfigError for a chosen name that cannot be.

    Args:
        document: The document.
        chosen: Names that the user chose, by place, see `overrides`.
        place: Returns the place of the document's beginning.
    """
    overrides = sort_overrides(document, chosen)
    classes = assign_class_names(document, overrides.classes)
    operations = assign_operation_names(document, overrides, classes.names.values())
    check_overrides(document, overrides, classes, operations, place)
    return Names(classes, operations, overrides)
