"""A generator of hostile documents: reproducible by their number."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from support.paths import CASES

MARK = "HOSTILE_MARK"
"""The function that every hostile text tries to have called."""

TEXTS = [
    f"{MARK}()",
    f'"""\n{MARK}()\n"""',
    f"'''\n{MARK}()\n'''",
    f'"""; {MARK}(); """',
    f'\\"""\n{MARK}()\n"""',
    f'" + {MARK}() + "',
    f"' + {MARK}() + '",
    f'\\" + {MARK}() #',
    f'"), {MARK}(), ("',
    f"\n{MARK}()\n",
    f"\r{MARK}()\r",
    f"\x0c{MARK}()",
    f"\x85{MARK}()\u2028{MARK}()\u2029",
    f"x: {MARK}()",
    f"= {MARK}()",
    f"{{{{ {MARK}() }}}}",
    f"{{% set x = {MARK}() %}}",
    f"{{{MARK}()}}",
    f"${{{MARK}()}}",
    f"%({MARK}())s",
    f"lambda: {MARK}()",
    f"class A:\n    {MARK}()",
    f"@{MARK}",
    f"import {MARK}",
    f"from {MARK} import *",
    f"__import__('{MARK}')",
    f"eval('{MARK}()')",
    f"# -*- coding: utf-7 -*-\n+AAo-{MARK}()",
    f"coding=utf_16 {MARK}()",
    f"\ufeff{MARK}()",
    f"\u202e{MARK}()\u202d",
    f"`{MARK}()`\n```\n{MARK}()\n```",
    f"<script>{MARK}()</script>",
    f"\x00{MARK}()",
    f"\ud800{MARK}()",
    f"{MARK}()\\",
    "\\",
    '"',
    '"""',
    "\\N{BULLET}",
    "\\x41\\u0041\\",
]
"""Texts that try to become code."""

NAMES = [
    *(
        "",
        " ",
        "_",
        "__",
        "1",
        "-",
        ".",
        "..",
        "../../x",
        "/",
        "\\",
        "a" * 5000,
        "é",
        "ſelf",
        "ﬁnd",
        "𝔘",
    ),
    *(
        "self",
        "cls",
        "class",
        "def",
        "None",
        "True",
        "print",
        "type",
        "list",
        "str",
        "int",
        "super",
    ),
    *("__init__", "__class__", "__dict__", "__pydantic_extra__", "__assertions__", "model_config"),
    *("Model", "Any", "Literal", "Field", "Operation", "Body", "Reply", "Event", "Webhook", "API"),
    *("OMIT", "options", "content_type", "body", "overload", "models", "lazy", "TYPE_CHECKING"),
    *("CATALOGUE", "SCHEME", "client", "base_url", "headers", "hooks", "timeout", "annotations"),
    *("$ref", "allOf", "type", "properties", "x-hooksmith-events", "x-hooksmith-signature"),
]
"""Names that Python, pydantic or generated code has a meaning for."""

VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    0.5,
    1e308,
    10**30,
    [],
    {},
    [[]],
    {"": {}},
    [None],
    "",
]
"""Values of other types."""


class Hostile(NamedTuple):
    """A hostile document, and the name of its file."""

    number: int
    file_name: str
    document: Any

    def write(self, folder: Path) -> Path:
        """Write the document into a folder; return its path."""
        path = folder / self.file_name
        path.write_text(json.dumps(self.document), "utf-8")
        return path


@cache
def seeds() -> tuple[Any, ...]:
    """Return the documents of the cases."""
    found = []
    for path in sorted(CASES.glob("*/spec.*")):
        text = path.read_text("utf-8")
        found.append(json.loads(text) if path.suffix == ".json" else _loaded(text))
    return tuple(found)


def _loaded(text: str) -> Any:
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def hostile(number: int) -> Hostile:
    """Return the hostile document of a number, the same in every run."""
    chance = random.Random(number)
    document = copy.deepcopy(chance.choice(seeds()))
    for _ in range(chance.choice((1, 2, 3, 5, 8, 20))):
        _mutate(document, chance)
    names = [
        "spec.json",
        f"{MARK}().json",
        "coding=utf_7 .json",
        '""" .json',
        "\n.json",
        "a b.json",
    ]
    return Hostile(number, chance.choice(names), document)


def _mutate(document: Any, chance: random.Random) -> None:
    """Change one place of a document."""
    places = list(_places(document))
    if not places:
        return
    holder, key = chance.choice(places)
    if isinstance(holder, list):
        holder[key] = _replacement(holder[key], chance)
        return
    match chance.randrange(6):
        case 0:
            holder[_name(chance)] = holder.pop(key)
        case 1:
            holder[_name(chance)] = copy.deepcopy(holder[key])
        case 2:
            other, step = chance.choice(places)
            holder[key] = copy.deepcopy(other[step]) if step != key else _text(chance)
        case 3:
            holder.update({chance.choice(("title", "description", "default")): _text(chance)})
        case _:
            holder[key] = _replacement(holder[key], chance)


def _replacement(value: Any, chance: random.Random) -> Any:
    """Return a value in place of another: usually a text for a text, sometimes a value of another type."""
    if isinstance(value, str) and chance.random() < 0.8:
        return _text(chance) if chance.random() < 0.8 else _name(chance)
    if chance.random() < 0.5:
        return _text(chance)
    return copy.deepcopy(chance.choice(VALUES))


def _text(chance: random.Random) -> str:
    return chance.choice(TEXTS) + chance.choice(("", "", "", chance.choice(TEXTS)))


def _name(chance: random.Random) -> str:
    return chance.choice(NAMES) if chance.random() < 0.5 else _text(chance)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield container and key of every value in a document."""
    stack = [value]
    while stack:
        holder = stack.pop()
        for key, item in holder.items() if isinstance(holder, dict) else enumerate(holder):
            yield holder, key
            if isinstance(item, (dict, list)):
                stack.append(item)
