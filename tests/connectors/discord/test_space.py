"""Discord's traps, one test each, with the unmodified library against the emulator."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.discord import translate
from connectors.discord.permissions import COMMANDS_SCOPE, MEMBERS_INTENT, PERMISSIONS
from connectors.emulators.discord.commands import register_commands
from connectors.emulators.discord.permissions import FOR_THE_BOT, Permission
from connectors.emulators.discord.state import Ban
from connectors.emulators.shared.faults import Fault, FaultKind
from guardian.clock import monotonic_seconds
from guardian.spaces.account_text import text_of_id
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Rejected, Unavailable
from guardian.spaces.port import (
    Account,
    ActedBy,
    Appraisal,
    CheckResult,
    Entitlement,
    EntitlementKind,
    Entitlements,
    Listing,
    Missing,
    Observed,
    Presence,
    Unknown,
)
from rules.precedence import AccessLevel
from tests.contracts.stage_discord import CEILING, DiscordStage, discord_stage
from tests.contracts.stages import LIFTED, a_message, a_restriction_order

BARRED, MUTED = AccessLevel.BARRED, AccessLevel.MUTED


@pytest.fixture
async def stage() -> AsyncIterator[DiscordStage]:
    async with discord_stage() as made:
        yield made


async def observe(stage: DiscordStage) -> Observed:
    """A look at the account that has to work."""
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Observed)
    return seen


def outsider(stage: DiscordStage) -> Account:
    """Somebody with an account who has never been in the guild."""
    return Account(stage.space.name, stage.emulator.state.add_user("heron"))


def with_role(stage: DiscordStage, name: str, permissions: int, position: int) -> Account:
    """A member who holds one role at this position; the bot's stands at 50."""
    state = stage.emulator.state
    role = state.add_role(name, permissions=permissions, position=position)
    return Account(stage.space.name, state.add_member(state.add_user(f"holder-of-{position}"), roles=[role]))


# -- bans


async def test_a_ban_deletes_nothing_that_was_written(stage: DiscordStage) -> None:
    state = stage.emulator.state
    channel = next(c.id for c in state.channels.values() if c.recipient_id is None)
    written = state.add_message(channel, stage.account.native_id, "see you tomorrow", at=stage.clock.now())
    assert await stage.space.restrict(a_restriction_order(stage, BARRED)) == Done()
    assert written in state.messages


@pytest.mark.harm("lifting-recorded-while-the-ban-stands")
@pytest.mark.parametrize("kind", [FaultKind.NO_PERMISSION, FaultKind.SERVER_ERROR, FaultKind.TOO_MANY_SILENT])
@pytest.mark.parametrize("half", ["ban.get", "member.get"])
async def test_either_half_of_an_observation_that_fails_makes_it_unknown(
    stage: DiscordStage, half: str, kind: FaultKind
) -> None:
    await stage.space.restrict(a_restriction_order(stage, BARRED))
    stage.fault(kind, half)
    assert isinstance(await stage.space.observe(stage.account), Unknown)


@pytest.mark.harm("shown-as-held-while-inside")
async def test_a_ban_that_leaves_its_member_inside_is_not_effective(stage: DiscordStage) -> None:
    stage.emulator.state.bans_leave_inside.add(stage.account.native_id)
    await stage.space.restrict(a_restriction_order(stage, BARRED))
    seen, listing = await observe(stage), await stage.space.list_restrictions()
    assert isinstance(listing, Listing)
    assert seen.ineffective == {BARRED}
    assert listing.still_inside == {stage.account.native_id}


async def test_somebody_who_never_came_can_be_barred_before_they_do(stage: DiscordStage) -> None:
    stranger = outsider(stage)
    assert await stage.space.restrict(a_restriction_order(stage, BARRED, stranger)) == Done()
    assert stage.access_levels(stranger) == {BARRED}


async def test_lifting_a_ban_that_is_not_there_is_already_done(stage: DiscordStage) -> None:
    assert await stage.space.release(stage.account, BARRED, LIFTED) == Already()


