"""What a decision asks of a person: in the letter, on their page, followed up, and never a restriction by itself."""

import pytest

from guardian.cases.conditions import Condition, ConditionState
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import DraftKind
from guardian.cases.proposals import Consequence
from guardian.cases.tasks import TaskKind
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import News, NoticeKind
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions.conditions import check_condition, review_condition
from guardian.services.decisions.enactment import enact
from guardian.services.parties import personal_page
from guardian.services.parties.own_conditions import OwnConditionLine
from guardian.services.records.case_document import DocumentReader, read_document, write_document
from guardian.services.worklist.due_list import list_due
from guardian.services.worklist.tasks import list_tasks
from rules.conditions import AskedCondition, ConditionKind
from rules.conflicts import ConflictReason
from rules.deadlines import DueState
from rules.ladder import Outcome
from tests.builders.community import AMARA, BRUNO, CHIARA, Community
from tests.builders.journey import DAY, HOUR, Journey, a_journey, a_suspension, a_warning, an_extended_suspension

REPAIR = AskedCondition(ConditionKind.REPAIR, "Mend the page that you defaced.", 20 * DAY, BRUNO)
APOLOGY = AskedCondition(ConditionKind.APOLOGY, "Say in your own words what you are sorry for.")


async def asked_journey(community: Community, *asked: AskedCondition) -> tuple[Journey, str]:
    """A warning that asks these things has been enacted; the person's receipt is the second of the two."""
    journey = await a_journey(community)
    await journey.enact(a_warning(asked=asked))
    return journey, await journey.receipt()


async def conditions_of(journey: Journey) -> tuple[Condition, ...]:
    """What the case's decisions ask, as it is kept."""
    async with journey.community.units_of_work.read() as view:
        return await view.conditions.conditions_of(journey.id)


async def own_lines(journey: Journey, receipt: str) -> list[OwnConditionLine]:
    """What the person reads of it on their page."""
    page = await personal_page.read_page(journey.community.app, receipt)
    return [line for matter in page.matters for line in matter.conditions]


async def tasks_of(journey: Journey, by: MemberId) -> list[TaskKind]:
    """What the member is asked for that is about a condition."""
    found = await list_tasks(journey.community.app, by)
    kinds = (TaskKind.CHECK_CONDITION, TaskKind.REVIEW_CONDITION)
    return [task.kind for task in found if task.kind in kinds]


async def reminded(journey: Journey, kind: NoticeKind) -> set[MemberId | None]:
    """Who was reminded of a condition so far."""
    async with journey.community.units_of_work.read() as view:
        notices = await view.notices.of_case(journey.id)
    return {n.to.member for n in notices if n.kind is kind and n.facts.get("promise") == DeadlineKind.CONDITION}


async def test_what_is_asked_stands_in_the_letter_and_on_the_persons_page(community: Community) -> None:
    """P-5.2, P-5.5"""
    journey, receipt = await asked_journey(community, REPAIR, APOLOGY)
    letter = (await journey.notices_to_person(NoticeKind.DECISION))[-1].facts["text"]
    assert REPAIR.words in letter
    assert APOLOGY.words in letter
    assert "within 20 days" in letter
    repair, apology = await own_lines(journey, receipt)
    assert (repair.kind, repair.words, repair.state) == (ConditionKind.REPAIR, REPAIR.words, ConditionState.OPEN)
    assert repair.due is not None
    assert apology.due is None


@pytest.mark.harm("condition-names-the-reporter")
async def test_words_that_the_second_reader_took_out_of_the_letter_do_not_come_back_on_the_page(
    community: Community,
) -> None:
    """P-5.6: what nobody has read reaches nobody, in whatever field it was typed."""
    journey = await a_journey(community)
    named = AskedCondition(ConditionKind.NO_CONTACT, "Do not write to Robin, who reported you.")
    await journey.prepare_decision(a_warning(asked=(named,)), letter=False)
    await journey.have_read(DraftKind.DECISION, "Please write to nobody who was in that channel.")
    await enact(community.app, BRUNO, journey.code_name)
    [line] = await own_lines(journey, await journey.receipt())
    assert (line.kind, line.words) == (ConditionKind.NO_CONTACT, "")


