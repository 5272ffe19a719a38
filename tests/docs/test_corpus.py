"""Sites of the cases: small pages, Python, links that lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.paths import CASES
from support.sites import check_site, documented


@pytest.mark.parametrize("path", sorted(CASES.glob("*/spec.*")), ids=lambda path: path.parent.name)
def test_a_case(path: Path) -> None:
    check_site(documented(path, "made"))
