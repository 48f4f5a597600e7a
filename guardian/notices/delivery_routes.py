"""By which channels a recipient can be reached, asked anew at each sending. Chooses no words and sends nothing.

Members, people and reports are known here by the few fields that reaching them needs. Read `RouteFinder` first.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from guardian.ids import AccountId, MemberId, NoticeId, PersonId, ReportId
from guardian.notices.models import Notice, NoticeKind, Recipient, RecipientKind
from guardian.notices.renderer import NoticeText
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Outcome
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode, SpaceRegistry
from guardian.unit_of_work import BaseReadView

MAIL: Final = "mail"


class MemberContact(Protocol):
    """What is needed of a member."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Return the member's own accounts."""
        ...

    @property
    def email(self) -> str | None:
        """Return their mail address, where one is known."""
        ...


class AccountContact(Protocol):
    """What is needed of a person's account. One that does not bind may be somebody else's, and only its owner's own
    notices go there."""

    @property
    def account(self) -> Account:
        """Return the account itself."""
        ...

    @property
    def binding(self) -> bool:
        """Return whether the link to the person binds."""
        ...


class MailContact(Protocol):
    """A reporter's mail address, and the secret part of ours for their answers; `answers`: whether mail may go there."""

    @property
    def address(self) -> str:
        """Return the reporter's address."""
        ...

    @property
    def token(self) -> str:
        """Return the secret part of our own address for their answers."""
        ...

    @property
    def answers(self) -> bool:
        """Return whether mail may go there."""
        ...


class ReportContact(Protocol):
    """What is needed of a report; `contact_is_safe` None: the reporter did not say."""

    @property
    def mail(self) -> MailContact | None:
        """Return the reporter's mail address, where the report came by mail."""
        ...

    @property
    def reporter(self) -> Account | None:
        """Return the reporter's account, where one is known."""
        ...

    @property
    def contact_is_safe(self) -> bool | None:
        """Return whether the reporter may be written to; None where they did not say."""
        ...

    @property
    def withdrawn_at(self) -> datetime | None:
        """Return when the report was withdrawn, if it was."""
        ...

    @property
    def locale(self) -> str:
        """Return the reporter's locale; empty where none is known."""
        ...


class PeopleLookup(Protocol):
    """Where members and people are found."""

    async def member(self, member: MemberId) -> MemberContact | None:
        """Return the member of that id."""
        ...

    async def contactable_accounts(self, person: PersonId) -> tuple[AccountContact, ...]:
        """Return those of the person's accounts at which they may be written to."""
        ...

    async def account(self, account: AccountId) -> AccountContact | None:
        """Return the linked account of that id."""
        ...

    async def language_of(self, person: PersonId) -> str:
        """Return the language that the person is written to in; empty where none is known."""
        ...


class ReportLookup(Protocol):
    """Where reports are found."""

    async def report(self, report: ReportId) -> ReportContact | None:
        """Return the report of that id."""
        ...


class ContactView(BaseReadView, Protocol):
    """What of a read view is needed to say how somebody is reached."""

    @property
    def people(self) -> PeopleLookup:
        """Return where members and people are found."""
        ...

    @property
    def cases(self) -> ReportLookup:
        """Return where reports are found."""
        ...


