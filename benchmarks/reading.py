"""Cost of reading bodies that are made to cost much, in their size: events, callbacks and replies, from 1 KB to 10 MB.

    python -m benchmarks reading

For each surface and kind of `tests/hostile/bodies.py`, prints the seconds and the megabytes that the largest body
takes, their ratios to those of `json.loads`, and the exponents of both in the size (1: linear). Large data leaves the
processor's caches, which slows `json.loads` too: the exponent of time is that of the ratio to `json.loads`, plus 1.
Sizes of less than `LEAST_SECONDS` or `LEAST_MEGABYTES` are left out: there the constant cost counts.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hooksmith.pipeline import generate
from hooksmith.settings import Settings

from .generate_growth import slope

TESTS = Path(__file__).parents[1] / "tests"
SURFACES = ("loads", "event", "callback", "reply")
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
LEAST_SECONDS = 0.0005
LEAST_MEGABYTES = 2.0
MEGABYTES = 8192
"""Address space of a reading: a valid body of 3,300,000 empty objects takes 2 GB as models."""

_KINDS = (
    "import json; from hostile.bodies import *; print(json.dumps([DOCUMENT, [*VALID, *DRIFTED]]))"
)


def main() -> None:
    """Print a line for each surface and kind, and the greatest exponents and ratios."""
    document, kinds = json.loads(_python("-c", _KINDS))
    jobs = [(surface, kind, size) for surface in SURFACES for kind in kinds for size in SIZES]
    with tempfile.TemporaryDirectory(prefix="hooksmith-bench-") as home:
        reports = list(_reports(document, jobs, Path(home)))
    print(f"{'':34}{'10 MB':>8}{'ratio':>8}{'MB':>8}{'ratio':>8}  exponents of time and memory")
    exponents = []
    for kind in kinds:
        figures = {
            surface: [
                each for each in reports if (each["surface"], each["kind"]) == (surface, kind)
            ]
            for surface in SURFACES
        }
        least = figures.pop("loads")
        exponents += [_print_line(each, least) for each in figures.values()]
    for place, title in enumerate(("time", "memory")):
        greatest = max(found for each in exponents if (found := each[place]) is not None)
        print(f"greatest exponent of {title}: {greatest:.2f}")


def _reports(document: Any, jobs: list[Any], home: Path) -> Iterator[dict[str, Any]]:
    path = home / "document.json"
    path.write_text(json.dumps(document), "utf-8")
    files = generate(path, Settings(package="attacked", formatter="none")).files
    for name, text in files.items():
        target = home / "attacked" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    output = _python("-m", "hostile.bodies", str(home), str(MEGABYTES), given=json.dumps(jobs))
    yield from map(json.loads, output.splitlines())


def _python(*arguments: str, given: str = "") -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=TESTS, input=given, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def _print_line(
    reports: list[dict[str, Any]], least: list[dict[str, Any]]
) -> tuple[float | None, float | None]:
    """Print the figures of a surface and kind beside those of `json.loads`; return the exponents."""
    largest, base = reports[-1], least[-1]
    title = f"{largest['surface']:9}{largest['kind']:25}"
    if "seconds" not in largest:
        print(f"{title}{largest['outcome']}")
        return math.inf, math.inf
    time, memory = _exponent_of_time(reports, least), _exponent_of_memory(reports)
    print(
        f"{title}{largest['seconds']:7.2f}s{largest['seconds'] / base['seconds']:8.1f}"
        f"{largest['megabytes']:8.0f}{largest['megabytes'] / max(base['megabytes'], 0.1):8.1f}"
        f"  {_shown(time)} {_shown(memory)}  {largest['outcome']}"
    )
    return time, memory


def _shown(exponent: float | None) -> str:
    return "   -" if exponent is None else f"{exponent:4.2f}"


def _exponent_of_time(reports: list[dict[str, Any]], least: list[dict[str, Any]]) -> float | None:
    points = [
        (each["bytes"], each["seconds"] / base["seconds"])
        for each, base in zip(reports, least, strict=True)
        if min(each.get("seconds", 0), base["seconds"]) >= LEAST_SECONDS
    ]
    exponent = _exponent(points)
    return None if exponent is None else exponent + 1


def _exponent_of_memory(reports: list[dict[str, Any]]) -> float | None:
    points = [(each["bytes"], each.get("megabytes", 0)) for each in reports]
    return _exponent([point for point in points if point[1] >= LEAST_MEGABYTES])


def _exponent(points: list[tuple[float, float]]) -> float | None:
    """Return the exponent of a figure in the size; None if fewer than two sizes have a figure to speak of."""
    if len({size for size, _ in points}) < 2:
        return None
    return slope([(math.log(size), math.log(figure)) for size, figure in points])


if __name__ == "__main__":
    main()
