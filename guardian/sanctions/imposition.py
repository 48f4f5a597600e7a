"""A `SanctionOrder` becomes a sanction with its work items and totals, in the open transaction. Read `impose` first.

No space is touched here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from guardian.ids import AccountId, CaseId, PersonId, SanctionId, SpaceName, new_id, new_reference
from guardian.people.models import LinkedAccount
from guardian.sanctions.lifting import lift
from guardian.sanctions.models import (
    Authority,
    Coverage,
    CoverageState,
    Lifting,
    LiftingCause,
    Sanction,
    WorkItem,
    effective_from,
)
from guardian.sanctions.store import SanctionUnitOfWork
from guardian.unit_of_work import WakeupTopic
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction

EXTENDED_AT_ONCE: Final = 500
"""Of so many sanctions one transaction extends the reach."""


@dataclass(frozen=True, slots=True)
class Term:
    """Until when a restriction runs, and what its end brings. `ends` None: for good."""

    ends: datetime | None
    on_term_end: OnTermEnd = OnTermEnd.LIFT

    @classmethod
    def starting(cls, at: datetime, length: timedelta | None, on_term_end: OnTermEnd) -> Self:
        """Return the term of that length from that instant on; None: for good."""
        return cls(None if length is None else at + length, on_term_end)


@dataclass(frozen=True, slots=True)
class SanctionReach:
    """Where a sanction applies, and on which accounts of its person; None: everywhere, and on all."""

    spaces: frozenset[SpaceName] | None = None
    accounts: frozenset[AccountId] | None = None


@dataclass(frozen=True, slots=True)
class SanctionOrder:
    """What shall restrict a person, where, until when, and on what authority: `impose` makes a sanction of it.

    `spaces` None: every space, those opened later too. `effective_from` is the instant from which the sanction acts
    even if its person could not be notified; None: at once.
    """

    person: PersonId
    case: CaseId
    restriction: Restriction
    spaces: frozenset[SpaceName] | None
    term: Term
    authority: Authority
    effective_from: datetime | None = None
    provisional: bool = False
    danger: bool = False
    accounts: frozenset[AccountId] | None = None

    @classmethod
    def decided(
        cls,
        *,
        person: PersonId,
        case: CaseId,
        decision: str,
        restriction: Restriction,
        spaces: frozenset[SpaceName] | None,
        term: Term,
        effective_from: datetime,
    ) -> Self:
        """Return what a decision orders: it acts once its person is notified, or from `effective_from` on.

        Policy: P-5.5, P-5.6, P-6.1.
        """
        return cls(
            person=person,
            case=case,
            restriction=restriction,
            spaces=spaces,
            term=term,
            authority=Authority(AuthorityKind.DECISION, decision),
            effective_from=effective_from,
        )

    @classmethod
    def unilateral(
        cls,
        *,
        person: PersonId,
        case: CaseId,
        act: str,
        restriction: Restriction,
        reach: SanctionReach,
        ends: datetime,
        danger: bool,
    ) -> Self:
        """Return what a unilateral act orders: it acts at once, and always ends by itself. Policy: P-7.1, P-7.4."""
        return cls(
            person=person,
            case=case,
            restriction=restriction,
            spaces=reach.spaces,
            term=Term(ends),
            authority=Authority(AuthorityKind.UNILATERAL, act),
            provisional=True,
            danger=danger,
            accounts=reach.accounts,
        )

    @classmethod
    def local(
        cls,
        *,
        person: PersonId,
        case: CaseId,
        measure: str,
        restriction: Restriction,
        account: LinkedAccount,
        ends: datetime,
        effective_from: datetime | None,
    ) -> Self:
        """Return what a moderator's measure orders: it acts on its one account, and always ends by itself.

        Policy: P-4.2, P-6.1, P-6.2.
        """
        return cls(
            person=person,
            case=case,
            restriction=restriction,
            spaces=frozenset({account.account.space}),
            term=Term(ends),
            authority=Authority(AuthorityKind.LOCAL, measure),
            effective_from=effective_from,
            accounts=frozenset({account.id}),
        )

    @classmethod
    def adopted(
        cls, *, person: PersonId, case: CaseId, restriction: Restriction, account: LinkedAccount, ends: datetime
    ) -> Self:
        """Return the order that ends what stood on an account before us; it is never reapplied. Policy: P-6.2."""
        return cls(
            person=person,
            case=case,
            restriction=restriction,
            spaces=frozenset({account.account.space}),
            term=Term(ends),
            authority=Authority(AuthorityKind.ADOPTED, new_id()),
            accounts=frozenset({account.id}),
        )


async def impose(uow: SanctionUnitOfWork, order: SanctionOrder, space_names: tuple[SpaceName, ...]) -> Sanction:
    """Store the sanction that was ordered, with its work items and totals; its term runs from now.

    `space_names` are all configured spaces.
    """
    sanction = Sanction(
        id=SanctionId(new_id()),
        person=order.person,
        case=order.case,
        restriction=order.restriction,
        starts=uow.now,
        ends=order.term.ends,
        spaces=order.spaces,
        on_term_end=order.term.on_term_end,
        authority=order.authority,
        reference=new_reference(),
        notification=NotificationState.TO_NOTIFY,
        waits_until=order.effective_from,
        enacted_at=uow.now,
        provisional=order.provisional,
        danger=order.danger,
        accounts=order.accounts,
    )
    await uow.sanctions.add_sanction(sanction)
    for account in await _accounts_reached(uow, sanction):
        await uow.sanctions.add_work_item(await _work_item_of(uow, account, effective_from(sanction)))
    await _open_coverage(uow, sanction, space_names)
    uow.wake(WakeupTopic.WORK_ITEMS)
    return sanction


async def record_notification(uow: SanctionUnitOfWork, sanction: Sanction, notification: NotificationState) -> Sanction:
    """Record how notification ended, and make waiting work items due now (architecture 5.9)."""
    await uow.sanctions.save_sanction(_with_notification(sanction, notification))
    await uow.sanctions.schedule_person(sanction.person, uow.now)
    uow.wake(WakeupTopic.WORK_ITEMS)
    saved = await uow.sanctions.sanction(sanction.id)
    return saved or sanction


async def supersede(uow: SanctionUnitOfWork, old: Sanction, new: Sanction, by: str, authority: str) -> Lifting:
    """Lift the old sanction from when the new one's work items may act, so that there is no gap."""
    return await lift(uow, old, max(uow.now, effective_from(new)), LiftingCause.SUPERSEDED, by, authority)


