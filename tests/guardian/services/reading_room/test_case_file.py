"""What a member reads of a case, and that permission is asked anew at each reading."""

from dataclasses import replace

import pytest

from guardian.cases.case import CaseState, PartyRole
from guardian.cases.drafts import Draft, DraftKind
from guardian.cases.reports import Addition
from guardian.errors import NotFound, Refused
from guardian.ids import DraftId, MemberId
from guardian.services.cases.overview import list_cases
from guardian.services.conflicts.recusal import recuse
from guardian.services.reading_room.case_file import read_case, read_evidence
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReceiptAccess, add_to_report
from guardian.services.sign_in.links import create_link
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, GRETA, INES, TEXT, Community, a_message


async def test_a_member_reads_the_report_the_evidence_and_what_was_added(community: Community) -> None:
    received = await community.report(who="grumbler", evidence=(a_message(),), named_members=(DMITRI,))
    await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput("It went on today."))
    case = await community.case(received)
    file = await community.read_case(BRUNO, case.code_name)
    (report,) = file.reports
    assert (report.report.what_happened, report.report.who, report.concerns) == (TEXT, "grumbler", ("Dmitri Volkov",))
    assert [piece.text for piece in report.evidence] == ["You are all fools."]
    assert [each.text for each in report.additions] == ["It went on today."]
    assert (file.contact, [wall.name for wall in file.exclusions]) == ("Amara Okafor", ["Dmitri Volkov"])


async def test_a_member_reads_drafts_and_what_the_reported_person_has_answered(community: Community) -> None:
    case = await community.a_case()
    text = "What we have understood so far."
    at = community.clock.now()
    draft = Draft(
        id=DraftId("d1"),
        case=case.id,
        kind=DraftKind.ANSWER,
        to=PartyRole.REPORTER,
        person=None,
        text=text,
        by=AMARA,
        at=at,
    )
    async with community.units_of_work.begin() as uow:
        await uow.deliberation.add_draft(draft)
        await uow.cases.add_addition(
            Addition(id="a1", case=case.id, report=None, at=at, text="It was meant as a joke.")
        )
    file = await community.read_case(BRUNO, case.code_name)
    assert file.drafts == (draft,)
    assert [each.text for each in file.hearing_answers] == ["It was meant as a joke."]


async def test_a_walled_member_gets_the_same_answer_as_for_a_name_that_does_not_exist(community: Community) -> None:
    """P-4.2"""
    case = await community.a_case(named_members=(DMITRI,))
    with pytest.raises(NotFound) as walled:
        await create_link(community.app, DMITRI, case.code_name)
    with pytest.raises(NotFound) as missing:
        await create_link(community.app, DMITRI, "nothing-here")
    assert (walled.value.sentence, walled.value.args) == (missing.value.sentence, missing.value.args)


@pytest.mark.parametrize("stranger", [INES, GRETA])
async def test_nobody_outside_the_group_gets_a_link(community: Community, stranger: MemberId) -> None:
    case = await community.a_case()
    with pytest.raises((NotFound, Refused)):
        await create_link(community.app, stranger, case.code_name)


async def test_the_board_reads_a_case_that_is_its_own_and_the_group_does_not(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(named_members=(AMARA,))
    assert (await community.read_case(GRETA, case.code_name)).reports[0].report.what_happened == TEXT
    with pytest.raises(NotFound):
        await create_link(community.app, BRUNO, case.code_name)


async def test_each_reading_is_one_entry_of_the_journal(community: Community) -> None:
    """P-9.8"""
    case = await community.a_case()
    await read_case(community.app, BRUNO, case.code_name)
    await read_case(community.app, BRUNO, case.code_name)
    assert (await community.journal_acts()).count("case.was_read") == 2


async def test_evidence_is_not_opened_through_another_case(community: Community) -> None:
    mine = await community.a_case(evidence=(a_message(file_name="a.png", content=b"mine"),))
    other = await community.a_case(evidence=(a_message(file_name="b.png", content=b"other"),))
    async with community.units_of_work.read() as view:
        (own,) = await view.cases.evidence_of(mine.id)
        (foreign,) = await view.cases.evidence_of(other.id)
    assert await read_evidence(community.app, BRUNO, mine.code_name, own.id) == ("a.png", b"mine")
    with pytest.raises(NotFound):
        await read_evidence(community.app, BRUNO, mine.code_name, foreign.id)


async def test_a_list_of_cases_shows_nothing_of_those_that_concern_the_asker(community: Community) -> None:
    """P-4.2"""
    first = await community.a_case()
    before = await list_cases(community.app, DMITRI)
    await community.report(named_members=(DMITRI,))
    assert await list_cases(community.app, DMITRI) == before
    assert [glimpse.code_name for glimpse in before] == [first.code_name]
    assert len(await list_cases(community.app, ELENI)) == 2


async def test_a_recused_member_still_sees_that_the_case_exists_and_how_it_stands(community: Community) -> None:
    """P-4.2"""
    case = await community.a_case()
    await recuse(community.app, ELENI, case.code_name, ConflictReason.PRIVATE_INFORMATION)
    (line,) = await list_cases(community.app, ELENI)
    assert (line.code_name, line.state, line.recused) == (case.code_name, "open", True)


async def test_the_board_reads_a_case_only_while_it_lies_with_the_board(community: Community) -> None:
    """P-5.1"""
    case = await community.case(await community.report())
    with pytest.raises(NotFound):
        await create_link(community.app, GRETA, case.code_name)
    async with community.units_of_work.begin() as uow:
        await uow.cases.save_case(replace(case, state=CaseState.WITH_BOARD))
    file = await community.read_case(GRETA, case.code_name)
    assert file.case.code_name == case.code_name
    async with community.units_of_work.begin() as uow:
        await uow.cases.save_case(replace(file.case, state=CaseState.AGREED))
    with pytest.raises(NotFound):
        await create_link(community.app, GRETA, case.code_name)
