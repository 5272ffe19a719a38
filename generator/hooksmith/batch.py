"""Many documents side by side, and each only where something has changed.

A document's generation is a function of its text and the settings: it may run anywhere that the files can be read. What
is passed to and fro can be pickled, so any `concurrent.futures.Executor` will do: processes, or Dask's.
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
"""A document, and what else its generation depends on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: an output, or the error that it ended with."""

    path: Path
    settings: Settings
    output: Output | None = None
    error: Exception | None = None

    def result(self) -> Output:
        """The output; raises the error."""
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
    """What generation makes is a tree that stays until its end: looking for cycles in it takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def generate_many(jobs: Iterable[Job], *, executor: Executor | None = None) -> Iterator[Outcome]:
    """Documents → what becomes of each, in their order; one that fails does not keep the others from theirs.

    `executor`: what runs them; its workers must see the same files. None: this process, one after the other. The files
    are the same, byte for byte.
    """
    return _outcomes(jobs, executor, attempt)


def _outcomes(
    jobs: Iterable[Job], executor: Executor | None, attempt: Callable[[Job], Outcome]
) -> Generator[Outcome, None, None]:
    left = deque(jobs)
    total = len(left)
    futures = deque(executor.submit(attempt, job) for job in left) if executor else None
    try:
        while left:
            if total > 1:
                report(f"{total - len(left)} of {total} documents")
            job = left.popleft()
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
    """A job done; whatever goes wrong is part of the outcome. At the top of the module, for other processes to find."""
    return _attempted(job, make)


def attempt_anew(job: Job) -> Outcome:
    """Do a job without looking into the cache; an error is part of the outcome."""
    return _attempted(job, make_anew)


def _attempted(job: Job, make: Callable[[Path, Settings], Output]) -> Outcome:
    try:
        return Outcome(*job, output=make(*job))
    except Exception as error:
        return Outcome(*job, error=error)


def generate_side_by_side(jobs: Iterable[Job], workers: int) -> Generator[Outcome, None, None]:
    """As `generate_many`, on up to `workers` processes; a document that has not changed needs none."""
    wanted = list(jobs)
    cache = Cache.default()
    found = {index: recall(*job, cache) for index, job in enumerate(wanted)}
    known = {index: output for index, output in found.items() if output}
    left = [job for index, job in enumerate(wanted) if index not in known]
    with (
        processes(min(workers, len(left))) as executor,
        closing(_outcomes(left, executor, attempt_anew)) as fresh,
    ):
        for index, job in enumerate(wanted):
            yield Outcome(*job, output=known.pop(index)) if index in known else next(fresh)


@contextmanager
def processes(workers: int) -> Iterator[Executor | None]:
    """So many processes of this machine; None where this one will do."""
    if workers < 2:
        yield None
        return
    from concurrent.futures.process import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        yield executor


def cores() -> int:
    """How many processes this one may run at a time."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


# --- suites ------------------------------------------------------------------------------------------------------


def make_suite(config: Config, only: Collection[str] = (), *, workers: int = 1) -> Output:
    """As `pipeline.generate_suite`, side by side and each only where something has changed."""
    names = sorted(only or config.apis)
    jobs = [(config.apis[name].spec, config.settings(name)) for name in names]
    files: dict[str, str] = {}
    folders: set[str] = set()
    found: list[Diagnostic] = []
    with closing(generate_side_by_side(jobs, workers)) as outcomes:
        for name, outcome in zip(names, outcomes, strict=True):
            output = outcome.result()
            files |= {f"{name}/{path}": text for path, text in output.files.items()}
            folders |= needed_folders(output.files)
            found += output.diagnostics
    return Output({**_make_top(config, folders).files, **files}, tuple(found))


def _make_top(config: Config, folders: Collection[str]) -> Output:
    """Return the files of a suite outside its subpackages; they depend on the tool, these folders and the names."""
    key = " ".join((*sorted(folders), "-", *sorted(config.apis)))
    entry = (Path(RUNTIME), Settings(package=key, formatter=config.formatter))
    cache = Cache.default()
    found = recall(*entry, cache)
    if found is None:
        from .pipeline import suite_top

        found = Output(suite_top(config.apis, folders, config.formatter))
        remember(*entry, found, (), cache)
    return found
