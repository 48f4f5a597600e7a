"""Bans and suspensions made with a platform's own menu: a member's is reviewed, a moderator's explained, a stranger's asked
about; what stood before the installation is left alone."""

import re
from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import bars_of, forum_messages_to, messages_to, people_messaged
from guardian.sandbox.community import DISCORD, FORUM, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.world import World

NOTICED: Final = "a member's own ban is noticed, and the others are asked to review it"
PERSON_NOTIFIED: Final = "the banned person can read that the group looks at it"
REVERSED: Final = "reversed by its review, the member's own ban is really lifted"
ASKED: Final = "a moderator is asked privately for the reason and the end of what they did"
LEFT: Final = "until it is explained, what the moderator did stands as they made it"
ENDS: Final = "explained, it ends at the term that was given, without anybody remembering"
STRANGER: Final = "of a stranger's ban the moderators are asked, and nobody lifts it"
BEFORE: Final = "a ban from before the installation is nobody's act, and is left"

_DAY: Final = timedelta(days=1)
_REVIEW: Final = re.compile(r"/console/(?:cases|reviews)/([a-z]+-[a-z]+)")
_FOR_GOOD: Final = "3018-01-01T00:00:00Z"


async def play(context: StoryContext) -> None:
    """Birch was banned long ago. Today Kofi, of the group, Priya, who moderates the forum, and the owner each act by hand."""
    async with context.open_stage(before=_ban_before_us) as stage:
        await _ban_as_member(stage, stage["rowan"])
        await _suspend_as_moderator(stage, stage["hazel"])
        await _ban_as_stranger(stage, stage["linden"])
        await stage.driver.pass_time(7 * _DAY)
        authors = [change.by for change in bars_of(stage.world, stage["birch"], DISCORD)]
        still = stage.world.is_shut_out(stage["birch"], DISCORD, stage.now())
        stage.checks.check(BEFORE, still and authors == [stage["oskar"].discord], f"banned: {still}, by {authors}")


def _ban_before_us(world: World) -> None:
    state = world.discord.state
    moderators = next(role_id for role_id, role in state.roles.items() if role.name == "Moderators")
    world.discord.raise_role(world["kofi"].discord, moderators)
    world.discord.ban_by_hand(world["oskar"].discord, world["birch"].discord, "years of spam")


async def _ban_as_member(stage: Stage, rowan: Human) -> None:
    stage.narrate("Kofi Mensah bans Rowan Ellis with Discord's own menu")
    stage.world.discord.ban_by_hand(stage["kofi"].discord, rowan.discord, "insults")
    await stage.driver.run_until_idle()
    group = [stage[key] for key in ("nadia", "tomas", "ines", "yuki", "lena")]
    notified = people_messaged(stage.world, group, "acted alone")
    stage.checks.check_equal(NOTICED, notified, {human.key for human in group})
    received = forum_messages_to(stage.world, rowan)
    stage.checks.check(
        PERSON_NOTIFIED, any("not a decision about you" in text for text in received), "; ".join(received)
    )
    case = _REVIEW.findall("\n".join(messages_to(stage.world, stage["yuki"])))[-1]
    for key in ("yuki", "lena"):
        await stage.group.review(stage[key], case, "reverse", reason="It was somebody else.")
    await stage.driver.run_until_idle()
    stage.checks.check(REVERSED, not stage.world.is_shut_out(rowan, DISCORD, stage.now()), "still banned")


async def _suspend_as_moderator(stage: Stage, hazel: Human) -> None:
    stage.narrate("Priya Nair suspends Hazel Okoro with the forum's own menu")
    stage.world.forum.manual_actions.suspend_by_hand("priya", hazel.key, _FOR_GOOD, "again and again")
    await stage.driver.run_until_idle()
    asked = people_messaged(stage.world, (stage["priya"], stage["oskar"]), "/measures/explain/")
    stage.checks.check_equal(ASKED, asked, {"priya"})
    await stage.driver.pass_time(timedelta(hours=20))
    stage.checks.check(LEFT, stage.world.is_shut_out(hazel, FORUM, stage.now()), "lifted already")
    typed = {"reason": "harassment", "hours": "72"}
    await stage.group.explain_act(stage["priya"], typed)
    await stage.driver.pass_time(2 * _DAY)
    held = stage.world.is_shut_out(hazel, FORUM, stage.now())
    await stage.driver.pass_time(_DAY)
    free = not stage.world.is_shut_out(hazel, FORUM, stage.now())
    authors = [change.by for change in bars_of(stage.world, hazel, FORUM)]
    stage.checks.check(ENDS, held and free, f"held: {held}, free: {free}, by {authors}")


async def _ban_as_stranger(stage: Stage, linden: Human) -> None:
    stage.narrate("The owner of the Discord server, who has no place in Guardian, bans Linden Faye")
    stage.world.discord.ban_by_hand(stage.world.discord.state.owner_id, linden.discord, "because")
    await stage.driver.run_until_idle()
    asked = people_messaged(stage.world, (stage["oskar"], stage["priya"]), "somebody who is not known here")
    held = stage.world.is_shut_out(linden, DISCORD, stage.now())
    stage.checks.check(STRANGER, asked == {"oskar"} and held, f"asked: {asked}, held: {held}")


STORY: Final = Story(
    "native-act", "what is done with a platform's own menu is noticed, and treated as whose it is", play
)
