"""Odd texts in arguments and in our own files: an error that names the place, never an internal error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hooksmith.caching.store import Cache
from hooksmith.cli.commands import run
from hooksmith.output.manifest import MANIFEST

DIGITS = "9" * 5_000
BRACKETS = "[" * 100_000
LONG = "a" * 5_000
SPEC = """\
openapi: 3.1.0
info: {title: Acme, version: "1"}
webhooks:
  pet.created:
    post:
      requestBody:
        content:
          application/json: {schema: {type: object, properties: {type: {const: pet.created}}}}
      responses: {"200": {description: ok}}
"""
CONFIG = """\
out = "src"
package = "mine"
formatter = "none"
[apis.one]
spec = "one.yaml"
"""
URLS = [
    "https://[",
    "https://x:99999999/a.yaml",
    "https://",
    "https:///a.yaml",
    "https://[::1]]/a.yaml",
    "https://x/\\u0000",
    "https://user:@[/",
    f"https://{LONG}/a.yaml",
    f"https://x/{LONG}.yaml",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a package, without a network."""
    (tmp_path / "one.yaml").write_text(SPEC)
    (tmp_path / "hooksmith.toml").write_text(CONFIG)
    (tmp_path / "loop").symlink_to("pool")
    (tmp_path / "pool").symlink_to("loop")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    return tmp_path


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The error of a run, which must not be an internal error."""
    try:
        code = run(arguments)
    except SystemExit as error:
        code = int(error.code or 0)
    text = capsys.readouterr().err
    assert "internal error" not in text, text[-500:]
    assert "Traceback" not in text, text[-500:]
    assert (code, text != "") == (2, True) or (code == 1 and "is stale" in text), text
    return text


@pytest.mark.parametrize(
    "text",
    [
        f"a = {DIGITS}",
        f"a = {BRACKETS}",
        f"a = {'{a=' * 50_000}",
        ".".join("a" * 1_000) + " = 1",
        f"a = 1e{DIGITS}",
        "a = \x00",
        "a = 99999999-99-99",
        f'{CONFIG}\nnames = {{ "{LONG}" = "A" }}',
        CONFIG.replace("one.yaml", "a\\u0000b"),
        CONFIG.replace("one.yaml", LONG),
        CONFIG.replace("one.yaml", "loop"),
        CONFIG.replace("one.yaml", "loop/x.yaml"),
        CONFIG.replace('"src"', '"a\\u0000b"'),
        CONFIG.replace('"src"', f'"{LONG}"'),
        CONFIG.replace('"src"', '"loop"'),
        CONFIG.replace('"src"', '"one.yaml"'),
        CONFIG + 'roots = ["a\\u0000b"]',
        CONFIG + 'overlay = ["a\\u0000b"]',
        CONFIG + f'overlay = ["{LONG}"]',
        CONFIG + 'overlay = ["loop"]',
        CONFIG + 'signature = "a\\u0000b"',
        CONFIG + f"events = {{ type = [{{ header = {DIGITS[:4000]} }}] }}",
        CONFIG.replace('"mine"', f'"{LONG}"'),
        *(CONFIG.replace("one.yaml", url) for url in URLS),
    ],
    ids=lambda text: text[-40:] if len(text) < 400 else None,
)
@pytest.mark.parametrize("command", ["generate", "check", "pull"])
def test_configurations(
    text: str, command: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "hooksmith.toml").write_text(text)
    assert refusal(capsys, command)


BROKEN_JSON = [
    DIGITS,
    f'{{"files": {DIGITS}}}',
    BRACKETS,
    '{"files": ' + BRACKETS,
    '{"version": 1, "documents": ' + '{"a":' * 100_000,
    "\x00",
    '{"files": {"a\\u0000b": 1}, "version": 1e999}',
    "null",
]


@pytest.mark.parametrize("text", BROKEN_JSON, ids=range(len(BROKEN_JSON)))
def test_manifests(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate"]) == 0
    (folder / "src" / "mine" / MANIFEST).write_text(text)
    for command in ("generate", "check"):
        code = run([command])
        error = capsys.readouterr().err
        assert "internal error" not in error
        assert code in (1, 2)


@pytest.mark.parametrize("text", BROKEN_JSON, ids=range(len(BROKEN_JSON)))
def test_lock_files(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hooksmith.toml").write_text(CONFIG.replace("one.yaml", "https://x.test/a.yaml"))
    (folder / "hooksmith.lock").write_text(text)
    assert "hooksmith.lock" in refusal(capsys, "generate")


@pytest.mark.parametrize(
    "content", [b"\x00", BRACKETS.encode(), DIGITS.encode(), b"{}", b"\xff" * 99]
)
def test_caches(
    content: bytes,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An entry of any content, rightly signed: it is not used."""
    monkeypatch.setenv("HOOKSMITH_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setattr(Cache, "get_bytes", lambda self, key: content + b"\n" + content)
    assert run(["generate"]) == 0
    assert run(["check"]) == 0
    assert "internal error" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", [BRACKETS, f"[{DIGITS}]", f'{{"a": {DIGITS}}}', f"a: {DIGITS}", "\x00"]
)
@pytest.mark.parametrize("role", ["spec", "overlay"])
def test_documents(text: str, role: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "odd.yaml").write_text(text)
    arguments = ["odd.yaml"] if role == "spec" else ["one.yaml", "--overlay", "odd.yaml"]
    assert "odd.yaml" in refusal(capsys, "generate", *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", LONG],
        ["generate", "loop"],
        ["generate", "loop/a.yaml"],
        ["generate", "one.yaml", "--out", LONG],
        ["generate", "one.yaml", "--out", "loop"],
        ["generate", "one.yaml", "--package", LONG],
        ["generate", "one.yaml", "--root", LONG, "--root", "loop", "--package", "a b"],
        ["generate", "one.yaml", "--overlay", LONG],
        ["generate", "one.yaml", "--signature", "{" + '"a":{' * 50_000],
        ["generate", "one.yaml", "--signature", '{"tolerance": ' + DIGITS + "}"],
        ["generate", "one.yaml", "--events", BRACKETS],
        ["generate", "one.yaml", "--events", DIGITS],
        ["generate", "one.yaml", "--package", "one", "--report", f"{LONG}/x"],
        ["generate", "one.yaml", "--package", "one", "--report", "loop/x"],
        ["generate", "--config", LONG],
        ["generate", "--config", "loop"],
        ["generate", "--config", "."],
        ["check", "one.yaml", "--out", LONG],
        ["check", "one.yaml", "--out", "loop"],
        ["inspect", LONG],
        ["events", LONG],
        ["events", "loop"],
        ["diff", LONG, "one.yaml"],
        ["diff", "loop", "one.yaml"],
        ["diff", "one.yaml@" + LONG, "one.yaml"],
        ["diff", "one.yaml", "one.yaml", "--accept", LONG],
        ["diff", "one.yaml", "one.yaml", "--accept", "loop"],
        ["docs", "one.yaml", "--out", LONG],
        ["docs", "one.yaml", "--out", "loop"],
        ["docs", "one.yaml", "--out", "site", "--since", LONG],
        ["drift", "one.yaml", LONG],
        ["drift", "one.yaml", "loop"],
        ["drift", "one.yaml", "digits.json"],
        ["drift", "one.yaml", "brackets.json"],
        ["trigger", "one.yaml", "pet.created", "--to", "http://["],
        ["trigger", "one.yaml", "pet.created", "--to", "http://127.0.0.1:99999999/"],
        ["trigger", "one.yaml", "pet.created", "--to", f"http://{LONG}/"],
        ["trigger", "one.yaml", LONG, "--to", "http://127.0.0.1:1/"],
        ["trigger", "one.yaml", "pet.created", "--body", LONG, "--to", "http://127.0.0.1:1/"],
        ["trigger", "one.yaml", "pet.created", "--secret", "@loop", "--to", "http://127.0.0.1:1/"],
        [
            "trigger",
            "one.yaml",
            "pet.created",
            "--secret",
            f"@{LONG}",
            "--to",
            "http://127.0.0.1:1/",
        ],
        ["replay", LONG, "--to", "http://127.0.0.1:1/"],
        ["replay", "loop", "--to", "http://["],
        ["listen", "one.yaml", "--forward", "http://[", "--port", "0"],
        ["listen", "one.yaml", "--record", LONG, "--port", "0"],
        ["init", LONG],
        ["init", "https://["],
        ["init", "https://x:99999999/"],
        ["init", "loop"],
        ["pull", LONG],
        ["pull", "--header", "\x00"],
        ["work", LONG],
        ["inbox", "list", LONG],
    ],
    ids=lambda arguments: " ".join(each[:30] for each in arguments),
)
def test_arguments(arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "digits.json").write_text(DIGITS)
    (folder / "brackets.json").write_text(BRACKETS)
    assert refusal(capsys, *arguments)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_stdout() -> None:
    command = [sys.executable, "-m", "hooksmith", "events", "one.yaml"]
    with Path("/dev/full").open("w") as full:
        outcome = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (outcome.returncode, outcome.stderr) == (2, "error: No space left on device\n")


def test_numbers_of_many_digits_in_recordings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.jsonl").write_text(
        json.dumps({"type": "pet.created"})[:-1] + f', "n": {DIGITS}}}\n'
    )
    code = run(["drift", "one.yaml", "a.jsonl"])
    assert code in (0, 1, 2)
    assert "internal error" not in capsys.readouterr().err
