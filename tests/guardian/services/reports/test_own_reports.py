"""A reporter's own reports: found again where an answer was lost, listed to them alone, and answered further."""

from datetime import timedelta

import pytest

from guardian.cases.report_questions import CONTACT_IS_SAFE, DANGER
from guardian.cases.reports import Audience, Report
from guardian.errors import NotFound, Refused
from guardian.notices.models import NoticeKind
from guardian.services.conflicts.conflict_claims import open_claims
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import (
    IntakeResult,
    ReceiptAccess,
    ReporterAccess,
    ReporterRequest,
    add_to_report,
    answer_questions,
    make_request,
    read_follow_up,
    receive,
)
from guardian.services.reports.own_reports import list_own_reports, own_report_for_receipt
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    DMITRI,
    SOMEBODY,
    WORKING_GROUP,
    Community,
    a_message,
    a_submission,
)


async def sent(community: Community, **facts: object) -> IntakeResult:
    """A report by the reporter's account, sent as a door sends it."""
    return await receive(community.app, a_submission(**{"reporter": A_REPORTER, **facts}))


async def kept(community: Community, received: IntakeResult) -> Report:
    """The report as the database has it."""
    async with community.units_of_work.read() as view:
        report = await view.cases.report(received.report)
    assert report is not None
    return report


async def test_a_report_whose_answer_was_lost_is_found_again_and_not_made_twice(community: Community) -> None:
    """P-2.4"""
    first = await sent(community)
    community.pass_time(timedelta(hours=23))
    second = await sent(community)
    assert (second.report, second.reference) == (first.report, first.reference)
    assert "one report" in second.text
    for receipt in (first.receipt, second.receipt):
        assert (await read_follow_up(community.app, receipt)).reference == first.reference
    assert (await community.notice_kinds_to(AMARA)).count(NoticeKind.NEW_REPORT) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"what_happened": "It happened once more."},
        {"reporter": SOMEBODY},
        {"reporter": None},
        {"danger": True},
        {"answers": {CONTACT_IS_SAFE: "no"}},
        {"evidence": (a_message(link="https://discord.example/1/2/4"),)},
    ],
    ids=["words", "account", "nobody", "danger", "answers", "message"],
)
async def test_what_differs_in_anything_is_a_report_of_its_own(community: Community, other: dict[str, object]) -> None:
    """P-2.1: no sincere report is taken for another."""
    first = await sent(community)
    assert (await sent(community, **other)).report != first.report


async def test_the_same_words_after_a_day_are_a_new_report(community: Community) -> None:
    """P-2.4: it may have happened again."""
    first = await sent(community)
    community.pass_time(timedelta(hours=24, seconds=1))
    assert (await sent(community)).report != first.report


async def test_a_report_that_was_withdrawn_can_be_made_again(community: Community) -> None:
    """P-2.12"""
    first = await sent(community)
    await make_request(community.app, ReceiptAccess(first.receipt), ReporterRequest.WITHDRAW)
    assert (await sent(community)).report != first.report


async def test_somebody_sees_their_own_reports_and_nobody_elses(community: Community) -> None:
    """P-2.6"""
    first = await sent(community)
    second = await sent(community, what_happened="Something else.")
    await sent(community, reporter=SOMEBODY)
    assert [each.report for each in await list_own_reports(community.app, A_REPORTER)] == [second.report, first.report]


async def test_a_report_of_somebody_to_whom_it_is_not_safe_to_write_shows_by_its_receipt_alone(
    community: Community,
) -> None:
    """P-2.2: whoever else looks at their account would see that they reported."""
    received = await sent(community, answers={CONTACT_IS_SAFE: "no"})
    assert await list_own_reports(community.app, A_REPORTER) == ()
    assert (await own_report_for_receipt(community.app, received.receipt)).report == received.report
    with pytest.raises(NotFound):
        await own_report_for_receipt(community.app, "AAAAA-AAAAA")


async def test_further_answers_stand_with_the_report_and_put_whom_they_name_to_a_chair(community: Community) -> None:
    """P-2.2, P-2.5, P-2.12"""
    received = await sent(community, answers={"where": "#help"})
    access = ReporterAccess(received.report, A_REPORTER)
    await answer_questions(
        community.app, access, {"witnesses": "Dmitri was there", "where": "and #general"}, "It went on."
    )
    report = await kept(community, received)
    assert report.answers["where"] == "#help\n\nand #general"
    assert report.answers["witnesses"] == "Dmitri was there"
    assert (await read_follow_up(community.app, received.receipt)).thread[-1].text == "It went on."
    (claim,) = await open_claims(community.app, AMARA, (await community.case(received)).code_name)
    assert claim.about == "Dmitri Volkov"


async def test_nobody_answers_for_somebody_elses_report(community: Community) -> None:
    """P-2.12"""
    received = await sent(community)
    with pytest.raises(NotFound):
        await answer_questions(community.app, ReporterAccess(received.report, SOMEBODY), {"where": "#help"})


async def test_a_reporter_who_is_not_safe_any_more_is_written_to_no_more(community: Community) -> None:
    """P-2.2"""
    received = await sent(community)
    await answer_questions(community.app, ReceiptAccess(received.receipt), {CONTACT_IS_SAFE: "no"})
    assert (await kept(community, received)).contact_is_safe is False


async def test_danger_that_is_said_later_calls_everybody_whoever_was_chosen_to_hear_first(community: Community) -> None:
    """P-3.6"""
    received = await sent(community, audience=Audience.CHOSEN, audience_members=(AMARA, DMITRI))
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == {AMARA, DMITRI}
    access = ReporterAccess(received.report, A_REPORTER)
    await answer_questions(community.app, access, {DANGER: "yes", "danger_where": "At the venue"})
    assert await community.who_was_notified(NoticeKind.DANGER) == set(WORKING_GROUP)
    assert (await community.case(received)).safety_risk
    assert (await kept(community, received)).danger


async def test_of_what_may_show_minors_only_link_author_and_time_are_kept(community: Community) -> None:
    """P-2.7"""
    piece = a_message(text="a caption", file_name="secret.png", content=b"pixels", written_at=community.clock.now())
    received = await sent(community, csam=True, evidence=(piece,))
    await add_to_report(
        community.app, ReceiptAccess(received.receipt), AdditionInput(files=(a_message(content=b"more"),))
    )
    async with community.units_of_work.read() as view:
        found = await view.cases.evidence_of((await community.case(received)).id)
        held = [await view.cases.evidence(each.id) for each in found]
    assert [(p.text, p.file_name, p.content, p.sha256) for p in held if p] == [("", "", None, "")] * 2
    assert (found[0].link, found[0].author, found[0].written_at) == (piece.link, piece.author, piece.written_at)


async def test_nothing_answered_and_nothing_written_is_refused(community: Community) -> None:
    received = await sent(community)
    with pytest.raises(Refused, match="nothing in it yet"):
        await answer_questions(community.app, ReceiptAccess(received.receipt), {"where": "  "}, " ")
