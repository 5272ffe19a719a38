"""OMIT, errors, pointers, servers, options: the small parts."""

from __future__ import annotations

import copy
import pickle
from typing import Any, Literal

import httpx2
import pytest
from hooksmith_runtime_under_test.client import errors
from hooksmith_runtime_under_test.client.errors import (
    APIStatusError,
    APITimeoutError,
    ConfigurationError,
    status_error_class,
)
from hooksmith_runtime_under_test.client.operation import ApiInfo, Server, ServerVariable
from hooksmith_runtime_under_test.client.options import RequestOptions
from hooksmith_runtime_under_test.client.servers import base_url, env_name
from hooksmith_runtime_under_test.errors import Detail, RequestError
from hooksmith_runtime_under_test.models.base import Model
from hooksmith_runtime_under_test.models.properties import resolve
from hooksmith_runtime_under_test.models.validation import Adapter, parse_json
from hooksmith_runtime_under_test.omit import OMIT, Omit
from pydantic import BaseModel, ConfigDict, Field

TENANT = Server(
    "https://{tenantName}.vii.{region}.example.com/{basePath}",
    variables={
        "region": ServerVariable(enum=("au01", "eu01")),
        "basePath": ServerVariable(default="v2/core"),
    },
)
API = ApiInfo(name="acme", title="Acme", servers=(TENANT,))


def test_omit_is_one_falsy_value() -> None:
    assert not OMIT
    assert repr(OMIT) == "OMIT"
    assert Omit() is OMIT
    assert pickle.loads(pickle.dumps(OMIT)) is OMIT
    assert copy.deepcopy([OMIT])[0] is OMIT
    assert copy.copy(OMIT) is OMIT


def test_errors_form_one_tree() -> None:
    found = [
        it for it in vars(errors).values() if isinstance(it, type) and issubclass(it, Exception)
    ]
    assert all(issubclass(it, errors.APIError) for it in found)
    for error in found:
        assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (418, "APIStatusError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (500, "ServerError"),
        (599, "ServerError"),
    ],
)
def test_statuses_have_classes(status: int, name: str) -> None:
    assert status_error_class(status).__name__ == name


def test_errors_pickle() -> None:
    error = status_error_class(404)(
        "404 from GET /x",
        status=404,
        headers=httpx2.Headers({"a": "b"}),
        request_id="r",
        body={"code": "c"},
        retryable=False,
        retry_after=None,
        method="GET",
        route="/x",
    )
    back = pickle.loads(pickle.dumps(error))
    assert isinstance(back, APIStatusError)
    assert type(back) is type(error)
    assert (str(back), back.status, back.body, back.headers["a"]) == (
        str(error),
        404,
        {"code": "c"},
        "b",
    )
    timeout = pickle.loads(pickle.dumps(APITimeoutError("late", method="GET", route="/x")))
    assert str(timeout) == "GET /x: late"
    assert pickle.loads(pickle.dumps(RequestError(Detail("a", "b")))).details == (Detail("a", "b"),)


def test_pointers_follow_the_names_on_the_wire() -> None:
    class Metadata(BaseModel):
        model_config = ConfigDict(extra="allow")
        after_: str | None = Field(default=None, alias="after")

    document = {"a/b": [Metadata.model_validate({"after": "x", "more": {"~": 1}})]}
    assert resolve(document, "/a~1b/0/after") == "x"
    assert resolve(document, "/a~1b/0/more/~0") == 1
    assert resolve(document, "") is document
    for nowhere in ("/a", "/a~1b/1", "/a~1b/x", "/a~1b/0/after_", "/a~1b/0/after/y"):
        assert resolve(document, nowhere) is OMIT


def test_base_url_argument_before_environment_before_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"tenantName": "t1", "region": "eu01"}
    assert base_url(API, None, variables) == "https://t1.vii.eu01.example.com/v2/core"
    monkeypatch.setenv("ACME_BASE_URL", "http://env.example/base/")
    assert base_url(API, None, variables) == "http://env.example/base"
    assert base_url(API, "http://arg.example", variables) == "http://arg.example"


