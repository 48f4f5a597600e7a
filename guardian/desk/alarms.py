"""What the reconciler puts to people: worded as facts and addressed to those who may know, in its own transaction."""

from collections.abc import Iterable, Mapping
from typing import Final, cast

from guardian.cases.values import Case, CaseState
from guardian.desk.desk import Work
from guardian.desk.owners import apologise
from guardian.desk.sanctioning import report_once_in_force
from guardian.desk.telling import ask_member, tell_members, tell_person
from guardian.ids import AccountId, CaseId, PersonId, SanctionId, SpaceName
from guardian.notices.values import NoticeKind
from guardian.people.values import Office
from guardian.sanctions.stores import SanctionWork
from guardian.sanctions.totals import is_wanted
from guardian.sanctions.values import Coverage, CoverageState, LiftingCause, Sanction, may_act_from
from guardian.spaces.port import Account
from rules.ladder import Authority
from rules.telling import Telling

_KINDS: Final[Mapping[str, NoticeKind]] = {
    "blocked": NoticeKind.BLOCKED,
    "account_gone": NoticeKind.BLOCKED,
    "healed": NoticeKind.HEALED,
    "lifted_by_hand": NoticeKind.LIFTED_BY_HAND,
    "lifted_again": NoticeKind.LIFTED_BY_HAND,
    "cannot_prove": NoticeKind.CANNOT_PROVE,
    "brake": NoticeKind.BRAKE,
    "clock_distrusted": NoticeKind.CLOCK_DISTRUSTED,
}
_TO_CHAIRS_TOO: Final = frozenset({"lifted_again", "brake"})
_BACK: Final = (CoverageState.RETURNED, CoverageState.MEMBERSHIP_OPEN, CoverageState.NO_ACCOUNT)


class DeskAlarms:
    """Implements the reconciler's alarms over the desk's one way of telling."""

    async def raise_(
        self, work: SanctionWork, alarm: str, person: PersonId, space: SpaceName, sanctions: Iterable[SanctionId]
    ) -> None:
        """Everybody who may know one of the cases behind the key is told, once a case."""
        desk_work = _of_the_desk(work)
        for case, named in await _cases(desk_work, person, sanctions):
            raid = await desk_work.raids.of_case(case.id)
            if raid is not None and not await desk_work.raids.first_alarm(raid.id, space, alarm):
                # What befalls many of a raid is told once, not a thousand times.
                continue
            facts = {"space": str(space), "person": named, "alarm": alarm}
            facts |= await _of_the_block(desk_work, person, space) if alarm == "blocked" else {}
            await tell_members(desk_work, case, _KINDS[alarm], facts)
            if alarm in _TO_CHAIRS_TOO:
                await tell_members(desk_work, case, NoticeKind.DEADLINE_PASSED, facts, office=Office.CHAIR)

    async def ask(self, work: SanctionWork, lifter: Account) -> None:
        """One private question to a member or moderator who lifted by hand: no case is named, and nobody's name.

        Somebody who is not one of ours is not written to: whoever may know the case has been told of the lift.
        """
        desk_work = _of_the_desk(work)
        member = await desk_work.people.member_with(lifter)
        if member is None:
            return
        await ask_member(desk_work, member.id, NoticeKind.LIFTED_ASK, {"space": str(lifter.space)})

    async def let_go(self, work: SanctionWork, account: AccountId) -> None:
        """The owner of an account that was linked by mistake has an apology waiting."""
        await apologise(_of_the_desk(work), account)

    async def total_changed(
        self, work: SanctionWork, person: PersonId, before: tuple[Coverage, ...], after: tuple[Coverage, ...]
    ) -> None:
        """Once access has returned everywhere, the person is told, and whoever must say yes to a membership is asked.

        Once what a case decided is held everywhere, the Board has its report of it.
        """
        desk_work = _of_the_desk(work)
        await _report_what_is_held(desk_work, person)
        if _all_back(after) and not _all_back(before) and before:
            await _tell_of_return(desk_work, person, after)


async def _of_the_block(work: Work, person: PersonId, space: SpaceName) -> dict[str, str]:
    """What it takes, where that is known; and whether it is a lifting that the space refuses."""
    keys = [key for key in await work.sanctions.keys_of(person) if key.space == space]
    needs = next((key.needs for key in keys if key.needs), "")
    wanted = is_wanted(await work.sanctions.holding(person), space, work.now)
    return ({"needs": needs} if needs else {}) | ({} if wanted else {"alarm": "not_lifted"})


async def _report_what_is_held(work: Work, person: PersonId) -> None:
    for sanction in await work.sanctions.of_person(person):
        of_its_own = sanction.authority.kind is Authority.DECISION and not sanction.follows
        if of_its_own and may_act_from(sanction) <= work.now:
            case = await _case(work, sanction)
            if case is not None and case.state is CaseState.IN_FORCE:
                await report_once_in_force(work, case)


def _all_back(rows: tuple[Coverage, ...]) -> bool:
    return bool(rows) and all(row.state in _BACK for row in rows) and any(row.state in _BACK[:2] for row in rows)


async def _tell_of_return(work: Work, person: PersonId, rows: tuple[Coverage, ...]) -> None:
    sanctions = await work.sanctions.of_person(person)
    holding = await work.sanctions.holding(person)
    if not sanctions or any(is_wanted(holding, row.space, work.now) for row in rows):
        return
    case = await _case(work, sanctions[-1])
    if case is None:
        return
    spaces = ", ".join(str(row.space) for row in rows if row.state in _BACK[:2])
    lifting = sanctions[-1].lifting
    cause = lifting.cause if lifting else LiftingCause.TERM_ENDED
    if not sanctions[-1].follows or sanctions[-1].telling is not Telling.COULD_NOT:
        await tell_person(work, case, person, NoticeKind.RELEASED, {"spaces": spaces, "cause": cause})
    waiting = ", ".join(str(row.space) for row in rows if row.state is CoverageState.MEMBERSHIP_OPEN)
    if waiting:
        named = await work.people.person(person)
        facts = {"space": waiting, "person": named.code_name if named else ""}
        await tell_members(work, case, NoticeKind.RETURN_TO_CONFIRM, facts)


async def _cases(work: Work, person: PersonId, sanctions: Iterable[SanctionId]) -> tuple[tuple[Case, str], ...]:
    """The cases behind the sanctions, each once; where none is named, the case of the person's latest.

    With each case goes the code name by which it knows its person: of somebody joined to them it may not know.
    """
    named = [s for s in [await work.sanctions.sanction(each) for each in sanctions] if s is not None]
    known = named or list(await work.sanctions.of_person(person))[-1:]
    cases: dict[CaseId, tuple[Case, str]] = {}
    for sanction in known:
        case, named_person = await _case(work, sanction), await work.people.person(sanction.person)
        if case is not None:
            cases[case.id] = case, named_person.code_name if named_person else ""
    return tuple(cases.values())


async def _case(work: Work, sanction: Sanction) -> Case | None:
    return await work.cases.case(sanction.case)


def _of_the_desk(work: SanctionWork) -> Work:
    """The reconciler knows less of a transaction than the desk does; the assembly gives both the same ones."""
    return cast(Work, work)
