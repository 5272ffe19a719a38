"""Many documents side by side: in this process, in several, on Dask; the same bytes, and one failure is one failure."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hooksmith.batch import Job, Outcome, generate_many, generate_side_by_side, make_suite
from hooksmith.config import load_config
from hooksmith.errors import HooksmithError, LoadError
from hooksmith.pipeline import generate, generate_suite
from hooksmith.progress import listening
from hooksmith.settings import Settings
from support.cases import case_folders
from support.paths import CORPUS, ROOT


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSMITH_CACHE_DIR", "")


def jobs(paths: Iterable[Path]) -> list[Job]:
    """Packages without a formatter: what is compared is the generation."""
    return [
        (path, Settings(package=f"p{number}", formatter="none"))
        for number, path in enumerate(paths)
    ]


def documents() -> list[Path]:
    """A few documents of the repository, one of them missing."""
    found = [path for folder in case_folders()[:4] for path in folder.glob("spec.*")]
    return [found[0], Path("missing.yaml"), *found[1:]]


def shown(outcomes: Iterable[Outcome]) -> Iterator[Any]:
    for outcome in outcomes:
        yield outcome.path, outcome.output.files if outcome.output else str(outcome.error)


@pytest.fixture(scope="module")
def alone() -> list[Any]:
    found: list[Any] = []
    for path, settings in jobs(documents()):
        try:
            found.append((path, generate(path, settings).files))
        except HooksmithError as error:
            found.append((path, str(error)))
    return found


def test_one_after_the_other(alone: list[Any]) -> None:
    assert list(shown(generate_many(jobs(documents())))) == alone


def test_in_threads(alone: list[Any]) -> None:
    with ThreadPoolExecutor(2) as executor:
        assert list(shown(generate_many(jobs(documents()), executor=executor))) == alone


@pytest.mark.slow
def test_in_processes(alone: list[Any]) -> None:
    assert list(shown(generate_side_by_side(jobs(documents()), workers=2))) == alone


def test_a_failure_is_told_by_its_own_outcome() -> None:
    outcomes = list(generate_many(jobs(documents())))
    assert [outcome.error is not None for outcome in outcomes].count(True) == 1
    with pytest.raises(LoadError, match="there is no such file"):
        outcomes[1].result()


def test_errors_survive_the_way_between_processes() -> None:
    error = next(outcome.error for outcome in generate_many(jobs(documents())) if outcome.error)
    copied = pickle.loads(pickle.dumps(error))
    assert isinstance(copied, LoadError)
    assert isinstance(error, LoadError)
    assert copied.diagnostics == error.diagnostics
    assert str(copied) == str(error)


def test_a_worker_that_is_lost_fails_one_document() -> None:
    class Unsteady(ThreadPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
            if args[1][0].name == "missing.yaml":
                lost: Future[Any] = Future()
                lost.set_exception(RuntimeError("the worker is gone"))
                return lost
            return super().submit(*args, **kwargs)

    with Unsteady(1) as executor:
        outcomes = list(generate_many(jobs(documents()), executor=executor))
    assert [str(outcome.error) for outcome in outcomes if outcome.error] == ["the worker is gone"]


def test_progress_counts_documents() -> None:
    told: list[str] = []
    with listening(told.append):
        list(generate_many(jobs(documents())))
    assert told[0] == "0 of 5 documents"
    assert "4 of 5 documents" in told


def test_the_rest_is_left_when_the_reader_leaves() -> None:
    asked: list[Path] = []

    class Counting(Executor):
        def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
            asked.append(args[1][0])
            return Future()

    outcomes = generate_many(jobs(documents()), executor=Counting())
    outcomes.close()  # type: ignore[attr-defined]
    assert asked == []


@pytest.mark.slow
def test_a_suite_is_the_same_made_together_or_side_by_side() -> None:
    config = load_config(ROOT / "pyproject.toml").model_copy(update={"formatter": "ruff"})
    assert dict(make_suite(config, workers=2).files) == generate_suite(config).files


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_on_a_dask_cluster_the_corpus_gives_the_same_bytes() -> None:
    distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed")
    if CORPUS is None or not CORPUS.is_dir():
        pytest.skip("HOOKSMITH_CORPUS names no folder of documents")
    wanted = jobs(sorted(CORPUS.glob("*.json")))
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        there = list(shown(generate_many(wanted, executor=client.get_executor())))
    here = list(shown(generate_many(wanted)))
    assert there == here
    assert len(there) == len(wanted)
