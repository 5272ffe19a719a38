"""The guard: every module loads, and holds only code that templates write.

A module is parsed from its bytes, as Python parses it. It must consist of the few kinds of statements and expressions
that templates write, import known modules alone, bind every name once and use bound names only. So neither a collision
of names nor a hole in a template reaches the disk: text of a document is a string constant or a bound name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from typing import NoReturn

from .rendered_code import RenderedCodeError

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
"""An encoding declaration, which Python reads on the first two lines (PEP 263)."""

_IMPORTS = {
    "__future__": "annotations",
    "builtins": "list",
    "collections.abc": "Awaitable Callable Iterable Mapping Sequence",
    "datetime": "date datetime",
    "decimal": "Decimal",
    "enum": "IntEnum StrEnum",
    "functools": "cached_property",
    "pydantic": "ConfigDict Field StrictBool StrictInt StrictStr",
    "time": "time",
    "typing": "TYPE_CHECKING Annotated Any Literal NotRequired Self TypeAlias overload",
    "typing_extensions": "TypeAliasType TypedDict",
}
"""Module → the names that generated code imports from it. All other imports are relative, but for `import httpx2`."""

_BUILTINS = frozenset(
    """bool bytearray bytes classmethod dict float frozenset int list memoryview object str super tuple type
    __name__""".split()
)
"""The builtins that generated code uses."""

_PARTS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Attribute: ("value",),
    ast.Await: ("value",),
    ast.BinOp: ("left", "right"),
    ast.BoolOp: ("values",),
    ast.Call: ("func", "args", "keywords"),
    ast.Compare: ("left", "comparators"),
    ast.Dict: ("keys", "values"),
    ast.IfExp: ("test", "body", "orelse"),
    ast.Lambda: ("args", "body"),
    ast.List: ("elts",),
    ast.Set: ("elts",),
    ast.Starred: ("value",),
    ast.Subscript: ("value", "slice"),
    ast.Tuple: ("elts",),
    ast.UnaryOp: ("operand",),
    ast.arg: ("annotation",),
    ast.arguments: ("args", "kwonlyargs", "defaults", "kw_defaults"),
    ast.keyword: ("value",),
}
"""The kinds of expressions that templates write, beside names and constants, with their parts."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def check_module(path: str, text: str) -> None:
    """Check the text of a module.

    Raises:
        RenderedCodeError: The syntax is not valid, a name is bound twice, or used and not bound, or there is a
            statement, import or call that no template writes. The message names line and definition.
    """
    source = text.encode()
    if any(_COOKIE.match(line) for line in source.split(b"\n", 2)[:2]):
        raise RenderedCodeError(path, "its first lines declare an encoding")
    try:
        tree = ast.parse(source, path)
    except (SyntaxError, ValueError) as error:
        raise RenderedCodeError(path, str(error)) from error
    _Guard(path, tree).check()


