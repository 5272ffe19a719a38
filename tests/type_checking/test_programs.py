"""Programs of users of OpenAI's, Svix' and GitHub's documents, run against a server process.

Both checkers read them too (`test_mypy.py`, `test_pyright.py`); what they refuse is refused at run time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest

from type_checking.project import PROGRAMS, programs, write_user_packages

SERVER = Path(__file__).with_name("canned_server.py")


def reply(data: Any, status: int = 200, **headers: str) -> list[Any]:
    return [status, headers, json.dumps(data)]


@contextmanager
def served(replies: dict[str, list[Any]]) -> Iterator[str]:
    """Run a server process with these replies; give its URL."""
    command = [sys.executable, str(SERVER), json.dumps(replies)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the programs and their packages, on sys.path."""
    folder = tmp_path_factory.mktemp("programs")
    write_user_packages(folder)
    for name, text in programs().items():
        (folder / name).write_text(text, "utf-8")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


def run(name: str, url: str) -> tuple[list[Any], dict[str, list[Any]]]:
    """Return the results of a program, and the bodies that the server received by operation."""
    results = import_module(f"{name}_program").main(url)
    return results, httpx2.get(f"{url}/requests").json()


@pytest.mark.usefixtures("home")
def test_openai() -> None:
    call = {"id": "c1", "type": "function"}
    call["function"] = {"name": "get_weather", "arguments": '{"city": "Oslo"}'}  # type: ignore[assignment]
    asked = {"role": "assistant", "content": None, "tool_calls": [call]}

    def completion(message: dict[str, Any], reason: str) -> list[Any]:
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return reply({"id": "chat_1", "model": "gpt-5", "choices": [choice]})

    def chunk(text: str) -> str:
        data = {"id": "chat_2", "choices": [{"index": 0, "delta": {"content": text}}]}
        return f"data: {json.dumps(data)}\n\n"

    stream = [200, {"content-type": "text/event-stream"}, chunk("A ") + chunk("cat.")]
    stream[2] += "data: [DONE]\n\n"
    answer = {"role": "assistant", "content": "21 degrees."}
    vectors = {"data": [{"index": 0, "embedding": [0.5]}, {"index": 1, "embedding": [1.5]}]}
    replies = {
        "POST /chat/completions": [
            completion(asked, "tool_calls"),
            completion(answer, "stop"),
            stream,
        ],
        "POST /embeddings": [reply(vectors)],
    }
    with served(replies) as url:
        results, requests = run("openai", url)
    first = "the request was not sent: body/messages/0/"
    assert results == [
        "21 degrees.",
        "A cat.",
        [[0.5], [1.5]],
        f"{first}content: Field required; is 'contnet' meant?",
        f"{first}role: Input should be 'system', 'user', 'assistant' or 'tool'",
    ]
    asks, answers, streams = requests["POST /chat/completions"]
    assert asks["messages"][0] == {"content": "Be brief.", "role": "system"}
    assert asks["tools"][0]["function"]["strict"] is True
    assert answers["messages"][2] == asked
    assert answers["messages"][3]["content"] == '{"city": "Oslo", "celsius": 21}'
    assert streams["stream"] is True
    assert streams["messages"][0]["content"][1]["image_url"]["detail"] == "low"


@pytest.mark.usefixtures("home")
def test_svix() -> None:
    def endpoints(*names: str, iterator: str | None) -> list[Any]:
        data = [{"id": name, "url": f"https://{name}.test/hooks"} for name in names]
        return reply({"data": data, "done": iterator is None, "iterator": iterator})

    time = "2026-01-02T03:04:05Z"
    message = {"id": "msg_1", "eventType": "invoice.paid", "payload": {}, "timestamp": time}
    made = {"id": "ep_c", "url": "https://c.test/hooks"}
    application = {"id": "app_1", "name": "Customer 7", "createdAt": time}
    path = "/api/v1/app/app_1"
    replies = {
        "POST /api/v1/app/?get_if_exists=true": [reply(application, 201)],
        f"GET {path}/endpoint/?limit=2": [endpoints("a", "b", iterator="b")],
        f"GET {path}/endpoint/?iterator=b&limit=2": [endpoints("d", iterator=None)],
        f"POST {path}/endpoint/": [reply(made, 201)],
        f"POST {path}/msg/": [
            reply(message, 202),
            reply({"code": "conflict", "detail": "known"}, 409),
            reply(message, 202),
        ],
    }
    with served(replies) as url:
        results, requests = run("svix", url)
    assert results == [
        "app_1",
        ["https://c.test/hooks"],
        "msg_1",
        "conflict",
        2026,
        "body/application: 'ratelimit' is no property of ApplicationIn; is 'rateLimit' meant?",
    ]
    first, _, modelled = requests[f"POST {path}/msg/"]
    assert first["application"] == {"name": "Customer 7", "rateLimit": 100, "uid": None}
    assert modelled["application"] == {"name": "Customer 7"}


@pytest.mark.usefixtures("home")
def test_github() -> None:
    issue = {"id": 1, "number": 7, "title": "A", "state": "open", "labels": ["lint"]}
    issues = "/repos/octo/hello/issues"
    following = f"{issues}?state=open&per_page=1&page=2"
    invalid = {"message": "Validation Failed", "errors": [{"field": "title"}]}
    replies = {
        "POST /repos/octo/hello/check-runs": [
            reply({"id": 4, "name": "lint", "status": "completed"}, 201)
        ],
        f"GET {issues}?state=open&per_page=1": [
            reply([issue], link=f'<{{host}}{following}>; rel="next"')
        ],
        f"GET {following}": [reply([{**issue, "title": "B"}])],
        f"POST {issues}": [reply(issue, 201), reply(invalid, 422)],
        "POST /gists": [reply({"id": "g", "html_url": "https://gist.test/g"}, 201)],
    }
    with served(replies) as url:
        results, requests = run("github", url)
    problem = "body/output/summary: Field required; is 'sumary' meant?"
    assert results == [4, ["A", "B"], 7, None, "https://gist.test/g", problem]
    assert requests["POST /gists"] == [{"files": {"a.py": {"content": "1"}}, "public": False}]
    (check,) = requests["POST /repos/octo/hello/check-runs"]
    assert check["output"]["annotations"][0]["annotation_level"] == "warning"
    assert requests[f"POST {issues}"][0]["labels"] == ["lint", {"name": "bot", "color": None}]


def test_programs_are_as_long_as_a_users() -> None:
    lengths = {name: len(text.splitlines()) for name, text in programs().items()}
    assert lengths.keys() == {path.name for path in PROGRAMS.glob("*.py")}
    assert all(50 <= length <= 100 for length in lengths.values()), lengths
