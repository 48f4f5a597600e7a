"""What the room shows of a proposal is what counts: each member's last answer, and the dates that every channel names."""

from datetime import timedelta

import pytest

from guardian.errors import Refused
from guardian.services.cases.assignment import take_case
from guardian.services.deliberation import proposals
from guardian.services.reading_room.proceedings import BallotView, read_proceedings
from rules.quorum import Answer
from tests.builders.community import AMARA, BRUNO, DMITRI, Community
from tests.builders.journey import Journey, a_journey


async def shown(journey: Journey) -> BallotView:
    """What Bruno is shown of the newest proposal in the room."""
    became = await read_proceedings(journey.community.app, BRUNO, journey.code_name)
    return became.ballots[(await journey.newest_proposal()).id]


@pytest.mark.harm("room-misleads-a-member")
async def test_a_changed_ballot_is_listed_once_as_it_counts(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    proposal = await journey.propose()
    await journey.vote(proposal, DMITRI, answer=Answer.OBJECT)
    community.pass_time(timedelta(hours=1))
    await journey.vote(proposal, DMITRI)
    listed = [(ballot.member, ballot.answer) for ballot in (await shown(journey)).ballots]
    assert listed == [(DMITRI, Answer.AGREE)]


@pytest.mark.harm("room-misleads-a-member")
@pytest.mark.parametrize("answer", [None, Answer.OBJECT])
async def test_the_room_names_the_same_closing_date_as_the_commands(
    community: Community, answer: Answer | None
) -> None:
    """P-5.1: also after an objection has moved it."""
    journey = await a_journey(community)
    proposal = await journey.propose()
    if answer is not None:
        await journey.vote(proposal, DMITRI, answer=answer)
    on_discord = await proposals.mark_proposal(community.app, BRUNO, proposal.id)
    in_the_room = (await shown(journey)).tally
    assert in_the_room is not None
    assert (in_the_room.closes_at, in_the_room.decide_by) == (on_discord.closes_at, on_discord.decide_by)


@pytest.mark.harm("room-misleads-a-member")
async def test_whoever_has_a_case_in_hand_is_told_that_it_is_they(community: Community) -> None:
    """P-3.6"""
    case = await community.a_case()
    assert case.contact == AMARA
    said = []
    for member in (AMARA, BRUNO):
        with pytest.raises(Refused) as refusal:
            await take_case(community.app, member, case.code_name)
        said.append(refusal.value.sentence)
    assert said == ["You have this case in hand already.", "Somebody else has this case in hand already."]
