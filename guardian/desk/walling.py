"""Puts walls in front of members as soon as something in a case points to them, before anybody is told of it.

Policy: P-2.5, P-4.1.
"""

from collections.abc import Container
from dataclasses import replace

from guardian.cases.stores import CaseView
from guardian.cases.values import Case
from guardian.cases.walls import circle_of, goes_to_board, held_by, sent_to_board, spared, still_needed, walls_from
from guardian.desk.counting import recount
from guardian.desk.desk import Work
from guardian.desk.telling import tell_deciders, tell_members, tell_reporters
from guardian.ids import MemberId
from guardian.journal import Entry
from guardian.notices.values import News, NoticeKind
from guardian.people.values import Member
from rules.conflicts import Signs, Standing
from rules.policy import Policy
from rules.routing import contact_for


async def wall_off(work: Work, policy: Policy, case: Case, signs: Signs[MemberId], by: str) -> tuple[Case, bool]:
    """Whoever the signs point to is kept out from now on; the case as it then stands, and whether that changed.

    Nobody is told of the wall here: see `tell_of_walls`. Ballots are counted again without them (P-5.1).
    """
    members = await work.people.members()
    before = await work.cases.walls_of(case.id)
    needed = walls_from(signs, members, policy, case, work.now, by)
    fresh = still_needed(needed, before, spared(signs, before, case.contact))
    for wall in fresh:
        await work.cases.add_wall(wall)
        about = {"case": case.id, "member": wall.member, "kind": wall.kind}
        work.journal.note(Entry("wall.was_put_up", by, "P-2.5", about, case.id))
    concerned = [wall.member for wall in fresh]
    if (
        fresh
        and not case.board_only
        and goes_to_board(circle_of(members, work.now), (*before, *fresh), concerned, policy)
    ):
        case = await to_board(work, case, by)
    if fresh:
        case = await recount(work, case, policy)
        case = await _another_contact(work, policy, case, concerned)
    return case, bool(fresh)


async def _another_contact(work: Work, policy: Policy, case: Case, concerned: Container[MemberId]) -> Case:
    """Whoever is kept out speaks to the reporter no more: somebody else does, and the reporter knows. Policy: P-3.4."""
    if case.contact is None or case.contact not in concerned:
        return case
    chosen = await contact_among(work, replace(case, contact=None), policy)
    changed = await work.cases.save_case(replace(case, contact=chosen))
    if chosen is not None:
        await tell_reporters(work, changed, NoticeKind.REPORTER_NEWS, {"news": News.CONTACT_CHANGED})
    return changed


async def to_board(work: Work, case: Case, by: str) -> Case:
    """The case is the Board's and nobody else's from now on."""
    work.journal.note(Entry("case.went_to_board", by, "P-2.5", {"case": case.id}, case.id))
    return await work.cases.save_case(sent_to_board(case))


async def tell_of_walls(work: Work, before: Case, after: Case) -> None:
    """Those who now decide are told: the Board that a case has come to it, or a chair that somebody waits for a word."""
    if after.board_only and not before.board_only:
        await tell_members(work, after, NoticeKind.WITH_BOARD, {"news": News.TO_BOARD})
    if await somebody_is_held_out(work, after):
        await tell_deciders(work, after, NoticeKind.HELD_OUT_TO_DECIDE)


async def somebody_is_held_out(view: CaseView, case: Case) -> bool:
    """Whether the case waits for a word on somebody who may be concerned."""
    return Standing.HELD_OUT in held_by(await view.cases.walls_of(case.id)).values()


async def contact_among(view: CaseView, case: Case, policy: Policy) -> MemberId | None:
    """Who speaks to the reporter as things stand; where policy names nobody, the first who asked to."""
    members = await view.people.members()
    held = held_by(await view.cases.walls_of(case.id))
    return contact_for(circle_of(members, view.now), held, case.contact, None, policy)


def name_of(members: tuple[Member, ...], member: MemberId | None) -> str:
    """What the member is called; empty where nobody is meant."""
    return next((each.name for each in members if each.id == member), "")
