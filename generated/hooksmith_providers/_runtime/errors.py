"""What a client raises.

    APIError                        every error of a client
    ├── ConfigurationError          a credential, base URL or setting is missing or unusable
    ├── RequestError                an argument breaks its constraint; nothing was sent
    ├── APIConnectionError          no reply; the cause is kept as `__cause__`
    │   └── APITimeoutError         no reply in time
    ├── APIStatusError              the API refused
    │   ├── BadRequestError         400
    │   ├── AuthenticationError     401
    │   ├── PermissionDeniedError   403
    │   ├── NotFoundError           404
    │   ├── ConflictError           409
    │   ├── UnprocessableEntityError  422
    │   ├── RateLimitError          429
    │   └── ServerError             5xx
    └── ReplyError                  the API accepted, but its reply cannot be used
        ├── ReplyContentTypeError   another media type than described
        ├── ReplyValidationError    does not fit its model; `details` says where
        └── PaginationError         pages that repeat or stop half-way

No message and no repr shows a credential, a header's value or a value of a body; an `APIStatusError`
quotes the explanation that the API gave, with the credentials of the request blotted out.
All of them pickle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Detail:
    """One misfit: a JSON pointer to the place, and what is wrong there, without the value."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}" if self.where else self.problem


class APIError(Exception):
    """Base of everything that a client raises."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[APIError], args: tuple[object, ...], state: dict[str, Any]) -> APIError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(APIError):
    """A credential, base URL or setting is missing or unusable; names the argument and the variable."""


class RequestError(APIError, ValueError):
    """An argument breaks its constraint; nothing was sent."""

    def __init__(self, *details: Detail) -> None:
        super().__init__(_listing("the request was not sent", details))
        self.details = details


class APIConnectionError(APIError):
    """No reply came; `__cause__` is the transport's error."""

    def __init__(self, message: str, *, method: str, route: str) -> None:
        super().__init__(f"{method} {route}: {message}")
        self.method = method
        self.route = route


class APITimeoutError(APIConnectionError):
    """No reply came in time."""


class APIStatusError(APIError):
    """The API refused.

    `body` is the error model of the spec, the decoded JSON if it does not fit that model, or the text.
    `retryable` tells whether the same request may succeed later; `retry_after` is the wait in seconds
    that the API asked for, if it did.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        headers: Mapping[str, str],
        request_id: str | None,
        body: object,
        retryable: bool,
        retry_after: float | None,
        method: str,
        route: str,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.request_id = request_id
        self.body = body
        self.retryable = retryable
        self.retry_after = retry_after
        self.method = method
        self.route = route


class BadRequestError(APIStatusError):
    """400."""


class AuthenticationError(APIStatusError):
    """401: the credential is missing, wrong or expired."""


class PermissionDeniedError(APIStatusError):
    """403: the credential does not allow this."""


class NotFoundError(APIStatusError):
    """404."""


class ConflictError(APIStatusError):
    """409."""


class UnprocessableEntityError(APIStatusError):
    """422: understood, but not valid."""


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` says how long to wait, if the API does."""


class ServerError(APIStatusError):
    """5xx."""


class ReplyError(APIError):
    """The API accepted the request, but its reply cannot be used."""

    def __init__(
        self, message: str, *, status: int, headers: Mapping[str, str], request_id: str | None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.request_id = request_id


class ReplyContentTypeError(ReplyError):
    """The reply has another media type than described, or a status that is not described."""


class ReplyValidationError(ReplyError):
    """The reply does not fit its model; `details` says where, without values."""

    def __init__(
        self,
        message: str,
        details: tuple[Detail, ...],
        *,
        status: int,
        headers: Mapping[str, str],
        request_id: str | None,
    ) -> None:
        super().__init__(
            _listing(message, details), status=status, headers=headers, request_id=request_id
        )
        self.details = details


class PaginationError(ReplyError):
    """Pages that repeat, stop half-way, or a page after the last."""


_BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}
_LISTED = 5


def status_error_class(status: int) -> type[APIStatusError]:
    """The class for a refusal with this status."""
    return ServerError if status >= 500 else _BY_STATUS.get(status, APIStatusError)


def _listing(head: str, details: Sequence[Detail]) -> str:
    shown = "; ".join(str(detail) for detail in details[:_LISTED])
    more = f"; and {len(details) - _LISTED} more" if len(details) > _LISTED else ""
    return f"{head}: {shown}{more}"
