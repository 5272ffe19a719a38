"""Catalogue of known signature schemes: a declaration each, as `x-hooksmith-signature` takes it, in TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def known_schemes() -> list[str]:
    """Return the names in the catalogue, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def known_scheme(name: str) -> Mapping[str, Any]:
    """Return the declaration of a scheme. Raises KeyError if the catalogue has no scheme of that name."""
    if name not in known_schemes():
        raise KeyError(name)
    return {key: value for key, value in _declaration(name).items() if key != "events"}


def known_events(name: str) -> Mapping[str, Any]:
    """Return where deliveries of a scheme have their type, id and time, as `x-hooksmith-events` takes it.

    Empty if the catalogue has no such scheme, or if the scheme leaves these places to the sender.
    """
    if name not in known_schemes():
        return {}
    events: Mapping[str, Any] = _declaration(name).get("events", {})
    return events


@cache
def _declaration(name: str) -> Mapping[str, Any]:
    return tomllib.loads(_folder().joinpath(f"{name}.toml").read_text("utf-8"))


def _folder() -> Any:
    return files(__name__)
