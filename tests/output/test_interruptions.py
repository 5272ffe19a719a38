"""A full disk, a folder without permission, a killed run: the old package or the new one, whole, and a clear error.

A child process fails or dies before its n-th change of a file, for each n; audit events (PEP 578) count the changes.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hooksmith.output.manifest import MANIFEST

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

CHILD = """
import errno, io, json, os, resource, signal, sys
from pathlib import Path

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.chmod", "os.truncate", "tempfile.mkstemp"}

def interrupt(fault, step):
    '''Let the step-th change of a file fail with an error, or kill the process before it.'''
    global left
    left = step
    def hook(event, arguments):
        global left
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if not (writes or event in CHANGES) or arguments[0] == os.devnull:
            return
        left -= 1
        if left == 0:
            if fault == "SIGKILL":
                os.kill(os.getpid(), signal.SIGKILL)
            number = getattr(errno, fault)
            raise OSError(number, os.strerror(number), str(arguments[0]))
    sys.addaudithook(hook)

left = 0
UNDISTURBED = 77

def forked(work, fault, step):
    '''The exit code of a child, negative if it was killed, 77 if it ended before the step, and its stderr.'''
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writer, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if fault == "EFBIG":
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (step, step))
        else:
            interrupt(fault, step)
        code = 99
        try:
            code = work()
            sys.stderr.flush()
            code = UNDISTURBED if left > 0 else code
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        text = stream.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text

def contents(folder):
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}
"""

WRITING = """
from hooksmith.cli.exit_codes import exit_code_of
from hooksmith.cli.generate_commands import _write
from hooksmith.cli.targets import Target
from hooksmith.output import directory_swap

folder, old, new, fault, exchange = Path(sys.argv[1]), *map(json.loads, sys.argv[2:6])
if not exchange:
    directory_swap._exchange = lambda path, other: False
target = Target(folder=folder)

def write(files):
    return exit_code_of(lambda: _write([], target, files))

sys.stdout = io.StringIO()
write(old); before = contents(folder)
write(new); after = contents(folder)
results = []
for step in range(1, 200):
    write(old)
    assert contents(folder) == before
    code, text = forked(lambda: write(new), fault, step)
    state = {str(before): "old", str(after): "new"}.get(str(contents(folder)), "broken") if folder.exists() else "none"
    if code == UNDISTURBED:
        break
    results.append((code, text, state))
    assert write(new) == 0
    assert contents(folder) == after
    assert os.listdir(folder.parent) == [folder.name]
sys.__stdout__.write(json.dumps(results))
"""


def run(code: str, *arguments: str, cache: Path | str = "") -> Any:
    outcome = subprocess.run(
        [sys.executable, "-c", CHILD + code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOOKSMITH_CACHE_DIR": str(cache)},
    )
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


OLD = {"a.py": "old\n" * 90, "b/c.py": "same\n", "e.py": "gone\n"}
NEW = {"a.py": "new\n" * 99, "b/c.py": "same\n", "d/f.py": "new\n"}


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("fault", ["ENOSPC", "EACCES", "EDQUOT", "EROFS", "SIGKILL"])
def test_a_fault_before_any_change_of_a_file(fault: str, exchange: bool, tmp_path: Path) -> None:
    folder = tmp_path / "src" / "acme"
    arguments = [json.dumps(each) for each in (OLD, NEW, fault, exchange)]
    results = run(WRITING, str(folder), *arguments)
    assert len(results) > 8
    for code, text, state in results:
        # Where two renames must do, the folder is gone between them, until the next run puts it back.
        assert state in (("old", "new") if exchange else ("old", "none", "new"))
        if fault == "SIGKILL":
            assert code == -9
        elif (
            code == 0
        ):  # what failed is not needed: the parent folder exists, or a link is a copy then
            assert state == "new"
        else:
            assert code == 2
            assert text.startswith("error: ")
            assert "cannot be written: " + os.strerror(getattr(errno, fault)) in text
            assert len(text.splitlines()) == 1
    assert fault == "SIGKILL" or [code for code, _, _ in results].count(2) > 5


def test_a_disk_that_is_full_in_the_middle_of_a_file(tmp_path: Path) -> None:
    """A real limit: no file may be longer than so many bytes."""
    code = WRITING.replace("range(1, 200)", "(0, 1, 3, 100, 380, 100_000)")
    arguments = [json.dumps(each) for each in (OLD, NEW, "EFBIG", True)]
    *failed, (last, _, state) = run(code, str(tmp_path / "src" / "acme"), *arguments)
    assert (last, state) == (0, "new")
    assert [(code, state) for code, _, state in failed] == [(2, "old")] * 5
    assert all("cannot be written: File too large" in text for _, text, _ in failed)


PROJECT = """
from hooksmith.cli.commands import run

os.chdir(sys.argv[1])
folder, spec = Path("out/acme"), Path("spec.json")
fault, stride = sys.argv[2], int(sys.argv[3])
new_spec = spec.read_text()
old_spec = new_spec.replace("Cat", "Dog")
generate = lambda: run(["generate"])
sys.stdout = io.StringIO()

def write(text):
    spec.write_text(text)
    assert generate() == 0
    return contents(folder)

after, before = write(new_spec), write(old_spec)
results = []
step = 1
while True:
    write(old_spec)
    spec.write_text(new_spec)
    code, text = forked(generate, fault, step)
    if code == UNDISTURBED:
        break
    results.append((code, text, {str(before): "old", str(after): "new"}.get(str(contents(folder)), "broken")))
    assert generate() == 0
    assert contents(folder) == after
    assert os.listdir("out") == ["acme"]
    step += stride
sys.__stdout__.write(json.dumps(results))
"""


def project(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    schemas = {"Cat": {"type": "object", "properties": {"name": {"type": "string"}}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "A", "version": "1"},
        "components": {"schemas": schemas},
    }
    (folder / "spec.json").write_text(json.dumps(document), "utf-8")
    (folder / "hooksmith.toml").write_text(
        'out = "out"\npackage = "acme"\nformatter = "none"\n[apis.pets]\nspec = "spec.json"\n'
    )
    return folder


@pytest.mark.parametrize("fault", ["ENOSPC", "SIGKILL"])
def test_a_whole_run_that_is_interrupted(fault: str, tmp_path: Path) -> None:
    """With its cache; a cache that cannot be written is no error."""
    results = run(
        PROJECT,
        str(project(tmp_path / "project")),
        fault,
        "9",
        cache=tmp_path / "cache",
    )
    assert {state for _, _, state in results} <= {"old", "new"}
    assert {code for code, _, _ in results} <= {0, -9 if fault == "SIGKILL" else 2}
    assert any(state == "old" for _, _, state in results)
    if fault == "ENOSPC":
        assert all("No space left on device" in text for code, text, _ in results if code)


def test_two_runs_at_once(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    environment = {**os.environ, "HOOKSMITH_CACHE_DIR": str(tmp_path / "cache")}
    command = [
        sys.executable,
        "-m",
        "hooksmith",
        "generate",
        "--config",
        str(folder / "hooksmith.toml"),
    ]
    runs = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [each.wait() for each in runs] == [0, 0, 0]
    assert [path.name for path in (folder / "out").iterdir()] == ["acme"]
    check = [*command[:3], "check", *command[4:]]
    assert subprocess.run(check, env=environment, check=False).returncode == 0
    assert MANIFEST in {path.name for path in (folder / "out" / "acme").iterdir()}
