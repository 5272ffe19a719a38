"""Handlers: their registration, and the choice of an event's handlers."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar, overload

from ..outcomes import Retry, checked_timeout
from .delivery_context import DeliveryContext

EventT = TypeVar("EventT")
ModelT = TypeVar("ModelT")
HandlerT = TypeVar("HandlerT", bound=Callable[..., object])
MiddlewareT = TypeVar("MiddlewareT", bound="Middleware | AsyncMiddleware")

Middleware = Callable[[Any, DeliveryContext, Callable[[], object]], object]
"""(event, delivery, call_next) → the handler's result; `call_next()` runs the handler."""
AsyncMiddleware = Callable[
    [Any, DeliveryContext, Callable[[], Awaitable[object]]], Awaitable[object]
]
"""A coroutine function of the same parameters; `await call_next()` runs the handler."""


class Register(Protocol[EventT]):
    """Decorator of a handler of one parameter, the event, or two: the event and its `DeliveryContext`."""

    @overload
    def __call__(self, handler: Callable[[EventT], Any], /) -> Callable[[EventT], Any]: ...
    @overload
    def __call__(
        self, handler: Callable[[EventT, DeliveryContext], Any], /
    ) -> Callable[[EventT, DeliveryContext], Any]: ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Handler:
    """A registered handler, with the middleware around it, the outermost first."""

    function: Callable[..., object]
    takes_context: bool
    is_async: bool
    timeout: float | None = None
    retry: Retry | None = None
    middleware: tuple[Middleware | AsyncMiddleware, ...] = ()

    @property
    def needs_context(self) -> bool:
        """Whether the handler or its middleware takes the delivery."""
        return self.takes_context or bool(self.middleware)

    @cached_property
    def name(self) -> str:
        """Module and qualified name of the function, by which a store distinguishes the handlers of an event."""
        function = inspect.unwrap(self.function)
        named = function if hasattr(function, "__qualname__") else type(function)
        return f"{named.__module__}.{named.__qualname__}"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A call of `on`, `on_prefix`, `on_any` or `fallback`: events or a prefix, and the handler."""

    events: tuple[Any, ...] = ()
    prefix: str | None = None
    """The empty prefix is that of every event, unknown and drifted ones included."""
    handler: Handler


@dataclass(kw_only=True, eq=False)
class Handlers(Generic[EventT]):
    """Handlers of a module, for `receiver.include(handlers)`. Events are checked when a receiver includes them."""

    registrations: list[Registration] = field(default_factory=list)
    middlewares: list[Middleware | AsyncMiddleware] = field(default_factory=list)

    @overload
    def on(
        self, *events: type[ModelT], timeout: float | None = None, retry: Retry | None = None
    ) -> Register[ModelT]: ...
    @overload
    def on(
        self, *events: str, timeout: float | None = None, retry: Retry | None = None
    ) -> Callable[[HandlerT], HandlerT]: ...
    def on(self, *events: Any, timeout: float | None = None, retry: Retry | None = None) -> Any:
        """Register a handler of events, by their classes or types. It may be a coroutine function.

        A handler takes the event, and as an optional second parameter the `DeliveryContext`. An event may have several
        handlers: all must succeed, and each is remembered on its own. Events reach their handlers if they fit their
        model; `UnknownEvent` and `DriftedEvent` are classes of events as well.

        Args:
            events: Classes or types of events.
            timeout: The handler's time limit in seconds; None: no limit.
            retry: The handler's retry policy, with an inbox; None: the receiver's.

        Raises:
            KeyError: The document has no such event.
            TypeError: The handler takes neither one nor two parameters.
            ValueError: The handler is registered for the event already.
        """
        if any(inspect.isroutine(event) for event in events):
            raise TypeError("name the events: @receiver.on(SomeEvent), not @receiver.on")
        return self._register(timeout, events=events, retry=retry)

    def on_prefix(self, prefix: str, *, timeout: float | None = None) -> Register[EventT]:
        """Register a handler of every event whose type begins with `prefix`, in addition to the event's own handlers.

        Unknown events of such a type are included; drifted events are not.

        Raises:
            ValueError: The prefix is empty.
        """
        if not prefix:
            raise ValueError("prefix: it is empty; on_any takes every event")
        return self._register(timeout, prefix=prefix)  # type: ignore[no-any-return]

    @overload
    def on_any(self, handler: Callable[[EventT], Any], /) -> Callable[[EventT], Any]: ...
    @overload
    def on_any(
        self, handler: Callable[[EventT, DeliveryContext], Any], /
    ) -> Callable[[EventT, DeliveryContext], Any]: ...
    def on_any(self, handler: Any) -> Any:
        """Register a handler of every event, in addition to the event's own handlers or the fallback.

        Unknown events are included, and drifted events of types without a handler.
        """
        return self._register(None, prefix="")(handler)

    @overload
    def fallback(self, handler: Callable[[EventT], Any], /) -> Callable[[EventT], Any]: ...
    @overload
    def fallback(
        self, handler: Callable[[EventT, DeliveryContext], Any], /
    ) -> Callable[[EventT, DeliveryContext], Any]: ...
    def fallback(self, handler: Any) -> Any:
        """Register the handler of events that have none.

        Unknown events are included, and drifted events of types without a handler.
        """
        return self._register(None)(handler)

    def middleware(self, function: MiddlewareT) -> MiddlewareT:
        """Register a function around every handler: `(event, delivery, call_next)`, plain or a coroutine function.

        The first registered is the outermost. A plain function runs in a thread under ASGI, as a plain handler does.
        """
        if positional_parameters(function) not in (3, None):
            raise TypeError("a middleware takes three parameters: event, delivery, call_next")
        self.middlewares.append(function)
        return function

    def include(self, handlers: Handlers[Any]) -> None:
        """Register the handlers of another object. Its middleware stays around its own handlers."""
        inner = tuple(handlers.middlewares)
        for each in list(handlers.registrations):
            self.add(
                Registration(
                    events=each.events,
                    prefix=each.prefix,
                    handler=_within(each.handler, inner),
                )
            )

    def check_events(self, events: tuple[Any, ...], prefix: str | None) -> None:
        """Raise KeyError for an event that the document does not have; without a document, accept every event."""

    def add(self, registration: Registration) -> None:
        """Add a registration."""
        self.registrations.append(registration)

    def _register(
        self,
        timeout: float | None,
        events: tuple[Any, ...] = (),
        prefix: str | None = None,
        retry: Retry | None = None,
    ) -> Any:
        limit = checked_timeout(timeout)
        self.check_events(events, prefix)

        def register(function: Callable[..., object]) -> Callable[..., object]:
            handler = Handler(
                function=function,
                takes_context=takes_context(function),
                is_async=is_coroutine_function(function),
                timeout=limit,
                retry=retry,
            )
            self.add(Registration(events=events, prefix=prefix, handler=handler))
            return function

        return register


def _within(handler: Handler, outer: tuple[Middleware | AsyncMiddleware, ...]) -> Handler:
    return Handler(
        function=handler.function,
        takes_context=handler.takes_context,
        is_async=handler.is_async,
        timeout=handler.timeout,
        retry=handler.retry,
        middleware=(*outer, *handler.middleware),
    )


def is_coroutine_function(function: Any) -> bool:
    """Return whether a call of `function` gives a coroutine; partial functions and objects with `__call__` included."""
    function = getattr(function, "func", function)
    call = getattr(type(function), "__call__", None)  # noqa: B004 - its kind counts
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


def positional_parameters(function: Callable[..., object]) -> int | None:
    """Return the number of positional parameters without a default; None for built-in functions without a signature."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(each.kind in kinds and each.default is each.empty for each in parameters)


