"""The group's mailbox as we read it: IMAP, in one worker thread, each call within a ceiling.

A mail is looked at without marking it, and leaves the folder only after it has been taken in.
"""

import asyncio
import contextlib
import imaplib
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from connectors.http import WorkerPool
from connectors.mail.client import Tls

T = TypeVar("T")

FAULTS: Final = (imaplib.IMAP4.error, OSError, ssl.SSLError, TimeoutError)
MAX_MAIL_SIZE: Final = 40_000_000
"""So many bytes of one mail are read; of a larger one, only its beginning."""
_UID: Final = re.compile(rb"(?<![A-Z])UID (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MailboxConfig:
    """Where the mailbox is, and into which folders its mail goes once it was read."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: Tls = Tls.TLS
    ca_file: Path | None = None
    folder: str = "INBOX"
    done_folder: str = "Guardian"
    aside_folder: str = "Guardian-automatic"
    call_ceiling: timedelta = timedelta(seconds=30)


class MailboxUnavailable(Exception):
    """The mailbox cannot be read now; `refused` where it does not let us in."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class MailUnreadable(Exception):
    """The server's answer for one mail cannot be read; the others may be well."""


class Mailbox:
    """Opens the mailbox for one reading at a time."""

    def __init__(self, config: MailboxConfig) -> None:
        self.config = config
        self._context = ssl.create_default_context(cafile=str(config.ca_file) if config.ca_file else None)
        self._workers = WorkerPool("mailbox", 1)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["OpenMailbox"]:
        """The folder is open and those that mail is moved to are there; BoxUnavailable otherwise."""
        connection, capabilities = await self._run(self._sign_in)
        try:
            yield OpenMailbox(connection, self.config, self._run, capabilities)
        finally:
            # Cut off or not, the connection is given up; what the server thinks of it does not matter any more.
            await asyncio.shield(self._workers.run(lambda: _log_out(connection)))

    def close(self) -> None:
        """Nothing is read any more."""
        self._workers.close()

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(self.config.call_ceiling.total_seconds()):
                return await self._workers.run(call)
        except FAULTS as error:
            raise MailboxUnavailable(type(error).__name__) from error

    def _sign_in(self) -> tuple[imaplib.IMAP4, frozenset[str]]:
        config, seconds = self.config, self.config.call_ceiling.total_seconds()
        if config.tls is Tls.TLS:
            connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                config.host, config.port, ssl_context=self._context, timeout=seconds
            )
        else:
            connection = imaplib.IMAP4(config.host, config.port, timeout=seconds)
        try:
            if config.tls is Tls.STARTTLS:
                connection.starttls(self._context)
            try:
                connection.login(config.username, config.password)
            except imaplib.IMAP4.error as error:
                raise MailboxUnavailable(
                    "the mailbox does not take our user name and password", refused=True
                ) from error
            for name in dict.fromkeys((config.done_folder, config.aside_folder)):
                connection.create(_quote(name))  # says NO where it is there already
                _require_ok(connection.status(_quote(name), "(UIDVALIDITY)"), f"there is no folder {name}")
            _require_ok(connection.select(_quote(config.folder)), f"there is no folder {config.folder}")
            # Asked again after signing in: many servers say only now what they can do.
            answer = _require_ok(connection.capability(), "no capabilities")
            return connection, frozenset(b" ".join(answer).decode("ascii", "replace").upper().split())
        except BaseException:
            _log_out(connection)
            raise


class RunCall(Protocol):
    """Makes a call in the mailbox's own thread, within its ceiling."""

    async def __call__(self, call: Callable[[], T]) -> T: ...


