"""Tokens for OAuth2 client credentials (RFC 6749, section 4.4): request, reply, cache and refresh before the end.

The clients (`_renew`) renew a token after a 401.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from ..models.validation import Adapter, parse_json
from .errors import ReplyValidationError
from .operation import OAuth2ClientCredentials

if TYPE_CHECKING:
    import httpx2

_LEEWAY = 60.0
"""Seconds before its end at which a token is replaced; a tenth of its life, if that is shorter."""


class _TokenReply(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str = Field(min_length=1, pattern=r"^[\x21-\x7e]+$", repr=False)
    expires_in: float | None = None


_TOKEN_REPLY = Adapter(_TokenReply)


@dataclass(frozen=True, repr=False)
class TokenRequest:
    """Body and media type of a token request."""

    content: bytes
    media_type: str


class TokenCache:
    """Cache of one token. A thread holds `lock` while it fetches, so that the token is fetched once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._token: str | None = None
        self._good_until = 0.0

    def get(self) -> str | None:
        """Return the token; None if there is none, or it expires soon."""
        token = self._token
        return token if token is not None and time.monotonic() < self._good_until else None

    def put(self, token: str, lifetime: float | None) -> None:
        """Store a token that lives `lifetime` seconds; None: until the API refuses it."""
        life = float("inf") if lifetime is None else lifetime - min(_LEEWAY, lifetime / 10)
        self._good_until = time.monotonic() + life
        self._token = token

    def drop(self, token: str) -> None:
        """Forget a refused token, unless a newer token has replaced it."""
        if self._token == token:
            self._token = None

    def __repr__(self) -> str:
        return "TokenCache(***)"


def token_request(scheme: OAuth2ClientCredentials, values: Mapping[str, str]) -> TokenRequest:
    """Return the request for a token with these arguments."""
    arguments = ("client_id", "client_secret", *scheme.parameters)
    fields = {"grant_type": "client_credentials"} | {name: values[name] for name in arguments}
    if scheme.scopes:
        fields["scope"] = " ".join(scheme.scopes)
    if scheme.request == "json":
        return TokenRequest(to_json(fields), "application/json")
    return TokenRequest(urlencode(fields).encode(), "application/x-www-form-urlencoded")


def read_token(response: httpx2.Response, request_id: str | None) -> tuple[str, float | None]:
    """Return the token and its lifetime in seconds; raises ReplyValidationError, which hides both."""
    value, details = parse_json(_TOKEN_REPLY, response.content)
    if details:
        raise ReplyValidationError(
            "the token reply does not fit RFC 6749",
            details,
            status=response.status_code,
            headers=response.headers,
            request_id=request_id,
        )
    reply: _TokenReply = value
    return reply.access_token, reply.expires_in
