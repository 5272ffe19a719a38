"""Views of definitions: models, enumerations and aliases, and the modules that hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class FieldView(NamedTuple):
    """`name: annotation = default`, followed by a docstring."""

    name: str
    annotation: str
    default: str = ""
    doc: str = ""


class ModelView(NamedTuple):
    """A class of a model."""

    name: str
    bases: str
    doc: str
    config: str
    """The expression of `model_config`; empty if the class has none."""
    fields: tuple[FieldView, ...]
    extra: str = ""
    """The annotation of further properties."""
    constraints: str = ""
    """The constraints of the whole object: a literal."""
    constraints_name: str = ""
    """The attribute that holds the constraints: asserted, or described only."""
    overrides: tuple[str, ...] = ()
    """Rules of pyright that the class breaks: fields that narrow those of a base class."""
    read_only: str = ""
    """The properties that are not sent back: a literal."""
    kind: str = "model"


class EnumMemberView(NamedTuple):
    """A member of an enumeration; `value` is a literal."""

    name: str
    value: str
    doc: str = ""


class EnumGroupView(NamedTuple):
    """Members under a comment."""

    title: str
    members: tuple[EnumMemberView, ...]


class EnumView(NamedTuple):
    """A class of an enumeration."""

    name: str
    base: str
    doc: str
    groups: tuple[EnumGroupView, ...]
    imports: str = ""
    """The import block, if the enumeration has a module of its own."""
    kind: str = "enum"


class AliasView(NamedTuple):
    """`name: TypeAlias = expression`; a recursive alias has no annotation."""

    name: str
    annotation: str
    expression: str
    doc: str
    kind: str = "alias"


DefinitionView = ModelView | EnumView | AliasView


def pyright_comment(definitions: Iterable[DefinitionView]) -> str:
    """Return the comment by which pyright ignores the rules that definitions break; empty if they break none."""
    rules = {
        rule
        for definition in definitions
        if isinstance(definition, ModelView)
        for rule in definition.overrides
    }
    return f"# pyright: {', '.join(f'{rule}=false' for rule in sorted(rules))}" if rules else ""


class ModuleView(NamedTuple):
    """A module of definitions."""

    imports: str
    definitions: tuple[DefinitionView, ...]
    name: str = "models"

    @property
    def pyright(self) -> str:
        """Return the comment for pyright, or nothing."""
        return pyright_comment(self.definitions)


class DictionaryView(NamedTuple):
    """A TypedDict. `typed_dict` is the base, as the module imports it."""

    name: str
    model: str
    """The model of the same shape."""
    typed_dict: str
    fields: tuple[tuple[str, str], ...] = ()
    """Keys with their annotations."""
    items: tuple[tuple[str, str], ...] = ()
    """The same as literals, if a key cannot be an attribute of a class."""


class DictionariesView(NamedTuple):
    """The module of the TypedDicts, and of the aliases that mention them."""

    imports: str
    definitions: tuple[DictionaryView, ...]
    aliases: tuple[AliasView, ...]


class ExportsView(NamedTuple):
    """Public names of a package, defined by the same module."""

    module: str
    names: tuple[str, ...]


class ModelsView(NamedTuple):
    """The package `models/` of a large package: its modules, and the names that each exports."""

    modules: tuple[ModuleView, ...]
    exports: tuple[ExportsView, ...]
    names: tuple[str, ...]
    """All public names, sorted."""
