"""`python -m conformance [FOLDER]`: the JSON Schema Test Suite of a folder, and a mock server that validates requests.

Exit 1 if either has a difference that its file of known differences lacks, or has in vain.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from conformance.mock_server import KNOWN as KNOWN_REFUSALS
from conformance.mock_server import Tally, call_everything, unknown_faults
from conformance.prism import UnavailableError, installed
from conformance.suite import DIALECTS, outcomes
from support.cases import write_parent
from support.paths import ROOT, SHARED

KNOWN = Path(__file__).parent / "known_differences.txt"


def main(folder: Path | None) -> int:
    """Run the suite if its folder is given, and the mock server if it can be installed."""
    failed = _suite(folder) if folder else False
    return int(_mock_server() or failed)


def _suite(folder: Path) -> bool:
    """Print the counts of each draft and every difference that `known_differences.txt` lacks, or has in vain."""
    known = _known()
    differences: set[str] = set()
    with tempfile.TemporaryDirectory() as home:
        write_parent(Path(home))
        sys.path.insert(0, home)
        for draft in DIALECTS:
            verdicts: Counter[str] = Counter()
            for outcome in outcomes(folder, draft, Path(home)):
                verdicts[outcome.verdict] += 1
                if outcome.verdict in ("false accept, silent", "false refuse"):
                    differences.add(f"{draft}: {outcome.name}: {outcome.verdict}")
            print(f"{draft}: {verdicts.total()} tests;", _counts(verdicts))
    return _print_differences(sorted(differences - known), sorted(known - differences))


def _mock_server() -> bool:
    """Call every operation of the documents in ../shared, or of our own, on a mock server; print the outcomes."""
    try:
        script = installed()
    except UnavailableError as reason:
        print(f"mock server: skipped, {reason}")
        return False
    documents = sorted(SHARED.glob("corpus/*.json")) or sorted(ROOT.glob("specs/*/openapi.yaml"))
    total = Tally()
    with tempfile.TemporaryDirectory() as home:
        for document in documents:
            tally = _called(document, script, Path(home))
            print(f"{document.name}: {tally.operations} operations;", _counts(tally.outcomes))
            total += tally
    print(f"mock server: {total.operations} operations;", _counts(total.outcomes))
    return _print_differences(*unknown_faults(total.faults, KNOWN_REFUSALS.read_text("utf-8")))


def _called(document: Path, script: Path, home: Path) -> Tally:
    try:
        return call_everything(document, script, home)
    except UnavailableError as reason:
        return Tally(faults=[f"{document.name}: {reason}"])


def _print_differences(new: list[str], gone: list[str]) -> bool:
    for line in new:
        print(f"new: {line}")
    for line in gone:
        print(f"gone: {line}")
    return bool(new or gone)


def _known() -> set[str]:
    lines = KNOWN.read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
