"""Local matters: what moderators of one space see to, from a flag or an act of theirs until it is handled or passed on.

Whoever is concerned is kept out before anybody is told, as with every report. Policy: P-2.5, P-2.6, P-8.1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import acting, case_for, may_know
from guardian.cases.intake import (
    Submission,
    check_submission,
    evidence_from,
    new_case,
    promises_for,
    report_from,
    signs_of,
    writers_of,
)
from guardian.cases.local import FLAGGED_AS, FlagIn, HopState, flagged
from guardian.cases.machine import CASES
from guardian.cases.values import Case, CaseEvent, CaseKind, CaseState, Door, Report, Wall
from guardian.cases.walls import circle_of, held_by, sent_to_board, walls_from
from guardian.desk.desk import Desk, Topic, View, Work
from guardian.desk.knowing import cases_against_accounts, signs_with_known
from guardian.desk.reading import link_for
from guardian.desk.telling import tell_members
from guardian.desk.walling import contact_among, tell_of_walls
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName
from guardian.journal import PARTY, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.names import code_name as new_code_name
from guardian.people.permissions import UseCase, may
from guardian.people.values import Member
from guardian.spaces.port import Account
from rules.policy import Policy
from rules.routing import Destination, for_report

_FLAG: Final = "flag"
_KINDS: Final[Mapping[Door, str]] = {
    Door.FORUM_FLAG: "a flag",
    Door.NATIVE_ACT: "an act made with the space's own tools",
    Door.REFERRAL: "an account to keep an eye on",
    Door.ESCALATION: "a matter",
}


@dataclass(frozen=True, slots=True)
class MatterLine:
    """One local matter for a moderator. `link` is where the thing is, for places that only moderators see."""

    code_name: str
    kind: str
    space: SpaceName
    since: datetime
    link: str
    waits_for_acceptance: bool = False


@dataclass(frozen=True, slots=True)
class MatterRead:
    """A local matter, and a link that opens its words once, within five minutes."""

    line: MatterLine
    url: str


async def take_flag(desk: Desk, flag: FlagIn) -> str | None:
    """The flag is a local matter of the space's moderators; its code name, or None where this delivery came before.

    Where no moderator is left whom it does not concern, it goes to the working group at once. Policy: P-2.5, P-8.1.
    """
    submission = flagged(flag)
    check_submission(submission, desk.longest_text, desk.largest_file)
    async with desk.works.begin() as work:
        if await work.answers.claim(f"{_FLAG}:{flag.space}", flag.delivery) is not None:
            return None
        said = replace(submission, what_happened=flag.text)
        case = await open_matter(work, desk.policy, flag.space, submission, signs=said)
        flagger = await work.people.member_with(flag.by) if flag.by else None
        if flagger is not None and flag.on is not None:
            await tell_cases_protecting(work, flagger, (flag.on,))
        return case.code_name


async def open_matter(
    work: Work,
    policy: Policy,
    space: SpaceName,
    submission: Submission,
    *,
    by: str = PARTY,
    walls: Iterable[Wall] = (),
    signs: Submission | None = None,
) -> Case:
    """A new local matter of the space's moderators, who have been told of it, less those whom it concerns.

    `walls` stand already and come along; `signs` is what of the submission may point to somebody, where words in it are
    our own. The case is the working group's where no moderator may know of it.
    """
    members = await work.people.members()
    fresh = await fresh_case(work, danger=submission.danger)
    case = replace(fresh, kind=CaseKind.LOCAL, space=space)
    writers = writers_of(submission.evidence)
    found = await signs_with_known(work, signs_of(signs or submission, members), writers)
    needed = walls_from(found, members, policy, case, work.now, by)
    standing = joined(needed, (replace(wall, case=case.id) for wall in walls if wall.lifted_at is None))
    await work.cases.add_case(case)
    for wall in standing:
        await work.cases.add_wall(wall)
    report = await keep_report(work, submission, case)
    about = {"case": str(case.id), "report": str(report.id), "door": report.door}
    work.journal.note(Entry("matter.was_opened", by, "P-8.1", about, case.id))
    if any(may_know(member, case, standing, work.now) for member in members):
        cause = {"cause": "referral"} if report.door is Door.REFERRAL else {}
        await tell_members(work, case, NoticeKind.NEW_MATTER, {"space": str(space), **cause})
        return case
    case = await to_group(work, policy, case)
    await promise_answers(work, policy, report)
    await tell_members(work, case, NoticeKind.DANGER if report.danger else NoticeKind.NEW_REPORT)
    await tell_of_walls(work, case, case)
    return case


async def matters(desk: Desk, by: MemberId) -> tuple[MatterLine, ...]:
    """The open local matters that the moderator may know of, oldest first; those that concern them are not among them."""
    async with desk.works.look() as view:
        return await matters_of(view, by)


async def matters_of(view: View, by: MemberId) -> tuple[MatterLine, ...]:
    """The same at one instant."""
    member = await acting(view, by, UseCase.READ_MATTER)
    local = [c for c in await view.cases.cases() if c.kind is CaseKind.LOCAL and c.state is not CaseState.CLOSED]
    seen = [c for c in local if may_know(member, c, await view.cases.walls_of(c.id), view.now)]
    return tuple([await _line(view, case) for case in seen])


async def read(desk: Desk, by: MemberId, code_name: str) -> MatterRead:
    """The matter with a one-time link to its words; who flagged it is not among them. Policy: P-2.6."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.READ_MATTER)
        line = await _line(view, await matter_for(view, by, code_name))
    return MatterRead(line, await link_for(desk, by, line.code_name))


