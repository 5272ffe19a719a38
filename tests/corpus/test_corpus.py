"""Real documents that nobody here wrote: everything in them is generated, imports, and takes the documents' examples.

They lie outside the project (`../shared`); without them the tests skip, saying so.
"""

from __future__ import annotations

import hashlib
import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.real_documents import DOCUMENTS, RealDocument, real_document
from corpus.roundtrip import Account, round_trips
from support.black_style import as_black_has_it
from support.sites import check_site

ENOUGH = 40_000
"""Characters of each document's package that black reads: it takes a second for 90 KB."""

pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="there is no ../shared with documents to try")


@pytest.fixture(scope="module", params=DOCUMENTS, ids=lambda path: path.name)
def real(request: pytest.FixtureRequest) -> RealDocument:
    """A document; all tests of one run before the next."""
    return real_document(request.param)


@pytest.fixture(scope="module")
def accounts() -> Iterator[dict[str, Account]]:
    """The examples of the documents tried so far, checked as a whole at the end."""
    accounts: dict[str, Account] = {}
    yield accounts
    if len(accounts) == len(DOCUMENTS):
        total = sum((each.outcomes for each in accounts.values()), Counter[str]())
        judged = sum(total.values()) - total["invalid by jsonschema"]
        findings = [(name, each.findings) for name, each in accounts.items() if each.findings]
        assert judged > 1000
        assert total["round trip"] >= 0.999 * judged, findings


@pytest.fixture(scope="module")
def classes() -> Iterator[dict[str, str]]:
    """Pointer → class name in the documents so far, checked as a whole at the end."""
    classes: dict[str, str] = {}
    yield classes
    counted = [place for place, name in classes.items() if _is_position(place, name)]
    assert len(counted) < 0.005 * len(classes), counted


def test_whole(real: RealDocument, tmp_path: Path, accounts: dict[str, Account]) -> None:
    """Every module imports; what jsonschema accepts of the examples is read and written with the same meaning."""
    with real.importable(tmp_path):
        module = importlib.import_module(real.package)
        for exported in module.__all__:
            assert getattr(module, exported) is not None
        for name in real.files:
            if name.endswith(".py") and not name.startswith("_runtime/"):
                dotted = ".".join([real.package, *name.removesuffix(".py").split("/")])
                importlib.import_module(dotted.removesuffix(".__init__"))
        accounts[real.path.name] = round_trips(real)


def test_nothing_is_lost(real: RealDocument) -> None:
    """No operation, webhook, callback or schema is degraded as a whole; every degradation gives its reason."""
    assert real.ledger.entries
    for entry in real.ledger.entries:
        assert entry.status == "emitted" or entry.reason
        if entry.kind in ("operation", "webhook", "callback"):
            assert entry.status == "emitted", entry


def test_names_are_no_counters(real: RealDocument, classes: dict[str, str]) -> None:
    """Fewer than one class in two hundred is named by a position, for want of anything else in its document."""
    classes |= {f"{real.path.name}#{pointer}": name for pointer, name in real.names.names.items()}
    assert all(name.isidentifier() for name in real.names.names.values())


def _is_position(place: str, name: str) -> bool:
    step = place.rpartition("/")[2]
    return step.isdigit() and name.endswith(str(int(step) + 1))


def test_black_leaves_it_as_it_is(real: RealDocument) -> None:
    """The package is as black itself has it, though black sees little of it."""
    read = 0
    for name in sorted(real.files, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if not name.endswith(".py") or name.startswith("_runtime/"):
            continue
        if read < ENOUGH:
            assert as_black_has_it(real.files[name]) == real.files[name], name
            read += len(real.files[name])


def test_its_site(real: RealDocument) -> None:
    check_site(real.documented)
