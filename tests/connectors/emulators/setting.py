"""What the emulators' tests stand in: case time that a test sets, a listener for webhooks, and a key made once."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class CaseTime:
    """Case time that stands until the test moves it."""

    def __init__(self, start: datetime = START) -> None:
        self.instant = start

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **parts: float) -> datetime:
        """It is that much later."""
        self.instant += timedelta(**parts)
        return self.instant


@dataclass(frozen=True, slots=True)
class ReceivedWebhook:
    """One webhook as it arrived."""

    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class WebhookListener:
    """A server that keeps every webhook it gets."""

    received: list[ReceivedWebhook] = field(default_factory=list)
    url: str = ""
    _runner: Any = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_post("/hook", self._receive)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def named(self, header: str) -> list[str]:
        """The value of that header in each webhook, in order."""
        return [h.headers[header] for h in self.received if header in h.headers]

    async def _receive(self, request: web.Request) -> web.Response:
        self.received.append(ReceivedWebhook(dict(request.headers), await request.read()))
        return web.Response()


@cache
def an_app_key() -> str:
    """A private key for a GitHub app: made once, since that takes long."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()
