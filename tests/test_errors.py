"""Every folder of tests/errors: a command that must fail, with the message that it must give.

`command.txt` holds the arguments, `stderr.txt` what is said; the rest are the files it is run among. Exit code 2,
nothing on stdout, nothing written. `pytest --snapshot-update` writes the messages: read them as a user would.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from support.paths import ERRORS
from support.snapshots import files_in

FOLDERS = sorted(path for path in ERRORS.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_error(folder: Path, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    work = tmp_path / "work"
    shutil.copytree(folder, work, ignore=shutil.ignore_patterns("*.txt"))
    before = contents(work)
    arguments = shlex.split((folder / "command.txt").read_text("utf-8"))
    outcome = run(arguments, work)
    assert outcome.stderr == snapshot.use_extension(files_in(folder, "stderr.txt", "test_error"))(
        name="stderr.txt"
    )
    assert outcome.returncode == 2
    assert outcome.stdout == ""
    assert contents(work) == before


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_message_is_short_and_says_where(folder: Path) -> None:
    """One line and a hint for each finding; no traceback, no absolute paths, no fault of ours."""
    text = (folder / "stderr.txt").read_text("utf-8")
    assert text, "no message"
    for line in text.splitlines():
        assert line.startswith(("error: ", "  hint: ", "Usage: ", "Try ")) or text.startswith(
            "Usage: "
        ), line
        assert len(line) < 300
    for word in ("Traceback", "internal error", str(ERRORS), str(Path.home())):
        assert word not in text


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The command line, as a user would start it."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb"}
    return subprocess.run(
        [sys.executable, "-m", "hooksmith", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=15,
    )


def contents(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder: path → bytes, None for a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