class _Guard:
    """Checks one module."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self._path = path
        self._tree = tree
        self._module_names = self._bound(tree.body)
        self._local_names: set[str] = set()
        self._imported: set[str] = set()
        """Names of the runtime, of pydantic and of typing_extensions, which may be called anywhere."""
        self._used: dict[str, ast.Name] = {}

    def check(self) -> None:
        """Raise RenderedCodeError if the module is refused."""
        self._statements(self._tree.body)
        known = self._module_names | self._local_names | _BUILTINS
        for name, node in self._used.items():
            if name not in known:
                self._refuse(node, f"the name {name} is used but not bound")

    def _refuse(self, node: ast.AST, reason: str) -> NoReturn:
        line = getattr(node, "lineno", 0)
        around = ".".join(
            scope.name
            for scope in ast.walk(self._tree)
            if isinstance(scope, ast.ClassDef | _Function)
            and scope.lineno <= line <= (scope.end_lineno or 0)
        )
        place = f"line {line}, {around}" if around else f"line {line}"
        raise RenderedCodeError(self._path, f"{reason} ({place})")

    # --- names

    def _bound(self, body: Sequence[ast.stmt]) -> set[str]:
        """Return the names that statements bind; refuse a name that two of them bind."""
        bound: set[str] = set()
        for statement in body:
            names = self._bound_by(statement)
            if doubled := bound.intersection(names):
                self._refuse(statement, f"the name {min(doubled)} is bound twice")
            bound.update(names)
        return bound

    def _bound_by(self, statement: ast.stmt) -> Iterable[str]:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.ClassDef(name=name):
                return (name,)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return () if any(map(_is_overload, statement.decorator_list)) else (statement.name,)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                return self._distinct(statement, [each.asname or each.name for each in names])
            case ast.Assign(targets=[ast.Tuple(elts=elements)] | [*elements]):
                return self._distinct(
                    statement, [each.id for each in elements if isinstance(each, ast.Name)]
                )
            case ast.If(body=body, orelse=orelse):
                return self._bound(body) | self._bound(orelse)
        return ()

    def _distinct(self, node: ast.AST, names: list[str]) -> list[str]:
        if len(set(names)) < len(names):
            doubled = next(name for name in names if names.count(name) > 1)
            self._refuse(node, f"the name {doubled} is bound twice")
        return names

    # --- statements

    def _statements(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            match statement:
                case ast.AnnAssign(target=ast.Name(), annotation=annotation, value=value):
                    self._expressions([annotation, *([value] if value else [])], in_function=False)
                case ast.Assign(targets=[ast.Name() | ast.Tuple()], value=value):
                    self._expressions([value], in_function=False)
                case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                    pass
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._function(statement)
                case ast.ClassDef():
                    self._class(statement)
                case ast.Import() | ast.ImportFrom():
                    self._import(statement)
                case ast.If() if ast.unparse(statement.test) in _CONDITIONS:
                    self._statements(statement.body)
                    self._statements(statement.orelse)
                case _:
                    self._refuse(statement, "a statement that no template writes")

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        names = {alias.name for alias in statement.names}
        module = statement.module or "" if isinstance(statement, ast.ImportFrom) else ""
        if isinstance(statement, ast.Import):
            is_known = names == {"httpx2"}
        else:
            is_known = statement.level > 0 or names <= set(_IMPORTS.get(module, "").split())
        if not is_known:
            self._refuse(statement, "an import that no template writes")
        if module.startswith("_runtime.") or module in ("pydantic", "typing_extensions"):
            self._imported.update(alias.asname or alias.name for alias in statement.names)

    def _class(self, statement: ast.ClassDef) -> None:
        attributes = self._bound(statement.body)
        self._local_names |= attributes
        outer, self._used = self._used, {}
        self._expressions(
            [*statement.bases, *statement.keywords, *statement.decorator_list], in_function=False
        )
        self._statements(statement.body)
        if hidden := attributes.intersection(self._used) & (self._module_names | _BUILTINS):
            name = min(hidden)
            self._refuse(self._used[name], f"the attribute {name} hides a name that its class uses")
        outer.update(self._used)
        self._used = outer

    def _function(self, function: _Function) -> None:
        arguments = function.args
        names = [
            each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        ]
        self._distinct(function, names)
        outside = [*function.decorator_list, arguments]
        self._expressions(
            [*outside, *([function.returns] if function.returns else [])], in_function=False
        )
        outer, self._used = self._used, {}
        for statement in function.body:
            match statement:
                case ast.Expr(value=ast.Constant()):
                    pass
                case ast.Expr(value=value) | ast.Return(value=ast.expr() as value):
                    self._expressions([value], in_function=True)
                case ast.If(test=ast.Compare(), body=[ast.Return(value=ast.expr() as value)]):
                    self._expressions([statement.test, value], in_function=True)
                case ast.ImportFrom():
                    self._import(statement)
                    self._local_names.update(self._bound_by(statement))
                case _:
                    self._refuse(statement, "a statement that no template writes")
        if hidden := self._module_names.intersection(name for name in names if _is_constant(name)):
            self._refuse(
                function, f"the argument {min(hidden)} hides a name that its function uses"
            )
        self._local_names.update(names)
        outer.update(self._used)
        self._used = outer

    # --- expressions

    def _expressions(self, nodes: Sequence[ast.AST], *, in_function: bool) -> None:
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Constant):
                continue
            if isinstance(node, ast.Name):
                self._used[node.id] = node
                continue
            parts = _PARTS.get(type(node))
            if parts is None:
                self._refuse(node, "an expression that no template writes")
            if isinstance(node, ast.Call):
                self._call(node, in_function)
            elif isinstance(node, ast.Attribute) and not _is_usual(node.attr):
                self._refuse(node, f"the attribute {node.attr}, which no template writes")
            for part in parts:
                value = getattr(node, part)
                if type(value) is list:
                    stack += filter(None, value)  # a keyword argument without default has None
                elif value is not None:
                    stack.append(value)

    def _call(self, call: ast.Call, in_function: bool) -> None:
        """Refuse calls while a module is loaded, but for those of the runtime, pydantic and `frozenset`."""
        match call.func:
            case ast.Name(id=name):
                is_known = in_function or name in self._imported or name == "frozenset"
            case ast.Attribute():
                is_known = in_function
            case _:
                is_known = False
        if not is_known:
            self._refuse(call, "a call that no template writes")


_CONDITIONS = ("TYPE_CHECKING", "not TYPE_CHECKING")


def _is_overload(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id.lstrip("_") == "overload"


def _is_usual(attribute: str) -> bool:
    """Return whether an attribute is no part of Python's data model, but for the two that templates write."""
    return not attribute.startswith("__") or attribute in ("__init__", "__name__")


def _is_constant(name: str) -> bool:
    """Return whether a name is written as a constant or alias, which functions read from their module."""
    return name.isupper() or name.startswith("_")
