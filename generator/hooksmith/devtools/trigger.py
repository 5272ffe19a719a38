"""Sender of deliveries to a receiver under development, signed as the API's own."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx2

from ..errors import HooksmithError
from .deliveries import UnsignedDelivery

_STALE_SECONDS = 3600.0
_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A delivery and its reply. `seconds`: time until the whole reply was received."""

    label: str
    event_id: str | None
    status: int
    reason: str
    headers: Mapping[str, str]
    body: str
    seconds: float

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def redirect(self) -> str | None:
        """The address in a 3xx reply. Senders of webhooks do not follow it."""
        return self.headers.get("location") if 300 <= self.status < 400 else None


class Sender:
    """Signs deliveries and sends them to one address.

    Args:
        webhook: Signs each delivery when it is sent.
        url: Address of the receiver.
        corrupt: Whether the body differs from the signed one.
        stale: Whether it is signed as of an hour ago.
        parallel: Number of deliveries under way at a time.
    """

    def __init__(
        self,
        webhook: Any,
        url: str,
        *,
        corrupt: bool = False,
        stale: bool = False,
        parallel: int = 1,
    ) -> None:
        self._webhook = webhook
        self._url = url
        self._corrupt = corrupt
        self._stale = stale
        self._parallel = parallel
        limits = httpx2.Limits(max_connections=parallel, max_keepalive_connections=parallel)
        self._client = httpx2.Client(timeout=_TIMEOUT_SECONDS, limits=limits)

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send_all(
        self, deliveries: Iterable[UnsignedDelivery], *, rate: float | None = None
    ) -> Iterator[Attempt]:
        """Send deliveries and give each reply, in their order.

        `rate`: the most deliveries a second; None: as fast as the receiver replies. Raises HooksmithError if a
        delivery cannot be signed, or nothing answers.
        """
        paced = deliveries if rate is None else _paced(deliveries, rate)
        if self._parallel == 1:
            yield from map(self.send, paced)
            return
        with ThreadPoolExecutor(self._parallel) as pool:
            pending: deque[Future[Attempt]] = deque()
            try:
                for delivery in paced:
                    pending.append(pool.submit(self.send, delivery))
                    while pending and (pending[0].done() or len(pending) >= self._parallel):
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
            finally:
                for future in pending:
                    future.cancel()

    def send(self, delivery: UnsignedDelivery) -> Attempt:
        """Sign and send a delivery. Raises HooksmithError if it cannot be signed, or nothing answers."""
        body = delivery.body
        headers = self._signed_headers(delivery)
        began = time.perf_counter()
        try:
            reply = self._client.request(
                delivery.method,
                self._url,
                content=body + b" " if self._corrupt else body,
                headers=headers,
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._undeliverable(error) from None
        return Attempt(
            label=delivery.label,
            event_id=delivery.event_id,
            status=reply.status_code,
            reason=reply.reason_phrase,
            headers={name.lower(): text for name, text in reply.headers.items()},
            body=reply.text,
            seconds=time.perf_counter() - began,
        )

    def _signed_headers(self, delivery: UnsignedDelivery) -> dict[str, str]:
        """Return the headers of a delivery with a signature in place of an old one."""
        moment = time.time() - (_STALE_SECONDS if self._stale else 0)
        try:
            signature: dict[str, str] = self._webhook.sign(
                delivery.body,
                timestamp=moment,
                id_=delivery.signature_id,
                method=delivery.method,
                url=self._url,
            )
        except ValueError as error:
            raise HooksmithError.at(None, str(error)) from None
        signed_names = {name.lower() for name in signature}
        others = {k: v for k, v in delivery.headers.items() if k.lower() not in signed_names}
        return {"User-Agent": "hooksmith", **signature, **others}

    def _undeliverable(self, error: Exception) -> HooksmithError:
        hint = (
            "is the receiver running?"
            if self._url.startswith(("http://", "https://"))
            else f"an address begins with http:// or https://: http://{self._url}"
        )
        return HooksmithError.at(None, f"cannot deliver to {self._url}: {error}", hint=hint)


def _paced(deliveries: Iterable[UnsignedDelivery], rate: float) -> Iterator[UnsignedDelivery]:
    """Yield deliveries no faster than `rate` a second."""
    began = time.monotonic()
    for number, delivery in enumerate(deliveries):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        yield delivery
