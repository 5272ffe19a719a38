"""Calls of every operation of a document: with required arguments, with all, and in every media type of the body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.instances import BODIES, Instances
from hooksmith.ir import Body, Operation
from hooksmith.openapi.media_types import is_form_or_multipart, is_json


@dataclass(frozen=True)
class Arguments:
    """Keyword arguments of a method. `label` names the choice; `lacking` are required arguments without a sample."""

    label: str
    values: dict[str, Any]
    lacking: tuple[str, ...] = ()


def arguments_of(operation: Operation, instances: Instances) -> Iterator[Arguments]:
    """Yield arguments for the calls of an operation."""
    bodies = [] if operation.body is None else [operation.body, *operation.body.others]
    for label in ("required", "all"):
        body = bodies[0] if bodies and (label == "all" or _is_needed(bodies[0])) else None
        yield _arguments(operation, instances, label, body, {})
    for body in bodies[1:]:
        if "*" not in body.media_type:
            choice = {"content_type": body.media_type}
            yield _arguments(operation, instances, body.media_type, body, choice)


def _is_needed(body: Body) -> bool:
    """Whether the method has required arguments of the body."""
    return body.required or any(field.required for field in body.fields or ())


def _arguments(
    operation: Operation,
    instances: Instances,
    label: str,
    body: Body | None,
    choice: dict[str, Any],
) -> Arguments:
    values: dict[str, Any] = dict(choice)
    lacking: list[str] = []
    samples = _parameter_samples(operation, instances)
    for parameter in operation.parameters:
        field, key = parameter.field, (parameter.location, parameter.field.wire)
        if field.required and key not in samples:
            lacking.append(field.name)
        elif key in samples and (field.required or label == "all"):
            values[field.name] = samples[key]
    if body is not None:
        try:
            values |= _body_values(operation, instances, body, is_full=label != "required")
        except LookupError:
            lacking.append("body")
    return Arguments(label, values, tuple(lacking))


def _parameter_samples(operation: Operation, instances: Instances) -> dict[tuple[str, str], Any]:
    samples = {}
    for place, pointer, facts in instances.parameters(operation.pointer):
        for sample in instances.seeds(pointer, facts, place):
            samples[place, facts["name"]] = sample
            break
    return samples


def _body_values(
    operation: Operation, instances: Instances, body: Body, *, is_full: bool
) -> dict[str, Any]:
    """Return the arguments of a body. Raises LookupError if there is no sample of its schema."""
    if not (is_json(body.media_type) or is_form_or_multipart(body.media_type)):
        return {body.argument: b"<a/>" if "xml" in body.media_type else b"content"}
    samples = [
        sample
        for place, pointer, media in instances.bodies(operation.pointer)
        if media.name == body.media_type and place in BODIES
        for sample in instances.seeds(pointer, media.facts, place)
    ]
    if not samples:
        raise LookupError(body.media_type)
    sample = samples[0] if is_full else samples[-1]
    if body.fields is None:
        return {body.argument: sample}
    names = {field.wire: field.name for field in body.fields}
    return {names[wire]: value for wire, value in sample.items() if wire in names}
