"""`hooksmith`, `python -m hooksmith`: the door to the command line, which the base install does not have."""

from __future__ import annotations

import sys
from importlib.util import find_spec

_EXTRA = ("black", "jinja2", "jsonschema", "referencing", "rich", "yaml")


def main() -> None:
    """Run the command line, and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from hooksmith import __version__

        print(f"hooksmith {__version__}")
        return
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        print(
            f"error: the generator needs what is not installed: {', '.join(missing)}",
            file=sys.stderr,
        )
        print('  hint: pip install "hooksmith[generator]"', file=sys.stderr)
        sys.exit(2)
    from hooksmith.cli.commands import main as run

    run()


if __name__ == "__main__":
    main()
