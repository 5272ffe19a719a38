"""`python -m benchmarks [name ...]`: run the named benchmarks, or all; a benchmark is a module with `main()`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def main() -> None:
    names = sys.argv[1:] or sorted(
        module.name for module in pkgutil.iter_modules(benchmarks.__path__)
    )
    for name in names:
        run = getattr(importlib.import_module(f"benchmarks.{name}"), "main", None)
        if run is not None and name != "__main__":
            print(f"\n== {name} ==", flush=True)
            run()


if __name__ == "__main__":
    main()