async def test_enacting_without_a_read_letter_says_that_the_person_will_not_learn_what_is_asked(
    community: Community,
) -> None:
    """P-5.6"""
    journey = await a_journey(community)
    await journey.prepare_decision(a_warning(asked=(APOLOGY,)), letter=False)
    with pytest.raises(Refused, match="conditions that were decided"):
        await enact(community.app, BRUNO, journey.code_name)


async def test_the_person_says_that_it_is_done_and_a_member_says_that_it_is_met(community: Community) -> None:
    """P-5.2"""
    journey, receipt = await asked_journey(community, REPAIR)
    [condition] = await conditions_of(journey)
    await personal_page.say_condition_done(community.app, receipt, condition.id, "The page is as it was.")
    [line] = await own_lines(journey, receipt)
    assert line.state is ConditionState.SAID_DONE
    async with community.units_of_work.read() as view:
        assert "The page is as it was." in [each.text for each in await view.cases.additions_of(journey.id)]
        news = [n.facts.get("news") for n in await view.notices.of_case(journey.id)]
    assert News.CONDITION_SAID_DONE in news
    assert await tasks_of(journey, AMARA) == [TaskKind.CHECK_CONDITION]
    await check_condition(community.app, AMARA, journey.code_name, condition.id, met=True, evidence="I have seen it.")
    [line] = await own_lines(journey, receipt)
    assert (line.state, line.may_say_done) == (ConditionState.MET, False)
    assert await tasks_of(journey, AMARA) == []
    with pytest.raises(Refused, match="not asked of you"):
        await personal_page.say_condition_done(community.app, receipt, condition.id, "Again.")


@pytest.mark.harm("unmet-condition-restricts-by-itself")
async def test_what_is_not_met_restricts_nobody_and_waits_for_people(community: Community) -> None:
    """P-5.1, P-5.2"""
    journey, receipt = await asked_journey(community, REPAIR)
    [condition] = await conditions_of(journey)
    await journey.pass_time(60 * DAY)
    assert await journey.sanctions() == ()
    await check_condition(community.app, AMARA, journey.code_name, condition.id, met=False, evidence="It is not there.")
    await journey.pass_time(60 * DAY)
    assert await journey.sanctions() == ()
    assert await tasks_of(journey, BRUNO) == [TaskKind.REVIEW_CONDITION]
    assert (await own_lines(journey, receipt))[0].state is ConditionState.UNMET
    await review_condition(community.app, BRUNO, journey.code_name, condition.id, "They were ill; we wait a month.")
    assert await tasks_of(journey, BRUNO) == []
    assert (await own_lines(journey, receipt))[0].state is ConditionState.UNMET


async def test_who_was_late_can_still_show_it(community: Community) -> None:
    """P-5.2"""
    journey, receipt = await asked_journey(community, REPAIR)
    [condition] = await conditions_of(journey)
    await check_condition(community.app, AMARA, journey.code_name, condition.id, met=False, evidence="It is not there.")
    await personal_page.say_condition_done(community.app, receipt, condition.id, "Now it is.")
    assert await tasks_of(journey, AMARA) == [TaskKind.CHECK_CONDITION]
    await check_condition(community.app, BRUNO, journey.code_name, condition.id, met=True, evidence="So it is.")
    assert (await conditions_of(journey))[0].state is ConditionState.MET


async def test_whoever_follows_it_up_is_reminded_before_its_day_and_everybody_after(community: Community) -> None:
    """P-2.4"""
    journey, _ = await asked_journey(community, REPAIR)
    await journey.pass_time(9 * DAY)
    assert await reminded(journey, NoticeKind.DEADLINE_NEAR) == set()
    await journey.pass_time(1 * DAY + HOUR)
    assert await reminded(journey, NoticeKind.DEADLINE_NEAR) == {BRUNO}
    await journey.pass_time(10 * DAY)
    assert {AMARA, BRUNO, CHIARA} <= await reminded(journey, NoticeKind.DEADLINE_PASSED)
    late = [line.kind for line in await list_due(community.app, CHIARA) if line.state is DueState.LATE]
    assert DeadlineKind.CONDITION in late


