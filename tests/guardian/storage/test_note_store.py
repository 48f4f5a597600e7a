"""Notes and claims of tasks are read back as they were written, sealed; what waits is read over all cases together."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.notes import CaseAssessment, Findings, Inquiry, Note, NoteContent, NoteKind, Violation
from guardian.cases.submissions import new_case
from guardian.cases.tasks import TaskClaim, TaskKind
from guardian.errors import Stale
from guardian.ids import new_id
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.conflicts import ConflictStatus
from tests.builders.community import AMARA, BRUNO, DMITRI, everybody
from tests.fakes.clock import START

CASE = replace(new_case("velvet-harbour", START, danger=False), audience=(AMARA, BRUNO))
NOTE = Note(id=new_id(), case=CASE.id, kind=NoteKind.DISCUSSION, author=AMARA, at=START, text="words of the group")
CONTENTS: tuple[NoteContent, ...] = (
    Inquiry("a witness", START, "What did you see?", "All of it."),
    CaseAssessment("ours", "two left", "likely"),
    Findings("insults", Violation.ACCOUNT_COMPROMISED, "a stranger", "no"),
)
CLAIM = TaskClaim(id=new_id(), case=CASE.id, kind=TaskKind.READ_DRAFT, subject="draft-1", member=BRUNO, at=START)


async def prepared(units_of_work: SqlUnitOfWorkFactory) -> None:
    """The members and the case, from which one has stepped back."""
    async with units_of_work.begin() as uow:
        for member in everybody():
            await uow.people.add_member(member)
        await uow.cases.add_case(CASE)
        recused = Exclusion(case=CASE.id, member=DMITRI, kind=ExclusionKind.RECUSED, cause="other", at=START, by=DMITRI)
        await uow.cases.add_exclusion(recused)


async def test_notes_of_every_kind_are_read_back_oldest_first(units_of_work: SqlUnitOfWorkFactory) -> None:
    await prepared(units_of_work)
    kinds = (NoteKind.INQUIRY, NoteKind.ASSESSMENT, NoteKind.FINDINGS)
    notes = [
        replace(NOTE, id=new_id(), kind=kind, content=content, at=START + timedelta(hours=number), mentions=(BRUNO,))
        for number, (kind, content) in enumerate(zip(kinds, CONTENTS, strict=True))
    ]
    async with units_of_work.begin() as uow:
        for note in notes:
            await uow.notes.add_note(note)
    async with units_of_work.read() as view:
        assert await view.notes.notes_of(CASE.id) == tuple(notes)


async def test_a_note_in_the_database_says_neither_its_words_nor_whose_they_are(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    await prepared(units_of_work)
    async with units_of_work.begin() as uow:
        await uow.notes.add_note(NOTE)
        await uow.task_claims.add_claim(CLAIM)
    async with units_of_work.read() as view:
        rows = [(await view.connection.execute(text(f"SELECT * FROM {t}"))).all() for t in ("notes", "task_claims")]
    seen = repr(rows)
    assert not [word for word in ("words of the group", AMARA, BRUNO, "draft-1", "discussion") if word in seen]


async def test_a_claim_stands_until_it_is_taken_back(units_of_work: SqlUnitOfWorkFactory) -> None:
    await prepared(units_of_work)
    async with units_of_work.begin() as uow:
        await uow.task_claims.add_claim(CLAIM)
    async with units_of_work.begin() as uow:
        assert await uow.task_claims.standing_claims(START) == (CLAIM,)
        assert await uow.task_claims.standing_claims(START + timedelta(seconds=1)) == ()
        await uow.task_claims.save_claim(replace(CLAIM, ended_at=START))
        assert await uow.task_claims.standing_claims(START) == ()
        with pytest.raises(Stale):
            await uow.task_claims.save_claim(CLAIM)


async def test_a_case_in_brief_says_all_that_says_who_may_know_of_it(units_of_work: SqlUnitOfWorkFactory) -> None:
    """P-2.5"""
    await prepared(units_of_work)
    async with units_of_work.read() as view:
        (summary,) = await view.open_work.summaries()
        work = await view.open_work.open_work(START)
        case = await view.cases.case(CASE.id)
    assert case is not None
    brief = [getattr(case, name) for name in summary.__slots__]
    assert brief == [getattr(summary, name) for name in summary.__slots__]
    assert work.cases == {CASE.id: summary}
    assert work.statuses == {CASE.id: {DMITRI: ConflictStatus.RECUSED}}
