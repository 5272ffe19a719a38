"""Vendor extensions, checked by their schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooksmith.extensions import check_extensions
from hooksmith.extensions.schema import check_statement
from hooksmith.load.library import load
from support.documents import openapi, operation, result_of

SIGNATURE = """\
openapi: 3.1.0
x-hooksmith-signature:
  scheme: hmac
  header: Acme-Signature
  digest: sha256
  encoding: hex
  syntax: pairs
  key: v1
  signed: "{timestamp}.{body}"
  timestamp: {pair: t, unit: seconds}
  secret: {encoding: utf-8}
  tolerance: 180
paths:
  /a/b:
    get:
      x-hooksmith-pagination: {style: cursor, parameter: after, next: /next, items: /data}
      x-other: {anything: 1}
      tags: [{x-hooksmith-provenance: {status: documented, source: ["manual, 3"]}}]
"""


def findings(folder: Path, text: str) -> list[tuple[str, int | None, str]]:
    """(message, line, hint) of each finding; all are errors."""
    path = folder / "openapi.yaml"
    path.write_text(text, encoding="utf-8")
    found = check_extensions(load(path).root)
    assert all(diagnostic.severity == "error" and diagnostic.place for diagnostic in found)
    return [(one.message, one.place.line if one.place else None, one.hint) for one in found]


def test_a_right_document(tmp_path: Path) -> None:
    assert findings(tmp_path, SIGNATURE) == []
    assert findings(tmp_path, "openapi: 3.1.0\n") == []


@pytest.mark.parametrize(
    ("old", "new", "message", "line", "hint"),
    [
        (
            "x-hooksmith-pagination",
            "x-hooksmith-pagnation",
            "unknown extension x-hooksmith-pagnation",
            16,
            "did you mean",
        ),
        (
            "x-other",
            "x-hooksmith-zzz",
            "unknown extension x-hooksmith-zzz",
            17,
            "known: x-hooksmith-provenance,",
        ),
        (
            "sha256",
            "sha25",
            "x-hooksmith-signature.digest: 'sha25' is not one of",
            5,
            "did you mean 'sha256'?",
        ),
        (
            "  header: Acme-Signature\n",
            "",
            "x-hooksmith-signature: 'header' is a required property",
            2,
            "",
        ),
        ("key: v1", "kee: v1", "x-hooksmith-signature: ", 2, ""),
        (
            "unit: seconds",
            "unit: hours",
            "x-hooksmith-signature.timestamp.unit: 'hours' is not one of",
            10,
            "",
        ),
        (
            "{body}",
            "body",
            "x-hooksmith-signature.signed: '{timestamp}.body' does not match",
            9,
            "",
        ),
        (
            "tolerance: 180",
            "tolerance: -1",
            "x-hooksmith-signature.tolerance: -1 is less than the minimum",
            12,
            "",
        ),
        (
            "items: /data",
            "items: data",
            "x-hooksmith-pagination.items: 'data' does not match",
            16,
            "",
        ),
        ("next: /next, ", "", "x-hooksmith-pagination: 'next' is a required property", 16, ""),
        (
            "items: /data",
            "items: /data, itmes: 1",
            "Additional properties are not allowed",
            16,
            "did you mean 'items'?",
        ),
        (
            'source: ["manual, 3"]',
            "source: []",
            "x-hooksmith-provenance.source: [] should be non-empty",
            18,
            "",
        ),
    ],
)
def test_what_is_wrong_has_a_place(
    tmp_path: Path, old: str, new: str, message: str, line: int, hint: str
) -> None:
    found = findings(tmp_path, SIGNATURE.replace(old, new, 1))
    assert any(message in text and at == line and hint in said for text, at, said in found), found


def test_each_wrong_thing_is_said_once(tmp_path: Path) -> None:
    found = findings(
        tmp_path, "a:\n  x-hooksmith-zz: {x-hooksmith-yy: 1}\n  x-hooksmith-open-enum: 'yes'\n"
    )
    assert [message.partition(":")[0] for message, _, _ in found] == [
        "unknown extension x-hooksmith-zz",
        "x-hooksmith-open-enum",
    ]


def test_the_projects_own_specs() -> None:
    for path in sorted((Path(__file__).parents[2] / "specs").glob("*/openapi.yaml")):
        assert check_extensions(load(path).root) == [], path


NAMES = [
    "a b", "_a", "__init__", "é", "", "a-b", "1a", "audience\n", "audience\r\n", "a\u2028", "x" * 20 + " ", "a.b",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_of_arguments_are_identifiers(name: str) -> None:
    assert check_statement("x-hooksmith-token", {"parameters": ["audience", "class", "self"]})
    assert check_statement("x-hooksmith-client", {"options": {"base_url": {}, "class": {}}})
    with pytest.raises(ValueError, match="parameters"):
        check_statement("x-hooksmith-token", {"parameters": [name]})
    with pytest.raises(ValueError, match="options"):
        check_statement("x-hooksmith-client", {"options": {name: {}}})
    with pytest.raises(ValueError, match="name"):
        check_statement("x-hooksmith-client", {"name": name})


@pytest.mark.parametrize(
    "name", ["grant_type", "client_id", "client_secret", "token_url", "access_token"]
)
def test_a_token_request_keeps_its_own_fields(name: str) -> None:
    with pytest.raises(ValueError, match=r"parameters\[0\]"):
        check_statement("x-hooksmith-token", {"parameters": [name]})


def test_separators_have_no_line_end() -> None:
    scheme = {
        "scheme": "hmac",
        "header": "X-Sig",
        "signed": "{body}",
        "syntax": "pairs",
        "key": "v1",
    }
    with pytest.raises(ValueError, match="separator"):
        check_statement("x-hooksmith-signature", {**scheme, "separator": ",\n"})


def test_reserved_names_give_other_arguments(tmp_path: Path) -> None:
    names = ["class", "self", "base_url", "None", "str", "hooks", "max_reply", "client_secret"]
    options = {name: {"required": True} for name in names}
    document = openapi({"/": {"get": operation()}}, **{"x-hooksmith-client": {"options": options}})
    text = result_of(document, tmp_path).files["client.py"]
    for name in ("class_", "self_", "base_url_", "none", "str_", "hooks_", "max_reply_"):
        assert f"        {name}: str | None = None," in text
