"""Try hostile documents on all processors: `python -m hostile COUNT [FIRST]`."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from support.cases import write_parent

from .checks import Outcome, try_document
from .documents import hostile

EVERY = 50
"""One document in so many is imported as well."""

_home: list[Path] = []


def _prepare(home: str) -> None:
    """Give each process a folder of its own for the packages that it imports."""
    folder = Path(home, str(os.getpid()))
    write_parent(folder)
    _home.append(folder)
    sys.path.insert(0, str(folder))


def _run(number: int) -> Outcome:
    return try_document(hostile(number), _home[0] if number % EVERY == 0 else None)


def main(count: int, first: int) -> int:
    """Try documents; print faults and a summary; return the exit code."""
    start, packages, faulty = time.monotonic(), 0, 0
    slowest = largest = Outcome(0, False, (), 0.0, 0.0)
    with (
        TemporaryDirectory(prefix="hostile-home-") as home,
        ProcessPoolExecutor(initializer=_prepare, initargs=(home,)) as pool,
    ):
        for outcome in pool.map(_run, range(first, first + count), chunksize=50):
            packages += outcome.has_package
            slowest = max(slowest, outcome, key=lambda each: each.seconds)
            largest = max(largest, outcome, key=lambda each: each.megabytes)
            if outcome.faults:
                faulty += 1
                print(f"document {outcome.number}: {'; '.join(outcome.faults[:3])}", flush=True)
    print(
        f"{count} hostile documents from {first}: {packages} packages, {faulty} with faults, "
        f"slowest {slowest.seconds:.2f} s (document {slowest.number}), "
        f"at most {largest.megabytes:.0f} MB a process, {time.monotonic() - start:.0f} s in all"
    )
    return 1 if faulty else 0


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    raise SystemExit(main(arguments[0], arguments[1] if len(arguments) > 1 else 0))
