"""The dead man's switch: an address outside hears from us as long as all is well, and raises the alarm at our silence.

It is told nothing but that we are alive. Judges nothing: whether all is well is asked by whoever calls.
"""

import asyncio
from datetime import timedelta

import aiohttp

from guardian.spaces.port import CheckResult


class Heartbeat:
    """One address that expects a sign of life."""

    def __init__(self, url: str, ceiling: timedelta) -> None:
        self._url = url
        self._ceiling = ceiling

    async def send(self) -> bool:
        """Let the address hear from us; False where it could not be reached or did not take it."""
        try:
            async with (
                asyncio.timeout(self._ceiling.total_seconds()),
                aiohttp.ClientSession() as session,
                session.get(self._url, allow_redirects=False) as answer,
            ):
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, OSError, ValueError):
            return False

    async def check(self) -> CheckResult:
        """Return whether the address takes a sign of life."""
        if await self.send():
            return CheckResult("The address outside hears from us.", ok=True)
        return CheckResult(
            "The address outside could not be reached, or refuses us.",
            ok=False,
            remedy="Check the address in the file that heartbeat.url_file names, and that this host may reach it.",
            impact="Nobody outside would notice that the service is gone.",
        )
