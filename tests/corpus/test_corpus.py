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
from hooksmith.pipeline import generate, ledger
from hooksmith.settings import Settings

from corpus.roundtrip import account
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
            importlib.import_module(".".join([package, *name.removesuffix(".py").split("/")]).removesuffix(".__init__"))
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
    """Fewer than one class in two hundred ends in a number that its document does not have."""
    classes = counters = 0
    for path in DOCUMENTS:
        result = generate(path, Settings(package="corpus", formatter="none"))
        text = path.read_text("utf-8")
        names = [definition.name for definition in result.api.definitions]
        classes += len(names)
        counters += sum(1 for name in names if name[-1].isdigit() and not _stated(name, text))
    assert counters < 0.005 * classes, f"{counters} of {classes}"


def _stated(name: str, text: str) -> bool:
    """Whether the number at the end of a name stands in the document behind the same letters."""
    letters = name.rstrip("0123456789")
    return (letters[-3:] + name[len(letters) :]).lower() in text.lower()

