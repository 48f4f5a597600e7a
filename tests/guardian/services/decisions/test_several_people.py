"""Several people reported in one case: each is decided on, written to and answered alone (P-3.1, P-2.11)."""

import pytest

from guardian.cases.case import CaseState, PartyRole
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import DraftKind
from guardian.cases.proposals import Consequence
from guardian.errors import Refused
from guardian.notices.models import NoticeKind
from guardian.services.cases.choices import read_choices
from guardian.services.decisions import closing, drafts, enactment
from guardian.services.decisions.drafts import DraftInput
from guardian.services.deliberation import procedure, proposals
from guardian.services.identity.linking import identify_reported_person
from guardian.services.parties import personal_page
from guardian.services.reading_room.proceedings import read_proceedings
from rules.conditions import AskedCondition, ConditionKind
from rules.ladder import Outcome
from rules.procedure import Step
from tests.builders.community import AMARA, BRUNO, DISCORD, Community
from tests.builders.journey import BEHAVIOUR, HOUR, OTHERS, Journey, a_journey, journey_in

OUTCOME = "Both were spoken to."


async def both(community: Community) -> tuple[Journey, Journey]:
    """The journeys of two people who are reported in one case, and have been written to for their hearing."""
    first = await a_journey(community, who="grumbler and shouter")
    community.spaces[DISCORD].add("700000000000000009", "shouter")
    code = await identify_reported_person(community.app, AMARA, first.code_name, DISCORD, "shouter")
    second = await journey_in(community, await first.case(), code)
    for each in (first, second):
        await have_read(each, DraftKind.HEARING)
    await procedure.begin_hearing(community.app, AMARA, first.code_name)
    await first.pass_time(200 * HOUR)
    return first, second


async def have_read(journey: Journey, kind: DraftKind) -> None:
    """A second member has read a letter to this one of them."""
    app = journey.community.app
    written = DraftInput(kind, PartyRole.REPORTED, BEHAVIOUR, journey.person_code)
    draft = await drafts.write_draft(app, AMARA, journey.code_name, written)
    await drafts.approve_draft(app, BRUNO, draft.id)


async def decide(
    journey: Journey, outcome: Outcome = Outcome.WARNING, *, hours: int = 73, asked: tuple[AskedCondition, ...] = ()
) -> None:
    """It is decided on this one of them and enacted, before anybody has read a letter to them."""
    app = journey.community.app
    chosen = Consequence(outcome=outcome, asked=asked)
    proposal = await proposals.propose(app, AMARA, journey.code_name, chosen, journey.person_code)
    await journey.vote(proposal, *OTHERS)
    if hours:
        await journey.pass_time(hours * HOUR)
    else:
        await procedure.request_skip(app, AMARA, journey.code_name, Step.FEEDBACK, "They have agreed already.")
        await procedure.confirm_skip(app, BRUNO, journey.code_name, Step.FEEDBACK)
    await enactment.enact(app, BRUNO, journey.code_name, unread=True)


@pytest.mark.harm("decided-on-one-closed-for-all")
async def test_a_case_stays_open_and_owed_until_each_of_its_people_has_an_outcome(community: Community) -> None:
    """P-3.1, P-5.8"""
    first, second = await both(community)
    assert (await read_proceedings(community.app, BRUNO, first.code_name)).undecided == ()
    await decide(first)
    await have_read(first, DraftKind.DECISION)
    with pytest.raises(Refused) as refusal:
        await closing.close(community.app, BRUNO, first.code_name, OUTCOME)
    assert (await read_proceedings(community.app, BRUNO, first.code_name)).undecided == (second.person_code,)
    assert second.person_code in refusal.value.sentence
    assert first.person_code not in refusal.value.sentence
    async with community.units_of_work.read() as view:
        assert await view.deadlines.open_for(first.id, DeadlineKind.RESOLUTION)
    await decide(second)
    await have_read(second, DraftKind.DECISION)
    assert (await read_proceedings(community.app, BRUNO, first.code_name)).undecided == ()
    await closing.close(community.app, BRUNO, first.code_name, OUTCOME)
    assert (await first.case()).state is CaseState.CLOSED


