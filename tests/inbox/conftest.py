"""Fixtures of the inbox: an inbox of every kind that can run here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooksmith_providers._runtime.webhooks.inbox.postgres_inbox import PostgresInbox
from hooksmith_providers._runtime.webhooks.inbox.sqlite_inbox import SQLiteInbox

from .postgres_server import PostgresServer, binaries

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of its own."""
    pytest.importorskip("psycopg_pool", reason="psycopg is not installed")
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    server = PostgresServer(programs)
    yield server
    server.close()


@pytest.fixture
def conninfo(postgres: PostgresServer) -> str:
    """The connection string of a new schema."""
    return postgres.schema(f"test_{next(_numbers)}")


@pytest.fixture(params=["sqlite", "postgres"])
def inbox_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file's path, or a connection string: what `open_inbox` opens."""
    if request.param == "sqlite":
        return str(tmp_path / "inbox.db")
    return str(request.getfixturevalue("conninfo"))


@pytest.fixture
def make_inbox(inbox_address: str) -> Iterator[Any]:
    """Function that opens an inbox; called again, the same inbox."""
    opened: list[Any] = []

    def make(**options: Any) -> Any:
        opened.append(open_inbox(inbox_address, **options))
        return opened[-1]

    yield make
    for inbox in opened:
        inbox.close()


def open_inbox(address: str, **options: Any) -> Any:
    """Open the inbox at a file's path or a connection string."""
    kind = PostgresInbox if "dbname=" in address else SQLiteInbox
    return kind(address, **options)
