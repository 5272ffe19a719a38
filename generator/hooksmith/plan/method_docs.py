"""Docstrings of methods: summary, description, route, notes, arguments and errors, in Google's sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..ir import AnyDefinition, Field, Named, Operation, Reply
from ..openapi.status_phrases import PHRASES
from .docstrings import section, sentence
from .models import field_doc

_ERRORS = {
    "400": "BadRequestError",
    "401": "AuthenticationError",
    "403": "PermissionDeniedError",
    "404": "NotFoundError",
    "409": "ConflictError",
    "422": "UnprocessableEntityError",
    "429": "RateLimitError",
}
"""Status → the runtime's exception."""


def method_doc(
    operation: Operation,
    fields: Iterable[Field],
    content_type: str | None,
    definitions: Mapping[str, AnyDefinition],
    callbacks: Sequence[str],
) -> str:
    """Return the docstring of an operation's method.

    Args:
        operation: The operation.
        fields: Its arguments, without the choice of a media type.
        content_type: The argument that selects the body's media type, if the method has one.
        definitions: All definitions by name.
        callbacks: The constants of the operation's callbacks.
    """
    summary, description = operation.summary, operation.description
    if not summary:
        summary, _, description = description.partition("\n\n")
    blocks = [sentence(" ".join(summary.split()))] if summary else []
    blocks += [f"`{operation.method} {operation.path}`"]
    if description and description.strip() != summary.strip():
        blocks.insert(1, sentence(description))
    blocks += _notes(operation)
    if callbacks:
        blocks.append(f"Calls back with {', '.join(f'`{name}`' for name in callbacks)}.")
    arguments = list(_argument_docs(fields, definitions))
    if content_type is not None:
        arguments.append((content_type, "The media type of the body."))
    errors = [(error_name(reply), sentence(_phrase(reply))) for reply in operation.errors]
    blocks += [section("Args", arguments), section("Raises", errors)]
    return "\n\n".join(block for block in blocks if block)


def _notes(operation: Operation) -> Iterator[str]:
    if operation.deprecated:
        yield "Deprecated."
    if operation.permissions:
        group = operation.permissions.group
        suffix = f" of the group `{group}`" if group else ""
        yield f"Needs {_listed(operation.permissions.permissions)}{suffix}."
    if operation.security == ():
        yield "Needs no credentials."
    if operation.analytic_events:
        events = (f"`{name}` ({moment})" for moment, name in operation.analytic_events.items())
        yield f"Logged as {', '.join(events)}."


def _listed(names: tuple[str, ...]) -> str:
    word = "the permission " if len(names) == 1 else "the permissions "
    return word + " and ".join(f"`{name}`" for name in names)


def _argument_docs(
    fields: Iterable[Field], definitions: Mapping[str, AnyDefinition]
) -> Iterator[tuple[str, str]]:
    """Yield described arguments. An argument without a description takes that of its type."""
    for field in fields:
        described = (
            field
            if field.description
            else replace(field, description=_type_description(field, definitions))
        )
        if doc := " ".join(field_doc(described).split()):
            yield field.name, doc


def _type_description(field: Field, definitions: Mapping[str, AnyDefinition]) -> str:
    return definitions[field.type.name].description if isinstance(field.type, Named) else ""


def error_name(reply: Reply) -> str:
    """Return the exception class for the status of an error reply."""
    if reply.status in _ERRORS:
        return _ERRORS[reply.status]
    return "ServerError" if reply.status.startswith("5") else "APIStatusError"


def _phrase(reply: Reply) -> str:
    """Return the status with its standard phrase and, unless it repeats the phrase, the reply's description."""
    status = f"{reply.status} {PHRASES.get(reply.status, '')}".rstrip()
    description = " ".join(reply.description.split())
    if not description or description.rstrip(".").lower() == status.partition(" ")[2].lower():
        return status
    return f"{status}: {description}"
