"""Cases and what belongs to them, on both databases: everything is read back as it was written."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from guardian.cases.intake import new_case
from guardian.cases.receipts import for_person, for_reporter
from guardian.cases.stores import ReadingPass
from guardian.cases.values import (
    Addition,
    Case,
    CaseState,
    Door,
    Evidence,
    Party,
    PartyRole,
    Promise,
    PromiseKind,
    Report,
    Wall,
    WallKind,
)
from guardian.errors import Stale
from guardian.ids import EvidenceId, PersonId, ReportId, SanctionId, new_id, new_reference
from guardian.people.values import Person
from guardian.storage.keys_store import Scope
from guardian.storage.work import Work, Works
from tests.builders.desk import A_REPORTER, AMARA, DMITRI, SOMEBODY, everybody
from tests.fakes.clock import START

pytestmark = pytest.mark.asyncio
HOUR = timedelta(hours=1)


def a_report(case: Case) -> Report:
    """A report with every field filled."""
    return Report(
        id=ReportId(new_id()),
        case=case.id,
        door=Door.DISCORD_MESSAGE,
        received_at=START,
        what_happened="insults",
        who="grumbler",
        danger=True,
        names_members=(DMITRI,),
        answers={"witnesses": "two"},
        reporter=A_REPORTER,
        reporter_handle="quietreader",
        contact_is_safe=False,
        hold_contact=True,
    )


async def a_kept_case(work: Work, name: str = "velvet-harbour") -> tuple[Case, Report]:
    """A case with a report, in the database."""
    case = new_case(name, START, danger=False)
    report = a_report(case)
    await work.cases.add_case(case)
    await work.cases.add_report(report)
    return case, report


async def test_a_case_is_read_back_as_it_was_and_as_it_became(works: Works) -> None:
    async with works.begin() as work:
        case, _ = await a_kept_case(work)
    became = replace(
        case,
        state=CaseState.CLOSED,
        contact=AMARA,
        board_only=True,
        safety_risk=True,
        review_on=START + HOUR,
        closed_at=START,
        about_sanction=SanctionId("s"),
        outcome="Both sides have spoken.",
    )
    async with works.begin() as work:
        assert await work.cases.case_named("velvet-harbour") == case
        kept = await work.cases.save_case(became)
    async with works.look() as view:
        assert await view.cases.case(case.id) == kept == replace(became, version=1)
        assert await view.cases.cases() == (kept,)
        assert await view.cases.code_names() == {"velvet-harbour"}


async def test_a_case_changed_by_two_at_once_is_stale_for_the_second(works: Works) -> None:
    async with works.begin() as work:
        case, _ = await a_kept_case(work)
        await work.cases.save_case(case)
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.cases.save_case(case)


async def test_no_two_cases_have_one_code_name(works: Works) -> None:
    async with works.begin() as work:
        await a_kept_case(work)
    with pytest.raises(IntegrityError):
        async with works.begin() as work:
            await a_kept_case(work)


async def test_a_report_is_read_back_as_it_was_and_as_it_became(works: Works) -> None:
    async with works.begin() as work:
        case, report = await a_kept_case(work)
    withdrawn = replace(report, withdrawn_at=START + HOUR, hold_contact=False, contact_is_safe=None)
    async with works.begin() as work:
        assert await work.cases.reports_of(case.id) == (report,)
        await work.cases.save_report(withdrawn)
    async with works.look() as view:
        assert await view.cases.report(report.id) == withdrawn


async def test_evidence_is_listed_without_its_bytes_and_opened_with_them(works: Works) -> None:
    async with works.begin() as work:
        case, report = await a_kept_case(work)
        piece = Evidence(
            EvidenceId(new_id()), case.id, report.id, START, "file", "https://x.example", SOMEBODY, "grumbler", "fools",
            "screen.png", b"\x00pixels", "", "digest",
        )  # fmt: skip
        bare = replace(piece, id=EvidenceId(new_id()), content=None, author=None, why_not="too large")
        for each in (piece, bare):
            await work.cases.add_evidence(each)
    async with works.look() as view:
        assert await view.cases.evidence_of(case.id) == (replace(piece, content=None), bare)
        assert await view.cases.evidence(piece.id) == piece
        assert await view.cases.evidence(bare.id) == bare
        assert await view.cases.evidence(EvidenceId("none")) is None


async def test_additions_are_read_back_in_their_order(works: Works) -> None:
    async with works.begin() as work:
        case, report = await a_kept_case(work)
        later = Addition(new_id(), case.id, None, START + HOUR, "heard", from_party=False)
        first = Addition(new_id(), case.id, report.id, START, "more")
        for each in (later, first):
            await work.cases.add_addition(each)
    async with works.look() as view:
        assert await view.cases.additions_of(case.id) == (first, later)


async def test_parties_and_receipts_lead_to_their_person_and_report(works: Works) -> None:
    person = Person(PersonId(new_id()), "copper-lantern", START)
    async with works.begin() as work:
        case, report = await a_kept_case(work)
        other, _ = await a_kept_case(work, "quilted-canoe")
        await work.people.add_person(person)
        reported = Party(case.id, PartyRole.REPORTED, new_reference(), person=person.id)
        reporter = Party(case.id, PartyRole.REPORTER, new_reference(), report=report.id)
        witness = Party(other.id, PartyRole.WITNESS, new_reference(), person=person.id)
        for party in (reported, reporter, witness):
            await work.cases.add_party(party)
        mine, theirs = for_reporter(case.id, report.id, START).kept, for_person(person.id, START, case.id).kept
        for receipt in (mine, theirs):
            await work.cases.add_receipt(receipt)
        await work.cases.save_receipt(replace(theirs, used_at=START + HOUR))
    async with works.look() as view:
        assert set(await view.cases.parties_of(case.id)) == {reported, reporter}
        assert await view.cases.party(reported.reference) == reported
        assert await view.cases.cases_of(person.id) == (case,)
        assert await view.cases.receipt(mine.digest) == mine
        assert await view.cases.receipts_of(person.id) == (replace(theirs, used_at=START + HOUR),)


async def test_walls_are_kept_with_their_cause_and_their_lifting(works: Works) -> None:
    async with works.begin() as work:
        for member in everybody():
            await work.people.add_member(member)
        case, _ = await a_kept_case(work)
        held = Wall(case.id, DMITRI, WallKind.HELD_OUT, "mentioned", START, "party")
        again = replace(held, at=START + HOUR)
        recused = Wall(case.id, AMARA, WallKind.RECUSED, "involved", START + 2 * HOUR, AMARA)
        for wall in (held, again, recused):
            await work.cases.add_wall(wall)
        lifted = replace(held, lifted_at=START + HOUR, lifted_by=AMARA)
        await work.cases.save_wall(lifted)
    async with works.look() as view:
        assert await view.cases.walls_of(case.id) == (lifted, again, recused)
        assert await view.cases.walls_of_member(DMITRI) == (lifted, again)


async def test_passes_are_used_once_and_forgotten_when_over(works: Works) -> None:
    async with works.begin() as work:
        for member in everybody():
            await work.people.add_member(member)
        case, _ = await a_kept_case(work)
        link = ReadingPass("digest-1", AMARA, case.id, START + HOUR)
        session = ReadingPass("digest-2", AMARA, case.id, START + 2 * HOUR, is_session=True)
        for each in (link, session):
            await work.cases.add_pass(each)
        await work.cases.save_pass(replace(session, used_at=START))
        await work.cases.drop_passes(START + HOUR)
    async with works.look() as view:
        assert await view.cases.reading_pass("digest-1") is None
        assert await view.cases.reading_pass("digest-2") == replace(session, used_at=START)


async def test_an_expunged_case_says_so_and_keeps_its_counts(works: Works) -> None:
    async with works.begin() as work:
        case, report = await a_kept_case(work)
        await work.cases.save_case(replace(case, outcome="Settled."))
        await work.cases.add_addition(Addition(new_id(), case.id, report.id, START, "more"))
    async with works.begin() as work:
        await work.sealer.destroy(Scope.of_case(case.id))
    async with works.look() as view:
        (kept,) = await view.cases.reports_of(case.id)
        (addition,) = await view.cases.additions_of(case.id)
        found = await view.cases.case(case.id)
    assert (kept.what_happened, kept.who, kept.reporter, kept.danger) == ("Expunged", "", None, True)
    assert (addition.text, found.outcome if found else "") == ("Expunged", "Expunged")


async def test_what_is_due_next_is_the_earliest_promise_that_is_not_settled(works: Works) -> None:
    async with works.begin() as work:
        case, _ = await a_kept_case(work)
        soon = Promise(new_id(), PromiseKind.REVIEW, case.id, START, START + 3 * HOUR, START + HOUR, about="act-1")
        late = Promise(new_id(), PromiseKind.FEEDBACK, case.id, START, START + 2 * HOUR, START + 2 * HOUR)
        for promise in (late, soon):
            await work.promises.add(promise)
    async with works.begin() as work:
        assert await work.promises.next_due() == START + HOUR
        assert await work.promises.due(START + HOUR) == (soon,)
        assert await work.promises.open_for(case.id) == (late, soon)
        assert await work.promises.open_for(case.id, PromiseKind.REVIEW) == (soon,)
        assert await work.promises.open_about("act-1") == (soon,)
        kept = await work.promises.save(replace(soon, stage=2, next_at=None, kept_at=START))
    async with works.look() as view:
        assert await view.promises.promise(soon.id) == kept
        assert await view.promises.next_due() == START + 2 * HOUR
        assert await view.promises.open_about("act-1") == ()


async def test_a_promise_kept_by_two_at_once_is_stale_for_the_second(works: Works) -> None:
    promise = Promise(new_id(), PromiseKind.REVIEW, None, START, START, START)
    async with works.begin() as work:
        await work.promises.add(promise)
        await work.promises.save(promise)
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.promises.save(promise)


async def test_a_repeated_command_is_recognised_and_gets_the_first_answer(works: Works) -> None:
    async with works.begin() as work:
        case, _ = await a_kept_case(work)
        assert await work.answers.claim("page", "1") is None
        await work.answers.keep("page", "1", "the receipt", case.id)
    async with works.begin() as work:
        earlier = await work.answers.claim("page", "1")
        assert await work.answers.claim("discord_command", "1") is None
    assert earlier is not None
    assert earlier.answer == "the receipt"
