"""What people do with a space's own menu: noticed by looking, never believed from an event, and treated as P-7.2 says.

A member's is an act with its review, a moderator's a local measure that waits for its reason, anybody else's is asked
about. What stood before us is left as it is: see `adopting`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from guardian.cases.case import Case, CaseKind
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.measures import MeasureKind
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import EvidenceInput, Submission
from guardian.errors import NotFound, Refused, Stale
from guardian.ids import AccountId, PersonId, SpaceName, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.logs import logger
from guardian.notices.models import NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import CHAIRS, MEMBERS, MODERATORS, Seat, holds_seat
from guardian.reconciler.ownership import Ownership
from guardian.reconciler.reconciliation import observe
from guardian.reconciler.snapshot import AccountSnapshot, load_snapshot
from guardian.sanctions.adoption import adopt, adoption_of
from guardian.sanctions.foreign import ForeignRestriction, ForeignState, digest_native_id
from guardian.sanctions.models import Sanction
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete_about, start_deadline
from guardian.services.escalation.local_matters import close_matter, prepare_case, save_report
from guardian.services.identity.linking import FoundAccount, find_account
from guardian.services.measures.measure_records import (
    notify_protecting_cases,
)
from guardian.services.notify import notify_member, notify_members
from guardian.services.sanctions.imposition import sanction_for_authority
from guardian.services.unilateral.act import record_native_act
from guardian.services.visibility import add_known_accounts
from guardian.spaces.port import (
    Account,
    ActedBy,
    Attribution,
    Listing,
    Missing,
    Observed,
    ObservedRestriction,
    Space,
    Unknown,
)
from rules.conflicts import ConflictIndicators
from rules.measures import explanation_due_at
from rules.precedence import AccessLevel, Restriction

log = logger("services")

_MOST_INSPECTIONS: Final = 50
"""How many new restrictions one sweep looks at; the rest wait for the next."""
MEASURE_KINDS: Final = {AccessLevel.MUTED: MeasureKind.MUTED, AccessLevel.BARRED: MeasureKind.SUSPENDED}
_RESTRICTIONS: Final = {AccessLevel.MUTED: Restriction.MUTED, AccessLevel.BARRED: Restriction.SUSPENDED}


@dataclass(frozen=True, slots=True)
class NativeRestriction:
    """One foreign restriction as its space shows it at this moment, and whose doing it is."""

    account: Account
    observed_restriction: ObservedRestriction
    attribution: Attribution


async def inspect_accounts(app: AppContext, name: SpaceName, native_ids: Iterable[str]) -> None:
    """The accounts are looked at; a restriction on them that is new and not ours is treated as whose it is asks for.

    Nothing is done before the space's first picture stands: what is there by then is not an act of today.
    """
    space = app.spaces.get(name)
    async with app.units_of_work.read() as view:
        ready = await view.foreign.digest_key(name) is not None
    if space is None or not ready:
        return
    for native_id in dict.fromkeys(native_ids):
        try:
            await _inspect_account(app, space, native_id)
        except Stale:
            # Somebody else noticed it in the same moment, or works on the account: the next sweep looks again.
            log.info("native.was_stale", space=name)


async def compare_listing(app: AppContext, name: SpaceName, listing: Listing, started_at: datetime) -> None:
    """The space's list pages beside its picture: what is new is looked at, what is gone is forgotten.

    The first time, all that stands and is not ours becomes the picture. `begun` is when the pages were asked for.
    """
    async with app.units_of_work.read() as view:
        key = await view.foreign.digest_key(name)
        ours = await _guardian_restrictions_in(view, name, listing)
        baseline = await view.foreign.in_space(name) if key else {}
    listed = [
        (native_id, each.level) for native_id, restrictions in listing.restrictions.items() for each in restrictions
    ]
    foreign = [each for each in listed if each not in ours]
    if key is None:
        await record_baseline(app, name, foreign)
        return
    present = {(digest_native_id(key, native_id), level): native_id for native_id, level in foreign}
    unsaid = ForeignState.AUTHOR_UNKNOWN
    new = [native_id for at, native_id in present.items() if baseline.get(at, unsaid) is unsaid]
    gone = [at for at in baseline if at not in present]
    if gone:
        async with app.units_of_work.begin() as uow:
            await uow.foreign.forget(name, gone, started_at)
    await inspect_accounts(app, name, new[:_MOST_INSPECTIONS])
    if len(new) > _MOST_INSPECTIONS:
        log.warning("natives.left_for_later", space=name, count=len(new) - _MOST_INSPECTIONS)


# -- noticing


async def _inspect_account(app: AppContext, space: Space, native_id: str) -> None:
    account = Account(space.name, native_id)
    async with app.units_of_work.read() as view:
        snapshot = await _snapshot_of(view, account)
    if snapshot is not None and snapshot.item.bulk_id is not None:
        # One of many whom we restrict just now: a look at each would take as many calls as the restriction itself.
        return
    seen = await _foreign_restrictions_on(app, space, account, snapshot)
    if seen is None:
        return
    await _forget_released(app, account, [observed_restriction.level for observed_restriction in seen])
    for observed_restriction in seen:
        restriction = NativeRestriction(
            account, observed_restriction, await space.attribute(account, observed_restriction.level)
        )
        if restriction.attribution.acted_by is not ActedBy.GUARDIAN:
            await _handle_restriction(app, restriction)


async def _handle_restriction(app: AppContext, restriction: NativeRestriction) -> None:
    """The restriction is treated as whose it is asks for, once; one that stood there already is left alone."""
    async with app.units_of_work.read() as view:
        known = await view.foreign.find(
            restriction.account.space, restriction.account.native_id, restriction.observed_restriction.level
        )
        author = await _author_of(view, restriction)
        is_members = author is not None and holds_seat(author, MEMBERS, view.now)
        is_moderators = author is not None and holds_seat(
            author, Seat(MODERATORS.group, space=restriction.account.space), view.now
        )
    if known is not None and not _is_new(known, restriction):
        return
    needs_name = author is not None and (is_members or is_moderators)
    found = await find_account_or_id(app, restriction.account) if needs_name else FoundAccount(restriction.account, "")
    async with app.units_of_work.begin() as uow:
        still_known = await uow.foreign.find(
            restriction.account.space, restriction.account.native_id, restriction.observed_restriction.level
        )
        if still_known != known:
            return
        if known is not None:
            await uow.foreign.forget(known.space, [(known.digest, known.level)], uow.now + timedelta(microseconds=1))
        foreign = await _new_foreign(uow, restriction)
        if author is not None and is_members:
            await _record_act(app, uow, restriction, foreign, author, found)
        elif author is not None and is_moderators:
            await _record_unexplained(app, uow, restriction, foreign, author, found)
        elif restriction.attribution.acted_by is ActedBy.UNKNOWN and known is None:
            # The space's records may be a moment behind; a later look asks, or knows.
            await uow.foreign.add(replace(foreign, state=ForeignState.AUTHOR_UNKNOWN))
        else:
            await _ask_about_unknown(uow, foreign)


async def _record_act(
    app: AppContext,
    uow: UnitOfWork,
    restriction: NativeRestriction,
    foreign: ForeignRestriction,
    actor: Member,
    found: FoundAccount,
) -> None:
    """A member's is an act: the group reviews it, and its end or its reversal lifts what the space holds."""
    term = restriction.observed_restriction.until - uow.now if restriction.observed_restriction.until else None
    case, act = await record_native_act(
        app, uow, actor, found, _RESTRICTIONS[restriction.observed_restriction.level], term
    )
    sanction = await sanction_for_authority(uow, act.id, case)
    if sanction is None:
        raise NotFound
    await adopt_native(uow, sanction, restriction, by_member(actor.id))
    await uow.foreign.add(replace(foreign, state=ForeignState.ADOPTED, by=actor.id, case=case.id))
    due = uow.now + app.policy.unilateral.account_due
    facts = {"space": str(foreign.space), "due": due.isoformat(), "act": act.id}
    await notify_members(uow, case, NoticeKind.NATIVE_ACTION_QUESTION, facts, only=[actor.id])
    about = {"case": str(case.id), "act": act.id, "space": str(foreign.space)}
    uow.journal.note(Entry("native_act.was_noticed", SERVICE, "P-7.2", about, case.id))


