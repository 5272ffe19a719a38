"""Types of values and the definitions (classes, enums, aliases) that a document's schemas become."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Any, Literal

from ..frozen import value

JsonValue = Any
"""str, int, float, bool, None, or lists and dicts of these."""


class Kind(StrEnum):
    """Scalar types: the JSON types, and the formats that have a Python type."""

    ANY = "any"
    NULL = "null"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    STRING = "string"
    DATE_TIME = "date-time"
    DATE = "date"
    BINARY = "binary"


@value(kw_only=True)
class Constraints:
    """Assertions of JSON Schema on a value. None: the schema does not have the keyword."""

    minimum: int | float | None = None
    maximum: int | float | None = None
    exclusive_minimum: int | float | None = None
    exclusive_maximum: int | float | None = None
    multiple_of: int | float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    format: str | None = None
    """A format whose limits are asserted of sent values."""
    further: str = ""
    """JSON text of a schema with the assertions that no Python type expresses (`not`, `contains`, …)."""


NO_CONSTRAINTS = Constraints()


@value()
class Scalar:
    """A JSON scalar, or a value of any type."""

    kind: Kind
    constraints: Constraints = NO_CONSTRAINTS
    secret: bool = False
    """`format: password`: hidden in repr, logs and tracebacks."""


@value()
class Named:
    """A reference to a definition by its name."""

    name: str


@value()
class Array:
    """An array of items of one type."""

    items: Type
    constraints: Constraints = NO_CONSTRAINTS
    is_implied: bool = False
    """Whether keywords imply the JSON type, which the schema does not state: it admits values of other types."""


@value()
class Tuple:
    """An array whose first items have types by position."""

    items: tuple[Type, ...]
    rest: Type | None
    """Type of further items. None: further items are forbidden."""
    constraints: Constraints = NO_CONSTRAINTS
    complete: bool = False
    """Whether the array has all of `items`. False: the array may end before."""
    is_implied: bool = False
    """Whether keywords imply the JSON type: see `Array`."""


@value()
class Map:
    """An object whose property names the schema does not list."""

    values: Type
    constraints: Constraints = NO_CONSTRAINTS
    """`min_items` and `max_items` limit the number of properties."""
    is_implied: bool = False
    """Whether keywords imply the JSON type: see `Array`."""


@value()
class LiteralOf:
    """A choice of JSON scalars without a definition (`const`, enums of one value)."""

    values: tuple[str | int | float | bool | None, ...]


@value()
class Union:
    """A choice of types."""

    options: tuple[Type, ...]
    discriminator: str | None = None
    """Wire name of the property whose value selects the option."""
    further: str = ""
    """JSON text of a schema asserted of the value, whatever its option."""
    has_fallback: bool = False
    """Whether the last option is the base class of the others, and takes values of the discriminator that none has."""
    tags: tuple[tuple[str, ...], ...] = ()
    """Tags of each option that the union states. (): the options have constants of their own."""


Type = Scalar | Named | Array | Tuple | Map | LiteralOf | Union

ANY = Scalar(Kind.ANY)
NULL = Scalar(Kind.NULL)


@value(kw_only=True)
class Provenance:
    """Evidence for a fact of the document: `x-hooksmith-provenance`."""

    status: Literal["documented", "reference", "unestablished"]
    source: tuple[str, ...] = ()
    note: str = ""


@value(kw_only=True)
class Field:
    """A property of a model, or an argument of a request."""

    name: str
    wire: str
    type: Type
    required: bool
    description: str = ""
    default: JsonValue = None
    has_default: bool = False
    deprecated: bool = False
    read_only: bool = False
    write_only: bool = False
    provenance: Provenance | None = None
    is_declared: bool = True
    """False: `required` names the property, but `properties` does not. It must be sent; it may be absent in replies."""
    pointer: str = field(default="", compare=False)
    """JSON Pointer to the property's schema in the bundled document."""


@value(kw_only=True)
class Definition:
    """Base of all definitions. `pointer`: JSON Pointer to the schema in the bundled document."""

    name: str
    pointer: str
    description: str = ""
    deprecated: bool = False
    provenance: Provenance | None = None
    sent: bool = False
    """Whether a request or the answer to a callback contains it."""
    received: bool = False
    """Whether a reply, delivery or callback contains it."""
    is_exact: bool = False
    """Whether it is read by the letter: its document is a JSON Schema, which describes neither requests nor replies."""


@value(kw_only=True)
class Model(Definition):
    """An object with listed properties. `extra`: type of further properties; None: they are forbidden."""

    fields: tuple[Field, ...] = ()
    bases: tuple[str, ...] = ()
    extra: Type | None = ANY
    has_further: bool = False
    """Whether the document says that there are further properties. Otherwise it leaves them open, or forbids them."""
    further: str = ""
    """JSON text of a schema asserted of the whole object."""
    is_implied: bool = False
    """Whether keywords imply the JSON type: see `Array`."""


@value(kw_only=True)
class EnumMember:
    """A member of an enum: Python name and wire value."""

    name: str
    value: str | int
    description: str = ""
    pointer: str = field(default="", compare=False)
    """JSON Pointer to the value in the bundled document."""


@value(kw_only=True)
class Enum(Definition):
    """A choice of strings, or of integers. `open`: `x-hooksmith-open-enum`; None: the document lacks it."""

    members: tuple[EnumMember, ...] = ()
    open: bool | None = None


@value(kw_only=True)
class Alias(Definition):
    """A name for a type that is neither a model nor an enum."""

    type: Type = ANY


AnyDefinition = Model | Enum | Alias
