"""Text in black's style. Black itself formats only the statements that `black_fast_path` leaves."""

from __future__ import annotations

from collections.abc import Mapping

from .black_fast_path import lay_out
from .rendered_code import RenderedCodeError


def format_with_black(files: Mapping[str, str], line_length: int) -> dict[str, str]:
    """Format each text of `files` (path → text).

    Raises:
        RenderedCodeError: A text is not valid Python.
    """
    return {path: _format(path, text, line_length) for path, text in files.items()}


def _format(path: str, text: str, line_length: int) -> str:
    lines, spans = lay_out(text, line_length)
    for span in reversed(spans):
        statement = lines[span.start : span.end]
        lines[span.start : span.end] = _statement(path, statement, span.indent, line_length)
    return "\n".join(lines)


def _statement(path: str, lines: list[str], indent: int, line_length: int) -> list[str]:
    """Format one statement, or the header of a compound statement, indented by `indent` columns."""
    from black import format_str
    from black.mode import Mode, TargetVersion
    from black.parsing import InvalidInput

    plain = "\n".join(line[indent:] for line in lines)
    is_header = plain.endswith(":")
    mode = Mode(target_versions={TargetVersion.PY311}, line_length=line_length - indent)
    try:
        formatted = format_str(f"{plain}\n    pass\n" if is_header else f"{plain}\n", mode=mode)
    except InvalidInput as error:
        raise RenderedCodeError(path, str(error)) from error
    result = formatted.rstrip("\n").split("\n")
    if is_header:
        result.pop()
    return [" " * indent + line if line else "" for line in result]
