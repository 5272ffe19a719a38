"""Checks of the package of a hostile document. They share no code with the guard of the generator."""

from __future__ import annotations

import ast
import builtins
import resource
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hooksmith import pipeline
from hooksmith.errors import HooksmithError
from hooksmith.settings import Settings
from support.documents import import_everything, imported

from .documents import MARK, Hostile

DANGEROUS = frozenset(
    {
        MARK,
        "eval",
        "exec",
        "compile",
        "open",
        "system",
        "popen",
        "print",
        "globals",
        "getattr",
        "setattr",
    }
)
PACKAGES = frozenset(
    """__future__ builtins collections.abc datetime enum functools httpx2 pydantic time typing
    typing_extensions""".split()
)


class Outcome(NamedTuple):
    """The outcome of one document: whether a package came of it, its faults, its cost."""

    number: int
    has_package: bool
    faults: tuple[str, ...]
    seconds: float
    megabytes: float


def try_document(hostile: Hostile, home: Path | None = None) -> Outcome:
    """Generate the package of a document and check it.

    Args:
        hostile: The document.
        home: The parent of packages to import; None: the package is not imported.
    """
    start = time.process_time()
    faults: list[str] = []
    files: dict[str, str] = {}
    with TemporaryDirectory(prefix="hostile-") as folder:
        settings = Settings(package="hostile", formatter="none", runtime="shared")
        try:
            files = pipeline.generate(hostile.write(Path(folder)), settings).files
        except HooksmithError:
            pass  # a clear refusal
        except Exception as error:  # a traceback is a fault
            faults.append(f"{type(error).__name__}: {str(error)[:300]}")
    faults += [fault for path, text in files.items() for fault in _faults(path, text)]
    seconds = time.process_time() - start
    if files and home is not None and not faults:
        faults += _import_faults(files, home)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Outcome(hostile.number, bool(files), tuple(faults), seconds, peak)


def _faults(path: str, text: str) -> Iterator[str]:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or len(pure.parts) > 3:
        yield f"a file outside: {path!r}"
    if not path.endswith(".py"):
        return
    try:
        content = text.encode()
        tree = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        yield f"{path}: {error}"
        return
    for node in ast.walk(tree):
        if fault := _fault(node):
            yield f"{path}:{getattr(node, 'lineno', 0)}: {fault}"


def _fault(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in DANGEROUS:
            return f"calls {name}"
        case ast.Name(id=name, ctx=ast.Load()) if name in DANGEROUS:
            return f"reads {name}"
        case ast.Attribute(value=ast.Name(id=holder), attr=name) if name in DANGEROUS:
            return "" if holder in ("_operations", "models") else f"reads {holder}.{name}"
        case ast.Import(names=names) if any(each.name not in PACKAGES for each in names):
            return f"imports {names[0].name}"
        case ast.ImportFrom(names=names) if any(each.name in DANGEROUS for each in names):
            return f"imports {names[0].name}"
        case ast.ImportFrom(level=0, module=module) if module not in PACKAGES:
            return f"imports {module}"
        case ast.JoinedStr() | ast.NamedExpr() | ast.ListComp() | ast.GeneratorExp() | ast.Global():
            return f"has a {type(node).__name__}"
        case (
            ast.For()
            | ast.While()
            | ast.With()
            | ast.Try()
            | ast.Raise()
            | ast.Delete()
            | ast.Assert()
        ):
            return f"has a {type(node).__name__}"
    return ""


def _import_faults(files: dict[str, str], home: Path) -> Iterator[str]:
    """Import the package with a canary in the place of the marker."""
    calls: list[str] = []
    setattr(builtins, MARK, lambda *arguments: calls.append(MARK))
    try:
        with imported(files, home) as package:
            import_everything(package, files)
    except Exception as error:
        yield f"does not load: {type(error).__name__}: {str(error)[:300]}"
    finally:
        delattr(builtins, MARK)
    if calls:
        yield "ran code of the document"
