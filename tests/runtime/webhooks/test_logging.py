"""What a receiver says of itself, where nobody has configured logging: in a process of its own, as a server has it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from support.paths import GENERATED

CODE = """
from hooksmith_providers.workos import UserCreated, WebhookReceiver, testing
{client}
receiver = WebhookReceiver(testing.webhook())

@receiver.on(UserCreated)
def fail(event: UserCreated) -> None:
    raise RuntimeError("the reason")

delivery = testing.example(UserCreated)
assert receiver.receive(delivery.body, delivery.headers).status == 500
assert receiver.receive(delivery.body, {{}}).status == 400
"""
CLIENT = "from hooksmith_providers.workos import WorkOSClient; WorkOSClient(api_key='sk_1')"


@pytest.mark.parametrize("client", ["", CLIENT], ids=["alone", "beside_a_client"])
def test_why_a_delivery_is_not_acknowledged_is_seen(client: str) -> None:
    """A client in the same process hides nothing."""
    outcome = subprocess.run(
        [sys.executable, "-c", CODE.format(client=client)],
        cwd=GENERATED.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the handler of user.created" in outcome.stderr
    assert "RuntimeError: the reason" in outcome.stderr
    assert "refused a delivery: the delivery has no header" in outcome.stderr
