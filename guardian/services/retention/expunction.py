"""Forget a case when its day has come: from the facts of that instant, in one transaction, with a certificate.

The day stands as a deadline that is computed anew each day and again when it is due. What is destroyed is a key, so that
every copy forgets with us; keys of the ring that could still open an old copy follow by `key_rotation`. Read `on_expunge_due`
first. Policy: P-9.5.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guardian.cases.case import Case, PartyRole
from guardian.cases.case_records import CaseFacts, StatedRecord
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.retention import ExpungedCase
from guardian.ids import CaseId, MemberId, PersonId
from guardian.journal import SERVICE, Entry
from guardian.sanctions.manual_tasks import ManualTaskState
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, start_deadline
from guardian.services.failed_items import isolate
from guardian.services.records.recorded_cases import consequence_for, recorded_facts, rows_of
from guardian.services.retention.dates import (
    finding_for,
    outcomes_of,
    people_of_case,
    retention_of,
    retention_of_person,
    same_people,
)
from rules.retention import RetentionDate, copies_open_until, may_forget, next_retention_review

_SOURCE = "the date of a closed case"
_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueCase:
    """What would be forgotten now: a case, and the people who are known by nothing else, by code names."""

    case: str
    people: tuple[str, ...]
    reports: int
    at: datetime
    copies_open_until: datetime


async def refresh_dates(app: AppContext) -> None:
    """Compute the date of every closed case anew; one that cannot be computed stops no other."""
    async with app.units_of_work.read() as view:
        closed = await view.retention.closed_cases()
    for case in closed:
        await isolate(app, _SOURCE, case, _refresh(app, case))


async def list_due(app: AppContext) -> tuple[DueCase, ...]:
    """Return what would be forgotten at this instant, oldest case first; nothing is changed."""
    async with app.units_of_work.read() as view:
        found = [await _due_case(app, view, case) for case in await view.retention.closed_cases()]
    return tuple(each for each in found if each is not None)


async def forget_due(app: AppContext) -> int:
    """Forget every case whose day has come, and return how many these were."""
    await refresh_dates(app)
    done = 0
    async with app.units_of_work.read() as view:
        closed = await view.retention.closed_cases()
    for case in closed:
        async with app.units_of_work.begin() as uow:
            done += await _forget_if_due(app, uow, await get_case(uow, case))
    return done


async def on_expunge_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Forget the case if the facts of now say so; else its date is another, or it is looked at again in a day."""
    case = await uow.cases.case(deadline.case) if deadline.case else None
    if case is None or await uow.retention.expunged(case.id) is not None:
        await complete(uow, deadline)
        return
    if await _forget_if_due(app, uow, case):
        return
    await complete(uow, deadline)
    await _note_date(uow, case, await retention_of(uow, case, app.policy), no_sooner_than=uow.now + _AGAIN_AFTER)


async def _refresh(app: AppContext, case_id: CaseId) -> None:
    async with app.units_of_work.begin() as uow:
        case = await get_case(uow, case_id)
        retention = await retention_of(uow, case, app.policy)
        if not await _stands(uow, case, retention):
            for kind in (DeadlineKind.EXPUNGE, DeadlineKind.RETENTION_REVIEW):
                for deadline in await uow.deadlines.open_for(case.id, kind):
                    if kind is DeadlineKind.EXPUNGE or retention.at is not None:
                        await complete(uow, deadline)
            await _note_date(uow, case, retention)
        if retention.at is None and case.closed_at is not None:
            await _start_review(app, uow, case, case.closed_at)
        await _forget_people_due(app, uow, case)


async def _stands(view: ReadView, case: Case, retention: RetentionDate) -> bool:
    """Whether the date that is stored is the one that the facts give."""
    stored = [each.due for each in await view.deadlines.open_for(case.id, DeadlineKind.EXPUNGE)]
    return stored == ([] if retention.at is None else [retention.at])


