"""Local measures: short, in one space, ended by themselves; longer or again is the group's; the person can ask for a look."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.cases.measures import MeasureKind
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, MemberId, SanctionId
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.services.decisions.enactment import record_person_notified
from guardian.services.measures import measures, reconsideration
from guardian.services.parties import personal_page
from guardian.spaces.content import ContentRestrictionKind
from rules.precedence import AccessLevel
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    DISCORD,
    ELENI,
    FORUM,
    GITHUB,
    HIROSHI,
    INES,
    Community,
    a_member,
    a_role,
)
from tests.builders.moderation import ModeratedCommunity, a_moderated_community
from tests.fakes.space import FakeSpace

DAY = timedelta(days=1)
SPAMMER = "700000000000000009"


@pytest.fixture
def stage(community: Community) -> ModeratedCommunity:
    """A spammer on Discord, an issue and a comment of theirs on GitHub."""
    community.spaces[DISCORD].add(SPAMMER, "spammer")
    made = a_moderated_community(community)
    made.content.add("issue-7")
    made.content.add("comment-9", community.spaces[GITHUB].add("8877", "spammer"))
    return made


async def receipt_of(stage: ModeratedCommunity) -> str:
    """The receipt that reached the person with the notice of their measure."""
    return (await stage.notices_of_kind(NoticeKind.MEASURED))[-1].facts["receipt"]


async def test_a_measure_that_nobody_thinks_of_again_ends_by_itself_in_its_one_space(stage: ModeratedCommunity) -> None:
    await stage.set_measure("spammer", days=2)
    assert stage.community.spaces[DISCORD].access_levels(SPAMMER) == {AccessLevel.MUTED}
    await stage.advance(2 * DAY)
    assert stage.community.spaces[DISCORD].access_levels(SPAMMER) == set()
    assert await measures.list_measures(stage.app, INES) == ()


async def test_the_person_is_told_what_holds_until_when_and_where_they_can_ask(stage: ModeratedCommunity) -> None:
    view = await stage.set_measure("spammer", days=2)
    told = (await stage.notices_of_kind(NoticeKind.MEASURED))[0]
    assert told.facts["ends"] == view.ends.isoformat()
    assert {"receipt", "reference", "measured_for"} <= told.facts.keys()
    assert "code_name" not in told.facts


@pytest.mark.parametrize("days", [8, 30])
async def test_what_is_longer_than_moderators_may_set_is_the_groups(stage: ModeratedCommunity, days: int) -> None:
    with pytest.raises(Refused, match="Escalate"):
        await stage.set_measure("spammer", days=days)
    assert stage.community.spaces[DISCORD].actions == []


async def test_the_third_measure_on_one_person_within_ninety_days_is_the_groups(stage: ModeratedCommunity) -> None:
    for _ in range(2):
        await stage.set_measure("spammer", days=1)
        await stage.advance(10 * DAY)
    with pytest.raises(Refused, match="Escalate"):
        await stage.set_measure("spammer", days=1)
    await stage.advance(75 * DAY)
    await stage.set_measure("spammer", days=1)


async def test_a_moderator_acts_in_no_other_space(stage: ModeratedCommunity) -> None:
    stage.community.spaces[FORUM].add("77", "spammer")
    with pytest.raises(Refused, match="another space"):
        await stage.set_measure("spammer", space=FORUM)


async def test_a_board_member_sets_no_measures(stage: ModeratedCommunity) -> None:
    with pytest.raises(Refused):
        await stage.set_measure("spammer", by=HIROSHI)


async def test_ending_it_early_lets_go_at_once(stage: ModeratedCommunity) -> None:
    view = await stage.set_measure("spammer")
    await measures.end_measure_early(stage.app, INES, view.matter)
    await stage.run_due()
    assert stage.community.spaces[DISCORD].access_levels(SPAMMER) == set()


async def test_a_measure_lifted_by_hand_has_ended_and_is_not_put_back(stage: ModeratedCommunity) -> None:
    await stage.set_measure("spammer")
    stage.community.spaces[DISCORD].release_manually(SPAMMER, AccessLevel.MUTED, by="600000000000000009")
    async with stage.community.units_of_work.begin() as uow:
        for item in await uow.sanctions.work_items_in(DISCORD, AccountId(""), 100):
            await uow.sanctions.schedule_account(item.account, uow.now)
    await stage.run_due()
    assert stage.community.spaces[DISCORD].access_levels(SPAMMER) == set()
    assert await measures.list_measures(stage.app, INES) == ()


async def test_a_moderator_whom_a_measure_concerns_finds_no_trace_of_it(community: Community) -> None:
    stage = a_moderated_community(community)
    async with community.units_of_work.begin() as uow:
        other = a_member(MemberId("m10-omar"), "Omar Sy", a_role(Group.MODERATORS, space=DISCORD), number=10)
        await uow.people.add_member(other)
    community.spaces[DISCORD].add("6000000000000000010", "omar")
    view = await stage.set_measure("omar", days=1)
    assert await measures.list_measures(stage.app, other.id) == ()
    with pytest.raises(NotFound):
        await measures.end_measure_early(stage.app, other.id, view.matter)


async def test_the_members_of_a_case_hear_of_a_measure_against_its_reporter_and_the_answer_looks_as_always(
    stage: ModeratedCommunity,
) -> None:
    stage.community.spaces[DISCORD].add(A_REPORTER.native_id, "brave")
    case = await stage.community.a_case(reporter=A_REPORTER, named_members=(INES,))
    view = await stage.set_measure("brave")
    told = await stage.notices_of_kind(NoticeKind.MEASURED_AGAINST)
    assert {n.case for n in told} == {case.id}
    assert INES not in {n.to.member for n in told}
    answer = await reconsideration.decide(stage.app, AMARA, view.matter, stands=False, words="It hits a reporter.")
    await stage.run_due()
    assert "ended" in answer
    assert stage.community.spaces[DISCORD].access_levels(A_REPORTER.native_id) == set()


async def test_a_wish_for_another_look_goes_to_the_moderators_chair_and_then_to_the_group(
    stage: ModeratedCommunity,
) -> None:
    chair = a_member(MemberId("m11-olga"), "Olga Ito", a_role(Group.MODERATORS, Office.CHAIR), number=11)
    async with stage.community.units_of_work.begin() as uow:
        await uow.people.add_member(chair)
    view = await stage.set_measure("spammer", days=7)
    await personal_page.request_reconsideration(stage.app, await receipt_of(stage), "I only answered a question.")
    assert {n.to.member for n in await stage.notices_of_kind(NoticeKind.MEASURE_TO_RECONSIDER)} == {chair.id}
    with pytest.raises(NotFound):
        await reconsideration.decide(stage.app, ELENI, view.matter, stands=True, words="As I see it.")
    await stage.advance(3 * DAY)
    assert BRUNO in {n.to.member for n in await stage.notices_of_kind(NoticeKind.MEASURE_TO_RECONSIDER)}
    await reconsideration.decide(stage.app, ELENI, view.matter, stands=False, words="It was an answer.")
    await stage.run_due()
    assert stage.community.spaces[DISCORD].access_levels(SPAMMER) == set()


async def test_nobody_looks_again_at_their_own_measure(stage: ModeratedCommunity) -> None:
    view = await stage.set_measure("spammer", by=AMARA)
    with pytest.raises(Refused, match="Somebody else"):
        await reconsideration.decide(stage.app, AMARA, view.matter, stands=True, words="It was right.")


async def test_a_person_without_a_measure_is_told_so_kindly(stage: ModeratedCommunity) -> None:
    await stage.set_measure("spammer", days=1)
    receipt = await receipt_of(stage)
    page = await personal_page.read_page(stage.app, receipt)
    assert page.may_request_reconsideration
    await stage.advance(2 * DAY)
    assert not (await personal_page.read_page(stage.app, receipt)).may_request_reconsideration
    with pytest.raises(Refused, match="No measure"):
        await personal_page.request_reconsideration(stage.app, receipt, "Please look.")


async def test_a_conversation_is_locked_and_a_comment_hidden_for_a_while_and_both_end(
    stage: ModeratedCommunity,
) -> None:
    await stage.set_measure("issue-7", by=AMARA, kind=MeasureKind.LOCKED, space=GITHUB)
    await stage.set_measure("comment-9", by=AMARA, kind=MeasureKind.HIDDEN, space=GITHUB)
    assert stage.content.restrictions("issue-7") == {ContentRestrictionKind.LOCKED}
    assert stage.content.restrictions("comment-9") == {ContentRestrictionKind.HIDDEN}
    assert len(await stage.notices_of_kind(NoticeKind.MEASURED)) == 1
    await stage.advance(2 * DAY)
    assert stage.content.restrictions("issue-7") == stage.content.restrictions("comment-9") == set()


async def test_what_was_locked_before_is_not_locked_by_us(stage: ModeratedCommunity) -> None:
    stage.content.restrict_manually("issue-7", ContentRestrictionKind.LOCKED)
    with pytest.raises(Refused, match="already"):
        await stage.set_measure("issue-7", by=AMARA, kind=MeasureKind.LOCKED, space=GITHUB)


# -- where the space writes to the person itself

WRITTEN_TO = "77"


@pytest.fixture
def writing(stage: ModeratedCommunity) -> FakeSpace:
    """The forum, which writes to whoever is muted there."""
    space = stage.community.spaces[FORUM]
    space.capabilities = replace(space.capabilities, writes_to_person=frozenset({AccessLevel.MUTED}))
    space.add(WRITTEN_TO, "spammer")
    return space


async def set_where_it_writes(stage: ModeratedCommunity) -> SanctionId:
    """A working-group member's measure on the forum, and the sanction that it is."""
    view = await stage.set_measure("spammer", by=AMARA, space=FORUM)
    async with stage.community.units_of_work.read() as unit:
        case = await unit.cases.case_by_code_name(view.matter)
        assert case is not None
        (sanction,) = await unit.sanctions.of_case(case.id)
    return sanction.id