@pytest.mark.harm("refused-lift-counted-as-done")
@pytest.mark.parametrize("level", [BARRED, MUTED])
async def test_a_lift_that_discord_refuses_is_not_done(stage: DiscordStage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    stage.refuse()
    assert isinstance(await stage.space.release(stage.account, level, LIFTED), Forbidden)
    assert stage.access_levels(stage.account) == {level}


@pytest.mark.harm("refused-lift-counted-as-done")
@pytest.mark.parametrize("level", [BARRED, MUTED])
async def test_a_lift_that_discord_does_not_answer_is_not_done(stage: DiscordStage, level: AccessLevel) -> None:
    await stage.space.restrict(a_restriction_order(stage, level))
    stage.break_down()
    assert isinstance(await stage.space.release(stage.account, level, LIFTED), Unavailable)


async def test_a_ban_goes_over_a_timeout_and_is_what_is_seen(stage: DiscordStage) -> None:
    stage.restrict_manually(stage.account, MUTED)
    await stage.space.restrict(a_restriction_order(stage, BARRED))
    seen = await observe(stage)
    assert [observed_restriction.level for observed_restriction in seen.restrictions] == [BARRED]
    assert seen.presence is Presence.OUTSIDE


@pytest.mark.parametrize("level", [BARRED, MUTED])
async def test_a_person_whose_role_stands_above_ours_is_forbidden_and_the_rank_is_named(
    stage: DiscordStage, level: AccessLevel
) -> None:
    above = with_role(stage, "Elders", 0, 70)
    refused = await stage.space.restrict(a_restriction_order(stage, level, above))
    assert isinstance(refused, Forbidden)
    assert "role above" in refused.needs
    losses = await stage.space.read_losses(above)
    assert isinstance(losses, Entitlements)
    assert losses.refusal is not None


async def test_the_owner_is_out_of_reach_and_the_survey_says_so_before(stage: DiscordStage) -> None:
    owner = Account(stage.space.name, stage.emulator.state.owner_id)
    losses = await stage.space.read_losses(owner)
    assert isinstance(losses, Entitlements)
    assert "owner" in (losses.refusal or "")
    assert isinstance(await stage.space.restrict(a_restriction_order(stage, BARRED, owner)), Forbidden)


async def test_a_wrong_guild_is_unknown_and_never_a_no(stage: DiscordStage) -> None:
    stage.restrict_manually(stage.account, BARRED)
    stage.connection.config = replace(stage.connection.config, guild_id="100000000000000001")
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Unknown)
    assert seen.needs


@pytest.mark.harm("answer-about-somebody-else")
@pytest.mark.parametrize("half", ["ban", "member"])
async def test_what_discord_says_of_another_account_is_not_taken_for_this_ones(stage: DiscordStage, half: str) -> None:
    state, asked, other = stage.emulator.state, stage.account.native_id, stage.other.native_id
    stage.restrict_manually(stage.other, BARRED if half == "ban" else MUTED)
    if half == "ban":
        state.bans[asked] = state.bans[other]
    else:
        state.members[asked] = state.members[other]
    assert isinstance(await stage.space.observe(stage.account), Unknown)


@pytest.mark.harm("answer-about-somebody-else")
async def test_a_message_does_not_go_where_discord_opened_the_inbox_of_another(stage: DiscordStage) -> None:
    state, asked = stage.emulator.state, stage.account.native_id
    state.users[asked] = state.users[stage.other.native_id]
    assert isinstance(await stage.space.send_message(stage.account, a_message()), Unavailable)
    assert stage.emulator.history.calls("message.post") == []


# -- timeouts


async def test_an_administrator_cannot_be_timed_out(stage: DiscordStage) -> None:
    keeper = with_role(stage, "Keepers", Permission.ADMINISTRATOR, 20)
    refused = await stage.space.restrict(a_restriction_order(stage, MUTED, keeper))
    assert isinstance(refused, Forbidden)
    assert "administrators are out of reach" in refused.needs