async def _note_date(
    uow: UnitOfWork, case: Case, retention: RetentionDate, no_sooner_than: datetime | None = None
) -> None:
    """Store the date as a deadline; what keeps a case whose day has come is asked again no sooner than that."""
    if retention.at is not None:
        next_at = max(retention.at, no_sooner_than or retention.at)
        await start_deadline(uow, DeadlineKind.EXPUNGE, case.id, retention.at, next_at=next_at)


async def _start_review(app: AppContext, uow: UnitOfWork, case: Case, since: datetime) -> None:
    if not await uow.deadlines.open_for(case.id, DeadlineKind.RETENTION_REVIEW):
        review = next_retention_review(since, uow.now, app.policy)
        await start_deadline(uow, DeadlineKind.RETENTION_REVIEW, case.id, review)


async def _forget_if_due(app: AppContext, uow: UnitOfWork, case: Case) -> bool:
    retention = await retention_of(uow, case, app.policy)
    leaving = await _leaving_people(uow, case)
    released = await _is_released(uow, leaving)
    if not may_forget(retention, uow.now, is_time_trusted=app.clock.trusted(), is_released=released):
        return False
    await _forget(app, uow, case)
    return True


async def _forget(app: AppContext, uow: UnitOfWork, case: Case) -> None:
    left = await _counts(app, uow, case)
    touched, records = await _everybody_near(uow, case), await _records_to_keep(uow, case)
    await uow.retention.expunge_case(left)
    for record in records:
        await uow.records.keep_stated(record)
    gone = [each for each in touched if not await _is_kept(uow, each) and await uow.retention.expunge_person(each)]
    for person in touched:
        await _forget_evidence(uow, case, person)
    await uow.retention.begin_key_rotation(left.copies_open_until)
    uow.scrub_after_commit()
    about = {"case": str(case.id), "people": " ".join(gone), "copies_open_until": left.copies_open_until.isoformat()}
    uow.journal.note(Entry(act="case.was_expunged", by=SERVICE, authority="P-9.5", about=about, case=case.id))


async def _forget_evidence(uow: UnitOfWork, case: Case, person: PersonId) -> None:
    """Forget what the case said of accounts of whoever stays; what restricts them there stays bound to the account."""
    for link in await uow.people.accounts_of(person):
        others = tuple(each for each in link.case_evidence if each.case != case.id)
        if others == link.case_evidence:
            continue
        # A link that no case names would be nobody's to see, and nobody's to undo: then it stays, without its words.
        kept = others or tuple(replace(each, evidence="") for each in link.case_evidence)
        await uow.people.save_account(replace(link, case_evidence=kept, evidence=others[-1].evidence if others else ""))


async def _records_to_keep(view: ReadView, case: Case) -> tuple[StatedRecord, ...]:
    """What the sheet and the numbers say of the case, without the group's own words: it stays (P-9.5, P-10.1)."""
    every = await recorded_facts(view, [case.id])
    return tuple(record for facts in every for record in _kept(facts, view.now))


def _kept(facts: CaseFacts, now: datetime) -> Iterator[StatedRecord]:
    rows = rows_of(facts)
    matter = replace(rows[0], person="", consequence=consequence_for(facts, None))
    people: tuple[PersonId | None, ...] = (None, *facts.people)
    for person, row in zip(people, (matter, *rows), strict=False):
        stated = facts.stated_of(person)
        yield StatedRecord(
            case=facts.case.id,
            person=person,
            by=MemberId(SERVICE),
            at=now,
            ongoing=stated.ongoing,
            acted=row.acted,
            acted_locally=row.acted_locally,
            place=stated.place,
            types=stated.types,
            row=replace(row, source_words="", consequence_words="", document=""),
        )


