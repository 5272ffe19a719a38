"""A module that uses everything in a package, made of the package's source by `ast` alone.

Nothing of the generator is used: what type checkers say of this module judges `hooksmith.diff`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

MOST_OPTIONS = 64

Key = tuple[str, str]
"""A use and its place, as `hooksmith.diff.uses.Break` has them."""


@dataclass
class Probe:
    """`uses`: line, from 1 → the use that stands in it."""

    lines: list[str] = field(default_factory=list)
    uses: dict[int, Key] = field(default_factory=dict)

    def add(self, text: str, use: str = "", place: str = "") -> None:
        self.lines.append(text)
        if use:
            self.uses[len(self.lines)] = (use, place)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


@dataclass
class Class:
    module: str
    node: ast.ClassDef
    bases: list[str]
    fields: dict[str, tuple[str, bool]]
    """Name → annotation, and whether it has a default."""

    @property
    def is_enum(self) -> bool:
        return bool({"StrEnum", "IntEnum"} & set(self.bases))


def read_class(module: str, node: ast.ClassDef) -> Class:
    fields = {
        item.target.id: (ast.unparse(item.annotation), item.value is not None)
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    }
    return Class(module, node, [ast.unparse(base) for base in node.bases], fields)


@dataclass
class Source:
    """A package's source: path → text."""

    package: str
    files: Mapping[str, str]

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """Dotted module → tree; the modules of `models/` are read as `models`."""
        found: dict[str, ast.Module] = {}
        for path, text in sorted(self.files.items()):
            if path.endswith(".py") and not path.startswith("_runtime/"):
                found[path.removesuffix(".py").replace("/", ".")] = ast.parse(text)
        return found

    @cached_property
    def classes(self) -> dict[str, Class]:
        """Models and enums of models and events."""
        return {
            node.name: read_class(public, node)
            for public, tree in self.definition_modules()
            for node in tree.body
            if isinstance(node, ast.ClassDef)
        }

    @cached_property
    def aliases(self) -> dict[str, tuple[str, str]]:
        """Name → module and annotation."""
        found: dict[str, tuple[str, str]] = {}
        for public, tree in self.definition_modules():
            for node in tree.body:
                target = node.target if isinstance(node, ast.AnnAssign) else None
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    target = node.targets[0]
                if isinstance(target, ast.Name) and node.value is not None:  # type: ignore[attr-defined]
                    if target.id in ("CATALOGUE", "Event"):
                        continue
                    found[target.id] = (public, alias_text(node.value))  # type: ignore[attr-defined]
        return found

    def definition_modules(self) -> Iterator[tuple[str, ast.Module]]:
        for module, tree in self.trees.items():
            head = module.partition(".")[0]
            if head in ("models", "events") and module != "models.__init__":
                yield head, tree

    def exports(self) -> Iterator[tuple[str, list[str]]]:
        for module, tree in self.trees.items():
            head = module.partition(".")[0]
            if head == "operations" or (
                head == "models" and module.count(".") and not module.endswith("__init__")
            ):
                continue
            public = module.removesuffix("__init__").removesuffix(".")
            yield public, sorted(exported(tree))

    def fields(self, name: str) -> dict[str, tuple[str, bool]]:
        found: dict[str, tuple[str, bool]] = {}
        if name in self.classes:
            for base in reversed(self.classes[name].bases):
                found |= self.fields(base)
            found |= self.classes[name].fields
        return found

    def ancestors(self, name: str) -> Iterator[str]:
        for base in self.classes[name].bases if name in self.classes else ():
            if base in self.classes:
                yield base
                yield from self.ancestors(base)