async def _record_unexplained(
    app: AppContext,
    uow: UnitOfWork,
    restriction: NativeRestriction,
    foreign: ForeignRestriction,
    author: Member,
    found: FoundAccount,
) -> None:
    """A moderator's waits for its reason and its end. It is left as it stands until then."""
    fresh = await prepare_case(uow, danger=False)
    case = replace(fresh, kind=CaseKind.LOCAL, space=foreign.space)
    await uow.cases.add_case(case)
    concerned = await uow.people.member_with_account(restriction.account)
    own = ConflictIndicators(authors=frozenset({concerned.id} if concerned is not None else ()))
    known = await add_known_accounts(uow, own, (restriction.account,))
    for members, kind in ((known.authors, ExclusionKind.EXCLUDED), (known.linked, ExclusionKind.PENDING)):
        for member in sorted(members):
            await uow.cases.add_exclusion(Exclusion(case.id, member, kind, "it was done to them", uow.now, SERVICE))
    await save_report(uow, _submission_for(restriction, found), case)
    await uow.foreign.add(replace(foreign, state=ForeignState.UNEXPLAINED, by=author.id, case=case.id))
    due = explanation_due_at(uow.now, app.policy)
    half = uow.now + (due - uow.now) / 2
    await start_deadline(uow, DeadlineKind.NATIVE_REASON, case.id, due, next_at=half, about=foreign.id)
    await notify_members(
        uow, case, NoticeKind.NATIVE_ACTION_QUESTION, _question_facts(foreign, case, due), only=[author.id]
    )
    person = await _owner_of(uow, restriction.account)
    if person is not None:
        await notify_protecting_cases(uow, app.policy, author, person, case)
    about = {"case": str(case.id), "space": str(foreign.space), "member": str(author.id)}
    uow.journal.note(Entry("native_act.was_noticed", SERVICE, "P-7.2", about, case.id))


