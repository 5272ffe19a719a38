"""Documents for tests of `hooksmith diff`, surveyed once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hooksmith import pipeline
from hooksmith.diff.report import Report, compare
from hooksmith.settings import Settings

from .edits import BASE, edited

SETTINGS = Settings(package="acme", formatter="none")


def survey(document: Any, settings: Settings = SETTINGS) -> pipeline.Survey:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(document), "utf-8")
        return pipeline.survey(path, settings)


@cache
def surveyed(edit: str) -> pipeline.Survey:
    """The base document after an edit; the base itself for an empty name."""
    return survey(edited(edit) if edit else BASE)


@cache
def report(old: str, new: str) -> Report:
    return compare(surveyed(old), surveyed(new), ("old.json", "new.json"))


def diff(old: Any, new: Any) -> Report:
    return compare(survey(old), survey(new), ("old.json", "new.json"))
