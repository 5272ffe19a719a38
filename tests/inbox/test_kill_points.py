"""SIGKILL at every point between the arrival of a delivery and the end of its processing."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("kill_points.py")


def connect(address: str) -> Any:
    if "dbname=" in address:
        import psycopg

        return psycopg.connect(address)
    return closing(sqlite3.connect(address))


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_effects_in_the_transaction_happen_once(
    inbox_address: str, tmp_path: Path
) -> None:
    with connect(inbox_address) as connection:
        connection.execute("CREATE TABLE effects (event_id text)")
        connection.commit()
    done = subprocess.run(
        [sys.executable, SCRIPT, inbox_address, str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == (20 if "dbname=" in inbox_address else 13)
    for result in results:
        assert result["first"] == signal.SIGKILL, f"not killed at {result['point']}: {done.stderr}"
        assert result["second"] == 0, done.stderr
    with connect(inbox_address) as connection:
        effects = Counter(row[0] for row in connection.execute("SELECT event_id FROM effects"))
        rows = dict(connection.execute("SELECT event_id, state FROM inbox_events").fetchall())
    at_least_once = Counter((tmp_path / "effects").read_text().split())
    assert set(rows.values()) == {"done"}
    for result in results:
        id_, later = result["ids"]
        if result["effects"] != "at least once":
            assert (effects[id_], effects[later]) == (1, 1), result
        else:
            twice = result["point"] == "work.after_handler"
            assert (at_least_once[id_], at_least_once[later]) == (1 + twice, 1), result
