"""A ceiling on what is sent to the API, counted as it comes in. Read `BodyLimit` first."""

from typing import Final

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 256 * 1024


class BodyLimit:
    """Read no body beyond the ceiling, whatever its length was said to be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0

        async def receive_counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST_BYTES:
                raise HTTPException(413, f"At most {MOST_BYTES // 1024} kB are taken at once.")
            return message

        await self._app(scope, receive_counted, send)
