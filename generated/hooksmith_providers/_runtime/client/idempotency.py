"""Idempotency keys, which make a POST safe to repeat."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from .operation import ApiInfo, Operation
from .options import RequestOptions


def has_idempotency_key(api: ApiInfo, headers: Mapping[str, str]) -> bool:
    """Return whether a request has an idempotency key, so that it can be repeated."""
    return (api.idempotency_header or "Idempotency-Key").lower() in headers


def idempotency_header(
    api: ApiInfo, operation: Operation[Any], headers: Iterable[str], options: RequestOptions
) -> dict[str, str]:
    """Return the header of the key: the caller's, or a new key for each POST if the API has such a header.

    Args:
        api: The API.
        operation: The operation.
        headers: The names of the headers that the caller gives.
        options: The options of the call.
    """
    if options.idempotency_key is not None:
        return {api.idempotency_header or "Idempotency-Key": options.idempotency_key}
    given = {name.lower() for name in headers}
    if (api.idempotency_header or "Idempotency-Key").lower() in given:
        return {}
    if api.idempotency_header is not None and operation.method == "POST":
        return {api.idempotency_header: str(uuid.uuid4())}
    return {}