async def test_a_mute_of_somebody_who_is_not_here_waits_for_them(stage: DiscordStage) -> None:
    assert await stage.space.restrict(a_restriction_order(stage, MUTED, outsider(stage))) == Rejected(
        translate.NOT_A_MEMBER
    )


async def test_unmuting_somebody_who_left_is_already_done(stage: DiscordStage) -> None:
    stage.emulator.leave(stage.account.native_id)
    assert await stage.space.release(stage.account, MUTED, LIFTED) == Already()


@pytest.mark.parametrize("days", [None, 90])
async def test_a_mute_longer_than_discord_allows_is_placed_for_the_longest_term(
    stage: DiscordStage, days: int | None
) -> None:
    until = stage.clock.now() + timedelta(days=days) if days else None
    order = replace(a_restriction_order(stage, MUTED), until=until)
    assert await stage.space.restrict(order) == Done()
    observed_restriction = (await observe(stage)).find_restriction(MUTED)
    assert observed_restriction is not None
    assert observed_restriction.until == stage.clock.now() + timedelta(days=28) - timedelta(minutes=1)


async def test_a_mute_is_seen_until_its_end_and_not_after(stage: DiscordStage) -> None:
    await stage.space.restrict(a_restriction_order(stage, MUTED))
    stage.clock.advance(timedelta(days=7) - timedelta(seconds=1))
    assert (await observe(stage)).find_restriction(MUTED)
    stage.clock.advance(timedelta(seconds=1))
    assert (await observe(stage)).restrictions == ()


# -- lists


async def test_a_sweep_reads_every_page(stage: DiscordStage) -> None:
    state = stage.emulator.state
    for number in range(2100):
        native_id = state.add_user(f"barred-{number}")
        state.bans[native_id] = Ban(native_id, None, stage.moderator, stage.clock.now())
    listing = await stage.space.list_restrictions()
    assert isinstance(listing, Listing)
    assert set(listing.restrictions) == set(state.bans)


@pytest.mark.parametrize("list_page", ["ban.list", "member.list"])
async def test_a_sweep_of_which_one_list_fails_is_unknown(stage: DiscordStage, list_page: str) -> None:
    stage.fault(FaultKind.NO_PERMISSION, list_page)
    listing = await stage.space.list_restrictions()
    assert isinstance(listing, Unknown)
    assert listing.needs


# -- messages


async def test_a_person_without_a_server_in_common_is_not_counted_as_told(stage: DiscordStage) -> None:
    told = await stage.space.send_message(outsider(stage), a_message())
    assert told == Rejected(translate.MESSAGES_CLOSED)


async def test_a_message_pings_nobody_and_unfurls_nothing(stage: DiscordStage) -> None:
    text = f"@everyone <@{stage.other.native_id}> https://example.org/page"
    await stage.space.send_message(stage.account, Message("", text, "n"))
    posted = stage.emulator.history.calls("message.post")[-1].body
    assert posted["allowed_mentions"] == {"parse": []}
    assert posted["flags"] & translate.SUPPRESS_EMBEDS
    assert stage.inbox(stage.account) == [
        f"@\u200beveryone <@\u200b{stage.other.native_id}> <https://example.org/page>"
    ]


async def test_a_long_message_arrives_whole(stage: DiscordStage) -> None:
    text = "\n\n".join(f"Paragraph {number}: " + "words " * 60 for number in range(12))
    assert isinstance(await stage.space.send_message(stage.account, Message("A decision", text, "n")), Done)
    assert " ".join(" ".join(stage.inbox(stage.account)).split()).endswith(" ".join(text.split()))


async def test_a_message_whose_answer_was_lost_arrives_once(stage: DiscordStage) -> None:
    stage.lose_responses()
    assert isinstance(await stage.space.send_message(stage.account, a_message()), Unavailable)
    stage.heal()
    assert isinstance(await stage.space.send_message(stage.account, a_message()), Done)
    assert len(stage.inbox(stage.account)) == 1


