"""Both kinds of clients behind one face, so that a test is written once."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Any

from hooksmith_providers.mattr import AsyncMATTRClient, MATTRClient
from hooksmith_providers.socotra import AsyncSocotraClient, SocotraClient
from hooksmith_providers.workos import AsyncWorkOSClient, WorkOSClient

from .server import Space

API_KEY = "sk_example_123456789"
SECRET = "client-secret"
AUDIENCE = "https://tenant.vii.au01.mattr.global"
SOCOTRA_TOKEN = "socotra-token"
TENANT = "b0b5c1c4-5f9a-4f5e-8f0f-0f6f0c6f1a2b"


class Clients:
    """Makes clients of one kind that talk to a space, runs what they return, and closes them."""

    def __init__(self, kind: str, space: Space) -> None:
        self.kind = kind
        self.space = space
        self._runner = asyncio.Runner()
        self._made: list[Any] = []

    def workos(self, **options: Any) -> Any:
        made = WorkOSClient if self.kind == "sync" else AsyncWorkOSClient
        return self._keep(made(**{"api_key": API_KEY, "base_url": self.space.workos} | options))

    def mattr(self, **options: Any) -> Any:
        made = MATTRClient if self.kind == "sync" else AsyncMATTRClient
        defaults = {
            "client_id": "client",
            "client_secret": SECRET,
            "audience": AUDIENCE,
            "token_url": self.space.token_url,
            "base_url": self.space.mattr,
        }
        return self._keep(made(**(defaults | options)))

    def socotra(self, **options: Any) -> Any:
        made = SocotraClient if self.kind == "sync" else AsyncSocotraClient
        return self._keep(
            made(**{"token": SOCOTRA_TOKEN, "base_url": self.space.socotra} | options)
        )

    def run(self, result: Any) -> Any:
        """What a call gives; of a list, its first page."""
        return self._runner.run(_awaited(result)) if inspect.isawaitable(result) else result

    def items(self, pages: Any) -> list[Any]:
        """Every item of every page."""
        return list(pages) if self.kind == "sync" else self._runner.run(_items(pages))

    def pages(self, pages: Any) -> list[Any]:
        """Every page."""
        return (
            list(pages.pages()) if self.kind == "sync" else self._runner.run(_items(pages.pages()))
        )

    def close(self) -> None:
        for client in self._made:
            self.run(client.close() if self.kind == "sync" else client.aclose())
        self._runner.close()

    def _keep(self, client: Any) -> Any:
        self._made.append(client)
        return client


async def _awaited(result: Awaitable[Any]) -> Any:
    return await result


async def _items(pages: Any) -> list[Any]:
    return [item async for item in pages]
