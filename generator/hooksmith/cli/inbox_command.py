"""`hooksmith inbox` and `hooksmith work`: an inbox in the hands of its operator."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import Diagnostic, HooksmithError
from .printing import print_line

Print = Callable[[str], None]

ACTIONS = ("counts", "list", "show", "replay", "discard", "prune", "schema", "sweep")
_SELECTING = ("ids", "states", "types", "tenant", "key", "event", "since", "before")
_TAKEN = {
    "list": (*_SELECTING, "limit"),
    "show": ("ids", "raw"),
    "replay": (*_SELECTING, "yes"),
    "discard": (*_SELECTING, "yes"),
    "prune": ("older_than", "yes"),
    "sweep": ("every",),
}
"""Options of each action, beside `as_json`."""

_LIMIT = 50
_SPELLINGS = {"ids": "row ids", "states": "--state", "types": "--type"}
_REPLAYABLE = ("dead", "ignored", "done")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def add_inbox_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `hooksmith inbox` to its parser."""
    add = parser.add_argument
    add("action", choices=ACTIONS, metavar="ACTION", help=", ".join(ACTIONS))
    add("app", metavar="MODULE:RECEIVER", help="The receiver in your code, such as app:receiver.")
    add("ids", nargs="*", type=int, metavar="ID", help="Row ids of events.")
    add("--state", action="append", default=[], dest="states", metavar="STATE",
        help="pending, processing, done, dead, ignored or discarded; repeatable.")  # fmt: skip
    add("--type", action="append", default=[], dest="types", metavar="TYPE",
        help="Event type; repeatable.")  # fmt: skip
    add("--tenant", metavar="NAME", help="Events of a tenant.")
    add("--key", metavar="KEY", help="Events of an ordering key.")
    add("--event", metavar="ID", help="The sender's id of an event.")
    add("--since", type=_moment, metavar="TIME", help="Received since: 2d, 3h, 2026-01-31, an ISO time.")  # fmt: skip
    add("--before", type=_moment, metavar="TIME", help="Received before that time.")
    add("--limit", type=_count, default=_LIMIT, metavar="N", help="With list: the most rows, 50.")
    add("--older-than", type=_duration, metavar="TIME",
        help="With prune: finished for that time; otherwise the inbox's retention.")  # fmt: skip
    add("--every", type=_duration, metavar="TIME",
        help="With sweep: again after that time, until interrupted.")  # fmt: skip
    add("--raw", action="store_true", help="With show: the body as received, nothing masked.")
    add("--json", action="store_true", dest="as_json", help="As JSON.")
    add("--yes", action="store_true", help="With replay, discard and prune: do not ask.")


def add_work_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `hooksmith work` to its parser."""
    add = parser.add_argument
    add("app", metavar="MODULE:RECEIVER", help="The receiver in your code, such as app:receiver.")
    add("--processes", type=_count, default=1, metavar="N", help="Processes that work: 1.")
    add("--concurrency", type=_count, default=8, metavar="N", help="Events at a time in each: 8.")
    add("--poll", type=_duration, default=1.0, metavar="TIME",
        help="The longest time between two looks for due events: 1s.")  # fmt: skip
    add("--drain", action="store_true", help="End when no event is due.")
    add("--child", action="store_true", help=argparse.SUPPRESS)


def work(
    app: str, *, processes: int, concurrency: int, poll: float, drain: bool, child: bool
) -> int:
    """Process the events of a receiver's inbox, in processes of their own."""
    from .worker_processes import run_processes, stop_with_parent

    receiver = load_receiver(app)
    if child or drain:
        if child:
            stop_with_parent()
        receiver.work(concurrency=concurrency, poll=poll, drain=drain, stops_after_timeout=child)
        return 0
    arguments = ["work", app, "--child", "--concurrency", str(concurrency), "--poll", f"{poll}s"]
    run_processes(arguments, processes)
    return 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `hooksmith inbox`."""

    ids: list[int]
    states: list[str]
    types: list[str]
    tenant: str | None
    key: str | None
    event: str | None
    since: float | None
    before: float | None
    limit: int
    older_than: float | None
    every: float | None
    raw: bool
    as_json: bool
    yes: bool


def inbox(action: str, app: str, **options: Any) -> int:
    """Look into a receiver's inbox: counts, list, show, replay, discard, prune, schema, sweep."""
    receiver = load_receiver(app)
    chosen = Options(**options)
    _refuse_options(action, chosen)
    run = _ACTIONS[action]
    try:
        return run(receiver, chosen, print_line)
    except HooksmithError:
        raise
    except Exception as error:
        raise _error(f"the inbox failed: {type(error).__name__}: {error}") from error


