"""Uses of the old package that do not type-check against the new one."""

from __future__ import annotations

from collections.abc import Iterator

from .client_uses import ClientUses
from .comparison import Break
from .definition_uses import DefinitionUses
from .receiving_uses import ReceivingUses
from .surface import Surface


def find_breaks(old: Surface, new: Surface) -> list[Break]:
    """Return every use of the old package that does not type-check against the new one."""
    return [
        *_imports(old, new),
        *DefinitionUses(old, new).breaks(),
        *ClientUses(old, new).breaks(),
        *ReceivingUses(old, new).breaks(),
    ]


def _imports(old: Surface, new: Surface) -> Iterator[Break]:
    for module, exported in old.exports.items():
        for name in sorted(exported - new.exports.get(module, frozenset())):
            place = f"{module}.{name}" if module else name
            names = {name}
            if module == "params":  # the TypedDict of a model, or of its sent shape
                model = name.removesuffix("Params")
                names = {model, f"{model}Input"}
            yield Break(use="import", place=place, old=name, names=frozenset(names))