# -- slow, limited and broken answers


async def test_a_short_limit_is_waited_out_within_the_ceiling(stage: DiscordStage) -> None:
    stage.emulator.set_fault(Fault(kind=FaultKind.TOO_MANY, operation="ban.put", times=1, seconds=0.05))
    assert await stage.space.restrict(a_restriction_order(stage, BARRED)) == Done()
    assert stage.access_levels(stage.account) == {BARRED}


async def test_a_long_limit_is_told_at_once_with_its_length(stage: DiscordStage) -> None:
    stage.fault(FaultKind.TOO_MANY, seconds=600.0)
    started = monotonic_seconds()
    assert await stage.space.restrict(a_restriction_order(stage, BARRED)) == Unavailable(
        "Discord asks us to wait", timedelta(seconds=600)
    )
    seen = await stage.space.observe(stage.account)
    assert isinstance(seen, Unknown)
    assert seen.after == timedelta(seconds=600)
    assert monotonic_seconds() - started < CEILING.total_seconds()


async def test_a_limit_without_a_length_is_no_answer(stage: DiscordStage) -> None:
    stage.fault(FaultKind.TOO_MANY_SILENT)
    assert isinstance(await stage.space.restrict(a_restriction_order(stage, BARRED)), Unavailable)
    assert isinstance(await stage.space.observe(stage.account), Unknown)


@pytest.mark.wire_time
async def test_a_slow_drip_is_ended_by_the_ceiling(stage: DiscordStage) -> None:
    stage.restrict_manually(stage.account, BARRED)
    stage.fault(FaultKind.DRIP, "ban.get", seconds=30.0)
    started = monotonic_seconds()
    assert isinstance(await stage.space.observe(stage.account), Unknown)
    assert monotonic_seconds() - started < CEILING.total_seconds() + 0.5


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_broken_server_is_unknown(stage: DiscordStage, status: int) -> None:
    stage.restrict_manually(stage.account, BARRED)
    stage.fault(FaultKind.SERVER_ERROR, status=status)
    assert isinstance(await stage.space.observe(stage.account), Unknown)


# -- roles


async def test_roles_wait_for_somebody_who_is_not_here_yet(stage: DiscordStage) -> None:
    role = Entitlement(EntitlementKind.ROLE, stage.role, "Gardeners")
    assert await stage.space.reinstate(outsider(stage), (role,)) == {}


async def test_a_role_that_was_deleted_meanwhile_is_passed_over(stage: DiscordStage) -> None:
    deleted, standing = (
        Entitlement(EntitlementKind.ROLE, "100000000000000009", "Old"),
        Entitlement(EntitlementKind.ROLE, stage.role, "Gardeners"),
    )
    assert await stage.space.appraise((deleted, standing)) == Appraisal((standing,))
    assert await stage.space.reinstate(stage.other, (deleted, standing)) == {deleted: Already(), standing: Done()}
    assert stage.emulator.state.members[stage.other.native_id].roles == [stage.role]


@pytest.mark.harm("one-role-stops-the-others")
async def test_a_role_above_the_bot_stops_no_other(stage: DiscordStage) -> None:
    high = Entitlement(EntitlementKind.ROLE, stage.emulator.state.add_role("Elders", position=80), "Elders")
    plain = Entitlement(EntitlementKind.ROLE, stage.role, "Gardeners")
    appraisal = await stage.space.appraise((high, plain))
    assert isinstance(appraisal, Appraisal)
    assert list(appraisal.refusals) == [high.native_id]
    outcomes = await stage.space.reinstate(stage.other, (high, plain))
    assert isinstance(outcomes[high], Forbidden)
    assert outcomes[plain] == Done()


@pytest.mark.harm("power-returns-without-a-yes")
async def test_a_role_that_has_grown_power_is_powerful_when_it_is_given_back(stage: DiscordStage) -> None:
    taken = Entitlement(EntitlementKind.ROLE, stage.role, "Gardeners")
    stage.emulator.state.roles[stage.role].permissions = int(Permission.KICK_MEMBERS)
    appraisal = await stage.space.appraise((taken,))
    assert isinstance(appraisal, Appraisal)
    assert [each.privileged for each in appraisal.entitlements] == [True]


