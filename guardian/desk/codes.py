"""One-time codes for terminals: a command about people acts as a named member, who proves it by a code sent to them.

The shell's owner is nobody here. Codes end by the machine's time, and only their digest is kept. Policy: P-1.5.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from guardian.cases.receipts import digest_of
from guardian.desk.desk import Desk
from guardian.desk.who import member_called
from guardian.errors import Refused
from guardian.ids import MemberId, NoticeId, new_id, new_secret
from guardian.journal import OPERATOR, Entry, by_member
from guardian.notices.values import Notice, NoticeKind, Recipient, RecipientKind
from guardian.notices.wording import Text, Wording
from guardian.people.permissions import UseCase, may
from guardian.people.values import Member
from guardian.spaces.outcomes import Already, Done, Outcome
from guardian.spaces.port import Message

CODE_LASTS: Final = timedelta(minutes=15)
MAIL: Final = "mail"
_LENGTH: Final = 11  # two groups of five: 49 bits, which nobody guesses in the few tries that a terminal gives


class Post(Protocol):
    """What takes a mail."""

    async def send(self, to: str, subject: str, text: str, message_id: str) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code that was sent: to whom, by which way, and until when (wire time) it is taken."""

    member: MemberId
    way: str
    digest: str
    until: datetime


async def named(desk: Desk, name: str, use: UseCase) -> Member:
    """The member of that name whose seat allows the use case; Refused for everybody else."""
    member = await member_called(desk, name)
    if member is None:
        sentence = (
            f"No member is called {name!r}, or several are. Give the full name, as it stands in the group's list."
        )
        raise Refused("no_member", sentence, "P-1.5")
    verdict = may(member, use, desk.clock.now())
    if not verdict:
        raise Refused(verdict.code, verdict.sentence, verdict.rule)
    return member


async def send_code(desk: Desk, member: Member, post: Post | None) -> Challenge:
    """A new code is with the member: by direct message, or by mail where no message gets through. Journalled."""
    code = new_secret()[:_LENGTH]
    nonce = new_id()
    way = await _told(desk, member, _text(desk, member, code), nonce, post)
    if way is None:
        sentence = (
            f"The code could not be brought to {member.name}: their direct messages are closed or the space does not "
            "answer, and no mail went out. Open the messages, or set a mail address and a mail server."
        )
        raise Refused("not_reached", sentence, "P-1.5")
    async with desk.works.begin() as work:
        work.journal.note(Entry("code.was_sent", OPERATOR, "P-1.5", {"member": member.id, "way": way}))
    return Challenge(member.id, way, digest_of(code), desk.wire() + CODE_LASTS)


async def take_code(desk: Desk, challenge: Challenge, typed: str) -> datetime:
    """The member has proved to sit at this terminal; until when (wire time) that holds. Refused for any other code."""
    if desk.wire() >= challenge.until:
        sentence = "This code has run out: it is good for 15 minutes. Run the command again for a new one."
        raise Refused("code_expired", sentence, "P-1.5")
    if not hmac.compare_digest(digest_of(typed), challenge.digest):
        raise Refused("wrong_code", "This is not the code that was sent.", "P-1.5")
    async with desk.works.begin() as work:
        work.journal.note(Entry("terminal.was_opened", by_member(challenge.member), "P-1.5"))
    return challenge.until


def _text(desk: Desk, member: Member, code: str) -> Text:
    to = Recipient(RecipientKind.MEMBER, member=member.id)
    notice = Notice(NoticeId(new_id()), NoticeKind.CODE, to, None, {"code": code})
    return Wording(desk.community, desk.base_url).of(notice)


async def _told(desk: Desk, member: Member, text: Text, nonce: str, post: Post | None) -> str | None:
    """The first way by which the text got through, in the order of the spaces; mail comes last."""
    for space in desk.spaces:
        account = member.account_in(space.name)
        if account is not None:
            outcome = await space.tell(account, Message(text.subject, text.body, nonce))
            if isinstance(outcome, Done | Already):
                return str(space.name)
    if post is not None and member.email:
        outcome = await post.send(member.email, text.subject, text.body, nonce)
        return MAIL if isinstance(outcome, Done | Already) else None
    return None
