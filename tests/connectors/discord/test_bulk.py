"""Many bans in one call, and how few refusals are enough to stop asking."""

from collections.abc import AsyncIterator

import pytest

from connectors.discord.timeouts import RefusalCounter
from connectors.discord.translate import NoAnswer
from connectors.emulators.discord.permissions import Permission
from connectors.http import RateLimiter
from guardian.ids import Reference
from guardian.spaces.outcomes import Already, Done, Forbidden, Rejected, Unavailable
from guardian.spaces.port import Account, Listing, RestrictionOrder, Unknown
from rules.precedence import AccessLevel
from tests.contracts.stage_discord import DiscordStage, discord_stage

REFERENCE = Reference("GRD-RAAAAAAAAAAA")


@pytest.fixture
async def stage() -> AsyncIterator[DiscordStage]:
    async with discord_stage() as made:
        yield made


def orders(stage: DiscordStage, count: int) -> list[RestrictionOrder]:
    """Orders for so many newcomers of the server."""
    state = stage.emulator.state
    ids = [state.add_member(state.add_user(f"raider-{n}")) for n in range(count)]
    reason = f"Access is limited. Reference {REFERENCE}."
    return [
        RestrictionOrder(
            account=Account(stage.space.name, each),
            level=AccessLevel.BARRED,
            reference=REFERENCE,
            reason=reason,
            bulk=True,
        )
        for each in ids
    ]


async def test_two_hundred_are_banned_in_one_call_and_none_of_their_messages_is_deleted(stage: DiscordStage) -> None:
    asked = orders(stage, stage.space.capabilities.bulk_size)
    outcomes = await stage.space.restrict_bulk(asked)
    listing = await stage.space.list_restrictions()
    assert all(isinstance(outcomes[order.account], Done) for order in asked)
    assert isinstance(listing, Listing)
    assert {listing.restrictions[order.account.native_id][0].reference for order in asked} == {REFERENCE}
    [call] = stage.emulator.history.calls("ban.bulk")
    assert (call.body or {}).get("delete_message_seconds") == 0


async def test_where_nobody_of_the_list_could_be_banned_nobody_is_called_done(stage: DiscordStage) -> None:
    asked = orders(stage, 3)
    await stage.space.restrict_bulk(asked)
    again = await stage.space.restrict_bulk(asked)
    assert all(isinstance(again[order.account], Rejected) for order in asked)


@pytest.mark.harm("left-out-of-many-and-counted")
async def test_whom_discord_leaves_out_of_many_is_not_called_done(stage: DiscordStage) -> None:
    asked = orders(stage, 3)
    out_of_reach = asked[1].account
    stage.emulator.raise_role(out_of_reach.native_id, stage.emulator.state.add_role("Elders", position=80))
    outcomes = await stage.space.restrict_bulk(asked)
    assert isinstance(outcomes[out_of_reach], Rejected)
    assert [isinstance(outcomes[order.account], Done) for order in asked] == [True, False, True]


@pytest.mark.harm("left-out-of-many-and-counted")
async def test_where_many_are_asked_for_and_refused_nobody_is_called_done(stage: DiscordStage) -> None:
    asked = orders(stage, 3)
    stage.refuse()
    outcomes = await stage.space.restrict_bulk(asked)
    assert [isinstance(outcomes[order.account], Forbidden) for order in asked] == [True, True, True]


async def test_without_manage_server_the_call_for_many_names_what_is_missing(stage: DiscordStage) -> None:
    stage.emulator.state.bot_permissions &= ~Permission.MANAGE_GUILD
    outcomes = await stage.space.restrict_bulk(orders(stage, 2))
    assert all(isinstance(each, Forbidden) and "Manage Server" in each.needs for each in outcomes.values())


async def test_after_many_refusals_discord_is_not_asked_again_for_a_while(stage: DiscordStage) -> None:
    stage.connection.refusal_counter = RefusalCounter(limit=6)
    stage.refuse()
    for _ in range(20):
        assert isinstance(await stage.space.observe(stage.account), Unknown)
    assert len(stage.emulator.history.exchanges) - _asked_before(stage) <= 6
    stage.heal()
    outcome = await stage.space.restrict(orders(stage, 1)[0])
    assert isinstance(outcome, Unavailable)
    assert outcome.after is not None


async def test_sweeps_leave_room_for_a_lifting(stage: DiscordStage) -> None:
    """Half of what Discord may be asked is the most that the pages of sweeps take up."""
    stage.connection.rate_limiter = RateLimiter(6, 60.0)
    pages = [await stage.connection.read_bans(None) for _ in range(4)]
    assert [isinstance(page, NoAnswer) for page in pages] == [False, False, False, True]
    assert await stage.space.release(stage.account, AccessLevel.BARRED, "Access is limited.") == Already()


def _asked_before(stage: DiscordStage) -> int:
    return sum(1 for each in stage.emulator.history.exchanges if each.operation not in ("ban.get", "member.get"))
