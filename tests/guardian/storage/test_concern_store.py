"""Marks of risk and raised conflicts are read back as they were written, sealed, and changed by their version."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from guardian.cases.concerns import Doubt, RiskMark
from guardian.cases.intake import new_case
from guardian.errors import Stale
from guardian.storage.work import Works
from rules.conflicts import Reason
from tests.builders.desk import AMARA, BRUNO, DMITRI, everybody
from tests.fakes.clock import START

CASE = new_case("velvet-harbour", START, danger=False)
DOUBT = Doubt("doubt-1", CASE.id, DMITRI, BRUNO, START, Reason.SAME_EMPLOYER, "a doubt in words")
DECIDED = replace(DOUBT, decided_at=START, decided_by=AMARA, upheld=True, answer="an answer in words")


async def prepared(works: Works) -> None:
    """The members and the case, with one raised conflict."""
    async with works.begin() as work:
        for member in everybody():
            await work.people.add_member(member)
        await work.cases.add_case(CASE)
        await work.cases.add_doubt(DOUBT)


async def test_marks_are_read_back_oldest_first(works: Works) -> None:
    await prepared(works)
    marks = (
        RiskMark(CASE.id, BRUNO, START, True, "a risk in words"),
        RiskMark(CASE.id, AMARA, START + timedelta(hours=1), False, "no risk in words"),
    )
    async with works.begin() as work:
        for mark in marks:
            await work.cases.add_risk_mark(mark)
    async with works.look() as view:
        assert await view.cases.risk_marks_of(CASE.id) == marks


async def test_a_raised_conflict_is_read_back_before_and_after_it_is_decided(works: Works) -> None:
    await prepared(works)
    async with works.look() as view:
        assert await view.cases.doubts_of(CASE.id) == (DOUBT,)
    async with works.begin() as work:
        kept = await work.cases.save_doubt(DECIDED)
        with pytest.raises(Stale):
            await work.cases.save_doubt(DECIDED)
    async with works.look() as view:
        assert await view.cases.doubts_of(CASE.id) == (kept,) == (replace(DECIDED, version=1),)


async def test_no_word_of_a_raised_conflict_lies_open(works: Works) -> None:
    """Architecture 6"""
    await prepared(works)
    async with works.begin() as work:
        rows = (await work.connection.execute(text("SELECT * FROM doubts"))).all()
    assert len(rows) == 1
    assert all(secret not in repr(rows) for secret in ("words", Reason.SAME_EMPLOYER.value))
