"""Cases and what belongs to them, on both databases: everything is read back as it was written."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from guardian.cases.case import Case, CaseState, Party, PartyRole
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.receipts import create_personal_receipt, create_reporter_receipt
from guardian.cases.reports import Addition, Evidence, Report, ReportChannel
from guardian.cases.submissions import new_case
from guardian.errors import Stale
from guardian.ids import EvidenceId, PersonId, ReportId, SanctionId, new_id, new_reference
from guardian.people.models import Person
from guardian.storage.data_key_store import KeyScope
from guardian.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory
from tests.builders.community import A_REPORTER, AMARA, DMITRI, SOMEBODY, everybody
from tests.fakes.clock import START

pytestmark = pytest.mark.asyncio
HOUR = timedelta(hours=1)


def a_report(case: Case) -> Report:
    """A report with every field filled."""
    return Report(
        id=ReportId(new_id()),
        case=case.id,
        channel=ReportChannel.DISCORD_MESSAGE,
        received_at=START,
        what_happened="insults",
        who="grumbler",
        danger=True,
        named_members=(DMITRI,),
        answers={"witnesses": "two"},
        reporter=A_REPORTER,
        reporter_handle="quietreader",
        contact_is_safe=False,
        do_not_contact=True,
    )


async def a_kept_case(uow: SqlUnitOfWork, name: str = "velvet-harbour") -> tuple[Case, Report]:
    """A case with a report, in the database."""
    case = new_case(name, START, danger=False)
    report = a_report(case)
    await uow.cases.add_case(case)
    await uow.cases.add_report(report)
    return case, report


async def test_a_case_is_read_back_as_it_was_and_as_it_became(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        case, _ = await a_kept_case(uow)
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
    async with units_of_work.begin() as uow:
        assert await uow.cases.case_by_code_name("velvet-harbour") == case
        kept = await uow.cases.save_case(became)
    async with units_of_work.read() as view:
        assert await view.cases.case(case.id) == kept == replace(became, version=1)
        assert await view.cases.cases() == (kept,)
        assert await view.cases.used_code_names(["velvet-harbour", "other-name"]) == {"velvet-harbour"}


async def test_a_case_changed_by_two_at_once_is_stale_for_the_second(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        case, _ = await a_kept_case(uow)
        await uow.cases.save_case(case)
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.cases.save_case(case)


async def test_no_two_cases_have_one_code_name(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        await a_kept_case(uow)
    with pytest.raises(IntegrityError):
        async with units_of_work.begin() as uow:
            await a_kept_case(uow)


async def test_a_report_is_read_back_as_it_was_and_as_it_became(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        case, report = await a_kept_case(uow)
    withdrawn = replace(report, withdrawn_at=START + HOUR, do_not_contact=False, contact_is_safe=None)
    async with units_of_work.begin() as uow:
        assert await uow.cases.reports_of(case.id) == (report,)
        await uow.cases.save_report(withdrawn)
    async with units_of_work.read() as view:
        assert await view.cases.report(report.id) == withdrawn


async def test_evidence_is_listed_without_its_bytes_and_opened_with_them(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        case, report = await a_kept_case(uow)
        piece = Evidence(
            id=EvidenceId(new_id()), case=case.id, report=report.id, at=START, kind="file", link="https://x.example", author=SOMEBODY, author_handle="grumbler", text="fools",
            file_name="screen.png", content=b"\x00pixels", why_not="", sha256="digest",
        )  # fmt: skip
        bare = replace(piece, id=EvidenceId(new_id()), content=None, author=None, why_not="too large")
        for each in (piece, bare):
            await uow.cases.add_evidence(each)
    async with units_of_work.read() as view:
        assert await view.cases.evidence_of(case.id) == (replace(piece, content=None), bare)
        assert await view.cases.evidence(piece.id) == piece
        assert await view.cases.evidence(bare.id) == bare
        assert await view.cases.evidence(EvidenceId("none")) is None


async def test_additions_are_read_back_in_their_order(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        case, report = await a_kept_case(uow)
        later = Addition(id=new_id(), case=case.id, report=None, at=START + HOUR, text="heard", from_party=False)
        first = Addition(id=new_id(), case=case.id, report=report.id, at=START, text="more")
        for each in (later, first):
            await uow.cases.add_addition(each)
    async with units_of_work.read() as view:
        assert await view.cases.additions_of(case.id) == (first, later)


async def test_parties_and_receipts_lead_to_their_person_and_report(units_of_work: SqlUnitOfWorkFactory) -> None:
    person = Person(PersonId(new_id()), "copper-lantern", START)
    async with units_of_work.begin() as uow:
        case, report = await a_kept_case(uow)
        other, _ = await a_kept_case(uow, "quilted-canoe")
        await uow.people.add_person(person)
        reported = Party(case.id, PartyRole.REPORTED, new_reference(), person=person.id)
        reporter = Party(case.id, PartyRole.REPORTER, new_reference(), report=report.id)
        witness = Party(other.id, PartyRole.WITNESS, new_reference(), person=person.id)
        for party in (reported, reporter, witness):
            await uow.cases.add_party(party)
        mine, theirs = (
            create_reporter_receipt(case.id, report.id, START).receipt,
            create_personal_receipt(person.id, START, case.id).receipt,
        )
        for receipt in (mine, theirs):
            await uow.cases.add_receipt(receipt)
        await uow.cases.save_receipt(replace(theirs, used_at=START + HOUR))
    async with units_of_work.read() as view:
        assert set(await view.cases.parties_of(case.id)) == {reported, reporter}
        assert await view.cases.party(reported.reference) == reported
        assert await view.cases.cases_of(person.id) == (case,)
        assert await view.cases.receipt(mine.digest) == mine
        assert await view.cases.receipts_of(person.id) == (replace(theirs, used_at=START + HOUR),)


async def test_walls_are_kept_with_their_cause_and_their_lifting(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        for member in everybody():
            await uow.people.add_member(member)
        case, _ = await a_kept_case(uow)
        held = Exclusion(
            case=case.id, member=DMITRI, kind=ExclusionKind.PENDING, cause="mentioned", at=START, by="party"
        )
        again = replace(held, at=START + HOUR)
        recused = Exclusion(
            case=case.id, member=AMARA, kind=ExclusionKind.RECUSED, cause="involved", at=START + 2 * HOUR, by=AMARA
        )
        for exclusion in (held, again, recused):
            await uow.cases.add_exclusion(exclusion)
        lifted = replace(held, lifted_at=START + HOUR, lifted_by=AMARA)
        await uow.cases.save_exclusion(lifted)
    async with units_of_work.read() as view:
        assert await view.cases.exclusions_of(case.id) == (lifted, again, recused)
        assert await view.cases.exclusions_of_member(DMITRI) == (lifted, again)


async def test_who_is_kept_from_a_case_is_told_right_in_the_transaction_that_changes_it(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    async with units_of_work.begin() as uow:
        case, _ = await a_kept_case(uow)
        assert await uow.cases.exclusions_of(case.id) == ()
        held = Exclusion(
            case=case.id, member=DMITRI, kind=ExclusionKind.PENDING, cause="mentioned", at=START, by="party"
        )
        await uow.cases.add_exclusion(held)
        assert await uow.cases.exclusions_of(case.id) == (held,)
        lifted = replace(held, lifted_at=START + HOUR, lifted_by=AMARA)
        await uow.cases.save_exclusion(lifted)
        assert await uow.cases.exclusions_of(case.id) == (lifted,)
        assert await uow.encryption.destroy(KeyScope.of_case(case.id))
        [forgotten] = await uow.cases.exclusions_of(case.id)
    assert "mentioned" not in forgotten.cause


async def test_an_expunged_case_says_so_and_keeps_its_counts(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        case, report = await a_kept_case(uow)
        await uow.cases.save_case(replace(case, outcome="Settled."))
        await uow.cases.add_addition(Addition(id=new_id(), case=case.id, report=report.id, at=START, text="more"))
    async with units_of_work.begin() as uow:
        await uow.encryption.destroy(KeyScope.of_case(case.id))
    async with units_of_work.read() as view:
        (kept,) = await view.cases.reports_of(case.id)
        (addition,) = await view.cases.additions_of(case.id)
        found = await view.cases.case(case.id)
    assert (kept.what_happened, kept.who, kept.reporter, kept.danger) == ("Expunged", "", None, True)
    assert (addition.text, found.outcome if found else "") == ("Expunged", "Expunged")


async def test_what_is_due_next_is_the_earliest_promise_that_is_not_settled(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    async with units_of_work.begin() as uow:
        case, _ = await a_kept_case(uow)
        soon = Deadline(
            id=new_id(),
            kind=DeadlineKind.REVIEW,
            case=case.id,
            since=START,
            due=START + 3 * HOUR,
            next_at=START + HOUR,
            about="act-1",
        )
        late = Deadline(
            id=new_id(),
            kind=DeadlineKind.FEEDBACK,
            case=case.id,
            since=START,
            due=START + 2 * HOUR,
            next_at=START + 2 * HOUR,
        )
        for deadline in (late, soon):
            await uow.deadlines.add(deadline)
    async with units_of_work.begin() as uow:
        assert await uow.deadlines.next_due() == START + HOUR
        assert await uow.deadlines.due(START + HOUR) == (soon,)
        assert await uow.deadlines.open_for(case.id) == (late, soon)
        assert await uow.deadlines.open_for(case.id, DeadlineKind.REVIEW) == (soon,)
        assert await uow.deadlines.open_about("act-1") == (soon,)
        kept = await uow.deadlines.save(replace(soon, stage=2, next_at=None, completed_at=START))
    async with units_of_work.read() as view:
        assert await view.deadlines.deadline(soon.id) == kept
        assert await view.deadlines.next_due() == START + 2 * HOUR
        assert await view.deadlines.open_about("act-1") == ()


async def test_a_promise_kept_by_two_at_once_is_stale_for_the_second(units_of_work: SqlUnitOfWorkFactory) -> None:
    deadline = Deadline(id=new_id(), kind=DeadlineKind.REVIEW, case=None, since=START, due=START, next_at=START)
    async with units_of_work.begin() as uow:
        await uow.deadlines.add(deadline)
        await uow.deadlines.save(deadline)
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.deadlines.save(deadline)


async def test_a_repeated_command_is_recognised_and_gets_the_first_answer(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        case, _ = await a_kept_case(uow)
        assert await uow.idempotency.claim("page", "1") is None
        await uow.idempotency.save("page", "1", "the receipt", case.id)
    async with units_of_work.begin() as uow:
        earlier = await uow.idempotency.claim("page", "1")
        assert await uow.idempotency.claim("discord_command", "1") is None
    assert earlier is not None
    assert earlier.answer == "the receipt"
