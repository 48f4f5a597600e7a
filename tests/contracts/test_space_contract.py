"""What every space keeps, the fake and the real connectors alike: the promises of the Space port."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from guardian.clock import wire_seconds
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Rejected, Unavailable
from guardian.spaces.port import Belongings, Hand, Missing, Presence, Seen, Sweep, Unknown
from rules.precedence import Hold
from tests.contracts import stage_forum, stage_github
from tests.contracts.stage_discord import discord_stage
from tests.contracts.stage_fake import fake_stage
from tests.contracts.stage_forum import forum_stage
from tests.contracts.stage_github import github_stage
from tests.contracts.stages import LIFTED, REFERENCE, Factory, Feature, Stage, a_message, an_order

HOLDS = (Hold.MUTED, Hold.BARRED)
FACTORIES: dict[str, Factory] = {
    "fake": fake_stage,
    "discord": discord_stage,
    "forum": forum_stage,
    "github": github_stage,
}


@dataclass(frozen=True, slots=True)
class Ability:
    """What the suite expects of a space; one test holds it against what the space itself declares."""

    holds: tuple[Hold, ...] = HOLDS
    features: frozenset[Feature] = frozenset(Feature)


ABILITIES: dict[str, Ability] = {
    "fake": Ability(),
    "discord": Ability(),
    "forum": Ability(features=stage_forum.FEATURES),
    "github": Ability((Hold.BARRED,), stage_github.FEATURES),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test runs on the spaces that can do what it is about: those marked `needs`, and each hold they can express."""
    if "stage" not in metafunc.fixturenames:
        return
    wanted = {feature for mark in metafunc.definition.iter_markers("needs") for feature in mark.args}
    able = [name for name, ability in ABILITIES.items() if wanted <= set(ability.features | set(ability.holds))]
    limited = [name for name in able if len(ABILITIES[name].holds) < len(HOLDS)]
    names = limited if any(metafunc.definition.iter_markers("limited")) else able
    if "hold" in metafunc.fixturenames:
        pairs = [(name, hold) for name in names for hold in ABILITIES[name].holds]
        metafunc.parametrize(("stage", "hold"), pairs, indirect=["stage"])
    else:
        metafunc.parametrize("stage", names, indirect=True)


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with FACTORIES[request.param]() as made:
        yield made


async def test_the_suite_expects_of_a_space_what_the_space_declares(
    stage: Stage, request: pytest.FixtureRequest
) -> None:
    expected = ABILITIES[request.node.callspec.params["stage"]]
    assert (set(expected.holds), expected.features) == (set(stage.space.abilities.holds), stage.features)


# -- looks


async def test_an_untouched_account_is_seen_with_nothing_held(stage: Stage) -> None:
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Seen)
    assert seen.holds == ()
    assert seen.presence is not Presence.OUTSIDE


async def test_an_account_that_does_not_exist_is_never_seen_as_free(stage: Stage) -> None:
    assert isinstance(await stage.space.observe(stage.stranger), Missing | Unknown)


async def test_a_look_that_fails_is_unknown_even_where_something_is_held(stage: Stage, hold: Hold) -> None:
    await stage.space.restrict(an_order(stage, hold))
    stage.break_down()
    assert isinstance(await stage.space.observe(stage.account), Unknown)


async def test_a_refused_look_is_unknown_and_names_what_is_missing(stage: Stage, hold: Hold) -> None:
    await stage.space.restrict(an_order(stage, hold))
    stage.refuse()
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Unknown)
    assert seen.needs


async def test_a_hand_of_the_platforms_own_team_is_seen_without_our_reference(stage: Stage, hold: Hold) -> None:
    stage.hold_by_hand(stage.account, hold)
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Seen)
    held = seen.held(hold)
    assert held is not None
    assert held.reference is None


async def test_looking_changes_nothing(stage: Stage, hold: Hold) -> None:
    stage.hold_by_hand(stage.account, hold)
    await stage.space.observe(stage.account)
    await stage.space.survey(stage.account)
    await stage.space.sweep()
    await stage.space.trace(stage.account, hold)
    assert stage.held(stage.account) == {hold}
    assert stage.held(stage.other) == frozenset()


