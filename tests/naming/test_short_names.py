"""Methods leave out the words that their resource says."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any

import pytest

from hooksmith.naming.short_names import short_names
from hooksmith.pipeline import describe_document, generate
from hooksmith.settings import Settings
from support.documents import openapi, written


@pytest.mark.parametrize(
    ("resource", "names", "expected"),
    [
        ("emails", ["emails_send", "list_emails", "get_email"], ["send", "list", "get"]),
        ("application", ["v1_application_list", "v1_application_create"], ["list", "create"]),
        ("message_attempt", ["v1_message_attempt_resend"], ["resend"]),
        ("categories", ["list_categories", "category_create"], ["list", "create"]),
        ("issues", ["issues_list_issues", "issues_get_issue"], ["list", "get"]),
        (
            "chat.completions",
            ["create_chat_completion", "list_chat_completions"],
            ["create", "list"],
        ),
        ("fine_tuning.jobs.events", ["list_fine_tuning_events"], ["list"]),
        # in the middle, and behind a preposition
        (
            "issues",
            ["list_issues_for_repo", "get_all_issue_types"],
            ["list_for_repo", "get_all_types"],
        ),
        ("teams", ["add_user_to_team", "api_v1_team_post"], ["add_user", "post"]),
        ("teams", ["add_user_to_team", "add_user"], None),
        # where two claim a name, each gets its next
        ("issues", ["get_issue_type", "issues_get_type"], ["get_issue_type", "issues_get_type"]),
        # what is left is no name
        ("emails", ["get_emails_by", "email_by_id", "list_for_email"], None),
        ("chat", ["chat", "v1_chat"], None),
        ("orders", ["order_2"], None),
        # two that claim a name, or a name that another one has
        ("emails", ["emails_send", "send_email"], None),
        ("emails", ["emails_send", "send"], None),
        # keywords and types that annotations use
        ("emails", ["import_emails", "str_email"], ["import_", "str_"]),
    ],
)
def test_short_names(resource: str, names: list[str], expected: list[str] | None) -> None:
    assert short_names(names, resource.split(".")) == (names if expected is None else expected)


def test_another_operation_takes_no_name_from_one_that_has_it() -> None:
    first = ["emails_send", "list_emails"]
    names = [*first, "emails_cancel"]
    before = dict(zip(first, short_names(first, ["emails"]), strict=True))
    after = dict(zip(names, short_names(names, ["emails"]), strict=True))
    assert before.items() <= after.items()


def operation(name: str) -> dict[str, Any]:
    items = {"type": "array", "items": {"type": "integer"}}
    return {
        "operationId": name,
        "tags": ["emails"],
        "parameters": [{"name": "ids", "in": "query", "schema": items}],
        "responses": {
            "200": {"description": "ok", "content": {"application/json": {"schema": items}}}
        },
    }


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return written(
        {
            "openapi": "3.1.0",
            "info": {"title": "Mail", "version": "1"},
            "paths": {
                "/emails": {"get": operation("listEmails"), "post": operation("emails_send")}
            },
        },
        tmp_path,
    )


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, ["list", "send"]),
        ("short", ["list", "send"]),
        ("document", ["list_emails", "emails_send"]),
    ],
)
def test_the_settings_can_keep_the_names_of_the_document(
    document: Path, choice: Any, expected: list[str]
) -> None:
    settings = Settings(package="mail", formatter="none", operation_names=choice)
    (resource,) = describe_document(document, settings).api.resources
    assert [operation.name for operation in resource.operations] == expected


def test_a_method_called_list_leaves_annotations_their_list(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = generate(document, Settings(package="short_mail", formatter="none")).files
    for name, text in files.items():
        path = tmp_path / "out" / "short_mail" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path / "out"))
    from short_mail.resources.emails import Emails  # type: ignore[import-not-found]

    assert "from builtins import list as _list" in files["resources/emails.py"]
    assert typing.get_type_hints(Emails.list)["return"] == list[int]
    assert typing.get_type_hints(Emails.send)["return"] == list[int]


def test_a_name_leaves_out_the_address_that_fastapi_writes_into_it(tmp_path: Path) -> None:
    """FastAPI's `operationId` is function, path and method; two functions of a tag with one name keep all of it."""
    ids = {
        "/api/v1/app/": {"post": "create_app_api_v1_app__post", "get": "read_api_v1_app__get"},
        "/api/v1/app/{app_id}": {
            "get": "read_api_v1_app__app_id__get",
            "put": "_api_v1_app__app_id__put",
        },
    }
    paths = {
        path: {method: {**operation(name), "tags": ["App"]} for method, name in item.items()}
        for path, item in ids.items()
    }
    document = written(openapi(paths), tmp_path)
    (resource,) = describe_document(document, Settings(package="made")).api.resources
    names = [operation.name for operation in resource.operations]
    assert names[0] == "create"
    assert len(set(names)) == 4
    assert "read" not in names
