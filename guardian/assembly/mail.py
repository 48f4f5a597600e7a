"""Connects mail: the way out, and the channel by which the group's own mail comes in.

Imported only where it is configured. Read `connect_mailer` first.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol

from guardian.notices.delivery_routes import Mailer
from guardian.services.context import AppContext
from guardian.settings.mail import InboxKind, InboxSettings, MailSettings
from guardian.spaces.inbox import Inbox
from guardian.spaces.port import CheckResult


class CheckedMailer(Mailer, Protocol):
    """The way out by mail, which can also be asked whether it is open."""

    async def check(self) -> CheckResult:
        """Check that the mail server takes our mail."""
        ...


class MailListener(Protocol):
    """Listens for a mail server that delivers to us."""

    async def start(self) -> None:
        """Listen from now on."""
        ...

    async def stop(self) -> None:
        """Listen no more."""
        ...


@dataclass(frozen=True, slots=True)
class MailReceiver:
    """How the group's mail comes in: an inbox that is read, and what listens for it; or what mail is handed to.

    `close` when nothing is read any more.
    """

    check: Callable[[], Awaitable[CheckResult]]
    inbox: Inbox | None = None
    listener: MailListener | None = None
    close: Callable[[], None] = lambda: None


def connect_mailer(settings: MailSettings, now: Callable[[], datetime]) -> CheckedMailer:
    """Connect the way out by mail, whose mails are dated by `now`."""
    client = import_module("connectors.mail.client")
    config = client.MailConfig(
        host=settings.host,
        port=settings.port,
        sender=settings.sender,
        username=settings.username,
        password=settings.password,
        tls=client.Tls(settings.tls.value),
        ca_file=settings.ca_file,
        call_ceiling=settings.call_ceiling,
        answers_to=settings.inbox.address if settings.inbox else None,
    )
    mailer: CheckedMailer = client.Mailer(config, now)
    return mailer


def connect_mail_receiver(settings: MailSettings, app: AppContext) -> MailReceiver | None:
    """Connect what the group's mail comes in by; None where there is nothing."""
    inbox = settings.inbox
    if inbox is None:
        return None
    intake, translate = import_module("connectors.mail.intake"), import_module("connectors.mail.translate")
    trust = intake.SenderTrust(inbox.authserv_id, inbox.nameless_results, inbox.all_checked)
    config = intake.IntakeConfig(
        address=inbox.address,
        own_domain=translate.domain_of(settings.sender),
        trust=trust,
        answer_unproved=inbox.answer_unproved,
        every=inbox.every,
    )
    if inbox.kind is not InboxKind.IMAP:
        listener = import_module("connectors.mail.listener")
        listener_config = listener.ListenerConfig(*inbox.listen, lmtp=inbox.kind is InboxKind.LMTP)
        receiver = listener.MailListener(intake.MailProcessor(app, config), listener_config)
        return MailReceiver(receiver.check, listener=receiver)
    mailbox = _open_mailbox(inbox)
    mailbox_inbox = intake.MailInbox(mailbox, app, config)
    watcher = import_module("connectors.mail.idle").MailWatcher(_open_mailbox(inbox), mailbox_inbox.read)
    return MailReceiver(mailbox_inbox.check, inbox=mailbox_inbox, listener=watcher, close=mailbox.close)


def _open_mailbox(inbox: InboxSettings) -> Any:
    mailbox, client = import_module("connectors.mail.mailbox"), import_module("connectors.mail.client")
    return mailbox.Mailbox(
        mailbox.MailboxConfig(
            host=inbox.host,
            port=inbox.port,
            username=inbox.username,
            password=inbox.password,
            tls=client.Tls(inbox.tls.value),
            ca_file=inbox.ca_file,
            folder=inbox.folder,
            done_folder=inbox.done_folder,
            aside_folder=inbox.aside_folder,
            call_ceiling=inbox.call_ceiling,
        )
    )
