"""Files in memory → a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from hooksmith.errors import OutputError
from hooksmith.output import directory_swap
from hooksmith.output.compare import Difference, compare
from hooksmith.output.manifest import MANIFEST
from hooksmith.output.writer import Summary, write

OLD = {"__init__.py": "old = 1\n", "same.py": "same = 1\n", "gone/a.py": "gone = 1\n"}
NEW = {"__init__.py": "new = 2\n", "same.py": "same = 1\n", "deep/er/b.py": "é = 3\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "src" / "acme"


def contents(folder: Path) -> dict[str, str]:
    """Path → text of everything in a folder but the manifest."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


def times(folder: Path) -> dict[Path, tuple[int, int]]:
    """Path → (inode, time) of a folder and all in it."""
    paths = [folder, *folder.rglob("*")]
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


def kinds(differences: list[Difference]) -> dict[str, str]:
    return {difference.path: difference.kind for difference in differences}


def test_a_first_and_a_second_version(folder: Path) -> None:
    assert write(OLD, folder) == Summary(added=("__init__.py", "gone/a.py", "same.py"))
    assert contents(folder) == OLD
    summary = write(NEW, folder)
    assert summary == Summary(
        added=("deep/er/b.py",),
        changed=("__init__.py",),
        removed=("gone/a.py",),
        unchanged=("same.py",),
    )
    assert contents(folder) == NEW
    assert not (folder / "gone").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["acme"]
    assert compare(NEW, folder) == []


def test_what_has_not_changed_is_not_touched(folder: Path) -> None:
    write(OLD, folder)
    for path in folder.rglob("*.py"):
        os.utime(path, (1, 1))
    before = times(folder)
    assert write(OLD, folder).unchanged == ("__init__.py", "gone/a.py", "same.py")
    assert times(folder) == before
    write(NEW, folder)
    assert (folder / "same.py").stat().st_mtime == 1
    assert (folder / "__init__.py").stat().st_mtime > 1


def test_the_manifest_says_nothing_but_what_is_there(folder: Path, tmp_path: Path) -> None:
    write(OLD, folder)
    write(dict(reversed(OLD.items())), tmp_path / "other")
    text = (folder / MANIFEST).read_text("utf-8")
    assert text == (tmp_path / "other" / MANIFEST).read_text("utf-8")
    assert list(json.loads(text)["files"]) == sorted(OLD)


def test_differences(folder: Path) -> None:
    write(OLD, folder)
    (folder / "same.py").write_text("same = 'edited'\n")
    (folder / "foreign.txt").write_bytes(b"\xff")
    (folder / "link").symlink_to("/")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"")
    differences = compare(NEW, folder)
    assert kinds(differences) == {
        MANIFEST: "outdated",
        "__init__.py": "outdated",
        "deep/er/b.py": "missing",
        "foreign.txt": "foreign",
        "gone/a.py": "leftover",
        "link": "foreign",
        "same.py": "edited",
    }
    diffs = {difference.path: difference.unified(folder) for difference in differences}
    assert diffs["same.py"] == (
        f"--- {folder}/same.py\n+++ {folder}/same.py\n@@ -1 +1 @@\n-same = 'edited'\n+same = 1\n"
    )
    assert diffs["deep/er/b.py"].startswith(f"--- /dev/null\n+++ {folder}/deep/er/b.py\n")
    assert diffs["gone/a.py"].splitlines()[1] == "+++ /dev/null"
    assert diffs["foreign.txt"].endswith("\\ No newline at end of file\n")
    assert kinds(compare(NEW, folder.parent / "nowhere")) == dict.fromkeys(
        [MANIFEST, *NEW], "missing"
    )


def test_edited_files_of_ours_are_overwritten_and_said_to_be(folder: Path) -> None:
    write(OLD, folder)
    for name in ("__init__.py", "gone/a.py"):
        (folder / name).write_text("edited = 1\n")
    summary = write(NEW, folder)
    assert summary.edited == ("__init__.py", "gone/a.py")
    assert contents(folder) == NEW


