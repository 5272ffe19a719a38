"""Payloads for operators: values of properties with secret names are masked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "••••••"

Headers = list[tuple[str, str]]

_SECRET = re.compile(
    r"(?:^|[_.-])(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|"
    r"credential|authorization|cookie|signature|otp|pin|ssn|cvv|cvc)s?(?:$|[_.-])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_secret(name: str) -> bool:
    """Return whether the value of a property or header is secret by its name."""
    return _SECRET.search(_CAMEL.sub("_", name)) is not None


def masked(value: Any) -> Any:
    """Return plain data with the values of secret properties masked, at any depth."""
    if isinstance(value, Mapping):
        return {
            name: MASK if is_secret(name) and item not in (None, "") else masked(item)
            for name, item in value.items()
        }
    return [masked(item) for item in value] if isinstance(value, list) else value


def masked_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return headers with secret values masked."""
    return [(name, MASK if is_secret(name) else value) for name, value in headers]


def masked_body(body: bytes) -> str:
    """Return a JSON body, indented, with secret values masked; of any other body only its size."""
    try:
        return json.dumps(masked(json.loads(body)), indent=2, ensure_ascii=False)
    except ValueError:
        return f"({len(body)} bytes, not JSON)"
    except RecursionError:
        return f"({len(body)} bytes, nested too deeply)"
