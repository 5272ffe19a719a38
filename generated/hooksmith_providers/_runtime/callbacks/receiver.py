"""Callbacks over HTTP → handlers: told apart by where they arrive, verified, read, answered as the document says."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, TypeAlias, TypeVar, overload
from urllib.parse import parse_qs, quote, unquote, urlsplit

from pydantic import BaseModel
from pydantic_core import from_json

from ..client.bodies import encode
from ..client.operation import Body
from ..headers import value_problem
from ..webhooks.errors import EventParseError, WebhookError
from ..webhooks.receiver.engine import MAX_BODY, Job, Receiver, logger
from ..webhooks.receiver.http import IncomingRequest, Reply
from ..webhooks.receiver.stores import IdempotencyStore, SQLiteStore
from ..webhooks.signatures.message import AnyHeaders
from .addresses import LONGEST_PATH
from .callback import Callback
from .request import CallbackRequest
from .verifier import CallbackVerifier, Verifies

__all__ = ["CallbackReply", "CallbackRequest", "CallbackVerifier"]

T = TypeVar("T")
R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)
RequestHandlerT = TypeVar("RequestHandlerT", bound="Callable[[CallbackRequest], Any]")

CallbackReply: TypeAlias = Reply
"""An answer other than the document's, which a handler may return."""

_SAFE = "/:@!$&'()*+,;=~-._"


class _Register(Protocol[T, R_contra]):
    @overload
    def __call__(
        self, handler: Callable[[T], R_contra | Reply | Awaitable[R_contra | Reply]], /
    ) -> Callable[[T], Any]: ...
    @overload
    def __call__(
        self,
        handler: Callable[[T, CallbackRequest], R_contra | Reply | Awaitable[R_contra | Reply]],
        /,
    ) -> Callable[[T, CallbackRequest], Any]: ...


class UnhandledCallbacksError(RuntimeError):
    """Callbacks of the document have no handler."""

    def __init__(self, callbacks: tuple[Callback[Any, Any], ...]) -> None:
        super().__init__(f"no handler for {', '.join(map(str, callbacks))}")
        self.callbacks = callbacks


@dataclass(frozen=True, slots=True, kw_only=True)
class _CallbackJob(Job):
    callback: Callback[Any, Any]
    drifted: bool