async def handle(desk: Desk, by: MemberId, code_name: str, what_was_done: str) -> str:
    """The matter is closed as dealt with locally, with what was done. Policy: P-2.3, P-8.1."""
    if not what_was_done.strip():
        raise Refused("nothing_said", "Say in a sentence what was done. It is kept with the matter.", "P-2.3")
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.HANDLE_MATTER)
        case = await matter_for(work, by, code_name)
        state = CASES.advance(case.state, CaseEvent.FILE)
        outcome = what_was_done.strip()
        await work.cases.save_case(replace(case, state=state, outcome=outcome, closed_at=work.now))
        about = {"case": str(case.id)}
        work.journal.note(Entry("matter.was_handled", by_member(by), "P-2.3", about, case.id))
    return f"{case.code_name} is closed as dealt with. What you wrote is kept with it."


async def matter_for(view: View, by: MemberId, code_name: str) -> Case:
    """The local matter of that name for a moderator who may know of it; NotFound for everything and everybody else."""
    member = await view.people.member(by)
    case = await case_for(view, by, code_name)
    if case.kind is not CaseKind.LOCAL or member is None or not may(member, UseCase.READ_MATTER, view.now):
        raise NotFound
    return case


# -- what a case of either kind is made of, in an open transaction


async def tell_cases_protecting(work: Work, actor: Member, accounts: Iterable[Account]) -> None:
    """Cases that protect the owner of one of these accounts from whoever points to it hear of it at once. Policy: P-4.4."""
    for case in await cases_against_accounts(work, actor, accounts):
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.CONFLICT})


async def fresh_case(work: Work, *, danger: bool) -> Case:
    """A case that is not stored yet, with a code name that nobody has or had."""
    taken = await work.cases.code_names() | await work.people.code_names()
    return new_case(new_code_name(taken), work.now, danger=danger)


async def keep_report(work: Work, submission: Submission, case: Case) -> Report:
    """What was sent in stands with the case. Whoever sent it is not written to as a reporter is, who asked for it."""
    report = report_from(submission, case.id, work.now)
    await work.cases.add_report(report)
    for piece in submission.evidence:
        await work.cases.add_evidence(evidence_from(piece, report, work.now))
    return report


async def promise_answers(work: Work, policy: Policy, report: Report) -> None:
    """The deadlines that run from a report run from now. Policy: P-2.4, P-3.6."""
    for promise in promises_for(report, policy):
        await work.promises.add(promise)
    work.wake(Topic.PROMISES)


async def to_group(work: Work, policy: Policy, case: Case) -> Case:
    """The case is the working group's from now on, or the Board's where its walls leave nobody else; nobody is told here.

    Policy: P-2.5, P-8.1.
    """
    walls = await work.cases.walls_of(case.id)
    route = for_report(circle_of(await work.people.members(), work.now), held_by(walls), policy)
    theirs = replace(case, kind=CaseKind.REPORT)
    if route.to is Destination.WORKING_GROUP:
        moved = await work.cases.save_case(theirs)
        return await work.cases.save_case(replace(moved, contact=await contact_among(work, moved, policy)))
    if route.to is Destination.NOBODY_LEFT:
        work.journal.note(Entry("case.has_nobody_left", PARTY, "P-2.5", {"case": str(case.id)}, case.id))
    return await work.cases.save_case(sent_to_board(theirs))


def joined(*walls: Iterable[Wall]) -> tuple[Wall, ...]:
    """The walls, each member's of each kind once."""
    found: dict[tuple[MemberId, str], Wall] = {}
    for wall in (each for group in walls for each in group):
        found.setdefault((wall.member, wall.kind), wall)
    return tuple(found.values())


async def _line(view: View, case: Case) -> MatterLine:
    reports = await view.cases.reports_of(case.id)
    evidence = await view.cases.evidence_of(case.id)
    hops = await view.hops.of_case(case.id)
    return MatterLine(
        case.code_name,
        _kind(reports[0]) if reports else _KINDS[Door.ESCALATION],
        case.space or SpaceName(""),
        case.opened_at,
        next((piece.link for piece in evidence if piece.link), ""),
        any(hop.target == case.id and hop.state is HopState.WAITING for hop in hops),
    )


def _kind(report: Report) -> str:
    kind = _KINDS.get(report.door, _KINDS[Door.ESCALATION])
    flagged_as = report.answers.get(FLAGGED_AS, "")
    return f"{kind} ({flagged_as})" if flagged_as else kind
