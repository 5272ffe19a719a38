"""The receiver of callbacks: requests over HTTP → handlers; replies as the document describes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Protocol, TypeAlias, TypeVar, overload
from urllib.parse import quote, unquote, urlsplit

from ..models.reading import MAX_DEPTH, checked_depth
from ..webhooks.receiver.base_receiver import MAX_BODY, Receiver, Store
from ..webhooks.receiver.http import IncomingRequest, Reply
from ..webhooks.receiver.reporting import ReceiverHooks
from ..webhooks.signatures.message import AnyHeaders
from .callback import Callback
from .dispatch import SAFE, CallbackDispatcher, UnhandledCallbacksError
from .request import CallbackRequest
from .verifier import CallbackVerifier, Verifies

__all__ = ["CallbackReply", "CallbackRequest", "CallbackVerifier", "UnhandledCallbacksError"]

T = TypeVar("T")
R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)
RequestHandlerT = TypeVar("RequestHandlerT", bound="Callable[[CallbackRequest], Any]")

CallbackReply: TypeAlias = Reply
"""A reply that a handler returns in place of the document's."""


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


class BaseCallbackReceiver(Receiver):
    """Takes callbacks and hands their bodies to handlers; an ASGI and a WSGI application.

    `address(CALLBACK)` is the argument of the operation that registers the callback. After the handler succeeded, the
    reply has the status and body that the document describes for success; 500 if the handler failed, so that the API
    may repeat the request; 400 if the request is not verified or not readable; 404, 405 and 413.

    Args:
        address: The URL under which the API reaches this receiver, such as `https://example.com/callbacks`.
        verifier: Verifies requests: a `Webhook`, or a `CallbackVerifier`; None: requests are not verified.
        paths: Paths of callbacks below `address`, in place of their own.
        key: Gives the key that repeated requests of a callback share, such as an id in a header; None: there is none.
        store: Remembers handled requests by their keys.
        name: The receiver's name in logs and hooks.
        max_body: The most bytes of a body.
        max_depth: The most levels of objects and arrays in a body.
        exhaustive: Whether to refuse to start while callbacks of the document have no handler of their own.
        hooks: Functions that observe requests.

    Raises:
        TypeError: `store` needs `key`.
        ValueError: `address` or a path is invalid.
    """

    callbacks: ClassVar[tuple[Callback[Any, Any], ...]] = ()

    def __init__(
        self,
        address: str,
        *,
        verifier: Verifies | None,
        paths: Mapping[Callback[Any, Any], str] | None = None,
        key: Callable[[CallbackRequest], str | None] | None = None,
        store: Store = None,
        name: str = "callbacks",
        max_body: int = MAX_BODY,
        max_depth: int = MAX_DEPTH,
        exhaustive: bool = False,
        hooks: ReceiverHooks | None = None,
    ) -> None:
        if store is not None and key is None:
            raise TypeError("a store needs `key`: the id that repeated requests share")
        self._address = _checked_address(address)
        self._paths = {each: each.path for each in self.callbacks}
        self._paths |= self._checked_paths(paths or {})
        self._callbacks = CallbackDispatcher(
            self._address,
            self._paths,
            verifier=verifier,
            key=None if store is None else key,
            exhaustive=exhaustive,
            max_depth=checked_depth(max_depth),
        )
        super().__init__(self._callbacks, name=name, store=store, max_body=max_body, hooks=hooks)

    def address(self, callback: Callback[Any, Any]) -> str:
        """Return the URL at which this receiver takes a callback, for the operation that registers it."""
        return self._address + quote(self._paths[self._known(callback)], safe=SAFE)

    # --- handlers

    def on(self, callback: Callback[T, R]) -> _Register[T, R]:
        """Register the handler of a callback; it may be a coroutine function.

        A handler takes the body, and as an optional second parameter the `CallbackRequest`. Its result is the body of
        the reply, if the document describes one; a `CallbackReply` is sent as it is.

        Raises:
            KeyError: The document has no such callback.
            ValueError: The callback has a handler already.
        """
        if self._known(callback) in self._callbacks.handlers:
            raise ValueError(f"{callback} has a handler already")

        def register(handler: Any) -> Any:
            self._callbacks.handlers[callback] = handler
            return handler

        return register

    def fallback(self, handler: RequestHandlerT) -> RequestHandlerT:
        """Register the handler of every callback that has none, those that depart from the document included."""
        self._callbacks.fallback = handler
        return handler

    def drifted(self, handler: RequestHandlerT) -> RequestHandlerT:
        """Register the handler of requests that depart from the document; their `issues` have the places.

        Without it, such a request is not acknowledged if its callback has a handler.
        """
        self._callbacks.drifted = handler
        return handler

    def unhandled_callbacks(self) -> tuple[Callback[Any, Any], ...]:
        """Return the callbacks of the document without a handler of their own, in the document's order."""
        return self._callbacks.unhandled_callbacks()

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
        """Return the reply to a request, in a view of any framework; a plain handler runs in this thread.

        `path` is the part of the URL after the receiver's address, still encoded, with the query.
        """
        request = self._request(body, headers, path, method)
        return self.reject_early(method, request.path) or self.handle(request)

    async def areceive(
        self, body: bytes, headers: AnyHeaders, *, path: str, method: str = "POST"
    ) -> Reply:
        """Return the reply to a request without blocking the event loop. Arguments are those of `receive`."""
        request = self._request(body, headers, path, method)
        return self.reject_early(method, request.path) or await self.ahandle(request)

    def _request(self, body: bytes, headers: AnyHeaders, path: str, method: str) -> IncomingRequest:
        plain_path = unquote(path.partition("?")[0])
        url = self._address + path
        return IncomingRequest(body=body, headers=headers, method=method, url=url, path=plain_path)


def _checked_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"{address!r} is no address: give it as https://example.com/callbacks")
    return address.rstrip("/")
