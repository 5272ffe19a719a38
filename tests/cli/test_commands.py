"""The command line, as a process and in this one."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hooksmith.cli import commands, required_extras
from hooksmith.cli.exit_codes import exit_code_of
from hooksmith.cli.targets import Choice
from hooksmith.errors import DocumentError, Place

SPEC = """\
openapi: 3.1.0
info: {title: Acme, version: "1"}
paths: {}
webhooks:
  pet.created:
    post:
      summary: A pet is there.
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties: {type: {const: pet.created}, name: {type: string}}
              required: [type]
      responses: {"200": {description: ok}}
"""

CONFIG = """\
[tool.hooksmith]
out = "src"
package = "mine"
formatter = "none"

[tool.hooksmith.apis.one]
spec = "one.yaml"

[tool.hooksmith.apis.two]
spec = "two.yaml"
"""

LONG_LINES = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    post:
      operationId: order
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                kind_of_order_that_is_placed: {enum: ["at once, now", "an order that is placed by and by"]}
              not:
                anyOf:
                - required: [identifier_of_the_customer_who_orders]
                - required: [identifier_of_the_customer_who_is_billed]
      responses: {"204": {description: done}}
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a configuration of two APIs."""
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(SPEC)
    return tmp_path


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`hooksmith ARGUMENT...` in the project."""
    monkeypatch.setenv("HOOKSMITH_CACHE_DIR", str(project / ".cache"))
    monkeypatch.delenv("HOOKSMITH_DEBUG", raising=False)

    def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hooksmith", *arguments]
        return subprocess.run(
            command, cwd=project, capture_output=True, text=True, check=False, **options
        )  # type: ignore[call-overload,no-any-return]

    return run


def files(folder: Path) -> dict[str, bytes]:
    paths = [
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_version_needs_nothing_that_is_slow(run: Run) -> None:
    outcome = run("--version")
    assert (outcome.returncode, outcome.stdout) == (0, f"hooksmith {cli_version()}\n")
    script = "import sys; sys.argv = ['hooksmith', '--version']; import hooksmith.__main__ as m; m.main(); "
    script += "print(sorted({'argparse', 'rich', 'yaml', 'pydantic', 'black', 'jinja2'} & sys.modules.keys()))"
    slow = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert slow.stdout.splitlines()[-1] == "[]"
    assert run("--debug", "--version").stdout == outcome.stdout


def cli_version() -> str:
    from importlib.metadata import version

    return version("hooksmith")


def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        required_extras, "find_spec", lambda name: None if name in ("yaml", "rich") else name
    )
    assert commands.run(["generate"]) == 2
    assert capsys.readouterr().err == (
        "error: hooksmith generate needs packages that are not installed: rich, yaml\n"
        '  hint: pip install "hooksmith[generator]"\n'
    )


def test_generate_check_and_a_stale_package(run: Run, project: Path) -> None:
    outcome = run("check")
    assert outcome.returncode == 1
    assert "src/mine is stale: " in outcome.stderr
    assert not (project / "src").exists()

    outcome = run("generate")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith("src/mine: ")
    assert " 0 changed, 0 removed, 0 unchanged\n  + " in outcome.stdout
    folder = project / "src" / "mine"
    made = files(folder)
    assert {name.partition("/")[0] for name in made} >= {"one", "two", "_runtime"}
    assert not any("_runtime" in name for name in made if name.startswith(("one/", "two/")))

    assert (run("check").returncode, run("check").stdout) == (0, "")
    assert "0 added, 0 changed, 0 removed" in run("generate").stdout

    (folder / "one" / "__init__.py").write_text("edited\n")
    (folder / "two" / "__init__.py").unlink()
    outcome = run("check")
    assert outcome.returncode == 1
    assert "--- src/mine/one/__init__.py\n+++ src/mine/one/__init__.py\n" in outcome.stdout
    assert "\n-edited\n" in outcome.stdout
    assert "+++ src/mine/two/__init__.py\n" in outcome.stdout
    assert outcome.stderr == "src/mine is stale: 1 edited, 1 missing\n  hint: hooksmith generate\n"

    outcome = run("generate")
    assert "  + two/__init__.py\n  ~ one/__init__.py (had been edited)\n" in outcome.stdout
    assert files(folder) == made


def test_one_api_of_several(run: Run, project: Path) -> None:
    run("generate")
    folder = project / "src" / "mine"
    for name in ("one", "two"):
        (folder / name / "__init__.py").write_text("edited\n")
    assert run("generate", "--only", "one").returncode == 0
    assert (folder / "one" / "__init__.py").read_text() != "edited\n"
    assert (folder / "two" / "__init__.py").read_text() == "edited\n"
    assert run("check", "--only", "one").returncode == 0
    assert run("check", "--only", "two").returncode == 1
    outcome = run("generate", "--only", "too")
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert (
        outcome.stderr
        == "error: pyproject.toml: there is no API 'too'\n  hint: did you mean 'two'?\n"
    )


def test_a_document_of_ones_own(run: Run, project: Path) -> None:
    outcome = run(
        "generate", "one.yaml", "--out", "lib", "--package", "acme", "--formatter", "ruff"
    )
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith("lib/acme: ")
    assert (project / "lib" / "acme" / "_runtime").is_dir()
    arguments = ["one.yaml", "--out", "lib", "--package", "acme", "--formatter", "ruff"]
    assert run("check", *arguments).returncode == 0
    assert run("generate", "one.yaml", "two.yaml", "--formatter", "none").returncode == 0
    assert (project / "one").is_dir()
    assert (project / "two").is_dir()


def test_one_document_that_fails_does_not_stop_the_others(run: Run, project: Path) -> None:
    outcome = run("generate", "gone.yaml", "one.yaml", "--formatter", "none")
    assert outcome.returncode == 2
    assert (
        outcome.stderr
        == "error: gone.yaml: there is no such file\n  hint: did you mean 'one.yaml'?\n"
    )
    assert outcome.stdout.startswith("one: ")
    assert not (project / "gone").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate", "--out", "x"], "go with SPEC"),
        (["generate", "one.yaml", "--only", "one"], "go without SPEC"),
        (["generate", "one.yaml", "two.yaml", "--package", "x"], "one package"),
        (["generate", "one.yaml", "--package", "a-b"], "not a Python identifier"),
        (["generate", "--formatter", "yapf"], "yapf"),
        (["frobnicate"], "frobnicate"),
        (["generate", "--nope"], "--nope"),
    ],
)
def test_wrong_arguments(run: Run, project: Path, arguments: list[str], message: str) -> None:
    before = files(project)
    outcome = run(*arguments)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert message in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert files(project) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n\tb", "error: one.yaml:2:1: "),
        ("a: b: c\n", "error: one.yaml:1:5: mapping values are not allowed"),
        ("just: text\n", "error: one.yaml:1:1: "),
        (
            SPEC + "x-hooksmith-open-enum: 5\n",
            "error: one.yaml:16:1 #/x-hooksmith-open-enum: x-hooksmith-open-enum: 5",
        ),
    ],
)
def test_errors_have_a_place_and_write_nothing(
    run: Run, project: Path, text: str, message: str
) -> None:
    (project / "one.yaml").write_text(text)
    outcome = run("generate")
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert message in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not (project / "src").exists()


def test_inspect_and_events_speak_json(run: Run) -> None:
    api = json.loads(run("inspect", "one.yaml").stdout)
    assert api["title"] == "Acme"
    events = json.loads(run("events", "one.yaml", "--json").stdout)
    assert events == api["events"]["events"]
    assert [event["type"] for event in events] == ["pet.created"]


def test_events_as_a_table(run: Run) -> None:
    outcome = run("events", "one.yaml")
    head, *rows = outcome.stdout.splitlines()
    assert (outcome.returncode, head) == (0, "EVENT        CLASS")
    assert [row.split(maxsplit=2) for row in rows] == [
        ["pet.created", "PetCreated", "A pet is there."]
    ]


def test_events_of_a_shipped_api(run: Run) -> None:
    rows = run("events", "workos").stdout.splitlines()
    assert rows[0].split() == ["EVENT", "CLASS"]
    assert ["user.created", "UserCreated"] in [row.split()[:2] for row in rows]
    events = json.loads(run("events", "workos", "--json").stdout)
    assert [event["type"] for event in events] == [row.split()[0] for row in rows[1:]]
    wrong = run("events", "workso")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "error: there is no API 'workso'\n  hint: did you mean 'workos'?\n"


# --- what ends a command ---------------------------------------------------------------------------------------


def exit_code(error: BaseException) -> int:
    def fail() -> int:
        raise error

    return exit_code_of(fail)


def test_unexpected_errors_are_short(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOKSMITH_DEBUG", raising=False)
    assert exit_code(ZeroDivisionError("division [bold]by[/] zero")) == 2
    error = capsys.readouterr().err
    assert error.startswith(
        "error: internal error: ZeroDivisionError: division [bold]by[/] zero\n  hint: this is a fault"
    )
    assert "Traceback" not in error
    monkeypatch.setenv("HOOKSMITH_DEBUG", "1")
    exit_code(ZeroDivisionError("again"))
    assert "Traceback" in capsys.readouterr().err


def test_messages_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    place = Place(file="a.yaml", line=1)
    assert exit_code(DocumentError.at(place, "\x1b[31mred\x1b[0m \x07 [blue]é")) == 2
    assert capsys.readouterr().err == "error: a.yaml:1: \\x1b[31mred\\x1b[0m \\x07 [blue]é\n"


def test_interrupts_have_their_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_an_interrupted_process_writes_nothing(project: Path, run: Run) -> None:
    os.mkfifo(project / "slow.yaml")
    command = [sys.executable, "-m", "hooksmith", "generate", "slow.yaml"]
    process = subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True)
    writer = os.open(project / "slow.yaml", os.O_WRONLY)  # waits until the other end is opened
    process.send_signal(signal.SIGINT)
    os.close(writer)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, "interrupted\n")
    assert not (project / "slow").exists()


def test_a_reader_that_leaves_is_no_error(project: Path, run: Run) -> None:
    many = "".join(
        f"  pet.e{number}: {{post: {{summary: {'x' * 400}}}}}\n" for number in range(500)
    )
    (project / "many.yaml").write_text(SPEC.replace("webhooks:\n", f"webhooks:\n{many}"))
    command = f"set -o pipefail; '{sys.executable}' -m hooksmith inspect many.yaml | head -c 10"
    outcome = subprocess.run(
        ["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False
    )
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, '{\n  "title', "")


def terminal_output(project: Path, *arguments: str, **variables: str) -> bytes:
    """What `hooksmith` prints when its stderr is a terminal."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", **variables}
    command = [sys.executable, "-m", "hooksmith", *arguments]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.DEVNULL, stderr=slave, env=environment
    ) as process:
        os.close(slave)
        output = b""
        try:
            while chunk := os.read(master, 65536):
                output += chunk
        except OSError:
            pass  # how Linux says that a terminal was closed
        process.wait()
    os.close(master)
    return output


