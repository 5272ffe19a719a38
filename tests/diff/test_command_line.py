"""`hooksmith diff` as a command: exit codes, formats, accepted changes, documents at revisions of git."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hooksmith.cli.commands import run
from hooksmith.diff.documents import Document, compare_documents
from hooksmith.errors import LoadError
from support.paths import GENERATOR

from .documents import SETTINGS, report
from .edits import BASE, EDITS, edited

NEW = Document(label="new.json", path=Path("new.json"))
SCHEMA = json.loads((GENERATOR / "diff" / "report.schema.json").read_text("utf-8"))

Diff = Callable[..., tuple[int, str, str]]


def write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1), "utf-8")
    return path


@pytest.fixture
def diff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Diff:
    """Runs the command in an empty folder with old.json and the given new document."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "old.json", BASE)

    def run_diff(new: Any, *arguments: str) -> tuple[int, str, str]:
        write(tmp_path / "new.json", new)
        capsys.readouterr()
        code = run(["diff", "old.json", "new.json", *arguments])
        return code, *capsys.readouterr()

    return run_diff


# --- exit codes


@pytest.mark.parametrize(
    ("edit", "arguments", "code"),
    [
        ("event removed", [], 1),
        ("received field removed", [], 1),
        ("received field added", [], 0),
        ("received value added", [], 0),
        ("received value added", ["--fail-on", "behaviour"], 1),
        ("received value added", ["--fail-on", "types-rare"], 1),
        ("received required field added", ["--fail-on", "types"], 0),
        ("received required field added", ["--fail-on", "types-rare"], 1),
        ("event removed", ["--fail-on", "none"], 0),
        ("description", ["--fail-on", "docs"], 1),
    ],
)
def test_exit_codes(diff: Diff, edit: str, arguments: list[str], code: int) -> None:
    assert diff(edited(edit), *arguments)[0] == code


