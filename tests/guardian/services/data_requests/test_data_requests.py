"""Whoever is concerned reads what is kept of them, and learns nothing of who spoke. P-2.6, P-2.11, P-6.2, P-9.5"""

import pytest

from guardian.cases.data_requests import DataRequestKind
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.tasks import TaskKind
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import PRIVACY_OFFICERS
from guardian.services.data_requests import answers
from guardian.services.data_requests.answers import AnswerInput
from guardian.services.membership.offices import confirm_office, give_office
from guardian.services.parties import personal_page
from guardian.services.reports import data_requests, follow_up
from guardian.services.reports.report_access import ReceiptAccess
from guardian.services.retention import holds
from guardian.services.worklist.tasks import list_tasks
from rules.data_requests import DataOutcome, DataRefusal, Withholding
from tests.builders.community import AMARA, BRUNO, CHIARA, DMITRI, GRETA, HIROSHI, INES, TEXT, Community
from tests.builders.journey import DAY, Journey, a_journey

ACCESS = DataRequestKind.ACCESS
GRANT = AnswerInput(outcome=DataOutcome.GRANTED)


async def name_officer(community: Community, member: MemberId = INES) -> None:
    """The member is privacy officer: named by a chair, agreed to by a second member."""
    await give_office(community.app, AMARA, member, PRIVACY_OFFICERS)
    await confirm_office(community.app, BRUNO, member)


async def asked_by_person(community: Community, kind: DataRequestKind = ACCESS, words: str = "") -> tuple[Journey, str]:
    """The reported person has been heard, and asks on their page; their receipt is the second."""
    journey = await a_journey(community)
    receipt = await journey.hold_hearing()
    await personal_page.ask_about_data(community.app, receipt, kind, words)
    return journey, receipt


async def waiting(community: Community, member: MemberId) -> list[str]:
    """The requests that wait for the member."""
    return [each.id for each in await answers.list_requests(community.app, member)]


async def answer(community: Community, draft: AnswerInput = GRANT, by: MemberId = BRUNO) -> None:
    """One has drafted the answer to the only request, and a second one has read it."""
    [request] = await waiting(community, by)
    await answers.draft_answer(community.app, by, request, draft)
    await answers.confirm_answer(community.app, DMITRI, request)


async def keep_out(community: Community, journey: Journey, member: MemberId) -> None:
    """The member is named in the case, and so kept out of it."""
    async with community.units_of_work.begin() as uow:
        await uow.cases.add_exclusion(
            Exclusion(
                case=journey.id,
                member=member,
                kind=ExclusionKind.EXCLUDED,
                cause="named",
                at=uow.now,
                by="service",
            )
        )


@pytest.mark.harm("copy-shows-who-spoke")
async def test_the_reported_person_is_given_their_own_words_and_nothing_of_the_report(community: Community) -> None:
    """P-2.6"""
    _, receipt = await asked_by_person(community)
    await answer(community)
    page = await personal_page.read_page(community.app, receipt)
    [request] = page.matters[0].data_requests
    given = "\n".join(each.given for each in request.given)
    assert "I was angry that day." in given
    assert TEXT not in given
    assert Withholding.WHO_SPOKE in request.grounds


@pytest.mark.harm("copy-shows-who-spoke")
async def test_no_phrase_of_the_report_can_be_written_into_the_copy(community: Community) -> None:
    """P-2.6"""
    await asked_by_person(community)
    [request] = await waiting(community, BRUNO)
    file = await answers.read_request(community.app, BRUNO, request)
    report = next(part for part in file.parts if part.kept == TEXT)
    with pytest.raises(Refused, match="who spoke"):
        await answers.draft_answer(
            community.app, BRUNO, request, AnswerInput(outcome=DataOutcome.GRANTED, given={report.key: TEXT})
        )


@pytest.mark.harm("copy-without-second-reader")
async def test_what_one_has_drafted_reaches_nobody_before_another_has_read_it(community: Community) -> None:
    """P-5.6"""
    _, receipt = await asked_by_person(community)
    [request] = await waiting(community, BRUNO)
    await answers.draft_answer(community.app, BRUNO, request, GRANT)
    with pytest.raises(Refused, match="Somebody else"):
        await answers.confirm_answer(community.app, BRUNO, request)
    page = await personal_page.read_page(community.app, receipt)
    assert page.matters[0].data_requests[0].answer is None
    assert [t.subject for t in await list_tasks(community.app, DMITRI, kinds={TaskKind.READ_DATA_ANSWER})] == [request]


@pytest.mark.harm("data-handled-with-conflict")
async def test_a_privacy_officer_is_asked_first_and_one_whom_the_case_names_is_not(community: Community) -> None:
    """P-1.1, P-4.1"""
    await name_officer(community)
    journey, _ = await asked_by_person(community)
    assert len(await waiting(community, INES)) == 1
    assert await waiting(community, BRUNO) == []
    await keep_out(community, journey, INES)
    assert await waiting(community, INES) == []
    [request] = await waiting(community, BRUNO)
    with pytest.raises(NotFound):
        await answers.read_request(community.app, INES, request)


