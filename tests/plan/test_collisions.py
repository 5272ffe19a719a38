"""Names of a document never collide with one another, nor with the names that a generated module needs."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter, ValidationError

from hooksmith.errors import HooksmithError
from support.documents import import_everything, imported, openapi, result_of
from support.made import Made

JSON = "application/json"


def content(schema: Any, media_type: str = JSON) -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}


def operation(name: str, **more: Any) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["things"],
        "responses": {"204": {"description": "Done."}},
        **more,
    }


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str, location: str = "query", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": location, "schema": {"type": "string"}, **more}


class Wire:
    """A transport that records requests and answers 204."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        return httpx2.Response(204)

    def resource(self, package: ModuleType, made: Made, name: str = "things") -> Any:
        client = getattr(package, made.api.client.name)(
            base_url="https://example.com",
            http_client=httpx2.Client(transport=httpx2.MockTransport(self)),
        )
        return getattr(client, name)


Load = Callable[[Any], tuple[ModuleType, Made]]


@pytest.fixture
def load(tmp_path: Path, case_home: Path) -> Any:
    """A function that generates a document's package, imports all of it and returns it."""

    with ExitStack() as stack:

        def load_document(document: Any) -> tuple[ModuleType, Made]:
            made = result_of(document, tmp_path)
            package = stack.enter_context(imported(made.files, case_home))
            import_everything(package, made.files)
            return package, made

        yield load_document


# --- arguments ---------------------------------------------------------------------------------------------------


def test_path_parameter_and_body_properties_of_one_name(load: Load) -> None:
    properties = {name: {"type": "string"} for name in ("id", "_id", "ID")}
    body = {"required": True, **content({"type": "object", "properties": properties})}
    path = parameter("id", "path", required=True)
    package, made = load(
        openapi({"/things/{id}": {"put": operation("put", parameters=[path], requestBody=body)}})
    )
    (found,) = made.api.resources[0].operations
    assert found.body is not None
    names = {field.wire: field.name for field in found.body.fields or ()}
    assert len({*names.values(), "id_"}) == 4
    wire = Wire()
    wire.resource(package, made).put(
        id_="path", **{name: f"body {key}" for key, name in names.items()}
    )
    (request,) = wire.requests
    assert request.url.path == "/things/path"
    assert request.read() == b'{"id":"body id","_id":"body _id","ID":"body ID"}'


@pytest.mark.parametrize(
    "name",
    ["self", "options", "content_type", "body", "OMIT", "omit", "type", "Type", "request_body"],
)
def test_any_name_as_parameter_and_as_property_of_every_media_type(load: Load, name: str) -> None:
    schema = {"type": "object", "properties": {name: {"type": "string"}, "n": {"type": "string"}}}
    body = {
        "required": True,
        "content": {
            JSON: {"schema": schema},
            "multipart/form-data": {"schema": {**schema, "required": ["n"]}},
            "text/plain": {"schema": {"type": "string"}},
        },
    }
    parameters = [
        parameter(name),
        parameter(name, "header"),
        parameter(name, "path", required=True),
    ]
    package, made = load(
        openapi(
            {f"/{{{name}}}": {"post": operation("send", parameters=parameters, requestBody=body)}}
        )
    )
    (found,) = made.api.resources[0].operations
    places = {it.location: it.field.name for it in found.parameters}
    assert found.body is not None
    argument = next(field.name for field in found.body.fields or () if field.wire == name)
    wire = Wire()
    wire.resource(package, made).send(
        **{places["query"]: "q", places["header"]: "h", places["path"]: "p", argument: "b"}
    )
    (request,) = wire.requests
    assert request.url.path == "/p"
    assert dict(request.url.params) == {name: "q"}
    assert request.headers[name] == "h"
    assert request.read() == f'{{"{name}":"b"}}'.encode()


def test_a_parameter_named_as_the_whole_body(load: Load) -> None:
    body = {"required": True, **content({"type": "array", "items": {"type": "integer"}})}
    package, made = load(
        openapi(
            {"/": {"post": operation("send", parameters=[parameter("body")], requestBody=body)}}
        )
    )
    wire = Wire()
    wire.resource(package, made).send(body="query", request_body=[1])
    (request,) = wire.requests
    assert (dict(request.url.params), request.read()) == ({"body": "query"}, b"[1]")


