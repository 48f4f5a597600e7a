"""Connects mail: the way out, and the door by which the group's own mail comes in. Imported only where it is configured."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from guardian.desk.desk import Desk
from guardian.notices.channels import MailPort
from guardian.settings.mail import InboxKind, InboxSettings, MailSettings
from guardian.spaces.inbox import Inbox
from guardian.spaces.port import Finding


class Mail(MailPort, Protocol):
    """The way out by mail, which can also be asked whether it is open."""

    async def check(self) -> Finding: ...


class Listener(Protocol):
    """A door of ours that a mail server delivers to."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class MailDoor:
    """How the group's mail comes in: an inbox that is read, or a listener. `close` when nothing is read any more."""

    check: Callable[[], Awaitable[Finding]]
    inbox: Inbox | None = None
    listener: Listener | None = None
    close: Callable[[], None] = lambda: None


def mailer_of(settings: MailSettings) -> Mail:
    """The way out by mail."""
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
    mailer: Mail = client.Mailer(config)
    return mailer


def mail_door_of(settings: MailSettings, desk: Desk) -> MailDoor | None:
    """The door by which the group's mail comes in; None where there is none."""
    inbox = settings.inbox
    if inbox is None:
        return None
    intake, translate = import_module("connectors.mail.intake"), import_module("connectors.mail.translate")
    config = intake.IntakeConfig(
        address=inbox.address,
        own_domain=translate.domain_of(settings.sender),
        authserv_id=inbox.authserv_id,
        answer_unproved=inbox.answer_unproved,
        every=inbox.every,
    )
    if inbox.kind is not InboxKind.IMAP:
        listener = import_module("connectors.mail.listener")
        where = listener.ListenerConfig(*inbox.listen, lmtp=inbox.kind is InboxKind.LMTP)
        door = listener.MailListener(intake.Sorter(desk, config), where)
        return MailDoor(door.check, listener=door)
    box = _box(inbox)
    read = intake.MailInbox(box, desk, config)
    return MailDoor(read.check, inbox=read, close=box.close)


def _box(inbox: InboxSettings) -> Any:
    mailbox, client = import_module("connectors.mail.mailbox"), import_module("connectors.mail.client")
    return mailbox.Mailbox(
        mailbox.BoxConfig(
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