def test_colour_on_a_terminal_unless_unwanted(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert b"\x1b[1;31merror:\x1b[0m gone.yaml" in terminal_output(project, "inspect", "gone.yaml")
    assert b"31m" not in terminal_output(project, "inspect", "gone.yaml", NO_COLOR="1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], "did you mean 'check'?"),
        (["generate", "--pakage", "x"], "did you mean '--package'?"),
        (
            ["generate", "--jobs", "0"],
            "'0' is not a number, 1 or more\n  hint: hooksmith generate --help",
        ),
        (["listen", "--port", "65536"], "'65536' is not a number, 0 to 65535"),
        (["trigger", "workos"], "required: --to"),
        (["--debug"], "required: COMMAND\n  hint: hooksmith --help"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_the_parser_refuses(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        commands.run(arguments)
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert message in said


def test_no_arguments_give_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run([]) == 2
    assert "Write the package of each document" in capsys.readouterr().err


def test_only_some_tags(run: Run, project: Path) -> None:
    document = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /a: {get: {tags: [first], responses: {"204": {description: ok}}}}
  /b: {get: {tags: [second], responses: {"204": {description: ok}}}}
  /c: {get: {tags: [third], responses: {"204": {description: ok}}}}
"""
    (project / "shop.yaml").write_text(document)
    done = run("generate", "shop.yaml", "--only-tags", "first, third", "--formatter", "none")
    assert done.returncode == 0, done.stderr
    modules = {path.name for path in (project / "shop" / "resources").glob("*.py")}
    assert modules == {"__init__.py", "first.py", "third.py"}
    done = run("generate", "shop.yaml", "--only-tags", "fourth", "--formatter", "none")
    assert (done.returncode, "no tag matches 'fourth'" in done.stderr) == (2, True)
    done = run("generate", "--only-tags", "first")
    assert (done.returncode, "go with SPEC" in done.stderr) == (2, True)


def test_documents_may_stand_between_options(run: Run, project: Path) -> None:
    outcome = run("generate", "one.yaml", "--out", "mixed", "two.yaml", "--formatter", "none")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert {path.name for path in (project / "mixed").iterdir()} == {"one", "two"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("acme.yaml", "acme"),
        ("acme.openapi.yaml", "acme"),
        ("acme/openapi.yaml", "acme"),
        ("specs/api.github.com.json", "api_github_com"),
    ],
)
def test_packages_are_named_after_documents(path: str, name: str) -> None:
    (target,) = Choice(
        specs=[Path(path)],
        only=[],
        out=None,
        package=None,
        formatter=None,
        config=None,
        roots=[],
        overlays=[],
    ).targets()
    assert target.folder.name == name


def test_a_run_loads_nothing_that_it_does_not_need(run: Run, tmp_path: Path) -> None:
    """Black and what comes with it are a fifth of all memory; pydantic's models are the user's concern."""
    document = tmp_path / "shop.yaml"
    document.write_text(LONG_LINES, "utf-8")
    script = "import sys; from hooksmith.cli.commands import run; "
    script += f"run(['generate', {str(document)!r}, '--out', {str(tmp_path / 'out')!r}]); "
    script += (
        "print(sorted({'black', 'pydantic', 'logging', 'difflib', 'rich'} & sys.modules.keys()))"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert outcome.stdout.endswith("[]\n")
    assert "__assertions__ = {\n" in (tmp_path / "out" / "shop" / "models.py").read_text("utf-8")