def test_properties_of_two_media_types_with_names_that_collide(load: Load) -> None:
    """`a-b` in one media type and `a_b` in another must not become one argument."""

    def schema(name: str) -> dict[str, Any]:
        return {"type": "object", "required": [name], "properties": {name: {"type": "string"}}}

    body = {
        "required": True,
        "content": {
            JSON: {"schema": schema("a-b")},
            "application/x-www-form-urlencoded": {"schema": schema("a_b")},
        },
    }
    package, made = load(openapi({"/": {"post": operation("send", requestBody=body)}}))
    (found,) = made.api.resources[0].operations
    assert found.body is not None
    bodies = (found.body, *found.body.others)
    first, second = ((it.fields or ())[0].name for it in bodies)
    wire = Wire()
    resource = wire.resource(package, made)
    resource.send(**{first: "json"})
    resource.send(**{second: "form"}, content_type="application/x-www-form-urlencoded")
    assert [it.read() for it in wire.requests] == [b'{"a-b":"json"}', b"a_b=form"]


# --- what a module imports ---------------------------------------------------------------------------------------


def test_a_whole_body_beside_properties_needs_omit(load: Load) -> None:
    body = {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["role"],
                    "properties": {"role": {"type": "string"}},
                }
            },
        },
    }
    package, made = load(openapi({"/": {"post": operation("send", requestBody=body)}}))
    wire = Wire()
    resource = wire.resource(package, made)
    resource.send(body=b"bytes", content_type="application/octet-stream")
    resource.send(role="admin", content_type=JSON)
    assert [it.read() for it in wire.requests] == [b"bytes", b'{"role":"admin"}']


EXTRA: dict[str, Any] = {f"Extra{number}": {"type": "object"} for number in range(160)}
"""So many schemas that `models/` is a package, whose models operations import on demand."""

RUNTIME_NAMES = """Body Encoding Operation PagedOperation Parameter Permissions Reply CursorPagination
OffsetPagination ApiInfo Server ServerVariable ApiKey HttpBasic HttpBearer OAuth2ClientCredentials SyncResource
AsyncResource SyncClient AsyncClient RequestOptions Page AsyncPager Hooks Callback AnyHeaders DeferredModels Catalogue
Webhook WebhookReceiver BaseWebhook Delivery Examples Clock Secrets HMAC StandardWebhooks EventType AnalyticEvent
DriftedEvent UnknownEvent Event Model RequestModel SharedModel Omit Field Annotated Literal Any Unknown Tagged Open
Sequence Mapping Callable Awaitable Self API PING THINGS Things AsyncThings RedisStore RawReply Issue MadeClient
CallbackReceiver BaseCallbackReceiver CALLBACKS SCHEME Timestamp FileContent JsonNumber Pattern Nullable""".split()


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", RUNTIME_NAMES)
def test_a_schema_of_any_name(load: Load, name: str, large: bool) -> None:
    """A class with the name of a class of the runtime stands beside it, and is what the operation returns."""
    status = {"type": "string", "enum": ["on", "off"]}
    schemas: dict[str, Any] = {
        name: {
            "type": "object",
            "required": ["a", "s"],
            "properties": {
                "a": {"type": "string", "minLength": 1},
                "s": status,
                "n": {"type": "number"},
            },
        },
        "Base": {"allOf": [reference(name)], "properties": {"b": reference("Alias")}},
        "Alias": {"oneOf": [reference(name), {"type": "array", "items": reference(name)}]},
        **(EXTRA if large else {}),
    }
    replies = {
        "200": {"description": "Done.", **content(reference(name))},
        "400": {"description": "Bad.", **content(reference("Base"))},
    }
    callback = {"requestBody": content(reference(name)), "responses": replies}
    ping = operation(
        "ping",
        parameters=[parameter("mode", schema=reference(name))],
        requestBody=content({"type": "array", "items": reference(name)}),
        responses=replies,
        callbacks={"onDone": {"{$request.query.mode}": {"post": callback}}},
    )
    package, made = load(
        openapi(
            {"/ping": {"post": ping}, "/list": {"get": operation("list", tags=[name])}},
            components={"schemas": schemas},
            webhooks={
                "thing.done": {"post": {"requestBody": content(reference(name)), "responses": {}}}
            },
        )
    )
    definition = next(
        it for it in made.api.definitions if it.pointer == f"/components/schemas/{name}"
    )

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"a": "x", "s": "on"})

    client = getattr(package, made.api.client.name)(
        base_url="https://example.com",
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
    )
    resource = next(it for it in made.api.resources if any(op.id == "ping" for op in it.operations))
    reply = getattr(client, resource.name).ping(body=[])
    assert type(reply).__name__ == definition.name
    assert reply.a == "x"


