"""An object that was received is sent back without its `readOnly` properties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest

from support.documents import imported, openapi, result_of

READ_ONLY = {"type": "string", "readOnly": True}
SCHEMAS: dict[str, Any] = {
    "Node": {"type": "object", "required": ["id"], "properties": {"id": READ_ONLY}},
    "Team": {
        "allOf": [{"$ref": "#/components/schemas/Node"}],
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string", "maxLength": 5}, "madeAt": READ_ONLY},
    },
    "User": {
        "type": "object",
        "required": ["id", "team"],
        "properties": {
            "id": READ_ONLY,
            "team": {"$ref": "#/components/schemas/Team"},
            "teams": {"type": "array", "items": {"$ref": "#/components/schemas/Team"}},
            "byName": {
                "type": "object",
                "additionalProperties": {"$ref": "#/components/schemas/Team"},
            },
        },
    },
}
TEAM = {"id": "t", "name": "nam", "madeAt": "today"}
USER = {"id": "u", "team": TEAM, "teams": [TEAM, TEAM], "byName": {"a": TEAM}}
SENT = {"name": "nam"}


def body(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": schema}}}


@pytest.fixture
def package(tmp_path: Path, case_home: Path) -> Iterator[ModuleType]:
    user = {"$ref": "#/components/schemas/User"}
    reply = {"200": {"description": "Done.", **body(user)}}
    none = {"204": {"description": "Done."}}
    operations = {
        "get": {"operationId": "get_user", "tags": ["users"], "responses": reply},
        "put": {
            "operationId": "put_user",
            "tags": ["users"],
            "requestBody": body(user),
            "responses": none,
        },
        "post": {
            "operationId": "post_users",
            "tags": ["users"],
            "requestBody": body({"type": "array", "items": user}),
            "responses": none,
        },
    }
    made = result_of(openapi({"/users": operations}, components={"schemas": SCHEMAS}), tmp_path)
    assert "team: TeamInput | Team | TeamParams," in made.files["resources/users.py"]
    assert (
        "teams: Sequence[TeamInput | Team | TeamParams] | Omit" in made.files["resources/users.py"]
    )
    with imported(made.files, case_home) as found:
        yield found


def test_a_received_object_is_sent_back(package: Any) -> None:
    requests: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        request.read()
        requests.append(request)
        return httpx2.Response(200, json=USER) if request.method == "GET" else httpx2.Response(204)

    users = package.MadeClient(
        base_url="https://example.com",
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
    ).users
    user = users.get_user()
    assert user.to_dict() == USER
    users.put_user(team=user.team, teams=user.teams, by_name=user.by_name)
    users.post_users(body=[user])
    expected = {"team": SENT, "teams": [SENT, SENT], "byName": {"a": SENT}}
    assert [json.loads(it.read()) for it in requests[1:]] == [expected, [expected]]
    assert user.to_dict() == USER
