"""The IR ↔ bytes, faster than pickle's own way, and safe to read: nothing but the IR's plain data can come out."""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from .. import ir

_PLAIN = {
    made.__name__: made
    for made in vars(ir).values()
    if isinstance(made, type) and dataclasses.is_dataclass(made)
}
_FIELDS = {
    name: tuple(field.name for field in dataclasses.fields(made)) for name, made in _PLAIN.items()
}
_UNCONSTRAINED = "NO_CONSTRAINTS"


def restore(name: str, *values: Any) -> Any:
    """The object that was packed: see `_reducer`."""
    if name == _UNCONSTRAINED:
        return ir.NO_CONSTRAINTS
    if name == ir.Kind.__name__:
        return ir.Kind(values[0])
    made = object.__new__(_PLAIN[name])
    for field, value in zip(_FIELDS[name], values, strict=True):
        setattr(made, field, value)
    return made


def _reducer(name: str) -> Callable[[Any], tuple[Any, tuple[Any, ...]]]:
    fields = _FIELDS[name]
    values = attrgetter(*fields)
    if len(fields) == 1:
        return lambda value: (restore, (name, values(value)))
    return lambda value: (restore, (name, *values(value)))


def _constraints(value: ir.Constraints) -> tuple[Any, tuple[Any, ...]]:
    return (restore, (_UNCONSTRAINED,)) if value is ir.NO_CONSTRAINTS else _CONSTRAINTS(value)


_CONSTRAINTS = _reducer("Constraints")
_TABLE: dict[type, Callable[[Any], Any]] = {
    **{made: _reducer(name) for name, made in _PLAIN.items()},
    ir.Constraints: _constraints,
    ir.Kind: lambda kind: (restore, (ir.Kind.__name__, kind.value)),
}


def pack(value: Any) -> bytes:
    """A value of the IR, or builtin containers of such."""
    return b"".join(pack_in_chunks(value))


def pack_in_chunks(value: Any) -> list[bytes]:
    """As `pack`, for what is large: nothing of it is copied to make one of it."""
    chunks = _Chunks()
    pickler = pickle.Pickler(chunks, protocol=5)
    pickler.dispatch_table = _TABLE
    pickler.dump(value)
    return chunks.written


class _Chunks:
    """What pickle takes for a file."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, chunk: bytes) -> int:
        self.written.append(chunk)
        return len(chunk)


def unpack(content: bytes) -> Any:
    """What was packed. Raises UnpicklingError where it holds anything else."""
    try:
        return _Unpickler(io.BytesIO(content)).load()
    except NOT_PACKED as error:
        raise pickle.UnpicklingError(f"not of the IR: {error}") from error


def unpack_all(content: bytes) -> Iterator[Any]:
    """As `unpack`, of several values one behind the other."""
    stream = io.BytesIO(content)
    while stream.tell() < len(content):
        yield _Unpickler(stream).load()


NOT_PACKED = (AttributeError, EOFError, ImportError, LookupError, TypeError, ValueError)
"""What comes of bytes that are something else: see the documentation of pickle."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) != (restore.__module__, restore.__name__):
            raise pickle.UnpicklingError(f"{module}.{name} is not of the IR")
        return restore
