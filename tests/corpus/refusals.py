"""Bodies and parameters with one constraint broken: what jsonschema refuses for it must be refused before it is sent.

Seeds are the documents' own examples and samples of each schema; each is valid by jsonschema. One place of a seed is
broken at a time, by one keyword, and what is invalid then goes through what the generated package sends.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from hooksmith.pipeline import describe_document, generate
from hooksmith.settings import Settings

from .instances import BODIES, Instances
from .mutations import mutations
from .sender import Send, Sender

EACH = 20
"""Places that are broken by one keyword in one body or parameter."""


Case = tuple[str, str]
"""Where a value goes (`json`, `form`, `multipart`, `path`, `query`, `header`, `cookie`), and the keyword it breaks."""


@dataclass
class Refusals:
    """Case → how many values were refused for it, and how many were sent all the same; `sent` says which."""

    refused: Counter[Case] = field(default_factory=Counter)
    accepted: Counter[Case] = field(default_factory=Counter)
    seeds: Counter[str] = field(default_factory=Counter)
    valid_refused: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def __iadd__(self, other: Refusals) -> Refusals:
        self.refused += other.refused
        self.accepted += other.accepted
        self.seeds += other.seeds
        self.valid_refused += other.valid_refused
        self.sent += other.sent
        return self

    def rates(self, of: Callable[[Case], str]) -> Iterator[tuple[str, int, int]]:
        """Group of cases, how many were refused, how many there are."""
        for group in sorted({of(case) for case in self.refused | self.accepted}):
            refused = sum(number for case, number in self.refused.items() if of(case) == group)
            sent = sum(number for case, number in self.accepted.items() if of(case) == group)
            yield group, refused, refused + sent


def refusals(path: Path, folder: Path) -> Refusals:
    """Generate the package of `path` in `folder`, and try to send bodies and parameters with one thing wrong."""
    package = "rf_" + "".join(char if char.isalnum() else "_" for char in path.stem).lower()
    settings = Settings(package=package, formatter="none")
    api = describe_document(path, settings).api
    for name, text in generate(path, settings).files.items():
        target = folder / package / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    result = Refusals()
    judge = Instances.read(path)
    sys.path.insert(0, str(folder))
    try:
        sender = Sender(package)
        for resource in api.resources:
            for operation in resource.operations:
                constant = sender.operation(resource.name, operation.name)
                for place, pointer, media in judge.bodies(operation.pointer):
                    send = sender.body(constant, media.name) if constant.body else None
                    _try(result, judge, Target(place, pointer, media.facts, path.name), send)
                for place, pointer, facts in judge.parameters(operation.pointer):
                    send = sender.parameter(constant, place, facts["name"])
                    _try(result, judge, Target(place, pointer, facts, path.name), send)
    finally:
        sys.path.remove(str(folder))
        for loaded in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[loaded]
    return result


@dataclass(frozen=True)
class Target:
    """A schema by its pointer, the media type or parameter that has it (`facts`), and the document."""

    place: str
    pointer: str
    facts: dict[str, Any]
    document: str


def _try(result: Refusals, judge: Instances, target: Target, send: Send | None) -> None:
    if send is None:
        return
    tried: Counter[str] = Counter()
    for seed in islice(judge.seeds(target.pointer, target.facts, target.place), 2):
        result.seeds[target.place] += 1
        if not send(seed):
            result.valid_refused.append(f"{target.document}: {target.place}: {target.pointer}")
            continue
        for keyword, place, broken in mutations(judge, target.facts["schema"], seed):
            if tried[keyword] >= EACH or (broken is None and target.place not in BODIES):
                continue  # a parameter of None is not sent
            if keyword.split()[0] not in judge.complaints(target.pointer, broken):
                continue
            tried[keyword] += 1
            case = (target.place, keyword)
            if send(broken):
                result.accepted[case] += 1
                where = f"{target.pointer} at {place or '/'}"
                result.sent.append(f"{target.document}: {target.place}: {keyword}: {where}")
            else:
                result.refused[case] += 1