def test_an_error_is_exit_code_2(diff: Diff, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(["no", "document"])[0] == 2
    assert run(["diff", "old.json", "absent.json"]) == 2
    assert "absent.json: there is no such file" in capsys.readouterr().err
    assert run(["diff", "old.json"]) == 2
    assert run(["diff", "--last", "old.json"]) == 2
    with pytest.raises(LoadError, match="no revision of git"):
        compare_documents(
            Document(label="", path=Path("old.json"), revision="--output=x"), NEW, SETTINGS
        )


# --- formats


@pytest.mark.parametrize("edit", EDITS)
def test_json_is_valid(edit: str) -> None:
    from hooksmith.diff.formats.json_report import as_json

    found = report("", edit)
    jsonschema.validate(as_json(found, list(found.entries)), SCHEMA)


def test_json_says_where(diff: Diff) -> None:
    document = edited("received field removed")
    code, output, _ = diff(document, "--format", "json")
    data = json.loads(output)
    jsonschema.validate(data, SCHEMA)
    change = next(it for it in data["changes"] if it["id"] == "received-field-removed")
    assert code == 1
    assert change["place"] == "models.Order.note"
    assert change["spec"]["document"] == "old"
    assert change["spec"]["file"] == "old.json"
    assert (
        Path("old.json").read_text().split("\n")[change["spec"]["line"] - 1].strip() == '"note": {'
    )
    assert change["breaks"][0] == {
        "use": "read", "place": "models.Order.note", "rare": False, "old": "str | None", "new": None,
    }  # fmt: skip
    assert data["summary"]["types"] == 1


def test_text_and_markdown_have_counts_and_places(diff: Diff) -> None:
    _, text, _ = diff(edited("event removed"))
    assert text.startswith("old.json → new.json: 1 delivery, 2 types, 1 compatible")
    assert "[event-removed]" in text
    assert "old.json:" in text
    _, markdown, _ = diff(edited("event removed"), "--format", "markdown")
    assert "| 1 | delivery |" in markdown
    assert markdown.count("<details>") == markdown.count("</details>") == 2


def test_annotations_stand_in_the_new_file(diff: Diff) -> None:
    """What is gone stands at the part around it that is left."""
    _, output, _ = diff(edited("received field removed"), "--format", "github")
    line = next(it for it in output.splitlines() if "received-field-removed" in it)
    properties = dict(it.split("=") for it in line.split("::")[1].partition(" ")[2].split(","))
    assert properties["file"] == "new.json"
    left = Path("new.json").read_text().split("\n")[int(properties["line"]) - 1]
    assert left.strip() == '"Order": {'


def test_a_changelog_is_in_the_words_of_users(diff: Diff) -> None:
    _, output, _ = diff(edited("argument removed"), "--changelog")
    assert "### Breaking\n\n- Client.orders.list() takes status no more." in output
    _, output, _ = diff(edited("method added"), "--changelog")
    assert output == "### Added\n\n- Client.orders.patch() is new.\n"
    _, output, _ = diff(edited("description"), "--changelog")
    assert output == "No change that code can see.\n"


HOSTILE = "x\x1b[31m]\n::error::<script>alert(1)</script>`|](https://evil.test) @all #1 %0A"


def hostile() -> Any:
    document = copy.deepcopy(BASE)
    document["webhooks"][HOSTILE] = document["webhooks"].pop("person.joined")
    document["components"]["schemas"]["PersonJoined"]["properties"]["type"]["const"] = HOSTILE
    document["components"]["schemas"]["Carrier"]["enum"] += [HOSTILE]
    document["servers"][0]["url"] = f"https://{HOSTILE}"
    return document


@pytest.mark.parametrize("format_", ["text", "markdown", "json", "github", "changelog"])
def test_a_hostile_document_gives_no_markup(diff: Diff, format_: str) -> None:
    _, output, errors = diff(hostile(), "--format", format_, "--show", "all")
    assert "alert(1)" in output
    assert "\x1b" not in output + errors
    if format_ == "github":
        assert all(
            it.startswith(("::error ", "::warning ", "::notice ")) for it in output.splitlines()
        )
    if format_ in ("markdown", "changelog"):
        assert "<script" not in output
        assert not re.search(r"(?<!\\)\]\(", output)
        assert "https://evil" not in output
        assert "\n::error" not in output


# --- accepted changes


def test_accepted_changes_fail_nothing(diff: Diff) -> None:
    document = edited("event removed")
    assert diff(document, "--accept", "accepted.txt", "--write-accept")[0] == 0
    lines = Path("accepted.txt").read_text().splitlines()
    assert sorted(line.split()[1] for line in lines) == [
        "class-direction", "class-moved", "event-removed",
    ]  # fmt: skip
    assert diff(document, "--accept", "accepted.txt")[0] == 0
    reasoned = [
        f"{line}  # we never used it" if "event-removed" in line else line for line in lines
    ]
    Path("accepted.txt").write_text("\n".join(reasoned))
    assert diff(document, "--accept", "accepted.txt", "--write-accept")[0] == 0
    assert Path("accepted.txt").read_text().splitlines() == reasoned


def test_accepted_changes_that_are_none_are_reported(diff: Diff) -> None:
    Path("accepted.txt").write_text("0123456789ab  event-removed  event_types.EventType.X  # old\n")
    code, _, errors = diff(edited("event removed"), "--accept", "accepted.txt")
    assert code == 1
    assert "line 1: no such change" in errors
    Path("accepted.txt").write_text("nonsense\n")
    assert diff(BASE, "--accept", "accepted.txt")[0] == 2


# --- git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a configuration, a document of two files and its package, all committed."""
    monkeypatch.chdir(tmp_path)
    document = copy.deepcopy(BASE)
    money = document["components"]["schemas"].pop("Money")
    text = json.dumps(document, indent=1).replace(
        "#/components/schemas/Money", "schemas/money.json"
    )
    (tmp_path / "specs" / "schemas").mkdir(parents=True)
    (tmp_path / "specs" / "acme.json").write_text(text)
    write(tmp_path / "specs" / "schemas" / "money.json", money)
    (tmp_path / "hooksmith.toml").write_text(
        'out = "src"\npackage = "apis"\nformatter = "none"\nstrict = false\n'
        '[apis.acme]\nspec = "specs/acme.json"\n'
    )
    assert run(["generate"]) == 0
    git("init", "-q", "-b", "main")
    commit("First")
    return tmp_path


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-qm", message)


def edit_money(repository: Path) -> None:
    path = repository / "specs" / "schemas" / "money.json"
    money = json.loads(path.read_text())
    del money["properties"]["amount"]
    money["required"].remove("amount")
    write(path, money)


def test_documents_at_a_revision(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit_money(repository)
    for arguments in (
        ["acme@HEAD"],
        ["acme@main", "acme"],
        ["HEAD:specs/acme.json", "specs/acme.json"],
    ):
        capsys.readouterr()
        assert run(["diff", *arguments]) == 1
        output = capsys.readouterr().out
        assert "Money.amount is gone [received-field-removed]" in output
        assert (
            ":specs/schemas/money.json:" in output
        )  # a file that was reached by a $ref, as git names it
    assert run(["diff", "acme@nowhere"]) == 2
    assert run(["diff", "HEAD:specs/nothing.json", "specs/acme.json"]) == 2


def test_generate_and_check_say_what_a_change_means(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check"]) == 0
    assert "hooksmith diff" not in capsys.readouterr().err
    edit_money(repository)
    line = "acme: 1 types, 1 behaviour: hooksmith diff --last\n"
    assert run(["check"]) == 1
    first = capsys.readouterr().err
    assert first.endswith(line), first
    assert run(["generate"]) == 0
    assert capsys.readouterr().err.endswith(line)
    assert run(["diff", "--last"]) == 1
    assert "Money.amount is gone" in capsys.readouterr().out
    commit("Second")
    assert run(["diff", "--last"]) == 0
    assert capsys.readouterr().out.endswith("→ acme: no changes\n")


def test_a_package_without_a_history_is_generated_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "acme.json", BASE)
    assert run(["generate", "acme.json", "--out", "src", "--formatter", "none"]) == 0
    assert capsys.readouterr().err == ""
