"""`python -m conformance FOLDER`: the JSON Schema Test Suite, its folder an argument; exit 1 on unknown differences."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from conformance.suite import DIALECTS, outcomes
from support.cases import write_parent

KNOWN = Path(__file__).parent / "known_differences.txt"


def main(folder: Path) -> int:
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
    for line in sorted(differences - known):
        print(f"new: {line}")
    for line in sorted(known - differences):
        print(f"gone: {line}")
    return int(differences != known)


def _known() -> set[str]:
    lines = KNOWN.read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def _counts(verdicts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(verdicts.items()))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
