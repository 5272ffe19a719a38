"""Make the webhook endpoints of a WorkOS environment what a file says."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hooksmith_providers.workos import APIStatusError, WorkOSClient
from hooksmith_providers.workos.models import WebhookEndpoint


@dataclass(frozen=True)
class Desired:
    """An endpoint of the file."""

    url: str
    events: tuple[str, ...]
    is_enabled: bool

    def differs(self, endpoint: WebhookEndpoint) -> bool:
        """Tell whether an endpoint is not as the file says."""
        is_enabled = endpoint.status == "enabled"
        return set(endpoint.events) != set(self.events) or is_enabled != self.is_enabled


def read(path: Path) -> Iterator[Desired]:
    """Return the endpoints of a file: a table for each address."""
    for url, table in tomllib.loads(path.read_text("utf-8")).items():
        yield Desired(url, tuple(table["events"]), table.get("enabled", True))


def sync(client: WorkOSClient, desired: list[Desired], *, is_dry: bool) -> int:
    """Create, update and delete what differs; return the number of changes."""
    present = {
        endpoint.endpoint_url: endpoint for endpoint in client.webhooks.list_webhook_endpoints()
    }
    changes = 0
    for each in desired:
        endpoint = present.pop(each.url, None)
        if endpoint is None:
            print(f"create {each.url}")
        elif each.differs(endpoint):
            print(f"update {each.url}")
        else:
            continue
        changes += 1
        if not is_dry:
            write(client, each, endpoint)
    for url, endpoint in present.items():
        print(f"delete {url}")
        changes += 1
        if not is_dry:
            client.webhooks.delete_webhook_endpoint(id_=endpoint.id)
    return changes


def write(client: WorkOSClient, desired: Desired, endpoint: WebhookEndpoint | None) -> None:
    """Create or update an endpoint. A disabled endpoint takes two calls, because a new endpoint is enabled."""
    if endpoint is None:
        endpoint = client.webhooks.create_webhook_endpoint(
            endpoint_url=desired.url, events=desired.events
        )
    if desired.differs(endpoint):
        client.webhooks.update_webhook_endpoint(
            id_=endpoint.id,
            events=desired.events,
            status="enabled" if desired.is_enabled else "disabled",
        )


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="Print changes, and make none.")
    arguments = parser.parse_args()
    try:
        with WorkOSClient() as client:  # WORKOS_API_KEY
            changes = sync(client, list(read(arguments.file)), is_dry=arguments.dry_run)
    except APIStatusError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{changes} changes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
