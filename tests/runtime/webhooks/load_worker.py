"""A receiver in a process of its own that can be killed at any moment: `python load_worker.py FOLDER`.

Handled events are appended to a file, one line an event, in one write: what a handler of a user's would do elsewhere.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uvicorn

from hooksmith_providers.workos import SQLiteStore, UserCreated, Webhook, WebhookReceiver

SECRET = "secret"


def main(folder: Path) -> None:
    receiver = WebhookReceiver(Webhook(SECRET), store=SQLiteStore(folder / "store.db", lease=1))
    log = os.open(folder / "handled.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    @receiver.on(UserCreated)
    def handle(event: UserCreated) -> None:
        os.write(log, f"{event.id}\n".encode())

    server = uvicorn.Server(
        uvicorn.Config(receiver.asgi, host="127.0.0.1", port=0, log_level="error")
    )
    announce(server, folder)
    server.run()


def announce(server: uvicorn.Server, folder: Path) -> None:
    """Write the port down once the server listens."""
    startup = server.startup

    async def started(sockets: object = None) -> None:
        await startup(sockets)  # type: ignore[arg-type]
        port = server.servers[0].sockets[0].getsockname()[1]
        (folder / "port.new").write_text(str(port))
        (folder / "port.new").replace(folder / "port")

    server.startup = started  # type: ignore[method-assign]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
