"""JSON pointers (RFC 6901), and what they lead to in replies: models, mappings and lists alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from .omit import OMIT


def tokens(pointer: str) -> list[str]:
    """The steps of a JSON pointer, unescaped."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def pointer(*tokens: int | str) -> str:
    """A JSON pointer of these steps."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def resolve(document: object, pointer: str) -> object:
    """What `pointer` leads to in `document`, by the names on the wire; OMIT where it leads nowhere."""
    found = document
    for token in tokens(pointer):
        found = _child(found, token)
    return found


def _child(parent: object, token: str) -> object:
    if isinstance(parent, BaseModel):
        return _attribute(parent, token)
    if isinstance(parent, Mapping):
        return parent.get(token, OMIT)
    if isinstance(parent, Sequence) and not isinstance(parent, str) and token.isdecimal():
        return parent[int(token)] if int(token) < len(parent) else OMIT
    return OMIT


def _attribute(model: BaseModel, token: str) -> object:
    for name, field in type(model).model_fields.items():
        if token in (field.alias, field.validation_alias) or (
            field.alias is None and token == name
        ):
            return getattr(model, name)
    return (model.model_extra or {}).get(token, OMIT)