def test_a_lost_file_or_manifest_entry_comes_back(folder: Path) -> None:
    write(OLD, folder)
    (folder / "same.py").unlink()
    assert write(OLD, folder).added == ("same.py",)
    manifest = folder / MANIFEST
    manifest.write_text(manifest.read_text().replace("Do not edit.", "Edited."))
    assert kinds(compare(OLD, folder)) == {MANIFEST: "outdated"}
    write(OLD, folder)
    assert compare(OLD, folder) == []


@pytest.mark.parametrize("foreign", ["theirs.py", "deep/theirs.txt", ".hidden"])
@pytest.mark.parametrize("ours", [{}, OLD])
def test_files_we_did_not_make_are_left_alone(
    folder: Path, foreign: str, ours: Mapping[str, str]
) -> None:
    if ours:
        write(ours, folder)
    path = folder / foreign
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("theirs")
    with pytest.raises(OutputError, match=f"did not make: {foreign}\n  hint: move them"):
        write(NEW, folder)
    assert contents(folder) == {**ours, foreign: "theirs"}
    assert [path.name for path in folder.parent.iterdir()] == ["acme"]


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.py").write_text("precious")
    write(OLD, folder)
    (folder / "gone" / "link").symlink_to(outside)
    with pytest.raises(OutputError, match="did not make: gone/link"):
        write(NEW, folder)
    (folder / "gone" / "link").unlink()
    (folder / "gone" / "a.py").unlink()
    (folder / "gone" / "a.py").symlink_to(outside / "precious.py")
    with pytest.raises(OutputError, match=r"did not make: gone/a\.py"):
        write(NEW, folder)
    (folder.parent / "linked").symlink_to(outside)
    for act in (write, compare):
        with pytest.raises(OutputError, match="is a symbolic link"):
            act(NEW, folder.parent / "linked")
    assert contents(outside) == {"precious.py": "precious"}


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"files": []}', "<<<<<<< ours\n", '{"files": {"a": 1}']
)
def test_a_broken_manifest(folder: Path, content: str) -> None:
    write(OLD, folder)
    (folder / MANIFEST).write_text(content)
    with pytest.raises(OutputError, match="is not the list of generated files"):
        write(NEW, folder)
    assert contents(folder) == OLD


def test_unwritable_places(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file: cannot be written: File exists"):
        write(NEW, tmp_path / "file" / "acme")
    with pytest.raises(OutputError, match="cannot be written: Not a directory"):
        write(NEW, tmp_path / "file")
    with pytest.raises(OutputError, match="cannot be read"):
        compare(NEW, tmp_path / "file")


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "", ".", "a//b", "./a", MANIFEST])
def test_paths_that_leave_the_folder_are_refused(folder: Path, path: str) -> None:
    with pytest.raises(ValueError, match="not a path that may be written"):
        write({path: ""}, folder)
    assert not folder.exists()


def test_a_partial_version_leaves_the_rest(folder: Path) -> None:
    write({"a/x.py": "1", "a/y.py": "1", "b/x.py": "1", "_runtime/r.py": "1"}, folder)
    (folder / "b" / "x.py").write_text("edited")
    part = {"a/x.py": "2", "_runtime/r.py": "1"}
    assert kinds(compare(part, folder, partial=True)) == {
        MANIFEST: "outdated",
        "a/x.py": "outdated",
        "a/y.py": "leftover",
    }
    summary = write(part, folder, partial=True)
    assert (summary.changed, summary.removed) == (("a/x.py",), ("a/y.py",))
    assert contents(folder) == {"a/x.py": "2", "b/x.py": "edited", "_runtime/r.py": "1"}
    assert compare(part, folder, partial=True) == []
    assert kinds(compare({**part, "b/x.py": "1"}, folder)) == {"b/x.py": "edited"}


def test_a_failed_build_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(OLD, folder)

    def fail() -> None:
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr(directory_swap, "_sync_all", fail)
    with pytest.raises(OutputError, match="No space left on device"):
        write(NEW, folder)
    assert contents(folder) == OLD
    assert [path.name for path in folder.parent.iterdir()] == ["acme"]


# --- killed ----------------------------------------------------------------------------------------------------

