"""Real documents that nobody here wrote: everything in them is generated, imports, and takes the documents' examples.

They lie outside the project (`../shared`); without them the tests skip, saying so.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections import Counter
from pathlib import Path

import pytest

from corpus.roundtrip import account
from hooksmith.load.library import load
from hooksmith.naming.class_names import assign_class_names
from hooksmith.normalize import normalize
from hooksmith.pipeline import generate, ledger
from hooksmith.settings import Settings
from support.paths import SHARED

DOCUMENTS = sorted([*SHARED.glob("corpus/*.json"), *SHARED.glob("reference/*.openapi.*")])

pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="there is no ../shared with documents to try")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_whole(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every module compiles and imports, and nothing that the document has is missing from the ledger."""
    package = "corpus_" + "".join(char if char.isalnum() else "_" for char in path.stem).lower()
    files = generate(path, Settings(package=package, formatter="none")).files
    for name, text in files.items():
        target = tmp_path / package / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        if name.endswith(".py"):
            ast.parse(text)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module(package)
    for exported in module.__all__:
        assert getattr(module, exported) is not None
    for name in files:
        if name.endswith(".py") and not name.startswith("_runtime/"):
            importlib.import_module(
                ".".join([package, *name.removesuffix(".py").split("/")]).removesuffix(".__init__")
            )
    for loaded in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[loaded]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_nothing_is_lost(path: Path) -> None:
    """No operation, webhook, callback or schema is degraded as a whole; every degradation gives its reason."""
    found = ledger(path, Settings(package="corpus"))
    assert found.entries
    for entry in found.entries:
        assert entry.status == "emitted" or entry.reason
        if entry.kind in ("operation", "webhook", "callback"):
            assert entry.status == "emitted", entry


def test_examples(tmp_path: Path) -> None:
    """What jsonschema accepts of the documents' examples is read and written again with the same meaning."""
    total: Counter[str] = Counter()
    findings = []
    for path in DOCUMENTS:
        result = account(path, tmp_path)
        total += result.outcomes
        findings += [f"{path.name}: {finding}" for finding in result.findings]
    judged = sum(total.values()) - total["invalid by jsonschema"]
    assert judged > 1000
    assert total["round trip"] >= 0.999 * judged, findings


def test_names_are_no_counters() -> None:
    """Fewer than one class in two hundred is named by a position, for want of anything else in its document."""
    names: dict[str, str] = {}
    for path in DOCUMENTS:
        settled = assign_class_names(normalize(load(path)).document, {}).names
        names |= {f"{path.name}#{pointer}": name for pointer, name in settled.items()}
    counted = [place for place, name in names.items() if _is_position(place, name)]
    assert len(counted) < 0.005 * len(names), counted


def _is_position(place: str, name: str) -> bool:
    step = place.rpartition("/")[2]
    return step.isdigit() and name.endswith(str(int(step) + 1))
