"""Time and memory of the generation of small documents that multiply, by the size of the document.

    python -m benchmarks generate_multiplying

Prints, for each kind of document, the largest size that was tried, its CPU seconds and memory beyond those of an empty
document, the result, and the exponents of both in the size (1: linear). A figure below `LEAST_SECONDS` and
`LEAST_MEGABYTES` has no exponent. Goal: at most 20 s and 1 GB below 1 MB of input.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .generate_growth import slope

SIZES = (50, 100, 200, 400, 800)
LEAST_SECONDS, LEAST_MEGABYTES = 0.1, 10.0
Node = dict[str, Any]

_GENERATE = """
import resource, sys, time
from pathlib import Path
from hooksmith.errors import HooksmithError
from hooksmith.pipeline import generate
from hooksmith.settings import Settings
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
generate(Path(sys.argv[2]), Settings(package="warm", formatter="black"))
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    result = generate(Path(sys.argv[1]), Settings(package="pkg", formatter="black"))
    outcome = result.diagnostics[0].message if result.diagnostics else "a package"
except HooksmithError as error:
    outcome = f"error: {error.diagnostics[0].message}"
except MemoryError:
    outcome = "OUT OF MEMORY"
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(time.process_time() - start, peak / 1024, outcome, sep="\\t")
"""


def document(paths: Node | None = None, **components: Node) -> Node:
    head = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}}
    return {**head, "paths": paths or {}, "components": components}


def ref(name: str, section: str = "schemas") -> Node:
    return {"$ref": f"#/components/{section}/{name}"}


def plain(*names: str) -> Node:
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}}


def chain(size: int, link: Callable[[Node], Node]) -> Node:
    links = {f"U{i}": link(ref(f"U{i + 1}")) for i in range(size)}
    return document(schemas={**links, f"U{size}": plain("x")})


def all_of_unions(size: int) -> Node:
    unions = [{"oneOf": [plain(f"a{i}"), plain(f"b{i}")]} for i in range(size)]
    return document(schemas={"A": {"allOf": unions}})


def nested_unions(size: int) -> Node:
    return chain(size, lambda item: {"oneOf": [item, {"allOf": [item, plain("y")]}]})


def assertions(size: int) -> Node:
    return chain(size, lambda item: {"not": {"allOf": [item, item]}})


def callbacks(size: int) -> Node:
    items = {}
    for i in range(size):
        target = ref(f"P{i + 1}", "pathItems")
        both = {name: {f"{{$request.body#/{name}}}": target} for name in "ab"}
        items[f"P{i}"] = {"post": {"responses": {}, "callbacks": both}}
    items[f"P{size}"] = {"post": {"responses": {}}}
    return document({"/a": ref("P0", "pathItems")}, pathItems=items)


def bases(size: int) -> Node:
    links = {f"U{i}": {"allOf": [ref(f"U{i - 1}"), plain(f"z{i}")]} for i in range(1, size)}
    return document(schemas={"U0": plain("x"), **links})


def shared_body(size: int) -> Node:
    body = {"content": {"application/json": {"schema": ref("B")}}}
    paths = {f"/a{i}": {"post": {"requestBody": body, "responses": {}}} for i in range(size)}
    return document(paths, schemas={"B": plain(*(f"p{i}" for i in range(size)))})


def shared_parameter(size: int) -> Node:
    parameter = {"name": "a", "in": "query", "description": "word " * 20 * size, "schema": {}}
    operation = {"parameters": [ref("P", "parameters")], "responses": {}}
    paths = {f"/a{i}": {"get": operation} for i in range(size)}
    return document(paths, parameters={"P": parameter})


def discriminated(size: int) -> Node:
    union = {"oneOf": [ref(f"O{i}") for i in range(size)], "discriminator": {"propertyName": "k"}}
    options = {f"O{i}": {**plain("k"), "required": ["k"]} for i in range(size)}
    return document(schemas={"A": union, **options})


def aliases(size: int) -> str:
    head = 'openapi: 3.1.0\ninfo: {title: A, version: "1"}\npaths: {}\n'
    anchor = f'x-t: &t "{"word " * 5 * size}"\n'
    uses = "".join(f"    S{i}: {{type: object, description: *t}}\n" for i in range(size))
    return f"{head}{anchor}components:\n  schemas:\n{uses}"


def merge_keys(size: int) -> str:
    lines = "".join(
        f"x-a{i}: &m{i} {{<<: [*m{i - 1}, *m{i - 1}], k{i}: {{}}}}\n" for i in range(1, size)
    )
    return f"openapi: 3.1.0\nx-a0: &m0 {{k: {{}}}}\n{lines}paths: {{}}\n"


KINDS: dict[str, Callable[[int], Node | str]] = {
    "chain of references": lambda size: chain(size, lambda item: item),
    "chain of arrays": lambda size: chain(size, lambda item: {"type": "array", "items": item}),
    "chain of base classes": bases,
    "allOf of unions": all_of_unions,
    "nested unions": nested_unions,
    "nested assertions": assertions,
    "two callbacks each": callbacks,
    "body of all operations": shared_body,
    "parameter of all operations": shared_parameter,
    "tagged union": discriminated,
    "text by alias": aliases,
    "merge keys": merge_keys,
}


def main() -> None:
    """Print a line for each kind, and the greatest exponents and figures."""
    print(f"{'':29}{'KB':>6}{'s':>8}{'MB':>7}  exponents of time, memory")
    rows = [_row(name, make) for name, make in KINDS.items()]
    for at, title in enumerate(("time", "memory")):
        exponents = [each for row in rows if (each := row[at]) is not None]
        print(f"greatest exponent of {title}: {max(exponents, default=0):.2f}")


def _row(name: str, make: Callable[[int], Node | str]) -> tuple[float | None, float | None]:
    with tempfile.TemporaryDirectory(prefix="hooksmith-bench-") as folder:
        points = [_measure(make(size), Path(folder)) for size in SIZES]
    size, seconds, megabytes, outcome = points[-1]
    exponents = (
        _exponent([(point[0], point[1]) for point in points if point[1] >= LEAST_SECONDS]),
        _exponent([(point[0], point[2]) for point in points if point[2] >= LEAST_MEGABYTES]),
    )
    shown = "  ".join("   -" if each is None else f"{each:4.2f}" for each in exponents)
    print(
        f"{name:29}{size:6.0f}{seconds:8.2f}{megabytes:7.0f}  {shown}  {outcome[:60]}", flush=True
    )
    return exponents


def _measure(content: Node | str, folder: Path) -> tuple[float, float, float, str]:
    """Return the size in KB, the CPU seconds, the additional memory in MB, and the outcome."""
    path = folder / ("document.yaml" if isinstance(content, str) else "document.json")
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    empty = folder / "empty.json"
    empty.write_text(json.dumps(document()), "utf-8")
    command = [sys.executable, "-c", _GENERATE, str(path), str(empty)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds, megabytes, outcome = output.rstrip("\n").split("\t", 2)
    return path.stat().st_size / 1e3, float(seconds), float(megabytes), outcome


def _exponent(points: list[tuple[float, float]]) -> float | None:
    """Return the exponent of a figure in the size; None if fewer than two sizes have a figure to speak of."""
    return (
        slope([(math.log(size), math.log(figure)) for size, figure in points])
        if len(points) > 1
        else None
    )


if __name__ == "__main__":
    main()
