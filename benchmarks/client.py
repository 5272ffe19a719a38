"""Cost of a generated client, compared with bare httpx2 with pydantic, and with the `workos` package.

Every contender makes the same four calls of WorkOS over one connection to a server in another process.
They take turns in short rounds, so that a busy machine is busy for all; medians of the rounds count.
Targets: at most 1.25 times the bare cost, and at least as fast as `workos`.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from statistics import median
from typing import Any, Literal
from urllib.parse import quote

import httpx2
import workos
from pydantic import BaseModel, Field

from hooksmith_providers.workos import AsyncWorkOSClient, WorkOSClient

from .canned import running

ROUNDS = 31
CALLS = 60
KEY = "sk_example_123456789"
IDS = map("we_{:010}".format, itertools.count())  # each call has another, as in real use
URL = "https://example.com/webhooks"
EVENTS = ["user.created", "dsync.user.created"]
Calls = dict[str, Callable[[], Any]]
Times = dict[str, list[float]]


class Endpoint(BaseModel):
    object: Literal["webhook_endpoint"]
    id: str
    endpoint_url: str
    secret: str = Field(repr=False)
    status: Literal["enabled", "disabled"] | str
    events: list[str]
    created_at: datetime
    updated_at: datetime


class Metadata(BaseModel):
    before: str | None
    after: str | None


class Endpoints(BaseModel):
    object: Literal["list"]
    data: list[Endpoint]
    list_metadata: Metadata


class Create(BaseModel):
    endpoint_url: str
    events: list[str]


class Update(BaseModel):
    endpoint_url: str | None = None
    status: Literal["enabled", "disabled"] | None = None
    events: list[str] | None = None


JSON = {"content-type": "application/json"}


def bare(http: httpx2.Client) -> Calls:
    """Return the four operations written by hand, with a status check only."""

    def list_() -> Endpoints:
        response = http.get("/webhook_endpoints", params={"limit": 10})
        return Endpoints.model_validate_json(response.raise_for_status().content)

    def create() -> Endpoint:
        content = Create(endpoint_url=URL, events=EVENTS).model_dump_json()
        response = http.post("/webhook_endpoints", content=content, headers=JSON)
        return Endpoint.model_validate_json(response.raise_for_status().content)

    def update() -> Endpoint:
        content = Update(status="enabled").model_dump_json(exclude_unset=True)
        path = f"/webhook_endpoints/{quote(next(IDS), safe='')}"
        response = http.patch(path, content=content, headers=JSON)
        return Endpoint.model_validate_json(response.raise_for_status().content)

    def delete() -> None:
        http.delete(f"/webhook_endpoints/{quote(next(IDS), safe='')}").raise_for_status()

    return {"list": list_, "create": create, "update": update, "delete": delete}


def bare_async(http: httpx2.AsyncClient) -> Calls:
    """Return the four operations written by hand for asyncio."""

    async def list_() -> Endpoints:
        response = await http.get("/webhook_endpoints", params={"limit": 10})
        return Endpoints.model_validate_json(response.raise_for_status().content)

    async def create() -> Endpoint:
        content = Create(endpoint_url=URL, events=EVENTS).model_dump_json()
        response = await http.post("/webhook_endpoints", content=content, headers=JSON)
        return Endpoint.model_validate_json(response.raise_for_status().content)

    async def update() -> Endpoint:
        content = Update(status="enabled").model_dump_json(exclude_unset=True)
        path = f"/webhook_endpoints/{quote(next(IDS), safe='')}"
        response = await http.patch(path, content=content, headers=JSON)
        return Endpoint.model_validate_json(response.raise_for_status().content)

    async def delete() -> None:
        (await http.delete(f"/webhook_endpoints/{quote(next(IDS), safe='')}")).raise_for_status()

    return {"list": list_, "create": create, "update": update, "delete": delete}


def ours(client: WorkOSClient | AsyncWorkOSClient) -> Calls:
    calls: Any = client.webhooks
    if isinstance(client, AsyncWorkOSClient):
        list_ = lambda: calls.list_webhook_endpoints(limit=10).first_page()  # noqa: E731
    else:
        list_ = lambda: calls.list_webhook_endpoints(limit=10)  # noqa: E731
    return {
        "list": list_,
        "create": lambda: calls.create_webhook_endpoint(endpoint_url=URL, events=EVENTS),
        "update": lambda: calls.update_webhook_endpoint(id_=next(IDS), status="enabled"),
        "delete": lambda: calls.delete_webhook_endpoint(id_=next(IDS)),
    }


def official(client: workos.WorkOSClient | workos.AsyncWorkOSClient) -> Calls:
    calls: Any = client.webhooks
    return {
        "list": lambda: calls.list_webhook_endpoints(limit=10, order=None),
        "create": lambda: calls.create_webhook_endpoint(endpoint_url=URL, events=EVENTS),
        "update": lambda: calls.update_webhook_endpoint(next(IDS), status="enabled"),
        "delete": lambda: calls.delete_webhook_endpoint(next(IDS)),
    }


def timed(call: Callable[[], Any]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - start) / CALLS


async def timed_async(call: Callable[[], Awaitable[Any]]) -> float:
    start = time.perf_counter()
    for _ in range(CALLS):
        await call()
    return (time.perf_counter() - start) / CALLS


def sync_times(url: str) -> dict[str, Times]:
    """Return operation → contender → seconds of a call in each round."""
    headers = {"authorization": f"Bearer {KEY}"}
    with (
        httpx2.Client(base_url=url, headers=headers, timeout=60) as http,
        WorkOSClient(api_key=KEY, base_url=url) as own,
        workos.WorkOSClient(api_key=KEY, base_url=url) as theirs,
    ):
        contenders = {"bare": bare(http), "hooksmith": ours(own), "workos": official(theirs)}
        return {name: _rounds(contenders, name) for name in contenders["bare"]}


def _rounds(contenders: dict[str, Calls], operation: str) -> Times:
    times: Times = {name: [] for name in contenders}
    for number in range(ROUNDS + 1):
        for name, calls in contenders.items():
            seconds = timed(calls[operation])
            if number:  # the first round warms up
                times[name].append(seconds)
    return times


async def async_times(url: str) -> dict[str, Times]:
    headers = {"authorization": f"Bearer {KEY}"}
    async with (
        httpx2.AsyncClient(base_url=url, headers=headers, timeout=60) as http,
        AsyncWorkOSClient(api_key=KEY, base_url=url) as own,
        workos.AsyncWorkOSClient(api_key=KEY, base_url=url) as theirs,
    ):
        contenders = {"bare": bare_async(http), "hooksmith": ours(own), "workos": official(theirs)}
        return {name: await _async_rounds(contenders, name) for name in contenders["bare"]}


async def _async_rounds(contenders: dict[str, Calls], operation: str) -> Times:
    times: Times = {name: [] for name in contenders}
    for number in range(ROUNDS + 1):
        for name, calls in contenders.items():
            seconds = await timed_async(calls[operation])
            if number:
                times[name].append(seconds)
    return times


def report(kind: str, times: dict[str, Times]) -> None:
    """Print calls a second, and cost relative to each contender: medians of the ratios of all rounds."""
    print(
        f"\n{kind:8}{'bare':>10}{'hooksmith':>12}{'workos':>10}   calls/s; cost:  of bare  of workos"
    )
    ratios: list[tuple[float, float]] = []
    for operation, by_contender in times.items():
        speed = {name: 1 / median(seconds) for name, seconds in by_contender.items()}
        ratios.append((_ratio(by_contender, "bare"), _ratio(by_contender, "workos")))
        print(
            f"{operation:8}{speed['bare']:10.0f}{speed['hooksmith']:12.0f}{speed['workos']:10.0f}"
            f"{ratios[-1][0]:24.2f}{ratios[-1][1]:11.2f}"
        )
    mean = [sum(each) / len(ratios) for each in zip(*ratios, strict=True)]
    print(f"{'mean':8}{mean[0]:56.2f}{mean[1]:11.2f}")


def _ratio(times: Times, other: str) -> float:
    return median(a / b for a, b in zip(times["hooksmith"], times[other], strict=True))


def main() -> None:
    with running() as url:
        report("sync", sync_times(url))
        report("async", asyncio.run(async_times(url)))
