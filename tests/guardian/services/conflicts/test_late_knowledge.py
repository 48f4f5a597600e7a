"""A conflict that shows only after a vote takes that ballot away, and no other: what was agreed by it is open again."""

from collections.abc import Awaitable, Callable

import pytest

from guardian.cases.case import CaseState
from guardian.cases.proposals import ProposalResult
from guardian.errors import Refused
from guardian.notices.models import NoticeKind
from guardian.services.conflicts.conflict_claims import decide_conflict
from guardian.services.decisions import enactment
from guardian.services.identity.linking import identify_reported_person
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReceiptAccess, add_to_report
from guardian.spaces.port import Account
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, SOMEBODY, Community, a_message
from tests.builders.journey import HOUR, Journey, journey_in

THEIRS = Account(DISCORD, "600000000000000004")
"""An account of Dmitri's, as everybody knows it."""


async def agreed(community: Community) -> tuple[Journey, ReceiptAccess]:
    """A case that is agreed by just as many as it takes, Dmitri among them, with the reporter's key to it."""
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    received = await community.report(who="grumbler")
    case = await community.case(received)
    person = await identify_reported_person(community.app, AMARA, case.code_name, DISCORD, "grumbler")
    journey = await journey_in(community, case, person)
    await journey.vote(await journey.propose(), BRUNO, DMITRI)
    await journey.pass_time(49 * HOUR)
    assert (await journey.case()).state is CaseState.AGREED
    return journey, ReceiptAccess(received.receipt)


async def by_evidence(journey: Journey, access: ReceiptAccess) -> None:
    """The reporter sends a message that Dmitri himself wrote."""
    written = a_message(author=THEIRS, author_handle="dmitri4x")
    await add_to_report(journey.community.app, access, AdditionInput("This, too.", files=(written,)))


async def by_a_chairs_word(journey: Journey, access: ReceiptAccess) -> None:
    """The reporter names Dmitri, and a chair finds that there is something in it."""
    await add_to_report(journey.community.app, access, AdditionInput("Dmitri Volkov lives with him."))
    assert (await journey.case()).state is CaseState.AGREED
    await decide_conflict(
        journey.community.app, AMARA, journey.code_name, DMITRI, steps_back=True, reason="They live together."
    )


@pytest.mark.parametrize("show", [by_evidence, by_a_chairs_word])
@pytest.mark.harm("ballot-of-the-concerned-decides")
async def test_what_was_agreed_by_the_ballot_of_somebody_concerned_is_open_again(
    community: Community, show: Callable[[Journey, ReceiptAccess], Awaitable[None]]
) -> None:
    """P-2.5, P-5.1"""
    journey, access = await agreed(community)
    await show(journey, access)
    assert (await journey.case()).state is CaseState.PROPOSED
    assert DMITRI not in (await journey.tally()).agreeing
    with pytest.raises(Refused):
        await enactment.enact(community.app, AMARA, journey.code_name)


@pytest.mark.harm("ballot-of-the-concerned-decides")
async def test_nobody_else_has_to_vote_again(community: Community) -> None:
    """P-2.5, P-5.1: one more voice in place of the one that fell away, and it is agreed as it was."""
    journey, access = await agreed(community)
    await by_evidence(journey, access)
    await journey.vote_on_newest(ELENI)
    assert (await journey.newest_proposal()).result == ProposalResult.AGREED


@pytest.mark.harm("ballot-of-the-concerned-decides")
async def test_the_others_hear_that_what_was_agreed_is_open_again(community: Community) -> None:
    """P-5.1: else nobody gives the voice that it takes, and the reporter waits."""
    journey, access = await agreed(community)
    before = (await community.notice_kinds_to(ELENI)).count(NoticeKind.CASE_NEWS)
    await by_evidence(journey, access)
    assert (await community.notice_kinds_to(ELENI)).count(NoticeKind.CASE_NEWS) > before
