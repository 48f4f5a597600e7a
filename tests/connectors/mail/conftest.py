"""A desk with the group's mailbox, and a mail server on loopback behind it: mail comes by IMAP and goes by SMTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.emulators.mail.server import MailEmulator
from connectors.mail.client import MailConfig, Mailer, Tls
from connectors.mail.intake import IntakeConfig, MailInbox
from connectors.mail.mailbox import Mailbox, MailboxConfig
from connectors.mail.senders import SenderTrust
from guardian.cases.reports import Addition, Report, ReportChannel
from guardian.notices.delivery_routes import RouteFinder
from guardian.notices.models import Notice
from guardian.notices.outbox import DeliveryHandlers, Outbox
from guardian.notices.renderer import NoticeRenderer
from tests.builders.community import Community, a_community

US = "conduct@community.example"
ROWAN = "rowan@people.example"
CONFIG = IntakeConfig(US, "community.example", SenderTrust("mx.orchard.example"))


@dataclass(slots=True)
class MailSetup:
    """A desk with the group's mailbox, and the mail server behind it."""

    community: Community
    server: MailEmulator
    inbox: MailInbox
    mailer: Mailer

    async def reports(self) -> list[Report]:
        """Every report by mail."""
        async with self.community.units_of_work.read() as view:
            return list(
                await view.cases.reports_through(ReportChannel.MAIL, self.community.clock.now() - timedelta(days=9))
            )

    async def added(self) -> list[Addition]:
        """What was added to the first report."""
        [report, *_] = await self.reports()
        async with self.community.units_of_work.read() as view:
            return list(await view.cases.additions_of(report.case))

    async def deliver(self) -> None:
        """What waits to be told has been sent."""
        community = self.community
        outbox: Outbox[Any, Any] = Outbox(
            community.units_of_work,
            community.clock,
            RouteFinder(community.app.spaces, self.mailer),
            NoticeRenderer("Example", "https://guardian.example"),
            DeliveryHandlers(_always, _nothing),
        )
        await outbox.deliver_due()

    async def told(self) -> list[Notice]:
        """Every notice to the reporter of the first report."""
        [report, *_] = await self.reports()
        async with self.community.units_of_work.read() as view:
            return list(await view.notices.of_report(report.id))

    def left(self, folder: str = "INBOX") -> int:
        """How many mails lie in that folder of the group's mailbox."""
        return len(self.server.mails(US, folder))


async def _nothing(*_: object) -> None:
    return None


async def _always(*_: object) -> bool:
    return True


def a_mailbox(server: MailEmulator, **facts: Any) -> Mailbox:
    """The group's mailbox as we open it."""
    given = {"port": server.imap_port, "username": US, "password": "pw", "tls": Tls.NONE}
    return Mailbox(MailboxConfig(host="127.0.0.1", **{**given, "call_ceiling": timedelta(seconds=5), **facts}))


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[MailSetup]:
    async with a_community(tmp_path) as community:
        server = MailEmulator(now=community.clock.now, signs_for="community.example")
        server.add_account(US, "pw")
        server.add_account(ROWAN)
        await server.start()
        mailbox = a_mailbox(server)
        way_out = MailConfig(host="127.0.0.1", port=server.smtp_port, sender=US, tls=Tls.NONE, answers_to=US)
        yield MailSetup(
            community, server, MailInbox(mailbox, community.app, CONFIG), Mailer(way_out, community.clock.now)
        )
        mailbox.close()
        await server.stop()
