"""Dispatch of callbacks: requests → jobs with the handlers of the callbacks that they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote

from pydantic import BaseModel
from pydantic_core import from_json

from ..client.bodies import encode
from ..client.operation import Body
from ..headers import value_problem
from ..models.reading import MAX_DEPTH
from ..webhooks.errors import EventParseError
from ..webhooks.receiver.event_dispatch import LARGE_BODY
from ..webhooks.receiver.handlers import is_coroutine_function, positional_parameters
from ..webhooks.receiver.http import IncomingRequest, Reply
from ..webhooks.receiver.job import HandlerRun, Job, Jobs, Replies
from .addresses import LONGEST_PATH
from .callback import Callback
from .request import CallbackRequest
from .verifier import Verifies

SAFE = "/:@!$&'()*+,;=~-._"
"""Characters that a path has unescaped."""

RequestHandler = Callable[[CallbackRequest], object]


class UnhandledCallbacksError(RuntimeError):
    """Callbacks of the document have no handler; `callbacks` are their constants."""

    def __init__(self, callbacks: tuple[Callback[Any, Any], ...]) -> None:
        super().__init__(f"no handler for {', '.join(map(str, callbacks))}")
        self.callbacks = callbacks


class CallbackDispatcher:
    """Dispatcher of a callback receiver.

    Args:
        address: The URL of the receiver, without a slash at its end.
        paths: The paths of callbacks below the address.
        verifier: Verifies requests; None: requests are not verified.
        key: Gives the key that repeated requests share.
        exhaustive: Whether the receiver refuses to start while callbacks have no handler.
        max_depth: The most levels of objects and arrays in a body.
    """

    def __init__(
        self,
        address: str,
        paths: Mapping[Callback[Any, Any], str],
        *,
        verifier: Verifies | None,
        key: Callable[[CallbackRequest], str | None] | None,
        exhaustive: bool,
        max_depth: int = MAX_DEPTH,
    ) -> None:
        self.needs_url = True
        self._address = address
        self._patterns = {each: each.address.pattern(path) for each, path in paths.items()}
        self._verifier = verifier
        self._key = key
        self._exhaustive = exhaustive
        self._max_depth = max_depth
        self.handlers: dict[Callback[Any, Any], Callable[..., object]] = {}
        self.fallback: RequestHandler | None = None
        self.drifted: RequestHandler | None = None

    def unhandled_callbacks(self) -> tuple[Callback[Any, Any], ...]:
        """Return the callbacks without a handler of their own, in the document's order."""
        return tuple(each for each in self._patterns if each not in self.handlers)

    def check(self) -> None:
        """Raise UnhandledCallbacksError if the receiver is exhaustive, and callbacks have no handler."""
        callbacks = self.unhandled_callbacks() if self._exhaustive else ()
        if callbacks:
            raise UnhandledCallbacksError(callbacks)

    def reject_early(self, method: str, path: str) -> Reply | None:
        """Return 404 if no callback has this path, 405 if none has this method there."""
        short = path if len(path) <= LONGEST_PATH else ""
        callbacks = [each for each, pattern in self._patterns.items() if pattern.fullmatch(short)]
        if not callbacks:
            return _NOT_FOUND
        methods = dict.fromkeys(each.method for each in callbacks)
        if method in methods:
            return None
        listed = ", ".join(methods)
        return Reply(status=405, text=f"only {listed}", headers={"Allow": listed})

    def may_block(self, request: IncomingRequest) -> bool:
        """Return whether the verifier may wait, or the body is large. A verifier of the caller's own may wait."""
        waits = self._verifier is not None and bool(getattr(self._verifier, "waits", True))
        return waits or self._key is not None or len(request.body) > LARGE_BODY

    def jobs(self, request: IncomingRequest) -> Jobs | Reply:
        """Verify and parse a request, and return its job, or the rejection; raises WebhookError."""
        candidates = self._candidates(request)
        if not candidates:
            return _NOT_FOUND
        self._verify(request)
        callback_request, value = _best_match(candidates, self._max_depth)
        return Jobs(jobs=(self._job(callback_request, value),))

    def _candidates(self, request: IncomingRequest) -> list[CallbackRequest]:
        """Return the callbacks that the request may be by its method and address."""
        query = parse_qs(_query_of(request), keep_blank_values=True)
        candidates = []
        for callback, pattern in self._patterns.items():
            values = callback.address.read(pattern, request.path, query)
            if callback.method == request.method and values is not None:
                candidate = CallbackRequest(
                    callback=callback, body=request.body, headers=request.headers,
                    path=request.path, query=query, values=values,
                )  # fmt: skip
                candidates.append(candidate)
        return candidates

    def _verify(self, request: IncomingRequest) -> None:
        """Verify a request by the URL that the API called; a proxy may have changed the URL of the request."""
        if self._verifier is not None:
            query = _query_of(request)
            url = self._address + quote(request.path, safe=SAFE) + (f"?{query}" if query else "")
            self._verifier.verify(request.body, request.headers, method=request.method, url=url)

    def _job(self, request: CallbackRequest, value: Any) -> Job:
        callback = request.callback
        is_drifted = bool(request.issues)
        has_handler = callback in self.handlers
        acknowledgement = Reply(status=callback.status)
        run = self._run(request, value)
        return Job(
            event_type=str(callback),
            runs=() if run is None else (run,),
            replies=Replies(
                success=partial(_reply, callback),
                acknowledgement=acknowledgement,
                duplicate=acknowledgement,
            ),
            drift=request.issues[0].where if is_drifted else None,
            is_expected=has_handler and run is None,
        )

    def _run(self, request: CallbackRequest, value: Any) -> HandlerRun | None:
        """Return the handler of a request with its arguments; None if there is none."""
        callback = request.callback
        handler = self.handlers.get(callback)
        call: Callable[[], object] | None = None
        function: Callable[..., object] | None
        if handler is not None and not request.issues:
            has_request = (positional_parameters(handler) or 1) > 1
            function, call = handler, partial(handler, *((value, request)[: 1 + has_request]))
        else:
            function = self.drifted if request.issues else None
            if function is None and handler is None:
                function = self.fallback
            call = None if function is None else partial(function, request)
        if call is None or function is None:
            return None
        return HandlerRun(
            call=call, is_async=is_coroutine_function(function), key=self._key_of(request)
        )

    def _key_of(self, request: CallbackRequest) -> str | None:
        key = None if self._key is None else self._key(request)
        return None if key is None else f"{request.callback.path} {request.callback.name}:{key}"


