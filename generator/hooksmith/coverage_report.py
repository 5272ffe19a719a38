"""Coverage report: each part of a document as emitted or as degraded, with the reason.

`hooksmith generate --report FILE` writes it as JSON. No part is left out silently: a part that is in the inventory of
the document and not in the IR is degraded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

from .describe.assertions import unchecked
from .describe.constraints import families, is_ambiguous, string_format
from .errors import Diagnostic
from .ir import Api, Operation, Reply
from .json_pointer import escape, split
from .naming.class_names import ClassNames
from .normalize import Normal
from .normalize.inventory import Subject
from .openapi.grammar import walk
from .openapi.media_types import is_item_stream
from .openapi.operations import operations
from .openapi.parameters import RESERVED_HEADERS, is_authorization, same_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A part of the document and its outcome. `name`: its Python name; empty if it has none.

    `excluded`: the user did not select the part.
    """

    kind: str
    pointer: str
    status: Literal["emitted", "degraded", "excluded"]
    name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Coverage report of a document, with all its warnings."""

    entries: tuple[Entry, ...]
    warnings: tuple[Diagnostic, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return `{"summary": {kind: {"emitted": n, "degraded": n, "excluded": n}}, "entries": […], "warnings": […]}`.

        Empty names, reasons and hints are omitted.
        """
        count = Counter((entry.kind, entry.status) for entry in self.entries)
        kinds = dict.fromkeys(entry.kind for entry in self.entries)
        summary = {
            kind: {status: count[kind, status] for status in ("emitted", "degraded", "excluded")}
            for kind in kinds
        }
        return {
            "summary": summary,
            "entries": [_as_json(entry) for entry in self.entries],
            "warnings": list(map(_warning_as_json, self.warnings)),
        }


def _warning_as_json(warning: Diagnostic) -> dict[str, Any]:
    place = warning.place
    values = {
        "message": warning.message,
        "hint": warning.hint,
        **({field.name: getattr(place, field.name) for field in fields(place)} if place else {}),
    }
    return {name: value for name, value in values.items() if value not in ("", None)}


def _as_json(entry: Entry) -> dict[str, str]:
    names = ("kind", "pointer", "status", "name", "reason")
    return {name: getattr(entry, name) for name in names if getattr(entry, name)}


def account(normal: Normal, names: ClassNames, api: Api) -> Ledger:
    """Compare the inventory of a document with its IR."""
    return _Accountant(normal, names, api).run()


