"""The parser of the command line, for its reference."""

from __future__ import annotations

import argparse

from hooksmith.cli.commands import COMMANDS
from hooksmith.cli.parser import make_parser


def parser() -> argparse.ArgumentParser:
    """Return the parser with all commands."""
    return make_parser(COMMANDS)
