"""What HTTP itself decides: replies without content, headers of the connection, credentials of the client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hooksmith import pipeline
from hooksmith.ir import Operation
from hooksmith.settings import Settings
from support.documents import openapi, result_of, written

CONTENT = {
    "content": {
        "application/json": {
            "schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
        }
    }
}
SCHEMES = {
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
}


def described(folder: Path, operation: Any, method: str = "get", **more: Any) -> Operation:
    made = result_of(openapi({"/a": {method: {"operationId": "a", **operation}}}, **more), folder)
    return made.api.resources[0].operations[0]


def reply(status: str) -> dict[str, Any]:
    return {"responses": {status: {"description": "Done.", **CONTENT}}}


@pytest.mark.parametrize("status", ["204", "205"])
def test_statuses_without_content(tmp_path: Path, status: str) -> None:
    (found,) = described(tmp_path, reply(status)).replies
    assert (found.type, found.media_type, found.others) == (None, None, ())


def test_304_without_content(tmp_path: Path) -> None:
    (found,) = described(tmp_path, reply("304")).errors
    assert found.type is None


def test_a_reply_to_head_has_no_content(tmp_path: Path) -> None:
    (found,) = described(tmp_path, reply("200"), "head").replies
    assert found.type is None


def test_a_content_beside_one_without(tmp_path: Path) -> None:
    responses = {**reply("200")["responses"], **reply("204")["responses"]}
    found = described(tmp_path, {"responses": responses}).replies
    assert [(it.status, it.type is None) for it in found] == [("200", False), ("204", True)]


@pytest.mark.parametrize("name", ["Content-Length", "content-length", "Host", "Transfer-Encoding"])
def test_a_header_that_the_transport_sets_is_no_argument(tmp_path: Path, name: str) -> None:
    parameters = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "integer"}},
        {"name": "X-Other", "in": "header", "schema": {"type": "integer"}},
    ]
    found = described(tmp_path, {"parameters": parameters, **reply("200")}).parameters
    assert [it.field.wire for it in found] == ["X-Other"]


@pytest.mark.parametrize("everywhere", [False, True])
@pytest.mark.parametrize(
    ("location", "name"), [("query", "key"), ("header", "x-key"), ("cookie", "sid")]
)
def test_a_credential_is_no_argument(
    tmp_path: Path, location: str, name: str, everywhere: bool
) -> None:
    parameters = [
        {"name": name, "in": location, "required": True, "schema": {"type": "string"}},
        {"name": f"other-{name}", "in": location, "schema": {"type": "string"}},
    ]
    operation = {"parameters": parameters, **reply("200")}
    security = [{location: []}]
    more: dict[str, Any] = {"components": {"securitySchemes": SCHEMES}}
    if everywhere:
        more["security"] = security
    else:
        operation["security"] = security
    found = described(tmp_path, operation, **more).parameters
    assert [it.field.wire for it in found] == [f"other-{name}"]


def test_a_parameter_named_as_a_credential_of_other_operations_is_an_argument(
    tmp_path: Path,
) -> None:
    parameters = [{"name": "key", "in": "query", "schema": {"type": "string"}}]
    found = described(
        tmp_path,
        {"parameters": parameters, "security": [], **reply("200")},
        components={"securitySchemes": SCHEMES},
        security=[{"query": []}],
    )
    assert [it.field.wire for it in found.parameters] == ["key"]


@pytest.mark.parametrize(
    ("security", "names"),
    [(None, ["authorization"]), ([], ["authorization"]), ([{"query": []}], [])],
)
def test_the_authorization_header_is_an_argument_unless_a_scheme_provides_it(
    tmp_path: Path, security: Any, names: list[str]
) -> None:
    parameters = [
        {"name": "authorization", "in": "header", "required": True, "schema": {"type": "string"}}
    ]
    operation = {"parameters": parameters, **reply("200")}
    if security is not None:
        operation["security"] = security
    made = described(tmp_path, operation, components={"securitySchemes": SCHEMES})
    assert [each.field.wire for each in made.parameters] == names


def test_the_report_says_why(tmp_path: Path) -> None:
    parameters = [
        {"name": "Host", "in": "header", "schema": {"type": "string"}},
        {"name": "key", "in": "query", "schema": {"type": "string"}},
    ]
    document = openapi(
        {"/a": {"get": {"parameters": parameters, "security": [{"query": []}], **reply("204")}}},
        components={"securitySchemes": SCHEMES},
    )
    report = pipeline.ledger(written(document, tmp_path), Settings(package="report"))
    reasons = {entry.reason for entry in report.entries if entry.reason}
    assert reasons >= {
        "no argument: the client sets this header itself",
        "no argument: it is sent as the credential of a security scheme",
        "not read: such a reply has no content in HTTP",
    }
