"""The uses of a package in a user's code that a new version of the document breaks or changes."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ...frozen import value
from ..report import Entry, Report
from ..sides import Side
from .checkers import Checker, CheckerError, Workspace
from .handlers import Handler, find_handlers
from .poison import without_fields

_QUOTED = re.compile(r"[\"'“”]([\w.]+)[\"'“”]")
_WORD = re.compile(r"\w+")
_ATTRIBUTE = re.compile(r"attribute \"(?P<field>\w+)\" for class \"(?P<class>\w+)")
_MYPY_ATTRIBUTE = re.compile(r"\"(?P<class>\w+)\" has no attribute \"(?P<field>\w+)\"")

Files = Mapping[str, str]


@value(kw_only=True)
class CodeUse:
    """A line of the user's code. `fingerprint`: of the change; empty if none could be found for it."""

    file: str
    line: int
    message: str
    rule: str = ""
    fingerprint: str = ""


@value(kw_only=True)
class HandlerVerdict:
    """A handler with the effects of the change on each of its events; `fine` is nothing."""

    handler: Handler
    verdicts: tuple[tuple[str, str], ...]


@value(kw_only=True)
class CodeReport:
    """`broken`: lines that do not type-check any more; `affected`: lines that read a field with another behaviour."""

    broken: tuple[CodeUse, ...]
    affected: tuple[CodeUse, ...]
    handlers: tuple[HandlerVerdict, ...]


def examine_code(
    code: Path,
    package: str,
    files: tuple[Files, Files],
    side: Side,
    report: Report,
    checker: Checker,
) -> CodeReport:
    """Examine a folder of code that imports the package by a name. `files`: of the old and the new package."""
    with tempfile.TemporaryDirectory(prefix="hooksmith-") as name:
        workspace = Workspace(Path(name).resolve(), code)
        before = workspace.check(package, files[0], checker)
        after = workspace.check(package, files[1], checker)
        broken = [
            _broken(error, workspace.text(error.file), report)
            for error in _new(before, after)
            if error.file in workspace.files
        ]
        fields = _behaving_fields(report)
        poisoned = without_fields(files[0], _by_class(fields)) if fields else files[0]
        errors = workspace.check(package, poisoned, checker) if fields else before
        affected = list(_affected(_new(before, errors), fields))
        handlers = [
            HandlerVerdict(handler=handler, verdicts=tuple(_verdicts(handler, report)))
            for file in workspace.files
            for handler in find_handlers(file, workspace.text(file), side)
        ]
    return CodeReport(broken=tuple(broken), affected=tuple(affected), handlers=tuple(handlers))


def _new(before: list[CheckerError], after: list[CheckerError]) -> Iterator[CheckerError]:
    known = Counter(before)
    for error in after:
        if known[error]:
            known[error] -= 1
        else:
            yield error


# --- errors → changes


def _broken(error: CheckerError, text: str, report: Report) -> CodeUse:
    lines = text.split("\n")
    line = lines[error.line - 1] if error.line <= len(lines) else ""
    scores = [(_score(entry, error, line), -index) for index, entry in enumerate(report.entries)]
    best, index = max(scores, default=(0, 0))
    entry = report.entries[-index] if best else None
    return CodeUse(
        file=error.file,
        line=error.line,
        message=error.message.split("\n")[0],
        rule=entry.change.rule if entry else "",
        fingerprint=entry.fingerprint if entry else "",
    )


def _score(entry: Entry, error: CheckerError, line: str) -> int:
    """How well a change explains an error: by the names in the message and in the line."""
    if not entry.breaks:
        return 0
    change = entry.change
    quoted = {word for match in _QUOTED.findall(error.message) for word in match.split(".")}
    words = set(_WORD.findall(line))
    head, bracket, argument = change.place.rstrip(")").partition("(")
    *_, owner, member = ["", *head.split(".")]
    if bracket:
        return (
            6 * (argument in quoted) + 3 * (argument in words) + 3 * (member in words)
            if member in words and (argument in quoted | words or _is_missing(error))
            else 0
        )
    if member not in quoted | words:
        return 0
    return 4 * (member in quoted) + 2 * (member in words) + 2 * (owner in quoted) + (owner in words)