def _refuse_options(action: str, options: Options) -> None:
    """Raise HooksmithError for an option that an action does not take: it would act on more than was meant."""
    for field in dataclasses.fields(Options):
        name, value = field.name, getattr(options, field.name)
        is_default = value in (None, [], False) or (name == "limit" and value == _LIMIT)
        if not is_default and name != "as_json" and name not in _TAKEN.get(action, ()):
            shown = _SPELLINGS.get(name, f"--{name.replace('_', '-')}")
            raise _error(f"{action} takes no {shown}")


def load_receiver(app: str) -> Any:
    """Return the receiver that `module:attribute` names, as the working folder's Python sees it.

    Raises:
        HooksmithError: There is no such module or attribute, or it is no receiver with an inbox.
    """
    module_name, _, path = app.partition(":")
    if not (module_name and path):
        raise _error(f"{app!r} is not MODULE:RECEIVER", "such as app:receiver")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        value: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise _error(f"there is no module {error.name!r} in {Path.cwd()} or installed") from None
    for name in path.split("."):
        if not hasattr(value, name):
            raise _error(f"{module_name} has no {path!r}")
        value = getattr(value, name)
    if not hasattr(value, "ingest"):
        raise _error(f"{app} is a {type(value).__name__}, not a WebhookReceiver")
    try:
        value.inbox  # noqa: B018 - raises if there is none
    except RuntimeError as error:
        raise _error(f"{app}: {error}") from None
    return value


def _error(message: str, hint: str = "") -> HooksmithError:
    return HooksmithError(Diagnostic(message=message, hint=hint))


# --- actions ---------------------------------------------------------------------------------------------------


def _selection(receiver: Any, options: Options, states: Iterable[str] = ()) -> Any:
    try:
        return receiver.inbox.select(
            states=tuple(options.states or states),
            ids=tuple(options.ids),
            types=tuple(options.types),
            source=receiver.source,
            tenant=options.tenant,
            ordering_key=options.key,
            event_id=options.event,
            since=options.since,
            before=options.before,
        )
    except ValueError as error:
        raise _error(f"--state: {error}") from None


def _counts(receiver: Any, options: Options, show: Print) -> int:
    counts = receiver.inbox.counts(receiver.source)
    numbers = {str(state): counts[state] for state in _states(receiver)}
    oldest = None if counts.oldest is None else round(counts.oldest, 3)
    if options.as_json:
        show(json.dumps({"source": receiver.source, "states": numbers, "oldest_seconds": oldest}))
        return 0
    for state, number in numbers.items():
        show(f"{state:<11}{number:>9}")
    if oldest is not None:
        show(f"oldest unfinished: {_span(oldest)}")
    return 0


def _states(receiver: Any) -> list[Any]:
    (dead,) = receiver.inbox.select(states=("dead",)).states
    enum: Any = type(dead)
    return [*enum]


def _list(receiver: Any, options: Options, show: Print) -> int:
    rows = receiver.inbox.list(_selection(receiver, options), limit=options.limit)
    if options.as_json:
        show(json.dumps([_plain(row) for row in rows]))
        return 0
    for row in rows:
        parts = [f"{row.id:>8}  {row.state:<10}  {_time(row.received_at)}  {row.type or '-'}"]
        parts += [f" {row.event_id}"] if row.event_id else []
        parts += [f"  attempts {row.attempts}"] if row.attempts > 1 else []
        parts += [f"  {row.error[:80]}"] if row.error else []
        show("".join(parts))
    if not rows:
        show("no events")
    return 0


def _show(receiver: Any, options: Options, show: Print) -> int:
    if not options.ids:
        raise _error("show: which event?", "its row id, as `hooksmith inbox list` shows it")
    for id_ in options.ids:
        stored = receiver.inbox.get(id_)
        if stored is None or stored.row.source != receiver.source:
            raise _error(f"there is no event {id_}")
        if options.raw:
            sys.stdout.flush()
            sys.stdout.buffer.write(stored.body)
            continue
        headers, body = receiver.inbox.masked(stored)
        if options.as_json:
            show(json.dumps(_plain(stored.row) | {"headers": headers, "body": body}))
            continue
        for name, value in _plain(stored.row).items():
            if value not in (None, "", []):
                show(f"{name}: {value}")
        show("\n" + "\n".join(f"{name}: {value}" for name, value in headers))
        show("\n" + body)
    return 0


