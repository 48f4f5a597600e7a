"""Merge two known people who turn out to be one human: what restricts one reaches the accounts of both, until a split.

Nothing of either is moved, so that a split gives each back exactly what was theirs. Whoever is kept out of any case of
either learns nothing of it: their answers and lists look as if nobody had said it. Read `merge_people` first. Policy:
P-2.5, P-6.3, P-6.4.
"""

from dataclasses import dataclass, replace

from guardian.cases.access import require_permission
from guardian.cases.case import Case
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.links import Merge
from guardian.people.models import Person
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.identity.account_owners import notify_owners
from guardian.services.identity.linking import exclude_person_everywhere, get_person_and_case, notify_protecting_cases
from guardian.services.notify import notify_members
from guardian.services.visibility import sees_every_case_of
from guardian.unit_of_work import WakeupTopic
from rules.identity import may_confirm_link
from rules.procedure import Confirmable, may_confirm


@dataclass(frozen=True, slots=True)
class MergeResult:
    """Two people by code name, and whether they count as one."""

    merge: str
    kept: str
    other: str
    stands: bool


@dataclass(frozen=True, slots=True)
class MergeView:
    """One merge, for a member who may know everything of both: with whom, why, and whether it waits for their yes."""

    merge: str
    other: str
    evidence: str
    stands: bool
    may_confirm: bool


async def merge_people(app: AppContext, by: MemberId, keep_code: str, other_code: str, evidence: str) -> MergeResult:
    """Propose that the two are one; nothing changes until a second member has read the evidence and agrees."""
    if not evidence.strip():
        raise Refused("no_evidence", "Say in a sentence how you know that the two are one.", "P-6.4")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.MERGE_PEOPLE)
        kept, case = await get_person_and_case(uow, by, keep_code)
        other, _ = await get_person_and_case(uow, by, other_code)
        if kept.id == other.id:
            raise Refused("same_person", "These are one person already: it is the same code name twice.", "P-6.4")
        if await _confirmed_merges(uow, kept.id, other.id) and await sees_both(uow, by, kept.id, other.id):
            raise Refused("already", "These two are known to be one already.", "P-6.4")
        merge = Merge(
            id=new_id(),
            kept=kept.id,
            other=other.id,
            case=case.id,
            at=uow.now,
            by=by_member(by),
            evidence=evidence.strip(),
        )
        await uow.links.add_merge(merge)
        about = {"person": kept.id, "other": other.id}
        uow.journal.note(
            Entry(
                act="join.was_proposed",
                by=by_member(by),
                authority="P-6.4",
                about=about,
                case=case.id,
                text=merge.evidence,
            )
        )
        for person in (kept, other):
            await exclude_person_everywhere(uow, app.policy, person.id, by_member(by))
            await notify_protecting_cases(uow, by, person)
        await _notify(uow, merge, NoticeKind.MERGE_TO_CONFIRM, {"person": f"{kept.code_name}, {other.code_name}"}, by)
    return MergeResult(merge.id, kept.code_name, other.code_name, stands=False)


