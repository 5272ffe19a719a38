"""Replies: the description of a status, and the content by that description."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic_core import from_json, to_json

from ..errors import Detail
from ..masking import Mask
from ..media_types import essence_of
from ..models.properties import resolve
from ..models.reading import MAX_DEPTH
from ..models.validation import ANY, parse_json
from ..representation import safe_repr
from .errors import ReplyContentTypeError, ReplyError, ReplyValidationError
from .operation import Operation, Reply

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")


MASK = "hooksmith.mask"
"""Extension of a response: the `Mask` of its request's credentials."""

_EXPLANATIONS = ("/message", "/error_description", "/detail", "/title", "/error", "/code")
_LONGEST_EXPLANATION = 200


class RawReply(Generic[T]):
    """Successful reply before it is parsed.

    `status`, `headers`, `request_id` and `content` are as received; `parse()` returns the typed reply.
    """

    def __init__(
        self,
        operation: Operation[T],
        response: httpx2.Response,
        request_id: str | None,
        max_depth: int = MAX_DEPTH,
    ) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.request_id = request_id
        self.content: bytes = response.content
        self._operation = operation
        self._response = response
        self._max_depth = max_depth

    def parse(self) -> T:
        """Return the content by the operation's description of the status.

        A 2xx that is not described is read by the description of the nearest status that its content fits; if it fits
        none, it is None: the request has succeeded. 204, 205, 304 and replies to HEAD have no content (RFC 9110):
        they are None.

        Raises:
            ReplyContentTypeError: The content has a media type that is not described.
            ReplyValidationError: The content does not fit its description.
        """
        value: Any = None
        if self.status not in _WITHOUT_CONTENT and self._operation.method != "HEAD":
            reply = describe(self._operation.replies, self.status)
            value = self._undescribed() if reply is None else self._value(reply)
        result: T = value
        return result

    def next_link(self) -> str | None:
        """Return the URL of the next page in the header `Link` (RFC 8288), or None."""
        return self._response.links.get("next", {}).get("url")

    @safe_repr
    def __repr__(self) -> str:
        size = len(self.content)
        return f"RawReply(status={self.status}, request_id={self.request_id!r}, {size} bytes)"

    def _undescribed(self) -> Any:
        """Return the content by the first description that it fits, those of the nearest statuses first."""
        for reply in _by_nearness(self._operation.replies, self.status):
            with contextlib.suppress(ReplyError):
                return self._value(reply)
        return None

    def _value(self, reply: Reply) -> Any:
        if reply.type is None or reply.type is type(None):
            return None
        described = self._described(reply)
        if described is None:
            raise self._unexpected(f"instead of {described_as(reply)}")
        if described.type is None:
            raise self._unexpected("is read by `stream` alone")
        if described.type is bytes:
            return self.content
        if _is_text(described):
            return self._response.text
        value, details = self._parsed(described)
        if details:
            raise self._misfit(details)
        return value

    def _parsed(self, reply: Reply) -> tuple[Any, tuple[Detail, ...]]:
        """Return the content as parsed, and its problems. No frame of a later error has the content as a variable."""
        content = self.content.removeprefix(_BYTE_ORDER_MARK)
        value, details = self._parse(reply, content or b"null")
        if details and not content:
            value, details = self._parse(reply, content)
        if details and reply.media_type.startswith("text/"):  # `ACTIVE` is no JSON, `"ACTIVE"` is
            value, second = self._parse(reply, to_json(self._response.text))
            details = details if second else ()
        return value, masked_details(details, self._response)

    def _parse(self, reply: Reply, content: bytes) -> tuple[Any, tuple[Detail, ...]]:
        return parse_json(reply.adapter or ANY, content, max_depth=self._max_depth)

    def _described(self, reply: Reply) -> Reply | None:
        """Return the description of the reply's media type; None if there is none."""
        actual = self.headers.get("content-type", "")
        described = fitting(reply, actual)
        if described is None and essence_of(actual) in _MISLABELED:
            described = next(
                (each for each in (reply, *reply.others) if _is_json(essence_of(each.media_type))),
                None,
            )
        return described

    def _unexpected(self, problem: str) -> ReplyContentTypeError:
        return ReplyContentTypeError(
            f"{self._what()}: {shown_media_type(self._response)} {problem}",
            status=self.status,
            headers=self.headers,
            request_id=self.request_id,
        )

    def _misfit(self, details: tuple[Detail, ...]) -> ReplyValidationError:
        return ReplyValidationError(
            f"{self._what()} does not fit its description",
            details,
            status=self.status,
            headers=self.headers,
            request_id=self.request_id,
        )

    def _what(self) -> str:
        return f"the reply to {self._operation.method} {self._operation.path}"


