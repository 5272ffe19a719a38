"""The error for rendered text that is not valid Python."""

from __future__ import annotations


class RenderedCodeError(RuntimeError):
    """Rendered text is not valid Python: a fault of the generator, not of the document."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"the text rendered for {path} is not valid Python: {reason}")
