"""Marks of risk and raised conflicts are read back as they were written, sealed, and changed by their version."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from guardian.cases.conflict_claims import ConflictClaim
from guardian.cases.risk import RiskMark
from guardian.cases.submissions import new_case
from guardian.errors import Stale
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, DMITRI, everybody
from tests.fakes.clock import START

CASE = new_case("velvet-harbour", START, danger=False)
CLAIM = ConflictClaim(
    id="doubt-1",
    case=CASE.id,
    about=DMITRI,
    by=BRUNO,
    at=START,
    reason=ConflictReason.SAME_EMPLOYER,
    words="a doubt in words",
)
DECIDED = replace(CLAIM, decided_at=START, decided_by=AMARA, upheld=True, answer="an answer in words")


async def prepared(units_of_work: SqlUnitOfWorkFactory) -> None:
    """The members and the case, with one raised conflict."""
    async with units_of_work.begin() as uow:
        for member in everybody():
            await uow.people.add_member(member)
        await uow.cases.add_case(CASE)
        await uow.cases.add_conflict_claim(CLAIM)


async def test_marks_are_read_back_oldest_first(units_of_work: SqlUnitOfWorkFactory) -> None:
    await prepared(units_of_work)
    marks = (
        RiskMark(CASE.id, BRUNO, START, True, "a risk in words"),
        RiskMark(CASE.id, AMARA, START + timedelta(hours=1), False, "no risk in words"),
    )
    async with units_of_work.begin() as uow:
        for mark in marks:
            await uow.cases.add_risk_mark(mark)
    async with units_of_work.read() as view:
        assert await view.cases.risk_marks_of(CASE.id) == marks


async def test_a_raised_conflict_is_read_back_before_and_after_it_is_decided(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    await prepared(units_of_work)
    async with units_of_work.read() as view:
        assert await view.cases.conflict_claims_of(CASE.id) == (CLAIM,)
    async with units_of_work.begin() as uow:
        kept = await uow.cases.save_conflict_claim(DECIDED)
        with pytest.raises(Stale):
            await uow.cases.save_conflict_claim(DECIDED)
    async with units_of_work.read() as view:
        assert await view.cases.conflict_claims_of(CASE.id) == (kept,) == (replace(DECIDED, version=1),)


async def test_no_word_of_a_raised_conflict_lies_open(units_of_work: SqlUnitOfWorkFactory) -> None:
    """Architecture 6"""
    await prepared(units_of_work)
    async with units_of_work.begin() as uow:
        rows = (await uow.connection.execute(text("SELECT * FROM conflict_claims"))).all()
    assert len(rows) == 1
    assert all(secret not in repr(rows) for secret in ("words", ConflictReason.SAME_EMPLOYER.value))
