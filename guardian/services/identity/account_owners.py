"""Notify whoever owns an account that people took for somebody's, before it is restricted; let it go with an apology.

They may be a stranger to the whole matter. Nothing of a case, a person or another account is ever theirs to read here.
Read `bind_after_notice` first. Policy: P-2.11, P-6.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.case import Case
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.receipts import ReceiptKind, create_account_receipt, digest_receipt
from guardian.errors import NotFound
from guardian.ids import AccountId, PersonId, SpaceName
from guardian.journal import PARTY, SERVICE, Entry
from guardian.notices.models import Notice, NoticeKind, NoticeState
from guardian.notices.party_facts import PartyFacts
from guardian.people.models import LinkedAccount
from guardian.sanctions.imposition import add_account
from guardian.sanctions.models import Sanction, term_state_at
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notify import notify_account_owner, notify_person
from guardian.unit_of_work import WakeupTopic
from rules.ladder import TermState

NOTICE_LEAD: Final = timedelta(minutes=2)
"""So long the owner's message may take before the account is restricted: nobody is reached there afterwards."""

_WRONG: Final = "This receipt opens nothing here. Check it letter by letter; capitals and dashes do not matter."


@dataclass(frozen=True, slots=True)
class OwnerPage:
    """What the owner of a linked account may read: which account it is, what they said, and what came of it."""

    community: str
    space: SpaceName
    handle: str
    freed_at: datetime | None
    statements: tuple[tuple[datetime, str], ...]
    review_due_at: datetime | None
    kept_at: datetime | None
    notices: tuple[Notice, ...]


async def bind_after_notice(uow: UnitOfWork, case: Case, link: LinkedAccount) -> None:
    """Bind the link; where something runs and the account may be a stranger's, notify its owner first.

    The person is notified as well that an account was added to what is known of them.
    """
    running = await running_for(uow, link.person)
    if not running or link in await uow.people.contactable_accounts(link.person):
        await add_account(uow, link)
        return
    await _notify_owner(uow, case, link)
    await add_account(uow, link, uow.now + NOTICE_LEAD)
    own = [sanction for sanction in running if sanction.person == link.person]
    if own:
        await notify_person(uow, await get_case(uow, own[-1].case), link.person, NoticeKind.LINKED)


async def notify_owners(uow: UnitOfWork, case: Case, person: PersonId) -> None:
    """Notify, once, the owners of the accounts that what runs on the person reaches by people's word alone.

    Among them is everybody who was merged with the person by people's word, and on whom nothing of their own runs.
    """
    if not await running_for(uow, person):
        return
    for each in await uow.sanctions.merged_people(person):
        own = any(sanction.person == each for sanction in await running_for(uow, each))
        surely = await uow.people.contactable_accounts(each) if own or each == person else ()
        for link in await uow.people.accounts_of(each):
            if link.binding and link not in surely and not await was_owner_notified(uow, link.id):
                await _notify_owner(uow, case, link)


async def record_owner_notified(uow: UnitOfWork, account: AccountId) -> None:
    """Record that the owner has been notified, or cannot be, so that their account is reconciled now.

    The outbox calls this.
    """
    await uow.sanctions.schedule_account(account, uow.now)
    uow.wake(WakeupTopic.WORK_ITEMS)


async def was_owner_notified(view: ReadView, account: AccountId) -> bool:
    """Return whether the owner was ever notified that the account is taken for somebody's."""
    return any(notice.kind is NoticeKind.OWNER_LINK_MADE for notice in await view.notices.of_account(account))


async def apologise(uow: UnitOfWork, account: AccountId) -> None:
    """Apologise to the owner once the space has let go; nobody who never noticed anything is written to."""
    link = await uow.people.account(account)
    notices = await uow.notices.of_account(account)
    if link is None or (notices and notices[-1].kind is NoticeKind.OWNER_LINK_UNDONE):
        return
    noticed = bool(notices) or bool(await uow.sanctions.enforcements_of(link.worked_as))
    if not noticed or not await _was_linked_by_mistake(uow, link):
        return
    case = await get_case(uow, link.case_evidence[-1].case)
    await notify_account_owner(
        uow, case, account, NoticeKind.OWNER_LINK_UNDONE, await build_owner_notice_facts(uow, case, link)
    )
    uow.journal.note(
        Entry(act="owner.was_apologised_to", by=SERVICE, authority="P-6.4", about={"account": account}, case=case.id)
    )


async def _was_linked_by_mistake(uow: UnitOfWork, link: LinkedAccount) -> bool:
    """Return whether the account was restricted for what was never its owner's: it was unlinked, or its person split."""
    if link.ended_at is not None:
        return True
    split = [merge for merge in await uow.links.merges_of(link.person) if merge.confirmed_at and merge.ended_at]
    return bool(split) and not await uow.sanctions.of_person(link.person)


async def running_for(view: ReadView, person: PersonId) -> tuple[Sanction, ...]:
    """Return what restricts the person's accounts and is not over, oldest first."""
    return tuple(
        s for s in await view.sanctions.applying_to(person) if term_state_at(s, view.now) is not TermState.OVER
    )


async def read_owner_page(app: AppContext, receipt: str) -> OwnerPage:
    """Return what the receipt's holder may read of their own account; every wrong receipt gets the same answer."""
    async with app.units_of_work.begin() as uow:
        link = await link_for_receipt(uow, receipt)
        uow.journal.note(Entry(act="owner_page.was_read", by=PARTY, authority="P-6.4", about={"account": link.id}))
        disputes = [each for each in await uow.links.disputes_of(link.id) if each.by_owner]
        waiting = [each for each in disputes if each.settled_at is None]
        deadlines = [
            deadline
            for each in waiting
            for deadline in await uow.deadlines.open_about(each.id, DeadlineKind.LINK_DISPUTE)
        ]
        return OwnerPage(
            community=app.community,
            space=link.account.space,
            handle=link.handle,
            freed_at=link.ended_at,
            statements=tuple((each.at, each.text) for each in disputes),
            review_due_at=deadlines[0].due if deadlines else None,
            kept_at=disputes[-1].settled_at if disputes and not disputes[-1].upheld else None,
            notices=_newest_first(await uow.notices.of_account(link.id)),
        )


async def link_for_receipt(uow: UnitOfWork, typed: str) -> LinkedAccount:
    """Return the link whose owner has that receipt; NotFound for any other."""
    receipt = await uow.cases.receipt(digest_receipt(typed))
    if receipt is None or receipt.kind is not ReceiptKind.ACCOUNT or receipt.account is None:
        raise NotFound(_WRONG)
    link = await uow.people.account(receipt.account)
    if link is None:
        raise NotFound(_WRONG)
    return link


async def build_owner_notice_facts(uow: UnitOfWork, case: Case, link: LinkedAccount) -> PartyFacts:
    """Build what a notice to the owner carries: the space, and a receipt of their own. Nothing else is theirs to know."""
    minted = create_account_receipt(link.id, uow.now, case.id)
    await uow.cases.add_receipt(minted.receipt)
    return {"space": link.account.space, "receipt": minted.secret}


async def _notify_owner(uow: UnitOfWork, case: Case, link: LinkedAccount) -> None:
    await notify_account_owner(
        uow, case, link.id, NoticeKind.OWNER_LINK_MADE, await build_owner_notice_facts(uow, case, link)
    )


def _newest_first(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    return tuple(notice for notice in reversed(notices) if notice.state is not NoticeState.WITHHELD)
