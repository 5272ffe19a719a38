"""Growth of the time of generation with the size of a document, which is several renamed copies of a document.

    HOOKSMITH_BENCH_DOCUMENTS=big.json python -m benchmarks generate_growth

Prints seconds and peak memory for each size, the exponent that fits them (1: linear), and what the largest package
costs its user: `import pkg` with one model built, in a fresh process.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hooksmith.load.files import parse, read_text

from .generate import SPECS
from .replicas import replicated

TIMES = (1, 2, 4, 8)

_GENERATE = """
import resource, sys, time
from pathlib import Path
from hooksmith.pipeline import generate
from hooksmith.settings import Settings
from hooksmith.output.writer import write
generate(Path(sys.argv[2]), Settings(package="warm", formatter="none"))
start = time.process_time()
result = generate(Path(sys.argv[1]), Settings(package="pkg", formatter="none"))
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
write(result.files, Path("pkg"))
"""

_USE = """
import sys, time
start = time.process_time()
import pydantic
done = time.process_time()
import pkg, pkg.models
model = next(found for name in pkg.models.__all__ if hasattr(found := getattr(pkg.models, name), "model_rebuild"))
model.model_rebuild()
end = time.process_time()
print(end - done, done - start, len([name for name in sys.modules if name.startswith("pkg.models.")]))
"""


def main() -> None:
    documents_variable = os.environ.get("HOOKSMITH_BENCH_DOCUMENTS", "").split(os.pathsep)[0]
    path = Path(documents_variable) if documents_variable else SPECS / "workos" / "openapi.yaml"
    document = parse(path, read_text(path))
    with tempfile.TemporaryDirectory(prefix="hooksmith-bench-") as folder:
        points = [_measure(document, times, Path(folder)) for times in TIMES]
        exponent = slope([(math.log(size), math.log(seconds)) for size, seconds in points])
        print(f"seconds grow as size to the power {exponent:.2f}")
        _print_use(Path(folder))


def _measure(document: dict[str, Any], times: int, folder: Path) -> tuple[float, float]:
    """Return the size of a document in MB and the CPU seconds of its generation."""
    path, small = folder / "document.json", folder / "small.json"
    small.write_text('{"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {}}')
    path.write_text(json.dumps(replicated(document, times)), "utf-8")
    seconds, memory = map(float, _python(_GENERATE, folder, str(path), str(small)).split())
    size = path.stat().st_size / 1e6
    print(f"{times}×: {size:6.2f} MB  {seconds:6.2f} s  {memory:5.0f} MB of memory")
    return size, seconds


def _print_use(folder: Path) -> None:
    _python(_USE, folder)  # compiles
    ours, pydantic, modules = min(_python(_USE, folder).split() for _ in range(3))
    print(
        f"largest: import pkg and build one model {float(ours):.3f} s, {modules} modules of models loaded"
        f" (besides pydantic, {float(pydantic):.3f} s)"
    )


def _python(code: str, folder: Path, *arguments: str) -> str:
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    ).stdout


def slope(points: list[tuple[float, float]]) -> float:
    """Return the slope of the line through points, by least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum(
        (x - mean_x) ** 2 for x, _ in points
    )


if __name__ == "__main__":
    main()
