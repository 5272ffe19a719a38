"""Names out of a configuration, and nested resources, used in the package that is generated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from hooksmith.errors import ConfigError
from hooksmith.ir import Api
from hooksmith.pipeline import describe_document, named_places
from hooksmith.settings import Settings
from support.documents import imported, operation, result_of, written

PAGE = {"name": "page", "in": "query", "schema": {"type": "integer"}}
ID = {"name": "completion_id", "in": "path", "required": True, "schema": {"type": "string"}}


def chat(name: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return operation(operationId=name, tags=["Chat"], parameters=list(parameters))


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "OpenAI API", "version": "1"},
    "servers": [{"url": "https://example.com"}],
    "security": [{"ApiKeyAuth": []}],
    "tags": [{"name": "Audio"}, {"name": "Chat", "description": "Talks."}],
    "paths": {
        "/chat/completions": {
            "get": chat("listChatCompletions", PAGE),
            "post": chat("createChatCompletion"),
        },
        "/chat/completions/{completion_id}": {
            "get": chat("getChatCompletion", ID),
            "delete": chat("deleteChatCompletion", ID),
        },
        "/chat/completions/{completion_id}/messages": {
            "get": chat("getChatCompletionMessages", ID)
        },
        "/audio/speech": {"post": operation(operationId="createSpeech", tags=["Audio"])},
        "/models": {"get": operation(operationId="listModels"), "parameters": [PAGE]},
        "/models/{completion_id}": {"get": operation(operationId="getModel", parameters=[ID])},
    },
    "components": {
        "securitySchemes": {
            "ApiKeyAuth": {"type": "http", "scheme": "bearer"},
            "Basic": {"type": "http", "scheme": "basic"},
        },
        "schemas": {"Model": {"type": "object", "properties": {"id": {"type": "string"}}}},
    },
}
CREATE = "/paths/~1chat~1completions/post"
LIST = "/paths/~1chat~1completions/get"
SCHEME = "/components/securitySchemes/ApiKeyAuth"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(DOCUMENT, tmp_path)


def methods(api: Api) -> list[str]:
    return [
        f"{each.name}.{operation.name}" for each in api.resources for operation in each.operations
    ]


def described(path: Path, names: dict[str, str], **settings: Any) -> Api:
    return describe_document(path, Settings(package="ai", names=names, **settings)).api


def test_methods_resources_arguments_credentials_and_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case_home: Path
) -> None:
    names = {
        "/info/title": "OpenAI",
        SCHEME: "api_key",
        "/tags/Chat": "talks",
        "/tags/models": "llms",
        CREATE: "say",
        f"{LIST}/parameters/page": "number",
        "/paths/~1models/parameters/0": "at",
    }
    made = result_of(DOCUMENT, tmp_path, names=names)
    with imported(made.files, case_home) as package:
        monkeypatch.setenv("MADE_API_KEY", "secret")
        client = package.OpenAI()
        assert package.AsyncOpenAI.__name__ == "AsyncOpenAI"
        assert "api_key" in package.OpenAI.__init__.__annotations__
        assert {"say", "list_chat_completions"} <= set(dir(client.talks))
        assert "number" in client.talks.list_chat_completions.__annotations__
        assert "at" in client.llms.list_models.__annotations__
        assert type(client.talks).__name__ == "Talks"


def test_environment_variables_need_not_begin_with_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case_home: Path
) -> None:
    made = result_of(DOCUMENT, tmp_path, names={SCHEME: "api_key"}, environment="OPENAI")
    with imported(made.files, case_home) as package:
        monkeypatch.setenv("OPENAI_API_KEY", "secret")
        monkeypatch.setenv("OPENAI_BASE_URL", "https://other.example")
        requests: list[httpx2.Request] = []
        transport = httpx2.MockTransport(
            lambda request: requests.append(request) or httpx2.Response(204)
        )
        client = package.OpenAIClient(http_client=httpx2.Client(transport=transport))
        client.models.list_models()
    assert requests[0].headers["authorization"] == "Bearer secret"
    assert requests[0].url.host == "other.example"


def test_a_chosen_name_changes_no_other(path: Path) -> None:
    before = methods(described(path, {}))
    after = methods(described(path, {CREATE: "list"} | {LIST: "create"}))
    assert before[:2] == ["chat.list_completions", "chat.create_completion"]
    assert after == ["chat.create", "chat.list", *before[2:]]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({CREATE: "list_completions"}, f"'list_completions', for {CREATE}, is what {LIST} is called"),
        ({"/paths/~1chat/post": "say"}, "no operation stands at /paths/~1chat/post"),
        ({"/tags/Chats": "talks"}, "no operation has the tag of /tags/chats"),
        ({"/tags/Chat": "audio"}, "'audio', for /tags/chat, is what another resource is called"),
        ({"/tags/Chat": "close"}, "'close' is a name that the generated code needs itself"),
        ({f"{LIST}/parameters/per_page": "size"}, "no parameter stands at"),
        ({f"{LIST}/parameters/page": "options"}, "'options' is a name that the generated code"),
        ({f"{SCHEME}s": "key"}, "no security scheme stands at"),
        ({SCHEME: "base_url"}, "'base_url' is a name that the generated code needs itself"),
        ({"/components/securitySchemes/Basic": "key"}, "is not one argument, but: username, password"),
        ({"/info/title": "Model"}, "'Model', for /info/title, is what another class is called"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(path: Path, names: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match="names: ") as caught:
        described(path, names)
    assert message in str(caught.value)


def test_two_arguments_of_one_name(tmp_path: Path) -> None:
    paths = {"/a": {"get": operation(parameters=[PAGE, {**PAGE, "name": "size"}])}}
    path = written({**DOCUMENT, "paths": paths, "security": []}, tmp_path)
    with pytest.raises(ConfigError, match="'size' would be two arguments of one method"):
        described(path, {"/paths/~1a/get/parameters/page": "size"})


def test_all_names_with_their_places(path: Path) -> None:
    places = named_places(path, Settings(package="ai"))
    listed = {(place, name) for place, _, name in places}
    assert {
        ("/info/title", "OpenAIClient"),
        (SCHEME, "api_key_auth"),
        ("/tags/Chat", "chat"),
        ("/tags/models", "models"),
        (CREATE, "chat.create_completion"),
        (f"{LIST}/parameters/page", "page"),
        ("/paths/~1models/parameters/page", "page"),
    } <= listed
    single = {place: name for place, kind, name in places if kind in ("argument", "client")}
    assert described(path, single)  # every place is understood, and its own name accepted


NESTED = [
    "chat.completions.list",
    "chat.completions.create",
    "chat.completions.get",
    "chat.completions.delete",
    "chat.completions.get_messages",
    "audio.create_speech",
    "models.list",
    "models.get",
]


def test_nested_resources(tmp_path: Path, case_home: Path) -> None:
    document = {**DOCUMENT, "x-hooksmith-operation-names": "short"}
    path = written(document, tmp_path)
    assert methods(described(path, {}, resources="nested")) == NESTED
    made = result_of(document, tmp_path, resources="nested")
    with imported(made.files, case_home) as package:
        client = package.OpenAIClient(api_key_auth="secret")
        assert type(client.chat.completions).__name__ == "ChatCompletions"
        assert client.chat.completions is client.chat.completions
        assert type(package.AsyncOpenAIClient(api_key_auth="x").chat.completions).__name__ == (
            "AsyncChatCompletions"
        )
    assert "client.chat.completions." in made.files["api.md"]
    assert "operations/chat.py" not in made.files


def test_a_path_below_renames_nothing_that_is_nested(tmp_path: Path) -> None:
    more = {"/chat/completions/{completion_id}/votes": {"get": chat("listVotes", ID)}}
    path = written({**DOCUMENT, "paths": {**DOCUMENT["paths"], **more}}, tmp_path)
    assert set(NESTED) < set(methods(described(path, {}, resources="nested")))


def test_a_method_leaves_its_name_to_a_nested_resource(tmp_path: Path) -> None:
    paths = {
        **DOCUMENT["paths"],
        "/chat": {"get": chat("completions")},
    }
    path = written({**DOCUMENT, "paths": paths}, tmp_path)
    assert "chat.completions_" in methods(described(path, {}, resources="nested"))
