"""A question about a talk, answered on the pages of whoever is asked, and arranged on the page of the case."""

import pytest

from guardian.cases.talks import TalkState
from guardian.services.identity.linking import identify_reported_person
from tests.builders.community import AMARA, DISCORD, SOMEBODY, Community
from tests.builders.journey import Journey, journey_in
from tests.builders.pages import Pages, text_of


async def heard(community: Community) -> tuple[Journey, str, str, str]:
    """A case whose person was heard, with its report, the reporter's receipt and the person's."""
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    received = await community.report(who="grumbler")
    case = await community.case(received)
    code = await identify_reported_person(community.app, AMARA, case.code_name, DISCORD, "grumbler")
    journey = await journey_in(community, case, code)
    return journey, received.report, received.receipt, await journey.hold_hearing()


async def test_both_are_asked_and_answer_on_their_pages_and_the_group_records_the_talk(
    pages: Pages, community: Community
) -> None:
    """P-5.3"""
    journey, report, reporter, person = await heard(community)
    at = f"/console/cases/{journey.code_name}"
    await pages.sign_in(community, AMARA)
    assert "They are asked" in text_of(await pages.fill(at, f"{at}/talk/reports/{report}"))
    assert "They are asked" in text_of(await pages.fill(at, f"{at}/talk/people/{journey.person_code}"))
    opened = text_of(await pages.fill("/follow-up", "/follow-up", receipt=reporter))
    assert "In such a talk they learn who you are." in opened
    told = text_of(await pages.fill("/follow-up", "/follow-up/talk", talk="yes"))
    assert "You have said yes." in told
    own = text_of(await pages.fill("/personal", "/personal", receipt=person))
    assert "with somebody whom this matter concerns" in own
    async with community.units_of_work.read() as view:
        [party] = [each for each in await view.cases.parties_of(journey.id) if each.person == journey.person]
    agreed = text_of(await pages.fill("/personal", f"/personal/talk/{party.reference}", talk="yes"))
    assert "Everybody in it has agreed." in agreed
    done = await pages.fill(at, f"{at}/talk/held", **{"talk-words": "They spoke for an hour."})
    assert "They spoke for an hour." in text_of(done)
    async with community.units_of_work.read() as view:
        assert [each.state for each in await view.talks.talks_of(journey.id)] == [TalkState.HELD]


async def test_a_refusal_stands_beside_the_talk_and_names_why(pages: Pages, community: Community) -> None:
    """P-5.3"""
    journey, report, _, _ = await heard(community)
    at = f"/console/cases/{journey.code_name}"
    await pages.sign_in(community, AMARA)
    await pages.fill(at, f"{at}/talk/reports/{report}")
    answer = await pages.fill(at, f"{at}/talk/reports/{report}")
    assert answer.status_code == 422
    assert "They have been asked already" in text_of(answer)
    ended = text_of(await pages.fill(at, f"{at}/talk/end"))
    assert "The talk does not take place." in ended


@pytest.mark.harm("answer-about-a-talk-shows")
async def test_the_pages_of_who_was_not_asked_say_nothing_of_a_talk(pages: Pages, community: Community) -> None:
    """P-2.6, P-5.3"""
    journey, report, _, person = await heard(community)
    before = text_of(await pages.fill("/personal", "/personal", receipt=person))
    at = f"/console/cases/{journey.code_name}"
    await pages.sign_in(community, AMARA)
    await pages.fill(at, f"{at}/talk/reports/{report}")
    after = text_of(await pages.fill("/personal", "/personal", receipt=person))
    assert "talk" not in after
    assert after == before
