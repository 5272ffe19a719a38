"""One call of an operation: arguments → requests, outcomes → reply, retry or error. No I/O.

Both clients share this logic, and differ in how they wait.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import urljoin

import httpx2

from ..errors import APIError
from ..headers import merge
from ..media_types import essence_of
from ..models.properties import resolve
from ..omit import OMIT, Omit
from .bodies import Content, encode
from .credentials import Placement
from .errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ConfigurationError,
    ReplyContentTypeError,
    status_error_class,
)
from .hooks import Hooks, ReplyEvent, RequestEvent
from .oauth_tokens import token_request
from .operation import ApiInfo, OAuth2ClientCredentials, Operation
from .options import RequestOptions
from .parameters import Pairs, Values, cookies_of, headers_of, join, missing, path_of, query_of
from .replies import RawReply, describe, described_as, error_body, fitting
from .request_builder import build_request, origin, parsed, redirect_target
from .request_log import log_reply, log_retry, logs_replies
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
_EXPLANATIONS = ("/message", "/error_description", "/detail", "/title", "/error", "/code")

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
        """Return the request with the credentials in their places."""
        query = join([*self.query, *missing(placement.query, self.query)])
        headers = merge(placement.headers, self.headers.items(), added.items())
        cookies = join([*self.cookies, *missing(placement.cookies, self.cookies)], "; ")
        if cookies:
            headers["cookie"] = cookies
        text = f"{self.url}?{query}" if query else self.url
        url = httpx2.URL(text) if placement.query else parsed(text)
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

    def lost(self, cause: Exception) -> APIError:
        """Return the error for a transport's error, which is its cause."""
        name = type(cause).__name__
        method, route = self.operation.method, self.operation.path
        error: APIError
        if isinstance(cause, httpx2.TimeoutException):
            error = APITimeoutError(f"no reply in time ({name})", method=method, route=route)
        else:
            detail = f": {cause}" if isinstance(cause, httpx2.ConnectError) else ""
            error = APIConnectionError(f"no reply ({name}{detail})", method=method, route=route)
        error.__cause__ = cause
        return error

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

    def settle(self, outcome: Outcome, placement: Placement) -> httpx2.Response:
        """Return a successful reply; raises APIStatusError or APIConnectionError."""
        if isinstance(outcome, APIError):
            raise outcome
        if self.succeeded(outcome):
            return outcome
        raise self._refusal(outcome, placement)

    def _refusal(self, response: httpx2.Response, placement: Placement) -> APIStatusError:
        status = response.status_code
        body = error_body(self.operation, response)
        request_id = self.request_id(response)
        message = f"{status} from {self.operation.method} {self.operation.path}"
        explanation = placement.blot(_explanation(body))
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
        found: str | None = response.headers.get(self.config.api.request_id_header)
        return found

    def raw(self, response: httpx2.Response) -> RawReply[T]:
        """Return the reply, unparsed."""
        return RawReply(self.operation, response, self.request_id(response))

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

    def _other_content(self, response: httpx2.Response, expected: str) -> ReplyContentTypeError:
        shown = response.headers.get("content-type", "").partition(";")[0].strip() or "nothing"
        return ReplyContentTypeError(
            f"the reply to {self.operation.method} {self.operation.path}: {shown} instead of {expected}",
            status=response.status_code,
            headers=response.headers,
            request_id=self.request_id(response),
        )


class Watch:
    """Observer of one attempt for hooks and log. An event is built only if a hook or the log needs it."""

    def __init__(self, call: Call[Any], attempt: int) -> None:
        self._call = call
        self._attempt = attempt
        self._hooks = call.config.hooks
        self.added: Mapping[str, str] = {}
        if self._hooks.on_request is not None:
            event = RequestEvent(**self._facts())
            self._hooks.on_request(event)
            self.added = event.headers
        self._start = time.perf_counter()

    def stop(self, outcome: Outcome) -> None:
        """Report the outcome of the attempt."""
        self._duration = time.perf_counter() - self._start
        if self._hooks.on_reply is None and not logs_replies():
            return
        event = self._event(outcome)
        log_reply(event)
        if self._hooks.on_reply is not None:
            self._hooks.on_reply(event)

    def repeats(self, outcome: Outcome, wait: float) -> None:
        """Log that the request is sent again after `wait` seconds."""
        log_retry(self._event(outcome), wait)

    def _facts(self) -> dict[str, Any]:
        operation = self._call.operation
        return {
            "api": self._call.config.api.name,
            "operation": operation.id,
            "method": operation.method,
            "route": operation.path,
            "attempt": self._attempt,
        }

    def _event(self, outcome: Outcome) -> ReplyEvent:
        facts = self._facts()
        duration = self._duration
        if isinstance(outcome, APIError):
            return ReplyEvent(**facts, duration=duration, error=type(outcome).__name__)
        status, request_id = outcome.status_code, self._call.request_id(outcome)
        return ReplyEvent(**facts, duration=duration, status=status, request_id=request_id)


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
    return call, Placement(secrets=(values["client_secret"],))


_TOKEN: Operation[bytes] = Operation(id="token", method="POST", path="(token request)", security=())


def _base_url(config: Config, operation: Operation[Any]) -> str:
    if operation.server is None or config.base_url_given:
        return config.base_url
    return server_url(config.api, operation.server, config.server_variables)


def _timeout(
    given: float | httpx2.Timeout | Omit | None, default: httpx2.Timeout
) -> httpx2.Timeout:
    return default if isinstance(given, Omit) else httpx2.Timeout(given)


def _explanation(body: object) -> str:
    """Return the API's explanation of a refusal, on one line of at most 200 characters."""
    if isinstance(body, str):
        return ""
    for pointer in _EXPLANATIONS:
        found = resolve(body, pointer)
        if isinstance(found, str) and found:
            return " ".join(found.split())[:200]
    return ""
