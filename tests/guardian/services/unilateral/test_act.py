"""One member acts at once; the brake, the two clocks, the review, and the word that stops somebody."""

from datetime import timedelta

import pytest

from guardian.cases.case import CaseState
from guardian.cases.drafts import DraftKind
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.proposals import Consequence
from guardian.cases.unilateral_acts import ActState
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName
from guardian.notices.models import NoticeKind
from guardian.sanctions.models import LiftingCause
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions import board_answers
from guardian.services.members import AccountInput
from guardian.services.operations.deadline_runner import run_due
from guardian.services.sanctions.coverage_preview import PreviewState
from guardian.services.unilateral import act, review, stop
from guardian.services.unilateral.act import ActView
from guardian.services.unilateral.act_input import ActInput
from rules.conflicts import ConflictReason
from rules.ladder import Outcome
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    CHIARA,
    DISCORD,
    DMITRI,
    ELENI,
    FARID,
    FORUM,
    GITHUB,
    GRETA,
    INES,
    WORKING_GROUP,
    Community,
)
from tests.builders.journey import BEHAVIOUR, DAY, HOUR, Journey, a_journey, journey_in, newest_case

MONTH = timedelta(days=30)
RATIFY, CHANGE, REVERSE = ReviewAnswer.RATIFY, ReviewAnswer.CHANGE, ReviewAnswer.REVERSE


async def acted(
    community: Community,
    by: MemberId = DMITRI,
    handle: str = "raider",
    ground: Ground = Ground.ONGOING,
    restriction: Restriction = Restriction.SUSPENDED,
    spaces: frozenset[SpaceName] | None = None,
    term: timedelta | None = None,
) -> ActView:
    """A member has acted on somebody with an account on Discord."""
    place = community.spaces[DISCORD]
    if not [account for account in place.accounts.values() if account.handle == handle]:
        place.add(f"72{len(place.accounts):010}", handle)
    target = AccountInput(DISCORD, handle)
    return await act.act(
        community.app, by, target, ActInput(restriction, ground, "They flood every channel.", spaces, term)
    )


async def under_review(community: Community, act_view: ActView) -> Journey:
    """The case in which the act is reviewed."""
    async with community.units_of_work.read() as view:
        case = await view.cases.case_by_code_name(act_view.code_name)
    assert case is not None
    return await journey_in(community, case, act_view.person)


async def say(
    community: Community,
    view: ActView,
    by: MemberId,
    answer: ReviewAnswer = RATIFY,
    term: timedelta | None = MONTH,
    restriction: Restriction | None = None,
) -> ActState:
    """A reviewer has answered."""
    given = await review.review(community.app, by, view.code_name, answer, term, restriction)
    return given.state


async def test_an_act_holds_at_once_and_everybody_who_may_know_is_told(community: Community) -> None:
    """P-7.1, P-7.2"""
    review = await under_review(community, await acted(community))
    assert await review.access_level() is AccessLevel.BARRED
    assert await community.who_was_notified(NoticeKind.ACT_TAKEN) == set(WORKING_GROUP) - {DMITRI}


async def test_the_person_is_told_with_a_receipt_in_the_same_commit(community: Community) -> None:
    """P-6.2"""
    review = await under_review(community, await acted(community))
    (notice,) = await review.notices_to_person(NoticeKind.ACTED)
    assert notice.facts["receipt"]
    assert "flood" not in str(notice.facts)


async def test_an_act_in_one_space_leaves_the_others_open(community: Community) -> None:
    """P-7.1"""
    review = await under_review(community, await acted(community, spaces=frozenset({FORUM})))
    (sanction,) = await review.sanctions()
    assert not sanction.covers(DISCORD)
    assert sanction.covers(FORUM)


