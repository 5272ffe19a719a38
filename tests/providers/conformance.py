"""The specs as openapi-core reads them: judges of requests and replies, and a source of values."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx2
from hypothesis import strategies as st
from jsonschema_path import SchemaPath
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from support.paths import ROOT

SERVERS = {
    "workos": "https://api.workos.com",
    "mattr": "https://acme.vii.eu01.mattr.global",
    "socotra": "https://socotra.example.com",
}
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_INT32 = 2**31


Schema = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """An operation of a spec; `operation` is without references."""

    api: str
    name: str
    method: str
    path: str
    operation: dict[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.api}.{self.name}"

    def arguments(self, place: str) -> st.SearchStrategy[dict[str, Any]]:
        """Values for its parameters in `path` or `query`."""
        required: dict[str, Any] = {}
        optional: dict[str, Any] = {}
        for parameter in self.operation["parameters"]:
            if parameter["in"] == place:
                group = required if parameter.get("required") else optional
                strategy = values(parameter["schema"]).filter(partial(_can_stand, place))
                group[parameter["name"]] = strategy
        return st.fixed_dictionaries(required, optional=optional)

    def bodies(self) -> st.SearchStrategy[Any]:
        """Values for its body; None where it has none."""
        body = self.operation.get("requestBody")
        return values(_json(body)) if body else st.none()

    def replies(self, first: int, last: int) -> st.SearchStrategy[tuple[int, Any]]:
        """Documented statuses within these, each with content that fits; None where it has none."""
        return st.one_of(
            [
                st.tuples(
                    st.just(int(status)), values(_json(reply)) if "content" in reply else st.none()
                )
                for status, reply in self.operation["responses"].items()
                if first <= int(status) <= last
            ]
        )

    def has_refusals(self) -> bool:
        return any(int(status) >= 400 for status in self.operation["responses"])


@cache
def cases() -> tuple[Case, ...]:
    """Every operation of the three APIs."""
    return tuple(
        Case(api, operation["operationId"], method, path, operation)
        for api in SERVERS
        for path, item in (spec(api).spec / "paths").items()
        for method, operation in _operations(plain(item))
    )


def _operations(item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for method in ("get", "put", "post", "patch", "delete"):
        if method in item:
            operation = item[method]
            stated = item.get("parameters", []) + operation.get("parameters", [])
            yield method, operation | {"parameters": stated}


def plain(path: SchemaPath) -> Any:
    """What stands there, with references replaced by what they refer to; nothing here is recursive."""
    value = path.read_value()
    if isinstance(value, dict):
        return {name: plain(path / name) for name in path.keys() if not name.startswith("x-")}  # noqa: SIM118
    if isinstance(value, list):
        return [plain(path / at) for at in range(len(value))]
    return value


@cache
def spec(api: str) -> OpenAPI:
    config = Config(
        extra_format_validators={"ulid": lambda it: bool(_ULID.fullmatch(str(it)))},
        extra_format_unmarshallers={"ulid": str},
    )
    return OpenAPI.from_file_path(str(ROOT / "specs" / api / "openapi.yaml"), config=config)


class SentRequest:
    """A request of httpx2, as openapi-core wants to see it; nothing in it is decoded by us but the query."""

    def __init__(self, request: httpx2.Request) -> None:
        url = request.url
        self.host_url = f"{url.scheme}://{url.netloc.decode()}"
        self.path = url.raw_path.decode().partition("?")[0]
        self.method = request.method.lower()
        self.content_type = request.headers.get("content-type", "")
        self.body = request.content or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(url.query.decode(), keep_blank_values=True)),
            header=Headers(dict(request.headers)),
            cookie=ImmutableMultiDict(),
        )


class GivenReply:
    """A reply, as openapi-core wants to see it."""

    def __init__(self, response: httpx2.Response) -> None:
        self.status_code = response.status_code
        self.content_type = response.headers.get("content-type", "")
        self.headers = Headers(dict(response.headers))
        self.data = response.content or None


def judge_request(api: str, request: httpx2.Request) -> Any:
    """What openapi-core reads in the request; raises where it breaks the spec."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Unsupported scheme type|.* is deprecated")
        result = spec(api).unmarshal_request(SentRequest(request))
    result.raise_for_errors()
    return result


def judge_reply(api: str, request: httpx2.Request, response: httpx2.Response) -> None:
    """Raises where the reply breaks the spec."""
    spec(api).validate_response(SentRequest(request), GivenReply(response))


def values(schema: Schema) -> st.SearchStrategy[Any]:
    """JSON values that fit a schema, within what the three specs use of JSON Schema."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return st.one_of([values(option) for option in schema[keyword]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    stated = schema["type"]
    types = [stated] if isinstance(stated, str) else stated
    return st.one_of([_of_type(kind, schema) for kind in types])


def _of_type(kind: str, schema: Schema) -> st.SearchStrategy[Any]:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum", -_INT32), schema.get("maximum", _INT32 - 1))
        case "array":
            return st.lists(values(schema["items"]), max_size=3)
        case "object":
            return _objects(schema)
    return _strings(schema.get("format"))


def _strings(format_: str | None) -> st.SearchStrategy[str]:
    match format_:
        case "uuid":
            return st.uuids().map(str)
        case "ulid":
            return st.from_regex(_ULID, fullmatch=True)
        case "date-time":
            return st.datetimes().map(lambda it: it.isoformat(timespec="milliseconds") + "Z")
        case "uri":
            return st.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9]{0,8}", fullmatch=True)
    return st.text(max_size=12)


def _objects(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    if "properties" not in schema and schema["additionalProperties"] is True:
        return st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=2)
    if "properties" not in schema:
        return st.dictionaries(
            st.text(max_size=8), values(schema["additionalProperties"]), max_size=2
        )
    required = schema.get("required", ())
    properties = {name: values(each) for name, each in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: each for name, each in properties.items() if name in required},
        optional={name: each for name, each in properties.items() if name not in required},
    )


def given_and_read(given: Mapping[str, Any], read: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Each argument beside what openapi-core reads of it, both as text where they are text."""
    for name, value in given.items():
        found = read.get(name)
        yield value, found if isinstance(value, (bool, int, list)) else unquote(str(found))


def _can_stand(place: str, value: object) -> bool:
    """Whether we or openapi-core would refuse the value there, or misread it, for reasons that no schema gives.

    openapi-core decodes a list before it splits it at commas.
    """
    if isinstance(value, list) and any("," in str(item) or item == "" for item in value):
        return False
    return value != "" and not (place == "path" and value in (".", ".."))


def _json(holder: dict[str, Any]) -> Schema:
    found: Schema = holder["content"]["application/json"]["schema"]
    return found