_NOT_FOUND = Reply(status=404, text="no callback arrives here")


def _reply(callback: Callback[Any, Any], result: object) -> Reply:
    """Return the reply of a handler's result.

    Raises:
        ValueError: The reply has a status or a header that cannot be sent.
        RequestError: The result breaks the document's schema of the reply.
    """
    if isinstance(result, Reply):
        return _sendable(result)
    if callback.reply is None or result is None:
        return Reply(status=callback.status)
    body = Body(callback.reply, media_type=callback.reply_media_type, required=True)
    content = encode(body, result)
    assert content is not None
    stream = content.stream()
    reply = Reply(
        status=callback.status,
        content=stream if isinstance(stream, bytes) else b"".join(stream),
        media_type=content.media_type or callback.reply_media_type,
    )
    return _sendable(reply)


def _sendable(reply: Reply) -> Reply:
    """Return a reply before its callback counts as handled; raises ValueError for a reply that no server can send."""
    if not 200 <= reply.status <= 599:
        raise ValueError(f"{reply.status} is no status of an answer")
    for name, value in reply.all_headers().items():
        problem = value_problem(value)
        if problem:
            raise ValueError(f"the header {name} of the answer {problem}")
    return reply


def _query_of(request: IncomingRequest) -> str:
    """Return the query of a URL whose host may be invalid, which `urlsplit` refuses."""
    return (request.url or "").partition("#")[0].partition("?")[2]


def _best_match(candidates: list[CallbackRequest], max_depth: int) -> tuple[CallbackRequest, Any]:
    """Return the callback whose model matches most properties of the body, and the parsed body.

    The first in document order wins a tie. If the body fits no model, return the first candidate, with its issues.

    Raises:
        EventParseError: The body is not JSON.
    """
    matches: list[tuple[CallbackRequest, Any]] = []
    errors: list[EventParseError] = []
    for candidate in candidates:
        try:
            matches.append(
                (candidate, candidate.callback.parse(candidate.body, max_depth=max_depth))
            )
        except EventParseError as error:
            errors.append(error)
    if matches:
        return max(matches, key=lambda match: _declared_properties(match[1]))
    first = candidates[0]
    if first.callback.is_json and not _is_json(first.body):
        raise errors[0]
    return replace(first, issues=errors[0].issues), None


def _declared_properties(value: object) -> int:
    """Return the number of properties of a model that its class declares."""
    if not isinstance(value, BaseModel):
        return 0
    return len(value.model_fields_set & type(value).model_fields.keys())


def _is_json(body: bytes) -> bool:
    try:
        from_json(body)
    except ValueError:
        return False
    return True