async def _forget_people_due(app: AppContext, uow: UnitOfWork, case: Case) -> None:
    """Forget who is only still in the case because another person of it is: their own day counts."""
    people = await people_of_case(uow, case)
    gone = [each for each in people if len(people) > 1 and await _is_day_of(app, uow, each)]
    gone = [each for each in gone if await uow.retention.expunge_person(each)]
    if gone:
        until = copies_open_until(uow.now, app.policy)
        await uow.retention.begin_key_rotation(until)
        uow.scrub_after_commit()
        about = {"people": " ".join(gone), "copies_open_until": until.isoformat()}
        uow.journal.note(Entry(act="people.were_expunged", by=SERVICE, authority="P-9.5", about=about))


async def _is_day_of(app: AppContext, view: ReadView, person: PersonId) -> bool:
    """Whether every case that the person is reported in asks for nothing more of them, and nothing else knows them."""
    near = await same_people(view, person)
    reported = {case.id: case for each in near for case in await view.cases.cases_of(each)}
    if await _is_kept(view, person, reported) or not await _is_released(view, near):
        return False
    dates = [await retention_of_person(view, person, case, app.policy) for case in reported.values()]
    trusted = app.clock.trusted()
    return all(may_forget(each, view.now, is_time_trusted=trusted, is_released=True) for each in dates)


async def _counts(app: AppContext, view: ReadView, case: Case) -> ExpungedCase:
    people: tuple[PersonId | None, ...] = await people_of_case(view, case) or (None,)
    outcomes = [each for person in people for each in await outcomes_of(view, case, person)]
    return ExpungedCase(
        case=case.id,
        at=view.now,
        reports=len(await view.cases.reports_of(case.id)),
        people=sum(party.role is PartyRole.REPORTED for party in await view.cases.parties_of(case.id)),
        finding=max([await finding_for(view, case, person, app.policy) for person in people]),
        outcomes=tuple(dict.fromkeys(outcomes)),
        copies_open_until=copies_open_until(view.now, app.policy),
    )


async def _everybody_near(view: ReadView, case: Case) -> tuple[PersonId, ...]:
    """Everybody whom the case knows, and whoever was kept for their sake."""
    near: dict[PersonId, None] = {}
    for person in await view.retention.people_in(case.id):
        near |= dict.fromkeys(await same_people(view, person))
    return tuple(near)


async def _is_kept(view: ReadView, person: PersonId, besides: Collection[CaseId] = ()) -> bool:
    """Whether a case besides these still needs the person, or anybody by whose accounts they are restricted."""
    return any([await view.retention.is_kept(each, besides) for each in await same_people(view, person)])


async def _leaving_people(view: ReadView, case: Case) -> tuple[PersonId, ...]:
    """Whoever is known by this case alone."""
    near = await _everybody_near(view, case)
    return tuple([each for each in near if not await _is_kept(view, each, [case.id])])


async def _is_released(view: ReadView, people: tuple[PersonId, ...]) -> bool:
    """Whether nothing of ours stands at any account of theirs, and nothing is under way there."""
    for person in people:
        links = [link.id for link in await view.people.accounts_of(person)]
        if links and await view.sanctions.restricted_by_us(links):
            return False
        if any([await view.sanctions.open_intents(link) for link in links]):
            return False
        if any(task.state is ManualTaskState.OPEN for task in await view.manual_tasks.of_accounts(links)):
            return False
    return True


async def _due_case(app: AppContext, view: ReadView, case_id: CaseId) -> DueCase | None:
    case = await get_case(view, case_id)
    retention = await retention_of(view, case, app.policy)
    leaving = await _leaving_people(view, case)
    released = await _is_released(view, leaving)
    if not may_forget(retention, view.now, is_time_trusted=app.clock.trusted(), is_released=released):
        return None
    known = [await view.people.person(person) for person in leaving]
    return DueCase(
        case=case.code_name,
        people=tuple(person.code_name for person in known if person is not None),
        reports=len(await view.cases.reports_of(case.id)),
        at=view.now,
        copies_open_until=copies_open_until(view.now, app.policy),
    )
