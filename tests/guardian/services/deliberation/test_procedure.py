"""A person is heard before anything about them is final, and what is skipped is skipped by two."""

import pytest

from guardian.cases.procedure import StepState
from guardian.errors import NotFound, Refused
from guardian.notices.models import NoticeKind
from guardian.services.deliberation import procedure
from guardian.services.parties import personal_page
from guardian.services.reports.intake import ReceiptAccess, ReporterRequest, make_request
from rules.procedure import Step
from tests.builders.community import AMARA, DMITRI, INES, Community
from tests.builders.journey import DAY, HOUR, a_journey


async def test_the_person_is_written_to_with_a_receipt_before_anything_restricts(community: Community) -> None:
    """P-3.5, P-6.2"""
    journey = await a_journey(community)
    await journey.begin_hearing()
    (notice,) = await journey.notices_to_person(NoticeKind.HEARING)
    page = await personal_page.read_page(community.app, notice.facts["receipt"])
    assert page.matters[0].may_be_heard
    assert page.sanctions == ()


async def test_a_person_is_not_written_to_while_the_reporter_asks_to_wait(community: Community) -> None:
    """P-2.12"""
    received = await community.report(who="grumbler")
    case = await community.case(received)
    await make_request(community.app, ReceiptAccess(received.receipt), ReporterRequest.DO_NOT_CONTACT)
    with pytest.raises(Refused) as refusal:
        await procedure.begin_hearing(community.app, AMARA, case.code_name)
    assert refusal.value.code == "do_not_contact"


async def test_the_persons_message_carries_their_reference_and_no_code_name(community: Community) -> None:
    """P-3.1"""
    journey = await a_journey(community)
    await journey.begin_hearing()
    (notice,) = await journey.notices_to_person()
    assert notice.facts["reference"].startswith("GRD-")
    assert journey.code_name not in str(notice.facts)
    assert journey.person_code not in str(notice.facts)


async def test_nobody_is_heard_where_nobody_is_known(community: Community) -> None:
    case = await community.a_case()
    with pytest.raises(Refused) as refusal:
        await procedure.begin_hearing(community.app, AMARA, case.code_name)
    assert refusal.value.code == "nobody_to_hear"


async def test_the_time_to_answer_ends_by_itself(community: Community) -> None:
    """P-3.5"""
    journey = await a_journey(community)
    await journey.begin_hearing()
    await journey.pass_time(7 * DAY - HOUR)
    assert (await journey.steps())[Step.HEARING] == StepState.UNDER_WAY
    await journey.pass_time(HOUR)
    assert (await journey.steps())[Step.HEARING] == StepState.DONE


async def test_one_member_alone_cannot_skip_the_hearing(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await procedure.request_skip(
        community.app, AMARA, journey.code_name, Step.HEARING, "They have threatened the reporter."
    )
    with pytest.raises(Refused) as refusal:
        await procedure.confirm_skip(community.app, AMARA, journey.code_name, Step.HEARING)
    assert refusal.value.code == "own_skip"
    assert (await journey.steps())[Step.HEARING] == StepState.SKIP_REQUESTED


async def test_a_skipped_step_keeps_its_reason_and_both_members(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await procedure.request_skip(community.app, AMARA, journey.code_name, Step.HEARING, "A threat.")
    await procedure.confirm_skip(community.app, DMITRI, journey.code_name, Step.HEARING)
    step = (await journey.case_steps()).by_kind[Step.HEARING]
    assert (step.state, step.reason, step.by, step.confirmed_by) == (StepState.SKIPPED, "A threat.", AMARA, DMITRI)


@pytest.mark.parametrize("step", [Step.ENACT, Step.BOARD_REPORT])
async def test_enacting_and_the_boards_report_cannot_be_skipped(community: Community, step: Step) -> None:
    """P-8.5"""
    journey = await a_journey(community)
    with pytest.raises(Refused):
        await procedure.request_skip(community.app, AMARA, journey.code_name, step, "No time.")


async def test_a_skip_without_a_reason_is_refused(community: Community) -> None:
    journey = await a_journey(community)
    with pytest.raises(Refused):
        await procedure.request_skip(community.app, AMARA, journey.code_name, Step.HEARING, "  ")


async def test_a_moderator_begins_no_hearing(community: Community) -> None:
    journey = await a_journey(community)
    with pytest.raises(Refused):
        await procedure.begin_hearing(community.app, INES, journey.code_name)


async def test_a_member_is_told_nothing_of_a_case_that_does_not_exist(community: Community) -> None:
    with pytest.raises(NotFound):
        await procedure.begin_hearing(community.app, AMARA, "no-such-case")