async def confirm_merge(app: AppContext, by: MemberId, merge_id: str) -> MergeResult:
    """Confirm that the two count as one, by the yes of a member who did not propose it and has read its evidence."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.MERGE_PEOPLE)
        merge, kept, other = await _get_visible_merge(uow, by, merge_id)
        if merge.is_active:
            raise Refused("already", "These two are known to be one already.", "P-6.4")
        require(may_confirm(Confirmable.LINK, by_member(by), merge.by))
        require(may_confirm_link(has_seen=await uow.links.has_read_evidence(merge.id, by)))
        merge = await uow.links.save_merge(replace(merge, confirmed_at=uow.now, confirmed_by=by))
        about = {"person": kept.id, "other": other.id}
        uow.journal.note(
            Entry(act="people.were_joined", by=by_member(by), authority="P-6.4", about=about, case=merge.case)
        )
        await uow.sanctions.schedule_person(kept.id, uow.now)
        uow.wake(WakeupTopic.WORK_ITEMS)
        case = await get_case(uow, merge.case)
        for person in (kept, other):
            await exclude_person_everywhere(uow, app.policy, person.id, by_member(by))
            await notify_owners(uow, case, person.id)
        await _notify(uow, merge, NoticeKind.CASE_NEWS, {"news": News.PEOPLE_MERGED}, by)
    return MergeResult(merge.id, kept.code_name, other.code_name, stands=True)


async def split_people(app: AppContext, by: MemberId, one_code: str, other_code: str, reason: str) -> MergeResult:
    """Split the two at once: each keeps what is theirs, and what was on the other alone releases their accounts."""
    if not reason.strip():
        raise Refused("no_reason", "Say in a sentence why the two are not one. It is kept with the case.", "P-6.4")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SPLIT_PEOPLE)
        one, case = await get_person_and_case(uow, by, one_code)
        other, _ = await get_person_and_case(uow, by, other_code)
        sees = await sees_both(uow, by, one.id, other.id)
        merges = await _confirmed_merges(uow, one.id, other.id) if sees else ()
        if not merges:
            raise Refused("not_joined", "These two are not known to be one.", "P-6.4")
        await uow.sanctions.schedule_person(one.id, uow.now)
        uow.wake(WakeupTopic.WORK_ITEMS)
        for merge in merges:
            await uow.links.save_merge(replace(merge, ended_at=uow.now, ended_by=by))
        about = {"person": one.id, "other": other.id}
        uow.journal.note(
            Entry(
                act="people.were_parted",
                by=by_member(by),
                authority="P-6.4",
                about=about,
                case=case.id,
                text=reason.strip(),
            )
        )
        await _notify(uow, merges[0], NoticeKind.CASE_NEWS, {"news": News.PEOPLE_SPLIT}, by)
    return MergeResult(merges[0].id, one.code_name, other.code_name, stands=False)


async def list_merges(view: ReadView, by: MemberId, person: PersonId) -> tuple[MergeView, ...]:
    """Return the person's merges that stand or wait, for a member who may know everything of both; none for others."""
    found = []
    for merge in await view.links.merges_of(person):
        other = await view.people.person(merge.other if merge.kept == person else merge.kept)
        if merge.ended_at is None and other and await sees_both(view, by, merge.kept, merge.other):
            waits = not merge.is_active and merge.by != by_member(by)
            found.append(MergeView(merge.id, other.code_name, merge.evidence, merge.is_active, waits))
    return tuple(found)


async def _get_visible_merge(uow: UnitOfWork, by: MemberId, merge_id: str) -> tuple[Merge, Person, Person]:
    merge = await uow.links.merge(merge_id)
    kept = await uow.people.person(merge.kept) if merge else None
    other = await uow.people.person(merge.other) if merge else None
    if merge is None or kept is None or other is None or merge.ended_at is not None:
        raise NotFound
    if not await sees_both(uow, by, kept.id, other.id):
        raise NotFound
    return merge, kept, other


async def _confirmed_merges(view: ReadView, one: PersonId, other: PersonId) -> tuple[Merge, ...]:
    return tuple(
        merge for merge in await view.links.merges_of(one) if merge.is_active and other in (merge.kept, merge.other)
    )


async def sees_both(view: ReadView, by: MemberId, one: PersonId, other: PersonId) -> bool:
    """Return whether every case of both is the member's to read: who is kept out of one must not learn of the merge."""
    return await sees_every_case_of(view, by, one) and await sees_every_case_of(view, by, other)


async def _notify(uow: UnitOfWork, merge: Merge, kind: NoticeKind, facts: dict[str, str], by: MemberId) -> None:
    """Notify those who may know everything of both, and nobody else."""
    case: Case = await get_case(uow, merge.case)
    everybody = [member.id for member in await uow.people.members()]
    only = [each for each in everybody if await sees_both(uow, each, merge.kept, merge.other)]
    await notify_members(uow, case, kind, facts, only=only, besides=(by,))