@pytest.mark.harm("data-handled-with-conflict")
async def test_whoever_steps_back_is_not_asked_again_in_that_case(community: Community) -> None:
    """P-4.1"""
    await name_officer(community)
    _, receipt = await asked_by_person(community)
    [request] = await waiting(community, INES)
    await answers.step_back(community.app, INES, request)
    await personal_page.ask_about_data(community.app, receipt, DataRequestKind.OBJECTION, "Not for events.")
    assert await waiting(community, INES) == []
    assert len(await waiting(community, BRUNO)) == 2


@pytest.mark.harm("data-request-unanswered")
async def test_a_request_that_is_late_is_said_to_be_once_and_asked_of_all_who_may(community: Community) -> None:
    """P-6.2"""
    await name_officer(community)
    journey, _ = await asked_by_person(community)
    await journey.pass_time(31 * DAY)
    await journey.pass_time(31 * DAY)
    late = [n for n in await journey.notices_to_person(NoticeKind.PERSON_ANSWER) if n.facts["result"] == "data_late"]
    assert len(late) == 1
    assert len(await waiting(community, BRUNO)) == 1


@pytest.mark.harm("copy-shows-who-spoke")
async def test_a_reporter_is_given_their_report_and_not_what_the_person_said(community: Community) -> None:
    """P-2.11"""
    received = await community.report()
    access = ReceiptAccess(received.receipt)
    await data_requests.ask_as_reporter(community.app, access, ACCESS, "")
    await answer(community)
    page = await follow_up.read_follow_up(community.app, received.receipt)
    assert TEXT in [each.given for each in page.data_requests[0].given]
    assert page.notices[-1].facts["news"] == News.DATA_ANSWERED


@pytest.mark.harm("disputed-fact-overwritten")
async def test_what_is_disputed_stands_beside_the_fact_from_the_moment_it_is_said(community: Community) -> None:
    """P-9.3"""
    words = "It was not in the help channel."
    journey, _ = await asked_by_person(community, DataRequestKind.CORRECTION, words)
    async with community.units_of_work.read() as view:
        kept = [each.text for each in await view.cases.additions_of(journey.id)]
        reports = await view.cases.reports_of(journey.id)
    assert words in kept
    assert reports[0].what_happened == TEXT


@pytest.mark.harm("erased-what-is-needed")
async def test_nothing_of_an_open_matter_is_destroyed_on_request(community: Community) -> None:
    """P-9.5"""
    await asked_by_person(community, DataRequestKind.ERASURE)
    [request] = await waiting(community, BRUNO)
    with pytest.raises(Refused, match="keeps this case") as refused:
        await answers.draft_answer(community.app, BRUNO, request, GRANT)
    assert refused.value.code == DataRefusal.OPEN_MATTER
    with pytest.raises(Refused, match="which ground"):
        await answers.draft_answer(community.app, BRUNO, request, AnswerInput(outcome=DataOutcome.REFUSED))


@pytest.mark.harm("erasure-takes-more")
async def test_a_reporter_can_have_what_names_them_destroyed_while_the_matter_goes_on(community: Community) -> None:
    """P-2.12"""
    received = await community.report(answers={"contact": "rana@example.org"}, reporter_handle="rana")
    access = ReceiptAccess(received.receipt)
    await data_requests.ask_as_reporter(community.app, access, DataRequestKind.ERASURE, "")
    await answer(community, AnswerInput(outcome=DataOutcome.PARTLY, refusal=DataRefusal.OPEN_MATTER))
    async with community.units_of_work.read() as view:
        report = await view.cases.report(received.report)
    assert report is not None
    assert (report.reporter_handle, report.answers.get("contact")) == ("", None)
    assert report.what_happened == TEXT
    assert (await follow_up.read_follow_up(community.app, received.receipt)).data_requests[0].answer is not None


@pytest.mark.harm("erased-what-is-needed")
async def test_a_legal_hold_outlasts_what_was_agreed_to_be_destroyed(community: Community) -> None:
    """P-9.5"""
    received = await community.report()
    case = await community.case(received)
    access = ReceiptAccess(received.receipt)
    await data_requests.ask_as_reporter(community.app, access, DataRequestKind.ERASURE, "")
    until = community.clock.now() + 300 * DAY
    await holds.place_hold(community.app, AMARA, case.code_name, until, "A court asks for it.")
    [request] = await waiting(community, CHIARA)
    with pytest.raises(Refused):
        await answers.draft_answer(community.app, CHIARA, request, GRANT)


@pytest.mark.harm("data-handled-with-conflict")
async def test_a_board_that_may_not_know_of_the_case_sees_no_request(community: Community) -> None:
    """P-4.3"""
    await asked_by_person(community)
    assert await waiting(community, GRETA) == []
    assert await waiting(community, HIROSHI) == []
