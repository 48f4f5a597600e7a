"""Reads the tables of mail: the server that takes ours, and where the group's own mail comes in."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from guardian.settings.file import Table
from guardian.settings.values import InboxKind, InboxSettings, MailSettings, MailTls

_PORTS: Final = {MailTls.TLS: 993, MailTls.STARTTLS: 143, MailTls.NONE: 143}
_DEFAULT_LISTEN: Final = "127.0.0.1:2424"


def read_mail(table: Table, folder: Path, faults: list[str]) -> MailSettings:
    """The settings of `[mail]` with its inbox, where it has one; what is wrong with them is added to the faults."""
    settings = MailSettings(
        host=table.text("host", example="mail.example.org"),
        port=int(table.number("port", 587, least=1)),
        sender=table.text("sender", example="conduct@example.org"),
        username=table.text("username", "") or None,
        password=table.secret("password", needed=False),
        tls=table.choice("tls", MailTls, MailTls.STARTTLS),
        ca_file=_ca_file(table),
        call_ceiling=table.span("call_ceiling", timedelta(seconds=30)),
        inbox=_inbox(Table("mail.inbox", table.tables("inbox"), folder, faults)) if table.has("inbox") else None,
    )
    table.end()
    return settings


def _inbox(table: Table) -> InboxSettings:
    kind = table.choice("kind", InboxKind, InboxKind.IMAP)
    is_imap = kind is InboxKind.IMAP
    tls = table.choice("tls", MailTls, MailTls.TLS)
    host, port = _listen(table)
    settings = InboxSettings(
        kind=kind,
        address=_address(table),
        authserv_id=table.text("authserv_id", "") or None,
        answer_unproved=table.switch("answer_unproved", default=False),
        every=table.span("every", timedelta(minutes=1), least=timedelta(seconds=1)),
        host=table.text("host", None if is_imap else "", example="mail.example.org"),
        port=int(table.number("port", _PORTS[tls], least=1)),
        tls=tls,
        ca_file=_ca_file(table),
        username=table.text("username", None if is_imap else "", example="conduct"),
        password=table.secret("password", needed=is_imap) or "",
        folder=_folder(table, "folder", "INBOX"),
        done_folder=_folder(table, "done_folder", "Guardian"),
        aside_folder=_folder(table, "aside_folder", "Guardian-automatic"),
        call_ceiling=table.span("call_ceiling", timedelta(seconds=30)),
        listen_host=host,
        listen_port=port,
    )
    if settings.folder in {settings.done_folder, settings.aside_folder}:
        table.fault("folder", "mail that was read cannot go to the folder that it is read from")
    table.end()
    return settings


def _address(table: Table) -> str:
    address = table.text("address", example="conduct@example.org")
    local, _, domain = address.rpartition("@")
    if address and (not local or not domain or not set(address).isdisjoint(' <>",;:()+') or not address.isascii()):
        table.fault("address", f"'{address}' is not one plain mail address without a + in it")
    return address


def _folder(table: Table, key: str, default: str) -> str:
    name = table.text(key, default)
    if not name.isascii():
        table.fault(key, f"'{name}' has letters in it that are not plain ones; name the folder without them")
    return name


def _ca_file(table: Table) -> Path | None:
    table.known("ca_file")
    found = table.path("ca_file") if table.has("ca_file") else None
    if found and not found.is_file():
        table.fault("ca_file", f"{found} is not there")
    return found


def _listen(table: Table) -> tuple[str, int]:
    listen = table.text("listen", _DEFAULT_LISTEN)
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        table.fault("listen", f"'{listen}' is not an address with a port; write it as \"{_DEFAULT_LISTEN}\"")
        return "127.0.0.1", 0
    return host.strip("[]"), int(port)
