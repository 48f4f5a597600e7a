"""Two known people turn out to be one human: what holds on one reaches the accounts of both, until they are parted again.

Nothing of either is moved, so that parting gives each back exactly what was theirs. Whoever is kept out of any case of
either learns nothing of it: their answers and lists look as if nobody had said it. Policy: P-2.5, P-6.3, P-6.4.
"""

from dataclasses import dataclass, replace

from guardian.cases.access import acting
from guardian.cases.values import Case
from guardian.desk.desk import Desk, Topic, View, Work
from guardian.desk.knowing import knows_all_of
from guardian.desk.linking import person_and_case, tell_those_protecting, wall_off_person
from guardian.desk.moving import case_of, insist
from guardian.desk.owners import tell_owners
from guardian.desk.telling import tell_members
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.links import Join
from guardian.people.permissions import UseCase
from guardian.people.values import Person
from rules.links import may_agree
from rules.steps import Second, may_confirm


@dataclass(frozen=True, slots=True)
class Joined:
    """Two people by code name, and whether they count as one."""

    join: str
    kept: str
    other: str
    stands: bool


@dataclass(frozen=True, slots=True)
class JoinRead:
    """One join as a member reads it who may know everything of both: with whom, why, and whether it waits for their yes."""

    join: str
    other: str
    evidence: str
    stands: bool
    may_confirm: bool


async def join(desk: Desk, by: MemberId, keep_code: str, other_code: str, evidence: str) -> Joined:
    """The two are said to be one. Nothing changes until a second member has read the evidence and agrees."""
    if not evidence.strip():
        raise Refused("no_evidence", "Say in a sentence how you know that the two are one.", "P-6.4")
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.JOIN_PEOPLE)
        kept, case = await person_and_case(work, by, keep_code)
        other, _ = await person_and_case(work, by, other_code)
        if kept.id == other.id:
            raise Refused("same_person", "These are one person already: it is the same code name twice.", "P-6.4")
        if await _standing(work, kept.id, other.id) and await _knows_both(work, by, kept.id, other.id):
            raise Refused("already", "These two are known to be one already.", "P-6.4")
        made = Join(new_id(), kept.id, other.id, case.id, work.now, by_member(by), evidence.strip())
        await work.links.add_join(made)
        about = {"person": kept.id, "other": other.id}
        work.journal.note(Entry("join.was_proposed", by_member(by), "P-6.4", about, case.id, made.evidence))
        for person in (kept, other):
            await wall_off_person(work, desk.policy, person.id, by_member(by))
            await tell_those_protecting(work, by, person)
        await _tell(work, made, NoticeKind.JOIN_TO_CONFIRM, {"person": f"{kept.code_name}, {other.code_name}"}, by)
    return Joined(made.id, kept.code_name, other.code_name, stands=False)


async def confirm_join(desk: Desk, by: MemberId, join_id: str) -> Joined:
    """The two count as one, by the yes of a member who did not propose it and has read its evidence."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.JOIN_PEOPLE)
        made, kept, other = await _known(work, by, join_id)
        if made.stands:
            raise Refused("already", "These two are known to be one already.", "P-6.4")
        insist(may_confirm(Second.LINK, by_member(by), made.by))
        insist(may_agree(has_seen=await work.links.has_seen(made.id, by)))
        made = await work.links.save_join(replace(made, confirmed_at=work.now, confirmed_by=by))
        about = {"person": kept.id, "other": other.id}
        work.journal.note(Entry("people.were_joined", by_member(by), "P-6.4", about, made.case))
        await work.sanctions.touch_person(kept.id, work.now)
        work.wake(Topic.KEYS)
        case = await case_of(work, made.case)
        for person in (kept, other):
            await wall_off_person(work, desk.policy, person.id, by_member(by))
            await tell_owners(work, case, person.id)
        await _tell(work, made, NoticeKind.CASE_NEWS, {"news": News.PEOPLE_JOINED}, by)
    return Joined(made.id, kept.code_name, other.code_name, stands=True)


async def part(desk: Desk, by: MemberId, one_code: str, other_code: str, reason: str) -> Joined:
    """The two are two again at once: each keeps what is theirs, and what held on the other alone lets their accounts go."""
    if not reason.strip():
        raise Refused("no_reason", "Say in a sentence why the two are not one. It is kept with the case.", "P-6.4")
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.PART_PEOPLE)
        one, case = await person_and_case(work, by, one_code)
        other, _ = await person_and_case(work, by, other_code)
        knows = await _knows_both(work, by, one.id, other.id)
        standing = await _standing(work, one.id, other.id) if knows else ()
        if not standing:
            raise Refused("not_joined", "These two are not known to be one.", "P-6.4")
        await work.sanctions.touch_person(one.id, work.now)
        work.wake(Topic.KEYS)
        for made in standing:
            await work.links.save_join(replace(made, ended_at=work.now, ended_by=by))
        about = {"person": one.id, "other": other.id}
        work.journal.note(Entry("people.were_parted", by_member(by), "P-6.4", about, case.id, reason.strip()))
        await _tell(work, standing[0], NoticeKind.CASE_NEWS, {"news": News.PEOPLE_PARTED}, by)
    return Joined(standing[0].id, one.code_name, other.code_name, stands=False)


async def joins_read(view: View, by: MemberId, person: PersonId) -> tuple[JoinRead, ...]:
    """The joins of the person that stand or wait, for a member who may know everything of both; none for anybody else."""
    found = []
    for made in await view.links.joins_of(person):
        other = await view.people.person(made.other if made.kept == person else made.kept)
        if made.ended_at is None and other and await _knows_both(view, by, made.kept, made.other):
            waits = not made.stands and made.by != by_member(by)
            found.append(JoinRead(made.id, other.code_name, made.evidence, made.stands, waits))
    return tuple(found)


async def _known(work: Work, by: MemberId, join_id: str) -> tuple[Join, Person, Person]:
    made = await work.links.join(join_id)
    kept = await work.people.person(made.kept) if made else None
    other = await work.people.person(made.other) if made else None
    if made is None or kept is None or other is None or made.ended_at is not None:
        raise NotFound
    if not await _knows_both(work, by, kept.id, other.id):
        raise NotFound
    return made, kept, other


async def _standing(view: View, one: PersonId, other: PersonId) -> tuple[Join, ...]:
    return tuple(made for made in await view.links.joins_of(one) if made.stands and other in (made.kept, made.other))


async def _knows_both(view: View, by: MemberId, one: PersonId, other: PersonId) -> bool:
    """Whether every case of both is the member's to read: whoever is kept out of one must not learn of the join."""
    return await knows_all_of(view, by, one) and await knows_all_of(view, by, other)


async def _tell(work: Work, made: Join, kind: NoticeKind, facts: dict[str, str], by: MemberId) -> None:
    """Those who may know everything of both are told, and nobody else."""
    case: Case = await case_of(work, made.case)
    everybody = [member.id for member in await work.people.members()]
    only = [each for each in everybody if await _knows_both(work, each, made.kept, made.other)]
    await tell_members(work, case, kind, facts, only=only, besides=(by,))
