"""Documents beside the project that nobody here wrote, and their packages, each generated once for all its tests."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from hooksmith.coverage_report import Ledger, account
from hooksmith.describe import describe
from hooksmith.docs.site import DocumentedApi
from hooksmith.docs.snippets import Names as SnippetNames
from hooksmith.formatting import format_files
from hooksmith.formatting.guard import check_module
from hooksmith.ir import Api
from hooksmith.load.library import load
from hooksmith.naming.names import Names, assign_names
from hooksmith.normalize import Normal, normalize
from hooksmith.output.runtime_copy import needed_folders, runtime_files
from hooksmith.plan import plan
from hooksmith.plan.views import PackageView
from hooksmith.render import render
from hooksmith.settings import Settings
from support.paths import SHARED

DOCUMENTS = sorted([*SHARED.glob("corpus/*.json"), *SHARED.glob("reference/*.openapi.*")])


@dataclass(frozen=True)
class RealDocument:
    """A document after each step of the pipeline, with the defaults of the settings."""

    path: Path
    package: str
    normal: Normal
    names: Names
    api: Api
    view: PackageView

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The files of the package, as `generate` gives them."""
        files = format_files(render(self.view), "black", check=check_module)
        return files | runtime_files(needed_folders(files))

    @cached_property
    def ledger(self) -> Ledger:
        return account(self.normal, self.names.classes, self.api)

    @property
    def documented(self) -> DocumentedApi:
        names = SnippetNames(package=self.package, spec=self.path.name)
        return DocumentedApi(api=self.api, view=self.view, names=names)

    @contextmanager
    def importable(self, folder: Path) -> Iterator[None]:
        """Write the package to a folder on `sys.path`; its modules are forgotten at the end."""
        for name, text in self.files.items():
            target = folder / self.package / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.path.remove(str(folder))
            for name in [name for name in sys.modules if name.partition(".")[0] == self.package]:
                del sys.modules[name]


@lru_cache(maxsize=1)
def real_document(path: Path) -> RealDocument:
    """Take a document through the pipeline; the last one is kept."""
    package = "corpus_" + "".join(char if char.isalnum() else "_" for char in path.stem).lower()
    normal = normalize(load(path))
    names = assign_names(normal.document, {}, lambda: normal.place(""))
    api = describe(normal, names, path.name)
    settings = Settings(package=package)
    view = plan(api, package, settings.runtime_package, settings.import_name)
    return RealDocument(path, package, normal, names, api, view)
