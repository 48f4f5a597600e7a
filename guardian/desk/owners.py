"""Whoever owns an account that people took for somebody's: told there, before it is restricted, and let go with an apology.

They may be a stranger to the whole matter. Nothing of a case, a person or another account is ever theirs to read here.
Policy: P-2.11, P-6.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.receipts import digest_of, for_account
from guardian.cases.values import Case, PromiseKind, ReceiptKind
from guardian.desk.desk import Desk, Topic, View, Work
from guardian.desk.moving import case_of
from guardian.desk.telling import tell_owner, tell_person
from guardian.errors import NotFound
from guardian.ids import AccountId, PersonId, SpaceName
from guardian.journal import PARTY, SERVICE, Entry
from guardian.notices.values import Notice, NoticeKind, NoticeState
from guardian.people.values import KnownAccount
from guardian.sanctions.enactment import bind
from guardian.sanctions.values import Sanction, state_at
from rules.ladder import TermState

FIRST_WORD: Final = timedelta(minutes=2)
"""So long the owner's message may take before the account is restricted: nobody is reached there afterwards."""

_WRONG: Final = "This receipt opens nothing here. Check it letter by letter; capitals and dashes do not matter."


@dataclass(frozen=True, slots=True)
class OwnerPage:
    """What the owner of a linked account may read: which account it is, what they said, and what came of it."""

    community: str
    space: SpaceName
    handle: str
    freed_at: datetime | None
    said: tuple[tuple[datetime, str], ...]
    look_by: datetime | None
    kept_at: datetime | None
    letters: tuple[Notice, ...]


async def take_hold(work: Work, case: Case, link: KnownAccount) -> None:
    """The link binds from now on. Where something runs and the account may be a stranger's, its owner is told first.

    The person is told as well that an account was added to what is known of them.
    """
    running = await what_runs(work, link.person)
    if not running or link in await work.people.surely_of(link.person):
        await bind(work, link)
        return
    await _tell(work, case, link)
    await bind(work, link, work.now + FIRST_WORD)
    own = [sanction for sanction in running if sanction.person == link.person]
    if own:
        await tell_person(work, await case_of(work, own[-1].case), link.person, NoticeKind.LINKED)


async def tell_owners(work: Work, case: Case, person: PersonId) -> None:
    """What runs on the person reaches accounts that people's word alone makes theirs: their owners are told, once.

    Among them is everybody who was joined to the person by people's word, and on whom nothing of their own runs.
    """
    if not await what_runs(work, person):
        return
    for each in await work.sanctions.together(person):
        own = any(sanction.person == each for sanction in await what_runs(work, each))
        surely = await work.people.surely_of(each) if own or each == person else ()
        for link in await work.people.accounts_of(each):
            if link.binding and link not in surely and not await was_told(work, link.id):
                await _tell(work, case, link)


async def owner_was_told(work: Work, account: AccountId) -> None:
    """The owner has been written to, or cannot be: what is wanted of the account is seen to now. The outbox calls this."""
    await work.sanctions.touch_account(account, work.now)
    work.wake(Topic.KEYS)


async def was_told(view: View, account: AccountId) -> bool:
    """Whether the owner was ever told that the account is taken for somebody's."""
    return any(notice.kind is NoticeKind.ACCOUNT_TAKEN for notice in await view.notices.of_account(account))


async def apologise(work: Work, account: AccountId) -> None:
    """The owner hears that it was a mistake, once the space has let go; nobody who never noticed anything is written to."""
    link = await work.people.account(account)
    told = await work.notices.of_account(account)
    if link is None or (told and told[-1].kind is NoticeKind.ACCOUNT_FREED):
        return
    noticed = bool(told) or bool(await work.sanctions.applications_of(account))
    if not noticed or not await _was_mistaken(work, link):
        return
    case = await case_of(work, link.namings[-1].case)
    await tell_owner(work, case, account, NoticeKind.ACCOUNT_FREED, await owners_facts(work, case, link))
    work.journal.note(Entry("owner.was_apologised_to", SERVICE, "P-6.4", {"account": account}, case.id))


async def _was_mistaken(work: Work, link: KnownAccount) -> bool:
    """Whether the account was held for what was never its owner's: its link was undone, or its person parted from another."""
    if link.ended_at is not None:
        return True
    parted = [made for made in await work.links.joins_of(link.person) if made.confirmed_at and made.ended_at]
    return bool(parted) and not await work.sanctions.of_person(link.person)


async def what_runs(view: View, person: PersonId) -> tuple[Sanction, ...]:
    """What holds for the person's accounts and is not over, oldest first."""
    return tuple(s for s in await view.sanctions.holding(person) if state_at(s, view.now) is not TermState.OVER)


async def owner_page(desk: Desk, receipt: str) -> OwnerPage:
    """What the receipt's holder may read of their own account; every wrong receipt gets the same answer."""
    async with desk.works.begin() as work:
        link = await link_behind(work, receipt)
        work.journal.note(Entry("owner_page.was_read", PARTY, "P-6.4", {"account": link.id}))
        disputes = [each for each in await work.links.disputes_of(link.id) if each.by_owner]
        waiting = [each for each in disputes if each.settled_at is None]
        promises = [p for each in waiting for p in await work.promises.open_about(each.id, PromiseKind.LINK_DISPUTE)]
        return OwnerPage(
            desk.community,
            link.account.space,
            link.handle,
            link.ended_at,
            tuple((each.at, each.text) for each in disputes),
            promises[0].due if promises else None,
            disputes[-1].settled_at if disputes and not disputes[-1].upheld else None,
            _newest_first(await work.notices.of_account(link.id)),
        )


async def link_behind(work: Work, typed: str) -> KnownAccount:
    """The link whose owner has that receipt; NotFound for any other."""
    receipt = await work.cases.receipt(digest_of(typed))
    if receipt is None or receipt.kind is not ReceiptKind.ACCOUNT or receipt.account is None:
        raise NotFound(_WRONG)
    link = await work.people.account(receipt.account)
    if link is None:
        raise NotFound(_WRONG)
    return link


async def owners_facts(work: Work, case: Case, link: KnownAccount) -> dict[str, str]:
    """What a notice to the owner carries: the space, and a receipt of their own. Nothing else is theirs to know."""
    minted = for_account(link.id, work.now, case.id)
    await work.cases.add_receipt(minted.kept)
    return {"space": link.account.space, "receipt": minted.secret}


async def _tell(work: Work, case: Case, link: KnownAccount) -> None:
    await tell_owner(work, case, link.id, NoticeKind.ACCOUNT_TAKEN, await owners_facts(work, case, link))


def _newest_first(told: Sequence[Notice]) -> tuple[Notice, ...]:
    return tuple(notice for notice in reversed(told) if notice.state is not NoticeState.WITHHELD)
