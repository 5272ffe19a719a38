"""Paths in the checkout."""

from __future__ import annotations

import os
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
GENERATOR = ROOT / "generator" / "hooksmith"
GENERATED = ROOT / "generated" / "hooksmith_providers"
RUNTIME = ROOT / "templates" / "_runtime"
SPECS = ROOT / "specs"
CASES = TESTS / "cases"
ERRORS = TESTS / "errors"
PROVIDERS = ("mattr", "scalekit", "socotra", "workos")

CORPUS = Path(os.environ["HOOKSMITH_CORPUS"]) if "HOOKSMITH_CORPUS" in os.environ else None
"""A folder of documents of many publishers, for tests that take what there is; most machines have none."""

SHARED = ROOT.parent / "shared"
"""Documents of others beside the project; most machines have none."""
