"""What every space keeps, the fake and the real connectors alike: the promises of the Space port."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from guardian.clock import monotonic_seconds
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Rejected, Unavailable
from guardian.spaces.port import ActedBy, Appraisal, Entitlements, Listing, Missing, Observed, Presence, Unknown
from rules.precedence import AccessLevel
from tests.contracts import stage_forum, stage_github
from tests.contracts.stage_discord import discord_stage
from tests.contracts.stage_fake import fake_stage
from tests.contracts.stage_forum import forum_stage
from tests.contracts.stage_github import github_stage
from tests.contracts.stages import LIFTED, REFERENCE, Factory, Feature, Stage, a_message, a_restriction_order

LEVELS = (AccessLevel.MUTED, AccessLevel.BARRED)
FACTORIES: dict[str, Factory] = {
    "fake": fake_stage,
    "discord": discord_stage,
    "forum": forum_stage,
    "github": github_stage,
}


ODD_ANSWERS: tuple[object, ...] = ({"status": "ok"}, "<html>It works!</html>", "", ["ok"], [{"user": 7}], {"user": 7})
"""What something in front of a platform may say with success: a page, nothing, and JSON of other shapes."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the suite expects of a space; one test holds it against what the space itself declares."""

    levels: tuple[AccessLevel, ...] = LEVELS
    features: frozenset[Feature] = frozenset(Feature)


