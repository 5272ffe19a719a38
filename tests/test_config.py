"""pyproject.toml or hooksmith.toml → Config."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooksmith.config import Settings, find_config, load_config
from hooksmith.errors import ConfigError
from hooksmith.settings import Patterns

WHOLE = """\
[project]
name = "mine"

[tool.hooksmith]
out = "generated"
package = "acme"
formatter = "ruff"

[tool.hooksmith.apis.one]
spec = "specs/one/openapi.yaml"
roots = ["specs/shared"]

[tool.hooksmith.apis.one.names]
"/components/schemas/Type1" = "Kind"

[tool.hooksmith.apis.two]
spec = "/elsewhere/two.json"
"""


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_configuration(tmp_path: Path) -> None:
    config = load_config(put(tmp_path / "pyproject.toml", WHOLE))
    assert config.folder == tmp_path / "generated" / "acme"
    assert config.apis["two"].spec == Path("/elsewhere/two.json")
    assert config.settings("one") == Settings(
        package="one",
        suite="acme",
        formatter="ruff",
        names={"/components/schemas/Type1": "Kind"},
        runtime="shared",
        roots=(tmp_path / "specs" / "shared",),
        source="specs/one/openapi.yaml",
        strict=True,
    )
    assert config.apis["one"].spec == tmp_path / "specs" / "one" / "openapi.yaml"


def test_what_somebody_elses_document_does_not_say(tmp_path: Path) -> None:
    text = (
        WHOLE
        + """
signature = "github"
events = { type = [{ header = "X-GitHub-Event" }, "/action"] }
"""
    )
    settings = load_config(put(tmp_path / "pyproject.toml", text)).settings("two")
    assert settings.signature == "github"
    assert settings.events == {"type": [{"header": "X-GitHub-Event"}, "/action"]}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('signature = "githup"', "did you mean 'github'"),
        ('signature = { scheme = "hmac" }', "'header' is a required property"),
        ('events = { type = "action" }', "a JSON pointer is meant, such as /type"),
        ('events = { type = [{ heder = "X" }, "/a"] }', "type[0]: 'header' is a required property"),
        ('events = { kind = "/a" }', "kind"),
    ],
)
def test_it_is_checked(line: str, message: str, tmp_path: Path) -> None:
    path = put(tmp_path / "pyproject.toml", f"{WHOLE}\n{line}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    (found,) = caught.value.diagnostics
    assert message in found.message
    assert found.place is not None
    assert found.place.line is not None


def test_a_part_of_a_document(tmp_path: Path) -> None:
    text = f"""{WHOLE}
include = {{ tags = ["issues", "pull*"], webhooks = ["push"] }}
exclude.operations = ["issues/delete"]
"""
    settings = load_config(put(tmp_path / "pyproject.toml", text)).settings("two")
    assert settings.include == Patterns(tags=("issues", "pull*"), webhooks=("push",))
    assert settings.exclude == Patterns(operations=("issues/delete",))


def test_a_file_of_its_own_has_the_keys_at_the_top(tmp_path: Path) -> None:
    text = 'out = "."\npackage = "acme"\napis.one.spec = "one.yaml"\n'
    config = load_config(put(tmp_path / "hooksmith.toml", text))
    assert config.settings("one") == Settings(
        package="one", suite="acme", runtime="shared", source="one.yaml", strict=True
    )
    assert config.formatter == "black"


def test_the_nearest_configuration_is_found(tmp_path: Path) -> None:
    top = put(tmp_path / "pyproject.toml", WHOLE)
    put(tmp_path / "a" / "pyproject.toml", "[project]\n")
    deep = tmp_path / "a" / "b"
    deep.mkdir()
    assert find_config(deep) == top
    own = put(tmp_path / "a" / "hooksmith.toml", "")
    assert find_config(deep) == own
    with pytest.raises(
        ConfigError, match=r"no hooksmith\.toml, here or above\n  hint: name a document"
    ):
        find_config(Path("/"))


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "hint"),
    [
        ("formatter", "formater", 7, "unknown key 'formater'", "did you mean 'formatter'?"),
        (
            'package = "acme"',
            'package = "acme"\nzzz = 1',
            7,
            "unknown key 'zzz'",
            "known: out, package,",
        ),
        ("roots", "rots", 11, "unknown key 'apis.one.rots'", "did you mean 'roots'?"),
        (
            "roots = [",
            'include = { tag = ["a"] }\nroots = [',
            11,
            "unknown key 'apis.one.include.tag'",
            "did you mean 'tags'?",
        ),
        (
            "hooksmith.apis.two]\nspec",
            "hooksmith.apis.two]\nspecs",
            17,
            "unknown key 'apis.two.specs'",
            "",
        ),
        (
            '"ruff"',
            '"rufff"',
            7,
            "formatter: 'rufff' is not one of 'black', 'ruff' or 'none'",
            "did you mean",
        ),
        ('"acme"', '"ac-me"', 6, "package: 'ac-me' is not a Python identifier", ""),
        ('"acme"', '"class"', 6, "package: 'class' is not a Python identifier", ""),
        ("apis.two", "apis.t-o", 16, "'t-o' is not a Python identifier", ""),
        ("apis.two", "apis._runtime", 16, "'_runtime' starts with an underscore", ""),
        ('"/comp', '"#/comp', 14, "is not a JSON pointer", ""),
        ('"Kind"', '"a b"', 14, "'a b' is not a Python identifier", ""),
        ('out = "generated"', "", 4, "the key 'out' is missing", ""),
        ('"generated"', "5", 5, "out: Input is not a valid path", ""),
        ('"generated"', '"', 5, "Illegal character", ""),
    ],
)
def test_what_is_wrong_has_a_place(
    tmp_path: Path, old: str, new: str, line: int | None, message: str, hint: str
) -> None:
    path = put(tmp_path / "pyproject.toml", WHOLE.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    (found,) = [found for found in caught.value.diagnostics if message in found.message]
    assert found.place is not None
    assert (found.place.file, found.place.line) == (str(path), line)
    assert hint in found.hint


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = put(tmp_path / "hooksmith.toml", 'out = "."\npackage = "1"\nformatter = "x"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert [found.message.partition(":")[0] for found in caught.value.diagnostics] == [
        "package",
        "formatter",
        "the key 'apis' is missing",
    ]


@pytest.mark.parametrize("text", ["", "tool = 5\n", "[tool]\nhooksmith = 1\n"])
def test_a_file_without_our_table(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"has no \[tool.hooksmith\]"):
        load_config(put(tmp_path / "pyproject.toml", text))


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "pyproject.toml")
    (tmp_path / "hooksmith.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "hooksmith.toml")


def test_the_project_configures_itself() -> None:
    root = Path(__file__).parents[1]
    config = load_config(find_config(root / "specs"))
    assert sorted(config.apis) == ["mattr", "scalekit", "socotra", "workos"]
    assert all(api.spec.is_file() for api in config.apis.values())
    assert config.folder == root / "generated" / "hooksmith_providers"