async def add_account(uow: SanctionUnitOfWork, known: LinkedAccount, at: datetime | None = None) -> None:
    """Make a newly linked account due at once, or at `at`: what runs on its person reaches it. Policy: P-6.4."""
    await uow.sanctions.add_work_item(await _work_item_of(uow, known, at or uow.now))
    uow.wake(WakeupTopic.WORK_ITEMS)


async def extend_to_new_spaces(
    uow: SanctionUnitOfWork, space_names: tuple[SpaceName, ...], limit: int = EXTENDED_AT_ONCE
) -> int:
    """Extend what runs to spaces opened since it was imposed, so many sanctions at most, and return the new totals.

    None are left once it returns 0. Policy: P-6.5.
    """
    added = 0
    for sanction in await uow.sanctions.missing_coverage(space_names, uow.now, limit):
        added += await _open_coverage(uow, sanction, space_names)
    return added


async def _open_coverage(uow: SanctionUnitOfWork, sanction: Sanction, space_names: tuple[SpaceName, ...]) -> int:
    """Store a total for each space in the sanction's scope; return how many were missing."""
    known = {row.space for row in await uow.sanctions.coverage_of(sanction.person)}
    spaces_with_account = {account.account.space for account in await _accounts_reached(uow, sanction)}
    missing = [space for space in space_names if sanction.covers(space) and space not in known]
    for space in missing:
        state = CoverageState.OPEN if space in spaces_with_account else CoverageState.NO_ACCOUNT
        await uow.sanctions.save_coverage(Coverage(person=sanction.person, space=space, state=state, since=uow.now))
    return len(missing)


async def _accounts_reached(uow: SanctionUnitOfWork, sanction: Sanction) -> tuple[LinkedAccount, ...]:
    """Return the accounts that it reaches: the person's, and those of whoever is known to be the same human."""
    people = await uow.sanctions.merged_people(sanction.person)
    links = [a for person in people for a in await uow.people.accounts_of(person) if a.binding]
    return tuple(a for a in links if sanction.reaches((a.id, a.worked_as)))


async def _work_item_of(uow: SanctionUnitOfWork, known: LinkedAccount, due_at: datetime) -> WorkItem:
    """The work item that reaches the account: one account has one, whoever is said to be behind it."""
    through = await uow.people.account(known.reached_through) if known.reached_through else None
    worked = through or known
    return WorkItem(account=worked.id, person=worked.person, space=worked.account.space, due_at=due_at)


def _with_notification(sanction: Sanction, notification: NotificationState) -> Sanction:
    if sanction.notification is NotificationState.TOLD_BY_HAND and notification is NotificationState.COULD_NOT_NOTIFY:
        return sanction
    late = notification is NotificationState.NOTIFIED and sanction.notification is NotificationState.COULD_NOT_NOTIFY
    return replace(sanction, notification=NotificationState.NOTIFIED_AFTER if late else notification)
