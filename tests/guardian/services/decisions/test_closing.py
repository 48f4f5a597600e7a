"""A case closes when what was decided is in force, and opens again with its history."""

from datetime import timedelta

import pytest

from guardian.cases.case import CaseState, PartyRole
from guardian.cases.drafts import DraftKind
from guardian.cases.procedure import StepState
from guardian.errors import Refused
from guardian.notices.models import NoticeKind
from guardian.sanctions.models import Coverage, CoverageState
from guardian.services.decisions import closing, drafts, enactment
from guardian.services.decisions.drafts import DraftInput
from rules.procedure import Step
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, WORKING_GROUP, Community
from tests.builders.journey import DAY, Journey, a_journey, a_warning

OUTCOME = "A warning was given."


async def held(community: Community, journey: Journey) -> None:
    """Discord confirms that it holds what was decided."""
    async with community.units_of_work.begin() as uow:
        row = Coverage(person=journey.person, space=DISCORD, state=CoverageState.HELD, since=uow.now)
        await uow.sanctions.save_coverage(row)


async def test_a_case_does_not_close_while_a_space_does_not_hold_it(community: Community) -> None:
    """P-5.8"""
    journey = await a_journey(community)
    await journey.enact()
    with pytest.raises(Refused) as refusal:
        await closing.close(community.app, BRUNO, journey.code_name, OUTCOME)
    assert refusal.value.code == "not_in_force"
    await held(community, journey)
    await closing.close(community.app, BRUNO, journey.code_name, OUTCOME)
    assert (await journey.case()).state is CaseState.CLOSED


async def test_a_case_does_not_close_before_the_person_was_told(community: Community) -> None:
    """P-5.8"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    await enactment.enact(community.app, BRUNO, journey.code_name)
    with pytest.raises(Refused) as refusal:
        await closing.close(community.app, BRUNO, journey.code_name, OUTCOME)
    assert refusal.value.code == "to_tell"


async def test_closing_tells_reporter_and_group_and_sets_a_review_date(community: Community) -> None:
    """P-5.8"""
    journey = await a_journey(community)
    await journey.enact(a_warning())
    await closing.close(community.app, BRUNO, journey.code_name, OUTCOME)
    assert (await journey.notices_to_reporter())[-1].facts["news"] == "closed"
    assert await community.who_was_notified(NoticeKind.CASE_CLOSED) == set(WORKING_GROUP) - {BRUNO}
    assert (await journey.case()).review_on == community.clock.now() + 180 * DAY


async def test_the_review_date_comes_back_to_the_group(community: Community) -> None:
    """P-5.8"""
    journey = await a_journey(community)
    await journey.enact(a_warning())
    review_on = community.clock.now() + timedelta(days=30)
    await closing.close(community.app, BRUNO, journey.code_name, OUTCOME, review_on)
    before = await community.notice_kinds_to(DMITRI)
    await journey.pass_time(30 * DAY)
    assert (await community.notice_kinds_to(DMITRI))[len(before) :] == [NoticeKind.DEADLINE_PASSED]


async def test_the_groups_own_words_go_to_the_reporter_where_they_were_read(community: Community) -> None:
    """P-5.6, P-5.8"""
    journey = await a_journey(community)
    await journey.enact(a_warning())
    draft = await drafts.write_draft(
        community.app,
        AMARA,
        journey.code_name,
        DraftInput(DraftKind.RESOLUTION, PartyRole.REPORTER, "We have spoken to them."),
    )
    await drafts.approve_draft(community.app, DMITRI, draft.id)
    await closing.close(community.app, BRUNO, journey.code_name, OUTCOME)
    closed = [n for n in await journey.notices_to_reporter() if n.facts.get("news") == "closed"]
    assert [n.facts["text"] for n in closed] == ["We have spoken to them."]


@pytest.mark.parametrize("outcome", ["", "  "])
async def test_a_case_closes_with_an_outcome_on_record(community: Community, outcome: str) -> None:
    """P-5.8"""
    journey = await a_journey(community)
    await journey.enact(a_warning())
    with pytest.raises(Refused):
        await closing.close(community.app, BRUNO, journey.code_name, outcome)


async def test_a_review_date_in_the_past_is_refused(community: Community) -> None:
    journey = await a_journey(community)
    await journey.enact(a_warning())
    with pytest.raises(Refused) as refusal:
        await closing.close(community.app, BRUNO, journey.code_name, OUTCOME, community.clock.now())
    assert refusal.value.code == "past"


async def test_an_open_case_does_not_close(community: Community) -> None:
    journey = await a_journey(community)
    with pytest.raises(Refused):
        await closing.close(community.app, BRUNO, journey.code_name, OUTCOME)


async def test_a_reopened_case_keeps_its_decision_and_hears_the_person_again(community: Community) -> None:
    """P-5.8"""
    journey = await a_journey(community)
    await journey.enact(a_warning())
    await closing.close(community.app, BRUNO, journey.code_name, OUTCOME)
    with pytest.raises(Refused):
        await closing.reopen(community.app, DMITRI, journey.code_name, " ")
    await closing.reopen(community.app, DMITRI, journey.code_name, "A second witness has come forward.")
    assert (await journey.case()).state is CaseState.OPEN
    assert len(await journey.decisions()) == 1
    assert (await journey.steps())[Step.HEARING] == StepState.PENDING
    await journey.pass_time(200 * DAY)
    assert NoticeKind.CASE_CLOSED not in (await community.notice_kinds_to(BRUNO))
