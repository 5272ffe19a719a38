"""Every style of OpenAPI's parameters, from a generated method's argument to what a server reads.

openapi-core reads most; for those that it cannot match to a path (label, matrix) or misses (an exploded
form object), what is sent is compared with the expansion that RFC 6570 gives.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from support.cases import Case

SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "integer"},
    "flag": {"type": "boolean"},
    "list": {"type": "array", "items": {"type": "string"}},
    "object": {
        "type": "object",
        "properties": {"role": {"type": "string"}, "first": {"type": "string"}},
        "required": ["role", "first"],
    },
}
SCALARS = ("text", "number", "flag")
STYLES = [
    *(("path", style, explode, kind) for style in ("simple", "label", "matrix")
      for explode in (False, True) for kind in SCHEMAS),
    *(("query", "form", explode, kind) for explode in (False, True) for kind in SCHEMAS),
    *(("query", style, False, "list") for style in ("spaceDelimited", "pipeDelimited")),
    ("query", "deepObject", True, "object"),
    *(("header", "simple", explode, kind) for explode in (False, True) for kind in SCHEMAS),
    *(("cookie", "form", True, kind) for kind in SCALARS),
    ("cookie", "form", False, "list"),
    *((place, "content", False, kind) for place in ("query", "header", "cookie") for kind in SCHEMAS),
]  # fmt: skip
RFC_6570 = [
    it for it in STYLES if it[1] in ("label", "matrix") or it[1:] == ("form", True, "object")
]
JUDGED = [it for it in STYLES if it not in RFC_6570]
# What the judge splits at after decoding stays out of the text; tests of the runtime have it all.
SAFE = st.text("abcXYZ019éß&=?#/%+:@!$'()*~-_", min_size=1, max_size=8)
PLAIN = st.text(
    "abcXYZ019-_~:@!$'()*", min_size=1, max_size=8
)  # headers and cookies are not encoded


def name_of(style: tuple[str, str, bool, str]) -> str:
    place, name, explode, kind = style
    return f"{place}_{name}_{'exploded' if explode else 'joined'}_{kind}".lower()


def spec() -> dict[str, Any]:
    """An operation a style."""
    paths: dict[str, Any] = {}
    for style in STYLES:
        place, name, explode, kind = style
        parameter: dict[str, Any] = {"name": "value", "in": place, "required": True}
        if name == "content":
            parameter["content"] = {"application/json": {"schema": SCHEMAS[kind]}}
        else:
            parameter |= {"style": name, "explode": explode, "schema": SCHEMAS[kind]}
        path = f"/{name_of(style)}" + ("/{value}" if place == "path" else "")
        operation = {"operationId": name_of(style), "tags": ["styles"], "parameters": [parameter]}
        paths[path] = {"get": operation | {"responses": {"204": {"description": "Done."}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Styles", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": paths,
    }


@pytest.fixture(scope="module")
def styles(tmp_path_factory: pytest.TempPathFactory, case_home: Path) -> Case:
    folder = tmp_path_factory.mktemp("specs") / "every_style"
    folder.mkdir()
    (folder / "spec.json").write_text(json.dumps(spec()))
    return Case(folder, case_home)


@pytest.fixture(scope="module")
def judge() -> Iterator[OpenAPI]:
    return OpenAPI.from_dict(spec())


def values(place: str, kind: str) -> st.SearchStrategy[Any]:
    text = SAFE if place in ("path", "query") else PLAIN
    match kind:
        case "text":
            return text.filter(lambda it: it not in (".", ".."))
        case "number":
            return st.integers(-(2**53), 2**53)
        case "flag":
            return st.booleans()
        case "list":
            return st.lists(text, min_size=1, max_size=3)
    return st.fixed_dictionaries({"role": text, "first": text})


class Judged:
    """The request as openapi-core wants to see it, with a judge that answers 204."""

    def __init__(self, judge: OpenAPI) -> None:
        self._judge = judge
        self.read: Any = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        self.host_url, self.method = "https://api.example.com", "get"
        self.path = url.raw_path.decode().partition("?")[0]
        self.body, self.content_type = None, ""
        cookies = SimpleCookie(request.headers.get("cookie", ""))
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(
                (name, value.replace(" ", "%20") if "spacedelimited" in self.path else value)
                for name, value in parse_qsl(url.query.decode(), keep_blank_values=True)
            ),
            header=Headers(dict(request.headers)),
            cookie=ImmutableMultiDict({name: unquote(it.value) for name, it in cookies.items()}),
        )
        result = self._judge.unmarshal_request(self)
        result.raise_for_errors()
        self.read = result.parameters
        return httpx2.Response(204)


def decoded(value: Any) -> Any:
    """Segments of a path are read without decoding them."""
    if isinstance(value, str):
        return unquote(value)
    if isinstance(value, list):
        return [unquote(each) for each in value]
    return (
        {name: unquote(each) for name, each in value.items()} if isinstance(value, dict) else value
    )


def expanded(style: tuple[str, str, bool, str], value: Any) -> str:
    """RFC 6570, sections 3.2.5 (label), 3.2.7 (matrix) and 3.2.8 (form): the expansion of one variable."""
    first, separator, named = {
        "label": (".", ".", False),
        "matrix": (";", ";", True),
        "form": ("", "&", True),
    }[style[1]]
    if not isinstance(value, (list, dict)):
        return first + ("value=" if named else "") + written(value)
    if style[2]:
        pairs = (
            value.items()
            if isinstance(value, dict)
            else [("value" if named else "", it) for it in value]
        )
        return first + separator.join(
            f"{name}={written(it)}" if name else written(it) for name, it in pairs
        )
    flat = [part for pair in value.items() for part in pair] if isinstance(value, dict) else value
    return first + ("value=" if named else "") + ",".join(map(written, flat))


def written(value: Any) -> str:
    return quote(value if isinstance(value, str) else json.dumps(value), safe="")


@pytest.mark.parametrize("style", JUDGED, ids=name_of)
@settings(max_examples=8)
@given(data=st.data())
def test_a_server_reads_what_was_given(
    style: tuple[str, str, bool, str], styles: Case, judge: OpenAPI, data: st.DataObject
) -> None:
    place, _, _, kind = style
    value = data.draw(values(place, kind))
    judged = Judged(judge)
    sent(styles, style, value, judged)
    read = getattr(judged.read, place)["value"]
    assert (decoded(read) if place == "path" else read) == value


@pytest.mark.parametrize("style", RFC_6570, ids=name_of)
@settings(max_examples=8)
@given(data=st.data())
def test_what_is_sent_is_the_expansion_of_rfc_6570(
    style: tuple[str, str, bool, str], styles: Case, data: st.DataObject
) -> None:
    value = data.draw(values(style[0], style[3]))
    request = sent(styles, style, value, lambda request: httpx2.Response(204))
    path, _, query = request.url.raw_path.decode().partition("?")
    assert (query or path.rpartition("/")[2]) == expanded(style, value)


def sent(styles: Case, style: Any, value: Any, answer: Any) -> httpx2.Request:
    """The request of one call; the asynchronous client is asked too, and sends the same."""
    requests: list[httpx2.Request] = []

    def keep(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return answer(request)

    async def keep_too(request: httpx2.Request) -> httpx2.Response:
        return keep(request)

    async def call() -> None:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(keep_too)) as transport:
            client = styles.package.AsyncStylesClient(http_client=transport)
            await getattr(client.styles, name_of(style))(value=value)

    with httpx2.Client(transport=httpx2.MockTransport(keep)) as transport:
        client = styles.package.StylesClient(http_client=transport)
        getattr(client.styles, name_of(style))(value=value)
    asyncio.run(call())
    first, second = requests
    assert (first.url, first.headers, first.content) == (second.url, second.headers, second.content)
    return first