def alias_text(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.args[1]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return " ".join(node.value.split())
    return ast.unparse(node)


def exported(tree: ast.Module) -> Iterator[str]:
    """The public names of a module: `__all__`, or what it defines or imports under its own name again."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            yield from ast.literal_eval(node.value)
            return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.asname == alias.name)
    for node in tree.body:
        names: list[str] = []
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names = [node.name]
        elif isinstance(node, ast.AnnAssign):
            names = [ast.unparse(node.target)]
        elif isinstance(node, ast.Assign):
            names = [ast.unparse(node.targets[0])]
        yield from (name for name in names if not name.startswith("_") and name.isidentifier())


def build(package: str, files: Mapping[str, str]) -> Probe:
    """A probe of the package whose files these are; it is imported as `package`."""
    return _Builder(Source(package, files)).build()


_PREAMBLE = """\
from __future__ import annotations
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import date, datetime
from time import time
from typing import IO, Annotated, Any, Literal, TypeVar, assert_never
import httpx2
from pydantic import Field
_T = TypeVar("_T")
_A = TypeVar("_A")
def _returned(method: Callable[..., _T]) -> _T: ..."""


_PLAIN = frozenset(
    "models params events event_types analytic_events client webhook callbacks".split()
)


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.probe = Probe()
        self.count = 0

    def build(self) -> Probe:
        for line in _PREAMBLE.split("\n"):
            self.probe.add(line)
        self.imports()
        for name, found in self.source.classes.items():
            (self.enum if found.is_enum else self.model)(name, found)
        for module in ("event_types", "analytic_events"):
            tree = self.source.trees.get(module)
            for node in tree.body if tree else ():
                if isinstance(node, ast.ClassDef):
                    self.enum(node.name, read_class(module, node))
        for name, (module, annotation) in self.source.aliases.items():
            self.alias(name, module, annotation)
        self.clients()
        self.receiving()
        return self.probe

    # --- imports

    def imports(self) -> None:
        package = self.source.package
        for module, names in self.source.exports():
            for name in names:
                stem = f"{package}.{module}" if module else package
                bound = self.bound(module, name)
                place = f"{module}.{name}" if module else name
                self.probe.add(f"from {stem} import {name} as {bound}", "import", place)
        for line in sorted(self.runtime_imports()):
            self.probe.add(line)

    def bound(self, module: str, name: str) -> str:
        """What an imported name is called in the probe: annotations have the names of definitions as they are."""
        found = self.source.classes.get(name)
        is_again = module == "events" and found is not None and found.module == "models"
        if module in _PLAIN and not is_again:
            return name
        return f"_{module.replace('.', '_')}__{name}"

    def runtime_imports(self) -> set[str]:
        """What generated modules import of the runtime for their annotations."""
        found: set[str] = set()
        parent = self.source.package.rpartition(".")[0]
        for tree in self.source.trees.values():
            for node in ast.walk(tree):
                if not isinstance(node, ast.ImportFrom):
                    continue
                module = node.module or ""
                if "_runtime" in module:
                    module = f"{parent}.{module[module.index('_runtime') :]}"
                elif node.level:
                    continue
                for alias in node.names:
                    is_renamed = (alias.asname or "").startswith("_")  # the document has its name
                    if "client.operation" in module or alias.name == "lazy":
                        continue
                    if is_renamed:
                        found.add(f"from {module} import {alias.name} as {alias.asname}")
                    elif "_runtime" in module and not alias.asname:
                        found.add(f"from {module} import {alias.name}")
        return found

    # --- definitions

    def function(self, *parameters: str) -> None:
        self.count += 1
        self.probe.add(f"def _f{self.count}({', '.join(parameters)}) -> None:")

    def model(self, name: str, found: Class) -> None:
        place = f"{found.module}.{name}"
        fields = self.source.fields(name)
        for base in self.source.ancestors(name):
            self.function(f"_x: {name}")
            self.probe.add(f"    _v: {base} = _x", "upcast", place)
        for field_name, (annotation, _) in fields.items():
            self.function(f"_x: {name}", f"_w: {annotation}")
            self.probe.add(
                f"    _v: {annotation} = _x.{field_name}", "read", f"{place}.{field_name}"
            )
            self.probe.add(f"    _x.{field_name} = _w", "write", f"{place}.{field_name}")
        for use, some in (
            ("construct", fields),
            ("construct_least", {key: it for key, it in fields.items() if not it[1]}),
        ):
            self.function(*(f"_p{index}: {it[0]}" for index, it in enumerate(some.values())))
            arguments = ", ".join(f"{key}=_p{index}" for index, key in enumerate(some))
            self.probe.add(f"    {name}({arguments})", use, place)

    def enum(self, name: str, found: Class) -> None:
        place = f"{found.module}.{name}"
        members = [
            ast.unparse(node.targets[0]) for node in found.node.body if isinstance(node, ast.Assign)
        ]
        for member in members:
            self.function()
            self.probe.add(f"    {name}.{member}", "member", f"{place}.{member}")
        cases = [f"case {name}.{member}: pass" for member in members]
        self.match(name, cases, place)

    def match(self, annotation: str, cases: list[str], place: str) -> None:
        self.function(f"_x: {annotation}")
        self.probe.add("    match _x:", "exhaust", place)
        for case in cases:
            self.probe.add(f"        {case}", "exhaust", place)
        self.probe.add("        case _: assert_never(_x)", "exhaust", place)

    def alias(self, name: str, module: str, annotation: str) -> None:
        place = f"{module}.{name}"
        self.function(f"_x: {name}")
        self.probe.add(f"    _v: {annotation} = _x", "alias_read", place)
        self.function(f"_w: {annotation}")
        self.probe.add(f"    _v: {name} = _w", "alias_write", place)
        self.union(name, annotation, place)

    def union(self, name: str, annotation: str, place: str) -> None:
        options = self.options(annotation)
        if 1 < len(options) <= MOST_OPTIONS and all(map(self.is_class, options)):
            cases = [f"case {'None' if it == 'None' else it + '()'}: pass" for it in options]
            self.match(name, cases, place)

    def is_class(self, option: str) -> bool:
        found = self.source.classes.get(option)
        return option in ("None", "Unknown", "UnknownEvent", "DriftedEvent") or (
            found is not None and not found.is_enum
        )

    def options(self, annotation: str) -> list[str]:
        """The options of a union, aliases replaced."""
        found: dict[str, None] = {}
        stack = [ast.parse(f"({annotation})", mode="eval").body]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.BinOp):
                stack += [node.right, node.left]
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Annotated":
                stack.append(node.slice.elts[0])  # type: ignore[attr-defined]
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in (
                "Open",
                "OpenInt",
                "Omittable",
            ):
                found |= {ast.unparse(node): None}
            elif isinstance(node, ast.Name) and node.id in self.source.aliases:
                stack.append(ast.parse(f"({self.source.aliases[node.id][1]})", mode="eval").body)
            else:
                found[ast.unparse(node)] = None
        return list(found)

    # --- clients

    def clients(self) -> None:
        tree = self.source.trees.get("client")
        for node in tree.body if tree else ():
            if isinstance(node, ast.ClassDef):
                self.client(node)

    def client(self, node: ast.ClassDef) -> None:
        is_async = node.name.startswith("Async")
        prefix = "async_client" if is_async else "client"
        for item in node.body:
            if not isinstance(item, ast.FunctionDef):
                continue
            if item.name == "__init__":
                arguments = keywords(item)
                self.function(*(f"_p{index}: {it[1]}" for index, it in enumerate(arguments)))
                given = ", ".join(f"{it[0]}=_p{index}" for index, it in enumerate(arguments))
                self.probe.add(f"    {node.name}({given})", "client", f"{prefix}.{node.name}")
            else:
                place = f"{prefix}.{item.name}"
                returned = ast.unparse(item.returns or ast.Constant(None))
                self.function(f"_c: {node.name}")
                bound = f"_resources_{item.name}__{returned}"
                self.probe.add(f"    _v: {bound} = _c.{item.name}", "client", place)
                self.resource(node.name, item.name, returned, place)

    def resource(self, client: str, name: str, class_name: str, place: str) -> None:
        tree = self.source.trees[f"resources.{name}"]
        node = next(
            it for it in tree.body if isinstance(it, ast.ClassDef) and it.name == class_name
        )
        methods: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        for item in node.body:
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                methods.setdefault(item.name, []).append(item)
        for method, ways in methods.items():
            target = f"_c.{name}.{method}"
            for way in ways[:-1] or ways:
                for use, is_least in (("call", False), ("call_least", True)):
                    arguments = [
                        it
                        for it in keywords(way)
                        if it[0] != "options" and not (is_least and it[2])
                    ]
                    self.function(
                        f"_c: {client}", *(f"_p{i}: {it[1]}" for i, it in enumerate(arguments))
                    )
                    given = ", ".join(f"{it[0]}=_p{i}" for i, it in enumerate(arguments))
                    self.probe.add(f"    {target}({given})", use, f"{place}.{method}")
            way = ways[0]
            returned = ast.unparse(way.returns or ast.Constant(None))
            if isinstance(way, ast.AsyncFunctionDef):
                returned = f"Coroutine[Any, Any, {returned}]"
            self.function(f"_c: {client}")
            self.probe.add(
                f"    _v: {returned} = _returned({target})", "return", f"{place}.{method}"
            )

    # --- receiving

    def receiving(self) -> None:
        events = self.source.trees.get("events")
        if events is not None:
            for node in events.body:
                if isinstance(node, ast.FunctionDef):
                    arguments = keywords(node)
                    typed = "" if {name: it for name, _, it in arguments}["type"] else ", type=_t"
                    self.function("_b: bytes", "_t: str")
                    self.probe.add(
                        f"    {node.name}(_b{typed})", "call_least", f"events.{node.name}"
                    )
                    self.function("_b: bytes", "_t: str")
                    self.probe.add(
                        f"    {node.name}(_b, (), type=_t, strict=True)",
                        "call",
                        f"events.{node.name}",
                    )
                elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "Event":
                    assert node.value is not None
                    self.union("Event", alias_text(node.value), "events.Event")
        webhook = self.source.trees.get("webhook")
        for node in webhook.body if webhook else ():
            if isinstance(node, ast.ClassDef):
                self.webhook(node)
            elif isinstance(node, ast.Assign):
                name = ast.unparse(node.targets[0])
                class_name = ast.unparse(node.value.func)  # type: ignore[attr-defined]
                self.function()
                self.probe.add(f"    _v: {class_name} = {name}", "const", f"webhook.{name}")
        callbacks = self.source.trees.get("callbacks")
        for node in callbacks.body if callbacks else ():
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) != "CALLBACKS":
                name = ast.unparse(node.target)
                self.function()
                self.probe.add(
                    f"    _v: {ast.unparse(node.annotation)} = {name}",
                    "callback",
                    f"callbacks.{name}",
                )

    def webhook(self, node: ast.ClassDef) -> None:
        for item in node.body:
            if not isinstance(item, ast.FunctionDef):
                continue
            target = "Webhook" if item.name == "__init__" else f"Webhook.{item.name}"
            place = f"webhook.{target}"
            positional = [
                ast.unparse(it.annotation or ast.Constant(None)) for it in item.args.args[1:]
            ]
            named = keywords(item)
            parameters = [f"_a{index}: {it}" for index, it in enumerate(positional)]
            given = [f"_a{index}" for index in range(len(positional))]
            self.function(*parameters)
            self.probe.add(f"    {target}({', '.join(given)})", "webhook", place)
            self.function(*parameters, *(f"_p{i}: {it[1]}" for i, it in enumerate(named)))
            given += [f"{it[0]}=_p{index}" for index, it in enumerate(named)]
            self.probe.add(f"    {target}({', '.join(given)})", "webhook", place)


def keywords(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[str, str, bool]]:
    """Keyword arguments: name, annotation, and whether there is a default."""
    arguments = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return [
        (it.arg, ast.unparse(it.annotation or ast.Constant(None)), default is not None)
        for it, default in arguments
    ]
