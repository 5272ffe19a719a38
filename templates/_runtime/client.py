"""The two clients and the groups of calls that generated packages derive from."""

from __future__ import annotations

from .async_client import AsyncClient, AsyncResource
from .base_client import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, Timeout
from .sync_client import SyncClient, SyncResource

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "AsyncClient",
    "AsyncResource",
    "SyncClient",
    "SyncResource",
    "Timeout",
]