class _Accountant:
    def __init__(self, normal: Normal, names: ClassNames, api: Api) -> None:
        self._normal = normal
        self._class_names = names.names
        self._schemes = api.security_schemes
        self._operations = {
            operation.pointer: operation
            for resource in api.resources
            for operation in resource.operations
        }
        self._callbacks = {
            callback.pointer: callback.untyped
            for operation in self._operations.values()
            for callback in operation.callbacks
        }
        self._events = {event.pointer: event for event in api.events.events}
        for key, item in (normal.document.get("webhooks") or {}).items():
            self._share_event(f"/webhooks/{escape(key)}", item)
        self._widened = {
            pointer: f"{part}: {replacement}"
            for pointer, part, replacement in normal.findings.widened
        }
        self._names = {definition.pointer: definition.name for definition in api.definitions}

    def _share_event(self, pointer: str, item: Any) -> None:
        """Assign the event of a webhook to all its methods with bodies, which are options of that event."""
        bodies = [
            f"{pointer}/{method}"
            for method, operation in (operations(item) if isinstance(item, dict) else ())
            if "requestBody" in operation
        ]
        known = next((self._events[body] for body in bodies if body in self._events), None)
        if known is not None:
            for body in bodies:
                self._events.setdefault(body, known)

    def _recognised_pages(self) -> Iterator[Entry]:
        """Yield the operations whose pages the document does not declare, with the style and the reason."""
        for pointer, operation in self._operations.items():
            pages = operation.pagination
            if pages is not None and pages.reason:
                yield Entry(
                    kind="pagination",
                    pointer=pointer,
                    status="emitted",
                    name=pages.style,
                    reason=pages.reason,
                )

    def run(self) -> Ledger:
        entries = [self._entry(subject) for subject in self._normal.subjects]
        entries += self._recognised_pages()
        webhooks = {
            subject.pointer for subject in self._normal.subjects if subject.kind == "webhook"
        }
        entries += [
            Entry(
                kind="schema", pointer=pointer, status="degraded", reason=f"{part}: {replacement}"
            )
            for pointer, part, replacement in self._normal.findings.widened
            if pointer not in webhooks
        ]
        entries += self._unchecked()
        return Ledger(tuple(entries), tuple(self._normal.diagnostics))

    def _entry(self, subject: Subject) -> Entry:
        excluded = self._normal.excluded.get(subject.owner or subject.pointer)
        if excluded is not None:
            return Entry(
                kind=subject.kind, pointer=subject.pointer, status="excluded", reason=excluded
            )
        name, reason = getattr(self, f"_{subject.kind}")(subject)
        status: Literal["emitted", "degraded"] = "degraded" if reason else "emitted"
        return Entry(
            kind=subject.kind, pointer=subject.pointer, status=status, name=name, reason=reason
        )

    # --- a method for each kind: the Python name, and the reason if the part is degraded

    def _operation(self, subject: Subject) -> tuple[str, str]:
        operation = self._operations.get(subject.pointer)
        return (
            (operation.name, "")
            if operation
            else ("", "no method: the operation could not be read")
        )

    def _parameter(self, subject: Subject) -> tuple[str, str]:
        operation = self._operations.get(subject.owner)
        if operation is None:
            return "", "" if subject.owner in self._events else "no method takes it"
        for parameter in operation.parameters:
            if f"{parameter.location} {parameter.field.wire}" == subject.detail:
                return parameter.field.name, ""
        location, _, name = subject.detail.partition(" ")
        if location == "header" and name.lower() in RESERVED_HEADERS:
            return "", "no argument: the client sets this header itself"
        if is_authorization(location, name) or any(
            (scheme.location, same_name(location, scheme.parameter))
            == (location, same_name(location, name))
            for scheme in self._schemes
        ):
            return "", "no argument: it is sent as the credential of a security scheme"
        return "", "not an argument: the parameter could not be read"

    def _body(self, subject: Subject) -> tuple[str, str]:
        if subject.owner in self._events:
            return ", ".join(self._events[subject.owner].models), ""
        operation = self._operations.get(subject.owner)
        if operation is None:
            return "", "no method sends it"
        if operation.empty_body:
            return "", "not offered: it may be left out, and is a form without fields"
        if operation.body is None:
            return "", "" if not subject.detail else "not an argument: the body could not be read"
        bodies = {body.media_type: body for body in (operation.body, *operation.body.others)}
        body = bodies.get(subject.detail or operation.body.media_type)
        if body is None:
            return "", f"not offered: the body is sent as {operation.body.media_type}"
        return "", f"sent as it is given: nothing here writes {body.media_type}" if body.raw else ""

    def _response(self, subject: Subject) -> tuple[str, str]:
        operation = self._operations.get(subject.owner)
        if operation is None:
            return "", "" if subject.owner in self._events else "no method receives it"
        reply = _reply(operation, split(subject.pointer)[-1])
        if reply is None:
            return "", "not expected: the response could not be read"
        if reply.type is None and subject.detail:
            return "", "not read: such a reply has no content in HTTP"
        if subject.detail in (reply.media_type or "", ""):
            return "", f"read as it comes: nothing here reads {subject.detail}" if reply.raw else ""
        others = {other.media_type: other for other in reply.others}
        other = others.get(subject.detail)
        if other is not None and (other.type is not None or is_item_stream(other.media_type)):
            return "", ""
        return (
            "",
            f"not asked for: the reply is read as {reply.media_type}, this one by `stream` alone",
        )

    def _header(self, subject: Subject) -> tuple[str, str]:
        return "", "not typed: read them from the raw reply"

    def _link(self, subject: Subject) -> tuple[str, str]:
        return "", "links are ignored knowingly"

    def _schema(self, subject: Subject) -> tuple[str, str]:
        name = self._names.get(subject.pointer) or self._class_names.get(subject.pointer, "")
        return name, "" if name else "no definition: the schema could not be read"

    def _webhook(self, subject: Subject) -> tuple[str, str]:
        event = self._events.get(subject.pointer)
        if event is None:
            return "", "no event: the webhook has no body with a schema"
        return ", ".join(event.models), self._widened.get(subject.pointer, "")

    def _callback(self, subject: Subject) -> tuple[str, str]:
        bodies = [
            untyped
            for pointer, untyped in self._callbacks.items()
            if pointer.startswith(f"{subject.pointer}/")
        ]
        if not bodies:
            return "", "no payload: the callback has no body with a schema"
        types = ", ".join(dict.fromkeys(each for untyped in bodies for each in untyped))
        return "", f"not typed: handed over as it is, for it is {types}" if types else ""

    # --- assertions that neither types nor the runtime check

    def _unchecked(self) -> Iterator[Entry]:
        within: tuple[str, ...] = ()  # a schema inside an assertion is checked with the assertion
        for visit in walk("openapi", self._normal.document):
            if visit.kind != "schema" or f"{visit.pointer}/".startswith(within):
                continue
            document = self._normal.document
            kinds = families(document, visit.node)
            each = [set(unchecked(document, visit.node, family)) for family in kinds]
            missing = sorted(set.intersection(*each))
            if string_format(visit.node) == "binary":
                missing += sorted(visit.node.keys() & {"minLength", "maxLength", "pattern"})
            if is_ambiguous(document, visit.node):
                missing.append("that no more than one option of oneOf fits")
            checked = visit.node.keys() & _WITHIN - set(missing)
            within += tuple(f"{visit.pointer}/{key}/" for key in checked)
            if missing:
                reason = f"not checked: {', '.join(missing)}"
                yield Entry(kind="schema", pointer=visit.pointer, status="degraded", reason=reason)


_WITHIN = frozenset("not if then else contains propertyNames dependentSchemas".split())


def _reply(operation: Operation, status: str) -> Reply | None:
    return next(
        (reply for reply in (*operation.replies, *operation.errors) if reply.status == status), None
    )
