"""A moderator's own ban was there before ours: it is left alone and outlives ours; lifted first, ours is placed."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import bars_of, forum_messages_to
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify

TERM: Final = timedelta(days=30)
COUNTED: Final = "a ban by a moderator's own hand is left as it is and counts as held"
OUTLIVES: Final = "the moderator's ban is still there after our term, and ours is lifted elsewhere"
TOLD_TRUE: Final = "nobody is told that Discord is open to somebody whom a moderator's ban keeps out"
UNTOUCHED: Final = "the service never touched the moderator's ban"
PLACED_AFTER: Final = "where the moderator lifts theirs first, ours is placed"
OURS_ENDS: Final = "what we placed in its stead ends with our term"


async def play(context: StoryContext) -> None:
    """Oskar has banned Linden and Hazel on Discord before the group comes to restrict them everywhere."""
    async with context.open_stage() as stage:
        linden, hazel = stage["linden"], stage["hazel"]
        for human in (linden, hazel):
            _ban_as_oskar(stage, human)
        await stage.driver.run_until_idle()
        for human in (linden, hazel):
            await act_and_ratify(stage, human, TERM)
        everywhere = {human.key: stage.world.spaces_shut_out_of(human) for human in (linden, hazel)}
        stage.checks.check_equal(COUNTED, everywhere, {human.key: SPACES for human in (linden, hazel)})
        await stage.driver.pass_time(timedelta(days=5))
        await _lift_first(stage, hazel)
        await stage.driver.pass_time(TERM)
        _check_after_term(stage, linden, hazel)


def _ban_as_oskar(stage: Stage, human: Human) -> None:
    stage.narrate(f"Oskar, a moderator, bans {human.name} on Discord by hand")
    stage.world.discord.ban_by_hand(stage["oskar"].discord, human.discord, "spam in three channels")


async def _lift_first(stage: Stage, human: Human) -> None:
    stage.narrate(f"Oskar lifts the ban of {human.name} by hand, while the group's measure still runs")
    stage.world.discord.unban_by_hand(stage["oskar"].discord, human.discord)
    await stage.driver.run_until_idle()
    placed = [c for c in bars_of(stage.world, human, DISCORD) if c.after is not None]
    ours = len(placed) == 2 and placed[-1].by == stage.world.discord.state.bot_id
    held = stage.world.is_shut_out(human, DISCORD, stage.now())
    stage.checks.check(PLACED_AFTER, ours and held, f"placed by {[c.by for c in placed]}")


def _check_after_term(stage: Stage, linden: Human, hazel: Human) -> None:
    stage.narrate("Our term is over")
    stage.checks.check_equal(OUTLIVES, stage.world.spaces_shut_out_of(linden), (DISCORD,))
    claims = [
        text for text in forum_messages_to(stage.world, linden) if "has returned on" in text and "discord" in text
    ]
    said = [
        text
        for text in forum_messages_to(stage.world, linden)
        if "On discord a restriction still stands that is not ours" in text
    ]
    stage.checks.check(TOLD_TRUE, bool(said) and not any("returned on discord" in text for text in claims), f"{claims}")
    authors = {c.by for c in bars_of(stage.world, linden, DISCORD)}
    stage.checks.check_equal(UNTOUCHED, authors, {stage["oskar"].discord})
    lifted = [str(s) for s in (FORUM, GITHUB) if stage.world.is_shut_out(hazel, s, stage.now())]
    still = stage.world.is_shut_out(hazel, DISCORD, stage.now())
    stage.checks.check(OURS_ENDS, not still and not lifted, f"still shut out: {stage.world.spaces_shut_out_of(hazel)}")


STORY: Final = Story("foreign-ban-before", "a moderator's own ban was there first, and outlives ours", play)