@pytest.mark.harm("another-ones-decision-silences")
async def test_whoever_waits_for_a_letter_gets_it_though_another_is_decided_on_meanwhile(community: Community) -> None:
    """P-5.5, P-5.6: else nobody ever tells them."""
    first, second = await both(community)
    await decide(first)
    await decide(second, hours=0)
    assert await first.notices_to_person(NoticeKind.DECISION) == []
    await have_read(first, DraftKind.DECISION)
    (notice,) = await first.notices_to_person(NoticeKind.DECISION)
    assert notice.facts["text"] == BEHAVIOUR
    assert await second.notices_to_person(NoticeKind.DECISION) == []


@pytest.mark.harm("another-ones-decision-silences")
async def test_the_standard_text_goes_to_each_whose_letter_nobody_has_read(community: Community) -> None:
    """P-5.6"""
    first, second = await both(community)
    await decide(first)
    await decide(second, hours=0)
    await first.pass_time(25 * HOUR)
    assert [len(await each.notices_to_person(NoticeKind.DECISION)) for each in (first, second)] == [1, 1]


@pytest.mark.harm("decided-on-one-closed-for-all")
async def test_no_case_closes_while_somebody_waits_for_the_letter_on_their_warning(community: Community) -> None:
    """P-5.8"""
    first, second = await both(community)
    await decide(first)
    await decide(second, hours=0)
    with pytest.raises(Refused) as refusal:
        await closing.close(community.app, BRUNO, first.code_name, OUTCOME)
    assert refusal.value.code == "to_tell"


@pytest.mark.harm("page-tells-of-anothers-decision")
async def test_neither_page_says_that_it_was_decided_on_the_other(community: Community) -> None:
    """P-2.11"""
    first, second = await both(community)
    page = await second.receipt()
    before = await personal_page.read_page(community.app, page)
    await decide(first)
    after = await personal_page.read_page(community.app, page)
    assert [line.state for line in after.matters] == [line.state for line in before.matters]


@pytest.mark.harm("told-of-a-result-that-is-none")
async def test_the_last_word_to_a_reporter_gives_no_result_of_one_for_that_of_all(community: Community) -> None:
    """P-5.8: what was decided on each, they have heard when it was."""
    first, second = await both(community)
    await decide(first)
    await have_read(first, DraftKind.DECISION)
    await decide(second, Outcome.NO_VIOLATION)
    await have_read(second, DraftKind.DECISION)
    await closing.close(community.app, BRUNO, first.code_name, OUTCOME)
    told = [notice.facts for notice in await first.notices_to_reporter()]
    assert [facts["decided"] for facts in told if facts.get("news") == "decided"] == ["warning", "no_violation"]
    assert "decided" not in told[-1]


@pytest.mark.harm("another-ones-decision-in-a-letter")
async def test_no_letter_begins_with_what_was_decided_on_another_of_them(community: Community) -> None:
    """P-2.11, P-5.5: the same form writes to each of them."""
    first, _ = await both(community)
    app = community.app
    chosen = Consequence(outcome=Outcome.WARNING, summary="Insults in the help channel.")
    await first.vote(await proposals.propose(app, AMARA, first.code_name, chosen, first.person_code), *OTHERS)
    choices = await read_choices(app, AMARA, first.code_name)
    openings = [each.text for each in choices.openings if each.to is PartyRole.REPORTED]
    assert openings
    assert not [text for text in openings if "Insults in the help channel." in text]


async def test_what_is_asked_of_one_stands_on_no_page_of_the_other(community: Community) -> None:
    """P-2.11, P-5.2"""
    first, second = await both(community)
    receipt = await second.receipt()
    await decide(first, asked=(AskedCondition(ConditionKind.APOLOGY, "Say what you are sorry for."),))
    page = await personal_page.read_page(community.app, receipt)
    assert [matter.conditions for matter in page.matters] == [()]
    async with community.units_of_work.read() as view:
        [condition] = await view.conditions.conditions_of(first.id)
    with pytest.raises(Refused, match="not asked of you"):
        await personal_page.say_condition_done(community.app, receipt, condition.id, "I did not do it.")