async def test_a_timeout_cannot_be_lifted_once_a_role_stands_above_the_bots(stage: DiscordStage) -> None:
    """The role was given after the timeout was placed: who is muted must not be forgotten, and people must mend it."""
    await stage.space.restrict(a_restriction_order(stage, AccessLevel.MUTED))
    high = stage.emulator.state.add_role("Elders", position=80)
    stage.emulator.raise_role(stage.account.native_id, high)
    refused = await stage.space.release(stage.account, AccessLevel.MUTED, "over")
    assert isinstance(refused, Forbidden)
    assert "bot role above" in refused.needs
    assert stage.access_levels(stage.account) == {AccessLevel.MUTED}


async def test_an_account_that_discord_has_deleted_is_missing_and_not_a_refusal(stage: DiscordStage) -> None:
    deleted = Account(stage.space.name, "7")
    assert await stage.space.observe(deleted) == Missing()
    assert await stage.space.restrict(a_restriction_order(stage, AccessLevel.BARRED, deleted)) == Gone()


async def test_roles_with_power_are_marked(stage: DiscordStage) -> None:
    losses = await stage.space.read_losses(stage.account)
    assert isinstance(losses, Entitlements)
    assert {entitlement.label: entitlement.privileged for entitlement in losses.entitlements} == {
        "Gardeners": False,
        "Helpers": True,
    }


# -- who is meant


async def test_a_mention_finds_a_member_and_an_id_somebody_outside(stage: DiscordStage) -> None:
    assert await stage.space.find_account(f"<@{stage.account.native_id}>") == (stage.account.native_id, "rowan")
    found = await stage.space.find_account(outsider(stage).native_id)
    assert found is not None


async def test_the_beginning_of_a_longer_name_is_not_that_name(stage: DiscordStage) -> None:
    stage.emulator.state.add_member(stage.emulator.state.add_user("rowan-the-second"))
    assert await stage.space.find_account("rowan") == (stage.account.native_id, "rowan")


@pytest.mark.harm("time-read-in-another-zone")
async def test_a_message_says_when_in_the_zone_of_whoever_reads_it(stage: DiscordStage) -> None:
    at = datetime(2026, 12, 3, 14, 30, tzinfo=UTC)
    await stage.space.send_message(stage.account, Message("", "Due by then.", "n", {"then": at}))
    (sent,) = stage.emulator.person(stage.account.native_id).dms()
    assert sent["content"] == f"Due by <t:{int(at.timestamp())}:f>."


# -- preconditions


async def ill(stage: DiscordStage) -> list[CheckResult]:
    """What the check finds missing."""
    return [result for result in await stage.space.check() if not result.ok]


async def test_each_missing_permission_is_named_with_what_breaks(stage: DiscordStage) -> None:
    for requirement in PERMISSIONS:
        stage.emulator.state.bot_permissions = FOR_THE_BOT & ~Permission[requirement.api_name.upper()]
        found = [(each.needs, each.impact, each.remedy) for each in await ill(stage)]
        assert found == [(requirement.label, requirement.impact, requirement.remedy)]


async def test_the_switched_off_intent_and_the_missing_scope_are_named(stage: DiscordStage) -> None:
    stage.emulator.state.privileged_intents = 0
    stage.emulator.state.scopes.remove("applications.commands")
    assert [each.impact for each in await ill(stage)] == [MEMBERS_INTENT.impact, COMMANDS_SCOPE.impact]


async def test_a_command_of_members_that_everybody_is_shown_is_named(stage: DiscordStage) -> None:
    state = stage.emulator.state
    for needed, faults in (("1099511627776", 0), (None, 1)):
        command = {"name": "case", "description": "One case", "default_member_permissions": needed}
        register_commands(state, [command], state.guild_id, state.begun)
        assert len(await ill(stage)) == faults