@pytest.mark.parametrize(
    "name",
    "overload OMIT Omit RequestOptions Any Sequence Literal SyncResource _operations call".split(),
)
def test_an_operation_of_any_name(load: Load, name: str) -> None:
    body = {
        "content": {
            JSON: {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}},
            "text/plain": {"schema": {"type": "string"}},
        }
    }
    paths = {
        "/first": {"post": operation(name, requestBody=body)},
        "/second": {"post": operation("after", requestBody=body)},
        "/third": {"post": operation(name.swapcase() + "_", requestBody=body)},
    }
    package, made = load(openapi(paths))
    wire = Wire()
    resource = wire.resource(package, made)
    for each in made.api.resources[0].operations:
        getattr(resource, each.name)(a="b")
    assert [it.url.path for it in wire.requests] == ["/first", "/second", "/third"]


# --- names of one scope ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("getOauth2App", "getOAuth2App"),
        ("ſend", "send"),
        ("find", "ﬁnd", "Find"),
        ("models", "MODELS", "Models"),
        ("a_b", "aB", "a-b", "a b"),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_operations_whose_names_differ_little(
    load: Load, names: tuple[str, ...], large: bool
) -> None:
    """Every method calls its own operation."""
    paths = {f"/{number}": {"get": operation(name)} for number, name in enumerate(names)}
    package, made = load(openapi(paths, components={"schemas": EXTRA if large else {}}))
    wire = Wire()
    resource = wire.resource(package, made)
    for each in made.api.resources[0].operations:
        getattr(resource, each.name)()
    assert [it.url.path for it in wire.requests] == [f"/{number}" for number in range(len(names))]


def test_properties_that_are_one_identifier_to_python(load: Load) -> None:
    names = ["ſend", "send", "ﬁnd", "find", "Ⅷ", "VIII", "Status", "status", "Field", "field"]
    properties: dict[str, Any] = {name: {"type": "string"} for name in names}
    properties["Status"] = reference("Status")
    properties["other-one"] = {"type": "integer"}
    thing = {"type": "object", "required": [*properties], "properties": properties}
    replies = {"200": {"description": "Done.", **content(reference("Thing"))}}
    package, _ = load(
        openapi(
            {"/": {"get": operation("get", responses=replies)}},
            components={"schemas": {"Thing": thing, "Status": {"type": "string", "enum": ["on"]}}},
        )
    )
    model = importlib.import_module(f"{package.__name__}.models").Thing
    data = {
        **{name: f"{number}" for number, name in enumerate(names)},
        "Status": "on",
        "other-one": 3,
    }
    assert model.model_validate(data).to_dict() == data


def test_resources_whose_asynchronous_classes_collide(load: Load) -> None:
    paths = {
        "/jobs": {"get": operation("first", tags=["jobs"])},
        "/async_jobs": {"get": operation("second", tags=["async jobs"])},
    }
    package, made = load(openapi(paths))
    assert {it.name for it in made.api.resources} == {"jobs", "async_jobs"}
    names = [name for it in made.api.resources for name in (it.class_name, f"Async{it.class_name}")]
    assert len(set(names)) == 4
    for name, method in (("jobs", "first"), ("async_jobs", "second")):
        wire = Wire()
        getattr(wire.resource(package, made, name), method)()
        assert wire.requests[0].url.path == f"/{name}"


@pytest.mark.parametrize("title", ["Async", "Sync", "Base"])
def test_a_client_named_as_its_base(load: Load, title: str) -> None:
    document = openapi({"/": {"get": operation("get")}})
    document["info"]["title"] = title
    package, made = load(document)
    wire = Wire()
    wire.resource(package, made).get()
    name = f"Async{made.api.client.name}"
    assert hasattr(getattr(package, name), "aclose")
    assert not hasattr(getattr(package, name), "close")