@dataclass(frozen=True, slots=True)
class OpenMailbox:
    """The open folder."""

    _connection: imaplib.IMAP4
    _config: MailboxConfig
    _run: RunCall
    _capabilities: frozenset[str]

    async def list_waiting(self) -> list[bytes]:
        """Return the mails that stand in the folder, oldest first.

        Whether somebody has read them already does not matter.
        """
        found = await self._run(lambda: _require_ok(self._connection.uid("SEARCH", "NOT", "DELETED"), "no search"))
        return (found[0] or b"").split()

    async def fetch(self, uid: bytes) -> bytes | None:
        """Return the bytes of the mail, of a very large one its beginning; None where it is gone meanwhile.

        MailUnreadable where the server's answer holds no mail, although there is one.
        """
        return await self._run(lambda: self._fetch(uid.decode()))

    async def mark_done(self, uid: bytes) -> None:
        """The mail, which was taken in, stands in the folder for that."""
        await self._run(lambda: self._move(uid.decode(), self._config.done_folder))

    async def set_aside(self, uid: bytes) -> None:
        """The mail, which no person wrote, stands in the folder for that, where people can look at it."""
        await self._run(lambda: self._move(uid.decode(), self._config.aside_folder))

    @property
    def can_idle(self) -> bool:
        """Return whether the server says by itself when mail has come."""
        return "IDLE" in self._capabilities

    @property
    def file_number(self) -> int:
        """Return the number by which the event loop watches the connection."""
        return self._connection.socket().fileno()

    async def begin_idle(self, tag: bytes) -> None:
        """The server says from now on by itself what comes (RFC 2177); MailboxUnavailable where it does not."""
        await self._run(lambda: self._begin_idle(tag))

    async def end_idle(self, tag: bytes) -> bytes:
        """Return what the server has said meanwhile; MailboxUnavailable where the connection is dead."""
        return await self._run(lambda: self._end_idle(tag))

    def _begin_idle(self, tag: bytes) -> None:
        self._connection.send(tag + b" IDLE\r\n")
        while not (line := self._connection.readline()).startswith(b"+"):
            if not line or line.startswith(tag):
                raise imaplib.IMAP4.abort("no idle")

    def _end_idle(self, tag: bytes) -> bytes:
        self._connection.send(b"DONE\r\n")
        said = b""
        while not (line := self._connection.readline()).startswith(tag):
            if not line:
                raise imaplib.IMAP4.abort("the connection has ended")
            said += line
        return said

    def _fetch(self, uid: str) -> bytes | None:
        # PEEK: a mail that is looked at and then not taken in must not seem read.
        answer = _require_ok(self._connection.uid("FETCH", uid, f"(UID BODY.PEEK[]<0.{MAX_MAIL_SIZE}>)"), "no mail")
        found = list(_bodies(answer, uid.encode()))
        if len(found) == 1:
            return found[0]
        if found or self._is_there(uid):
            raise MailUnreadable
        return None

    def _is_there(self, uid: str) -> bool:
        found = _require_ok(self._connection.uid("SEARCH", "UID", uid), "no search")
        return uid.encode() in (found[0] or b"").split()

    def _move(self, uid: str, folder: str) -> None:
        connection = self._connection
        connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        if "MOVE" in self._capabilities:
            _require_ok(connection.uid("MOVE", uid, _quote(folder)), "not moved")
            return
        _require_ok(connection.uid("COPY", uid, _quote(folder)), "not copied")
        _require_ok(connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"), "not marked")
        if "UIDPLUS" in self._capabilities:
            connection.uid("EXPUNGE", uid)


def _bodies(answer: list[Any], uid: bytes) -> Iterator[bytes]:
    """The bodies in an answer to FETCH that are this mail's. Its id stands before the body or behind it, as the server
    likes; in front of it or after it come what other mails are marked with."""
    for at, part in enumerate(answer):
        if not isinstance(part, tuple) or b"BODY[" not in part[0].upper():
            continue
        behind = answer[at + 1] if at + 1 < len(answer) else b""
        named = _UID.findall(part[0] + b" " + (behind if isinstance(behind, bytes) else b""))
        if named == [uid]:
            yield part[1]


def _require_ok(answer: tuple[str, Any], reason: str) -> Any:
    status, data = answer
    if status != "OK":
        raise MailboxUnavailable(reason)
    return data


def _quote(name: str) -> str:
    """A folder's name as IMAP takes it. The settings see to it that it is ASCII."""
    return '"' + name.replace("&", "&-").replace("\\", "\\\\").replace('"', '\\"') + '"'


def _log_out(connection: imaplib.IMAP4) -> None:
    with contextlib.suppress(*FAULTS):
        connection.logout()
    with contextlib.suppress(*FAULTS):
        connection.shutdown()