async def test_an_ordinary_role_above_the_bot_is_named(stage: DiscordStage) -> None:
    stage.emulator.state.add_role("Regulars", position=90)
    ill = [result for result in await stage.space.check() if not result.ok]
    assert ["Regulars" in result.needs for result in ill] == [True]


async def test_a_bot_outside_the_server_is_told_to_be_invited(stage: DiscordStage) -> None:
    stage.connection.config = replace(stage.connection.config, guild_id="100000000000000001")
    ill = [result for result in await stage.space.check() if not result.ok]
    assert "Invite the bot" in ill[0].remedy


# -- who put members out


@pytest.mark.harm("native-kick-unseen")
@pytest.mark.parametrize("asked", ["of the account", "of anybody"])
async def test_a_kick_by_hand_is_in_the_records_with_whoever_did_it(stage: DiscordStage, asked: str) -> None:
    """P-7.2"""
    stage.emulator.raise_role(
        stage.moderator, stage.emulator.state.add_role("Kickers", permissions=1 << 1, position=40)
    )
    stage.emulator.kick_by_hand(stage.moderator, stage.account.native_id, "insults")
    found = await stage.space.removals(stage.account.native_id if asked == "of the account" else None)
    assert not isinstance(found, Unknown)
    assert [(each.account, each.by) for each in found] == [(stage.account, stage.moderator)]


@pytest.mark.harm("native-kick-unseen")
async def test_an_audit_log_that_cannot_be_read_is_unknown_and_not_that_nobody_was_put_out(stage: DiscordStage) -> None:
    stage.fault(FaultKind.NO_PERMISSION, "audit.list")
    assert isinstance(await stage.space.removals(None), Unknown)


@pytest.mark.harm("half-of-the-records-taken-for-all")
@pytest.mark.parametrize("passes", [0, 1])
@pytest.mark.parametrize("level", [BARRED, MUTED])
async def test_where_half_of_the_audit_log_cannot_be_read_it_names_nobody(
    stage: DiscordStage, level: AccessLevel, passes: int
) -> None:
    """The half that can be read names a moderator, or the service."""
    await stage.space.restrict(a_restriction_order(stage, level))
    stage.release_manually(stage.account, level)
    stage.emulator.set_fault(Fault(kind=FaultKind.NO_PERMISSION, operation="audit.list", times=1, passes=passes))
    assert (await stage.space.attribute(stage.account, level)).acted_by is ActedBy.UNKNOWN


@pytest.mark.harm("answer-of-another-shape-believed")
async def test_half_of_the_audit_log_in_another_shape_names_nobody(stage: DiscordStage) -> None:
    await stage.space.restrict(a_restriction_order(stage, BARRED))
    stage.release_manually(stage.account, BARRED)
    stage.emulator.set_fault(Fault(kind=FaultKind.ODD_ANSWER, operation="audit.list", times=1))
    assert (await stage.space.attribute(stage.account, BARRED)).acted_by is ActedBy.UNKNOWN


@pytest.mark.harm("answer-of-another-shape-believed")
@pytest.mark.parametrize("half", ["ban.get", "member.get"])
async def test_one_half_of_an_observation_in_another_shape_makes_it_unknown(stage: DiscordStage, half: str) -> None:
    stage.fault(FaultKind.ODD_ANSWER, half)
    assert isinstance(await stage.space.observe(stage.account), Unknown)


@pytest.mark.harm("check-looks-at-another-application")
async def test_an_application_whose_id_is_not_its_bots_passes_the_check(stage: DiscordStage) -> None:
    """As of the first years: the bot's account came later, with an id of its own."""
    assert stage.emulator.application_id != stage.connection.own_id
    assert isinstance(await stage.connection.read_commands(), translate.Success)
    assert await ill(stage) == []


# -- who is meant


