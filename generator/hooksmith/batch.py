"""Generation of many documents in parallel, and of those with changed inputs only.

The generation of a document is a function of its text and the settings. Jobs and outcomes can be pickled, so that any
`concurrent.futures.Executor` can run them: processes, or Dask's workers, if they see the same files.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .caching.run_results import Output, recall, remember
from .caching.store import Cache
from .errors import Diagnostic
from .output.runtime_copy import RUNTIME, needed_folders
from .progress import report
from .settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from .config import Config

Job = tuple[Path, Settings]
"""A document with its settings."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Output of a job, or the error that ended it."""

    path: Path
    settings: Settings
    output: Output | None = None
    error: Exception | None = None

    def result(self) -> Output:
        """Return the output. Raises the error if there is none."""
        if self.output is None:
            raise self.error or RuntimeError(f"{self.path} gave neither an output nor an error")
        return self.output


def make(path: Path, settings: Settings) -> Output:
    """Return the files of one document's package; cached if no input has changed. Raises HooksmithError."""
    return recall(path, settings, Cache.default()) or make_anew(path, settings)


def make_anew(path: Path, settings: Settings) -> Output:
    """Generate the files of one document's package and cache them. Raises HooksmithError."""
    from .pipeline import generate

    with _without_collection():
        result = generate(path, settings)
    output = Output(result.files, result.diagnostics)
    remember(path, settings, output, result.inputs, Cache.default())
    return output


@contextmanager
def _without_collection() -> Iterator[None]:
    """Switch the garbage collector off: its search for cycles takes a fifth of a generation, and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def generate_many(jobs: Iterable[Job], *, executor: Executor | None = None) -> Iterator[Outcome]:
    """Generate documents, and yield an outcome for each in their order, also after an error.

    `executor`: runs the jobs; its workers must see the same files. None: this process, sequentially. The generated
    files are the same, byte for byte.
    """
    return _outcomes(jobs, executor, attempt)


def _outcomes(
    jobs: Iterable[Job], executor: Executor | None, attempt: Callable[[Job], Outcome]
) -> Generator[Outcome, None, None]:
    pending = deque(jobs)
    total = len(pending)
    futures = deque(executor.submit(attempt, job) for job in pending) if executor else None
    try:
        while pending:
            if total > 1:
                report(f"{total - len(pending)} of {total} documents")
            job = pending.popleft()
            yield _awaited(job, futures.popleft()) if futures is not None else attempt(job)
    finally:
        for future in futures or ():
            future.cancel()


def _awaited(job: Job, future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except Exception as error:  # the worker was lost, or could not take the job
        return Outcome(*job, error=error)


def attempt(job: Job) -> Outcome:
    """Do a job; an error is part of the outcome. A global function, since it is pickled for other processes."""
    return _attempted(job, make)


def attempt_anew(job: Job) -> Outcome:
    """Do a job without a look into the cache; an error is part of the outcome."""
    return _attempted(job, make_anew)


def _attempted(job: Job, make: Callable[[Path, Settings], Output]) -> Outcome:
    try:
        return Outcome(*job, output=make(*job))
    except Exception as error:
        return Outcome(*job, error=error)


def generate_side_by_side(jobs: Iterable[Job], workers: int) -> Generator[Outcome, None, None]:
    """Yield an outcome for each document in order, from the cache or from up to `workers` processes."""
    all_jobs = list(jobs)
    cache = Cache.default()
    recalled = {index: recall(*job, cache) for index, job in enumerate(all_jobs)}
    outputs = {index: output for index, output in recalled.items() if output}
    changed = [job for index, job in enumerate(all_jobs) if index not in outputs]
    with (
        processes(min(workers, len(changed))) as executor,
        closing(_outcomes(changed, executor, attempt_anew)) as outcomes,
    ):
        for index, job in enumerate(all_jobs):
            is_cached = index in outputs
            yield Outcome(*job, output=outputs.pop(index)) if is_cached else next(outcomes)


@contextmanager
def processes(workers: int) -> Iterator[Executor | None]:
    """Give an executor with `workers` processes; None for a single worker: this process."""
    if workers < 2:
        yield None
        return
    from concurrent.futures.process import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        yield executor


def cores() -> int:
    """Return the number of CPU cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


# --- suites ------------------------------------------------------------------------------------------------------


def make_suite(config: Config, only: Collection[str] = (), *, workers: int = 1) -> Output:
    """Generate the package of a configuration: documents in parallel, unchanged documents from the cache."""
    names = sorted(only or config.apis)
    jobs = [(config.apis[name].spec, config.settings(name)) for name in names]
    files: dict[str, str] = {}
    folders: set[str] = set()
    diagnostics: list[Diagnostic] = []
    with closing(generate_side_by_side(jobs, workers)) as outcomes:
        for name, outcome in zip(names, outcomes, strict=True):
            output = outcome.result()
            files |= {f"{name}/{path}": text for path, text in output.files.items()}
            folders |= needed_folders(output.files)
            diagnostics += output.diagnostics
    return Output({**_make_top(config, folders).files, **files}, tuple(diagnostics))


def _make_top(config: Config, folders: Collection[str]) -> Output:
    """Return the files of a suite outside its subpackages; they depend on the tool, these folders and the names."""
    key = " ".join((*sorted(folders), "-", *sorted(config.apis)))
    entry = (Path(RUNTIME), Settings(package=key, formatter=config.formatter))
    cache = Cache.default()
    output = recall(*entry, cache)
    if output is None:
        from .pipeline import suite_top

        output = Output(suite_top(config.apis, folders, config.formatter))
        remember(*entry, output, (), cache)
    return output
