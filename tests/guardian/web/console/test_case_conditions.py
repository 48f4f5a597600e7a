"""What a decision asks of its person: typed into the proposal's form, told and answered on the person's page, and checked."""

from guardian.cases.conditions import ConditionState
from guardian.services.decisions.enactment import enact
from rules.conditions import AskedCondition, ConditionKind
from tests.builders.community import AMARA, BRUNO, Community
from tests.builders.journey import DAY, HOUR, OTHERS, Journey, a_journey, a_warning
from tests.builders.pages import Pages, text_of

WORDS = "Mend the page that you defaced."


def page_of(journey: Journey) -> str:
    """The address of the case's page."""
    return f"/console/cases/{journey.code_name}"


async def test_what_is_typed_in_the_rows_is_proposed_with_its_days_and_follower(
    pages: Pages, community: Community
) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    await pages.sign_in(community, AMARA)
    typed = {
        "propose-outcome": "warning",
        "propose-asked-1-kind": "repair",
        "propose-asked-1-words": WORDS,
        "propose-asked-1-days": "20",
        "propose-asked-1-by": BRUNO,
        "propose-asked-3-kind": "apology",
        "propose-asked-3-words": "Say what you are sorry for.",
    }
    answer = await pages.fill(page_of(journey), f"{page_of(journey)}/propose", **typed)
    assert "Asked of the person, within 20 days: making up for what was done" in text_of(answer)
    assert (await journey.newest_proposal()).consequence.asked == (
        AskedCondition(ConditionKind.REPAIR, WORDS, 20 * DAY, BRUNO),
        AskedCondition(ConditionKind.APOLOGY, "Say what you are sorry for."),
    )


async def test_words_without_a_kind_and_a_kind_without_words_are_refused_beside_their_row(
    pages: Pages, community: Community
) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    await pages.sign_in(community, AMARA)
    for typed, told in (
        ({"propose-asked-1-words": WORDS}, "choose what kind of thing"),
        ({"propose-asked-1-kind": "repair"}, "Say in words for the person"),
    ):
        answer = await pages.fill(
            page_of(journey), f"{page_of(journey)}/propose", **{"propose-outcome": "warning", **typed}
        )
        assert answer.status_code == 422
        assert told in text_of(answer)


async def test_the_person_says_on_their_page_that_it_is_done_and_a_member_that_it_is_met(
    pages: Pages, community: Community
) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    await journey.enact(a_warning(asked=(AskedCondition(ConditionKind.REPAIR, WORDS, 20 * DAY),)))
    async with community.units_of_work.read() as view:
        [condition] = await view.conditions.conditions_of(journey.id)
    receipt = await journey.receipt()
    own = text_of(await pages.fill("/personal", "/personal", receipt=receipt))
    for told in ("What is asked of you", WORDS, "You have not written yet that it is done."):
        assert told in own
    done = await pages.fill("/personal", f"/personal/done/{condition.id}", text="The page is whole again.")
    assert "You have written that it is done." in text_of(done)
    await pages.sign_in(community, BRUNO)
    assert "The page is whole again." in text_of(await pages.get(page_of(journey)))
    checked = {f"evidence-{condition.id}": "I have looked at it.", f"met-{condition.id}": "yes"}
    answer = await pages.fill(page_of(journey), f"{page_of(journey)}/conditions/{condition.id}/check", **checked)
    assert "I have looked at it." in text_of(answer)
    async with community.units_of_work.read() as view:
        assert [each.state for each in await view.conditions.conditions_of(journey.id)] == [ConditionState.MET]


async def test_what_is_not_met_is_looked_at_again_on_the_page(pages: Pages, community: Community) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    await journey.hold_hearing()
    asked = (AskedCondition(ConditionKind.APOLOGY, "Say what you are sorry for."),)
    await journey.vote(await journey.propose(a_warning(asked=asked)), *OTHERS)
    await journey.read_letter()
    await journey.pass_time(73 * HOUR)
    await enact(community.app, BRUNO, journey.code_name)
    async with community.units_of_work.read() as view:
        [condition] = await view.conditions.conditions_of(journey.id)
    await pages.sign_in(community, BRUNO)
    checked = {f"evidence-{condition.id}": "Nothing came.", f"met-{condition.id}": "no"}
    shown = await pages.fill(page_of(journey), f"{page_of(journey)}/conditions/{condition.id}/check", **checked)
    assert "Nothing follows by itself" in text_of(shown)
    looked = {f"looked-{condition.id}": "We ask once more."}
    answer = await pages.fill(page_of(journey), f"{page_of(journey)}/conditions/{condition.id}/review", **looked)
    assert "We ask once more." in text_of(answer)
