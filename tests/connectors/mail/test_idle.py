"""Mail is taken in as it arrives where the server says so by itself, and found by looking where it does not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.emulators.mail.server import MailEmulator
from connectors.mail.client import Tls
from connectors.mail.idle import MailWatcher
from connectors.mail.intake import MailInbox
from connectors.mail.mailbox import Mailbox, MailboxConfig
from tests.builders.community import Community, a_community
from tests.connectors.mail.conftest import CONFIG, ROWAN, US

WITH_IDLE = "IMAP4rev1 MOVE UIDPLUS IDLE"
SOON = 5.0


class Watched:
    """A mailbox that is watched, and how often it was read."""

    def __init__(self, community: Community, server: MailEmulator, renew_after: timedelta) -> None:
        self.community, self.server = community, server
        self.reads = 0
        self.was_read = asyncio.Event()
        self.inbox = MailInbox(a_mailbox(server), community.app, CONFIG)
        self.watcher = MailWatcher(a_mailbox(server), self.read, renew_after)

    async def read(self) -> bool:
        """The inbox has been read once more."""
        done = await self.inbox.read()
        self.reads += 1
        self.was_read.set()
        return done

    async def next_read(self) -> None:
        """The inbox has been read again."""
        async with asyncio.timeout(SOON):
            await self.was_read.wait()
        self.was_read.clear()

    def left(self) -> int:
        """How many mails wait."""
        return len(self.server.mails(US, "INBOX"))


def a_mailbox(server: MailEmulator) -> Mailbox:
    """A connection of its own to the group's mailbox."""
    ceiling = timedelta(seconds=1)
    given = MailboxConfig(
        host="127.0.0.1", port=server.imap_port, username=US, password="pw", tls=Tls.NONE, call_ceiling=ceiling
    )
    return Mailbox(given)


@pytest.fixture
def renew_after() -> timedelta:
    """As long as the service waits for a word."""
    return timedelta(minutes=4)


@pytest.fixture
async def watched(tmp_path: Path, renew_after: timedelta) -> AsyncIterator[Watched]:
    """A mailbox on a server that has IDLE."""
    async with a_community(tmp_path) as community:
        server = MailEmulator(now=community.clock.now, signs_for="community.example")
        server.add_account(US, "pw")
        server.add_account(ROWAN)
        server.imap.capabilities = WITH_IDLE
        await server.start()
        made = Watched(community, server, renew_after)
        yield made
        await made.watcher.stop()
        await server.stop()


@pytest.mark.harm("report-waits-in-the-mailbox")
async def test_a_mail_is_taken_in_as_it_arrives(watched: Watched) -> None:
    """P-2.4"""
    await watched.watcher.start()
    await watched.next_read()
    watched.server.write(ROWAN, US, "Insults", "They insult me.")
    await watched.next_read()
    assert watched.left() == 0


@pytest.mark.harm("report-waits-in-the-mailbox")
async def test_what_came_before_the_server_watched_is_taken_in_at_once(watched: Watched) -> None:
    """P-2.4"""
    watched.server.write(ROWAN, US, "Insults", "They insult me.")
    await watched.watcher.start()
    await watched.next_read()
    assert watched.left() == 0


@pytest.mark.harm("mail-waits-and-all-looks-well")
@pytest.mark.parametrize("renew_after", [timedelta(milliseconds=50)])
async def test_a_connection_that_is_dead_is_noticed(watched: Watched) -> None:
    """P-2.4: nothing comes over it any more, and nobody has said so."""
    await watched.watcher.start()
    await watched.next_read()
    watched.server.imap.is_silent = True
    async with asyncio.timeout(SOON):
        while watched.watcher.watching.is_set():
            await asyncio.sleep(0)
    assert not watched.watcher.watching.is_set()


async def test_a_server_without_idle_is_not_asked_for_it(watched: Watched) -> None:
    watched.server.imap.capabilities = "IMAP4rev1 MOVE UIDPLUS"
    await watched.watcher.start()
    async with asyncio.timeout(SOON):
        while "LOGOUT" not in watched.server.imap.commands:
            await asyncio.sleep(0)
    assert "IDLE" not in watched.server.imap.commands
    assert await watched.inbox.read()


@pytest.mark.parametrize("renew_after", [timedelta(milliseconds=20)])
async def test_a_watch_is_renewed_without_reading_where_nothing_came(watched: Watched) -> None:
    await watched.watcher.start()
    await watched.next_read()
    async with asyncio.timeout(SOON):
        while watched.server.imap.commands.count("IDLE") < 3:
            await asyncio.sleep(0)
    assert watched.reads == 1