class BaseCallbackReceiver(Receiver):
    """Takes callbacks and hands their bodies to handlers; an ASGI and a WSGI application.

    `address(CALLBACK)` goes into the call that registers it. The API is answered with the status and body that the
    document has for success, and only after the handler succeeded: with 500 where it failed, so that the API may try
    again, with 400 for what is not verified or not readable, with 404, 405 and 413.

    Args:
        address: The URL under which the API reaches this receiver, such as `https://example.com/callbacks`.
        verifier: What proves that a request is the API's: a `Webhook`, or a `CallbackVerifier`; None: nothing does.
        paths: Other paths below `address` than the callbacks' own.
        key: What a callback keeps when it is sent again, as an id in its headers; None: it has none.
        store: Remembers by their keys what was handled.
        max_body: Bytes that a body may have.
        exhaustive: Whether to refuse to start while callbacks of the document have no handler of their own.
    """

    callbacks: ClassVar[tuple[Callback[Any, Any], ...]] = ()

    def __init__(
        self,
        address: str,
        *,
        verifier: Verifies | None,
        paths: Mapping[Callback[Any, Any], str] | None = None,
        key: Callable[[CallbackRequest], str | None] | None = None,
        store: IdempotencyStore | type[SQLiteStore] | None = None,
        max_body: int = MAX_BODY,
        exhaustive: bool = False,
    ) -> None:
        if store is not None and key is None:
            raise TypeError("a store needs `key`: what tells that a callback came before")
        super().__init__(store=store, max_body=max_body)
        self._address = _checked_address(address)
        self._verifier = verifier
        self._paths = {it: it.path for it in self.callbacks} | self._checked_paths(paths or {})
        self._patterns = {it: it.address.pattern(path) for it, path in self._paths.items()}
        self._key = key
        self._exhaustive = exhaustive
        self._handlers: dict[Callback[Any, Any], Callable[..., object]] = {}
        self._fallback: Callable[[CallbackRequest], object] | None = None
        self._drifted: Callable[[CallbackRequest], object] | None = None

    def address(self, callback: Callback[Any, Any]) -> str:
        """What to give the call that registers a callback: the URL where this receiver takes it."""
        return self._address + quote(self._paths[self._known(callback)], safe=_SAFE)

    # --- handlers

    def on(self, callback: Callback[T, R]) -> _Register[T, R]:
        """Register the handler of a callback; it may be a coroutine function.

        It gets the body, and with a second parameter the `CallbackRequest`. What it returns is the answer's body, where
        the document has one; a `CallbackReply` is answered as it is.
        """
        if self._known(callback) in self._handlers:
            raise ValueError(f"{callback} has a handler already")

        def register(handler: Any) -> Any:
            self._handlers[callback] = handler
            return handler

        return register

    def fallback(self, handler: RequestHandlerT) -> RequestHandlerT:
        """Register the handler of every callback that has none, also of those that depart from the document."""
        self._fallback = handler
        return handler

    def drifted(self, handler: RequestHandlerT) -> RequestHandlerT:
        """Register the handler of callbacks that depart from the document; `issues` of the request say where.

        Without it they are not acknowledged, if they have a handler otherwise.
        """
        self._drifted = handler
        return handler

    def unhandled_callbacks(self) -> tuple[Callback[Any, Any], ...]:
        """The callbacks of the document without a handler of their own, in its order."""
        return tuple(callback for callback in self.callbacks if callback not in self._handlers)

    def check(self) -> None:
        """Raise UnhandledCallbacksError where the receiver is to be exhaustive and is not."""
        callbacks = self.unhandled_callbacks() if self._exhaustive else ()
        if callbacks:
            raise UnhandledCallbacksError(callbacks)

    def _known(self, callback: Callback[Any, Any]) -> Callback[Any, Any]:
        if callback not in self.callbacks:
            raise KeyError(f"the document has no callback {callback}")
        return callback

    def _checked_paths(
        self, paths: Mapping[Callback[Any, Any], str]
    ) -> dict[Callback[Any, Any], str]:
        for callback, path in paths.items():
            if not path.startswith("/") or "?" in path:
                raise ValueError(f"{path!r} is no path: begin it with a slash, without a query")
            self._known(callback)
        return dict(paths)

    # --- one request

    def receive(
        self, body: bytes, headers: AnyHeaders, *, path: str, method: str = "POST"
    ) -> Reply:
        """Take one callback, from a view of any framework; the handler runs in this thread.

        `path` is what follows the receiver's address, as it was asked for, with the query.
        """
        arrival = self._arrival(body, headers, path, method)
        return self.reject_early(method, arrival.path) or self.take(arrival)

    async def areceive(
        self, body: bytes, headers: AnyHeaders, *, path: str, method: str = "POST"
    ) -> Reply:
        """Take one callback in an event loop; arguments as for `receive`."""
        arrival = self._arrival(body, headers, path, method)
        return self.reject_early(method, arrival.path) or await self.atake(arrival)

    def _arrival(self, body: bytes, headers: AnyHeaders, path: str, method: str) -> IncomingRequest:
        plain = unquote(path.partition("?")[0])
        url = self._address + path
        return IncomingRequest(body=body, headers=headers, method=method, url=url, path=plain)

    def reject_early(self, method: str, path: str) -> Reply | None:
        """404 where no callback arrives, 405 where none does by this method."""
        short = path if len(path) <= LONGEST_PATH else ""
        here = [it for it, pattern in self._patterns.items() if pattern.fullmatch(short)]
        if not here:
            return self.refuse(404, "no callback arrives here")
        methods = dict.fromkeys(it.method for it in here)
        if method not in methods:
            return self.refuse(405, f"only {', '.join(methods)}", {"Allow": ", ".join(methods)})
        return None

    def _prepare(self, arrival: IncomingRequest) -> Job | Reply:
        self.check()
        if len(arrival.body) > self.max_body:
            return self.refuse(413, "the body is too large")
        requests = self._candidates(arrival)
        if not requests:
            return self.refuse(404, "no callback arrives here")
        try:
            self._verify(arrival)
            request, value = _told_apart(requests)
        except WebhookError as error:
            return self._unproven(error)
        return self._job(request, value)

    def _candidates(self, arrival: IncomingRequest) -> list[CallbackRequest]:
        """The callbacks that it may be by its method and address."""
        query = parse_qs(_query_of(arrival), keep_blank_values=True)
        found = []
        for callback, pattern in self._patterns.items():
            values = callback.address.read(pattern, arrival.path, query)
            if callback.method == arrival.method and values is not None:
                request = CallbackRequest(
                    callback=callback, body=arrival.body, headers=arrival.headers,
                    path=arrival.path, query=query, values=values,
                )  # fmt: skip
                found.append(request)
        return found

    def _verify(self, arrival: IncomingRequest) -> None:
        """By the URL that the API called, which may be another than the one that arrives, as behind a proxy."""
        if self._verifier is not None:
            query = _query_of(arrival)
            url = self._address + quote(arrival.path, safe=_SAFE) + (f"?{query}" if query else "")
            self._verifier.verify(arrival.body, arrival.headers, method=arrival.method, url=url)

    def _job(self, request: CallbackRequest, value: Any) -> Job | Reply:
        callback = request.callback
        drifted = bool(request.issues)
        own = None if drifted else self._handlers.get(callback)
        handler = own or (self._drifted if drifted else None)
        if handler is None and callback not in self._handlers:
            handler = self._fallback
        if handler is None:
            return self._not_handled(request)
        arguments = (value, request)[: _wanted(own)] if own else (request,)
        job = _CallbackJob(
            event=arguments[0],
            more=arguments[1:],
            handler=handler,
            key=self._key_of(request),
            token="",
            named=str(callback),
            callback=callback,
            drifted=drifted,
        )
        return self._claim(job)

    def _not_handled(self, request: CallbackRequest) -> Reply:
        """What has no handler is acknowledged; what has one but departs from the document is not."""
        callback = request.callback
        if callback not in self._handlers:
            self._count(unhandled=1, drifted=int(bool(request.issues)))
            return Reply(status=callback.status)
        self._count(drifted=1, failed=1)
        where = request.issues[0].where or "/"
        logger.error("%s departs from the document at %s: not acknowledged", callback, where)
        return Reply(status=500, text="no handler")

    def _key_of(self, request: CallbackRequest) -> str | None:
        callback = request.callback
        key = None if self._key is None or self._store is None else self._key(request)
        return None if key is None else f"{callback.path} {callback.name}:{key}"

    def _answer(self, job: Job, result: object) -> Reply:
        assert isinstance(job, _CallbackJob)
        if isinstance(result, Reply):
            return _sendable(result)
        callback = job.callback
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

    def _acknowledge(self, job: Job, text: str) -> Reply:
        assert isinstance(job, _CallbackJob)
        return Reply(status=job.callback.status)

    def _count_handled(self, job: Job) -> None:
        assert isinstance(job, _CallbackJob)
        self._count(handled=1, drifted=int(job.drifted))


