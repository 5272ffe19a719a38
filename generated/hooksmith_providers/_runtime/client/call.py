"""One call of an operation: arguments → requests, outcomes → reply, retry or error. No I/O.

Both clients share this logic, and differ in how they wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import urljoin

import httpx2

from ..errors import APIError, Detail, RequestError, printable
from ..headers import merge
from ..masking import Mask
from ..media_types import essence_of
from ..omit import OMIT, Omit
from .bodies import Content, encode
from .credentials import Placement
from .errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ConfigurationError,
    ReplyContentTypeError,
    ReplyTooLargeError,
    status_error_class,
)
from .hooks import Hooks
from .oauth_tokens import token_request
from .operation import ApiInfo, OAuth2ClientCredentials, Operation
from .options import RequestOptions
from .parameters import Pairs, Values, cookies_of, headers_of, join, missing, path_of, query_of
from .replies import (
    MASK,
    RawReply,
    describe,
    described_as,
    error_body,
    fitting,
    mask_of,
    shown_explanation,
    shown_media_type,
)
from .request_builder import build_request, origin, parsed, redirect_target
from .retries import (
    IDEMPOTENT,
    RetryPolicy,
    has_idempotency_key,
    idempotency_header,
    is_retryable,
    retry_after,
)
from .servers import server_url

T = TypeVar("T")

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Outcome = httpx2.Response | APIError
"""What an attempt leads to; an error is one that no reply came with."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Config:
    """Settings of a client without credentials and connections. `base_url_given`: the caller gave the base URL."""

    api: ApiInfo
    base_url: str
    base_url_given: bool
    timeout: httpx2.Timeout
    max_retries: int
    max_reply: int
    max_depth: int
    headers: Mapping[str, str]
    hooks: Hooks
    settings: Mapping[str, str | None]
    server_variables: Mapping[str, str | None]