def _replay(receiver: Any, options: Options, show: Print) -> int:
    _check_states("replay", options, _REPLAYABLE)
    selection = _selection(receiver, options, _REPLAYABLE if options.ids else ("dead",))
    return _change("replay", selection, receiver.inbox.replay, receiver, options, show)


def _discard(receiver: Any, options: Options, show: Print) -> int:
    _check_states("discard", options, ("dead",))
    selection = _selection(receiver, options, ("dead",))
    return _change("discard", selection, receiver.inbox.discard, receiver, options, show)


def _change(
    verb: str,
    selection: Any,
    change: Callable[[Any], int],
    receiver: Any,
    options: Options,
    show: Print,
) -> int:
    """Change the selected events after a question that names their number."""
    number = receiver.inbox.count(selection)
    events = f"{number} event{'s' if number > 1 else ''} of {receiver.source}"
    if number and not options.yes and not _is_confirmed(f"{verb} {events}"):
        show("nothing changed")
        return 1
    changed = change(selection) if number else 0
    show(json.dumps({verb: changed}) if options.as_json else f"{verb}: {changed}")
    return 0


def _is_confirmed(action: str) -> bool:
    """Ask for consent to an action; raises HooksmithError if no terminal can answer."""
    if not sys.stdin.isatty():
        raise _error(f"{action}: this needs an answer, and there is no terminal", "pass --yes")
    return input(f"{action}? [y/N] ").strip().lower() in ("y", "yes")


def _check_states(action: str, options: Options, states: tuple[str, ...]) -> None:
    """Raise HooksmithError for a state whose events an action does not change."""
    for state in options.states:
        if state not in states:
            raise _error(f"{action} takes events that are {' or '.join(states)}, not {state!r}")


def _prune(receiver: Any, options: Options, show: Print) -> int:
    older_than, retention = options.older_than, receiver.inbox.retention
    if older_than is not None and older_than < retention and not options.yes:
        action = (
            f"delete events of every receiver of this inbox that finished {_span(older_than)} ago, before the "
            f"retention of {_span(retention)}; repetitions of them would be handled again"
        )
        if not _is_confirmed(action):
            show("nothing changed")
            return 1
    number = receiver.inbox.prune(older_than=options.older_than)
    show(json.dumps({"prune": number}) if options.as_json else f"prune: {number}")
    return 0


def _schema(receiver: Any, options: Options, show: Print) -> int:
    schema = receiver.inbox.schema().strip()
    show(json.dumps({"schema": schema}) if options.as_json else schema)
    return 0


def _sweep(receiver: Any, options: Options, show: Print) -> int:
    while True:
        number = receiver.sweep()
        show(json.dumps({"sweep": number}) if options.as_json else f"sweep: {number}")
        if options.every is None:
            return 0
        time.sleep(options.every)


_ACTIONS: dict[str, Callable[[Any, Options, Print], int]] = {
    "counts": _counts,
    "list": _list,
    "show": _show,
    "replay": _replay,
    "discard": _discard,
    "prune": _prune,
    "schema": _schema,
    "sweep": _sweep,
}


# --- values ----------------------------------------------------------------------------------------------------


def _plain(row: Any) -> dict[str, Any]:
    values = {
        name: value for name, value in dataclasses.asdict(row).items() if name != "lease_token"
    }
    for name in ("received_at", "due_at", "finished_at"):
        values[name] = None if values[name] is None else _time(values[name])
    return values | {"state": str(row.state), "handled": list(row.handled)}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _span(seconds: float) -> str:
    for unit, size in reversed(_UNITS.items()):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, 1 or more")
    return int(text)


def _duration(text: str) -> float:
    """Return the seconds of `90`, `90s`, `5m`, `2h`, `30d` or `1w`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw]?)", text, re.ASCII)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 90s, 5m, 2h or 30d")
    return float(match[1]) * _UNITS[match[2] or "s"]


def _moment(text: str) -> float:
    """Return the Unix time of a duration before now (`2d`), or of an ISO date or time; UTC if it names no zone."""
    if re.fullmatch(r"\d+(?:\.\d+)?[smhdw]", text, re.ASCII):
        return time.time() - _duration(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: 2d, 2026-01-31, or an ISO time"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
