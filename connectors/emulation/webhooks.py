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
class Hook:
    """An address that hears of the named events (None: of all); signed where a secret is set."""

    url: str
    secret: str | None = None
    events: frozenset[str] | None = None


@dataclass(slots=True)
class Delivery:
    """One event on its way to one hook; `answers` has the status of each attempt, None where none came."""

    hook: Hook
    event: str
    headers: dict[str, str]
    body: bytes
    answers: list[int | None] = field(default_factory=list)


Headers = Callable[[Hook, str, bytes], Mapping[str, str]]


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the hexadecimal HMAC of the body, as Discourse and GitHub write it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Postman:
    """Carries events to the hooks; `headers` words them in the platform's way, `missed` says which are swallowed."""

    def __init__(self, headers: Headers, missed: Callable[[str], bool]) -> None:
        self.hooks: list[Hook] = []
        self.deliveries: list[Delivery] = []
        self._headers, self._missed = headers, missed
        self._under_way: set[asyncio.Task[None]] = set()

    def tell(self, event: str, payload: Mapping[str, Any]) -> None:
        """The event is on its way to each hook that listens; this waits for none of them."""
        for hook in self.hooks:
            if hook.events is None or event in hook.events:
                self.post(hook, event, payload)

    def post(self, hook: Hook, event: str, payload: Mapping[str, Any]) -> None:
        """The event is on its way to this hook, unless a fault swallows it."""
        if self._missed(event):
            return
        body = json.dumps(payload).encode()
        delivery = Delivery(hook, event, {**self._headers(hook, event, body), "Content-Type": "application/json"}, body)
        self.deliveries.append(delivery)
        self.again(delivery)

    def again(self, delivery: Delivery) -> None:
        """The same delivery, headers and all, is on its way once more."""
        task = asyncio.get_running_loop().create_task(self._carry(delivery))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settled(self) -> None:
        """Nothing is on its way any more."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def close(self) -> None:
        """What was still on its way is dropped."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _carry(self, delivery: Delivery) -> None:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
                session.post(delivery.hook.url, data=delivery.body, headers=delivery.headers) as answer,
            ):
                delivery.answers.append(answer.status)
        except (aiohttp.ClientError, TimeoutError):
            delivery.answers.append(None)
