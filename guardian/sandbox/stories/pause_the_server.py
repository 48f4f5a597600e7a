"""A moderator pauses the whole server: nobody new comes in, another member lets it go on, and it opens by itself.

An administrator has paused private messages before: that stays theirs. On the forum one category is closed meanwhile, and
stands as it was found afterwards. Policy: P-1.6, P-7.3, P-10.3.
"""

from datetime import timedelta
from typing import Final

from connectors.emulators.shared.control import Declined
from guardian.sandbox.browser import Page
from guardian.sandbox.checks import messages_to, people_messaged
from guardian.sandbox.community import DISCORD, FORUM, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

SHOWN: Final = "before anything happens it is shown what is paused, for everybody, and until when"
CLOSED: Final = "from then on nobody comes in by an invitation"
TOLD: Final = "everybody who looks after the server is told, and nobody else"
OWN: Final = "whoever began it cannot be the one who looks at it"
GOES_ON: Final = "with a second member's word it goes on past its first end, without a gap"
THEIRS: Final = "what an administrator had paused before is as they set it"
OPENS: Final = "it opens by itself on the end that the second member named"
READ_ONLY: Final = "in a category that is closed everybody reads, and the forum's team alone writes"
AS_FOUND: Final = "once its time is over the category allows what it allowed before, to each group"

_PAUSES: Final = "/console/pauses"
_INVITES, _PRIVATE = "invites_disabled_until", "dms_disabled_until"


async def play(context: StoryContext) -> None:
    """Linden leaves before it, and is the newcomer of the day."""
    async with context.open_stage() as stage:
        world, oskar, linden = stage.world, stage["oskar"], stage["linden"]
        await _close_category(stage)
        theirs = stage.now() + timedelta(hours=23)
        world.discord.pause_by_hand(world.discord.state.owner_id, _PRIVATE, theirs)
        world.discord.leave(linden.discord)
        await _pause(stage, oskar)
        stage.checks.check(CLOSED, not _comes_in(stage, linden), "let in")
        members = [each for each in world.community.people.values() if each.key != "oskar"]
        told = people_messaged(world, members, "has paused this for the whole space")
        stage.checks.check_equal(TOLD, told, {"nadia", "tomas", "ines", "kofi", "yuki", "lena"})
        await _look_at_it(stage, oskar)
        stage.checks.check_equal(THEIRS, world.discord.state.paused.get(_PRIVATE), theirs)
        await stage.driver.pass_time(timedelta(hours=5))
        stage.checks.check(OPENS, _comes_in(stage, linden), str(world.discord.state.paused))


async def _pause(stage: Stage, by: Human) -> None:
    typed = {"thing": f"{DISCORD} invites", "hours": "6", "reason": "raid"}
    seen = await stage.group.at_console(by).submit(f"{_PAUSES}/new", "Show what it does", typed)
    stage.checks.check(SHOWN, "paused for everybody until" in seen.text and "by invitation" in seen.text, seen.text)
    await stage.group.at_console(by).press(seen, "Pause it now")
    await stage.driver.run_until_idle()


async def _look_at_it(stage: Stage, oskar: Human) -> None:
    """Kofi lets it go on for eight hours from the fifth on, so that it ends in the thirteenth."""
    page: Page = await stage.group.at_console(oskar).open(_PAUSES)
    stage.checks.check(OWN, "I have looked at it" not in page.text and "yours" in page.text, page.text)
    await stage.driver.pass_time(timedelta(hours=5))
    await stage.group.at_console(stage["kofi"]).submit(_PAUSES, "I have looked at it", {"more": "8"})
    await stage.driver.pass_time(timedelta(hours=4))
    closed = list(stage.world.discord.history.changes_of(_INVITES, stage.world.discord.state.guild_id))
    opened = [change for change in closed if change.after is None]
    held = not opened and not _comes_in(stage, stage["linden"])
    stage.checks.check(GOES_ON, held, f"{opened} {messages_to(stage.world, stage['kofi'])}")


async def _close_category(stage: Stage) -> None:
    """Priya closes one category for two hours, in which a group of helpers could begin topics."""
    forum, priya = stage.world.forum, stage["priya"]
    forum.state.settings["moderators_manage_categories_and_groups"] = True
    category = forum.state.categories[1]
    category.permissions = {"everyone": 1, "moderators": 2}
    found = dict(category.permissions)
    typed = {"thing": f"{FORUM} writing", "part": f"{forum.url}/c/general/1", "hours": "2", "reason": "heated"}
    seen = await stage.group.at_console(priya).submit(f"{_PAUSES}/new", "Show what it does", typed)
    await stage.group.at_console(priya).press(seen, "Pause it now")
    await stage.driver.run_until_idle()
    closed = not _publishes(stage, stage["alder"])
    stage.checks.check(READ_ONLY, closed and category.permissions["moderators"] == 2, str(category.permissions))
    await stage.driver.pass_time(timedelta(hours=2, minutes=5))
    as_found = category.permissions == found and _publishes(stage, stage["alder"])
    stage.checks.check(AS_FOUND, as_found, str(category.permissions))


def _publishes(stage: Stage, who: Human) -> bool:
    """Whether the forum takes a topic of theirs."""
    try:
        stage.world.forum.person(who.key).publish(
            "How do I upgrade this?", "I should like to know how to upgrade this."
        )
    except Declined:
        return False
    return True


def _comes_in(stage: Stage, who: Human) -> bool:
    """Whether the server lets them in by an invitation."""
    try:
        stage.world.discord.rejoin(who.discord)
    except Declined:
        return False
    return True


STORY: Final = Story("pause-the-server", "a whole server is paused for a while, looked at, and opened by itself", play)
