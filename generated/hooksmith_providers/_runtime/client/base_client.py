"""Base of both clients: settings, credentials, copies, and the observation of attempts."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

import httpx2

from ..errors import APIError
from ..headers import first_problem, merge
from ..models.reading import checked_depth
from ..omit import Omit
from ..representation import safe_repr
from .call import Call, Config, Outcome
from .credentials import AsyncSource, Credentials, Sources
from .errors import ConfigurationError
from .hooks import Hooks, ReplyEvent, RequestEvent
from .operation import ApiInfo, Operation
from .options import RequestOptions
from .request_log import log_reply, log_retry, logs_replies
from .servers import base_url as find_base_url
from .servers import from_env, shown_url

Timeout = float | httpx2.Timeout | None
"""Seconds for each step of a request, httpx2's own, or None for no limit."""
DEFAULT_TIMEOUT = 60.0
DEFAULT_MAX_RETRIES = 2
DEFAULT_MAX_REPLY = 100_000_000
"""Bytes of a reply in memory, after it is unpacked: a kilobyte of zstd can be gigabytes."""
ClientT = TypeVar("ClientT", bound="BaseClient")


class BaseClient:
    """Settings of a client. Generated subclasses cache their resources on the instance."""

    _config: Config
    _credentials: Credentials

    def _configure(
        self,
        api: ApiInfo,
        *,
        credentials: Sources[AsyncSource],
        settings: Mapping[str, str | None],
        server_variables: Mapping[str, str | None],
        base_url: str | None,
        timeout: Timeout,
        max_retries: int,
        max_reply: int,
        max_depth: int,
        headers: Mapping[str, str] | None,
        hooks: Hooks | None,
    ) -> None:
        self._config = Config(
            api=api,
            base_url=find_base_url(api, base_url, server_variables),
            base_url_given=bool(base_url or from_env(api, "base_url")),
            timeout=httpx2.Timeout(timeout),
            max_retries=_checked_retries(max_retries),
            max_reply=_checked_size(max_reply),
            max_depth=_checked_depth(max_depth),
            headers=_checked_headers(headers or {}),
            hooks=hooks or Hooks(),
            settings={name: value or from_env(api, name) for name, value in settings.items()},
            server_variables=server_variables,
        )
        self._credentials = Credentials(api, credentials)

    @property
    def base_url(self) -> str:
        """The URL of the API, without a slash at the end."""
        return self._config.base_url

    @property
    def settings(self) -> Mapping[str, str | None]:
        """The API's own settings, from arguments or the environment."""
        return self._config.settings

    def _schemes(self, operation: Operation[Any], options: RequestOptions) -> tuple[str, ...]:
        """Return the security schemes of an operation; none if the caller's own headers authorize the request."""
        if "authorization" in self._config.headers:
            return ()
        if options.headers and "authorization" in merge(options.headers.items()):
            return ()
        return self._credentials.choose(operation.security)

    def _changed(
        self,
        timeout: Timeout | Omit,
        max_retries: int | None,
        max_reply: int | None,
        max_depth: int | None,
        headers: Mapping[str, str] | None,
        hooks: Hooks | None,
    ) -> Config:
        old = self._config
        return replace(
            old,
            timeout=old.timeout if isinstance(timeout, Omit) else httpx2.Timeout(timeout),
            max_retries=old.max_retries if max_retries is None else _checked_retries(max_retries),
            max_reply=old.max_reply if max_reply is None else _checked_size(max_reply),
            max_depth=old.max_depth if max_depth is None else _checked_depth(max_depth),
            headers={**old.headers, **_checked_headers(headers or {})},
            hooks=hooks or old.hooks,
        )

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={shown_url(self._config.base_url)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} holds connections and credentials and cannot be pickled: "
            "make one in each process"
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


def has_http2() -> bool:
    """Return whether httpx2's extra for HTTP/2 is installed."""
    return importlib.util.find_spec("h2") is not None


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    problem = first_problem(headers)
    if problem:
        raise ConfigurationError(f"header {problem[0]!r} {problem[1]}")
    return merge(headers.items())


def _checked_retries(max_retries: int) -> int:
    if max_retries < 0:
        raise ConfigurationError("max_retries should not be negative")
    return max_retries


def _checked_size(max_reply: int) -> int:
    if max_reply < 0:
        raise ConfigurationError("max_reply should not be negative")
    return max_reply


def _checked_depth(max_depth: int) -> int:
    try:
        return checked_depth(max_depth)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
