"""Error for arguments of the command line that contradict each other."""

from __future__ import annotations


class UsageError(Exception):
    """Arguments that contradict each other."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
