"""Callbacks as documents have them: whatever the expression, the media type or the words, the package stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hooksmith.pipeline import ledger
from hooksmith.settings import Settings
from support.documents import import_everything, imported, openapi, result_of, written

TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}
OBJECT = {"type": "object", "properties": {"id": {"type": "string", "minLength": 3}}}


def document(callbacks: Any, **more: Any) -> dict[str, Any]:
    call = {"operationId": "call", "tags": ["a"], "callbacks": callbacks}
    responses = {"responses": {"204": {"description": ""}}}
    return openapi(paths={"/x/{id}": {"post": {**call, **responses}}}, **more)


def one(expression: str, body: Any = TEXT, **more: Any) -> dict[str, Any]:
    responses = {"200": {"description": ""}}
    return {expression: {"post": {"requestBody": body, "responses": responses, **more}}}


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("{$request.body#/callbackUrl}", "/a/call/callback_url"),
        ("$request.body#/a~1b/url", "/a/call/a_1b_url"),
        ("{$request.query.callback-url}/x", "/a/call/callback_url"),
        ("{$request.header.X-URL}", "/a/call/x_url"),
        ("{$response.body#/links/hook}?a={$request.path.id}", "/a/call/links_hook"),
        ("{$request.body}", "/a/call/request_body"),
        ("{$callback_url}/invoices/{$request.body.id}", "/a/call/callback_url"),
        ("{$url}", "/a/call/url"),
        ("https://{$request.query.host}/a", "/a/call/told"),
        ("onData", "/a/call/told"),
        ("", "/a/call/told"),
        ("{", "/a/call/told"),
        ("{$", "/a/call/told"),
        ("{}/x", "/a/call/told"),
        ("{callback_url}/x", "/a/call/callback_url"),
        ("{$request.body#/a}{$request.body#/b}(.*)[", "/a/call/a"),
    ],
)
def test_every_expression_has_a_path(
    expression: str, path: str, tmp_path: Path, case_home: Path
) -> None:
    result = result_of(document({"told": one(expression)}), tmp_path)
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)
        (callback,) = package.CALLBACKS
        assert callback.path == path
        seen: list[str] = []
        receiver = package.CallbackReceiver("https://example.com", verifier=None)
        receiver.on(callback)(seen.append)
        added = expression.partition("}")[2] if expression.startswith("{") else ""
        given = added.replace("{$request.body#/b}", "B").replace("{$request.body.id}", "7")
        given = given.replace("{$request.path.id}", "7")
        assert receiver.receive(b"hello", {}, path=callback.path + given).status == 200
        assert seen == ["hello"]


def test_addresses_do_not_depend_on_what_else_there_is(tmp_path: Path, case_home: Path) -> None:
    def paths(callbacks: Any) -> dict[str, str]:
        result = result_of(document(callbacks), tmp_path)
        with imported(result.files, case_home) as package:
            return {callback.name: callback.path for callback in package.CALLBACKS}

    told = {"a": one("{$request.body#/url}"), "b": one("{$request.query.hook}/b")}
    alone = {name: paths({name: callback})[name] for name, callback in told.items()}
    assert paths(told) == paths(dict(reversed(told.items()))) == alone


@pytest.mark.parametrize("media_type", ["multipart/form-data", "application/xml", "*/*"])
def test_what_cannot_be_typed_is_handed_over_and_told(
    media_type: str, tmp_path: Path, case_home: Path
) -> None:
    body = {"content": {media_type: {"schema": OBJECT}}}
    replies = {"201": {"description": "", **body}}
    spec = document({"told": one("{$request.body#/url}", body, responses=replies)})
    result = result_of(spec, tmp_path)
    account = ledger(written(spec, tmp_path), Settings(package="made"))
    (entry,) = [entry for entry in account.entries if entry.kind == "callback"]
    assert (entry.status, entry.reason) == (
        "degraded",
        f"not typed: handed over as it is, for it is {media_type}",
    )
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)
        (callback,) = package.CALLBACKS
        receiver = package.CallbackReceiver("https://example.com", verifier=None)
        receiver.on(callback)(lambda body: body + b"!")
        reply = receiver.receive(b"\xff<a/>", {}, path=callback.path)
        answered = b"" if media_type.startswith("multipart") else b"\xff<a/>!"
        assert (reply.status, reply.body) == (201, answered)


def test_what_is_answered_is_checked_and_what_comes_is_not(tmp_path: Path, case_home: Path) -> None:
    """One schema for both: it becomes two shapes."""
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    callback = one("{$request.body#/url}", body, responses={"200": {"description": "", **body}})
    spec = document({"told": callback}, components={"schemas": {"Thing": OBJECT}})
    result = result_of(spec, tmp_path)
    assert "Callback[Thing, ThingInput]" in result.files["callbacks.py"]
    with imported(result.files, case_home) as package:
        receiver = package.CallbackReceiver("https://example.com", verifier=None)
        answers = [{"id": "long"}, {"id": "x"}]
        receiver.on(package.CALL_TOLD)(lambda body: answers.pop(0))
        path = package.CALL_TOLD.path
        statuses = [receiver.receive(b'{"id": "x"}', {}, path=path).status for _ in range(2)]
        assert statuses == [200, 500]


def test_hostile_words_stay_words(tmp_path: Path, case_home: Path) -> None:
    words = 'x"""\n\\" + boom() + {{ boom }}\u2028 # type: ignore'
    callback = one(f"{{$request.body#/{words}}}{words}?{words}={words}", summary=words)
    result = result_of(document({words: callback}), tmp_path)
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)
        (callback,) = package.CALLBACKS
        assert callback.name == words
        assert callback.expression.startswith("{$request.body#/x")
        receiver = package.CallbackReceiver("https://example.com", verifier=None)
        assert receiver.address(callback).isascii()


