"""Every operation of a document, called through its generated client, over a socket, on a server that validates."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from corpus.instances import Instances
from hooksmith.ir import Api, Operation
from hooksmith.pipeline import describe_document, generate
from hooksmith.settings import Settings

from .calls import Arguments, arguments_of
from .prism import MockServer

KNOWN = Path(__file__).parent / "known_refusals.txt"


@dataclass
class Tally:
    """Operations called, outcomes of the calls, and faults: a line each."""

    operations: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __iadd__(self, other: Tally) -> Tally:
        self.operations += other.operations
        self.outcomes += other.outcomes
        self.faults += other.faults
        return self


class _Recorder(httpx2.BaseTransport):
    """Transport over a socket that keeps the last reply of a server."""

    def __init__(self, server: MockServer) -> None:
        self.server = server
        self._transport = httpx2.HTTPTransport()
        self.response: httpx2.Response | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._transport.handle_request(request)
        response.read()
        self.response = response
        return response

    def close(self) -> None:
        self._transport.close()


def call_everything(document: Path, script: Path, folder: Path) -> Tally:
    """Call every operation of a document on a mock server. Raises UnavailableError.

    Args:
        document: The OpenAPI document.
        script: Prism's script.
        folder: A folder for the package and the server's log.
    """
    package = "mocked_" + re.sub(r"\W", "_", document.stem).lower()
    settings = Settings(package=package, formatter="none")
    api = describe_document(document, settings).api
    for name, text in generate(document, settings).files.items():
        target = folder / package / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    tally = Tally(sum(len(resource.operations) for resource in api.resources))
    if not tally.operations:
        return tally
    instances = Instances.read(document)
    sys.path.insert(0, str(folder))
    try:
        with MockServer(script, document, folder / f"{package}.log") as server:
            for call in _calls(api, instances, package, server):
                call.record(tally, document.name)
    finally:
        sys.path.remove(str(folder))
        for loaded in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[loaded]
    return tally


_TIMEOUT = 30.0
"""Seconds that a reply may take; replies to valid requests take milliseconds."""

_MAX_ENDS = 5
"""Times that the server may crash or hang for one document; further calls are not made."""


@dataclass(frozen=True)
class _Call:
    operation: Operation
    arguments: Arguments
    outcome: str
    detail: str = ""

    def record(self, tally: Tally, document: str) -> None:
        tally.outcomes[self.outcome] += 1
        if not self.outcome.startswith("taken"):
            place = f"{self.operation.method.upper()} {self.operation.path}"
            line = f"{document}: {place}: {self.arguments.label}: {self.outcome}: {self.detail}"
            tally.faults.append(line)


def _calls(api: Api, instances: Instances, package: str, server: MockServer) -> Iterator[_Call]:
    module = importlib.import_module(package)
    recorder = _Recorder(server)
    ends = 0
    with httpx2.Client(transport=recorder) as http:
        client = _client(api, module, server.url, http)
        for resource in api.resources:
            for operation in resource.operations:
                method = getattr(getattr(client, resource.name), operation.name)
                for arguments in arguments_of(operation, instances):
                    if ends > _MAX_ENDS:
                        yield _Call(operation, arguments, "server ended")
                        continue
                    if arguments.lacking:
                        detail = ", ".join(arguments.lacking)
                        yield _Call(operation, arguments, "no sample", detail)
                        continue
                    recorder.response = None
                    outcome, detail = _outcome(module, method, arguments, recorder)
                    if outcome == "no reply" and (
                        server.has_ended() or "APITimeoutError" in detail
                    ):
                        outcome, detail = "server ended", ""
                        server.restart()
                        ends += 1
                    if outcome == "reply not read" and not _is_valid(
                        recorder.response, operation, instances
                    ):
                        outcome, detail = "taken, its example invalid", ""
                    yield _Call(operation, arguments, outcome, detail)


def _is_valid(response: Any, operation: Operation, instances: Instances) -> bool:
    """Whether a reply is an instance of its schema in some media type: Prism also sends invalid examples."""
    try:
        value = json.loads(response.text)
    except ValueError:
        return False
    places = instances.replies(operation.pointer, response.status_code)
    return any(instances.accepts(place, value) for place in places)


def _client(api: Api, module: Any, url: str, http: httpx2.Client) -> Any:
    """Return a client with credentials for every security scheme."""
    credentials: dict[str, str] = {}
    for scheme in api.security_schemes:
        match scheme.kind:
            case "basic":
                credentials |= {"username": "ada", "password": "secret"}
            case "oauth2_client_credentials":
                credentials["access_token"] = "token"
            case "bearer" | "api_key":
                credentials[scheme.argument] = "token"
    variables = {
        variable.argument: variable.default or "value"
        for server in api.servers
        for variable in server.variables
        if variable.required
    }
    settings = {setting.name: "value" for setting in api.client.settings}
    return getattr(module, api.client.name)(
        **credentials,
        **variables,
        **settings,
        base_url=url,
        http_client=http,
        max_retries=0,
        timeout=_TIMEOUT,
    )


def _outcome(
    module: Any, method: Any, arguments: Arguments, recorder: _Recorder
) -> tuple[str, str]:
    """Return the outcome of a call, and its details."""
    try:
        result = method(**arguments.values)
        if hasattr(result, "close"):
            result.close()
    except module.RequestError as error:
        return "not sent", str(error)
    except module.APIStatusError as error:
        return _refusal(error, recorder)
    except module.ReplyError as error:
        return "reply not read", str(error)
    except module.APIConnectionError as error:
        return "no reply", f"{type(error).__name__}: {error}"
    except Exception as error:
        return "error", f"{type(error).__name__}: {error}"
    return _violations(recorder) or ("taken", "")


_UNANSWERED = ("Cannot serialise", "Cannot find serializer")
"""Titles of problems that Prism has with its own reply to a valid request."""


def _refusal(error: Any, recorder: _Recorder) -> tuple[str, str]:
    violations = _violations(recorder)
    if violations:
        return violations
    response = recorder.response
    assert response is not None
    if "prism/errors#" in response.text:
        problem = json.loads(response.text)
        if problem["title"].startswith(_UNANSWERED):
            return "taken, not answered", ""
        details = "; ".join(map(_shown, problem.get("validation", ()))) or problem.get("detail", "")
        return "refused", f"{problem['title']}: {details}"
    if error.status < 600 and "sl-violations" not in response.headers:
        return "taken", ""  # the example of a refusal, as the document has no other reply
    return "refused", str(error)


def _violations(recorder: _Recorder) -> tuple[str, str] | None:
    response = recorder.response
    if response is None or "sl-violations" not in response.headers:
        return None
    try:
        listed = json.loads(response.headers["sl-violations"])
    except ValueError:  # "Too many violations", of the reply mostly
        return None if recorder.server.has_passed() else ("refused", "too many violations")
    violations = [
        violation
        for violation in listed
        if violation["location"][0] == "request" and violation["severity"] == "Error"
    ]
    return ("refused", "; ".join(map(_shown, violations))) if violations else None


def _shown(violation: dict[str, Any]) -> str:
    place = "/".join(map(str, violation.get("location", ())))
    return f"{place} {violation.get('code', '')}: {violation.get('message', '')}"


def unknown_faults(faults: list[str], known: str) -> tuple[list[str], list[str]]:
    """Return the faults that no row of a file names, and the rows that name no fault.

    A row is the beginning of a line of a fault, or a pattern with `*`.
    """
    rows = [line for line in known.splitlines() if line and not line.startswith("#")]
    patterns = {row: re.compile(".*".join(map(re.escape, row.split("*")))) for row in rows}
    used: set[str] = set()
    unknown = []
    for fault in faults:
        matching = {row for row, pattern in patterns.items() if pattern.match(fault)}
        used |= matching
        if not matching:
            unknown.append(fault)
    return unknown, [row for row in rows if row not in used]