def takes_context(handler: Callable[..., object]) -> bool:
    """Return whether a handler takes the delivery beside the event; raises TypeError for any other signature."""
    count = positional_parameters(handler)
    if count is None or count == 1:
        return False
    if count == 2:
        _check_context(handler)
        return True
    signature = inspect.signature(handler)
    if count == 0 and _accepts_one(signature):
        return False
    raise TypeError(f"a handler takes the event, or the event and the delivery, not {signature}")


def _check_context(handler: Callable[..., object]) -> None:
    """Raise TypeError unless the second parameter is a `DeliveryContext`, or has no annotation."""
    parameter = list(inspect.signature(handler).parameters.values())[1]
    annotation = parameter.annotation
    if isinstance(annotation, str):
        try:
            annotation = (
                inspect.signature(handler, eval_str=True).parameters[parameter.name].annotation
            )
        except Exception:  # a name of another annotation that exists for type checkers alone
            if annotation.rpartition(".")[2] == DeliveryContext.__name__:
                return
    if annotation not in (parameter.empty, Any, DeliveryContext):
        shown = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
        raise TypeError(
            f"the second parameter of a handler is the delivery: annotate {parameter.name} as DeliveryContext, or not "
            f"at all, not as {shown}; bind dependencies in a closure or by a default"
        )


def _accepts_one(signature: inspect.Signature) -> bool:
    try:
        signature.bind(None)
    except TypeError:
        return False
    return True
