"""`hooksmith generate` and `hooksmith check`: write a package, or compare it with its documents."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..batch import cores
from ..caching.run_results import Output
from ..errors import HooksmithError
from ..output.whole_file import replace_file
from .exit_codes import STALE, exit_code_of
from .printing import print_diagnostics, print_line, print_note, print_summary, progress
from .targets import Choice, Target, generate_targets

Files = Mapping[str, str]
"""Path below a package's folder → text."""

Action = Callable[[Target, Files], int]
"""Use of the generated files of a target; returns an exit code."""


def generate(*, report: Path | None, jobs: int | None, **arguments: Any) -> int:
    """Write the package of each document: DIR/NAME with SPEC, otherwise as configured in [tool.hooksmith]."""
    choice = Choice(**arguments)
    changed: list[Target] = []
    code = _for_each(choice.targets(), jobs or cores(), functools.partial(_write, changed))
    _print_meanings(choice, changed)
    if report is not None:
        _write_report(choice, report)
    return code


def generate_configured(names: list[str], config: Path) -> int:
    """Write the packages of these APIs of a configuration."""
    choice = Choice(specs=[], only=names, out=None, package=None, formatter=None, config=config)
    return _for_each(choice.targets(), 1, functools.partial(_write, []))


def check(*, jobs: int | None, **arguments: Any) -> int:
    """Compare the package with its documents: exit code 1 and a diff if it is stale."""
    choice = Choice(**arguments)
    stale: list[Target] = []
    code = _for_each(choice.targets(), jobs or cores(), functools.partial(_compare, stale))
    _print_meanings(choice, stale)
    return code


def _print_meanings(choice: Choice, targets: list[Target]) -> None:
    """Print the effect of changed documents on users of the packages, by category."""
    if not targets:
        return  # the import of the comparison takes half as long as that of the pipeline
    from ..diff.last import meanings

    for target in targets:
        jobs = [target.job] if target.job else choice.jobs()
        with progress():
            lines = meanings(target.folder, jobs, is_configured=target.job is None)
        for line in lines:
            print_note(line)


def _for_each(targets: list[Target], jobs: int, act: Action) -> int:
    """Generate all targets and act on each, also after one has failed. Return the worst exit code."""
    outcomes = generate_targets(targets, jobs)
    worst = 0
    while (outcome := _next_outcome(outcomes)) is not None:
        worst = max(worst, exit_code_of(functools.partial(_act_on, act, *outcome)))
    return worst


def _next_outcome(
    outcomes: Iterator[tuple[Target, Output | Exception]],
) -> tuple[Target, Output | Exception] | None:
    with progress():
        return next(outcomes, None)


def _act_on(act: Action, target: Target, output: Output | Exception) -> int:
    """Print the warnings of a target and act on its files. Raises HooksmithError if there are errors among them."""
    if isinstance(output, Exception):
        raise output
    errors = [each for each in output.diagnostics if each.severity == "error"]
    print_diagnostics(each for each in output.diagnostics if each.severity != "error")
    if errors:
        raise HooksmithError(*errors)
    return act(target, output.files)


def _write_report(choice: Choice, file: Path) -> None:
    """Write the coverage report of each document as JSON."""
    from ..pipeline import ledger

    documents = {
        path.as_posix(): ledger(path, options).as_json() for path, options in choice.jobs()
    }
    text = json.dumps({"documents": documents}, indent=2, ensure_ascii=False) + "\n"
    replace_file(file, text.encode())


def _write(changed: list[Target], target: Target, files: Files) -> int:
    """Write a package. An earlier package that differs is added to `changed`."""
    from ..output.writer import write

    summary = write(files, target.folder, partial=target.partial)
    print_summary(target.folder, summary)
    is_new = not (summary.changed or summary.removed or summary.unchanged)
    if not is_new and (summary.added or summary.changed or summary.removed):
        changed.append(target)
    return 0


def _compare(stale: list[Target], target: Target, files: Files) -> int:
    from ..output.compare import compare
    from ..output.manifest import MANIFEST

    all_differences = compare(files, target.folder, partial=target.partial)
    # A difference of the manifest alone is printed; otherwise it only repeats the others.
    differences = [each for each in all_differences if each.path != MANIFEST] or all_differences
    for difference in differences:
        print_line(difference.shown(target.folder))
    if not differences:
        return 0
    stale.append(target)
    kinds = [difference.kind for difference in differences]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    hints = ["move or delete the foreign files"] if "foreign" in kinds else []
    hints += ["hooksmith generate"] if set(kinds) != {"foreign"} else []
    print_note(f"{target.folder} is stale: {counts}\n  hint: {', then '.join(hints)}")
    return STALE
