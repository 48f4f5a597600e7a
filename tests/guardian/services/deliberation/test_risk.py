"""A case marked as a risk to somebody's safety asks for more agreement, and a removal for the organisers' approval."""

from pathlib import Path

import pytest

from guardian.cases.case import CaseState
from guardian.cases.proposals import Consequence
from guardian.errors import NotFound, Refused
from guardian.notices.models import NoticeKind
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.services.conflicts.recusal import recuse
from guardian.services.deliberation import proposals
from guardian.services.deliberation.risk import mark_risk
from guardian.services.reading_room.proceedings import read_proceedings
from rules.conflicts import ConflictReason
from rules.ladder import Outcome
from rules.quorum import ProposalState
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, INES, WORKING_GROUP, Community, a_community
from tests.builders.journey import HOUR, OTHERS, Journey, a_journey, a_warning

NOTHING = "A quarrel of two friends, who have made it up."


async def two_agree(journey: Journey) -> None:
    """Two others agree to a warning, the rest are silent, and the time to object is over."""
    await journey.vote(await journey.propose(a_warning()), BRUNO, DMITRI)
    await journey.pass_time(48 * HOUR)


@pytest.mark.parametrize(("marked", "state"), [(False, CaseState.AGREED), (True, CaseState.PROPOSED)])
async def test_the_same_ballots_agree_without_the_mark_and_not_with_it(
    community: Community, marked: bool, state: CaseState
) -> None:
    """P-3.2, P-5.1: three of six are no majority."""
    journey = await a_journey(community)
    if marked:
        await mark_risk(community.app, ELENI, journey.code_name, at_risk=True)
    await two_agree(journey)
    assert (await journey.case()).state is state


async def test_a_mark_on_an_open_proposal_counts_at_once(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    await journey.propose(a_warning())
    await mark_risk(community.app, ELENI, journey.code_name, at_risk=True)
    result = await journey.tally()
    assert (result.severe, result.agreements_needed) == (True, 3)


async def test_a_mark_before_enactment_opens_what_too_few_have_agreed_to(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    await two_agree(journey)
    await mark_risk(community.app, ELENI, journey.code_name, at_risk=True)
    assert (await journey.case()).state is CaseState.PROPOSED
    await journey.vote_on_newest(ELENI)
    assert (await journey.case()).state is CaseState.AGREED


async def test_a_mark_is_taken_back_with_a_reason_and_not_under_an_open_proposal(community: Community) -> None:
    """P-3.2"""
    journey = await a_journey(community)
    await mark_risk(community.app, ELENI, journey.code_name, at_risk=True, reason="They were followed home.")
    proposal = await journey.propose(a_warning())
    with pytest.raises(Refused) as refusal:
        await mark_risk(community.app, BRUNO, journey.code_name, at_risk=False, reason=NOTHING)
    assert refusal.value.code == "proposal_pending"
    await proposals.withdraw(community.app, AMARA, proposal.id)
    with pytest.raises(Refused):
        await mark_risk(community.app, BRUNO, journey.code_name, at_risk=False)
    await mark_risk(community.app, BRUNO, journey.code_name, at_risk=False, reason=NOTHING)
    assert not (await journey.case()).safety_risk


async def test_who_marked_and_why_is_read_in_the_reading_room_and_in_no_notice(community: Community) -> None:
    """P-3.3"""
    case = await community.a_case()
    await mark_risk(community.app, ELENI, case.code_name, at_risk=True, reason="They were followed home.")
    await mark_risk(community.app, BRUNO, case.code_name, at_risk=False, reason=NOTHING)
    became = await read_proceedings(community.app, DMITRI, case.code_name)
    marks = [(mark.by, mark.at_risk, mark.reason) for mark in became.risk_marks]
    assert marks == [(ELENI, True, "They were followed home."), (BRUNO, False, NOTHING)]
    assert await community.who_was_notified(NoticeKind.CASE_NEWS) == set(WORKING_GROUP)
    assert all("followed" not in str(dict(n.facts)) for n in await community.notices_to(DMITRI))
    assert (await community.journal_acts()).count("risk.was_marked") == 1


async def test_somebody_who_does_not_take_part_marks_nothing_and_learns_nothing(community: Community) -> None:
    """P-4.2"""
    case = await community.a_case()
    await recuse(community.app, ELENI, case.code_name, ConflictReason.INVOLVED)
    with pytest.raises(NotFound):
        await mark_risk(community.app, ELENI, case.code_name, at_risk=True)
    with pytest.raises(Refused):
        await mark_risk(community.app, INES, case.code_name, at_risk=True)


@pytest.mark.parametrize(("removal", "state"), [(False, ProposalState.AGREED), (True, ProposalState.AWAITING_APPROVAL)])
async def test_chipys_organisers_have_to_approve_a_removal(tmp_path: Path, removal: bool, state: ProposalState) -> None:
    """P-5.1"""
    async with a_community(tmp_path, policy=read_policy(load_preset("chipy"))) as community:
        journey = await a_journey(community)
        made = await journey.propose(a_warning(removal=removal))
        assert (await journey.vote(made, *OTHERS)).state is state


async def test_nobody_is_removed_in_a_case_that_names_nobody(community: Community) -> None:
    """P-5.2"""
    case = await community.a_case()
    removal = Consequence(outcome=Outcome.OTHER, removal=True)
    with pytest.raises(Refused) as refusal:
        await proposals.propose(community.app, AMARA, case.code_name, removal)
    assert refusal.value.code == "no_person"
