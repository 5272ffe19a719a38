"""Verdicts on deliveries against packages that parse them: each form of each event, both ways."""

from __future__ import annotations

import importlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from hooksmith import pipeline
from hooksmith.diff.report import Report
from hooksmith.output.runtime_copy import runtime_files
from hooksmith.settings import Settings
from support.cases import write_files

from .documents import report
from .edits import BASE, EDITS, edited
from .payloads import Payloads

PARENT = "diffed_packages"
APART = frozenset({"event batch", "event form", "type position", "class to map"})
"""Edits after which a body alone is no delivery, or is of another form: see test_receivers.py."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("packages")
    write_files(home / PARENT, {"__init__.py": "", **runtime_files()})
    sys.path.insert(0, str(home))
    yield home
    sys.path.remove(str(home))
    for name in [name for name in sys.modules if name.partition(".")[0] == PARENT]:
        del sys.modules[name]


def package(home: Path, name: str, document: Any) -> Any:
    """The events module of the document's package."""
    folder = home / PARENT / name
    if not folder.is_dir():
        source = home / f"{name}.json"
        source.write_text(json.dumps(document), "utf-8")
        settings = Settings(package=name, formatter="none", runtime="shared")
        write_files(folder, pipeline.generate(source, settings).files)
    importlib.invalidate_caches()
    return importlib.import_module(f"{PARENT}.{name}.events")


def observed(events: Any, document: Any) -> dict[str, set[str]]:
    """Outcome → the types of the events that had it."""
    found: dict[str, set[str]] = defaultdict(set)
    for type_, body in Payloads(document).events():
        event = events.parse_event(json.dumps(body))
        if type(event).__name__ == "DriftedEvent":
            found["drift"].add(type_)
        elif type(event).__name__ != "UnknownEvent":
            for outcome in outcomes(event):
                found[outcome].add(type_)
    return found


def outcomes(value: Any, annotation: Any = None) -> Iterator[str]:
    if isinstance(value, BaseModel):
        if type(value).__name__ == "Unknown":
            yield "unknown"
        for name, info in type(value).model_fields.items():
            if name in value.__dict__:
                yield from outcomes(value.__dict__[name], info.annotation)
            elif info.is_required():
                yield "absent"
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from outcomes(item, get_args(annotation)[-1] if get_args(annotation) else None)
    elif is_unlisted(value, annotation):
        yield "value"


def is_unlisted(value: Any, annotation: Any) -> bool:
    """Whether a plain value stands where the document lists values."""
    options = list(flat(annotation))
    enums = [it for it in options if isinstance(it, type) and issubclass(it, Enum)]
    literals = [
        it for option in options if get_origin(option) is Literal for it in get_args(option)
    ]
    if not isinstance(value, str) or isinstance(value, Enum) or not (enums or literals):
        return False
    return value not in literals


def flat(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal or not get_args(annotation):
        yield annotation
    else:
        for option in get_args(annotation):
            yield from flat(option)


def predicted(found: Report, word: str) -> dict[str, set[str]]:
    verdicts: dict[str, set[str]] = defaultdict(set)
    for entry in found.entries:
        family, _, rest = entry.change.rule.partition("-")
        outcome, _, direction = rest.partition("-")
        if family == "delivery" and direction == word:
            verdicts[outcome] |= set(entry.change.via)
    return verdicts


def check(seen: dict[str, set[str]], said: dict[str, set[str]], common: set[str]) -> None:
    """Drift exactly; the rest where nothing drifts, for what drifts is not read whole."""
    assert seen["drift"] & common == said["drift"]
    calm = common - seen["drift"]
    for outcome in ("absent", "unknown", "value"):
        assert seen[outcome] & calm == said[outcome] & calm, outcome


@pytest.mark.parametrize("edit", [edit for edit in EDITS if edit not in APART])
def test_verdicts(edit: str, packages: Path) -> None:
    document = edited(edit)
    found = report("", edit)
    old = package(packages, "base", BASE)
    new = package(packages, f"edit{list(EDITS).index(edit)}", document)
    common = set(old.CATALOGUE.models) & set(new.CATALOGUE.models)
    check(observed(old, document), predicted(found, "deployed"), common)
    check(observed(new, BASE), predicted(found, "upgraded"), common)


@pytest.mark.parametrize(
    ("edit", "outcome", "event"),
    [
        ("event's field optional", "drift", "order.created"),
        ("received field optional", "absent", "order.created"),
        ("option added", "unknown", "order.paid"),
        ("received value added", "value", "person.joined"),
    ],
)
def test_an_old_package_reads_new_deliveries_so(
    edit: str, outcome: str, event: str, packages: Path
) -> None:
    seen = observed(package(packages, "base", BASE), edited(edit))
    assert event in seen[outcome]
    assert event in predicted(report("", edit), "deployed")[outcome]
