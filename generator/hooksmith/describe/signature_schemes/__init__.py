"""`x-hooksmith-signature` → the declaration of a scheme, spelled out where the document names a known one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ...load.yaml_reader import parse


def describe_signature(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How deliveries are signed; None where the document does not say."""
    stated = document.get("x-hooksmith-signature")
    return known_scheme(stated) if isinstance(stated, str) else stated


def known_scheme(name: str) -> Mapping[str, Any]:
    """The declaration of a scheme of the catalogue; raises KeyError."""
    if name not in known_schemes():
        raise KeyError(name)
    return {key: value for key, value in _entry(name).items() if key != "events"}


def known_events(name: str) -> Mapping[str, Any]:
    """Where the deliveries of a scheme of the catalogue say their type, id and time, as its documentation has it."""
    found: Mapping[str, Any] = _entry(name).get("events", {}) if name in known_schemes() else {}
    return found


@cache
def _entry(name: str) -> Mapping[str, Any]:
    declaration: Mapping[str, Any] = parse(_folder().joinpath(f"{name}.yaml").read_text("utf-8"))
    return declaration


def known_schemes() -> list[str]:
    """The names in the catalogue, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def _folder() -> Any:
    return files(__name__)