@pytest.mark.needs(Feature.TRACES)
async def test_the_trace_tells_our_hand_from_anothers(stage: Stage, hold: Hold) -> None:
    await stage.space.restrict(an_order(stage, hold))
    stage.hold_by_hand(stage.other, hold)
    ours, theirs = await stage.space.trace(stage.account, hold), await stage.space.trace(stage.other, hold)
    assert (ours.hand, theirs.hand) == (Hand.OURS, Hand.ANOTHER)
    assert theirs.by


async def test_a_trace_that_cannot_be_read_blames_nobody(stage: Stage, hold: Hold) -> None:
    stage.hold_by_hand(stage.account, hold)
    stage.refuse()
    assert (await stage.space.trace(stage.account, hold)).hand is Hand.UNSAID


@pytest.mark.needs(Feature.TRACES)
async def test_the_trace_of_a_lifting_names_who_lifted(stage: Stage, hold: Hold) -> None:
    await stage.space.restrict(an_order(stage, hold))
    stage.clock.let_pass(timedelta(minutes=1))
    stage.lift_by_hand(stage.account, hold)
    assert (await stage.space.trace(stage.account, hold)).hand is Hand.ANOTHER


async def test_a_sweep_lists_what_is_held_by_us_and_by_others_and_nobody_else(stage: Stage, hold: Hold) -> None:
    await stage.space.restrict(an_order(stage, hold))
    swept = await stage.space.sweep()
    assert isinstance(swept, Sweep)
    assert {native_id: [h.hold for h in holds] for native_id, holds in swept.holds.items()} == {
        stage.account.native_id: [hold]
    }
    stage.hold_by_hand(stage.other, hold)
    both = await stage.space.sweep()
    assert isinstance(both, Sweep)
    assert set(both.holds) == {stage.account.native_id, stage.other.native_id}


async def test_a_sweep_that_cannot_read_everything_is_unknown(stage: Stage) -> None:
    stage.refuse()
    assert isinstance(await stage.space.sweep(), Unknown)
    stage.heal()
    stage.break_down()
    assert isinstance(await stage.space.sweep(), Unknown)


# -- acts


async def test_a_restriction_stands_and_is_read_back(stage: Stage, hold: Hold) -> None:
    assert isinstance(await stage.space.restrict(an_order(stage, hold)), Done)
    assert stage.held(stage.account) == {hold}
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Seen)
    held = seen.held(hold)
    assert held is not None
    assert held.reference == (REFERENCE if hold in stage.space.abilities.signed else None)


async def test_a_restriction_touches_nobody_else(stage: Stage, hold: Hold) -> None:
    await stage.space.restrict(an_order(stage, hold))
    assert stage.held(stage.other) == frozenset()


async def test_restricting_twice_ends_as_once(stage: Stage, hold: Hold) -> None:
    await stage.space.restrict(an_order(stage, hold))
    assert isinstance(await stage.space.restrict(an_order(stage, hold)), Done | Already)
    assert stage.held(stage.account) == {hold}


async def test_many_are_barred_with_one_reference_and_whoever_is_not_is_named(stage: Stage) -> None:
    stage.hold_by_hand(stage.other, Hold.BARRED)
    orders = [an_order(stage, Hold.BARRED, account) for account in (stage.account, stage.other, stage.stranger)]
    outcomes = await stage.space.restrict_many(orders)
    swept = await stage.space.sweep()
    assert isinstance(outcomes[stage.account], Done)
    # GitHub cannot tell a block that stood already from one of ours, so its pages are asked before.
    assert not isinstance(outcomes[stage.other], Done) or not stage.space.abilities.signed
    assert isinstance(outcomes[stage.stranger], Gone | Rejected)
    assert isinstance(swept, Sweep)
    assert swept.holds[stage.account.native_id][0].reference in (REFERENCE, None)


