"""Generation, compared with other generators on the same documents, in one run.

    python -m benchmarks generate                    the specs of the repository
    HOOKSMITH_BENCH_DOCUMENTS=a.yaml:b.json python -m benchmarks generate

Three figures for each tool and document, by its command line: seconds with an empty cache, seconds with nothing
changed, and the peak memory of its largest process. Each is the best of several rounds. In a round every tool has a
turn, so that a busy machine is busy for all. The tools run with their usual formatter.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from .generate_tools import TOOLS, Tool

ROUNDS = int(os.environ.get("HOOKSMITH_BENCH_ROUNDS", "3"))
TIMEOUT = 300  # seconds
SPECS = Path(__file__).resolve().parents[1] / "specs"


@dataclass
class Figures:
    """Figures of a tool: least seconds by situation, peak `memory` in MB; `problem`: reason for missing figures."""

    seconds: dict[str, float] = field(default_factory=dict)
    memory: float = 0.0
    files: int = 0
    problem: str = ""

    def note(self, situation: str, seconds: float) -> None:
        self.seconds[situation] = min(seconds, self.seconds.get(situation, seconds))


def main() -> None:
    documents_variable = os.environ.get("HOOKSMITH_BENCH_DOCUMENTS")
    documents = (
        [Path(name) for name in documents_variable.split(os.pathsep)]
        if documents_variable
        else sorted(SPECS.glob("*/openapi.yaml"))
    )
    problems = {tool.label: tool.install() for tool in TOOLS}
    for document in documents:
        figures = {tool.label: Figures(problem=problems[tool.label]) for tool in TOOLS}
        for _ in range(ROUNDS):
            for tool in TOOLS:
                if not figures[tool.label].problem:
                    _run_round(tool, document, figures[tool.label])
        _print(document, figures)


def _run_round(tool: Tool, document: Path, figures: Figures) -> None:
    """Run a tool twice, first with an empty cache, in a folder with the document and the files beside it."""
    with tempfile.TemporaryDirectory(prefix="hooksmith-bench-") as name:
        folder = Path(name)
        shutil.copytree(document.parent, folder / "in") if _has_neighbours(document) else _copy(
            document, folder / "in"
        )
        copied = folder / "in" / document.name
        for situation in ("cold", "same"):
            figures.problem = _run(tool, copied, folder, situation, figures)
            if figures.problem:
                return
        figures.files = sum(path.suffix == ".py" for path in (folder / "out").rglob("*"))


def _has_neighbours(document: Path) -> bool:
    """Whether a document refers to other files."""
    return bool(re.search(r"""\$ref["']?\s*:\s*["']?[\w.]""", document.read_text("utf-8")))


def _copy(document: Path, folder: Path) -> None:
    folder.mkdir()
    shutil.copy(document, folder)


def _run(tool: Tool, document: Path, folder: Path, situation: str, figures: Figures) -> str:
    """Run a tool once. Return the error; empty if there is none."""
    arguments = tool.arguments(document, folder / "out")
    start = time.perf_counter()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            arguments, stdout=log, stderr=log, env=_environment(tool, folder), cwd=folder
        )
        code, kilobytes = _wait(process)
    figures.note(situation, time.perf_counter() - start)
    figures.memory = max(figures.memory, kilobytes / 1024)
    if code:
        return f"exit code {code}: " + (folder / "log").read_text("utf-8", "replace").strip()[
            -160:
        ].replace("\n", " ")
    return ""


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """Return the exit code, and the peak memory in KB of the largest process among it and its children."""
    timer = threading.Timer(TIMEOUT, process.kill)
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss


def _environment(tool: Tool, folder: Path) -> dict[str, str]:
    """Return the environment of a user, with a cache of its own and compiled modules."""
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    cache = str(folder / "cache")
    path = os.pathsep.join([str(tool.folder / "bin"), environment.get("PATH", "")])
    return {
        **environment,
        "XDG_CACHE_HOME": cache,
        "HOOKSMITH_CACHE_DIR": cache,
        "PATH": path,
        "NO_COLOR": "1",
    }


# --- tables ------------------------------------------------------------------------------------------------------


def _print(document: Path, figures: dict[str, Figures]) -> None:
    print(
        f"\n{document.name}, {document.stat().st_size / 1e6:.2f} MB; best of {ROUNDS}, Python {sys.version.split()[0]}"
    )
    print(f"{'':36}{'cold s':>8}{'same s':>8}{'MB':>7}{'.py':>6}  makes")
    for tool in TOOLS:
        tool_figures = figures[tool.label]
        if tool_figures.problem:
            print(f"{tool.label:36}{'—':>8}  {tool_figures.problem[:90]}")
            continue
        times = "".join(f"{tool_figures.seconds[situation]:8.2f}" for situation in ("cold", "same"))
        print(
            f"{tool.label:36}{times}{tool_figures.memory:7.0f}{tool_figures.files:6}  {tool.makes}"
        )
    _print_ratios(figures)


def _print_ratios(figures: dict[str, Figures]) -> None:
    for tool in TOOLS:
        tool_figures = figures[tool.label]
        if not tool.is_ours or tool_figures.problem:
            continue
        cold = tool_figures.seconds["cold"]
        unchanged = f"same {tool_figures.seconds['same'] / cold:.2f}× cold"
        others = ", ".join(
            f"{cold / figures[peer.label].seconds['cold']:.2f}× {peer.label}"
            for peer in TOOLS
            if not peer.is_ours and not figures[peer.label].problem
        )
        print(f"  {tool.label}: {unchanged}; cold: {others or 'no tool to compare with'}")


if __name__ == "__main__":
    main()