async def _ask_about_unknown(uow: UnitOfWork, foreign: ForeignRestriction) -> None:
    """Whoever did it is not known here as somebody who may: the space's moderators are asked to look."""
    await uow.foreign.add(replace(foreign, state=ForeignState.ASKED_ABOUT))
    members = await uow.people.members()
    there = [m for m in members if holds_seat(m, Seat(MODERATORS.group, space=foreign.space), uow.now)]
    asked = there or [m for m in members if holds_seat(m, CHAIRS, uow.now)]
    for member in asked:
        await notify_member(uow, member.id, NoticeKind.NATIVE_ACTION_BY_STRANGER, {"space": str(foreign.space)})
    about = {"space": str(foreign.space), "hold": foreign.id}
    uow.journal.note(Entry("native_act.is_nobodys", SERVICE, "P-7.2", about))


async def record_baseline(app: AppContext, name: SpaceName, foreign: Iterable[tuple[str, AccessLevel]]) -> None:
    """What others hold in the space, by native id, is what stood there before us; a picture that stands is kept."""
    restrictions = tuple(foreign)
    async with app.units_of_work.begin() as uow:
        if await uow.foreign.digest_key(name) is None:
            await uow.foreign.record_baseline(name, restrictions, uow.now)
            about = {"space": str(name), "holds": str(len(restrictions))}
            uow.journal.note(Entry("picture.was_taken", SERVICE, "P-7.2", about))


async def _foreign_restrictions_on(
    app: AppContext, space: Space, account: Account, snapshot: AccountSnapshot | None
) -> tuple[ObservedRestriction, ...] | None:
    """What others hold on the account just now; None where the space did not say."""
    if snapshot is not None:
        seen, ownership = await observe(space, snapshot)
        if not isinstance(seen, Observed):
            return None
        return tuple(
            observed_restriction
            for observed_restriction in seen.restrictions
            if ownership.get(observed_restriction.level) is Ownership.FOREIGN
        )
    found = await space.observe(account)
    match found:
        case Unknown() | Missing():
            return None
        case Observed():
            return await _without_our_reference(app, found.restrictions)
        case _:
            assert_never(found)


async def _without_our_reference(
    app: AppContext, restrictions: tuple[ObservedRestriction, ...]
) -> tuple[ObservedRestriction, ...]:
    """Nobody else's restriction carries a reference of ours."""
    async with app.units_of_work.read() as view:
        return tuple(
            [
                observed_restriction
                for observed_restriction in restrictions
                if observed_restriction.reference is None
                or await view.sanctions.by_reference(observed_restriction.reference) is None
            ]
        )


async def _forget_released(app: AppContext, account: Account, remaining: list[AccessLevel]) -> None:
    async with app.units_of_work.begin() as uow:
        for kind in (AccessLevel.MUTED, AccessLevel.BARRED):
            known = await uow.foreign.find(account.space, account.native_id, kind)
            if known is not None and kind not in remaining and known.state is not ForeignState.ADOPTED:
                await forget_released(uow, known)


