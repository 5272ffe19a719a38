"""Selections of events as SQL conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .statements import Dialect
from .states import Selection, State

_COMPARISONS = {
    "source": "source =",
    "tenant": "tenant =",
    "ordering_key": "ordering_key =",
    "event_id": "event_id =",
    "since": "received_at >=",
    "before": "received_at <",
}


def conditions(
    selection: Selection,
    dialect: Dialect,
    id_list: Callable[[Sequence[int]], Any],
    *,
    states: tuple[State, ...] | None = None,
    after: int | None = None,
    is_ascending: bool = False,
) -> tuple[str, dict[str, Any]]:
    """Return a WHERE clause and its parameters.

    Args:
        selection: The events.
        dialect: The database's SQL.
        id_list: Writes a list of row ids as the dialect's parameter.
        states: States instead of those of the selection.
        after: Only rows with a smaller id.
        is_ascending: Whether to add a condition on ids above the parameter `:beyond`.
    """
    terms: list[str] = []
    parameters: dict[str, Any] = {}
    if selection.ids:
        terms.append(f"id {dialect.among_ids}")
        parameters["ids"] = id_list(selection.ids)
    chosen = selection.states if states is None else states
    for name, values in (("state", chosen), ("type", selection.types)):
        if values:
            numbered = {f"{name}_{index}": str(value) for index, value in enumerate(values)}
            terms.append(f"{name} IN ({', '.join(f':{each}' for each in numbered)})")
            parameters |= numbered
    comparisons = {name: getattr(selection, name) for name in _COMPARISONS} | {"after": after}
    for name, value in comparisons.items():
        if value is not None:
            terms.append(f"{_COMPARISONS.get(name, 'id <')} :{name}")
            parameters[name] = value
    if is_ascending:
        terms.append("id > :beyond")
    return (f"WHERE {' AND '.join(terms)}" if terms else ""), parameters
