"""Pagination that a document does not declare: recognised by names of parameters and shapes of replies.

A form is recognised only if everything that it needs is there: a parameter that asks for the next page, a reply with
one list of items, and, unless the parameter is a number, a property of the reply that the parameter takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ...ir import (
    Alias,
    AnyDefinition,
    Array,
    Field,
    Kind,
    Model,
    Named,
    Pagination,
    Parameter,
    Scalar,
    Type,
    Union,
)
from ...ir.queries import all_fields
from ...naming.casing import plain

_CURSORS = {
    "cursor": ("nextcursor", "cursor", "endcursor"),
    "after": ("nextcursor", "after", "endcursor"),
    "aftercursor": ("nextcursor", "aftercursor"),
    "startcursor": ("nextcursor",),
    "nextcursor": ("nextcursor",),
    "pagetoken": ("nextpagetoken",),
    "nextpagetoken": ("nextpagetoken",),
    "nexttoken": ("nexttoken",),
    "pagecursor": ("nextpagecursor", "nextcursor"),
    "continuationtoken": ("continuationtoken", "nextcontinuationtoken"),
    "bookmark": ("bookmark",),
    "marker": ("nextmarker",),
    "iterator": ("iterator",),
}
"""Query parameter → properties of a reply that hold its value for the next page, both by their letters alone."""
_HOLDERS = frozenset(
    "meta metadata pagination paging pageinfo cursor cursors listmetadata responsemetadata links page".split()
)
"""Objects of a reply that describe its place in the list."""
_NEXT_URLS = frozenset("next nexturl nextpageurl nextlink nextpage nexthref".split())
_MORE = frozenset("hasmore hasnext hasnextpage more".split())
_COMPLETE = frozenset("done completed iscomplete islastpage last listcompleted".split())
_PAGE_SIZES = frozenset("perpage pagesize limit size count pagelimit".split())
_OTHER_LISTS = frozenset("errors warnings messages included links facets tags fields".split())
"""Lists of a reply that are not its items."""
_LISTS = frozenset("data items results records entries values list elements objects".split())


class _List(NamedTuple):
    """The only list of a reply: its JSON Pointer, and the type of its items."""

    pointer: str
    item: Type


def detect_pagination(
    parameters: Sequence[Parameter],
    reply: Type,
    headers: Sequence[str],
    definitions: Mapping[str, AnyDefinition],
) -> Pagination | None:
    """Return the pagination of an operation that reads, or None.

    Args:
        parameters: Parameters of the operation.
        reply: Type of its success reply.
        headers: Names of the headers of its success reply.
        definitions: All definitions by name.
    """
    return _Detector(parameters, reply, headers, definitions).detect()


class _Detector:
    def __init__(
        self,
        parameters: Sequence[Parameter],
        reply: Type,
        headers: Sequence[str],
        definitions: Mapping[str, AnyDefinition],
    ) -> None:
        self._definitions = definitions
        self._query = {
            plain(parameter.field.wire): parameter.field
            for parameter in parameters
            if parameter.location == "query" and not parameter.field.required
        }
        self._headers = {header.lower() for header in headers}
        self._reply = self._resolved(reply)
        self._properties = dict(self._properties_of(self._reply, ""))

    def detect(self) -> Pagination | None:
        """Return the first form that fits; forms that name the next page are preferred to numbers."""
        page_list = self._list()
        if page_list is None:
            return None
        forms: tuple[Callable[[_List], Pagination | None], ...] = (
            self._link,
            self._next_url,
            self._cursor,
            self._last_item,
            self._page_number,
            self._offset,
        )
        return next((pages for form in forms if (pages := form(page_list)) is not None), None)

    # --- forms

    def _link(self, items: _List) -> Pagination | None:
        if "link" not in self._headers or not self._query.keys() & {
            "page",
            "cursor",
            "after",
            "offset",
        }:
            return None
        return Pagination(
            style="link",
            items=items.pointer,
            item=items.item,
            reason="the reply has a header `Link` (RFC 8288)",
        )

    def _next_url(self, items: _List) -> Pagination | None:
        for pointer, field in self._properties.items():
            if plain(field.wire) in _NEXT_URLS and self._is_url(field):
                reason = f"{pointer} is the URL of the next page"
                return Pagination(
                    style="next_url",
                    items=items.pointer,
                    item=items.item,
                    next=pointer,
                    reason=reason,
                )
        return None

    def _cursor(self, items: _List) -> Pagination | None:
        for name, properties in _CURSORS.items():
            parameter = self._query.get(name)
            if parameter is None or not self._is_text(parameter.type):
                continue
            for pointer, field in self._properties.items():
                if plain(field.wire) in properties and self._is_text(field.type):
                    reason = f"`{parameter.wire}` takes {pointer} of the page before"
                    return Pagination(
                        style="cursor",
                        items=items.pointer,
                        item=items.item,
                        parameter=parameter.wire,
                        next=pointer,
                        more=self._flag(_MORE),
                        complete=self._flag(_COMPLETE),
                        reason=reason,
                    )
        return None

    def _last_item(self, items: _List) -> Pagination | None:
        """Stripe's form: the id of the last item is the cursor."""
        parameter = self._query.get("startingafter")
        more = self._flag(_MORE)
        item = self._resolved(items.item)
        has_id = isinstance(item, Model) and any(
            field.wire == "id" and self._is_text(field.type)
            for field in all_fields(item, self._definitions)
        )
        if parameter is None or more is None or not has_id:
            return None
        reason = (
            f"`{parameter.wire}` takes the id of the last item; {more} tells whether more follow"
        )
        return Pagination(
            style="cursor",
            items=items.pointer,
            item=items.item,
            parameter=parameter.wire,
            last="/id",
            more=more,
            reason=reason,
        )

    def _page_number(self, items: _List) -> Pagination | None:
        parameter = self._query.get("page") or self._query.get("pagenumber")
        size = next((self._query[name] for name in sorted(_PAGE_SIZES & self._query.keys())), None)
        if parameter is None or size is None:
            return None
        if not (self._is_integer(parameter.type) and self._is_integer(size.type)):
            return None
        first = _first_page(parameter)
        if first is None:
            return None
        reason = f"`{parameter.wire}` is the number of a page, from {first}; `{size.wire}` its size"
        return Pagination(
            style="page",
            items=items.pointer,
            item=items.item,
            parameter=parameter.wire,
            size=size.wire,
            first=first,
            more=self._flag(_MORE),
            reason=reason,
        )

    def _offset(self, items: _List) -> Pagination | None:
        pairs = (
            ("offset", "limit"),
            ("skip", "limit"),
            ("skip", "top"),
            ("skip", "take"),
            ("offset", "count"),
        )
        for start, count in pairs:
            parameter, size = self._query.get(start), self._query.get(count)
            if parameter is None or size is None:
                continue
            if self._is_integer(parameter.type) and self._is_integer(size.type):
                reason = f"`{parameter.wire}` is the number of items before the page, `{size.wire}` its size"
                return Pagination(
                    style="offset",
                    items=items.pointer,
                    item=items.item,
                    parameter=parameter.wire,
                    size=size.wire,
                    complete=self._flag(_COMPLETE),
                    reason=reason,
                )
        return None

    # --- the reply

    def _list(self) -> _List | None:
        """Return the list of a reply: the reply itself, or its only list, or the only one with a usual name."""
        if isinstance(self._reply, Array):
            return _List("", self._reply.items)
        lists = {
            pointer: array.items
            for pointer, field in self._properties.items()
            if isinstance(array := self._resolved(field.type), Array)
        }
        top = {
            pointer: item
            for pointer, item in lists.items()
            if pointer.count("/") == 1 and plain(pointer) not in _OTHER_LISTS
        }
        usual = [pointer for pointer in top if plain(pointer) in _LISTS]
        chosen = list(top) if len(top) == 1 else usual
        return _List(chosen[0], top[chosen[0]]) if len(chosen) == 1 else None

    def _properties_of(self, type_: object, pointer: str) -> Iterator[tuple[str, Field]]:
        """Yield JSON Pointer and field of the properties of a reply, and of the objects that describe its place."""
        if not isinstance(type_, Model):
            return
        for field in all_fields(type_, self._definitions):
            if "/" in field.wire or "~" in field.wire:
                continue
            yield f"{pointer}/{field.wire}", field
            if not pointer and plain(field.wire) in _HOLDERS:
                yield from self._properties_of(self._resolved(field.type), f"/{field.wire}")

    def _flag(self, names: frozenset[str]) -> str | None:
        return next(
            (
                pointer
                for pointer, field in self._properties.items()
                if plain(field.wire) in names and self._has_kind(field.type, Kind.BOOLEAN)
            ),
            None,
        )

    # --- types

    def _resolved(self, type_: object) -> object:
        """Return the definition or type behind aliases and `null`."""
        for _ in range(20):
            match type_:
                case Named(name):
                    type_ = self._definitions.get(name)
                case Alias(type=aliased):
                    type_ = aliased
                case Union(options=options):
                    others = [option for option in options if option != Scalar(Kind.NULL)]
                    if len(others) != 1:
                        return type_
                    type_ = others[0]
                case _:
                    return type_
        return None

    def _has_kind(self, type_: Type, *kinds: Kind) -> bool:
        resolved = self._resolved(type_)
        return isinstance(resolved, Scalar) and resolved.kind in kinds

    def _is_text(self, type_: Type) -> bool:
        return self._has_kind(type_, Kind.STRING)

    def _is_integer(self, type_: Type) -> bool:
        return self._has_kind(type_, Kind.INTEGER)

    def _is_url(self, field: Field) -> bool:
        """Whether a property is declared as a URL: by its format, or by its name."""
        resolved = self._resolved(field.type)
        if not isinstance(resolved, Scalar) or resolved.kind is not Kind.STRING:
            return False
        is_uri = resolved.constraints.format in ("uri", "url", "uri-reference")
        return is_uri or plain(field.wire) in ("nexturl", "nextpageurl", "nexthref")


_COUNTS_FROM = (
    r"\b{0}[- ](?:based|indexed)|\b(?:starts|starting|begins|counted) (?:at|from|with) {0}\b"
)
_FROM_0 = re.compile(_COUNTS_FROM.format("(?:0|zero)"), re.IGNORECASE)
_FROM_1 = re.compile(
    _COUNTS_FROM.format("(?:1|one)") + r"|\bdefaults? (?:is|to):? 1\b", re.IGNORECASE
)


def _first_page(parameter: Field) -> int | None:
    """Return the number of the first page by the parameter's default, description or minimum; None: unknown.

    Numbers from 0 that are taken for numbers from 1 would leave out the first page.
    """
    if type(parameter.default) is int and parameter.default in (0, 1):
        return parameter.default
    if _FROM_0.search(parameter.description):
        return 0
    if _FROM_1.search(parameter.description):
        return 1
    minimum = parameter.type.constraints.minimum if isinstance(parameter.type, Scalar) else None
    return 1 if minimum == 1 else None
