"""Waits for mail by IMAP IDLE (RFC 2177), so that a report is taken in as it arrives. Read `MailWatcher` first.

It only says when to look: what is read, and what is done with it, is the inbox's. Where the server has no IDLE, or the
connection is dead, mail is found by looking every so often, as without it.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from connectors.mail.mailbox import Mailbox, MailboxUnavailable, OpenMailbox
from guardian.logs import location_of, logger

log = logger("mail")

RENEW_AFTER: Final = timedelta(minutes=4)
"""A server may end what idles for half an hour, and a dead connection is seen when it is used: so it is used."""
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_NEW_MAIL: Final = re.compile(rb"\* \d+ (?:EXISTS|RECENT)\b", re.IGNORECASE)
_TAG: Final = b"IDLE1"


class MailWatcher:
    """Stands beside an inbox between `start` and `stop`, and has it read whenever the server says that mail has come."""

    def __init__(
        self, mailbox: Mailbox, read: Callable[[], Awaitable[bool]], renew_after: timedelta = RENEW_AFTER
    ) -> None:
        self._mailbox, self._read, self._renew_after = mailbox, read, renew_after
        self._task: asyncio.Task[None] | None = None
        self.watching = asyncio.Event()
        """Set while the server tells us of new mail by itself."""

    async def start(self) -> None:
        """Start watching; nothing is missed where that fails, since the mailbox is read every so often all the same."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop watching, and let go of the connection."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._mailbox.close()

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with self._mailbox.open() as mailbox:
                    if not mailbox.can_idle:
                        log.info("mailbox.has_no_idle")
                        return
                    # What came before the server watches for us would be told by nobody.
                    pause = _FIRST_PAUSE
                    await self._watch(mailbox)
            except MailboxUnavailable as error:
                log.warning("mailbox.not_watched", why=str(error))
            except Exception as error:
                log.error("mailbox.watch_has_failed", kind=type(error).__name__, at=location_of(error))
            finally:
                self.watching.clear()
            await asyncio.sleep(pause.total_seconds())
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _watch(self, mailbox: OpenMailbox) -> None:
        """Have the inbox read at each word of new mail, until the connection ends."""
        is_first = True
        while True:
            await mailbox.begin_idle(_TAG)
            self.watching.set()
            if is_first:
                await self._read()
            is_first = False
            await _readable(mailbox, self._renew_after)
            said = await mailbox.end_idle(_TAG)
            if _NEW_MAIL.search(said):
                await self._read()


async def _readable(mailbox: OpenMailbox, longest: timedelta) -> None:
    """Return when the server has said something, or nothing for so long."""
    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    number = mailbox.file_number
    loop.add_reader(number, heard.set)
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), longest.total_seconds())
    finally:
        loop.remove_reader(number)