@pytest.mark.harm("spaces-words-before-ours")
@pytest.mark.parametrize("proof", ["message 1", None])
async def test_a_mute_of_which_the_space_writes_waits_until_the_person_is_told_or_cannot_be(
    stage: ModeratedCommunity, writing: FakeSpace, proof: str | None
) -> None:
    """P-5.5"""
    sanction = await set_where_it_writes(stage)
    assert writing.access_levels(WRITTEN_TO) == set()
    async with stage.community.units_of_work.begin() as uow:
        await record_person_notified(uow, sanction, proof)
    await stage.run_due()
    assert writing.access_levels(WRITTEN_TO) == {AccessLevel.MUTED}


@pytest.mark.harm("spaces-words-before-ours")
async def test_a_mute_of_which_the_space_writes_waits_for_minutes_at_most(
    stage: ModeratedCommunity, writing: FakeSpace
) -> None:
    """P-5.5"""
    await set_where_it_writes(stage)
    await stage.advance(stage.app.policy.measures.words_first - timedelta(seconds=1))
    assert writing.access_levels(WRITTEN_TO) == set()
    await stage.advance(timedelta(seconds=1))
    assert writing.access_levels(WRITTEN_TO) == {AccessLevel.MUTED}


async def test_a_measure_elsewhere_waits_for_nobody(stage: ModeratedCommunity, writing: FakeSpace) -> None:
    """P-5.5: a suspension, of which this space does not write."""
    await stage.set_measure("spammer", by=AMARA, space=FORUM, kind=MeasureKind.SUSPENDED)
    assert writing.access_levels(WRITTEN_TO) == {AccessLevel.BARRED}
