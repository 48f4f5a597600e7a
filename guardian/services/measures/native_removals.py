"""Treat a removal with a space's own menu as an act like a ban: it leaves no state, so the space's records are read.

Read `inspect_removals` first. What leaves a state is found by `native_actions`. Policy: P-7.2.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from guardian.cases.case import CaseKind
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import EvidenceInput, Submission
from guardian.ids import SpaceName
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import CHAIRS, MEMBERS, MODERATORS, Seat, holds_seat
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import start_deadline
from guardian.services.escalation.local_matters import prepare_case, save_report
from guardian.services.failed_items import isolate
from guardian.services.identity.linking import FoundAccount
from guardian.services.measures.measure_records import notify_protecting_cases
from guardian.services.measures.native_records import find_account_or_id, owner_of
from guardian.services.notify import notify_member, notify_members
from guardian.services.unilateral.removal import record_removal
from guardian.services.visibility import add_known_accounts
from guardian.spaces.port import Account, Unknown
from guardian.spaces.removals import Removal, RemovalRecords
from rules.conflicts import ConflictIndicators
from rules.measures import explanation_due_at

_LOOKED_BACK: Final = timedelta(days=2)
"""How old a removal may be to be found: longer than a space's records and events are ever late, shorter than
deliveries are remembered."""


async def inspect_removals(app: AppContext, name: SpaceName, native_id: str | None = None) -> None:
    """Read who was put out there, and treat each once, as whose doing it is asks for; None: everybody of late.

    What was done before the space's baseline stood is not an act of today.
    """
    space: object = app.spaces.get(name)
    async with app.units_of_work.read() as view:
        since = await view.foreign.baseline_taken_at(name)
    if since is None or not isinstance(space, RemovalRecords):
        return
    found = await space.removals(native_id)
    if isinstance(found, Unknown):
        # The next event, or the next resync, reads the records again.
        return
    earliest = max(since, app.clock.now() - _LOOKED_BACK)
    for removal in found:
        if removal.at >= earliest:
            await isolate(app, f"a removal found on {name}", removal.id, _treat(app, removal))


async def _treat(app: AppContext, removal: Removal) -> None:
    found = await find_account_or_id(app, removal.account)
    space = removal.account.space
    async with app.units_of_work.begin() as uow:
        if await uow.idempotency.claim(f"removals of {space}", removal.id) is not None:
            return
        author = await uow.people.member_with_account(Account(space, removal.by))
        if author is not None and holds_seat(author, MEMBERS, uow.now):
            await record_removal(app, uow, author, found)
        elif author is not None and holds_seat(author, Seat(MODERATORS.group, space=space), uow.now):
            await _record_moderators(app, uow, author, found)
        else:
            await _ask_about_stranger(uow, space)


async def _record_moderators(app: AppContext, uow: UnitOfWork, author: Member, found: FoundAccount) -> None:
    """Open a local matter, in which whoever did it owes the reason, as of any measure. It has no end: they may return."""
    fresh = await prepare_case(uow, danger=False)
    case = replace(fresh, kind=CaseKind.LOCAL, space=found.account.space, contact=author.id)
    await uow.cases.add_case(case)
    known = await add_known_accounts(uow, ConflictIndicators(), (found.account,))
    own = await uow.people.member_with_account(found.account)
    concerned = known.authors | ({own.id} if own is not None else frozenset())
    for member in sorted(concerned):
        exclusion = Exclusion(
            case=case.id,
            member=member,
            kind=ExclusionKind.EXCLUDED,
            cause="it was done to them",
            at=uow.now,
            by=SERVICE,
        )
        await uow.cases.add_exclusion(exclusion)
    text = "An account was put out with the space's own menu. Whoever did it, please say why when it is closed as dealt with."
    evidence = EvidenceInput(kind="account", author=found.account, author_handle=found.handle, text=text)
    submission = Submission(
        channel=ReportChannel.NATIVE_ACTION, what_happened=text, who=found.handle, evidence=(evidence,)
    )
    await save_report(uow, submission, case)
    due = explanation_due_at(uow.now, app.policy)
    half = uow.now + (due - uow.now) / 2
    await start_deadline(uow, DeadlineKind.NATIVE_REASON, case.id, due, next_at=half)
    await notify_members(uow, case, NoticeKind.NEW_MATTER, {"space": str(case.space)})
    question = {"space": str(case.space), "due": due.isoformat(), "what": "put_out"}
    await notify_members(uow, case, NoticeKind.NATIVE_ACTION_QUESTION, question, only=[author.id])
    person = await owner_of(uow, found.account)
    if person is not None:
        await notify_protecting_cases(uow, app.policy, author, person, case)
    about = {"case": str(case.id), "space": str(case.space), "member": str(author.id)}
    uow.journal.note(Entry(act="native_act.was_noticed", by=SERVICE, authority="P-7.2", about=about, case=case.id))


async def _ask_about_stranger(uow: UnitOfWork, space: SpaceName) -> None:
    """Ask the space's moderators, or the chairs where it has none: whoever did it is not known here."""
    members = await uow.people.members()
    there = [m for m in members if holds_seat(m, Seat(MODERATORS.group, space=space), uow.now)]
    for member in there or [m for m in members if holds_seat(m, CHAIRS, uow.now)]:
        facts = {"space": str(space), "what": "put_out"}
        await notify_member(uow, member.id, NoticeKind.NATIVE_ACTION_BY_STRANGER, facts)
    about = {"space": str(space)}
    uow.journal.note(Entry(act="native_act.is_nobodys", by=SERVICE, authority="P-7.2", about=about))