# --- bounds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "accepted", "refused"),
    [
        ({"minimum": 0.5, "maximum": 2.5}, [1, 2], [0, 3]),
        ({"exclusiveMinimum": 0.5, "exclusiveMaximum": 2.5}, [1, 2], [0, 3]),
        ({"exclusiveMinimum": 1.0, "exclusiveMaximum": 3.0}, [2], [1, 3]),
        ({"minimum": -1.5, "maximum": -0.5}, [-1], [-2, 0]),
        ({"minimum": 1e30}, [10**31], [0]),
        ({"multipleOf": 0.5, "minimum": 0.25}, [1], [0]),
        ({"format": "int32", "minimum": 0.5}, [1, 2**31 - 1], [0, 2**31]),
    ],
)
def test_fractional_bounds_of_an_integer(
    load: Load, bounds: dict[str, Any], accepted: list[int], refused: list[int]
) -> None:
    thing = {
        "type": "object",
        "required": ["n"],
        "properties": {"n": {"type": "integer", **bounds}},
    }
    body = {"required": True, **content({"type": "array", "items": reference("Thing")})}
    package, _ = load(
        openapi(
            {"/": {"post": operation("send", requestBody=body)}},
            components={"schemas": {"Thing": thing}},
        )
    )
    model = importlib.import_module(f"{package.__name__}.models").Thing
    for number in accepted:
        assert model(n=number).n == number
    for number in refused:
        with pytest.raises(ValidationError):
            model(n=number)


# --- unions of nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schemas", "name"),
    [
        ({"A": {"anyOf": [reference("A")]}}, "A"),
        ({"A": {"oneOf": [reference("B"), reference("A")]}, "B": {"oneOf": [reference("A")]}}, "A"),
        ({"T": {"type": "string"}, "A": {"oneOf": [{"anyOf": [reference("A")]}]}}, "A"),
    ],
)
def test_a_union_of_nothing_but_itself_is_an_error(
    tmp_path: Path, schemas: dict[str, Any], name: str
) -> None:
    replies = {"200": {"description": "Done.", **content(reference("A"))}}
    document = openapi(
        {"/": {"get": operation("get", responses=replies)}}, components={"schemas": schemas}
    )
    with pytest.raises(HooksmithError, match="lead to nothing but itself") as caught:
        result_of(document, tmp_path)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.place is not None
    assert diagnostic.place.pointer == f"/components/schemas/{name}"
    assert diagnostic.place.line is not None


def test_a_union_of_itself_and_a_value_is_a_type(load: Load) -> None:
    schemas = {
        "Tree": {"oneOf": [reference("Leaf"), {"type": "array", "items": reference("Tree")}]},
        "Leaf": {"anyOf": [{"type": "string"}, reference("Leaf")]},
    }
    replies = {"200": {"description": "Done.", **content(reference("Tree"))}}
    package, _ = load(
        openapi(
            {"/": {"get": operation("get", responses=replies)}}, components={"schemas": schemas}
        )
    )
    models = importlib.import_module(f"{package.__name__}.models")
    assert TypeAdapter(models.Tree).validate_python([["a"], "b"]) == [["a"], "b"]


# --- arguments of the constructor --------------------------------------------------------------------------------


def test_arguments_of_the_constructor_are_named_together(load: Load) -> None:
    flows = {"clientCredentials": {"tokenUrl": "https://example.com/token", "scopes": {}}}
    parameters = ["class", "base_url", "audience"]
    names = ["base_url", "self", "class", "username", "audience", "token", "timeout"]
    document = openapi(
        {"/": {"get": operation("get")}},
        components={
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
                "oauth": {
                    "type": "oauth2",
                    "flows": flows,
                    "x-hooksmith-token": {"parameters": parameters},
                },
            }
        },
        servers=[
            {
                "url": "https://{" + "}.{".join(names) + "}.example.com",
                "variables": {name: {"default": name} for name in names},
            }
        ],
    )
    document["x-hooksmith-client"] = {
        "options": {name: {"description": f"Option {name}."} for name in names}
    }
    package, made = load(document)
    arguments = inspect.signature(package.MadeClient).parameters
    settings = [setting.name for setting in made.api.client.settings]
    variables = [variable.argument for variable in made.api.servers[0].variables]
    assert len({*settings, *variables}) == 2 * len(names)
    assert {"username", "password", "token", "client_id", "class_", "audience"} <= {*arguments}
    assert {*settings, *variables} <= {*arguments}
    assert not {*settings, *variables} & {"username", "token", "class_", "audience", "base_url"}
