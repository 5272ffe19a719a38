"""Any OpenAPI or JSON Schema document → one normal form: OpenAPI 3.1 in one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import Diagnostic, Place
from ..load.library import Library
from ..openapi.grammar import Node
from .all_of import merge
from .bundle import bundle
from .deep_references import hoist
from .diagnostics import Findings
from .dialects import upgrade
from .discriminators import imply_tags
from .empty_unions import refuse_empty_unions
from .inventory import Subject, census
from .openapi32 import lower_32
from .repair import tolerate
from .repair.multiplication import refuse_multiplied_texts
from .specialisations import specialise
from .swagger2 import upgrade_swagger


class Outside(NamedTuple):
    """Pointers of the components that the parts of a document reach that its user left out.

    A class is sent, received or both by its uses in the whole document: selecting more of it renames nothing.
    """

    sent: frozenset[str] = frozenset()
    received: frozenset[str] = frozenset()


@dataclass(slots=True)
class Normal:
    """The normal form: a document without dialects, `allOf`s to merge or references to other files.

    `findings` holds the warnings so far, `subjects` everything that the document had, `excluded` the pointers of what
    its user left out, with the reasons.
    """

    document: Node
    library: Library
    findings: Findings
    subjects: tuple[Subject, ...]
    excluded: dict[str, str] = field(default_factory=dict)
    outside: Outside = field(default_factory=Outside)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All findings, with their places in the user's files."""
        return self.findings.diagnostics

    def place(self, pointer: str) -> Place:
        """Return the place in the user's files of a pointer of the normal form."""
        return self.findings.place(pointer)

    def warn(self, pointer: str, message: str, hint: str = "") -> None:
        """Add a warning at a pointer of the normal form."""
        self.findings.warn(pointer, message, hint)


def normalize(library: Library) -> Normal:
    """Return the normal form of a loaded document."""
    specialise(library)
    bundled = bundle(library)
    findings = Findings(bundled)
    findings.warn_of_references(library.misspelled)
    upgrade_swagger(bundled, findings)
    subjects = census(bundled)
    tolerate(bundled, findings)
    refuse_multiplied_texts(bundled, findings)
    if str(bundled.document.get("openapi", "")) >= "3.2":
        lower_32(bundled, findings)
    upgrade(bundled.document)
    hoist(bundled)
    imply_tags(bundled.document)
    merge(bundled, findings)
    refuse_empty_unions(bundled.document, findings)
    return Normal(bundled.document, library, findings, subjects)
