"""A receiver as servers import it: `uvicorn served_receiver:receiver`."""

from __future__ import annotations

import os
from pathlib import Path

from hooksmith_providers.workos import (
    SQLiteStore,
    UserCreated,
    UserDeleted,
    Webhook,
    WebhookReceiver,
)

FOLDER = Path(os.environ["HOOKSMITH_TEST_FOLDER"])
receiver = WebhookReceiver(Webhook("secret"), store=SQLiteStore(FOLDER / "store.db"))


@receiver.on(UserCreated)
def plain(event: UserCreated) -> None:
    with (FOLDER / "handled").open("a") as file:
        file.write(f"{event.id}\n")


@receiver.on(UserDeleted)
async def coroutine(event: UserDeleted) -> None:
    with (FOLDER / "handled").open("a") as file:
        file.write(f"{event.id}\n")
