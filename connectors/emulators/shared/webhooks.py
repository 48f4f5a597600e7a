"""Outgoing webhooks of an emulated platform: sent once, in the background, and kept so that they can be sent again."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that hears of the named events (None: of all); signed where a secret is set."""

    url: str
    secret: str | None = None
    events: frozenset[str] | None = None


@dataclass(slots=True)
class Delivery:
    """One event on its way to one hook; `answers` has the status of each attempt, None where none came."""

    webhook: Webhook
    event: str
    headers: dict[str, str]
    body: bytes
    answers: list[int | None] = field(default_factory=list)


Headers = Callable[[Webhook, str, bytes], Mapping[str, str]]


def sign(secret: str, body: bytes) -> str:
    """Return `sha256=` and the hexadecimal HMAC of the body, as Discourse and GitHub write it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class WebhookSender:
    """Carries events to the hooks; `headers` words them in the platform's way, `drops_event` says which are swallowed."""

    def __init__(self, headers: Headers, drops_event: Callable[[str], bool]) -> None:
        self.webhooks: list[Webhook] = []
        self.deliveries: list[Delivery] = []
        self._headers, self._drops_event = headers, drops_event
        self._in_flight: set[asyncio.Task[None]] = set()

    def send_event(self, event: str, payload: Mapping[str, Any]) -> None:
        """Send the event to each hook that listens, and wait for none of them."""
        for webhook in self.webhooks:
            if webhook.events is None or event in webhook.events:
                self.send_to(webhook, event, payload)

    def send_to(self, webhook: Webhook, event: str, payload: Mapping[str, Any]) -> None:
        """Send the event to this hook, unless a fault swallows it."""
        if self._drops_event(event):
            return
        body = json.dumps(payload).encode()
        delivery = Delivery(
            webhook, event, {**self._headers(webhook, event, body), "Content-Type": "application/json"}, body
        )
        self.deliveries.append(delivery)
        self.redeliver(delivery)

    def redeliver(self, delivery: Delivery) -> None:
        """Send the same delivery, headers and all, once more."""
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def wait_until_idle(self) -> None:
        """Wait until nothing is on its way any more."""
        while self._in_flight:
            await asyncio.gather(*self._in_flight)

    async def close(self) -> None:
        """Drop what was still on its way."""
        for task in list(self._in_flight):
            task.cancel()
        await asyncio.gather(*self._in_flight, return_exceptions=True)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
                session.post(delivery.webhook.url, data=delivery.body, headers=delivery.headers) as answer,
            ):
                delivery.answers.append(answer.status)
        except (aiohttp.ClientError, TimeoutError):
            delivery.answers.append(None)
