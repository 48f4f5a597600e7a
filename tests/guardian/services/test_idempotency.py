"""Architecture 6: a command that is delivered twice is carried out once, and gets its first answer again."""

import pytest

from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.errors import NotFound
from guardian.notices.models import NoticeKind
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions import drafts
from guardian.services.decisions.drafts import DraftInput, DraftView
from guardian.services.deliberation import proposals
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, DMITRI, Community
from tests.builders.journey import Journey, a_journey, a_warning


async def written(journey: Journey, delivery: str | None) -> DraftView:
    """A text of the chair to the reporters."""
    app, kind, to = journey.community.app, DraftKind.ANSWER, PartyRole.REPORTER
    return await drafts.write_draft(
        app, AMARA, journey.code_name, DraftInput(kind, to, "We look at it."), delivery=delivery
    )


async def test_a_text_that_is_delivered_twice_stands_once_and_is_answered_alike(community: Community) -> None:
    journey = await a_journey(community)
    first, again, other = [await written(journey, delivery) for delivery in ("i-1", "i-1", "i-2")]
    assert first == again
    assert [draft.id for draft in await journey.drafts()] == [first.id, other.id]
    assert (await community.notice_kinds_to(DMITRI)).count(NoticeKind.DRAFT_TO_READ) == 2
    assert (await community.journal_acts()).count("draft.was_written") == 2


async def test_a_proposal_that_is_delivered_twice_stands_once_and_is_answered_alike(community: Community) -> None:
    journey = await a_journey(community)
    app, name = community.app, journey.code_name
    first, again = [await proposals.propose(app, AMARA, name, a_warning(), delivery="i-1") for _ in range(2)]
    assert first == again
    assert (await community.notice_kinds_to(DMITRI)).count(NoticeKind.PROPOSAL_OPEN) == 1
    assert (await community.journal_acts()).count("proposal.was_made") == 1


async def test_a_repeat_after_a_recusal_is_answered_as_what_does_not_exist(community: Community) -> None:
    """P-4.2"""
    journey = await a_journey(community)
    await written(journey, "i-1")
    await recuse(community.app, AMARA, journey.code_name, ConflictReason.INVOLVED)
    with pytest.raises(NotFound):
        await written(journey, "i-1")


async def test_a_repeat_under_another_case_shows_nothing_of_the_first(community: Community) -> None:
    one, other = await a_journey(community), await a_journey(community, handle="shouter")
    await written(one, "i-1")
    with pytest.raises(NotFound):
        await written(other, "i-1")