async def test_what_many_would_lose_is_read_without_asking_for_each(stage: Stage) -> None:
    alone = await stage.space.survey(stage.account)
    together = await stage.space.survey_many([stage.account, stage.stranger])
    assert isinstance(together, Mapping)
    assert together.get(stage.account, Belongings()) == alone
    assert stage.stranger not in together
    stage.break_down()
    assert isinstance(await stage.space.survey_many([stage.account]), Unknown)


@pytest.mark.limited
async def test_what_a_space_cannot_express_is_rejected_and_nothing_happens(stage: Stage) -> None:
    beyond = [hold for hold in HOLDS if hold not in stage.space.abilities.holds]
    assert beyond
    for hold in beyond:
        assert isinstance(await stage.space.restrict(an_order(stage, hold)), Rejected)
    assert stage.held(stage.account) == frozenset()


async def test_an_order_for_nothing_is_rejected_and_nothing_happens(stage: Stage) -> None:
    assert isinstance(await stage.space.restrict(an_order(stage, Hold.OPEN)), Rejected)
    assert isinstance(await stage.space.release(stage.account, Hold.OPEN, LIFTED), Already | Rejected)
    assert stage.held(stage.account) == frozenset()


async def test_a_release_ends_the_restriction(stage: Stage, hold: Hold) -> None:
    await stage.space.restrict(an_order(stage, hold))
    assert isinstance(await stage.space.release(stage.account, hold, LIFTED), Done)
    assert stage.held(stage.account) == frozenset()
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Seen)
    assert seen.holds == ()


async def test_releasing_what_is_not_there_is_harmless(stage: Stage, hold: Hold) -> None:
    assert isinstance(await stage.space.release(stage.account, hold, LIFTED), Done | Already)
    assert stage.held(stage.account) == frozenset()


@pytest.mark.needs(*HOLDS)
async def test_releasing_one_hold_leaves_the_other(stage: Stage) -> None:
    stage.hold_by_hand(stage.account, Hold.MUTED)
    await stage.space.restrict(an_order(stage, Hold.BARRED))
    await stage.space.release(stage.account, Hold.MUTED, LIFTED)
    assert Hold.BARRED in stage.held(stage.account)


async def test_acting_on_an_account_that_does_not_exist_says_so(stage: Stage, hold: Hold) -> None:
    assert isinstance(await stage.space.restrict(an_order(stage, hold, stage.stranger)), Gone)


async def test_a_refused_act_names_what_is_missing_and_changes_nothing(stage: Stage, hold: Hold) -> None:
    stage.refuse()
    refused = await stage.space.restrict(an_order(stage, hold))
    assert isinstance(refused, Forbidden)
    assert refused.needs
    assert stage.held(stage.account) == frozenset()


async def test_a_refused_release_leaves_the_restriction(stage: Stage, hold: Hold) -> None:
    await stage.space.restrict(an_order(stage, hold))
    stage.refuse()
    assert isinstance(await stage.space.release(stage.account, hold, LIFTED), Forbidden)
    assert stage.held(stage.account) == {hold}


async def test_an_act_on_a_space_that_is_down_is_unavailable(stage: Stage, hold: Hold) -> None:
    stage.break_down()
    assert isinstance(await stage.space.restrict(an_order(stage, hold)), Unavailable)
    assert isinstance(await stage.space.release(stage.account, hold, LIFTED), Unavailable)
    assert stage.held(stage.account) == frozenset()


async def test_an_act_whose_answer_is_lost_is_not_called_a_failure_and_the_next_look_sees_it(
    stage: Stage, hold: Hold
) -> None:
    stage.lose_answers()
    assert isinstance(await stage.space.restrict(an_order(stage, hold)), Unavailable)
    stage.heal()
    assert stage.held(stage.account) == {hold}
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Seen)
    held = seen.held(hold)
    assert held is not None
    assert held.reference == (REFERENCE if hold in stage.space.abilities.signed else None)


