"""Streamed replies as typed items: server-sent events and JSON lines, read while they arrive."""

from __future__ import annotations

__lazy_modules__ = frozenset({"asyncio"})  # PEP 810: the sync client needs no asyncio

import asyncio
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
)
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

import httpx2
from pydantic_core import from_json

from ..errors import APIError, Detail
from ..models.base import Unknown
from ..models.validation import ANY, parse_json
from ..representation import safe_repr
from .call import Call
from .errors import ReplyValidationError, StreamError
from .operation import ItemStream, StreamedOperation
from .replies import mask_of, masked_details
from .retries import wait_before
from .stream_framing import Framing, Record, RecordTooLargeError, framing_for

Item = TypeVar("Item")


class _Reader(Generic[Item]):
    """Reads the items of one stream out of its bytes. No I/O."""

    def __init__(self, stream: ItemStream, response: httpx2.Response, call: Call[Any]) -> None:
        self._stream = stream
        self._response = response
        self._call = call
        self.framing: Framing = framing_for(stream.media_type)
        self.is_done = False

    def feed(self, chunk: bytes) -> Iterator[Item]:
        return self._items(self.framing.feed(chunk))

    def finish(self) -> Iterator[Item]:
        return self._items(self.framing.finish())

    def restart(self, response: httpx2.Response) -> None:
        """Forget the rest of a broken reply, and read another; keep the id of the last event."""
        self._response = response
        framing = framing_for(self._stream.media_type)
        framing.last_event_id = self.framing.last_event_id
        framing.retry_seconds = self.framing.retry_seconds
        self.framing = framing

    def _items(self, records: Iterator[Record]) -> Iterator[Item]:
        done = self._stream.done_marker
        problem = ""
        try:
            for record in records:
                if done is not None and record.data == done:
                    self.is_done = True
                    return
                yield self._item(record)
        except RecordTooLargeError as error:
            problem = str(error)
        if problem:  # outside of `except`: the context of an error must not hold content
            raise self._error(problem, None)

    def _item(self, record: Record) -> Item:
        described = self._stream.events.get(record.event) if self._stream.events else self._stream
        if described is None:
            return self._undescribed(record)
        if record.event == "error" and not (self._stream.events or self._stream.describes_error):
            raise self._error("the API reports an error", _json_or_text(record.data))
        if described.is_text:
            text: Any = record.data.decode("utf-8", "replace")
            return cast("Item", text)
        value, details = parse_json(
            described.adapter or ANY, record.data, max_depth=self._call.config.max_depth
        )
        details = masked_details(details, self._response)
        if details:
            raise self._misfit(record, details)
        return cast("Item", value)

    def _undescribed(self, record: Record) -> Item:
        """Return an event of a name that the document does not list; data that is no object is its property `data`."""
        if record.event == "error":
            raise self._error("the API reports an error", _json_or_text(record.data))
        return cast("Item", _unknown(record))

    def _misfit(
        self, record: Record, details: tuple[Detail, ...]
    ) -> StreamError | ReplyValidationError:
        body = _json_or_text(record.data)
        if isinstance(body, dict) and body.get("error"):
            return self._error("the API reports an error", body)
        operation = self._call.operation
        return ReplyValidationError(
            f"an item of the reply to {operation.method} {operation.path} does not fit its description",
            details,
            status=self._response.status_code,
            headers=self._response.headers,
            request_id=self._call.request_id(self._response),
        )

    def _error(self, problem: str, body: object) -> StreamError:
        operation = self._call.operation
        return StreamError(
            f"the stream of {operation.method} {operation.path}: {problem}",
            body=body,
            status=self._response.status_code,
            headers=self._response.headers,
            request_id=self._call.request_id(self._response),
        )


def _unknown(record: Record) -> Unknown:
    body = _json_or_text(record.data)
    return Unknown.model_validate(body if isinstance(body, dict) else {"data": body})


def _json_or_text(data: bytes) -> object:
    try:
        value: object = from_json(data)
    except ValueError:
        return data.decode("utf-8", "replace")
    return value


