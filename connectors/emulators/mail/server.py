"""The mail server on loopback: it takes mail by SMTP, and people and programs read theirs there."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as AS_SENT
from email.policy import default as modern
from email.utils import format_datetime
from itertools import count
from random import Random
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope

from connectors.emulators.mail.imap import ImapServer
from connectors.emulators.mail.mailboxes import INBOX, MailAccount, MailStore
from connectors.emulators.shared.faults import Fault, Faults

HOSTNAME: Final = "mx.orchard.example"


class MailEmulator:
    """One mail server. What a service hands to it by SMTP is signed for the domain that it sends for (`signs_for`)."""

    def __init__(
        self, *, now: Callable[[], datetime], hostname: str = HOSTNAME, signs_for: str = "", seed: int = 0
    ) -> None:
        self.now, self.signs_for = now, signs_for
        self.mail_store = MailStore(hostname, now)
        self.faults = Faults(Random(seed))
        self.imap = ImapServer(self.mail_store, self.faults)
        self._servers: list[asyncio.Server] = []
        self._ids = count(1)
        self.smtp_port = self.imap_port = 0

    async def start(self) -> None:
        """Listen on loopback, for SMTP and IMAP."""
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(
            lambda: SMTP(_SmtpHandler(self), hostname=self.mail_store.hostname, loop=loop), "127.0.0.1", 0
        )
        imap = await asyncio.start_server(self.imap.serve, "127.0.0.1", 0)
        self._servers = [smtp, imap]
        self.smtp_port, self.imap_port = (int(each.sockets[0].getsockname()[1]) for each in self._servers)

    async def stop(self) -> None:
        """Stop listening; the mailboxes stay readable."""
        for server in self._servers:
            server.close()
        self._servers = []

    def set_fault(self, fault: Fault) -> Fault:
        """Set the fault; operations are `imap.login`, `imap.uid_move`, and so on."""
        return self.faults.set(fault)

    def activity(self) -> int:
        """Return how much went on here: grows while anything does."""
        return len(self.mail_store.sent) + len(self.imap.commands)

    # -- people

    def add_account(self, address: str, password: str = "") -> MailAccount:
        """Somebody has a mailbox here."""
        return self.mail_store.add_account(address, password)

    def write(
        self,
        sender: str,
        to: str,
        subject: str,
        text: str,
        *,
        heads: Mapping[str, str] | None = None,
        signed_by: str | None = None,
        again: bytes | None = None,
    ) -> bytes:
        """A mail was written and sent; its bytes. By default it is signed as its sender's own provider does.

        `signed_by` is another domain, or none (""), as with a forged sender. `again` sends these very bytes once more.
        """
        raw = again or self._written(sender, to, subject, text, heads or {})
        address = sender.rpartition("<")[2].rstrip("> ")
        domain = address.rpartition("@")[2] if signed_by is None else signed_by
        self.mail_store.deliver(raw, address, to, domain)
        return raw

    def mails(self, address: str, folder: str = INBOX) -> list[EmailMessage]:
        """Return what lies in somebody's folder, oldest first."""
        account = self.mail_store.account_for(address)
        found = account.folder(folder) if account else None
        kept = found.mails if found else []
        return [message_from_bytes(each.raw, _class=EmailMessage, policy=modern) for each in kept]

    def _written(self, sender: str, to: str, subject: str, text: str, heads: Mapping[str, str]) -> bytes:
        mail = EmailMessage(policy=AS_SENT)
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Date"] = format_datetime(self.now())
        mail["Message-ID"] = f"<{next(self._ids)}.{self.now():%Y%m%d%H%M%S}@mailer.example>"
        for name, value in heads.items():
            mail[name] = value
        mail.set_content(text)
        return mail.as_bytes()


class _SmtpHandler:
    """Takes what programs send. The method name is the library's."""

    def __init__(self, server: MailEmulator) -> None:
        self._server = server

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        """The mail is taken, whoever it is for: what cannot be delivered comes back later."""
        raw = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self._server.mail_store.deliver(raw, envelope.mail_from or "", recipient, self._server.signs_for)
        return f"250 2.0.0 queued as {len(self._server.mail_store.sent)}"
