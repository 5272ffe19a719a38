"""Generated clients with a transport that replies from memory and keeps requests."""

from __future__ import annotations

from typing import Any

import httpx2

from .cases import Case


class Wire:
    """Answers `replies` in turn, the last one for ever; `requests` are those it saw."""

    def __init__(self, *replies: httpx2.Response) -> None:
        self._replies = list(replies) or [httpx2.Response(204)]
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return httpx2.Response(reply.status_code, headers=reply.headers, content=reply.content)

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        return self(request)

    @property
    def last(self) -> httpx2.Request:
        return self.requests[-1]

    def client(self, case: Case, **options: Any) -> Any:
        """The case's client, talking to this wire."""
        transport = httpx2.Client(transport=httpx2.MockTransport(self))
        return getattr(case.package, case.api.client.name)(
            http_client=transport, max_retries=0, **options
        )

    def async_client(self, case: Case, **options: Any) -> Any:
        """As `client`, for the asynchronous one."""
        transport = httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer))
        return getattr(case.package, f"Async{case.api.client.name}")(
            http_client=transport, max_retries=0, **options
        )


def reply(data: Any, status: int = 200) -> httpx2.Response:
    """A reply in JSON."""
    return httpx2.Response(status, json=data)
