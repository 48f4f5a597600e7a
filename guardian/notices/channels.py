"""By which ways a recipient can be reached, asked anew at each sending. Chooses no words and sends nothing.

Members, people and reports are known here by the few fields that reaching them needs.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from guardian.ids import AccountId, MemberId, NoticeId, PersonId, ReportId
from guardian.notices.values import Notice, Recipient, RecipientKind
from guardian.notices.wording import Text
from guardian.spaces.outcomes import Outcome
from guardian.spaces.port import Account, Message
from guardian.spaces.registry import Mode, Spaces

MAIL: Final = "mail"


class KnownMember(Protocol):
    """What is needed of a member."""

    @property
    def accounts(self) -> tuple[Account, ...]: ...

    @property
    def email(self) -> str | None: ...


class Link(Protocol):
    """What is needed of a person's account. One that does not bind may be somebody else's, and only its owner's own
    notices go there."""

    @property
    def account(self) -> Account: ...

    @property
    def binding(self) -> bool: ...


class MailWay(Protocol):
    """A reporter's mail address, and the secret part of ours for their answers; `answers`: whether mail may go there."""

    @property
    def address(self) -> str: ...

    @property
    def token(self) -> str: ...

    @property
    def answers(self) -> bool: ...


class KnownReport(Protocol):
    """What is needed of a report; `contact_is_safe` None: the reporter did not say."""

    @property
    def mail(self) -> MailWay | None: ...

    @property
    def reporter(self) -> Account | None: ...

    @property
    def contact_is_safe(self) -> bool | None: ...

    @property
    def withdrawn_at(self) -> datetime | None: ...

    @property
    def locale(self) -> str: ...


class PeopleBook(Protocol):
    """Where members and people are found."""

    async def member(self, member: MemberId) -> KnownMember | None: ...

    async def surely_of(self, person: PersonId) -> tuple[Link, ...]: ...

    async def account(self, account: AccountId) -> Link | None: ...


class ReportBook(Protocol):
    """Where reports are found."""

    async def report(self, report: ReportId) -> KnownReport | None: ...


class AddressView(Protocol):
    """What of a view is needed to say how somebody is reached."""

    @property
    def people(self) -> PeopleBook: ...

    @property
    def cases(self) -> ReportBook: ...


class MailPort(Protocol):
    """The way out by mail."""

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        """The mail server has taken the mail (Done with its answer), or it says why not. With a `reply_token`, answers
        go to the address that was made for its party alone."""
        ...


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to the recipient: its name, and the sending itself."""

    name: str
    send: Callable[[Text, NoticeId], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Ways:
    """The channels in the order in which they are tried. `observed`: others are left out, because their space only looks.

    `page`: the recipient reads it on a page of their own, and there is nowhere to send it. `unwanted`: they do not want
    to be written to (any more). `locale` is the language that the recipient reads in ("" for English).
    """

    channels: tuple[Channel, ...] = ()
    observed: bool = False
    page: bool = False
    unwanted: bool = False
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """Resolves a recipient. `mailer` None: no mail is configured."""

    spaces: Spaces
    mailer: MailPort | None

    async def ways_to(self, view: AddressView, notice: Notice) -> Ways:
        """How the notice's recipient can be reached now. To members always; to others only where a space is enforced."""
        to = notice.to
        match to.kind:
            case RecipientKind.MEMBER:
                return await self._to_member(view, to)
            case RecipientKind.PERSON:
                return await self._to_person(view, to)
            case RecipientKind.REPORTER:
                return await self._to_reporter(view, to)
            case RecipientKind.ACCOUNT:
                return await self._to_owner(view, to)

    async def _to_member(self, view: AddressView, to: Recipient) -> Ways:
        member = await view.people.member(to.member) if to.member else None
        if member is None:
            return Ways()
        channels = self._in_spaces(member.accounts)
        if self.mailer is not None and member.email:
            channels += (_by_mail(self.mailer, member.email),)
        return Ways(channels)

    async def _to_person(self, view: AddressView, to: Recipient) -> Ways:
        links = await view.people.surely_of(to.person) if to.person else ()
        return self._outside([link.account for link in links])

    async def _to_owner(self, view: AddressView, to: Recipient) -> Ways:
        """Whoever owns a linked account is written to there and nowhere else: they may be nobody's whom we know."""
        link = await view.people.account(to.account) if to.account else None
        return self._outside([link.account]) if link else Ways()

    async def _to_reporter(self, view: AddressView, to: Recipient) -> Ways:
        report = await view.cases.report(to.report) if to.report else None
        if report is None or report.withdrawn_at is not None or report.contact_is_safe is False:
            return Ways(unwanted=True)
        if report.mail is not None:
            return replace(self._by_mail(report.mail), locale=report.locale)
        if report.reporter is None:
            return Ways(page=True)
        return replace(self._outside([report.reporter]), locale=report.locale)

    def _by_mail(self, way: MailWay) -> Ways:
        """Somebody who mailed us. An address that nothing vouches for is somebody else's, as far as is known: a mail there
        would tell them of the report, and would be sent at a forger's bidding."""
        if self.mailer is None or not way.answers:
            return Ways()
        if not any(self.spaces.mode(name) is Mode.ENFORCE for name in self.spaces.names):
            return Ways(observed=True)
        return Ways((_by_mail(self.mailer, way.address, way.token),))

    def _outside(self, accounts: list[Account]) -> Ways:
        """Somebody outside the group is written to only where the service acts."""
        enforced = tuple(a for a in accounts if self.spaces.mode(a.space) is Mode.ENFORCE)
        return Ways(self._in_spaces(enforced), observed=len(enforced) < len(accounts))

    def _in_spaces(self, accounts: tuple[Account, ...]) -> tuple[Channel, ...]:
        """One channel for each account, in the configured order of the spaces."""
        return tuple(
            Channel(space.name, _in_space(space.tell, account))
            for space in self.spaces
            for account in accounts
            if account.space == space.name
        )


def _in_space(
    tell: Callable[[Account, Message], Awaitable[Outcome]], account: Account
) -> Callable[[Text, NoticeId], Awaitable[Outcome]]:
    async def send(text: Text, notice: NoticeId) -> Outcome:
        return await tell(account, Message(text.subject, text.body, notice))

    return send


def _by_mail(mailer: MailPort, address: str, reply_token: str = "") -> Channel:
    async def send(text: Text, notice: NoticeId) -> Outcome:
        return await mailer.send(address, text.subject, text.body, notice, reply_token)

    return Channel(MAIL, send)