def test_a_document_that_delivers_webhooks_too(tmp_path: Path, case_home: Path) -> None:
    """Its `Webhook` verifies callbacks; there is one scheme, and nothing is said twice."""
    hook = {"content": {"application/json": {"schema": {
        "type": "object", "required": ["type"], "properties": {"type": {"const": "a.b"}}}}}}  # fmt: skip
    spec = document(
        {"told": one("{$request.body#/url}")},
        webhooks={"ab": {"post": {"requestBody": hook, "responses": {"200": {"description": ""}}}}},
        **{"x-hooksmith-signature": "github"},
    )
    result = result_of(spec, tmp_path)
    assert "SCHEME" not in result.files["callback_receiver.py"]
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)
        assert len(package.__all__) == len(set(package.__all__))
        webhook = package.Webhook("s3cret")
        receiver = package.CallbackReceiver("https://example.com", verifier=webhook)
        path = package.CALL_TOLD.path
        assert receiver.receive(b"x", webhook.sign(b"x"), path=path).status == 200
        assert receiver.receive(b"x", {}, path=path).status == 400


def test_an_unsigned_document_leaves_the_scheme_to_the_user(
    tmp_path: Path, case_home: Path
) -> None:
    result = result_of(document({"told": one("{$request.body#/url}")}), tmp_path)
    with imported(result.files, case_home) as package:
        scheme = package.HMAC(header="X-Sig", signed="{body}")
        verifier = package.CallbackVerifier(scheme, ["new", "old"])
        old = package.CallbackVerifier(scheme, "old")
        receiver = package.CallbackReceiver("https://example.com/", verifier=verifier)
        path = package.CALL_TOLD.path
        assert receiver.receive(b"x", old.sign(b"x"), path=path).status == 200
        assert receiver.receive(b"y", old.sign(b"x"), path=path).status == 400


def test_forms(tmp_path: Path, case_home: Path) -> None:
    """Repeated fields are arrays, objects are JSON (OpenAPI, Encoding Object), empty numbers are not there."""
    form = {
        "type": "object",
        "required": ["To"],
        "properties": {
            "To": {"type": "array", "items": {"type": "string"}},
            "Digits": {"type": "integer"},
            "Final": {"type": "boolean"},
            "Caller": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
    }
    body = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
    result = result_of(document({"told": one("{$request.body#/url}", body)}), tmp_path)
    with imported(result.files, case_home) as package:
        seen: list[Any] = []
        receiver = package.CallbackReceiver("https://example.com", verifier=None)
        receiver.on(package.CALL_TOLD)(seen.append)
        path = package.CALL_TOLD.path
        bodies = [
            b"To=a+b&Final=true&Caller=%7B%22name%22%3A%22Ada%22%7D&Digits=12&More=1",
            b"To=a&To=b&Digits=",
        ]
        assert [receiver.receive(body, {}, path=path).status for body in bodies] == [200, 200]
        assert (seen[0].to, seen[0].final, seen[0].caller.name) == (["a b"], True, "Ada")
        assert (seen[0].digits, seen[0].to_dict()["More"]) == (12, "1")
        assert (seen[1].to, seen[1].digits) == (["a", "b"], None)
        receiver.drifted(lambda request: seen.append(request.issues[0].where))
        assert receiver.receive(b"Digits=x", {}, path=path).status == 200
        assert seen[2] == "/To"


@pytest.mark.parametrize("status", ["2\u0663\u0664", "2\u00b2\u00b2", "20000"])
def test_a_status_that_is_none_is_200(status: str, tmp_path: Path, case_home: Path) -> None:
    callback = {"{$url}": {"post": {"responses": {status: {"description": ""}}}}}
    result = result_of(document({"told": callback}), tmp_path)
    with imported(result.files, case_home) as package:
        assert package.CALL_TOLD.status == 200