async def test_a_follower_who_has_stepped_back_is_not_reminded_and_the_others_are(community: Community) -> None:
    """P-4.1, P-4.2"""
    journey, _ = await asked_journey(community, REPAIR)
    await recuse(community.app, BRUNO, journey.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    await journey.pass_time(10 * DAY + HOUR)
    assert AMARA in await reminded(journey, NoticeKind.DEADLINE_NEAR)
    assert BRUNO not in await reminded(journey, NoticeKind.DEADLINE_NEAR)


async def test_a_member_who_is_not_on_the_case_follows_nothing_up(community: Community) -> None:
    """P-4.2, P-5.2"""
    journey = await a_journey(community)
    await recuse(community.app, BRUNO, journey.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    with pytest.raises(Refused, match="by a member on this case"):
        await journey.propose(a_warning(asked=(REPAIR,)))


async def test_another_decision_on_the_person_asks_what_it_says_and_nothing_else(community: Community) -> None:
    """P-5.2"""
    journey, receipt = await asked_journey(community, REPAIR)
    await journey.agree(a_warning(asked=(APOLOGY,), summary="Called people names."))
    await journey.read_letter()
    await journey.pass_time(73 * HOUR)
    await enact(community.app, BRUNO, journey.code_name)
    first, second = await conditions_of(journey)
    assert (first.state, second.state) == (ConditionState.DROPPED, ConditionState.OPEN)
    assert [line.kind for line in await own_lines(journey, receipt)] == [ConditionKind.APOLOGY]


async def test_nobody_returns_before_each_condition_is_met(community: Community) -> None:
    """P-5.2, P-6.2"""
    journey = await a_journey(community)
    await journey.enact(an_extended_suspension(conditions="", asked=(REPAIR,)))
    receipt = await journey.receipt()
    await journey.pass_time(121 * DAY)
    await personal_page.submit_readmission_request(community.app, receipt, "I have mended it.")
    async with community.units_of_work.read() as view:
        request = (await view.cases.cases())[-1]
    returning = Journey(community, request.id, request.code_name, journey.person_code, journey.person)
    answer = Consequence(outcome=Outcome.OTHER, readmit=True, conditions="They have written to us.")
    with pytest.raises(Refused, match="conditions for return"):
        await returning.propose(answer)
    [condition] = await conditions_of(journey)
    await check_condition(community.app, AMARA, journey.code_name, condition.id, met=True, evidence="It is whole.")
    assert (await returning.propose(answer)).code_name == request.code_name


async def test_the_case_document_says_what_was_asked_and_what_became_of_it(community: Community) -> None:
    """P-9.3"""
    journey, _ = await asked_journey(community, REPAIR)
    [condition] = await conditions_of(journey)
    await check_condition(community.app, AMARA, journey.code_name, condition.id, met=True, evidence="I have seen it.")
    document = write_document(await read_document(community.app, AMARA, journey.code_name, DocumentReader.GROUP))
    assert "asked within 20 days: repair, Mend the page that you defaced." in document
    assert "Mend the page that you defaced.: met" in document
    assert "I have seen it." in document


async def test_a_condition_of_another_case_is_not_there(community: Community) -> None:
    """P-4.2"""
    journey, _ = await asked_journey(community, REPAIR)
    [condition] = await conditions_of(journey)
    other = await a_journey(community, handle="elm")
    for code_name, condition_id in ((other.code_name, condition.id), (journey.code_name, "another")):
        with pytest.raises(NotFound):
            await check_condition(community.app, AMARA, code_name, condition_id, met=True, evidence="Seen.")


async def test_a_suspension_may_ask_something_as_well(community: Community) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    await journey.enact(a_suspension(asked=(APOLOGY,)))
    assert len(await conditions_of(journey)) == 1
    assert len(await journey.sanctions()) == 1
