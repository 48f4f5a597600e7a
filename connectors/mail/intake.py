"""Mail in: each letter of a person goes to the desk, each word of a bounce to the notice that came back.

Judges nothing of what a letter says. What it takes in, it has stored before anybody is told that it was taken.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Final

from connectors.mail import reading
from connectors.mail.mailbox import LARGEST, BoxUnavailable, Mailbox, OpenBox
from connectors.mail.permissions import READING
from connectors.mail.reading import Incoming, Nature
from guardian.cases.intake import EvidenceIn
from guardian.desk import letters
from guardian.desk.desk import Desk
from guardian.desk.letters import Letter
from guardian.ids import NoticeId
from guardian.logs import logger, place_of
from guardian.spaces.port import Finding

log = logger("mail")

INBOX: Final = "mail"
_NOBODY_PROVED: Final = (
    "Set authserv_id in [mail.inbox]: without it every mail counts as unverified, and nobody is answered by mail."
)
_CUT: Final = "the mail is larger than is read; all of it stands in the mailbox"


@dataclass(frozen=True, slots=True)
class IntakeConfig:
    """How mail is read. `address` is the group's own; `own_domain` is that of the Message-IDs which we give.

    `authserv_id`: the name under which our mail server says whom it has recognised; without one nobody is.
    `answer_unproved`: an address that nothing vouches for is answered as well, without a receipt.
    """

    address: str
    own_domain: str
    authserv_id: str | None = None
    answer_unproved: bool = False
    every: timedelta = timedelta(minutes=1)


class Sorted(Enum):
    """What became of a mail."""

    TAKEN = "taken"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Sorter:
    """Takes one mail in, by whichever way it came."""

    desk: Desk
    config: IntakeConfig

    async def sort(self, raw: bytes, envelope: tuple[str, ...] = ()) -> Sorted:
        """The mail is with the desk, or it is one that no person wrote and stands for nothing here. Done twice it is
        as done once."""
        config = self.config
        # In a thread of its own: a mail that was made to be slow to read must keep nobody else waiting.
        mail = await asyncio.to_thread(
            reading.read, raw, own_domain=config.own_domain, authserv_id=config.authserv_id, envelope=envelope
        )
        match mail.nature:
            case Nature.LETTER:
                became = await letters.take(self.desk, self._letter(mail, cut=len(raw) >= LARGEST))
                log.info("letter.was_taken", became=became, authentic=mail.authentic)
                return Sorted.TAKEN
            case Nature.BOUNCE:
                back = [await letters.came_back(self.desk, NoticeId(each)) for each in mail.came_back]
                log.info("bounce.was_read", notices=sum(back))
                return Sorted.TAKEN if any(back) else Sorted.ASIDE
            case Nature.AUTOMATIC:
                log.info("mail.was_set_aside")
                return Sorted.ASIDE

    def _letter(self, mail: Incoming, *, cut: bool) -> Letter:
        config = self.config
        files = [
            EvidenceIn("file", author_handle=mail.sender, file_name=each.file_name, content=each.content)
            for each in mail.attachments
        ]
        if cut:
            files.append(EvidenceIn("file", author_handle=mail.sender, why_not=_CUT))
        return Letter(
            delivery=mail.digest,
            sender=mail.sender,
            sender_name=mail.sender_name,
            subject=mail.subject,
            text=mail.text,
            files=tuple(files),
            token=reading.token_in(mail.recipients, config.address),
            authentic=mail.authentic,
            # A list would hand our answer to all its readers. To whom a forger names, an answer would be mail at the
            # forger's bidding, and word that there is a report: so it takes the installation's own choice.
            may_answer=bool(mail.sender) and not mail.to_many and (mail.authentic or config.answer_unproved),
        )


class MailInbox:
    """The group's mailbox, read by us. What was taken in leaves the folder only afterwards."""

    def __init__(self, box: Mailbox, desk: Desk, config: IntakeConfig) -> None:
        self._box = box
        self._sorter = Sorter(desk, config)
        self._every = config.every

    @property
    def name(self) -> str:
        """Its name among all inboxes."""
        return INBOX

    @property
    def every(self) -> timedelta:
        """How often it is read, in case time."""
        return self._every

    async def read(self, things: tuple[str, ...] = ()) -> bool:
        """Every mail in the folder is with the desk or set aside; False where one is not, which is tried again."""
        try:
            async with self._box.opened() as box:
                whole = True
                for uid in await box.waiting():
                    whole = await self._read_one(box, uid) and whole
                return whole
        except BoxUnavailable as error:
            log.warning("mailbox.not_read", why=str(error))
            return False

    async def check(self) -> Finding:
        """Whether the mailbox can be read and its mail moved; nothing is read."""
        try:
            async with self._box.opened() as box:
                waiting = len(await box.waiting())
                what = f"The mailbox can be read, and what was read can be moved. {waiting} mails wait in it to be taken in."
                remedy = "" if self._sorter.config.authserv_id else _NOBODY_PROVED
                return Finding(what, well=True, remedy=remedy)
        except BoxUnavailable as error:
            return _not_open(error)

    async def _read_one(self, box: OpenBox, uid: bytes) -> bool:
        raw = await box.fetched(uid)
        if raw is None:
            return True
        try:
            became = await self._sorter.sort(raw)
        except Exception as error:
            # One mail that cannot be taken in stays where it is, and never stops the others.
            log.error("mail.has_failed", kind=type(error).__name__, at=place_of(error))
            return False
        await (box.done(uid) if became is Sorted.TAKEN else box.aside(uid))
        return True


def _not_open(error: BoxUnavailable) -> Finding:
    found = READING.finding(f"The group's mailbox cannot be read: {error}.", well=False)
    return found if error.refused else replace(found, needs="")
