"""The error for rendered text that is not valid."""

from __future__ import annotations


class RenderedCodeError(RuntimeError):
    """Rendered text is not a valid module: a fault of the generator, not of the document."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            path, reason
        )  # both, so that the error survives pickling between processes
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"the text rendered for {self.path} is not valid: {self.reason}"
