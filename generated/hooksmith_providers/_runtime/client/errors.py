"""Errors of a client.

    APIError                        every error of a client
    ├── ConfigurationError          a credential, base URL or setting is missing or unusable
    ├── RequestError                an argument breaks its constraint; no request was sent
    ├── APIConnectionError          no reply; `__cause__` is the transport's error
    │   └── APITimeoutError         no reply in time
    ├── APIStatusError              the API refused the request
    │   ├── BadRequestError         400
    │   ├── AuthenticationError     401
    │   ├── PermissionDeniedError   403
    │   ├── NotFoundError           404
    │   ├── ConflictError           409
    │   ├── UnprocessableEntityError  422
    │   ├── RateLimitError          429
    │   └── ServerError             5xx
    └── ReplyError                  the API accepted the request, but its reply cannot be used
        ├── ReplyContentTypeError   a media type that the document does not describe
        ├── ReplyValidationError    the reply breaks its model; `details` has the places
        ├── ReplyTooLargeError      larger than `max_reply`
        ├── PaginationError         pages that repeat or break off
        └── StreamError             the API reports an error inside a stream

No message and no repr shows a credential, a header's value or a value of a body; an `APIStatusError`
quotes the API's explanation, with the credentials of the request masked. All errors pickle.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import APIError, Detail, RequestError, summary

__all__ = ["APIError", "RequestError"]


class ConfigurationError(APIError):
    """A credential, base URL or setting is missing or unusable. The message names argument and variable."""


class APIConnectionError(APIError):
    """No reply arrived; `__cause__` is the transport's error."""

    def __init__(self, message: str, *, method: str, route: str) -> None:
        super().__init__(f"{method} {route}: {message}")
        self.method = method
        self.route = route


class APITimeoutError(APIConnectionError):
    """No reply arrived in time."""


class APIStatusError(APIError):
    """The API refused the request.

    `body` is the error model of the document, the decoded JSON if it breaks that model, or the text.
    `retryable`: whether the same request may succeed later; `retry_after`: the wait in seconds that the API asked
    for, or None.
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
    """403: the credential does not allow this operation."""


class NotFoundError(APIStatusError):
    """404."""


class ConflictError(APIStatusError):
    """409."""


class UnprocessableEntityError(APIStatusError):
    """422: understood, but not valid."""


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` is the wait, if the API states it."""


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
    """The reply has a media type or a status that the document does not describe."""


class ReplyValidationError(ReplyError):
    """The reply breaks its model; `details` has the places, without values."""

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
            summary(message, details), status=status, headers=headers, request_id=request_id
        )
        self.details = details


class ReplyTooLargeError(ReplyError):
    """The reply is larger than the client's `max_reply`, after it is unpacked; the rest was not read."""


class PaginationError(ReplyError):
    """Pages repeat or break off, or the last page was asked for its successor."""


class StreamError(ReplyError):
    """The API reports an error inside a stream that began well; `body` is the error as decoded JSON, or text."""

    def __init__(
        self,
        message: str,
        *,
        body: object,
        status: int,
        headers: Mapping[str, str],
        request_id: str | None,
    ) -> None:
        super().__init__(message, status=status, headers=headers, request_id=request_id)
        self.body = body


_BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error_class(status: int) -> type[APIStatusError]:
    """Return the error class of a refusal with this status."""
    return ServerError if status >= 500 else _BY_STATUS.get(status, APIStatusError)
