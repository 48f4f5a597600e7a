"""IMAP4rev1 (RFC 3501, with MOVE, UIDPLUS and IDLE) over the mailboxes, as far as a reader of one folder goes."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from connectors.emulators.mail.mailboxes import Folder, MailAccount, MailStore, StoredMail
from connectors.emulators.shared.faults import FaultKind, Faults

_WORD: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|(\([^()]*\))|(\S+)')
_PART: Final = re.compile(r"BODY(?:\.PEEK)?\[\](?:<(\d+)\.(\d+)>)?")
_BEFORE_LOGIN: Final = frozenset({"CAPABILITY", "NOOP", "LOGOUT", "LOGIN"})


@dataclass(slots=True)
class Session:
    """One connection: who is signed in, and which folder is open."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    account: MailAccount | None = None
    folder: Folder | None = None
    untagged: list[bytes] = field(default_factory=list)

    def add_line(self, line: str | bytes) -> None:
        """Send the line before the answer."""
        self.untagged.append(b"* " + (line.encode() if isinstance(line, str) else line) + b"\r\n")


class FetchAnswers(StrEnum):
    """How the server words its answer to FETCH: its id before the body, or behind it; or there is none, as of a mail
    whose file is broken."""

    UID_FIRST = "uid first"
    UID_LAST = "uid last"
    WITHOUT_BODY = "without body"


class CommandRefused(Exception):
    """The command is not carried out, as the server says why."""


