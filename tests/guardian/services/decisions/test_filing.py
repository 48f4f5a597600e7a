"""What was dealt with before it was reported: acknowledged in other words, and closed without a decision."""

from typing import Any

import pytest

from guardian.cases.case import CaseState
from guardian.errors import Refused
from guardian.notices.acknowledgement import acknowledgement, acknowledgement_for_file
from guardian.notices.models import NoticeKind
from guardian.services.cases.overview import NextStep, case_overview
from guardian.services.decisions import closing
from guardian.services.deliberation.risk import mark_risk
from guardian.services.reports.intake import read_follow_up
from rules.procedure import Step
from tests.builders.community import BOARD, BRUNO, ELENI, WORKING_GROUP, Community
from tests.builders.journey import DAY, a_journey

FOR_THE_FILE: dict[str, Any] = {"answers": {"handled": "yes"}}
OUTCOME = "Dealt with by the event's own team."


async def test_a_report_for_the_file_is_acknowledged_in_other_words(community: Community) -> None:
    """P-2.3"""
    until = community.clock.now() + DAY
    filed, asking = await community.report(**FOR_THE_FILE), await community.report(answers={"handled": "no"})
    assert filed.text == acknowledgement_for_file("Example", until)
    assert asking.text == acknowledgement("Example", until)
    assert (await community.report(danger=True, **FOR_THE_FILE)).text == asking.text


async def test_a_case_for_the_file_closes_without_a_decision_and_its_person_hears_nothing(community: Community) -> None:
    """P-2.3, P-5.8"""
    journey = await a_journey(community, **FOR_THE_FILE)
    assert NextStep.CLOSE in (await case_overview(community.app, BRUNO, journey.code_name)).next_steps
    await closing.close(community.app, BRUNO, journey.code_name, OUTCOME)
    case = await journey.case()
    assert (case.state, case.outcome) == (CaseState.CLOSED, OUTCOME)
    assert await journey.notices_to_person() == []
    assert await journey.decisions() == ()
    assert await community.who_was_notified(NoticeKind.CASE_CLOSED) == set(WORKING_GROUP) - {BRUNO}
    assert await community.who_was_notified(NoticeKind.BOARD_REPORT) == set(BOARD)
    assert [step for step, state in (await journey.steps()).items() if state == "done"] == [Step.BOARD_REPORT]


async def test_the_reporter_reads_that_it_is_kept_on_file_and_is_not_told_of_a_delay(community: Community) -> None:
    """P-2.3, P-2.4"""
    received = await community.report(**FOR_THE_FILE)
    case = await community.case(received)
    await closing.close(community.app, BRUNO, case.code_name, OUTCOME)
    community.pass_time(30 * DAY)
    seen = await read_follow_up(community.app, received.receipt)
    assert [(notice.kind, notice.facts["news"]) for notice in seen.notices] == [(NoticeKind.REPORTER_NEWS, "filed")]


@pytest.mark.parametrize("facts", [{}, {"answers": {"handled": "no"}}, {"danger": True, **FOR_THE_FILE}])
async def test_a_case_that_asks_for_help_is_not_closed_without_a_decision(
    community: Community, facts: dict[str, Any]
) -> None:
    """P-5.8"""
    case = await community.a_case(**facts)
    assert NextStep.CLOSE not in (await case_overview(community.app, BRUNO, case.code_name)).next_steps
    with pytest.raises(Refused) as refusal:
        await closing.close(community.app, BRUNO, case.code_name, OUTCOME)
    assert refusal.value.code == "undecided"


async def test_a_case_for_the_file_that_is_marked_as_a_risk_stays_open(community: Community) -> None:
    """P-3.2"""
    case = await community.a_case(**FOR_THE_FILE)
    await mark_risk(community.app, ELENI, case.code_name, at_risk=True)
    with pytest.raises(Refused) as refusal:
        await closing.close(community.app, BRUNO, case.code_name, OUTCOME)
    assert refusal.value.code == "safety_risk"


async def test_a_case_for_the_file_is_opened_again_like_every_other(community: Community) -> None:
    """P-5.8"""
    case = await community.a_case(**FOR_THE_FILE)
    await closing.close(community.app, BRUNO, case.code_name, OUTCOME)
    await closing.reopen(community.app, ELENI, case.code_name, "It has begun again.")
    assert (await community.open_case(BRUNO, case.code_name)).state is CaseState.OPEN
