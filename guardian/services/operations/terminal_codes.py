"""One-time codes for terminals: a command about people acts as a named member, who proves it by a code sent to them.

The shell's owner is nobody here. Codes end by system time, and only their digest is kept. Read `send_code` first.
Policy: P-1.5.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Final, Protocol

from guardian.cases.receipts import digest_secret
from guardian.errors import Refused
from guardian.ids import MemberId, NoticeId, new_id, new_secret
from guardian.journal import OPERATOR, Entry, by_member
from guardian.notices.models import Notice, NoticeKind, Recipient, RecipientKind
from guardian.notices.renderer import NoticeRenderer, NoticeText
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.secrets import are_equal, keyed_digest
from guardian.services.context import AppContext
from guardian.services.members import member_by_name
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Already, Done, Outcome

CODE_VALID_FOR: Final = timedelta(minutes=15)
MAIL: Final = "mail"
_KEY_BYTES: Final = 32
_LENGTH: Final = 11  # two groups of five: 49 bits, which nobody guesses in the few tries that a terminal gives


class CodeSender(Protocol):
    """What takes a mail."""

    async def send(self, to: str, subject: str, text: str, message_id: str) -> Outcome:
        """Send one plain mail to that address."""


@dataclass(frozen=True, slots=True)
class PendingCode:
    """A code that was sent: to whom, by which channel, and until when (system time) it is taken.

    `key` is this code's alone: it is short, and its digest could be tried out.
    """

    member: MemberId
    channel: str
    digest: str
    until: datetime
    key: bytes = field(repr=False)


async def member_for_terminal(app: AppContext, name: str, use: UseCase) -> Member:
    """Return the member of that name whose seat allows the use case; Refused for everybody else."""
    member = await member_by_name(app, name)
    if member is None:
        sentence = (
            f"No member is called {name!r}, or several are. Give the full name, as it stands in the group's list."
        )
        raise Refused("no_member", sentence, "P-1.5")
    verdict = may_perform(member, use, app.clock.now())
    if not verdict:
        raise Refused(verdict.code, verdict.sentence, verdict.rule)
    return member


async def send_code(app: AppContext, member: Member, sender: CodeSender | None) -> PendingCode:
    """Send the member a new code by direct message, or by mail where no message gets through. Journalled."""
    code = new_secret()[:_LENGTH]
    nonce = new_id()
    channel = await _deliver(app, member, _code_text(app, member, code), nonce, sender)
    if channel is None:
        sentence = (
            f"The code could not be brought to {member.name}: their direct messages are closed or the space does not "
            "answer, and no mail went out. Open the messages, or set a mail address and a mail server."
        )
        raise Refused("not_reached", sentence, "P-1.5")
    async with app.units_of_work.begin() as uow:
        uow.journal.note(
            Entry(act="code.was_sent", by=OPERATOR, authority="P-1.5", about={"member": member.id, "way": channel})
        )
    key, until = token_bytes(_KEY_BYTES), app.system_time() + CODE_VALID_FOR
    return PendingCode(member.id, channel, keyed_digest(key, digest_secret(code)), until, key)


async def verify_code(app: AppContext, pending: PendingCode, typed: str) -> datetime:
    """Verify the code, and return until when (system time) the member has proved to sit at this terminal.

    Refused for any other code.
    """
    if app.system_time() >= pending.until:
        sentence = "This code has run out: it is good for 15 minutes. Run the command again for a new one."
        raise Refused("code_expired", sentence, "P-1.5")
    if not are_equal(keyed_digest(pending.key, digest_secret(typed)), pending.digest):
        raise Refused("wrong_code", "This is not the code that was sent.", "P-1.5")
    async with app.units_of_work.begin() as uow:
        uow.journal.note(Entry(act="terminal.was_opened", by=by_member(pending.member), authority="P-1.5"))
    return pending.until


def _code_text(app: AppContext, member: Member, code: str) -> NoticeText:
    to = Recipient(kind=RecipientKind.MEMBER, member=member.id)
    notice = Notice(id=NoticeId(new_id()), kind=NoticeKind.CODE, to=to, case=None, facts={"code": code})
    return NoticeRenderer(app.community, app.base_url).render(notice)


async def _deliver(
    app: AppContext, member: Member, text: NoticeText, nonce: str, sender: CodeSender | None
) -> str | None:
    """The first way by which the text got through, in the order of the spaces; mail comes last."""
    for space in app.spaces:
        account = member.account_in(space.name)
        if account is not None:
            outcome = await space.send_message(account, Message(text.subject, text.body, nonce, text.instants))
            if isinstance(outcome, Done | Already):
                return str(space.name)
    if sender is not None and member.email:
        outcome = await sender.send(member.email, text.subject, text.body, nonce)
        return MAIL if isinstance(outcome, Done | Already) else None
    return None
