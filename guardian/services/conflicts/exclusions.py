"""Exclude members as soon as something in a case points to them, before anybody is notified of it.

Read `exclude_indicated` first. Policy: P-2.5, P-4.1.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Final

from guardian.cases.access import members_who_may_know
from guardian.cases.case import Case
from guardian.cases.case_store import CaseView
from guardian.cases.conflict_claims import ConflictClaim
from guardian.cases.exclusions import (
    as_board_case,
    conflict_status_by_member,
    exempt,
    handling_groups,
    missing_exclusions,
    must_go_to_board,
    split_by_effect,
)
from guardian.ids import MemberId, new_id
from guardian.journal import PARTY, SERVICE, Entry
from guardian.notices.models import News, NoticeKind
from guardian.people.models import Member
from guardian.services.conflicts.claim_records import record_claims
from guardian.services.conflicts.indicated import indicated_exclusions
from guardian.services.context import UnitOfWork
from guardian.services.deliberation.tally import recount
from guardian.services.notify import notify_deciders, notify_members, notify_reporters
from rules.conflicts import ConflictIndicators, ConflictReason, ConflictStatus, Speaker
from rules.policy import Policy
from rules.routing import contact_for

POINTED_AT: Final[Mapping[Speaker, str]] = {
    Speaker.REPORTER: "What a reporter has added names them, or an account of theirs.",
    Speaker.OTHER: "Words that are not shown to be a reporter's name them, or an account of theirs.",
}
"""What stands with a claim that words made, in place of the words themselves."""


async def exclude_indicated(
    uow: UnitOfWork,
    policy: Policy,
    case: Case,
    indicators: ConflictIndicators[MemberId],
    by: str,
    speaker: Speaker,
) -> tuple[Case, bool]:
    """Exclude whoever the indicators point to; return the case as it then stands, and whether that changed.

    Nobody is notified of an exclusion here: see `notify_of_exclusions`. Ballots are counted again without them (P-5.1).
    What may not keep anybody out by itself, by whose word it is, becomes a claim that a chair decides (P-2.5).
    """
    members = await uow.people.members()
    before = await uow.cases.exclusions_of(case.id)
    needed = await indicated_exclusions(uow, indicators, members, policy, case, by)
    # A reporter's later words may call the contact person by name; nobody else's say so little.
    addressed = case.contact if speaker is Speaker.REPORTER else None
    missing = missing_exclusions(needed, before, exempt(indicators, before, addressed))
    taking_part = {member.id for member in await members_who_may_know(uow, case)}
    fresh, claimed = split_by_effect(missing, before, speaker, taking_part)
    await _claim_conflicts(uow, policy, case, claimed, speaker)
    for exclusion in fresh:
        await uow.cases.add_exclusion(exclusion)
        about = {"case": case.id, "member": exclusion.member, "kind": exclusion.kind}
        uow.journal.note(Entry(act="wall.was_put_up", by=by, authority="P-2.5", about=about, case=case.id))
    concerned = [exclusion.member for exclusion in fresh]
    if (
        fresh
        and not case.board_only
        and must_go_to_board(handling_groups(members, uow.now), (*before, *fresh), concerned, policy)
    ):
        case = await send_to_board(uow, case, by)
    if fresh:
        case = await recount(uow, case, policy)
        case = await _replace_contact(uow, policy, case, concerned)
    return case, bool(fresh)


async def _claim_conflicts(
    uow: UnitOfWork, policy: Policy, case: Case, members: Iterable[MemberId], speaker: Speaker
) -> None:
    """Put each member to whoever decides, once: not while a claim waits, nor again after the same speaker's was decided.

    What the accused has claimed says nothing of what a reporter says of the same member later.
    """
    earlier = await uow.cases.conflict_claims_of(case.id)
    known = {c.about for c in earlier if c.decided_at is None or (c.by is None and c.speaker is speaker)}
    claims = [
        ConflictClaim(
            id=new_id(),
            case=case.id,
            about=member,
            by=None,
            at=uow.now,
            reason=ConflictReason.OTHER,
            words=POINTED_AT[speaker],
            speaker=speaker,
        )
        for member in members
        if member not in known
    ]
    await record_claims(uow, policy, case, claims)
    for claim in claims:
        named = {"case": case.id, "doubt": claim.id, "member": claim.about}
        uow.journal.note(Entry(act="conflict.was_raised", by=SERVICE, authority="P-2.5", about=named, case=case.id))


async def _replace_contact(uow: UnitOfWork, policy: Policy, case: Case, concerned: Container[MemberId]) -> Case:
    """Replace a contact who is excluded by somebody else, and notify the reporter. Policy: P-3.4."""
    if case.contact is None or case.contact not in concerned:
        return case
    chosen = await choose_contact(uow, replace(case, contact=None), policy)
    changed = await uow.cases.save_case(replace(case, contact=chosen))
    if chosen is not None:
        await notify_reporters(uow, changed, NoticeKind.REPORTER_NEWS, {"news": News.CONTACT_CHANGED})
    return changed


async def send_to_board(uow: UnitOfWork, case: Case, by: str) -> Case:
    """Make the case the Board's and nobody else's."""
    uow.journal.note(Entry(act="case.went_to_board", by=by, authority="P-2.5", about={"case": case.id}, case=case.id))
    return await uow.cases.save_case(as_board_case(case))


async def notify_of_exclusions(uow: UnitOfWork, before: Case, after: Case) -> None:
    """Notify those who now decide: the Board that a case has come to it, or a chair that an exclusion is pending."""
    if after.board_only and not before.board_only:
        await notify_members(uow, after, NoticeKind.WITH_BOARD, {"news": News.TO_BOARD})
    if await has_pending_exclusion(uow, after):
        await notify_deciders(uow, after, NoticeKind.EXCLUSION_TO_DECIDE)


async def has_pending_exclusion(view: CaseView, case: Case) -> bool:
    """Return whether the case waits for a decision on somebody who may be concerned."""
    return ConflictStatus.PENDING in conflict_status_by_member(await view.cases.exclusions_of(case.id)).values()


async def choose_contact(view: CaseView, case: Case, policy: Policy) -> MemberId | None:
    """Return who speaks to the reporter as things stand; where policy names nobody, the first who asked to."""
    members = await view.people.members()
    statuses = conflict_status_by_member(await view.cases.exclusions_of(case.id))
    return contact_for(handling_groups(members, view.now), statuses, case.contact, None, policy)


def member_name(members: tuple[Member, ...], member: MemberId | None) -> str:
    """Return what the member is called; empty where nobody is meant."""
    return next((each.name for each in members if each.id == member), "")


async def claim_named_in_text(uow: UnitOfWork, policy: Policy, case: Case, text: str) -> None:
    """Let a chair decide of whomever the words of somebody other than the reporter point to. Policy: P-2.5.

    Everybody keeps their place meanwhile, and their ballot: else the accused would choose who judges.
    """
    await exclude_indicated(uow, policy, case, ConflictIndicators(texts=(text,)), PARTY, Speaker.OTHER)