async def forget_released(uow: UnitOfWork, known: ForeignRestriction) -> None:
    await uow.foreign.forget(known.space, [(known.digest, known.level)], uow.now + timedelta(microseconds=1))
    await complete_about(uow, known.id, DeadlineKind.NATIVE_REASON)
    if known.state is ForeignState.UNEXPLAINED and known.case is not None:
        await close_matter(uow, await get_case(uow, known.case), "What was done has been lifted again.")


def _is_new(known: ForeignRestriction, restriction: NativeRestriction) -> bool:
    """Whether what stands was placed after what we knew of: lifted and placed again, or its author is said only now."""
    if known.state is ForeignState.AUTHOR_UNKNOWN:
        return True
    at = restriction.attribution.at
    return at is not None and at > known.observed_at and at != known.restricted_at


async def _new_foreign(uow: UnitOfWork, restriction: NativeRestriction) -> ForeignRestriction:
    key = await uow.foreign.digest_key(restriction.account.space)
    if key is None:
        raise Stale
    return ForeignRestriction(
        new_id(),
        restriction.account.space,
        digest_native_id(key, restriction.account.native_id),
        restriction.observed_restriction.level,
        ForeignState.AUTHOR_UNKNOWN,
        uow.now,
        restriction.account.native_id,
        restriction.attribution.by or restriction.observed_restriction.author,
        restriction.attribution.at,
        restriction.observed_restriction.until,
    )


async def _author_of(view: ReadView, restriction: NativeRestriction) -> Member | None:
    """The member who did it, as the space's own records say."""
    if restriction.attribution.acted_by is not ActedBy.OTHER or restriction.attribution.by is None:
        return None
    return await view.people.member_with_account(Account(restriction.account.space, restriction.attribution.by))


async def _snapshot_of(view: ReadView, account: Account) -> AccountSnapshot | None:
    """What we know of the account where a sanction may have reached it."""
    links = [link for link in await view.people.links_of_account(account) if link.binding or link.ended_at is not None]
    # What was linked by mistake may still hold what we placed, until it is let go.
    return await load_snapshot(view, sorted(links, key=lambda link: not link.binding)[0].id) if links else None


async def _owner_of(view: ReadView, account: Account) -> PersonId | None:
    return next((link.person for link in await view.people.links_of_account(account) if link.binding), None)


async def _guardian_restrictions_in(
    view: ReadView, name: SpaceName, listing: Listing
) -> frozenset[tuple[str, AccessLevel]]:
    """Which of the holds are ours as far as the last proof tells."""
    ours: set[tuple[str, AccessLevel]] = set()
    for known in await view.people.accounts_in(name):
        if known.account.native_id in listing.restrictions:
            enforcements = await view.sanctions.enforcements_of(known.id)
            intents = await view.sanctions.open_intents(known.id)
            ours |= {(known.account.native_id, each.level) for each in enforcements if each.active}
            ours |= {(known.account.native_id, each.level) for each in intents}
    return frozenset(ours)


async def find_account_or_id(app: AppContext, account: Account) -> FoundAccount:
    """The account with its handle; where its space does not answer just now, its id stands for that."""
    try:
        return await find_account(app, account.space, account.native_id)
    except Refused:
        return FoundAccount(account, account.native_id)


async def adopt_native(uow: UnitOfWork, sanction: Sanction, restriction: NativeRestriction, by: str) -> None:
    account = await _linked_account(uow, restriction.account, sanction.person)
    await adopt(
        uow, sanction, adoption_of(account, restriction.observed_restriction, restriction.attribution, sanction, by)
    )


async def _linked_account(view: ReadView, account: Account, person: PersonId) -> AccountId:
    for link in await view.people.links_of_account(account):
        if link.person == person and link.binding:
            return link.id
    raise NotFound


def _submission_for(restriction: NativeRestriction, found: FoundAccount) -> Submission:
    """The matter's own record of what was done, and to whom."""
    kind = MEASURE_KINDS[restriction.observed_restriction.level].value
    text = f"An account was {kind} with the space's own menu."
    account = EvidenceInput("account", author=restriction.account, author_handle=found.handle, text=text)
    return Submission(ReportChannel.NATIVE_ACTION, text, who=found.handle, evidence=(account,))


def _question_facts(foreign: ForeignRestriction, case: Case, due: datetime) -> dict[str, str]:
    return {
        "space": str(foreign.space),
        "due": due.isoformat(),
        "when": (foreign.restricted_at or foreign.observed_at).isoformat(),
    }