EXPECTATIONS: dict[str, Expectation] = {
    "fake": Expectation(),
    "discord": Expectation(),
    "forum": Expectation(features=stage_forum.FEATURES),
    "github": Expectation((AccessLevel.BARRED,), stage_github.FEATURES),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test runs on the spaces that can do what it is about: those marked `needs`, and each hold they can express."""
    if "stage" not in metafunc.fixturenames:
        return
    wanted = {feature for mark in metafunc.definition.iter_markers("needs") for feature in mark.args}
    able = [name for name, ability in EXPECTATIONS.items() if wanted <= set(ability.features | set(ability.levels))]
    limited = [name for name in able if len(EXPECTATIONS[name].levels) < len(LEVELS)]
    names = limited if any(metafunc.definition.iter_markers("limited")) else able
    if "level" in metafunc.fixturenames:
        pairs = [(name, level) for name in names for level in EXPECTATIONS[name].levels]
        metafunc.parametrize(("stage", "level"), pairs, indirect=["stage"])
    else:
        metafunc.parametrize("stage", names, indirect=True)


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with FACTORIES[request.param]() as made:
        yield made


async def test_the_suite_expects_of_a_space_what_the_space_declares(
    stage: Stage, request: pytest.FixtureRequest
) -> None:
    expected = EXPECTATIONS[request.node.callspec.params["stage"]]
    assert (set(expected.levels), expected.features) == (set(stage.space.capabilities.levels), stage.features)


# -- looks


async def test_an_untouched_account_is_seen_with_nothing_held(stage: Stage) -> None:
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Observed)
    assert seen.restrictions == ()
    assert seen.presence is not Presence.OUTSIDE


async def test_an_account_that_does_not_exist_is_never_seen_as_free(stage: Stage) -> None:
    assert isinstance(await stage.space.observe(stage.stranger), Missing | Unknown)


async def test_a_look_that_fails_is_unknown_even_where_something_is_held(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    stage.break_down()
    assert isinstance(await stage.space.observe(stage.account), Unknown)


@pytest.mark.harm("answer-of-another-shape-believed")
async def test_an_answer_that_is_none_of_the_platforms_is_no_look(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    for odd in ODD_ANSWERS:
        stage.heal()
        stage.answer_oddly(odd)
        seen = (
            await stage.space.observe(stage.account),
            await stage.space.list_restrictions(),
            await stage.space.read_losses(stage.account),
            await stage.space.read_losses_bulk((stage.account, stage.other)),
            await stage.space.is_automated(stage.account),
        )
        assert [isinstance(each, Unknown) for each in seen] == [True] * len(seen), odd
        assert (await stage.space.attribute(stage.account, level)).acted_by is ActedBy.UNKNOWN, odd
        assert not isinstance(await stage.space.find_account(stage.handle), tuple), odd


@pytest.mark.harm("answer-of-another-shape-believed")
async def test_an_answer_that_is_none_of_the_platforms_is_no_act(stage: Stage, level: AccessLevel) -> None:
    for odd in ODD_ANSWERS:
        stage.answer_oddly(odd)
        placed = await stage.space.restrict(a_restriction_order(stage, level))
        told = await stage.space.send_message(stage.account, a_message())
        stage.heal()
        assert stage.access_levels(stage.account) == frozenset(), odd
        await stage.space.restrict(a_restriction_order(stage, level))
        stage.answer_oddly(odd)
        lifted = await stage.space.release(stage.account, level, LIFTED)
        assert [isinstance(each, Done | Already | Gone) for each in (placed, told, lifted)] == [False] * 3, odd
        stage.heal()
        assert stage.access_levels(stage.account) == {level}, odd
        await stage.space.release(stage.account, level, LIFTED)


async def test_a_refused_look_is_unknown_and_names_what_is_missing(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    stage.refuse()
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Unknown)
    assert seen.needs


async def test_a_hand_of_the_platforms_own_team_is_seen_without_our_reference(stage: Stage, level: AccessLevel) -> None:
    stage.restrict_manually(stage.account, level)
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Observed)
    observed_restriction = seen.find_restriction(level)
    assert observed_restriction is not None
    assert observed_restriction.reference is None


async def test_looking_changes_nothing(stage: Stage, level: AccessLevel) -> None:
    stage.restrict_manually(stage.account, level)
    await stage.space.observe(stage.account)
    await stage.space.read_losses(stage.account)
    await stage.space.list_restrictions()
    await stage.space.attribute(stage.account, level)
    assert stage.access_levels(stage.account) == {level}
    assert stage.access_levels(stage.other) == frozenset()


@pytest.mark.needs(Feature.ATTRIBUTES)
async def test_the_trace_tells_our_hand_from_anothers(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    stage.restrict_manually(stage.other, level)
    ours, theirs = await stage.space.attribute(stage.account, level), await stage.space.attribute(stage.other, level)
    assert (ours.acted_by, theirs.acted_by) == (ActedBy.GUARDIAN, ActedBy.OTHER)
    assert theirs.by


async def test_a_trace_that_cannot_be_read_blames_nobody(stage: Stage, level: AccessLevel) -> None:
    stage.restrict_manually(stage.account, level)
    stage.refuse()
    assert (await stage.space.attribute(stage.account, level)).acted_by is ActedBy.UNKNOWN


@pytest.mark.needs(Feature.ATTRIBUTES)
async def test_the_trace_of_a_lifting_names_who_lifted(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    stage.clock.advance(timedelta(minutes=1))
    stage.release_manually(stage.account, level)
    assert (await stage.space.attribute(stage.account, level)).acted_by is ActedBy.OTHER


async def test_a_sweep_lists_what_is_held_by_us_and_by_others_and_nobody_else(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    listing = await stage.space.list_restrictions()
    assert isinstance(listing, Listing)
    assert {native_id: [h.level for h in restrictions] for native_id, restrictions in listing.restrictions.items()} == {
        stage.account.native_id: [level]
    }
    stage.restrict_manually(stage.other, level)
    both = await stage.space.list_restrictions()
    assert isinstance(both, Listing)
    assert set(both.restrictions) == {stage.account.native_id, stage.other.native_id}


async def test_a_sweep_that_cannot_read_everything_is_unknown(stage: Stage) -> None:
    stage.refuse()
    assert isinstance(await stage.space.list_restrictions(), Unknown)
    stage.heal()
    stage.break_down()
    assert isinstance(await stage.space.list_restrictions(), Unknown)


# -- acts


async def test_a_restriction_stands_and_is_read_back(stage: Stage, level: AccessLevel) -> None:
    assert isinstance(await stage.space.restrict(a_restriction_order(stage, level)), Done)
    assert stage.access_levels(stage.account) == {level}
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Observed)
    observed_restriction = seen.find_restriction(level)
    assert observed_restriction is not None
    assert observed_restriction.reference == (
        REFERENCE if level in stage.space.capabilities.carries_reference else None
    )


async def test_a_restriction_touches_nobody_else(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    assert stage.access_levels(stage.other) == frozenset()


async def test_restricting_twice_ends_as_once(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    assert isinstance(await stage.space.restrict(a_restriction_order(stage, level)), Done | Already)
    assert stage.access_levels(stage.account) == {level}


async def test_many_are_barred_with_one_reference_and_whoever_is_not_is_named(stage: Stage) -> None:
    stage.restrict_manually(stage.other, AccessLevel.BARRED)
    orders = [
        a_restriction_order(stage, AccessLevel.BARRED, account)
        for account in (stage.account, stage.other, stage.stranger)
    ]
    outcomes = await stage.space.restrict_bulk(orders)
    listing = await stage.space.list_restrictions()
    assert isinstance(outcomes[stage.account], Done)
    # GitHub cannot tell a block that stood already from one of ours, so its pages are asked before.
    assert not isinstance(outcomes[stage.other], Done) or not stage.space.capabilities.carries_reference
    assert isinstance(outcomes[stage.stranger], Gone | Rejected)
    assert isinstance(listing, Listing)
    assert listing.restrictions[stage.account.native_id][0].reference in (REFERENCE, None)


async def test_what_many_would_lose_is_read_without_asking_for_each(stage: Stage) -> None:
    alone = await stage.space.read_losses(stage.account)
    together = await stage.space.read_losses_bulk([stage.account, stage.stranger])
    assert isinstance(together, Mapping)
    assert together.get(stage.account, Entitlements()) == alone
    assert stage.stranger not in together
    stage.break_down()
    assert isinstance(await stage.space.read_losses_bulk([stage.account]), Unknown)


@pytest.mark.limited
async def test_what_a_space_cannot_express_is_rejected_and_nothing_happens(stage: Stage) -> None:
    beyond = [level for level in LEVELS if level not in stage.space.capabilities.levels]
    assert beyond
    for level in beyond:
        assert isinstance(await stage.space.restrict(a_restriction_order(stage, level)), Rejected)
    assert stage.access_levels(stage.account) == frozenset()


async def test_an_order_for_nothing_is_rejected_and_nothing_happens(stage: Stage) -> None:
    assert isinstance(await stage.space.restrict(a_restriction_order(stage, AccessLevel.OPEN)), Rejected)
    assert isinstance(await stage.space.release(stage.account, AccessLevel.OPEN, LIFTED), Already | Rejected)
    assert stage.access_levels(stage.account) == frozenset()


async def test_a_release_ends_the_restriction(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    assert isinstance(await stage.space.release(stage.account, level, LIFTED), Done)
    assert stage.access_levels(stage.account) == frozenset()
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Observed)
    assert seen.restrictions == ()


async def test_releasing_what_is_not_there_is_harmless(stage: Stage, level: AccessLevel) -> None:
    assert isinstance(await stage.space.release(stage.account, level, LIFTED), Done | Already)
    assert stage.access_levels(stage.account) == frozenset()


@pytest.mark.needs(*LEVELS)
async def test_releasing_one_hold_leaves_the_other(stage: Stage) -> None:
    stage.restrict_manually(stage.account, AccessLevel.MUTED)
    await stage.space.restrict(a_restriction_order(stage, AccessLevel.BARRED))
    await stage.space.release(stage.account, AccessLevel.MUTED, LIFTED)
    assert AccessLevel.BARRED in stage.access_levels(stage.account)


async def test_acting_on_an_account_that_does_not_exist_says_so(stage: Stage, level: AccessLevel) -> None:
    assert isinstance(await stage.space.restrict(a_restriction_order(stage, level, stage.stranger)), Gone)


async def test_a_refused_act_names_what_is_missing_and_changes_nothing(stage: Stage, level: AccessLevel) -> None:
    stage.refuse()
    refused = await stage.space.restrict(a_restriction_order(stage, level))
    assert isinstance(refused, Forbidden)
    assert refused.needs
    assert stage.access_levels(stage.account) == frozenset()


async def test_a_refused_release_leaves_the_restriction(stage: Stage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    stage.refuse()
    assert isinstance(await stage.space.release(stage.account, level, LIFTED), Forbidden)
    assert stage.access_levels(stage.account) == {level}


async def test_an_act_on_a_space_that_is_down_is_unavailable(stage: Stage, level: AccessLevel) -> None:
    stage.break_down()
    assert isinstance(await stage.space.restrict(a_restriction_order(stage, level)), Unavailable)
    assert isinstance(await stage.space.release(stage.account, level, LIFTED), Unavailable)
    assert stage.access_levels(stage.account) == frozenset()


async def test_an_act_whose_answer_is_lost_is_not_called_a_failure_and_the_next_look_sees_it(
    stage: Stage, level: AccessLevel
) -> None:
    stage.lose_responses()
    assert isinstance(await stage.space.restrict(a_restriction_order(stage, level)), Unavailable)
    stage.heal()
    assert stage.access_levels(stage.account) == {level}
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Observed)
    observed_restriction = seen.find_restriction(level)
    assert observed_restriction is not None
    assert observed_restriction.reference == (
        REFERENCE if level in stage.space.capabilities.carries_reference else None
    )


@pytest.mark.wire_time
async def test_every_call_ends_within_the_ceiling(stage: Stage) -> None:
    level = min(stage.space.capabilities.levels)
    stage.stop_answering()
    started = monotonic_seconds()
    assert isinstance(await stage.space.observe(stage.account), Unknown)
    assert isinstance(await stage.space.restrict(a_restriction_order(stage, level)), Unavailable)
    assert monotonic_seconds() - started < 2 * stage.space.capabilities.ceiling.total_seconds() + 1.0


# -- words to the person


@pytest.mark.needs(Feature.SENDS_MESSAGES)
async def test_a_message_arrives_and_its_proof_is_kept(stage: Stage) -> None:
    told = await stage.space.send_message(stage.account, a_message())
    assert isinstance(told, Done)
    assert told.proof
    assert len(stage.inbox(stage.account)) == 1
    assert a_message().text in stage.inbox(stage.account)[0]


@pytest.mark.needs(Feature.RECOGNIZES_REPEATS)
async def test_a_repeated_message_arrives_once(stage: Stage) -> None:
    await stage.space.send_message(stage.account, a_message())
    assert isinstance(await stage.space.send_message(stage.account, a_message()), Done | Already)
    await stage.space.send_message(stage.account, a_message("another"))
    assert len(stage.inbox(stage.account)) == 2


async def test_a_message_that_cannot_arrive_is_never_counted_as_told(stage: Stage) -> None:
    if Feature.SENDS_MESSAGES in stage.features:
        stage.close_inbox(stage.account)
    told = await stage.space.send_message(stage.account, a_message())
    assert isinstance(told, Rejected)
    assert stage.inbox(stage.account) == []


# -- coming back


@pytest.mark.needs(Feature.ENTITLEMENTS)
async def test_what_a_bar_takes_is_known_before_and_can_be_given_back(stage: Stage) -> None:
    before = await stage.space.read_losses(stage.account)
    assert isinstance(before, Entitlements)
    assert before.entitlements
    assert before.refusal is None
    await stage.space.restrict(a_restriction_order(stage, AccessLevel.BARRED))
    await stage.space.release(stage.account, AccessLevel.BARRED, LIFTED)
    stage.rejoin(stage.account)
    appraisal = await stage.space.appraise(before.entitlements)
    assert isinstance(appraisal, Appraisal)
    assert (set(appraisal.entitlements), dict(appraisal.refusals)) == (set(before.entitlements), {})
    outcomes = await stage.space.reinstate(stage.account, before.entitlements)
    assert set(outcomes) == set(before.entitlements)
    assert all(isinstance(outcome, Done | Already) for outcome in outcomes.values())
    after = await stage.space.read_losses(stage.account)
    assert isinstance(after, Entitlements)
    assert set(after.entitlements) == set(before.entitlements)


async def test_a_survey_that_fails_promises_nothing(stage: Stage) -> None:
    stage.break_down()
    assert isinstance(await stage.space.read_losses(stage.account), Unknown)


# -- names, preconditions, time


async def test_an_id_and_a_handle_find_the_same_account(stage: Stage) -> None:
    by_id, by_handle = (
        await stage.space.find_account(stage.account.native_id),
        await stage.space.find_account(f"@{stage.handle}"),
    )
    assert by_id == by_handle == (stage.account.native_id, stage.handle)


async def test_a_space_that_gives_no_answer_has_not_said_that_nobody_is_there(stage: Stage) -> None:
    stage.break_down()
    assert isinstance(await stage.space.find_account(stage.handle), Unknown)


async def test_words_that_name_nobody_exactly_find_nobody(stage: Stage) -> None:
    assert await stage.space.find_account(stage.handle[:-1]) is None
    assert await stage.space.find_account("nobody-of-that-name") is None
    assert await stage.space.find_account("") is None


async def test_links_are_a_tuple_and_an_unlinked_account_has_none(stage: Stage) -> None:
    assert await stage.space.linked_accounts(stage.account) == ()


async def test_the_check_is_well_where_all_is_well_and_names_a_remedy_where_it_is_not(stage: Stage) -> None:
    well = await stage.space.check()
    assert well
    assert [result for result in well if not result.ok] == []
    stage.refuse()
    ill = [result for result in await stage.space.check() if not result.ok]
    assert ill
    assert all(result.remedy for result in ill)


async def test_the_date_is_the_platforms_own(stage: Stage) -> None:
    date = await stage.space.server_time()
    assert date is not None
    assert abs(date - stage.clock.now()) <= timedelta(seconds=1)
    stage.break_down()
    assert await stage.space.server_time() in (None, date)


async def test_nothing_is_under_way_when_nothing_was_cut_off(stage: Stage) -> None:
    assert stage.space.has_call_in_flight(stage.account) is False