def _sendable(reply: Reply) -> Reply:
    """`reply`; raises ValueError for one that no server can send, before its callback counts as handled."""
    if not 200 <= reply.status <= 599:
        raise ValueError(f"{reply.status} is no status of an answer")
    for name, value in reply.all_headers().items():
        problem = value_problem(value)
        if problem:
            raise ValueError(f"the header {name} of the answer {problem}")
    return reply


def _query_of(arrival: IncomingRequest) -> str:
    """Whatever stands before it: a sender may write a host that is none, which `urlsplit` does not take."""
    return (arrival.url or "").partition("#")[0].partition("?")[2]


def _told_apart(requests: list[CallbackRequest]) -> tuple[CallbackRequest, Any]:
    """The callback that a request is, and its body as read; raises EventParseError where that is not even JSON.

    Of several that are told one address, it is the one whose body knows most of what came; if alike, the document's
    first. Where it fits none, it is the first, with its issues.
    """
    found: list[tuple[CallbackRequest, Any]] = []
    errors: list[EventParseError] = []
    for request in requests:
        try:
            found.append((request, request.callback.parse(request.body)))
        except EventParseError as error:
            errors.append(error)
    if found:
        return max(found, key=lambda pair: _known_fields(pair[1]))
    if requests[0].callback.is_json and not _is_json(requests[0].body):
        raise errors[0]
    return replace(requests[0], issues=errors[0].issues), None


def _known_fields(value: object) -> int:
    """How many of its properties a model knows."""
    if not isinstance(value, BaseModel):
        return 0
    return len(value.model_fields_set & type(value).model_fields.keys())


def _is_json(body: bytes) -> bool:
    try:
        from_json(body)
    except ValueError:
        return False
    return True


def _wanted(handler: Callable[..., object]) -> int:
    """How many arguments a handler must be given: the body, or the body and the request."""
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):  # some built-in functions tell nothing
        return 1
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [it for it in parameters if it.kind in kinds and it.default is it.empty]
    return 2 if len(needed) > 1 else 1


def _checked_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"{address!r} is no address: give it as https://example.com/callbacks")
    return address.rstrip("/")