def test_server_variables_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TENANT_NAME", "t2")
    monkeypatch.setenv("ACME_REGION", "au01")
    assert base_url(API, None, {"tenantName": None}) == "https://t2.vii.au01.example.com/v2/core"


def test_missing_configuration_names_argument_and_variable() -> None:
    with pytest.raises(ConfigurationError, match=r"tenant_name.*ACME_TENANT_NAME"):
        base_url(API, None, {})
    with pytest.raises(ConfigurationError, match=r"base_url.*SOCOTRA_BASE_URL"):
        base_url(ApiInfo(name="socotra"), None, {})
    assert env_name(ApiInfo(name="my-api"), "api.key") == "MY_API_API_KEY"


@pytest.mark.parametrize("tenant", ["evil.com/", "a@b", "a?b", "a#b", "a\\b", "a b", "a:80", "é"])
def test_server_variables_stay_in_their_part(tenant: str) -> None:
    with pytest.raises(ConfigurationError):
        base_url(API, None, {"tenantName": tenant, "region": "eu01"})


@pytest.mark.parametrize("path", ["../admin", "a/../b", "a?b", "a#b"])
def test_server_variables_in_the_path(path: str) -> None:
    with pytest.raises(ConfigurationError):
        base_url(API, None, {"tenantName": "t", "region": "eu01", "basePath": path})


def test_server_variables_keep_to_their_enum() -> None:
    with pytest.raises(ConfigurationError, match="au01, eu01"):
        base_url(API, None, {"tenantName": "t", "region": "us99"})


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "ftp://x",
        "x",
        "http://",
        "http://u:s3cret@h",
        "http://h?k=v",
        "http://h#f",
        "http://h\n",
    ],
)
def test_base_urls_that_cannot_be_used(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        base_url(ApiInfo(name="acme"), url, {})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        {"headers": {"x": "a\r\nb: c"}},
        {"headers": {"x y": "a"}},
        {"headers": {"Host": "a"}},
        {"headers": {"Content-Length": "0"}},
        {"idempotency_key": "a\nb"},
        {"idempotency_key": ""},
        {"max_retries": -1},
    ],
)
def test_options_that_cannot_be_sent(arguments: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        RequestOptions(**arguments)


def test_options_show_no_values() -> None:
    options = RequestOptions(
        headers={"x-key": "s3cret"}, query={"key": "s3cret"}, idempotency_key="s3cret"
    )
    assert "s3cret" not in repr(options)
    assert "x-key" in repr(options)


def test_no_secret_is_shown_whatever_the_case_of_its_name() -> None:
    names = ("clientSecret", "apiKey", "signing_secret", "id_token", "accessToken", "x")
    shown = repr(Model.model_validate(dict.fromkeys(names[:-1], "s3cr3t") | {"x": "seen"}))
    assert "s3cr3t" not in shown
    assert "x='seen'" in shown
    nested = repr(Model.model_validate({"all": [{"apiKey": "s3cr3t", "name": "seen"}]}))
    assert nested == "Model(all=[{'apiKey': '**********', 'name': 'seen'}])"


def test_of_many_values_only_a_close_one_is_named() -> None:
    many = Adapter(
        list[Literal["aa1", "b", "c", "d", "e", "f", "g", "h", "i", "j", "user.created"]]
    )
    details = parse_json(many, b'["user.craeted", "zzz"]')[1]
    told = "Input is none of the 11 values allowed"
    assert details == (
        Detail("/0", f"{told}; did you mean 'user.created'?"),
        Detail("/1", told),
    )


def test_places_are_without_the_options_of_a_union() -> None:
    details = parse_json(Adapter(dict[str, int | list[int]]), b'{"a": ["x"]}')[1]
    assert [detail.where for detail in details] == ["/a", "/a/0"]