@dataclass(frozen=True, eq=False, repr=False)
class Arguments:
    """Arguments of a call by wire name, and its request body. `content_type`: the body's media type, by default the
    first.
    """

    path: Values = field(default_factory=dict)
    query: Values = field(default_factory=dict)
    header: Values = field(default_factory=dict)
    cookie: Values = field(default_factory=dict)
    body: object = OMIT
    content_type: str | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Call(Generic[T]):
    """A call, validated and encoded, without credentials."""

    config: Config
    operation: Operation[T]
    url: str
    query: Pairs
    headers: dict[str, str]
    cookies: Pairs
    content: Content | None
    schemes: tuple[str, ...]
    timeout: httpx2.Timeout
    retries: RetryPolicy
    reconnects: bool = False

    def after_event(self, last_event_id: str) -> Call[T]:
        """Return the same call, which asks for the events after the event with this id."""
        if not last_event_id:
            return self
        return replace(self, headers={**self.headers, "last-event-id": last_event_id})

    def request(
        self,
        http: httpx2.Client | httpx2.AsyncClient,
        placement: Placement,
        added: Mapping[str, str],
    ) -> httpx2.Request:
        """Return the request with the credentials in their places; raises RequestError if its URL is too long."""
        request = self._built(http, placement, added)
        if request is None:
            raise RequestError(Detail("url", "is longer than the HTTP client sends"))
        return request

    def _built(
        self,
        http: httpx2.Client | httpx2.AsyncClient,
        placement: Placement,
        added: Mapping[str, str],
    ) -> httpx2.Request | None:
        query = join([*self.query, *missing(placement.query, self.query)])
        headers = merge(placement.headers, self.headers.items(), added.items())
        cookies = join([*self.cookies, *missing(placement.cookies, self.cookies)], "; ")
        if cookies:
            headers["cookie"] = cookies
        text = f"{self.url}?{query}" if query else self.url
        try:
            url = httpx2.URL(text) if placement.query else parsed(text)
        except httpx2.InvalidURL:
            return None
        return build_request(http, self.operation.method, url, headers, self.content, self.timeout)

    def redirect(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Request | None:
        """Return the request that follows a redirect; None if there is none.

        Only GET and HEAD follow a redirect, and never from https to http. Another origin gets no headers but Accept and
        User-Agent.
        """
        location = response.headers.get("location")
        if response.status_code not in _REDIRECTS or not location:
            return None
        if request.method not in ("GET", "HEAD") or self.succeeded(response):
            return None
        target = redirect_target(request.url, location)
        if target is None or (request.url.scheme == "https" and target.scheme != "https"):
            return None
        headers = request.headers
        if origin(target) != origin(request.url):
            headers = httpx2.Headers({name: headers[name] for name in ("accept", "user-agent")})
        return httpx2.Request(
            request.method, target, headers=headers, extensions=request.extensions
        )

    def succeeded(self, response: httpx2.Response) -> bool:
        """Return whether the reply is a success, or its status is described as a reply."""
        return response.is_success or str(response.status_code) in self.operation.replies

    def received(self, response: httpx2.Response, placement: Placement) -> httpx2.Response:
        """Return a reply that knows the credentials of its request, so that messages mask them."""
        response.extensions[MASK] = self.mask(placement)
        return response

    def mask(self, placement: Placement) -> Mask:
        """Return the mask of the credentials in a request."""
        return Mask(placement.secrets, self.headers)

    def lost(self, error: httpx2.HTTPError, mask: Mask) -> APIError:
        """Return the error for a transport's error, a copy of which is the cause, with credentials masked.

        The transport's own error has the request, and frames with its headers.
        """
        cause = _copied(error, mask)
        name = type(cause).__name__
        method, route = self.operation.method, self.operation.path
        loss: APIError
        if isinstance(cause, httpx2.TimeoutException):
            loss = APITimeoutError(f"no reply in time ({name})", method=method, route=route)
        else:
            detail = f": {cause}" if isinstance(cause, httpx2.ConnectError) else ""
            loss = APIConnectionError(f"no reply ({name}{detail})", method=method, route=route)
        loss.__cause__ = cause
        return loss

    def wait(self, outcome: Outcome, retries: int) -> float | None:
        """Return the seconds until the next attempt; None: the outcome is final."""
        if isinstance(outcome, APIError):
            return self.retries.wait_after_failure(outcome.__cause__, retries)
        if self.succeeded(outcome):
            return None
        return self.retries.wait_after_refusal(outcome.status_code, outcome.headers, retries)

    def is_unauthorized(self, outcome: Outcome) -> bool:
        """Return whether a new token may help, and the body can be sent again."""
        return (
            isinstance(outcome, httpx2.Response)
            and outcome.status_code == 401
            and bool(self.schemes)
            and (self.content is None or self.content.replayable)
        )

    def settle(self, outcome: Outcome) -> httpx2.Response:
        """Return a successful reply; raises APIStatusError or APIConnectionError."""
        if isinstance(outcome, APIError):
            raise outcome
        if self.succeeded(outcome):
            return outcome
        raise self._refusal(outcome)

    def _refusal(self, response: httpx2.Response) -> APIStatusError:
        status = response.status_code
        body = error_body(self.operation, response, self.config.max_depth)
        request_id = self.request_id(response)
        message = f"{status} from {self.operation.method} {self.operation.path}"
        explanation = shown_explanation(body, mask_of(response))
        message += f": {explanation}" if explanation else ""
        message += f" (request id {request_id})" if request_id else ""
        return status_error_class(status)(
            message,
            status=status,
            headers=response.headers,
            request_id=request_id,
            body=body,
            retryable=is_retryable(status, self.config.api.retry_statuses),
            retry_after=retry_after(response.headers),
            method=self.operation.method,
            route=self.operation.path,
        )

    def request_id(self, response: httpx2.Response) -> str | None:
        """Return the id that the API gave the request."""
        value: str | None = response.headers.get(self.config.api.request_id_header)
        return None if value is None else mask_of(response)(value)

    def raw(self, response: httpx2.Response) -> RawReply[T]:
        """Return the reply, unparsed."""
        return RawReply(self.operation, response, self.request_id(response), self.config.max_depth)

    def check_stream(self, response: httpx2.Response) -> None:
        """Raise ReplyContentTypeError if a streamed reply has a media type that is not described."""
        described = describe(self.operation.replies, response.status_code)
        actual = response.headers.get("content-type", "")
        if described is not None and fitting(described, actual) is None:
            raise self._other_content(response, described_as(described))

    def check_media_type(self, response: httpx2.Response, expected: str) -> None:
        """Raise ReplyContentTypeError if a streamed reply has another media type than `expected`."""
        actual = response.headers.get("content-type", "")
        if response.status_code != 204 and essence_of(actual) != essence_of(expected):
            raise self._other_content(response, expected)

    def too_large(self, response: httpx2.Response) -> ReplyTooLargeError:
        """Return the error for a reply that is larger than the client's `max_reply`."""
        return ReplyTooLargeError(
            f"the reply to {self.operation.method} {self.operation.path} is larger than "
            f"{self.config.max_reply} bytes: a client with a higher max_reply reads it",
            status=response.status_code,
            headers=response.headers,
            request_id=self.request_id(response),
        )

    def _other_content(self, response: httpx2.Response, expected: str) -> ReplyContentTypeError:
        shown = shown_media_type(response) or "nothing"
        return ReplyContentTypeError(
            f"the reply to {self.operation.method} {self.operation.path}: {shown} instead of {expected}",
            status=response.status_code,
            headers=response.headers,
            request_id=self.request_id(response),
        )


def _copied(error: httpx2.HTTPError, mask: Mask) -> httpx2.HTTPError:
    """Return an error of the same class with a masked message, without request, traceback and causes."""
    message = printable(mask(str(error)))
    try:
        return type(error)(message)
    except TypeError:  # a class of an injected transport, whose constructor takes more
        return httpx2.TransportError(message)


def prepare(
    config: Config,
    operation: Operation[T],
    arguments: Arguments,
    schemes: tuple[str, ...],
    options: RequestOptions,
    accept: str | None = None,
) -> Call[T]:
    """Validate and encode a call; nothing is sent. `accept` replaces the operation's. Raises RequestError."""
    content = encode(operation.body, arguments.body, arguments.content_type)
    arguments_headers = headers_of(operation, arguments.header)
    names = [name for name, _ in arguments_headers] + list(options.headers)
    key = idempotency_header(config.api, operation, names, options)
    headers = merge(
        (("accept", accept or operation.accept), ("user-agent", config.api.user_agent)),
        config.headers.items(),
        arguments_headers,
        content.headers() if content else (),
        key.items(),
        options.headers.items(),
    )
    retries = RetryPolicy(
        max_retries=config.max_retries if options.max_retries is None else options.max_retries,
        is_idempotent=operation.method in IDEMPOTENT or has_idempotency_key(config.api, headers),
        is_replayable=content is None or content.replayable,
        statuses=config.api.retry_statuses,
    )
    return Call(
        config=config,
        operation=operation,
        url=_base_url(config, operation) + path_of(operation, arguments.path),
        query=query_of(operation, arguments.query, options.query),
        headers=headers,
        cookies=cookies_of(operation, arguments.cookie),
        content=content,
        schemes=schemes,
        timeout=_timeout(options.timeout, config.timeout),
        retries=retries,
        reconnects=options.reconnect,
    )


def prepare_token(
    config: Config, name: str, values: Mapping[str, str]
) -> tuple[Call[bytes], Placement]:
    """Return the call that exchanges client credentials for a token, and the secrets that its errors mask."""
    scheme = config.api.schemes[name]
    assert isinstance(scheme, OAuth2ClientCredentials)
    url = values.get("token_url") or scheme.token_url
    if url is None:
        raise ConfigurationError(f"{config.api.title or config.api.name} needs token_url")
    request = token_request(scheme, values)
    call = Call(
        config=config,
        operation=_TOKEN,
        url=urljoin(config.base_url + "/", url),
        query=[],
        headers={
            "accept": "application/json",
            "user-agent": config.api.user_agent,
            "content-type": request.media_type,
        },
        cookies=[],
        content=Content(request.content, request.media_type),
        schemes=(),
        timeout=config.timeout,
        retries=RetryPolicy(
            max_retries=config.max_retries,
            is_idempotent=True,
            is_replayable=True,
            statuses=config.api.retry_statuses,
        ),
    )
    return call, Placement(
        secrets=tuple(value for name, value in values.items() if name != "client_id")
    )


_TOKEN: Operation[bytes] = Operation(id="token", method="POST", path="(token request)", security=())


def _base_url(config: Config, operation: Operation[Any]) -> str:
    if operation.server is None or config.base_url_given:
        return config.base_url
    return server_url(config.api, operation.server, config.server_variables)


def _timeout(
    timeout: float | httpx2.Timeout | Omit | None, default: httpx2.Timeout
) -> httpx2.Timeout:
    return default if isinstance(timeout, Omit) else httpx2.Timeout(timeout)