_WITHOUT_CONTENT = frozenset({204, 205, 304})
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MISLABELED = frozenset({"text/plain", "application/octet-stream", "text/javascript"})
"""Media types that servers give to JSON."""


def _by_nearness(table: Mapping[str, Reply], status: int) -> list[Reply]:
    """Return the descriptions, those of the nearest statuses first; ranges (`2XX`) are last."""

    def distance(key: str) -> int:
        return abs(int(key) - status) if key.isdecimal() else 1000

    return [table[key] for key in sorted(table, key=distance)]


def describe(table: Mapping[str, Reply], status: int) -> Reply | None:
    """Return the description of a status: its own, that of its class (`4XX`), or the default."""
    exact = table.get(str(status))
    if exact is not None:
        return exact
    wide = f"{status // 100}XX"
    return table.get(wide) or table.get(wide.lower()) or table.get("default")


def error_body(
    operation: Operation[Any], response: httpx2.Response, max_depth: int = MAX_DEPTH
) -> object:
    """Return the body of a refusal: its error model, otherwise the JSON, otherwise the text; never raises."""
    if not response.content:
        return None
    reply = describe(operation.errors, response.status_code)
    reply = reply and fitting(reply, response.headers.get("content-type", ""))
    if reply is not None and reply.type is not None and reply.adapter is not None:
        value, details = parse_json(reply.adapter, response.content, max_depth=max_depth)
        if not details:
            return value
    try:
        return from_json(response.content)
    except ValueError:
        return response.text


def mask_of(response: httpx2.Response) -> Mask:
    """Return the mask of a reply's credentials; it masks nothing in a reply of another client."""
    mask: Mask = response.extensions.get(MASK, Mask())
    return mask


def masked_details(details: tuple[Detail, ...], response: httpx2.Response) -> tuple[Detail, ...]:
    """Return the problems of a reply without credentials, which may be names of its properties."""
    mask = mask_of(response)
    return tuple(replace(each, where=mask(each.where)) for each in details)


def shown_explanation(body: object, mask: Mask) -> str:
    """Return the API's explanation of a refusal, on one line of at most 200 characters, without credentials.

    They are masked before the text is cut and its spaces are changed, which would hide them from the mask.
    """
    if isinstance(body, str):
        return ""
    for pointer in _EXPLANATIONS:
        text = resolve(body, pointer)
        if isinstance(text, str) and text:
            return " ".join(mask(text).split())[:_LONGEST_EXPLANATION]
    return ""


def shown_media_type(response: httpx2.Response) -> str:
    """Return the media type of a reply for a message, without credentials."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip()
    return mask_of(response)(media_type)


def fitting(reply: Reply, actual: str) -> Reply | None:
    """Return the description of a Content-Type: its own, otherwise the first that can read it."""
    contents = (reply, *reply.others)
    if not actual:
        return reply
    essence = essence_of(actual)
    for content in contents:
        if essence_of(content.media_type) == essence:
            return content
    return next((content for content in contents if fits(content.media_type, actual)), None)


def described_as(reply: Reply) -> str:
    """Return the media types that a reply may have: `application/json or text/csv`."""
    return " or ".join(dict.fromkeys(one.media_type for one in (reply, *reply.others)))


def fits(described: str, actual: str) -> bool:
    """Return whether content of media type `actual` can be read as `described`."""
    expected = essence_of(described)
    essence = essence_of(actual)
    if expected == essence or expected in ("*/*", "application/octet-stream"):
        return True
    if expected.endswith("/*"):
        return essence.startswith(expected[:-1])
    return _is_json(expected) and _is_json(essence)


def _is_text(reply: Reply) -> bool:
    essence = essence_of(reply.media_type)
    opaque = reply.type is str or (reply.type is Any and essence.startswith("text/"))
    return opaque and not _is_json(essence)


def _is_json(essence: str) -> bool:
    return essence in ("application/json", "text/json") or essence.endswith("+json")
