"""Worker processes of `hooksmith work`: started, replaced when they end, stopped by SIGINT or SIGTERM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

from .printing import print_note

PAUSE = 1.0
"""Seconds until a process that ended at once is replaced."""


def run_processes(arguments: Sequence[str], processes: int) -> None:
    """Run `hooksmith ARGUMENTS` in processes until SIGINT or SIGTERM; replace a process that ends.

    A worker process ends by itself after a handler's time limit, because its thread cannot be ended.
    """
    is_stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        is_stopping.set()

    handlers = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    children = [_Child(arguments) for _ in range(processes)]
    try:
        while not is_stopping.wait(0.1):
            for index, child in enumerate(children):
                if child.process.poll() is None:
                    continue
                print_note(f"worker process {child.process.pid} ended: {child.process.returncode}")
                is_stopping.wait(max(0.0, PAUSE - (time.monotonic() - child.started)))
                if not is_stopping.is_set():
                    children[index] = _Child(arguments)
    finally:
        for child in children:
            child.stop()
        for child in children:
            child.process.wait()
        for number, handler in handlers.items():
            signal.signal(number, handler)


class _Child:
    """A worker process. It stops when its standard input ends, which happens when this process is killed."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hooksmith", *arguments], stdin=subprocess.PIPE
        )

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        if self.process.poll() is None:
            self.process.terminate()


def stop_with_parent() -> None:
    """Send this process SIGTERM when its standard input ends."""

    def watch() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="hooksmith-parent", daemon=True).start()