class ImapServer:
    """Answers on every connection. `capabilities` are what it says of itself once somebody has signed in."""

    def __init__(self, mail_store: MailStore, faults: Faults, capabilities: str = "IMAP4rev1 MOVE UIDPLUS") -> None:
        self._mail_server, self._faults, self.capabilities = mail_store, faults, capabilities
        self.commands: list[str] = []
        """What was asked for, by name, in its order."""
        self.open = 0
        self.fetch_answers = FetchAnswers.UID_FIRST
        self.idling = 0
        self.is_silent = False
        """The connection is dead and nobody has said so: what idles hears nothing more, and gets no answer."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve the connection until it ends."""
        session = Session(reader, writer)
        self.open += 1
        try:
            writer.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
            while line := await reader.readline():
                if not await self._answer(session, line.decode("utf-8", "replace").rstrip("\r\n")):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _answer(self, session: Session, line: str) -> bool:
        """Whether the connection goes on."""
        tag, _, rest = line.partition(" ")
        words = [quoted.replace('\\"', '"') or group or word for quoted, group, word in _WORD.findall(rest)]
        name = words[0].upper() if words else ""
        if name == "UID" and len(words) > 1:
            name, words = f"UID {words[1].upper()}", words[1:]
        self.commands.append(name)
        drawn = {fault.kind for fault in self._faults.draw(f"imap.{name.lower().replace(' ', '_')}")}
        if FaultKind.RESET in drawn:
            return _abort_connection(session)
        if name == "IDLE" and "IDLE" in self.capabilities and session.folder is not None:
            return await self._idle(session, session.folder, tag)
        try:
            broken = FaultKind.SERVER_ERROR in drawn
            status = "NO [UNAVAILABLE] not now" if broken else self._execute(session, name, words[1:])
        except CommandRefused as refusal:
            status = f"NO {refusal}"
        if FaultKind.LOST_ANSWER in drawn:
            return _abort_connection(session)
        session.writer.write(b"".join(session.untagged) + f"{tag} {status}\r\n".encode())
        session.untagged.clear()
        await session.writer.drain()
        return name != "LOGOUT"

    async def _idle(self, session: Session, folder: Folder, tag: str) -> bool:
        """Tell of each mail that comes, until the client says DONE (RFC 2177, 3); whether the connection goes on."""

        def tell() -> None:
            if not self.is_silent:
                session.writer.write(f"* {len(folder.mails)} EXISTS\r\n".encode())

        session.writer.write(b"+ idling\r\n")
        folder.changes.append(tell)
        self.idling += 1
        try:
            line = await session.reader.readline()
        finally:
            self.idling -= 1
            folder.changes.remove(tell)
        if self.is_silent:
            await session.reader.read()
            return False
        if line.strip().upper() != b"DONE":
            session.writer.write(f"{tag} BAD expected DONE\r\n".encode())
            return bool(line)
        session.writer.write(f"{tag} OK IDLE terminated\r\n".encode())
        await session.writer.drain()
        return True

    def _execute(self, session: Session, name: str, words: list[str]) -> str:
        if session.account is None and name not in _BEFORE_LOGIN:
            return "BAD sign in first"
        commands: dict[str, Callable[[Session, list[str]], None]] = {
            "CAPABILITY": self._capability,
            "NOOP": lambda *_: None,
            "LOGOUT": lambda session, _: session.add_line("BYE"),
            "LOGIN": self._login,
            "CREATE": self._create,
            "STATUS": self._status,
            "SELECT": self._select,
            "EXPUNGE": self._expunge,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
            "UID STORE": self._store,
            "UID COPY": self._copy,
        }
        if "MOVE" in self.capabilities:
            commands["UID MOVE"] = self._move
        if "UIDPLUS" in self.capabilities:
            commands["UID EXPUNGE"] = self._expunge
        handler = commands.get(name)
        if handler is None:
            return "BAD no such command"
        handler(session, words)
        return f"OK {name} done"

    def _capability(self, session: Session, _: list[str]) -> None:
        session.add_line(f"CAPABILITY {self.capabilities if session.account else 'IMAP4rev1'}")

    def _login(self, session: Session, words: list[str]) -> None:
        account = self._mail_server.accounts.get(words[0].casefold())
        if account is None or account.password != words[1]:
            raise CommandRefused("[AUTHENTICATIONFAILED] wrong name or password")
        session.account = account

    def _create(self, session: Session, words: list[str]) -> None:
        if session.account is None or not session.account.create(words[0]):
            raise CommandRefused("[ALREADYEXISTS] there is one of that name")

    def _status(self, session: Session, words: list[str]) -> None:
        found = self._require_folder(session, words[0])
        session.add_line(f'STATUS "{words[0]}" (UIDVALIDITY {found.validity})')

    def _select(self, session: Session, words: list[str]) -> None:
        session.folder = self._require_folder(session, words[0])
        session.add_line(r"FLAGS (\Seen \Answered \Flagged \Deleted \Draft)")
        session.add_line(f"{len(session.folder.mails)} EXISTS")
        session.add_line(f"OK [UIDVALIDITY {session.folder.validity}] valid")

    def _search(self, session: Session, words: list[str]) -> None:
        wanted = " ".join(words).upper()
        if wanted.startswith("UID "):
            there = [m.uid for m in _select_mails(_require_open_folder(session), words[1])]
            session.add_line(f"SEARCH {' '.join(map(str, there))}".rstrip())
            return
        if wanted not in {"ALL", "NOT DELETED", "UNDELETED"}:
            raise CommandRefused("[CANNOT] this is not searched for here")
        found = [m.uid for m in _require_open_folder(session).mails if wanted == "ALL" or r"\Deleted" not in m.flags]
        session.add_line(f"SEARCH {' '.join(map(str, found))}".rstrip())

    def _fetch(self, session: Session, words: list[str]) -> None:
        folder, asked = _require_open_folder(session), " ".join(words[1:]).strip("()")
        part = _PART.search(asked)
        for mail in _select_mails(folder, words[0]):
            number = folder.mails.index(mail) + 1
            if part is None:
                session.add_line(f"{number} FETCH (UID {mail.uid} FLAGS ({' '.join(sorted(mail.flags))}))")
                continue
            if "PEEK" not in part.group():
                mail.flags.add(r"\Seen")
            start, most = (int(part[1]), int(part[2])) if part[1] else (0, len(mail.raw))
            content = mail.raw[start : start + most]
            named = f"BODY[]<{start}>" if part[1] else "BODY[]"
            session.add_line(self._body_line(number, mail.uid, named, content))

    def _body_line(self, number: int, uid: int, named: str, content: bytes) -> bytes:
        """The answer may name its items in any order (RFC 3501, 7.4.2)."""
        begin, size = f"{number} FETCH (", f"{{{len(content)}}}\r\n"
        match self.fetch_answers:
            case FetchAnswers.UID_FIRST:
                return f"{begin}UID {uid} {named} {size}".encode() + content + b")"
            case FetchAnswers.UID_LAST:
                return f"{begin}{named} {size}".encode() + content + f" UID {uid})".encode()
            case FetchAnswers.WITHOUT_BODY:
                return f"{begin}UID {uid})".encode()

    def _store(self, session: Session, words: list[str]) -> None:
        for mail in _select_mails(_require_open_folder(session), words[0]):
            flags = set(" ".join(words[2:]).strip("()").split())
            mail.flags = mail.flags | flags if words[1].startswith("+") else flags

    def _copy(self, session: Session, words: list[str]) -> None:
        into = self._require_folder(session, words[1], missing="[TRYCREATE] there is no such folder")
        for mail in _select_mails(_require_open_folder(session), words[0]):
            into.add(mail.raw, mail.at, mail.flags)

    def _move(self, session: Session, words: list[str]) -> None:
        self._copy(session, words)
        self._expunge_mails(session, _select_mails(_require_open_folder(session), words[0]))

    def _expunge(self, session: Session, words: list[str]) -> None:
        folder = _require_open_folder(session)
        among = _select_mails(folder, words[0]) if words else folder.mails
        self._expunge_mails(session, [mail for mail in among if r"\Deleted" in mail.flags])

    def _expunge_mails(self, session: Session, mails: list[StoredMail]) -> None:
        folder = _require_open_folder(session)
        for mail in list(mails):
            session.add_line(f"{folder.mails.index(mail) + 1} EXPUNGE")
            folder.mails.remove(mail)

    def _require_folder(
        self, session: Session, name: str, missing: str = "[NONEXISTENT] there is no such folder"
    ) -> Folder:
        found = session.account.folder(name) if session.account else None
        if found is None:
            raise CommandRefused(missing)
        return found


def _require_open_folder(session: Session) -> Folder:
    if session.folder is None:
        raise CommandRefused("[CLIENTBUG] no folder is open")
    return session.folder


def _select_mails(folder: Folder, uids: str) -> list[StoredMail]:
    wanted = {int(uid) for uid in uids.split(",") if uid.isdecimal()}
    return [mail for mail in folder.mails if mail.uid in wanted]


def _abort_connection(session: Session) -> bool:
    """The connection ends without an answer."""
    session.writer.transport.abort()
    return False
