"""The register of affiliated programs, and when each owes its transparency report. Read `register_program` first.

Nothing of any case is in it. Policy: P-9.7.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import require_permission
from guardian.cases.affiliates import AffiliatedProgram
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete, complete_about, reschedule, start_deadline
from guardian.services.membership.representatives import end_representatives_of
from guardian.services.notify import notify_office
from rules.deadlines import TimeLimit, due_at

_REMIND_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ProgramInput:
    """A program as a member registers it: its name, a contact by name with their own address, and since when."""

    name: str
    contact: str
    address: str
    joined_at: datetime


async def register_program(app: AppContext, by: MemberId, given: ProgramInput) -> str:
    """Register a program; its first report is due a term after it joined. Return its id."""
    name, contact, address = given.name.strip(), given.contact.strip(), given.address.strip()
    if not name or not contact or "@" not in address:
        raise Refused("no_contact", "Give the program's name, and a contact by name with their own address.", "P-9.7")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.KEEP_AFFILIATES)
        due = max(due_at(TimeLimit.AFFILIATE_REPORT, given.joined_at, app.policy), uow.now)
        program = AffiliatedProgram(
            id=new_id(), name=name, contact=contact, address=address, joined_at=given.joined_at, due_at=due, by=by
        )
        await uow.affiliates.add_affiliate(program)
        await start_deadline(uow, DeadlineKind.AFFILIATE_REPORT, None, due, about=program.id)
        _note(uow, "program.was_registered", by, program)
    return program.id


async def list_programs(app: AppContext, by: MemberId) -> tuple[AffiliatedProgram, ...]:
    """Return every program, the one whose report is due first before all others."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.KEEP_AFFILIATES)
        return await view.affiliates.affiliates()


async def note_program_report(app: AppContext, by: MemberId, program_id: str, came_at: datetime) -> datetime:
    """Note that a program's transparency report has come; return when the next one is due."""
    async with app.units_of_work.begin() as uow:
        program = await _running_program(uow, by, program_id)
        if came_at > uow.now or came_at < program.joined_at:
            raise Refused("came_at", "A report comes after the program has joined, and not in the future.", "P-9.7")
        due = due_at(TimeLimit.AFFILIATE_REPORT, came_at, app.policy)
        await uow.affiliates.save_affiliate(replace(program, reported_at=came_at, due_at=due))
        await complete_about(uow, program.id, DeadlineKind.AFFILIATE_REPORT)
        await start_deadline(uow, DeadlineKind.AFFILIATE_REPORT, None, due, about=program.id)
        _note(uow, "program.has_reported", by, program)
    return due


async def end_program(app: AppContext, by: MemberId, program_id: str) -> None:
    """Note that a program is affiliated no more: it owes nothing from now on, and nobody speaks for it here."""
    async with app.units_of_work.begin() as uow:
        program = await _running_program(uow, by, program_id)
        await uow.affiliates.save_affiliate(replace(program, ended_at=uow.now))
        await complete_about(uow, program.id, DeadlineKind.AFFILIATE_REPORT)
        await end_representatives_of(app, uow, program.id, by_member(by))
        _note(uow, "program.has_left", by, program)


async def on_report_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind the chairs that a program owes its report, every week until it has come or the program has left."""
    program = await uow.affiliates.affiliate(deadline.about)
    if program is None or program.ended_at is not None:
        await complete(uow, deadline)
        return
    facts = {"due": deadline.due.isoformat()}
    await notify_office(uow, Group.WORKING_GROUP, Office.CHAIR, NoticeKind.AFFILIATE_REPORT, facts)
    await reschedule(uow, deadline, uow.now + _REMIND_AFTER)


async def _running_program(uow: UnitOfWork, by: MemberId, program_id: str) -> AffiliatedProgram:
    await require_permission(uow, by, UseCase.KEEP_AFFILIATES)
    program = await uow.affiliates.affiliate(program_id)
    if program is None or program.ended_at is not None:
        raise NotFound
    return program


def _note(uow: UnitOfWork, act: str, by: MemberId, program: AffiliatedProgram) -> None:
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-9.7", about={"program": program.id}))