@pytest.mark.harm("another-person-hit-by-a-name")
async def test_a_name_of_digits_is_whoever_is_called_so_and_not_the_account_of_that_number(stage: DiscordStage) -> None:
    state, bystander = stage.emulator.state, stage.account.native_id
    meant = state.add_member(state.add_user(bystander))
    assert await stage.space.find_account(bystander) == (meant, bystander)
    assert await stage.space.find_account(f"@{bystander}") == (meant, bystander)
    for certain in (text_of_id(bystander), f"<@{bystander}>"):
        assert await stage.space.find_account(certain) == (bystander, "rowan")


@pytest.mark.harm("another-person-hit-by-a-name")
async def test_a_number_is_nobody_while_it_is_not_known_whether_somebody_is_called_so(stage: DiscordStage) -> None:
    stage.fault(FaultKind.SERVER_ERROR, "member.search")
    assert isinstance(await stage.space.find_account(stage.account.native_id), Unknown)


@pytest.mark.harm("the-service-restricts-itself")
async def test_the_bot_and_other_bots_are_known_for_what_they_are_and_the_bot_is_never_restricted(
    stage: DiscordStage,
) -> None:
    own = Account(stage.account.space, stage.connection.own_id)
    other = outsider(stage)
    stage.emulator.state.users[other.native_id].bot = True
    assert [await stage.space.is_automated(each) for each in (own, other, stage.account)] == [True, True, False]
    for level in (BARRED, MUTED):
        assert isinstance(await stage.space.restrict(a_restriction_order(stage, level, own)), Rejected)
    orders = [a_restriction_order(stage, BARRED, each) for each in (own, stage.account)]
    assert isinstance((await stage.space.restrict_bulk(orders))[own], Rejected)
    assert own.native_id not in stage.emulator.state.bans


# -- what the platform does by itself


@pytest.mark.harm("noise-drowns-what-people-did")
async def test_a_timeout_of_automod_is_the_platforms_and_not_the_members_own(stage: DiscordStage) -> None:
    stage.emulator.time_out_by_rule(stage.account.native_id, stage.clock.now() + timedelta(hours=1))
    assert (await observe(stage)).find_restriction(MUTED) is not None
    found = await stage.space.attribute(stage.account, MUTED)
    assert (found.acted_by, found.by, found.places_anothers) == (ActedBy.PLATFORM, None, True)
    stage.clock.advance(timedelta(minutes=1))
    stage.emulator.timeout_by_hand(stage.moderator, stage.account.native_id, stage.clock.now() + timedelta(hours=2))
    assert (await stage.space.attribute(stage.account, MUTED)).by == stage.moderator


@pytest.mark.harm("rules-screen-skipped")
async def test_roles_wait_until_somebody_has_accepted_the_servers_rules(stage: DiscordStage) -> None:
    person, role = stage.other.native_id, Entitlement(EntitlementKind.ROLE, stage.role, "Gardeners")
    stage.emulator.leave(person)
    stage.emulator.rejoin(person, pending=True)
    assert await stage.space.reinstate(stage.other, (role,)) == {}
    assert stage.emulator.state.members[person].pending
    stage.emulator.accept_rules(person)
    assert await stage.space.reinstate(stage.other, (role,)) == {role: Done()}


async def test_a_role_lets_a_member_past_the_rules_on_the_emulated_server_too(stage: DiscordStage) -> None:
    person = stage.other.native_id
    stage.emulator.leave(person)
    stage.emulator.rejoin(person, pending=True)
    stage.emulator.raise_role(person, stage.role)
    assert not stage.emulator.state.members[person].pending


async def test_a_ban_whose_record_is_not_written_yet_is_nobodys_and_then_the_moderators(stage: DiscordStage) -> None:
    stage.emulator.community.audit_log_lags = True
    stage.restrict_manually(stage.account, BARRED)
    assert (await stage.space.attribute(stage.account, BARRED)).acted_by is ActedBy.UNKNOWN
    stage.emulator.community.catch_up_audit_log()
    assert (await stage.space.attribute(stage.account, BARRED)).by == stage.moderator
