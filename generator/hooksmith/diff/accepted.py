"""Accepted changes: a file of lines `fingerprint  id  place  # reason`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..errors import ConfigError, Place
from ..frozen import value
from .report import Entry

_LINE = re.compile(
    r"(?P<fingerprint>[0-9a-f]{12})\s+(?P<id>[a-z-]+)\s+(?P<place>\S.*?)(?:\s+#\s*(?P<reason>.*))?"
)


@value()
class Accepted:
    fingerprint: str
    id: str
    place: str
    reason: str
    line: int


def read_accepted(path: Path) -> Mapping[str, Accepted]:
    """Return the accepted changes by fingerprint. Raises ConfigError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError.at(Place(file=str(path)), f"cannot be read: {error}") from error
    accepted: dict[str, Accepted] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ConfigError.at(
                Place(file=str(path), line=number),
                "is not `fingerprint  id  place  # reason`",
                hint="hooksmith diff --write-accept writes such lines",
            )
        accepted[match["fingerprint"]] = Accepted(
            match["fingerprint"], match["id"], match["place"], match["reason"] or "", number
        )
    return accepted


def stale(accepted: Mapping[str, Accepted], entries: Iterable[Entry]) -> list[Accepted]:
    """Return the accepted changes that match nothing."""
    present = {entry.fingerprint for entry in entries}
    return [each for fingerprint, each in accepted.items() if fingerprint not in present]


def accepted_text(entries: Iterable[Entry], known: Mapping[str, Accepted]) -> str:
    """Return the text of a file that accepts these entries, with the reasons of known entries."""
    lines = []
    for entry in sorted(entries, key=lambda each: (each.change.place, each.change.rule)):
        reason = known[entry.fingerprint].reason if entry.fingerprint in known else ""
        place = " ".join(entry.change.place.replace("#", "").split()) or "-"
        line = f"{entry.fingerprint}  {entry.change.rule}  {place}"
        lines.append(f"{line}  # {reason}" if reason else line)
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))