async def test_two_reviewers_who_agree_ratify_with_a_term_and_no_instant_stays_open(community: Community) -> None:
    """P-7.3, P-7.4"""
    view = await acted(community)
    review = await under_review(community, view)
    await say(community, view, BRUNO)
    assert await say(community, view, ELENI) is ActState.RATIFIED
    old, new = await review.sanctions()
    assert old.lifting is not None
    assert (old.lifting.cause, new.ends) == (LiftingCause.SUPERSEDED, new.starts + MONTH)
    assert await review.access_level() is AccessLevel.BARRED
    assert (await review.case()).state is CaseState.IN_FORCE
    await review.pass_time(MONTH)
    assert await review.access_level() is AccessLevel.OPEN


async def test_the_actor_does_not_review_their_own_act(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    with pytest.raises(Refused) as refusal:
        await say(community, view, DMITRI)
    assert refusal.value.code == "own_act"


async def test_a_reversed_act_is_lifted_at_once_everywhere(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    review = await under_review(community, view)
    await say(community, view, BRUNO, REVERSE)
    assert await review.access_level() is AccessLevel.BARRED
    assert await say(community, view, ELENI, REVERSE) is ActState.REVERSED
    assert await review.access_level() is AccessLevel.OPEN


async def test_a_change_takes_the_place_of_the_act(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    review = await under_review(community, view)
    await say(community, view, BRUNO, CHANGE, DAY, Restriction.BANNED)
    assert await say(community, view, ELENI, CHANGE, DAY, Restriction.BANNED) is ActState.CHANGED
    assert (await review.sanctions())[-1].restriction is Restriction.BANNED


async def test_reviewers_who_disagree_leave_it_to_the_chair(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    await say(community, view, BRUNO)
    assert await say(community, view, ELENI, REVERSE) is ActState.WITH_CHAIR
    assert await say(community, view, AMARA, REVERSE) is ActState.REVERSED


@pytest.mark.parametrize(("term", "restriction"), [(2 * MONTH, None), (MONTH, Restriction.BANNED)])
async def test_the_same_word_with_another_term_or_restriction_is_no_agreement(
    community: Community, term: timedelta, restriction: Restriction | None
) -> None:
    """P-7.3"""
    view = await acted(community)
    await say(community, view, BRUNO, CHANGE, MONTH, Restriction.SUSPENDED)
    assert await say(community, view, ELENI, CHANGE, term, restriction) is ActState.WITH_CHAIR


@pytest.mark.parametrize("term", [None, timedelta(0), timedelta(days=91)])
async def test_an_act_is_not_ratified_without_a_term_or_beyond_what_a_review_may_set(
    community: Community, term: timedelta | None
) -> None:
    """P-7.3"""
    view = await acted(community)
    with pytest.raises(Refused) as refusal:
        await say(community, view, BRUNO, RATIFY, term)
    assert refusal.value.code == "term"


async def test_where_the_chair_acted_a_disagreement_goes_to_the_board(community: Community) -> None:
    """P-7.3"""
    view = await acted(community, by=AMARA)
    review = await under_review(community, view)
    await say(community, view, BRUNO)
    assert await say(community, view, ELENI, REVERSE) is ActState.WITH_BOARD
    await board_answers.record_answer(community.app, CHIARA, view.code_name, Consequence(outcome=Outcome.NO_ACTION))
    assert await review.access_level() is AccessLevel.BARRED
    await board_answers.confirm_answer(community.app, GRETA, view.code_name)
    assert await review.access_level() is AccessLevel.OPEN


async def test_a_late_review_goes_to_the_chair_then_to_the_liaison_again_and_again(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    review = await under_review(community, view)
    late = []
    for hours in (12, 12, 24, 24):
        await review.pass_time(hours * HOUR)
        late.append([(await community.notice_kinds_to(m)).count(NoticeKind.REVIEW_LATE) for m in (AMARA, CHIARA)])
    assert late == [[0, 0], [1, 0], [1, 1], [1, 2]]
    assert (await review.act()).state is ActState.WITH_CHAIR
    assert await review.access_level() is AccessLevel.BARRED


async def test_reviewers_are_reminded_and_the_actor_is_not(community: Community) -> None:
    """P-7.3"""
    await acted(community)
    community.pass_time(12 * HOUR)
    await run_due(community.app)
    assert await community.who_was_notified(NoticeKind.REVIEW_REMINDER) == set(WORKING_GROUP) - {DMITRI}


async def test_an_act_that_nobody_reviews_ends_by_itself(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    review = await under_review(community, view)
    await review.pass_time(14 * DAY - HOUR)
    assert await review.access_level() is AccessLevel.BARRED
    await review.pass_time(HOUR)
    assert await review.access_level() is AccessLevel.OPEN
    assert (await review.act()).state is ActState.LAPSED


async def test_an_act_with_an_end_of_its_own_ends_then_and_is_reviewed_all_the_same(community: Community) -> None:
    """P-7.4"""
    view = await acted(community, term=6 * HOUR)
    review = await under_review(community, view)
    await review.pass_time(6 * HOUR)
    assert await review.access_level() is AccessLevel.OPEN
    assert (await review.act()).state is ActState.UNREVIEWED


async def test_the_actors_account_is_due_within_a_day_and_late_goes_to_the_chair(community: Community) -> None:
    """P-7.2"""
    view = await acted(community)
    review = await under_review(community, view)
    await review.pass_time(12 * HOUR)
    assert NoticeKind.STATEMENT_DUE in await community.notice_kinds_to(DMITRI)
    await review.pass_time(12 * HOUR)
    assert NoticeKind.STATEMENT_LATE in await community.notice_kinds_to(AMARA)


async def test_only_the_actor_gives_the_account(community: Community) -> None:
    """P-7.2"""
    view = await acted(community)
    with pytest.raises(NotFound):
        await act.give_statement(community.app, BRUNO, view.code_name, "I think that they were right.")
    await act.give_statement(community.app, DMITRI, view.code_name, "They posted a hundred links.")
    review = await under_review(community, view)
    assert (await review.act()).statement == "They posted a hundred links."
    await review.pass_time(2 * DAY)
    assert NoticeKind.STATEMENT_LATE not in await community.notice_kinds_to(AMARA)


async def test_the_sixth_person_in_an_hour_waits_for_a_second_member(community: Community) -> None:
    """P-7.5"""
    for number in range(5):
        await acted(community, handle=f"raider{number}")
    view = await acted(community, handle="raider5")
    review = await under_review(community, view)
    assert view.state is ActState.AWAITING_CONFIRMATION
    assert await review.access_level() is AccessLevel.OPEN
    with pytest.raises(Refused):
        await act.confirm_act(community.app, DMITRI, view.id)
    await act.confirm_act(community.app, BRUNO, view.id)
    assert await review.access_level() is AccessLevel.BARRED


async def test_danger_to_life_waits_for_nobody_and_calls_the_chairs(community: Community) -> None:
    """P-7.5"""
    for number in range(5):
        await acted(community, handle=f"raider{number}")
    view = await acted(community, handle="raider5", ground=Ground.PHYSICAL_DANGER)
    review = await under_review(community, view)
    assert await review.access_level() is AccessLevel.BARRED
    assert NoticeKind.BRAKE in await community.notice_kinds_to(AMARA)


async def test_a_held_act_that_nobody_seconds_ends_and_restricts_nobody(community: Community) -> None:
    """P-7.5"""
    for number in range(5):
        await acted(community, handle=f"raider{number}")
    view = await acted(community, handle="raider5")
    review = await under_review(community, view)
    await review.pass_time(DAY)
    assert (await review.act()).state is ActState.LAPSED
    with pytest.raises(Refused):
        await act.confirm_act(community.app, BRUNO, view.id)
    assert await review.sanctions() == ()


async def test_never_a_second_time_on_a_person_after_a_reversal_without_a_second_member(community: Community) -> None:
    """P-7.5"""
    view = await acted(community)
    await say(community, view, BRUNO, REVERSE)
    await say(community, view, ELENI, REVERSE)
    assert (await acted(community, by=FARID)).state is ActState.AWAITING_CONFIRMATION


async def test_a_member_acted_on_learns_nothing_of_the_review(community: Community) -> None:
    """P-2.5, P-7.5"""
    community.spaces[DISCORD].add("600000000000000005", "eleni5x")
    view = await acted(community, handle="eleni5x", term=DAY)
    assert view.state is ActState.UNREVIEWED
    assert ELENI not in await community.who_was_notified(NoticeKind.ACT_TAKEN)
    with pytest.raises(NotFound):
        await community.open_case(ELENI, view.code_name)


async def test_on_somebody_with_a_role_one_member_acts_for_a_day_at_most(community: Community) -> None:
    """P-7.5"""
    community.spaces[DISCORD].add("600000000000000005", "eleni5x")
    assert (await acted(community, handle="eleni5x")).state is ActState.AWAITING_CONFIRMATION


async def test_an_act_against_ones_own_reporter_is_told_to_that_case_and_reviewed_within_the_hour(
    community: Community,
) -> None:
    """P-4.4"""
    case = await community.a_case(named_members=(DMITRI,), reporter=A_REPORTER)
    community.spaces[DISCORD].add(A_REPORTER.native_id, "reporter")
    usual = await acted(community, handle="raider")
    view = await acted(community, handle="reporter")
    conflicts = [n for n in await community.notices_to(BRUNO) if n.facts.get("conflict")]
    assert [n.facts["code_name"] for n in conflicts] == [case.code_name]
    assert (view.sentence, view.statement_due, view.state) == (usual.sentence, usual.statement_due, usual.state)
    community.pass_time(HOUR)
    await run_due(community.app)
    late = [n for n in await community.notices_to(AMARA) if n.kind is NoticeKind.REVIEW_LATE]
    assert [n.facts["code_name"] for n in late] == [view.code_name]
    assert NoticeKind.REVIEW_REMINDER not in await community.notice_kinds_to(DMITRI)


async def test_a_decision_on_the_case_takes_the_place_of_the_act(community: Community) -> None:
    """P-7.4"""
    view = await acted(community)
    review = await under_review(community, view)
    await review.enact()
    old, new = await review.sanctions()
    assert old.lifting is not None
    assert old.lifting.cause is LiftingCause.SUPERSEDED
    assert new.authority.id == (await review.decisions())[-1].id
    await review.pass_time(14 * DAY)
    assert await review.access_level() is AccessLevel.BARRED


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_whose_act_was_ratified_still_gets_the_letter_that_says_for_what(community: Community) -> None:
    """P-5.5: the members are asked for it; it reaches the person once it is read."""
    view = await acted(community)
    review = await under_review(community, view)
    await say(community, view, BRUNO, RATIFY, DAY)
    await say(community, view, ELENI, RATIFY, DAY)
    assert "write" in [n.facts.get("ask") for n in await community.notices_to(ELENI)]
    await review.have_read(DraftKind.DECISION, BEHAVIOUR)
    assert (await review.notices_to_person(NoticeKind.DECISION))[-1].facts["text"] == BEHAVIOUR


async def test_a_review_after_the_groups_decision_does_not_weaken_it(community: Community) -> None:
    """P-7.4"""
    view = await acted(community)
    review = await under_review(community, view)
    await review.enact()
    await say(community, view, BRUNO, RATIFY, DAY)
    await say(community, view, ELENI, RATIFY, DAY)
    await review.pass_time(2 * DAY)
    assert await review.access_level() is AccessLevel.BARRED


async def test_with_fewer_than_two_reviewers_the_chair_rules(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    for member in (BRUNO, CHIARA, ELENI):
        await recuse(community.app, member, view.code_name, ConflictReason.SAME_EMPLOYER)
    await recuse(community.app, FARID, view.code_name, ConflictReason.SAME_EMPLOYER)
    assert await say(community, view, AMARA, REVERSE) is ActState.WITH_CHAIR
    assert await say(community, view, AMARA, REVERSE) is ActState.REVERSED


async def test_members_who_are_only_held_out_do_not_leave_the_review_to_the_chair(community: Community) -> None:
    """P-2.5, P-7.3: held out is not excluded, and a chair's word brings them back before the review is due."""
    view = await acted(community)
    case = (await under_review(community, view)).id
    async with community.units_of_work.begin() as uow:
        for member in (BRUNO, CHIARA, ELENI, FARID):
            await uow.cases.add_exclusion(
                Exclusion(
                    case=case, member=member, kind=ExclusionKind.PENDING, cause="mentioned", at=uow.now, by="party"
                )
            )
    assert await say(community, view, AMARA) is ActState.UNREVIEWED


async def test_whoever_is_stopped_cannot_act_alone_and_their_acts_are_released(community: Community) -> None:
    """P-7.5"""
    review = await under_review(community, await acted(community))
    made_stop = await stop.stop_member(community.app, BRUNO, DMITRI)
    assert made_stop.unreviewed == 1
    assert await review.access_level() is AccessLevel.OPEN
    assert (await acted(community, handle="another")).state is ActState.AWAITING_CONFIRMATION


async def test_an_act_for_danger_outlasts_the_stop_and_goes_to_the_chairs(community: Community) -> None:
    """P-7.5"""
    review = await under_review(community, await acted(community, ground=Ground.PHYSICAL_DANGER))
    made_stop = await stop.stop_member(community.app, BRUNO, DMITRI)
    assert made_stop.unreviewed == 1
    assert await review.access_level() is AccessLevel.BARRED
    assert (await review.act()).state is ActState.WITH_CHAIR


async def test_the_one_stopped_cannot_stop_back(community: Community) -> None:
    """P-7.5"""
    await stop.stop_member(community.app, BRUNO, DMITRI)
    with pytest.raises(Refused) as refusal:
        await stop.stop_member(community.app, DMITRI, BRUNO)
    assert refusal.value.code == "stopped"


async def test_the_others_look_at_a_stop_and_can_end_it(community: Community) -> None:
    """P-7.5"""
    made_stop = await stop.stop_member(community.app, BRUNO, DMITRI)
    for interested in (BRUNO, DMITRI):
        with pytest.raises(Refused):
            await stop.review_stop(community.app, interested, made_stop.id, REVERSE)
    await stop.review_stop(community.app, ELENI, made_stop.id, REVERSE)
    assert (await acted(community, handle="first")).state is ActState.AWAITING_CONFIRMATION
    await stop.review_stop(community.app, FARID, made_stop.id, REVERSE)
    assert (await acted(community, handle="second")).state is ActState.UNREVIEWED


async def test_a_stop_that_nobody_looks_at_goes_to_the_chair(community: Community) -> None:
    """P-7.5"""
    made_stop = await stop.stop_member(community.app, BRUNO, DMITRI)
    community.pass_time(DAY)
    await run_due(community.app)
    ended = await stop.review_stop(community.app, AMARA, made_stop.id, REVERSE)
    assert ended.state == "ended"


async def test_a_moderator_does_not_act_through_this_door(community: Community) -> None:
    community.spaces[DISCORD].add("1", "raider")
    with pytest.raises(Refused):
        await acted(community, by=INES)


async def test_an_unknown_name_acts_on_nobody(community: Community) -> None:
    with pytest.raises(Refused) as refusal:
        await act.act(
            community.app,
            DMITRI,
            AccountInput(DISCORD, "nobody"),
            ActInput(Restriction.BANNED, Ground.ONGOING, "A flood."),
        )
    assert refusal.value.code == "nobody_found"
    assert len(await community.journal_acts()) == 0


@pytest.mark.parametrize(
    ("restriction", "reason", "spaces", "term"),
    [
        (Restriction.NONE, "A flood.", None, None),
        (Restriction.BANNED, "  ", None, None),
        (Restriction.BANNED, "A flood.", frozenset(), None),
        (Restriction.BANNED, "A flood.", frozenset({SpaceName("mars")}), None),
        (Restriction.BANNED, "A flood.", None, timedelta(0)),
    ],
)
async def test_a_careless_wish_is_refused_before_anybody_is_looked_for(
    community: Community,
    restriction: Restriction,
    reason: str,
    spaces: frozenset[SpaceName] | None,
    term: timedelta | None,
) -> None:
    with pytest.raises(Refused):
        await act.act(
            community.app,
            DMITRI,
            AccountInput(DISCORD, "raider"),
            ActInput(restriction, Ground.ONGOING, reason, spaces, term),
        )


async def test_the_preview_restricts_nobody_and_makes_nobody_known(community: Community) -> None:
    community.spaces[DISCORD].add("720000000001", "raider")
    seen = await act.preview(community.app, DMITRI, AccountInput(DISCORD, "raider"), Restriction.BANNED)
    assert {each.space: each.state for each in seen.spaces} == {
        DISCORD: PreviewState.WILL_HOLD,
        FORUM: PreviewState.NO_ACCOUNT,
        GITHUB: PreviewState.NO_ACCOUNT,
    }
    assert len(await community.journal_acts()) == 0


async def test_a_known_persons_other_accounts_are_reached_by_the_act(community: Community) -> None:
    """P-6.4"""
    journey = await a_journey(community)
    view = await acted(community, handle="grumbler")
    assert view.person == journey.person_code


async def test_the_act_opens_a_case_of_its_own(community: Community) -> None:
    """P-7.2"""
    view = await acted(community)
    assert (await newest_case(community)).code_name == view.code_name


@pytest.mark.harm("upheld-stop-binds-no-more")
async def test_a_stop_that_its_review_kept_binds_as_before(community: Community) -> None:
    """P-7.5"""
    made_stop = await stop.stop_member(community.app, BRUNO, DMITRI)
    for reviewer in (ELENI, FARID):
        await stop.review_stop(community.app, reviewer, made_stop.id, ReviewAnswer.RATIFY)
    assert (await acted(community, handle="first")).state is ActState.AWAITING_CONFIRMATION
    with pytest.raises(Refused) as refusal:
        await stop.stop_member(community.app, DMITRI, ELENI)
    assert refusal.value.code == "stopped"


@pytest.mark.harm("stop-as-a-key")
async def test_a_stop_frees_nobody_who_gave_it(community: Community) -> None:
    """P-7.5: it takes the power of acting alone away; what holds on whoever stops goes to the chairs at once."""
    community.spaces[DISCORD].add("600000000000000002", "bruno2x")
    review = await under_review(community, await acted(community, handle="bruno2x", term=timedelta(hours=5)))
    await stop.stop_member(community.app, BRUNO, DMITRI)
    assert (await review.act()).state is ActState.WITH_CHAIR
    async with community.units_of_work.read() as view:
        (sanction,) = await view.sanctions.of_case(review.id)
    assert sanction.lifting is None
    assert (await acted(community, handle="another")).state is ActState.AWAITING_CONFIRMATION


@pytest.mark.harm("stop-as-a-key")
@pytest.mark.parametrize("conflict", ["in the review", "in another case"])
async def test_a_stop_frees_nobody_with_whom_its_giver_has_a_conflict(community: Community, conflict: str) -> None:
    """P-7.5: what they have a conflict with goes to the chairs; what they have none with is let go."""
    if conflict == "in another case":
        await community.a_named_case("friend", named_members=(BRUNO,))
    else:
        community.spaces[DISCORD].add("700000000000000055", "friend")
    theirs = await under_review(community, await acted(community, handle="friend"))
    if conflict == "in the review":
        async with community.units_of_work.begin() as uow:
            kept_out = Exclusion(
                case=theirs.id, member=BRUNO, kind=ExclusionKind.RECUSED, cause="friend", at=uow.now, by="test"
            )
            await uow.cases.add_exclusion(kept_out)
    others = await under_review(community, await acted(community, handle="stranger"))
    await stop.stop_member(community.app, BRUNO, DMITRI)
    async with community.units_of_work.read() as view:
        liftings = [(await view.sanctions.of_case(each.id))[0].lifting for each in (theirs, others)]
    assert [each is None for each in liftings] == [True, False]
    assert (await theirs.act()).state is ActState.WITH_CHAIR
