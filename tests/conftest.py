"""Fixtures for all tests; their parts are in `support`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

from support.cases import PARENT, Case, write_parent

settings.register_profile("default", max_examples=50, deadline=None, print_blob=True)
settings.register_profile(
    "fuzz", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes seconds; part of `make test` all the same")


@pytest.fixture(scope="session")
def case_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder on sys.path with the packages of all cases."""
    home = tmp_path_factory.mktemp("cases")
    write_parent(home)
    sys.path.insert(0, str(home))
    yield home
    sys.path.remove(str(home))
    for name in [name for name in sys.modules if name.partition(".")[0] == PARENT]:
        del sys.modules[name]


_cases: dict[Path, Case] = {}


def case_of(folder: Path, home: Path) -> Case:
    """Return the case of a folder; it is generated once a session."""
    return _cases.setdefault(folder, Case(folder, home))


@pytest.fixture
def case(request: pytest.FixtureRequest, case_home: Path) -> Case:
    """Case of the test's folder, or of its parameter."""
    folder = getattr(request, "param", None) or request.path.parent
    return case_of(folder, case_home)
