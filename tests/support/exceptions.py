"""Lists of files that do not keep a rule yet. A list can only shrink."""

from __future__ import annotations

import pytest

from .paths import TESTS


def check_exceptions(rule: str, offenders: set[str], config: pytest.Config) -> None:
    """Assert that a list names all that breaks a rule, and nothing else.

    With `--snapshot-update` entries that keep the rule by now are removed; none is ever added.
    """
    path = TESTS / "exceptions" / f"{rule}.txt"
    listed = set(path.read_text("utf-8").splitlines())
    assert sorted(offenders - listed) == [], f"these break the rule of {rule}"
    if config.getoption("update_snapshots", default=False):
        path.write_text("".join(f"{entry}\n" for entry in sorted(listed & offenders)), "utf-8")
    else:
        stale = sorted(listed - offenders)
        assert stale == [], (
            f"these keep the rule: pytest --snapshot-update removes them from {path.name}"
        )