KILL_AT_EVERY_LINE = """
import os, signal, sys
from pathlib import Path
from hooksmith.output import directory_swap, manifest, writer

folder, old, new, exchange = Path(sys.argv[1]), *map(eval, sys.argv[2:5])
if not exchange:
    directory_swap._exchange = lambda path, other: False

def killed_at(step):
    '''A child that is killed before the step-th line it runs in output/; whether it was.'''
    child = os.fork()
    if child == 0:
        left = step
        def trace(frame, event, argument):
            nonlocal left
            if frame.f_code.co_filename not in (m.__file__ for m in (directory_swap, manifest, writer)):
                return None
            if event == 'line':
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace
        sys.settrace(trace)
        writer.write(new, folder)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])

def state():
    if not folder.exists():
        return 'none'
    files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob('*') if path.is_file()}
    names = {name: text for name, text in files.items() if name != manifest.MANIFEST}
    return {repr(old): 'old', repr(new): 'new'}.get(repr(dict(sorted(names.items()))), 'broken')

states = []
step = 1
while True:
    writer.write(old, folder)
    assert (state(), os.listdir(folder.parent)) == ('old', [folder.name])
    if not killed_at(step):
        break
    states.append(state())
    writer.write(new, folder)
    assert (state(), os.listdir(folder.parent)) == ('new', [folder.name]), step
    step += 1
print(','.join(states))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("exchange", [True, False])
def test_killed_at_any_line_the_folder_is_old_or_new(folder: Path, exchange: bool) -> None:
    old = {"a.py": "old\n" * 9, "b/c.py": "same\n"}
    new = {"a.py": "new\n" * 9, "b/c.py": "same\n", "d.py": "new\n"}
    arguments = [str(folder), repr(old), repr(new), repr(exchange)]
    outcome = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILL_AT_EVERY_LINE), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.stderr == ""
    states = outcome.stdout.strip().split(",")
    assert len(states) > 100
    # Where two renames must do, the folder is gone between them, until the next run puts it back.
    assert set(states) == ({"old", "new"} if exchange else {"old", "none", "new"})
    assert states.count("none") <= 2
    assert states == sorted(states, key=["old", "none", "new"].index)


def test_an_interrupted_swap_is_mended(folder: Path) -> None:
    write(OLD, folder)
    folder.rename(folder.with_name(".acme.hooksmith-old"))
    assert write(OLD, folder).unchanged == tuple(sorted(OLD))
    assert contents(folder) == OLD


def test_runs_side_by_side_take_turns(folder: Path) -> None:
    script = "import sys; from pathlib import Path; from hooksmith.output.writer import write\n"
    script += "for n in range(30): write({f'{sys.argv[2]}{n}.py': 'x' * 100}, Path(sys.argv[1]))"
    runs = [subprocess.Popen([sys.executable, "-c", script, str(folder), name]) for name in "ab"]
    assert [run.wait() for run in runs] == [0, 0]
    assert contents(folder).keys() <= {"a29.py", "b29.py"}
    assert [path.name for path in folder.parent.iterdir()] == ["acme"]


def test_what_python_did_not_compile_and_empty_folders_are_foreign(folder: Path) -> None:
    write(OLD, folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.cpython-311.pyc").write_bytes(b"")
    assert compare(OLD, folder) == []
    (folder / "__pycache__" / "notes.txt").write_bytes(b"")
    (folder / "empty").mkdir()
    assert kinds(compare(OLD, folder)) == {"__pycache__/notes.txt": "foreign", "empty/": "foreign"}


def test_differences_without_text_are_shown_in_a_line(folder: Path) -> None:
    def shown(before: str | None, after: str | None) -> str:
        return Difference("a.py", "missing", before, after).shown(Path("out"))

    assert shown(None, "") == "missing: out/a.py"
    assert shown("a\r\n", "a\n") == "missing: out/a.py: line endings only"


def test_a_link_at_the_temporary_name_is_removed(folder: Path, tmp_path: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.with_name(f".{folder.name}.hooksmith-new").symlink_to(tmp_path)
    write(OLD, folder)
    assert compare(OLD, folder) == []
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]
