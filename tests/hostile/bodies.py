"""Bodies that are made to cost much: of deliveries, callbacks and replies of one document.

    python -m hostile.bodies FOLDER [MEGABYTES] < JOBS

FOLDER has the package `attacked` of `DOCUMENT`. JOBS is JSON: a list of `[surface, kind, size]`; the surface `loads` is
`json.loads`. Each job runs in a process of its own, with a limit of its address space and processor time, and prints a
line of JSON: the outcome, and the seconds and megabytes that it takes.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PACKAGE = "attacked"
MEGABYTES = 2048
_SECONDS = 60
"""Processor time of a job: an exponential reading ends."""
_ENOUGH, _REPETITIONS = 0.02, 20
"""A short reading is repeated for so many seconds, or so many times; the fastest counts."""

TEXT = {"type": "string"}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _content(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


_BODY = {"requestBody": _content(_ref("Body")), "responses": {"200": {"description": ""}}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Attacked", "version": "1"},
    "servers": [{"url": "https://api.example"}],
    "webhooks": {"a": {"post": _BODY}},
    "paths": {
        "/body": {
            "get": {
                "operationId": "read",
                "responses": {"200": {"description": "", **_content(_ref("Body"))}},
            },
            "post": {
                "operationId": "subscribe",
                "requestBody": _content(_object("url", url=TEXT)),
                "responses": {"204": {"description": ""}},
                "callbacks": {"made": {"{$request.body#/url}": {"post": _BODY}}},
            },
        }
    },
    "components": {
        "schemas": {
            "Body": _object(
                "type",
                type={"const": "a"},
                node=_ref("Node"),
                pair=_ref("Pair"),
                strict=_ref("Strict"),
                tree=_ref("Tree"),
                trees={"anyOf": [_list("Tree"), _list("Node"), _ref("Node")]},
                shape=_ref("Shape"),
                items=_list("Item"),
                options=_list("Option"),
                map={"type": "object", "additionalProperties": _ref("Item")},
                numbers={"type": "array", "items": {"type": "integer"}},
                any={},
            ),
            "Item": _object(*"abcde", **dict.fromkeys("abcde", TEXT)),
            "Option": _object(**dict.fromkeys("abc", TEXT)),
            "Node": _object("name", name=TEXT, child=_ref("Node"), children=_list("Node")),
            "Pair": _object(left=_ref("Pair"), right=_ref("Pair")),
            "Strict": _object("x", "y", left=_ref("Strict"), right=_ref("Strict"), x=TEXT, y=TEXT),
            "Tree": {"anyOf": [_ref("Oak"), _ref("Elm"), _ref("Yew")]},
            "Oak": _object(up=_ref("Tree"), oak=TEXT),
            "Elm": _object(up=_ref("Tree"), elm=TEXT),
            "Yew": _object("up", up=_ref("Tree"), yew=TEXT),
            "Shape": {
                "oneOf": [_ref("Circle"), _ref("Square")],
                "discriminator": {"propertyName": "kind"},
            },
            "Circle": _object("kind", kind={"const": "circle"}, inner=_ref("Shape")),
            "Square": _object("kind", kind={"const": "square"}, inner=_ref("Shape")),
        }
    },
}


def _array(item: str, size: int) -> str:
    return f"[{','.join([item] * max(1, size // (len(item) + 1)))}]"


def _chain(opening: str, middle: str, levels: int) -> str:
    """Return objects or arrays inside each other."""
    closing = "".join({"{": "}", "[": "]"}.get(each, "") for each in reversed(opening))
    return opening * levels + middle + closing * levels


def _pairs(size: int) -> str:
    text = "{}"
    while 2 * len(text) + 18 <= size:
        text = f'{{"left":{text},"right":{text}}}'
    return text


def _mapping(value: str, size: int) -> str:
    return ",".join(f'"{number:06x}":{value}' for number in range(max(1, size // 12)))


def _filler(size: int) -> str:
    return f'"filler":{_array("{}", size)}'


_ITEM = '{"a":"1","b":"2","c":"3","d":"4","e":"5"}'
_NODE = '{"name":"x","child":{"name":"y","children":[{"name":"z"},{"name":"z"}]}}'

VALID: dict[str, Callable[[int], str]] = {
    "valid": lambda size: f'"items":{_array(_ITEM, size)}',
    "valid nested": lambda size: f'"node":{{"name":"x","children":{_array(_NODE, size)}}}',
    "wide": lambda size: _mapping("1", size),
    "wide mapping": lambda size: f'"map":{{{_mapping(_ITEM, size // 4)}}}',
    "deep": lambda size: f'"any":{_chain("[", _array("[]", size), 40)}',
    "brackets in texts": lambda size: f'"any":{_array("[{", size)}'.replace("[{", '"[{"'),
    "union": lambda size: f'"tree":{_chain("{:", "{}", 40)}'.replace("{:", '{"up":'),
    "unions": lambda size: f'"trees":{_array(_up(20, "{}"), size)}',
    "union and filler": lambda size: f'"tree":{_up(50, f"{{{_filler(size)}}}")}',
    "tagged union": lambda size: f'"shape":{_circles(size)}',
    "self-recursive": lambda size: f'"pair":{_pairs(size)}',
}
"""Kind → the properties of a valid body of some size."""

DRIFTED: dict[str, Callable[[int], str]] = {
    "drifted": lambda size: f'"items":{_array("{}", size)}',
    "drifted numbers": lambda size: f'"numbers":{_array("0.5", size)}',
    "drifted at the end": lambda size: f'"items":{_array(_ITEM, size)[:-1]},{{"a":1}}]',
    "drifted mapping": lambda size: f'"map":{{{_mapping("{}", size)}}}',
    "drifted unions": lambda size: f'"trees":{_array(_up(20, "5"), size)}',
    "drifted union and filler": lambda size: f'"tree":{_up(50, _wrong(size))}',
    "drifted self-recursive": lambda size: f'"strict":{_pairs(size)}',
    "drifted chain": lambda size: f'"node":{_children(50, f"{{{_filler(size)}}}")}',
    "drifted lists": lambda size: f'"node":{_lists(25, size)}',
    "too deep": lambda size: f'"any":{_chain("[", _array("1", size), 70)}',
}
"""Kind → the properties of a body that departs from the document, or is nested too deeply."""


def _up(levels: int, middle: str) -> str:
    return '{"up":' * levels + middle + "}" * levels


def _children(levels: int, middle: str) -> str:
    return '{"child":' * levels + middle + "}" * levels


def _circles(size: int) -> str:
    middle = f'{{"kind":"square",{_filler(size)}}}'
    return '{"kind":"circle","inner":' * 50 + middle + "}" * 50


def _wrong(size: int) -> str:
    return f'{{{_filler(size)},"up":5}}'


def _lists(levels: int, size: int) -> str:
    middle = f'{{"name":"x",{_filler(size)}}},{{}}'
    return '{"name":"x","children":[' * levels + middle + "]}" * levels


def body(kind: str, size: int) -> bytes:
    """Return a body of a kind with about `size` bytes."""
    return f'{{"type":"a",{(VALID | DRIFTED)[kind](size)}}}'.encode()


def _client_reader(package: Any) -> Callable[[bytes], Any]:
    """Return a function that reads a body as the reply to a client."""
    import httpx2

    content = [b""]

    def answer(_: Any) -> Any:
        return httpx2.Response(
            200, content=content[0], headers={"Content-Type": "application/json"}
        )

    http_client = httpx2.Client(transport=httpx2.MockTransport(answer))
    client = package.AttackedClient(http_client=http_client, max_retries=0)

    def read(raw: bytes) -> Any:
        content[0] = raw
        return client.default.read()

    return read


def _status(name: str) -> float:
    """Return a figure of this process in MB: `VmRSS`, or `VmHWM`, which is its peak."""
    text = Path("/proc/self/status").read_text("ascii")
    return int(text.partition(f"{name}:")[2].split()[0]) / 1024


def _measured(read: Callable[[], Any]) -> tuple[str, float, float]:
    """Return the outcome of a function, its seconds, and the memory that it takes in MB."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak is the present from now on
    before = _status("VmRSS")
    outcome, seconds = _timed(read)
    memory, total = _status("VmHWM") - before, seconds
    for _ in range(_REPETITIONS):
        if total > _ENOUGH:
            break
        _, again = _timed(read)
        seconds, total = min(seconds, again), total + again
    return outcome, seconds, memory


