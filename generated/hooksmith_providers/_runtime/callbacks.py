"""What an API sends to addresses that were given in a call: its callbacks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError

from .webhook_errors import EventParseError, Issue

T = TypeVar("T")

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Callback(Generic[T]):
    """A request that the API makes because of a call of `operation`.

    `expression` says where its address comes from (OpenAPI's runtime expressions), such as
    `{$request.body#/callbackUrl}`: the property `callbackUrl` of the call's body.
    """

    operation: str
    name: str
    expression: str
    method: str
    annotation: Any
    media_type: str = "application/json"

    def parse(self, body: bytes | bytearray | memoryview | str) -> T:
        """Read the raw body of such a request. It is not verified.

        Raises:
            EventParseError: The body is not what the callback delivers; `issues` says where.
        """
        raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
        try:
            found: T = self._read(raw)
        except ValidationError as error:
            raise EventParseError(
                f"the body is not that of the callback {self.name}", _issues(error)
            ) from None
        return found

    def _read(self, raw: bytes) -> Any:
        essence = self.media_type.partition(";")[0].strip().lower()
        if essence == _FORM:
            text = raw.decode("utf-8", "replace")
            return self._adapter.validate_python(dict(parse_qsl(text, keep_blank_values=True)))
        if essence == "application/json" or essence.endswith("+json"):
            return self._adapter.validate_json(raw)
        return raw.decode("utf-8", "replace") if self.annotation is str else raw

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.annotation)


def _issues(error: ValidationError) -> tuple[Issue, ...]:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return tuple(Issue(_pointer(issue["loc"]), issue["msg"]) for issue in found)


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)