@pytest.mark.wire_time
async def test_every_call_ends_within_the_ceiling(stage: Stage) -> None:
    hold = min(stage.space.abilities.holds)
    stage.stall()
    started = wire_seconds()
    assert isinstance(await stage.space.observe(stage.account), Unknown)
    assert isinstance(await stage.space.restrict(an_order(stage, hold)), Unavailable)
    assert wire_seconds() - started < 2 * stage.space.abilities.ceiling.total_seconds() + 1.0


# -- words to the person


@pytest.mark.needs(Feature.TELLS)
async def test_a_message_arrives_and_its_proof_is_kept(stage: Stage) -> None:
    told = await stage.space.tell(stage.account, a_message())
    assert isinstance(told, Done)
    assert told.proof
    assert len(stage.inbox(stage.account)) == 1
    assert a_message().text in stage.inbox(stage.account)[0]


@pytest.mark.needs(Feature.KNOWS_REPEATS)
async def test_a_repeated_message_arrives_once(stage: Stage) -> None:
    await stage.space.tell(stage.account, a_message())
    assert isinstance(await stage.space.tell(stage.account, a_message()), Done | Already)
    await stage.space.tell(stage.account, a_message("another"))
    assert len(stage.inbox(stage.account)) == 2


async def test_a_message_that_cannot_arrive_is_never_counted_as_told(stage: Stage) -> None:
    if Feature.TELLS in stage.features:
        stage.close_inbox(stage.account)
    told = await stage.space.tell(stage.account, a_message())
    assert isinstance(told, Rejected)
    assert stage.inbox(stage.account) == []


# -- coming back


@pytest.mark.needs(Feature.BELONGINGS)
async def test_what_a_bar_takes_is_known_before_and_can_be_given_back(stage: Stage) -> None:
    before = await stage.space.survey(stage.account)
    assert isinstance(before, Belongings)
    assert before.things
    assert before.refusal is None
    await stage.space.restrict(an_order(stage, Hold.BARRED))
    await stage.space.release(stage.account, Hold.BARRED, LIFTED)
    stage.return_to_space(stage.account)
    assert isinstance(await stage.space.give_back(stage.account, before.things), Done)
    after = await stage.space.survey(stage.account)
    assert isinstance(after, Belongings)
    assert set(after.things) == set(before.things)


async def test_a_survey_that_fails_promises_nothing(stage: Stage) -> None:
    stage.break_down()
    assert isinstance(await stage.space.survey(stage.account), Unknown)


# -- names, preconditions, time


async def test_an_id_and_a_handle_find_the_same_account(stage: Stage) -> None:
    by_id, by_handle = await stage.space.find(stage.account.native_id), await stage.space.find(f"@{stage.handle}")
    assert by_id == by_handle == (stage.account.native_id, stage.handle)


async def test_a_space_that_gives_no_answer_has_not_said_that_nobody_is_there(stage: Stage) -> None:
    stage.break_down()
    assert isinstance(await stage.space.find(stage.handle), Unknown)


async def test_words_that_name_nobody_exactly_find_nobody(stage: Stage) -> None:
    assert await stage.space.find(stage.handle[:-1]) is None
    assert await stage.space.find("nobody-of-that-name") is None
    assert await stage.space.find("") is None


async def test_links_are_a_tuple_and_an_unlinked_account_has_none(stage: Stage) -> None:
    assert await stage.space.linked(stage.account) == ()


async def test_the_check_is_well_where_all_is_well_and_names_a_remedy_where_it_is_not(stage: Stage) -> None:
    well = await stage.space.check()
    assert well
    assert [finding for finding in well if not finding.well] == []
    stage.refuse()
    ill = [finding for finding in await stage.space.check() if not finding.well]
    assert ill
    assert all(finding.remedy for finding in ill)


async def test_the_date_is_the_platforms_own(stage: Stage) -> None:
    date = await stage.space.date()
    assert date is not None
    assert abs(date - stage.clock.now()) <= timedelta(seconds=1)
    stage.break_down()
    assert await stage.space.date() in (None, date)


async def test_nothing_is_under_way_when_nothing_was_cut_off(stage: Stage) -> None:
    assert stage.space.busy(stage.account) is False