def _timed(read: Callable[[], Any]) -> tuple[str, float]:
    start = time.perf_counter()
    try:
        value = read()
    except BaseException as error:  # a panic of pydantic too, which MemoryError becomes
        return type(error).__name__, time.perf_counter() - start
    seconds = time.perf_counter() - start
    return type(value).__name__, seconds


def _report(read: Callable[[bytes], Any], job: tuple[str, str, int]) -> dict[str, Any]:
    surface, kind, size = job
    raw = body(kind, size)
    outcome, seconds, memory = _measured(lambda: read(raw))
    return {
        "surface": surface, "kind": kind, "bytes": len(raw), "outcome": outcome,
        "seconds": seconds, "megabytes": memory,
    }  # fmt: skip


def run(folder: str, megabytes: int, jobs: list[tuple[str, str, int]]) -> Iterator[dict[str, Any]]:
    """Yield the report of each job; the outcome of a process that ends early is its signal or exit code."""
    sys.path.insert(0, folder)
    package = importlib.import_module(PACKAGE)
    readers = {
        "loads": json.loads,
        "event": package.parse_event,
        "callback": importlib.import_module(f"{PACKAGE}.callbacks").SUBSCRIBE_MADE.parse,
        "reply": _client_reader(package),
    }
    for read in readers.values():
        _timed(lambda read=read: read(b'{"type":"a","node":{"name":1}}'))  # imports and builds
    for job in jobs:
        source, target = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                limit = megabytes * 2**20
                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
                resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
                os.write(target, json.dumps(_report(readers[job[0]], job)).encode())
            finally:
                os._exit(0)
        os.close(target)
        with os.fdopen(source, encoding="utf-8") as pipe:
            report = pipe.read()
        _, status = os.waitpid(child, 0)
        surface, kind, _ = job
        yield json.loads(report) if report else {
            "surface": surface, "kind": kind, "outcome": f"ended with {status}",
        }  # fmt: skip


def main() -> None:
    """Print the reports of the jobs on the standard input."""
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else MEGABYTES
    for report in run(sys.argv[1], megabytes, json.load(sys.stdin)):
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
