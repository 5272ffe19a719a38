"""Providers of webhooks and APIs: where each publishes its document, and how its deliveries are signed.

One YAML file a provider. Every fact has a source; a fact that no source establishes is left out. `document`: URL of the
OpenAPI document. `signature`: name of a scheme in `extensions/signature_schemes`, with the locations of type and id of
an event. `note`: text for the user of `hooksmith init`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ..frozen import value
from ..load.yaml_reader import parse


@value(kw_only=True)
class CatalogueEntry:
    """The facts about one provider. `sources`: name of a fact → the text or page that establishes it."""

    name: str
    title: str
    document: str
    sources: Mapping[str, str]
    signature: str | None = None
    note: str = ""


def catalogue_names() -> list[str]:
    """Return the names of all providers, sorted."""
    names = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


@cache
def catalogue_entry(name: str) -> CatalogueEntry:
    """Return the entry of a provider. Raises KeyError if there is none."""
    if name not in catalogue_names():
        raise KeyError(name)
    facts: dict[str, Any] = parse(files(__name__).joinpath(f"{name}.yaml").read_text("utf-8"))
    return CatalogueEntry(name=name, **facts)
