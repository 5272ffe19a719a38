"""Read-only page of an inbox: an ASGI application that lists events and shows their payloads, secrets masked.

It has no authentication of its own. Mount it behind the application's: `app.mount("/inbox", receiver.inbox.page)`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode

from .masking import masked_body, masked_headers
from .protocol import Inbox
from .states import EventRow, Selection, State, StoredEvent

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ROWS = 50

_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_STYLE = """
body{font:14px system-ui;margin:2rem;color:#222}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
pre{background:#f6f6f6;padding:1rem;overflow:auto}.dead{color:#b00020}nav a{margin-right:1rem}
"""


class InboxPage:
    """ASGI application: `/` lists events, `/ID` shows one."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"the inbox page takes requests, not {scope['type']}")
        from anyio.to_thread import run_sync

        if scope["method"] not in ("GET", "HEAD"):
            status, text = 405, _document("Only GET", "<p>This page is read-only.</p>")
        else:
            status, text = await run_sync(self._answer, scope)
        body = b"" if scope["method"] == "HEAD" else text.encode("utf-8", "replace")
        await send({"type": "http.response.start", "status": status, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope) -> tuple[int, str]:
        root = str(scope.get("root_path", "")).rstrip("/")
        path = str(scope["path"])
        name = (path[len(root) :] if root and path.startswith(root) else path).strip("/")
        if not name:
            return self._list(root, _query(scope))
        try:
            stored = self._inbox.get(_row_id(name))
        except ValueError:
            stored = None
        if stored is None:
            return 404, _document(
                "No such event", f'<p><a href="{escape(root)}/">All events</a></p>'
            )
        return 200, _document(f"Event {stored.row.id}", _event(stored, root))

    def _list(self, root: str, query: Mapping[str, str]) -> tuple[int, str]:
        try:
            states = (State(query["state"]),) if query.get("state") else ()
            after = _row_id(query["after"]) if query.get("after") else None
        except ValueError:
            return 400, _document(
                "Unknown filter", "<p>state, type, key, id or after is not valid.</p>"
            )
        selection = Selection(
            states=states,
            types=(query["type"],) if query.get("type") else (),
            ordering_key=query.get("key") or None,
            event_id=query.get("id") or None,
        )
        rows = self._inbox.list(selection, limit=ROWS + 1, after=after)
        counts = self._inbox.counts()
        nav = "".join(
            f'<a href="{escape(root)}/?{urlencode({"state": state.value})}">{state.value} {counts[state]}</a>'
            for state in State
        )
        more = ""
        if len(rows) > ROWS:
            following = {**query, "after": str(rows[ROWS - 1].id)}
            more = (
                f'<p><a href="{escape(root)}/?{escape(urlencode(following))}">Older events</a></p>'
            )
        table = _table((_row(row, root) for row in rows[:ROWS]), _COLUMNS)
        return 200, _document(
            "Inbox", f'<nav><a href="{escape(root)}/">all</a>{nav}</nav>{table}{more}'
        )


def _row_id(text: str) -> int:
    """Return the row id in a text; raises ValueError. The largest id of a database has 19 digits."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError(text)
    return int(text)


def _query(scope: Scope) -> dict[str, str]:
    text = bytes(scope.get("query_string", b"")).decode("latin-1")
    return {name: values[-1] for name, values in parse_qs(text).items()}


_COLUMNS = ("id", "state", "type", "event", "source", "key", "attempts", "received", "error")


def _row(row: EventRow, root: str) -> Iterable[str]:
    yield f'<a href="{escape(root)}/{row.id}">{row.id}</a>'
    yield f'<span class="{row.state.value}">{row.state.value}</span>'
    texts = (row.type, row.event_id, row.source, row.ordering_key, row.attempts)
    yield from (escape(str(text)) if text is not None else "" for text in texts)
    yield _time(row.received_at)
    yield escape(row.error[:120])


def _table(rows: Iterable[Iterable[str]], columns: Iterable[str]) -> str:
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _event(stored: StoredEvent, root: str) -> str:
    row = stored.row
    facts = {
        "state": row.state.value,
        "type": row.type,
        "event id": row.event_id,
        "source": row.source,
        "tenant": row.tenant,
        "ordering key": row.ordering_key,
        "attempts": row.attempts,
        "duplicates": row.duplicates,
        "replays": row.replays,
        "received": _time(row.received_at),
        "due": _time(row.due_at),
        "finished": _time(row.finished_at),
    }
    shown = _table(
        ((name, escape(str(value))) for name, value in facts.items() if value not in (None, "")), ()
    )
    headers = "\n".join(f"{name}: {value}" for name, value in masked_headers(stored.headers))
    parts = [f'<p><a href="{escape(root)}/">All events</a></p>', shown]
    if row.error:
        parts.append(f"<h2>Error</h2><pre>{escape(row.error)}</pre>")
    parts.append(f"<h2>Payload</h2><pre>{escape(masked_body(stored.body))}</pre>")
    parts.append(f"<h2>Headers</h2><pre>{escape(headers)}</pre>")
    return "".join(parts)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _document(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{content}</body></html>"
    )
