"""The GitHub Action and the pre-commit hook: their steps run in a shell, with the variables that GitHub sets."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hooksmith.cli.commands import run
from support.paths import ROOT

from .edits import BASE, edited

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
INSTALL, CHECK, COMPARE = STEPS


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def write_document(folder: Path, document: Any) -> None:
    (folder / "acme.json").write_text(json.dumps(document, indent=1), "utf-8")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkout of a pull request: a shallow clone with one commit above the base branch."""
    upstream = tmp_path / "upstream"
    upstream.mkdir()
    (upstream / "hooksmith.toml").write_text(
        'out = "src"\npackage = "apis"\nformatter = "none"\n[apis.acme]\nspec = "acme.json"\n'
    )
    write_document(upstream, BASE)
    monkeypatch.chdir(upstream)
    assert run(["generate"]) == 0
    git(upstream, "init", "-q", "-b", "main")
    git(upstream, "add", "-A")
    git(upstream, "commit", "-qm", "Base")
    git(upstream, "checkout", "-qb", "change")
    git(upstream, "commit", "-qm", "Head", "--allow-empty")
    checkout = tmp_path / "checkout"
    url = upstream.as_uri()
    git(
        tmp_path,
        "clone",
        "-q",
        "--depth=1",
        "--branch=change",
        "--single-branch",
        url,
        str(checkout),
    )
    monkeypatch.chdir(checkout)
    return checkout


class Step:
    """A step of the action, run as GitHub's runner runs it: `bash -e -o pipefail`."""

    def __init__(self, workspace: Path, name: str, base_ref: str = "main", **inputs: str) -> None:
        step = STEPS[name]
        assert step["shell"] == "bash"
        defaults = {key: it["default"] for key, it in ACTION["inputs"].items()}
        values = {**defaults, **{key.replace("_", "-"): it for key, it in inputs.items()}}

        def filled(text: str) -> str:
            return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)

        assert "${{" not in step["run"], "an input in a script could be code"
        self.summary_file = workspace.parent / "summary.md"
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_BASE_REF": base_ref,
            "GITHUB_STEP_SUMMARY": str(self.summary_file),
            **{key: filled(it) for key, it in step.get("env", {}).items()},
        }
        script = workspace.parent / "step.sh"
        script.write_text(step["run"])
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        done = subprocess.run(
            command, cwd=workspace, env=environment, capture_output=True, text=True, check=False
        )
        self.code, self.output, self.errors = done.returncode, done.stdout, done.stderr

    @property
    def summary(self) -> str:
        return self.summary_file.read_text("utf-8") if self.summary_file.exists() else ""


def test_an_unchanged_pull_request_passes(workspace: Path) -> None:
    assert Step(workspace, CHECK).code == 0
    step = Step(workspace, COMPARE)
    assert (step.code, step.output.strip()) == (0, ""), step.errors
    assert "No changes." in step.summary


def test_a_stale_package_is_an_error(workspace: Path) -> None:
    write_document(workspace, edited("received field added"))
    step = Step(workspace, CHECK)
    assert step.code == 1
    assert "::error title=hooksmith check::" in step.output


def test_a_break_is_annotated_and_fails(workspace: Path) -> None:
    write_document(workspace, edited("received field removed"))
    step = Step(workspace, COMPARE)
    assert step.code == 1, step.errors
    assert re.search(
        r"^::error file=acme\.json,line=\d+,title=types%3A received-field-removed::",
        step.output,
        re.MULTILINE,
    )
    assert "| 1 | types |" in step.summary
    assert Step(workspace, COMPARE, fail_on="delivery").code == 0
    assert Step(workspace, COMPARE, fail_on="none").code == 0


def test_accepted_changes_pass(workspace: Path) -> None:
    write_document(workspace, edited("received field removed"))
    git(workspace, "fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    assert run(["diff", "--base", "origin/main", "--accept", "ok.txt", "--write-accept"]) == 0
    assert Step(workspace, COMPARE, accept="ok.txt").code == 0


def test_a_document_that_the_base_lacks_is_no_error(workspace: Path) -> None:
    write = (workspace / "hooksmith.toml").open("a")
    with write as file:
        file.write('[apis.other]\nspec = "other.json"\n')
    (workspace / "other.json").write_text(json.dumps(BASE))
    step = Step(workspace, COMPARE)
    assert step.code == 0
    assert "other: not in origin/main" in step.errors


def test_a_push_has_no_base(workspace: Path) -> None:
    step = Step(workspace, COMPARE, base_ref="")
    assert step.code == 0
    assert "No base" in step.output


def test_inputs_are_no_code(workspace: Path) -> None:
    step = Step(workspace, COMPARE, fail_on='types"; touch "$GITHUB_WORKSPACE/hacked"; "')
    assert step.code == 2
    step = Step(workspace, COMPARE, base="main$(touch hacked)")
    assert step.code != 0
    assert not (workspace / "hacked").exists()


def test_the_version_of_the_action_is_installed(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = workspace.parent / "bin" / "python"
    stub.parent.mkdir()
    stub.write_text('#!/bin/bash\nprintf "%s\\n" "$@"\n')
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    step = STEPS[INSTALL]
    script = f'export PATH="{stub.parent}:$PATH"\n{step["run"]}'
    environment = {**os.environ, "GITHUB_ACTION_PATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-ec", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == f"{ROOT}[generator]"
    assert step["if"] == "${{ inputs.install == 'true' }}"


@pytest.mark.parametrize(("edit", "code"), [("received field added", 0), ("event removed", 1)])
def test_the_pre_commit_hook(workspace: Path, edit: str, code: int) -> None:
    hook = next(it for it in HOOKS if it["id"] == "hooksmith-diff")
    assert hook["pass_filenames"] is False
    write_document(workspace, edited(edit))
    program, *arguments = shlex.split(hook["entry"])
    assert program == "hooksmith"
    assert run(arguments) == code
