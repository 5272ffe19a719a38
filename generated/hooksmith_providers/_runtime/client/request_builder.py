"""Construction of httpx2's requests in fewer steps than its own `build_request`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx2

from .bodies import Content

_WITH_LENGTH = frozenset({"POST", "PUT", "PATCH", "QUERY"})


@lru_cache(maxsize=128)
def parsed(url: str) -> httpx2.URL:
    """Return a URL without credentials. Parsing is a fifth of the work, and many operations share a URL."""
    return httpx2.URL(url)


def build_request(
    http: httpx2.Client | httpx2.AsyncClient,
    method: str,
    url: httpx2.URL,
    headers: Mapping[str, str],
    content: Content | None,
    timeout: httpx2.Timeout,
) -> httpx2.Request:
    """Return a request with the headers, cookies and query that the HTTP client adds to its requests.

    `headers` are by lower-case name and replace the client's; cookies and query are added to the client's.
    """
    url = _with_query_of(http, url)
    fields = _headers_of(http, headers)
    body = b"" if content is None else content.source
    if isinstance(body, bytes) and not (content and content.parts):
        fields = [(b"Host", url.netloc), *_length(method, body), *fields]
        request = _request(method, url, fields, timeout, stream=httpx2.ByteStream(body))
        request.read()
    else:
        request = _request(method, url, fields, timeout, **_content(http, content))
    if http.cookies:
        _add_cookies_of(http, request)
    return request


def _request(
    method: str,
    url: httpx2.URL,
    headers: list[tuple[bytes, bytes]],
    timeout: httpx2.Timeout,
    **content: Any,
) -> httpx2.Request:
    extensions = {"timeout": timeout.as_dict()}
    return httpx2.Request(method, url, headers=headers, extensions=extensions, **content)


def _with_query_of(http: httpx2.Client | httpx2.AsyncClient, url: httpx2.URL) -> httpx2.URL:
    if not http.params:
        return url
    pairs = (str(http.params).encode("ascii"), url.query)
    return url.copy_with(query=b"&".join(filter(None, pairs)))


def _headers_of(
    http: httpx2.Client | httpx2.AsyncClient, headers: Mapping[str, str]
) -> list[tuple[bytes, bytes]]:
    pairs = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
    names = {name for name, _ in pairs}
    return [*(pair for pair in http.headers.raw if pair[0].lower() not in names), *pairs]


def _length(method: str, body: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"Content-Length", b"%d" % len(body))] if body or method in _WITH_LENGTH else []


def _add_cookies_of(http: httpx2.Client | httpx2.AsyncClient, request: httpx2.Request) -> None:
    cookies = request.headers.pop("cookie", None)
    http.cookies.set_cookie_header(request)
    if cookies is not None:
        from_client = request.headers.get("cookie")
        request.headers["cookie"] = cookies if from_client is None else f"{from_client}; {cookies}"


def _content(http: httpx2.Client | httpx2.AsyncClient, content: Content | None) -> dict[str, Any]:
    if content is None:
        return {}
    if content.parts:
        return {"files": list(content.parts)}
    if isinstance(http, httpx2.AsyncClient):
        return {"content": content.async_stream()}
    return {"content": content.stream()}


def redirect_target(url: httpx2.URL, location: str) -> httpx2.URL | None:
    """Return the URL of a `Location`; None if it is not an HTTP URL."""
    try:
        target = url.join(location)
    except httpx2.InvalidURL:
        return None
    return target if target.scheme in ("http", "https") and target.host else None


def origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    """Return the origin of a URL (RFC 6454): scheme, host and port."""
    return url.scheme, url.host, url.port
