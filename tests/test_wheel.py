"""The distribution: what the wheel holds, and that it works where nothing else is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from support.paths import CASES, GENERATED, PROVIDERS, ROOT, TESTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    source = tmp_path_factory.mktemp("source")
    for name in ("generator", "generated", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def base_requirements() -> set[str]:
    """The base install: our dependencies and theirs, without extras."""
    names: set[str] = set()
    waiting = ["hooksmith"]
    while waiting:
        name = waiting.pop()
        for text in distribution(name).requires or ():
            requirement = Requirement(text)
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and requirement.name not in names:
                names.add(requirement.name)
                waiting.append(requirement.name)
    return names


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with the wheel and its base requirements, copied from ours."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    for name in base_requirements():
        for file in distribution(name).files or ():
            if ".." in file.parts or "__pycache__" in file.parts:
                continue
            target = site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), target)
    interpreter = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", f"--python={interpreter}", "install", "--quiet", "--no-index", "--no-deps",
         "--disable-pip-version-check", str(wheel)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return interpreter


def clean_environment() -> dict[str, str]:
    """Return the environment without the variables of Python."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def run(
    python: Path, *arguments: str, folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), *arguments],
        cwd=folder,
        env={**clean_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_contents(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = {name for name in names if ".dist-info/" not in name}
    assert {name.partition("/")[0] for name in ours} == {"hooksmith", "hooksmith_providers"}
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert f"hooksmith/templates/{path.relative_to(ROOT / 'templates').as_posix()}" in names
    for path in GENERATED.rglob("*.py"):
        assert f"hooksmith_providers/{path.relative_to(GENERATED).as_posix()}" in names
    assert {
        "hooksmith/py.typed",
        "hooksmith_providers/py.typed",
        "hooksmith/extensions/extensions.schema.json",
    } <= names
    assert not [name for name in names if name.endswith((".pyc", ".orig"))]


def test_the_licence_is_in_the_wheel(wheel: Path) -> None:
    """As PEP 639 has it: an SPDX expression, and the text."""
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    fields = archive.read(metadata).decode().partition("\n\n")[0].splitlines()
    assert "License-Expression: MIT" in fields
    assert "License-File: LICENSE" in fields
    text = archive.read(metadata.replace("METADATA", "licenses/LICENSE")).decode()
    assert text == (ROOT / "LICENSE").read_text("utf-8")


def test_base_requirements() -> None:
    assert {"httpx2", "pydantic"} <= base_requirements()
    assert not {"jinja2", "black", "rich", "pyyaml", "datamodel-code-generator"} & {
        name.lower() for name in base_requirements()
    }


def test_every_provider_imports_whole(python: Path, tmp_path: Path) -> None:
    program = "\n".join(
        line
        for provider in PROVIDERS
        for line in (
            f"import hooksmith_providers.{provider} as {provider}",
            f"[getattr({provider}, name) for name in {provider}.__all__]",
            f"import hooksmith_providers.{provider}.models",
        )
    )
    outcome = run(python, "-W", "error", "-c", program, folder=tmp_path)
    assert (outcome.returncode, outcome.stderr) == (0, "")


def test_a_delivery_is_parsed(python: Path, tmp_path: Path) -> None:
    stated = json.loads((TESTS / "documents" / "scalekit.json").read_text("utf-8"))
    (example,) = stated["examples"]
    program = (
        "import sys\n"
        "from hooksmith_providers.scalekit import parse_event\n"
        "print(type(parse_event(sys.argv[1])).__name__)\n"
    )
    outcome = run(python, "-c", program, json.dumps(example["value"]), folder=tmp_path)
    assert (outcome.stdout, outcome.stderr) == ("OrganizationSsoEnabled\n", "")


def test_a_client_is_made(python: Path, tmp_path: Path) -> None:
    program = (
        "from hooksmith_providers.workos import WorkOSClient\n"
        "with WorkOSClient(api_key='sk_example_123456789') as client: print(client.webhooks)\n"
    )
    outcome = run(python, "-c", program, folder=tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    assert "sk_example" not in outcome.stdout


def hooksmith(
    python: Path, folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command of the base install."""
    command = python.parent / "hooksmith"
    assert command.is_file()
    return run(python, str(command), *arguments, folder=folder, **environment)


def test_commands_of_the_base_install(python: Path, tmp_path: Path) -> None:
    version = hooksmith(python, tmp_path, "--version")
    assert (version.returncode, version.stdout.split()[0]) == (0, "hooksmith")
    usage = hooksmith(python, tmp_path, "--help")
    assert usage.returncode == 0
    assert "trigger" in usage.stdout
    events = hooksmith(python, tmp_path, "events", "workos")
    assert (events.returncode, events.stderr) == (0, "")
    assert re.search(r"^user\.created +UserCreated +\w.*$", events.stdout, re.MULTILINE)
    catalogue = json.loads(hooksmith(python, tmp_path, "events", "socotra", "--json").stdout)
    assert {"type", "models", "summary", "description"} == set(catalogue[0])


@pytest.mark.parametrize(("api", "event", "arguments"), [
    ("workos", "user.created", []), ("socotra", "migration.start", ["--scheme", "github"]),
])  # fmt: skip
def test_deliveries_of_the_base_install(
    python: Path, tmp_path: Path, api: str, event: str, arguments: list[str]
) -> None:
    options = [*arguments, "--secret", "s"]
    command = [str(python), str(python.parent / "hooksmith"), "listen", api, *options, "--port=0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=clean_environment(), stdout=subprocess.PIPE, text=True
    ) as listener:
        try:
            assert listener.stdout is not None
            url = listener.stdout.readline().removeprefix("listening on ").strip()
            sent = hooksmith(python, tmp_path, "trigger", api, event, "--to", url, *options)
            received = listener.stdout.readline()
        finally:
            listener.kill()
    assert sent.returncode == 0, sent.stderr
    assert received.startswith(f"200 {event}: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate"],
        ["check"],
        ["inspect", "spec.yaml"],
        ["events", "spec.yaml"],
        ["trigger", "a", "--spec", "spec.yaml", "--to", "http://127.0.0.1:1"],
        ["listen", "--spec", "spec.yaml"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_the_base_install_names_the_missing_extra(
    python: Path, tmp_path: Path, arguments: list[str]
) -> None:
    outcome = hooksmith(python, tmp_path, *arguments)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("error: hooksmith ")
    assert "needs packages that are not installed: black, jinja2" in outcome.stderr
    assert 'pip install "hooksmith[generator]"' in outcome.stderr


def test_the_generator_of_the_wheel_generates(wheel: Path, tmp_path: Path) -> None:
    """With the templates that are in it: the same bytes as from the checkout."""
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    from_wheel = generated_by(unpacked, tmp_path / "wheel")
    from_checkout = generated_by(ROOT / "generator", tmp_path / "checkout")
    assert from_wheel == from_checkout
    assert len(from_wheel) > 20


def generated_by(library: Path, out: Path) -> dict[Path, bytes]:
    """What the `hooksmith` in a folder makes of the least of the cases."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import hooksmith\n"
        "assert hooksmith.__file__.startswith(sys.argv[1])\n"
        "from hooksmith.cli.commands import run\n"
        "sys.exit(run(['generate', 'spec.yaml', '--package', 'minimal', '--out', sys.argv[2]]))\n"
    )
    outcome = run(
        Path(sys.executable), "-c", program, str(library), str(out), folder=CASES / "minimal"
    )
    assert outcome.returncode == 0, outcome.stderr
    folder = out / "minimal"
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