class Mailer(Protocol):
    """The way out by mail."""

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        """Send the mail: Done with the mail server's answer, or why not.

        With a `reply_token`, answers go to the address that was made for its party alone.
        """
        ...


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to the recipient: its name, and the sending itself."""

    name: str
    send: Callable[[NoticeText, NoticeId], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Routes:
    """The channels in the order in which they are tried. `observed`: others are left out; their space is only observed.

    `page`: the recipient reads it on a page of their own, and there is nowhere to send it. `unwanted`: they do not want
    to be written to (any more). `locale` is the language that the recipient reads in ("" where none is known).
    """

    channels: tuple[Channel, ...] = ()
    observed: bool = False
    page: bool = False
    unwanted: bool = False
    locale: str = ""


@dataclass(frozen=True, slots=True)
class RouteFinder:
    """Resolves a recipient. `mailer` None: no mail is configured."""

    spaces: SpaceRegistry
    mailer: Mailer | None

    async def find_routes(self, view: ContactView, notice: Notice) -> Routes:
        """Return how the notice's recipient can be reached now.

        To members always; to others only where a space is enforced.
        """
        to = notice.to
        match to.kind:
            case RecipientKind.MEMBER:
                return await self._routes_to_member(view, notice)
            case RecipientKind.PERSON:
                return await self._routes_to_person(view, to)
            case RecipientKind.REPORTER:
                return await self._routes_to_reporter(view, to)
            case RecipientKind.ACCOUNT:
                return await self._routes_to_account_owner(view, to)
            case RecipientKind.ADMINISTRATOR:
                return self._routes_to_administrator(to)

    async def _routes_to_member(self, view: ContactView, notice: Notice) -> Routes:
        member = await view.people.member(notice.to.member) if notice.to.member else None
        if member is None:
            return Routes()
        # Who asks by mail sits in front of their mail: it goes there alone.
        channels = () if notice.kind is NoticeKind.SIGN_IN_LINK else self._space_channels(member.accounts)
        if self.mailer is not None and member.email:
            channels += (_mail_channel(self.mailer, member.email),)
        return Routes(channels)

    async def _routes_to_person(self, view: ContactView, to: Recipient) -> Routes:
        if to.person is None:
            return self._routes_outside_group([])
        links = await view.people.contactable_accounts(to.person)
        routes = self._routes_outside_group([link.account for link in links])
        return replace(routes, locale=await view.people.language_of(to.person))

    async def _routes_to_account_owner(self, view: ContactView, to: Recipient) -> Routes:
        """Return routes to a linked account and nowhere else: its owner may be nobody whom we know."""
        link = await view.people.account(to.account) if to.account else None
        return self._routes_outside_group([link.account]) if link else Routes()

    def _routes_to_administrator(self, to: Recipient) -> Routes:
        """Return the route to whoever looks after a space without a connector: their mail, and nothing else."""
        if self.mailer is None or to.address is None:
            return Routes()
        return Routes((_mail_channel(self.mailer, to.address),))

    async def _routes_to_reporter(self, view: ContactView, to: Recipient) -> Routes:
        report = await view.cases.report(to.report) if to.report else None
        if report is None or report.withdrawn_at is not None or report.contact_is_safe is False:
            return Routes(unwanted=True)
        if report.mail is not None:
            return replace(self._routes_by_mail(report.mail), locale=report.locale)
        if report.reporter is None:
            return Routes(page=True)
        return replace(self._routes_outside_group([report.reporter]), locale=report.locale)

    def _routes_by_mail(self, contact: MailContact) -> Routes:
        """Return routes to somebody who mailed us.

        An address that nothing vouches for is somebody else's, as far as is known: a mail there would give the report
        away, and would be sent at a forger's bidding.
        """
        if self.mailer is None or not contact.answers:
            return Routes()
        # Without any space there is nothing that is only observed: the pages and mail are all that the service is.
        if self.spaces.names and not any(self.spaces.mode(name) is Mode.ENFORCE for name in self.spaces.names):
            return Routes(observed=True)
        return Routes((_mail_channel(self.mailer, contact.address, contact.token),))

    def _routes_outside_group(self, accounts: list[Account]) -> Routes:
        """Return routes to somebody outside the group, who is written to only where the service acts."""
        enforced = tuple(a for a in accounts if self.spaces.mode(a.space) is Mode.ENFORCE)
        return Routes(self._space_channels(enforced), observed=len(enforced) < len(accounts))

    def _space_channels(self, accounts: tuple[Account, ...]) -> tuple[Channel, ...]:
        """Return one channel for each account, in the configured order of the spaces."""
        return tuple(
            Channel(space.name, _space_sender(space.send_message, account))
            for space in self.spaces
            for account in accounts
            if account.space == space.name
        )


def _space_sender(
    send_message: Callable[[Account, Message], Awaitable[Outcome]], account: Account
) -> Callable[[NoticeText, NoticeId], Awaitable[Outcome]]:
    async def send(text: NoticeText, notice: NoticeId) -> Outcome:
        return await send_message(account, Message(text.subject, text.body, notice, text.instants, text.buttons))

    return send


def _mail_channel(mailer: Mailer, address: str, reply_token: str = "") -> Channel:
    async def send(text: NoticeText, notice: NoticeId) -> Outcome:
        return await mailer.send(address, text.subject, text.body, notice, reply_token)

    return Channel(MAIL, send)
