"""The client that blocks. `async_client.py` differs in `async` and `await` alone."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from ..lazy_imports import defer_annotations
from ..models.reading import MAX_DEPTH
from ..omit import OMIT, Omit
from ..representation import safe_repr
from .authenticators import SyncAuthenticator
from .base_client import (
    DEFAULT_MAX_REPLY,
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
    BaseClient,
    Timeout,
    Watch,
    has_http2,
)
from .call import MOST_REDIRECTS, Arguments, Call, Outcome, prepare, prepare_token
from .credentials import Placement, Source, Sources
from .errors import ConfigurationError, ReplyTooLargeError
from .hooks import Hooks
from .item_streams import Stream
from .oauth_tokens import read_token
from .operation import ApiInfo, Operation, PagedOperation, StreamedOperation
from .options import DEFAULT_OPTIONS, RequestOptions, with_query
from .pagination import Page, Walk
from .parameters import Values
from .replies import RawReply
from .streams import StreamedReply, read_whole

T = TypeVar("T")
Item = TypeVar("Item")


class SyncClient(BaseClient):
    """Client of an API; threads may share it.

    The client owns its connections unless `http_client` is given: close it, or use it in a `with`.
    """

    def __init__(
        self,
        api: ApiInfo,
        *,
        credentials: Sources[Source] | None = None,
        settings: Mapping[str, str | None] | None = None,
        server_variables: Mapping[str, str | None] | None = None,
        base_url: str | None = None,
        timeout: Timeout = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        max_reply: int = DEFAULT_MAX_REPLY,
        max_depth: int = MAX_DEPTH,
        headers: Mapping[str, str] | None = None,
        http_client: httpx2.Client | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self._configure(
            api,
            credentials=credentials or {},
            settings=settings or {},
            server_variables=server_variables or {},
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            max_reply=max_reply,
            max_depth=max_depth,
            headers=headers,
            hooks=hooks,
        )
        if http_client is not None and not isinstance(http_client, httpx2.Client):
            raise ConfigurationError("http_client should be an httpx2.Client")
        self._authenticator = SyncAuthenticator(api, self._credentials)
        self._owns_http = http_client is None
        self._http = http_client or httpx2.Client(http2=has_http2())

    def call(
        self,
        operation: Operation[T],
        *,
        path: Values | None = None,
        query: Values | None = None,
        header: Values | None = None,
        cookie: Values | None = None,
        body: object = OMIT,
        content_type: str | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """Call an operation and return its typed reply."""
        raw = self.call_raw(
            operation,
            path=path,
            query=query,
            header=header,
            cookie=cookie,
            body=body,
            content_type=content_type,
            options=options,
        )
        return raw.parse()

    def call_raw(
        self,
        operation: Operation[T],
        *,
        path: Values | None = None,
        query: Values | None = None,
        header: Values | None = None,
        cookie: Values | None = None,
        body: object = OMIT,
        content_type: str | None = None,
        options: RequestOptions | None = None,
    ) -> RawReply[T]:
        """Call an operation and return its reply with status and headers, unparsed."""
        arguments = Arguments(
            path or {}, query or {}, header or {}, cookie or {}, body, content_type
        )
        return self._call_raw(operation, arguments, options or DEFAULT_OPTIONS)

    def paginate(
        self,
        operation: PagedOperation[Item, T],
        *,
        path: Values | None = None,
        query: Values | None = None,
        header: Values | None = None,
        cookie: Values | None = None,
        body: object = OMIT,
        content_type: str | None = None,
        options: RequestOptions | None = None,
    ) -> Page[Item, T]:
        """Fetch the first page of a list and return it; the page leads to the next pages."""

        def fetch(walk: Walk) -> RawReply[T]:
            arguments = Arguments(
                path or {}, walk.query, header or {}, cookie or {}, body, content_type
            )
            return self._call_raw(
                operation, arguments, with_query(options or DEFAULT_OPTIONS, walk.url_query)
            )

        return Page(Walk(operation.pagination, query or {}), fetch)

    def stream_items(
        self,
        operation: StreamedOperation[Item, Any],
        *,
        path: Values | None = None,
        query: Values | None = None,
        header: Values | None = None,
        cookie: Values | None = None,
        body: object = OMIT,
        content_type: str | None = None,
        options: RequestOptions | None = None,
    ) -> Stream[Item]:
        """Return the typed items of an operation's streamed reply, while they arrive."""
        arguments = Arguments(
            path or {}, query or {}, header or {}, cookie or {}, body, content_type
        )
        accept = operation.stream.media_type
        call = self._prepare(operation, arguments, options or DEFAULT_OPTIONS, accept)

        def reopen(last_event_id: str) -> httpx2.Response:
            return self._open_stream(call.after_event(last_event_id), accept)

        return Stream(operation, call, self._open_stream(call, accept), reopen)

    def _open_stream(self, call: Call[Any], media_type: str) -> httpx2.Response:
        response = self._exchange(call, stream=True)
        try:
            call.check_media_type(response, media_type)
        except BaseException:
            response.close()
            raise
        return response

    @contextmanager
    def stream(
        self,
        operation: Operation[Any],
        *,
        path: Values | None = None,
        query: Values | None = None,
        header: Values | None = None,
        cookie: Values | None = None,
        body: object = OMIT,
        content_type: str | None = None,
        options: RequestOptions | None = None,
    ) -> Iterator[StreamedReply]:
        """Call an operation and read its reply in pieces, within a `with`."""
        arguments = Arguments(
            path or {}, query or {}, header or {}, cookie or {}, body, content_type
        )
        call = self._prepare(operation, arguments, options or DEFAULT_OPTIONS)
        response = self._exchange(call, stream=True)
        try:
            call.check_stream(response)
            yield StreamedReply(call, response)
        finally:
            response.close()

    def with_options(
        self,
        *,
        timeout: Timeout | Omit = OMIT,
        max_retries: int | None = None,
        max_reply: int | None = None,
        max_depth: int | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
    ) -> Self:
        """Return a copy with these settings. It shares connections and tokens, and does not close them."""
        copy = object.__new__(type(self))
        copy._config = self._changed(timeout, max_retries, max_reply, max_depth, headers, hooks)
        copy._credentials = self._credentials
        copy._authenticator = self._authenticator
        copy._owns_http = False
        copy._http = self._http
        return copy

    def close(self) -> None:
        """Close the connections, unless they belong to an injected client or to the original of a copy."""
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _call_raw(
        self, operation: Operation[T], arguments: Arguments, options: RequestOptions
    ) -> RawReply[T]:
        call = self._prepare(operation, arguments, options)
        raw = call.raw(self._exchange(call))
        if options.on_reply is not None:
            options.on_reply(raw)
        return raw

    def _prepare(
        self,
        operation: Operation[T],
        arguments: Arguments,
        options: RequestOptions,
        accept: str | None = None,
    ) -> Call[T]:
        if self._http.is_closed:
            raise ConfigurationError("the client is closed")
        schemes = self._schemes(operation, options)
        return prepare(self._config, operation, arguments, schemes, options, accept)

    def _exchange(
        self, call: Call[Any], *, stream: bool = False, placement: Placement | None = None
    ) -> httpx2.Response:
        """Send until a reply is final: again with a new token after a 401, again after a wait."""
        placement = placement or self._place(call)
        sent = retries = 0
        renewed = False
        while True:
            sent += 1
            watch = Watch(call, sent)
            outcome = self._attempt(call, placement, watch, stream)
            watch.stop(outcome)
            if call.is_unauthorized(outcome) and not renewed:
                renewed = True
                placement, changed = self._renew(call, placement)
                if changed:
                    continue
            wait = call.wait(outcome, retries)
            if wait is None:
                return call.settle(outcome)
            retries += 1
            watch.repeats(outcome, wait)
            time.sleep(wait)

    def _attempt(
        self, call: Call[Any], placement: Placement, watch: Watch, stream: bool
    ) -> Outcome:
        """Send once, redirects included. A refusal is read whole, so that its connection is free again."""
        request = call.request(self._http, placement, watch.added)
        try:
            response = call.received(self._send(call, request), placement)
            if stream and call.succeeded(response):
                return response
            return read_whole(call, response)
        except httpx2.HTTPError as error:
            return call.lost(error, call.mask(placement))
        except ReplyTooLargeError as error:
            return error

    def _send(self, call: Call[Any], request: httpx2.Request) -> httpx2.Response:
        response = self._http.send(request, stream=True, follow_redirects=False)
        for _ in range(MOST_REDIRECTS):
            following = call.redirect(request, response)
            if following is None:
                break
            response.close()
            request = following
            response = self._http.send(request, stream=True, auth=None, follow_redirects=False)
        return response

    def _place(self, call: Call[Any]) -> Placement:
        return self._authenticator.place(call.schemes, self._fetch_token)

    def _renew(self, call: Call[Any], used: Placement) -> tuple[Placement, bool]:
        """Return credentials after a 401, and whether they differ from the refused credentials."""
        self._credentials.drop(call.schemes, used)
        placement = self._place(call)
        return placement, placement.secrets != used.secrets

    def _fetch_token(self, name: str, values: Mapping[str, str]) -> tuple[str, float | None]:
        call, placement = prepare_token(self._config, name, values)
        response = self._exchange(call, placement=placement)
        return read_token(response, call.request_id(response))


class SyncResource:
    """Group of an API's operations."""

    def __init__(self, client: SyncClient) -> None:
        self._client = client

    def __init_subclass__(cls) -> None:
        defer_annotations(vars(cls))

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._client!r})"