def _is_missing(error: CheckerError) -> bool:
    return "missing" in error.message.lower()


# --- behaviour


def _behaving_fields(report: Report) -> dict[tuple[str, str], Entry]:
    """Map (class, field) to its change of deliveries or behaviour; removed fields too: a failing call hides reads."""
    fields: dict[tuple[str, str], Entry] = {}
    for entry in report.entries:
        module, _, rest = entry.change.old_place.partition(".")
        owner, _, field = rest.partition(".")
        is_read = entry.change.direction in ("received", "both") and module in ("models", "events")
        is_shown = entry.category in ("delivery", "behaviour") or entry.change.rule.endswith(
            "-field-removed"
        )
        if is_read and field and is_shown and "(" not in field:
            fields.setdefault((owner, field), entry)
    return fields


def _by_class(fields: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    classes: dict[str, set[str]] = {}
    for owner, field in fields:
        classes.setdefault(owner, set()).add(field)
    return {owner: frozenset(names) for owner, names in classes.items()}


def _affected(
    errors: Iterable[CheckerError], fields: Mapping[tuple[str, str], Entry]
) -> Iterator[CodeUse]:
    for error in errors:
        match = _ATTRIBUTE.search(error.message) or _MYPY_ATTRIBUTE.search(error.message)
        entry = fields.get((match["class"], match["field"])) if match else None
        if entry is not None and entry.category in ("delivery", "behaviour"):
            yield CodeUse(
                file=error.file,
                line=error.line,
                message=entry.message,
                rule=entry.change.rule,
                fingerprint=entry.fingerprint,
            )


# --- handlers


def _verdicts(handler: Handler, report: Report) -> Iterator[tuple[str, str]]:
    for type_ in handler.events:
        concerned = [
            entry
            for entry in report.entries
            if entry.category == "delivery"
            and (type_ in entry.change.via or entry.change.name == type_)
        ]
        rules = {entry.change.rule for entry in concerned}
        if "event-removed" in rules:
            yield type_, "never called: the document has it no more"
        elif "event-class" in rules and not handler.target.startswith(("'", "EventType")):
            entry = next(each for each in concerned if each.change.rule == "event-class")
            yield type_, f"never called: it comes as {entry.change.new}"
        elif concerned:
            yield type_, "; ".join(dict.fromkeys(entry.message for entry in concerned))
        else:
            yield type_, "fine"


def as_text(code: CodeReport) -> str:
    """Return the report on the code for a terminal."""
    lines = ["", "your code"]
    for title, uses in (("breaks", code.broken), ("behaves otherwise", code.affected)):
        for use in uses:
            due = f" [{use.rule} {use.fingerprint}]" if use.fingerprint else ""
            lines.append(f"  {use.file}:{use.line}: {title}: {use.message}{due}")
    for match in code.handlers:
        for type_, verdict in match.verdicts:
            handler = match.handler
            lines.append(f"  {handler.file}:{handler.line}: {handler.name} on {type_}: {verdict}")
    return "\n".join(lines) if len(lines) > 2 else "\nyour code: nothing"


def as_json(code: CodeReport) -> dict[str, object]:
    """Return the report on the code as JSON data."""

    def uses(match: tuple[CodeUse, ...]) -> list[dict[str, object]]:
        return [
            {
                "file": use.file,
                "line": use.line,
                "message": use.message,
                "change": {"id": use.rule, "fingerprint": use.fingerprint} if use.rule else None,
            }
            for use in match
        ]

    return {
        "broken": uses(code.broken),
        "affected": uses(code.affected),
        "handlers": [
            {
                "file": each.handler.file,
                "line": each.handler.line,
                "name": each.handler.name,
                "event": type_,
                "verdict": verdict,
            }
            for each in code.handlers
            for type_, verdict in each.verdicts
        ],
    }
