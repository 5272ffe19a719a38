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
from hooksmith.naming.method_names import MethodName
from hooksmith.naming.names import Names
from hooksmith.naming.resource_names import NO_TAG
from hooksmith.naming.short_names import stems
from support.black_style import as_black_has_it
from support.sites import check_site

ENOUGH = 40_000
"""Characters of each document's package that black reads: it takes a second for 90 KB."""

RECOGNISED_PAGES = Path(__file__).with_name("recognised_pages.tsv")
"""Document, operation, style, parameter, items, next, first page, verdict and its ground."""

MISJUDGED = ("mist.com.json", 7)
"""Examples of devices that break the schema that their discriminator selects: jsonschema follows no discriminator."""

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
        explained = min(MISJUDGED[1], len(accounts[MISJUDGED[0]].findings))
        assert judged > 1000
        assert total["round trip"] + explained >= 0.999 * judged, findings


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Names]]:
    """The names of the documents so far, checked as a whole at the end."""
    names: dict[str, Names] = {}
    yield names
    classes = [
        (pointer, name) for each in names.values() for pointer, name in each.classes.names.items()
    ]
    counted = [pair for pair in classes if _is_position(*pair)]
    assert len(counted) < 0.005 * len(classes), counted
    long = [pair for pair in classes if len(pair[1]) > 60]
    methods = [method for each in names.values() for method in each.operations.methods.values()]
    repeating = [method for method in methods if _repeats_resource(method)]
    if len(names) == len(DOCUMENTS):
        assert len(long) <= 0.001 * len(classes), long
        assert len(repeating) < 0.02 * len(methods), repeating


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


def test_names(real: RealDocument, names: dict[str, Names]) -> None:
    """Classes of inner schemas have at most 60 characters; further limits hold for all documents together.

    Fewer than one class in two hundred is named by a position, one in a thousand has over 60 characters, and fewer than
    one method in fifty repeats the words of its resource.
    """
    names[real.path.name] = real.names
    for pointer, name in real.names.classes.names.items():
        assert name.isidentifier()
        assert len(name) <= 60 or pointer.count("/") == 3


def test_recognised_pages(real: RealDocument) -> None:
    """The operations whose pages are recognised are those of a list that was checked by hand, each with a reason."""
    pages = [
        (operation, operation.pagination)
        for resource in real.api.resources
        for operation in resource.operations
        if operation.pagination is not None and operation.pagination.reason
    ]
    recognised = {
        (
            f"{operation.method} {operation.path}",
            found.style,
            found.parameter or "-",
            found.items or "-",
            found.next or found.last or "-",
            str(found.first) if found.style == "page" else "-",
        )
        for operation, found in pages
    }
    rows = [line.split("\t") for line in RECOGNISED_PAGES.read_text("utf-8").splitlines()]
    checked = {tuple(row[1:7]) for row in rows if row[0] == real.path.name and row[7] == "right"}
    assert recognised == checked
    reported = {entry.pointer for entry in real.ledger.entries if entry.kind == "pagination"}
    assert len(reported) == len(recognised)


def _repeats_resource(method: MethodName) -> bool:
    resource, words = stems(method.resource), stems(method.name)
    size = len(resource)
    runs = [words[start : start + size] for start in range(len(words) - size + 1)]
    return method.resource != NO_TAG and resource in runs


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
