"""Reports that are one matter are joined, one that is another is parted, and nobody's wall or receipt is lost by it."""

from datetime import timedelta

import pytest

from guardian.cases.case import Case, CaseState, PartyRole
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.reports import Audience
from guardian.cases.risk import RiskMark
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, ReportId
from guardian.services.cases.case_list import list_case_page
from guardian.services.cases.joining import join_cases, part_report, preview_joining, read_joining_choices
from guardian.services.cases.marks import list_marks, take_mark_back
from guardian.services.cases.person_history import read_histories
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions.closing import close
from guardian.services.deliberation.talks import ask_reporter
from guardian.services.notes.thread import NoteInput, list_thread, write_note
from guardian.services.records.sheet import read_sheet
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReceiptAccess, add_to_report, read_follow_up
from guardian.services.retention.expunction import forget_due
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, CHIARA, DMITRI, ELENI, INES, Community, a_message
from tests.builders.journey import a_journey, a_warning, journey_in

WHY = "Both tell of the evening of the sprint."
FIRST = "They shouted at me after the talk."
SECOND = "I saw how they shouted at somebody after the talk."


async def two_cases(community: Community) -> tuple[Case, Case]:
    """The case that goes on, and the one that is joined into it."""
    return await community.a_case(what_happened=FIRST), await community.a_case(what_happened=SECOND)


async def keep_from(community: Community, case: Case, member: MemberId) -> None:
    async with community.units_of_work.begin() as uow:
        await uow.cases.add_exclusion(
            Exclusion(case=case.id, member=member, kind=ExclusionKind.EXCLUDED, cause="close", at=uow.now, by="service")
        )


async def report_named(community: Community, case: Case, words: str) -> ReportId:
    async with community.units_of_work.read() as view:
        return next(each.id for each in await view.cases.reports_of(case.id) if each.what_happened == words)


async def test_joined_reports_are_read_in_one_case_with_evidence_people_and_thread(community: Community) -> None:
    """P-2.9, P-3.1"""
    kept, _ = await community.a_named_case("grumbler", what_happened=FIRST)
    given, _ = await community.a_named_case("heckler", what_happened=SECOND, evidence=(a_message(),))
    await write_note(community.app, DMITRI, given.code_name, NoteInput("The second witness was there as well."))
    assert await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY) == kept.code_name
    file = await community.read_case(ELENI, kept.code_name)
    assert [each.report.what_happened for each in file.reports] == [FIRST, SECOND]
    assert len(file.people) == 2
    assert len(file.reports[1].evidence) == 1
    assert [each.text for each in await list_thread(community.app, ELENI, kept.code_name)] == [
        "The second witness was there as well."
    ]


async def test_the_same_person_reported_in_both_is_there_once_with_both_sources(community: Community) -> None:
    """P-3.1"""
    kept, person = await community.a_named_case(what_happened=FIRST)
    given, same = await community.a_named_case(what_happened=SECOND)
    assert person == same
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    file = await community.read_case(ELENI, kept.code_name)
    assert len(file.people) == 1
    async with community.units_of_work.read() as view:
        parties = await view.cases.parties_of(kept.id)
        found = await view.people.person_by_code_name(person)
        assert found is not None
        links = await view.people.accounts_of(found.id)
    assert [each.role for each in parties].count(PartyRole.REPORTED) == 1
    assert {each.case for link in links for each in link.case_evidence} == {kept.id}
    later, _ = await community.a_named_case()
    (history,) = await read_histories(community.app, DMITRI, later.code_name)
    assert history.earlier_matters == 1


@pytest.mark.harm("a-receipt-lost-by-joining")
async def test_each_reporter_keeps_their_receipt_and_learns_of_nobody_else(community: Community) -> None:
    """P-2.4, P-2.6"""
    first, second = await community.report(what_happened=FIRST), await community.report(what_happened=SECOND)
    kept, given = await community.case(first), await community.case(second)
    await add_to_report(community.app, ReceiptAccess(second.receipt), AdditionInput("It was room 3."))
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    page = await read_follow_up(community.app, second.receipt)
    assert (page.reference, page.state) == (second.reference, CaseState.OPEN)
    assert [line.text for line in page.thread] == [SECOND, "It was room 3."]
    await add_to_report(community.app, ReceiptAccess(second.receipt), AdditionInput("And it was not the first time."))
    file = await community.read_case(ELENI, kept.code_name)
    assert [each.report.what_happened for each in file.reports] == [FIRST, SECOND]
    assert [line.text for line in (await read_follow_up(community.app, first.receipt)).thread] == [FIRST]


