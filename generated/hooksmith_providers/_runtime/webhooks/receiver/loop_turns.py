"""Work of one turn of an event loop, done together: one transaction instead of one for each delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

Work = tuple[Callable[[Any, str], Any], str]
"""A function and its key."""


class Worker(Protocol):
    """Does work in batches."""

    def try_all(self, work: Sequence[Work]) -> list[Any] | None:
        """Do all work in the event loop and return the results; None if it would wait."""
        raise NotImplementedError

    def do_all(self, work: Sequence[Work]) -> list[Any]:
        """Do all work in a thread and return the results."""
        raise NotImplementedError


class LoopTurns:
    """Collects the work of the callbacks of one turn of an event loop."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.AbstractEventLoop, list[tuple[Work, asyncio.Future[Any]]]] = {}
        self._threads: set[asyncio.Task[None]] = set()

    async def run(self, worker: Worker, function: Callable[[Any, str], Any], key: str) -> Any:
        """Return the result of `function` for a key, from the end of this turn; without asyncio, from a thread."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return (await _in_thread(worker.do_all, [(function, key)]))[0]
        waiting = self._waiting.get(loop)
        if waiting is None:
            waiting = self._waiting[loop] = []
            loop.call_soon(self._end_turn, loop, worker)
        future: asyncio.Future[Any] = loop.create_future()
        waiting.append(((function, key), future))
        return await future

    def _end_turn(self, loop: asyncio.AbstractEventLoop, worker: Worker) -> None:
        turn = [each for each in self._waiting.pop(loop) if not each[1].done()]
        try:
            results = worker.try_all([work for work, _ in turn])
        except Exception as error:
            _settle(turn, error)
            return
        if results is not None:
            _settle(turn, results)
            return
        task = loop.create_task(self._wait(worker, turn))
        self._threads.add(task)
        task.add_done_callback(self._threads.discard)

    async def _wait(self, worker: Worker, turn: list[tuple[Work, asyncio.Future[Any]]]) -> None:
        try:
            results = await _in_thread(worker.do_all, [work for work, _ in turn])
        except Exception as error:
            _settle(turn, error)
        else:
            _settle(turn, results)


def _settle(turn: list[tuple[Work, asyncio.Future[Any]]], results: list[Any] | Exception) -> None:
    for index, (_, future) in enumerate(turn):
        if future.done():  # its task was cancelled
            continue
        if isinstance(results, Exception):
            future.set_exception(results)
        else:
            future.set_result(results[index])


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    from anyio.to_thread import run_sync

    return await run_sync(function, *arguments)
