"""Engines: job libraries whose workers process the events of an inbox."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import queue
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...representation import safe_repr
from .states import InboxError, State

if TYPE_CHECKING:
    import procrastinate

logger = logging.getLogger("hooksmith")

LARGEST_BACKLOG = 1000
"""Lists of ids that wait for a broker; further ones are left to the sweep."""

Process = Callable[[int], State | None]


class AfterCommit:
    """Engine that enqueues after the commit, in a thread: Celery, taskiq, dramatiq, or any queue.

    A broker that is down delays no delivery: what cannot be enqueued is left to the sweep, which must run every few
    seconds (`hooksmith inbox sweep app:receiver --every 5`). The task calls `receiver.process(id)`.

    Args:
        enqueue: Enqueues a task for each row id; it may be a coroutine function.
    """

    transactional = False

    def __init__(self, enqueue: Callable[[list[int]], object]) -> None:
        self._enqueue = enqueue
        self._lock = threading.Lock()
        self._waiting: queue.Queue[list[int]] = queue.Queue(LARGEST_BACKLOG)
        self._process_id: int | None = None

    def bind(self, process: Process, sweep: Callable[[], int]) -> None:
        """Nothing to bind: the task calls the receiver."""

    def enqueue(self, ids: Sequence[int], *, connection: Any = None) -> None:
        """Enqueue a task for each row id, soon, in another thread."""
        self._start()
        try:
            self._waiting.put_nowait(list(ids))
        except queue.Full:
            logger.warning("the broker is behind: %d events are left to the sweep", len(ids))

    def _start(self) -> None:
        """Start the thread, once a process: threads do not survive a fork."""
        with self._lock:
            if self._process_id != os.getpid():
                self._process_id = os.getpid()
                self._waiting = queue.Queue(LARGEST_BACKLOG)
                threading.Thread(target=self._run, name="hooksmith-enqueue", daemon=True).start()

    def _run(self) -> None:
        waiting = self._waiting
        loop: asyncio.AbstractEventLoop | None = None
        while True:
            ids = waiting.get()
            try:
                result = self._enqueue(ids)
                if inspect.isawaitable(result):
                    loop = loop or asyncio.new_event_loop()
                    loop.run_until_complete(_awaited(result))
            except Exception:
                logger.exception("%d events could not be enqueued: left to the sweep", len(ids))

    def __repr__(self) -> str:
        return "AfterCommit()"


async def _awaited(result: Awaitable[object]) -> object:
    return await result


class Procrastinate:
    """Engine in the transaction of the inbox: procrastinate 3, whose tables are in the same database.

    The application's workers (`procrastinate --app=app.jobs worker`) run the tasks `hooksmith.process` and, every few
    seconds, `hooksmith.sweep`; both are added to the application by the receiver.

    Args:
        app: The procrastinate application.
        queue: The queue of the tasks.
        name: Prefix of the names of the tasks, if an application has several inboxes.
        sweep_seconds: Seconds between two sweeps, from 1 to 59.

    Raises:
        InboxError: procrastinate is not installed.
        ValueError: `sweep_seconds` is out of range.
    """

    transactional = True

    def __init__(
        self,
        app: procrastinate.App,
        *,
        queue: str = "webhooks",
        name: str = "hooksmith",
        sweep_seconds: int = 5,
    ) -> None:
        if not 1 <= sweep_seconds <= 59:
            raise ValueError(f"sweep_seconds: from 1 to 59, not {sweep_seconds}")
        self._queue = queue
        self._task_name = f"{name}.process"
        self._receivers: list[tuple[Process, Callable[[], int]]] = []
        self._deferrer = _deferrer()
        self._add_tasks(app, f"{name}.sweep", sweep_seconds)

    def bind(self, process: Process, sweep: Callable[[], int]) -> None:
        """Add a receiver whose events the tasks process and sweep."""
        self._receivers.append((process, sweep))

    def enqueue(self, ids: Sequence[int], *, connection: Any = None) -> None:
        """Enqueue a job for each row id on the inbox's connection, in its transaction."""
        task = self._deferrer.configure_task(
            self._task_name, queue=self._queue, connection=connection, allow_unknown=True
        )
        task.batch_defer(*({"id_": id_} for id_ in ids))

    def _process(self, id_: int) -> None:
        for process, _ in self._receivers:
            if process(id_) is not None:
                return

    def _sweep(self) -> None:
        for _, sweep in self._receivers:
            sweep()

    def _add_tasks(self, app: procrastinate.App, sweep_name: str, seconds: int) -> None:
        @app.task(name=self._task_name, queue=self._queue)
        def process(id_: int) -> None:
            self._process(id_)

        # Six fields: the seconds come last (croniter).
        @app.periodic(cron=f"* * * * * */{seconds}")
        @app.task(name=sweep_name, queue=self._queue, queueing_lock=sweep_name, pass_context=True)
        async def sweep(context: Any, timestamp: int) -> None:
            from anyio.to_thread import run_sync

            await self._drop_stalled(context.app)
            await run_sync(self._sweep)

    async def _drop_stalled(self, app: procrastinate.App) -> None:
        """Delete jobs of killed workers, which stay at `doing`: the sweep enqueues their events again."""
        from procrastinate.jobs import Status

        for job in await app.job_manager.get_stalled_jobs(task_name=self._task_name):
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)

    @safe_repr
    def __repr__(self) -> str:
        return f"Procrastinate(queue={self._queue!r})"


def _deferrer() -> Any:
    """Return an application that is never opened: it enqueues on the connection of the inbox.

    The user's application may be open asynchronously, and then cannot use a synchronous connection.
    """
    try:
        from procrastinate import App, SyncPsycopgConnector
    except ImportError as error:
        raise InboxError(
            "procrastinate is not installed: pip install 'hooksmith[procrastinate]'"
        ) from error
    return App(connector=SyncPsycopgConnector())