@pytest.mark.harm("a-wall-lost-by-joining")
@pytest.mark.parametrize("walled", [0, 1])
async def test_whoever_is_kept_out_of_one_is_kept_out_of_both(community: Community, walled: int) -> None:
    """P-2.5, P-4.2"""
    cases = await two_cases(community)
    kept, given = cases
    await keep_from(community, cases[walled], BRUNO)
    seen = await preview_joining(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    assert len(seen.kept_out) == 1
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    for case in cases:
        with pytest.raises(NotFound):
            await community.read_case(BRUNO, case.code_name)
    assert (await list_case_page(community.app, BRUNO)).lines == ()


@pytest.mark.harm("a-wall-lost-by-joining")
async def test_a_conflict_that_comes_later_closes_what_was_joined_as_well(community: Community) -> None:
    """P-4.1, P-4.2"""
    kept, given = await two_cases(community)
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    assert (await community.read_case(BRUNO, given.code_name)).case.code_name == kept.code_name
    await recuse(community.app, BRUNO, kept.code_name, ConflictReason.SAME_EMPLOYER)
    with pytest.raises(NotFound):
        await community.read_case(BRUNO, given.code_name)
    async with community.units_of_work.read() as view:
        assert [each.member for each in await view.cases.exclusions_of(given.id)] == [BRUNO]


async def test_whoever_may_not_know_of_one_cannot_join_the_other_with_it(community: Community) -> None:
    """P-4.2"""
    kept, given = await two_cases(community)
    await keep_from(community, kept, ELENI)
    with pytest.raises(Refused, match="no case of that name"):
        await join_cases(community.app, ELENI, given.code_name, kept.code_name, WHY)
    with pytest.raises(Refused, match="no case of that name"):
        await join_cases(community.app, ELENI, given.code_name, "never-was", WHY)
    with pytest.raises(NotFound):
        await join_cases(community.app, ELENI, kept.code_name, given.code_name, WHY)
    with pytest.raises(Refused):
        await join_cases(community.app, INES, given.code_name, kept.code_name, WHY)


async def test_a_reporters_choice_of_who_hears_first_is_not_undone(community: Community) -> None:
    """P-2.5"""
    kept = await community.a_case(what_happened=FIRST)
    given = await community.a_case(what_happened=SECOND, audience=Audience.CHAIRS)
    with pytest.raises(Refused, match="hears of one of them first"):
        await join_cases(community.app, AMARA, given.code_name, kept.code_name, WHY)


async def test_a_case_in_which_something_was_done_is_not_joined_into_another(community: Community) -> None:
    """P-3.1"""
    journey = await a_journey(community)
    await journey.begin_hearing()
    other = await community.a_case(what_happened=SECOND)
    with pytest.raises(Refused, match="gone further"):
        await join_cases(community.app, DMITRI, journey.code_name, other.code_name, WHY)
    assert await join_cases(community.app, DMITRI, other.code_name, journey.code_name, WHY) == journey.code_name


async def test_the_promises_to_the_reporter_go_on_in_the_case_that_goes_on(community: Community) -> None:
    """P-2.4"""
    kept, given = await two_cases(community)
    async with community.units_of_work.read() as view:
        promised = {(each.kind, each.due) for each in await view.deadlines.open_for(given.id)}
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    async with community.units_of_work.read() as view:
        assert await view.deadlines.open_for(given.id) == ()
        assert promised <= {(each.kind, each.due) for each in await view.deadlines.open_for(kept.id)}


async def test_lists_and_numbers_count_one_matter(community: Community) -> None:
    """P-9.1, P-10.1"""
    kept, given = await two_cases(community)
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    page = await list_case_page(community.app, ELENI)
    assert [line.code_name for line in page.lines] == [kept.code_name]
    lines = (await read_sheet(community.app, ELENI)).lines
    assert [line.row.case for line in lines] == [kept.code_name]


async def test_what_was_joined_stands_with_its_reason_and_is_not_taken_back_as_a_mark(community: Community) -> None:
    """P-3.1"""
    kept, given = await two_cases(community)
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    (mark,) = await list_marks(community.app, ELENI, kept.code_name)
    assert (mark.other, mark.reason, mark.may_be_taken_back) == (given.code_name, WHY, False)
    with pytest.raises(NotFound):
        await take_mark_back(community.app, ELENI, kept.code_name, mark.id)
    assert "cases.were_joined" in await community.journal_acts()


@pytest.mark.harm("a-joined-case-outlives-its-other")
async def test_what_was_joined_is_forgotten_with_the_case(community: Community) -> None:
    """P-9.5"""
    kept, person = await community.a_named_case(what_happened=FIRST)
    given, _ = await community.a_named_case(what_happened=SECOND)
    async with community.units_of_work.begin() as uow:
        await uow.cases.add_risk_mark(
            RiskMark(given.id, DMITRI, uow.now, at_risk=True, reason="They were followed home.")
        )
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    journey = await journey_in(community, kept, person)
    await journey.enact(a_warning())
    await close(community.app, BRUNO, kept.code_name, "Said sorry.")
    community.pass_time(timedelta(days=800))
    assert await forget_due(community.app) == 1
    async with community.units_of_work.read() as view:
        assert [mark.reason for mark in await view.cases.case_marks_of(kept.id)] == [""]
        assert [mark.reason for mark in await view.cases.risk_marks_of(given.id)] == [""]
        assert await view.retention.closed_cases() == ()


async def test_a_parted_report_is_a_case_of_its_own_with_its_people_and_walls(community: Community) -> None:
    """P-2.9, P-3.1"""
    kept, _ = await community.a_named_case("grumbler", what_happened=FIRST)
    given, person = await community.a_named_case("heckler", what_happened=SECOND)
    await keep_from(community, kept, CHIARA)
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    choices = await read_joining_choices(community.app, DMITRI, kept.code_name)
    assert (len(choices.reports), person in choices.people) == (2, True)
    report = await report_named(community, kept, SECOND)
    name = await part_report(community.app, DMITRI, kept.code_name, report, "Another evening.", [person])
    file = await community.read_case(ELENI, name)
    assert [each.report.what_happened for each in file.reports] == [SECOND]
    assert [each.code_name for each in file.people] == [person]
    rest = await community.read_case(ELENI, kept.code_name)
    assert [each.report.what_happened for each in rest.reports] == [FIRST]
    assert [each.code_name for each in rest.people] != [person]
    with pytest.raises(NotFound):
        await community.read_case(CHIARA, name)


@pytest.mark.harm("a-receipt-lost-by-joining")
async def test_a_receipt_opens_its_report_after_it_was_parted(community: Community) -> None:
    """P-2.4"""
    first, second = await community.report(what_happened=FIRST), await community.report(what_happened=SECOND)
    kept, given = await community.case(first), await community.case(second)
    await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    report = await report_named(community, kept, SECOND)
    await part_report(community.app, DMITRI, kept.code_name, report, "Another evening.")
    page = await read_follow_up(community.app, second.receipt)
    assert [line.text for line in page.thread] == [SECOND]
    rest = await report_named(community, kept, FIRST)
    with pytest.raises(Refused, match="only report"):
        await part_report(community.app, DMITRI, kept.code_name, rest, "Another evening.")
    with pytest.raises(NotFound):
        await part_report(community.app, DMITRI, kept.code_name, report, "It is not here any more.")


async def test_somebody_who_was_heard_stays_when_a_report_is_parted(community: Community) -> None:
    """P-3.1"""
    journey = await a_journey(community)
    other = await community.a_case(what_happened=SECOND)
    await join_cases(community.app, DMITRI, other.code_name, journey.code_name, WHY)
    await journey.begin_hearing()
    async with community.units_of_work.read() as view:
        (report,) = [each.id for each in await view.cases.reports_of(journey.id) if each.what_happened == SECOND]
        person = await view.people.person(journey.person)
    assert person is not None
    with pytest.raises(Refused, match="stays in it"):
        await part_report(community.app, DMITRI, journey.code_name, report, "Another evening.", [person.code_name])


async def test_a_reporter_who_was_asked_for_a_talk_answers_where_they_were_asked(community: Community) -> None:
    """P-3.1, P-5.3"""
    kept, given = await two_cases(community)
    report = await report_named(community, given, SECOND)
    await ask_reporter(community.app, DMITRI, given.code_name, report)
    with pytest.raises(Refused, match="take part in a talk"):
        await join_cases(community.app, DMITRI, given.code_name, kept.code_name, WHY)
    await join_cases(community.app, DMITRI, kept.code_name, given.code_name, WHY)
    with pytest.raises(Refused, match="take part in a talk"):
        await part_report(community.app, DMITRI, given.code_name, report, "Another evening.")
