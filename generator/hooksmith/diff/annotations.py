"""Annotations of a planned package as data: parsed with `ast`, with the aliases of the runtime expanded."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache

from ..frozen import value


@value()
class Name:
    """A class or alias without type arguments."""

    text: str


@value()
class Generic:
    """A class with type arguments. `tuple` has `Unpacked` as an argument where its length is open."""

    text: str
    arguments: tuple[Annotation, ...]


@value()
class Unpacked:
    """The items of unknown number in a tuple."""

    item: Annotation


@value()
class LiteralValue:
    """A value of a `Literal`, with the class of the value: `True` and `1` differ."""

    class_name: str
    text: str


@value()
class Options:
    """A union, without unions in it."""

    options: tuple[Annotation, ...]


Annotation = Name | Generic | Unpacked | LiteralValue | Options

ANY = Name("Any")
NONE = Name("None")
OMIT = Name("Omit")

_FILE = "bytes | IO[bytes]"
_ALIASES = {
    "JsonNumber": "float",
    "Int32": "int",
    "Int64": "int",
    "SentInt32": "int",
    "SentInt64": "int",
    "Timestamp": "datetime",
    "ReceivedOnly": "Any",
    "FileContent": f"{_FILE} | tuple[str, {_FILE}] | tuple[str, {_FILE}, str]",
}
"""Aliases of the runtime, as a type checker reads them."""
_OPEN_ALIASES = {"Open": Name("str"), "OpenInt": Name("int"), "Omittable": OMIT}
"""Aliases of the runtime that add an option to their argument."""


@lru_cache(maxsize=100_000)
def parse(text: str) -> Annotation:
    """Return the annotation in `text`, as a type checker reads it."""
    return _annotation(ast.parse(f"({text.strip()})", mode="eval").body)


def _annotation(node: ast.expr) -> Annotation:
    match node:
        case ast.Constant(value=None):
            return NONE
        case ast.Constant(value=str(text)):
            return parse(text)
        case ast.Name(id=text):
            known = _imported(text)
            return parse(_ALIASES[known]) if known in _ALIASES else Name(known)
        case ast.Attribute(attr=text):
            return Name(text)
        case ast.BinOp():
            return union(_annotation(option) for option in _operands(node))
        case ast.Subscript(value=origin, slice=arguments):
            return _subscript(origin, arguments)
        case ast.List():
            return Generic("[]", tuple(_annotation(item) for item in node.elts))
        case ast.Starred(value=inner):
            return _unpacked(_annotation(inner))
    return Name(ast.unparse(node))


def _imported(name: str) -> str:
    """Return the name of an import that has an alias, because the document has its name: `_Literal`."""
    return name.lstrip("_") or name


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the options of `A | B | C`; a loop, because a union may have hundreds."""
    stack = [node]
    while stack:
        operand = stack.pop()
        if isinstance(operand, ast.BinOp):
            stack += [operand.right, operand.left]
        else:
            yield operand


def _subscript(origin: ast.expr, slice_: ast.expr) -> Annotation:
    name = origin.attr if isinstance(origin, ast.Attribute) else _imported(ast.unparse(origin))
    items = slice_.elts if isinstance(slice_, ast.Tuple) else [slice_]
    if name == "Literal":
        return union(_literal(item) for item in items)
    if name == "Annotated":
        return _annotation(items[0])
    arguments = tuple(_annotation(item) for item in items)
    if name in _OPEN_ALIASES:
        return union([arguments[0], _OPEN_ALIASES[name]])
    if name == "tuple" and len(arguments) == 2 and arguments[1] == Name("..."):
        return Generic("tuple", (Unpacked(arguments[0]),))
    return Generic(name, arguments)


def _literal(node: ast.expr) -> Annotation:
    constant = ast.literal_eval(node)
    return NONE if constant is None else LiteralValue(type(constant).__name__, repr(constant))


def _unpacked(annotation: Annotation) -> Annotation:
    if isinstance(annotation, Generic) and isinstance(annotation.arguments[0], Unpacked):
        return annotation.arguments[0]
    return Unpacked(annotation)


def union(options: Iterator[Annotation] | list[Annotation]) -> Annotation:
    """Return a union without repetitions. `Any` absorbs no other option, as in a declared type."""
    flat: dict[Annotation, None] = {}
    for option in options:
        inner = option.options if isinstance(option, Options) else (option,)
        flat.update(dict.fromkeys(inner))
    return next(iter(flat)) if len(flat) == 1 else Options(tuple(flat))


def names(annotation: Annotation) -> Iterator[str]:
    """Yield the names that an annotation mentions."""
    match annotation:
        case Name(text):
            yield text
        case Generic(text, arguments):
            yield text
            for argument in arguments:
                yield from names(argument)
        case Unpacked(item):
            yield from names(item)
        case Options(options):
            for option in options:
                yield from names(option)


def mapped(annotation: Annotation, replace: Callable[[str], Annotation]) -> Annotation:
    """Return an annotation with its names replaced."""
    match annotation:
        case Name(text):
            return replace(text)
        case Generic(text, arguments):
            return Generic(text, tuple(mapped(argument, replace) for argument in arguments))
        case Unpacked(item):
            return Unpacked(mapped(item, replace))
        case Options(options):
            return union([mapped(option, replace) for option in options])
    return annotation