class _StreamBase(Generic[Item]):
    """State of both streams: the reply's status, headers and request id, and the time of reconnection."""

    def __init__(
        self, operation: StreamedOperation[Item, Any], call: Call[Any], response: httpx2.Response
    ) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.request_id = call.request_id(response)
        self._call = call
        self._response = response
        self._reader: _Reader[Item] = _Reader(operation.stream, response, call)
        self._has_items = False

    @property
    def last_event_id(self) -> str:
        """The id of the last server-sent event; empty if the API gives none."""
        return self._reader.framing.last_event_id

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}(status={self.status}, request_id={self.request_id!r})"

    def _wait(self, loss: APIError | None, retries: int) -> float | None:
        """Return the seconds until the stream is opened again; None: it has ended, or is lost by an error.

        Before the first item the retry policy of the operation applies; after it, `reconnect` of the options.
        """
        if self._call.reconnects:
            if retries >= self._call.retries.max_retries:
                return None
            return self._reader.framing.retry_seconds or wait_before(retries + 1, None)
        if loss is None or self._has_items:
            return None
        return self._call.retries.wait_after_failure(loss.__cause__, retries)

    def _lost(self, error: httpx2.HTTPError) -> APIError:
        return self._call.lost(error, mask_of(self._response))

    def _opened(self, response: httpx2.Response) -> None:
        self._response = response
        self._reader.restart(response)


class Stream(_StreamBase[Item]):
    """The items of a streamed reply, while they arrive.

    Iterate to the end, or use the stream in a `with` or call `close` to leave early: the connection is closed then.
    Raises StreamError if the API reports an error, ReplyValidationError if an item does not fit its description, and
    APIConnectionError if the connection breaks.
    """

    def __init__(
        self,
        operation: StreamedOperation[Item, Any],
        call: Call[Any],
        response: httpx2.Response,
        reopen: Callable[[str], httpx2.Response],
    ) -> None:
        super().__init__(operation, call, response)
        self._reopen = reopen
        self._iterator = self._iterate()

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        return next(self._iterator)

    def close(self) -> None:
        """Close the connection; the rest of the stream is dropped."""
        self._iterator.close()
        self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _iterate(self) -> Generator[Item, None, None]:
        retries = 0
        while self._response.status_code != 204:
            loss: APIError | None = None
            try:
                for items in map(self._reader.feed, self._response.iter_bytes()):
                    for item in items:
                        self._has_items, retries = True, 0
                        yield item
                    if self._reader.is_done:
                        return
                yield from self._reader.finish()
            except httpx2.HTTPError as error:
                loss = self._lost(error)
            finally:
                self._response.close()
            wait = self._wait(loss, retries)
            if wait is None and loss is not None:
                raise loss
            if wait is None:
                return
            retries += 1
            time.sleep(wait)
            self._opened(self._reopen(self.last_event_id))


class AsyncStream(_StreamBase[Item]):
    """The items of a streamed reply, while they arrive.

    Iterate to the end, or use the stream in an `async with` or call `close` to leave early: the connection is closed
    then. Raises StreamError if the API reports an error, ReplyValidationError if an item does not fit its description,
    and APIConnectionError if the connection breaks.
    """

    def __init__(
        self,
        operation: StreamedOperation[Item, Any],
        call: Call[Any],
        response: httpx2.Response,
        reopen: Callable[[str], Awaitable[httpx2.Response]],
    ) -> None:
        super().__init__(operation, call, response)
        self._reopen = reopen
        self._iterator = self._iterate()

    def __aiter__(self) -> AsyncIterator[Item]:
        return self

    async def __anext__(self) -> Item:
        return await anext(self._iterator)

    async def close(self) -> None:
        """Close the connection; the rest of the stream is dropped."""
        await self._iterator.aclose()
        await self._response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _iterate(self) -> AsyncGenerator[Item, None]:
        retries = 0
        while self._response.status_code != 204:
            loss: APIError | None = None
            try:
                async for chunk in self._response.aiter_bytes():
                    items = self._reader.feed(chunk)
                    del chunk  # tracebacks must not show content
                    for item in items:
                        self._has_items, retries = True, 0
                        yield item
                    if self._reader.is_done:
                        return
                for item in self._reader.finish():
                    yield item
            except httpx2.HTTPError as error:
                loss = self._lost(error)
            finally:
                await self._response.aclose()
            wait = self._wait(loss, retries)
            if wait is None and loss is not None:
                raise loss
            if wait is None:
                return
            retries += 1
            await asyncio.sleep(wait)
            self._opened(await self._reopen(self.last_event_id))
