"""A restriction reaches accounts that become known later, at once; the same name alone restricts nobody. Policy: P-6.4."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import held_since
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Human
from guardian.sandbox.config import Wishes
from guardian.sandbox.playing import Story
from guardian.sandbox.stories.journey import acted_and_ratified
from guardian.sandbox.studio import Stage, Studio

TERM: Final = timedelta(days=30)
WISHES: Final = Wishes(relink_every="1d")
NAME_ALONE: Final = "accounts that only have the same name are left alone"
SUGGESTED: Final = "members are told where somebody has the same name, and that it is no proof"
ONE_WORD: Final = "one member's word restricts no account"
AT_ONCE: Final = "an account that a second member has confirmed is held at once"
VOUCHED: Final = "an account that the forum vouches for later is held within a day, by itself"
STAYS: Final = "what was held stays held"


async def play(studio: Studio) -> None:
    """Linden is held on Discord; their other accounts become known one by one."""
    async with studio.stage(WISHES) as stage:
        linden = stage["linden"]
        user = stage.world.forum.state.users[int(linden.forum)]
        user.external_ids.clear()
        stage.say("Linden signs in to the forum with a password, so it vouches for no other account of theirs")
        case = await acted_and_ratified(stage, linden, TERM, space=DISCORD)
        begun = stage.now()
        await _the_same_name(stage, linden, case)
        await _by_the_members(stage, linden, case)
        user.external_ids["discord"] = linden.discord
        stage.say("Linden connects their Discord account to the forum")
        await stage.harness.wait(timedelta(days=1, hours=1))
        stage.checks.equal(VOUCHED, stage.world.where_shut_out(linden), SPACES)
        since = held_since(stage.world, linden, DISCORD)
        stage.checks.check(STAYS, since is not None and since <= begun, f"held since {since}, begun {begun}")


async def _the_same_name(stage: Stage, linden: Human, case: str) -> None:
    stage.checks.equal(NAME_ALONE, stage.world.where_shut_out(linden), (DISCORD,))
    shown = (await stage.group.command(stage["nadia"], "suggest-links", case=case)).text
    stage.checks.check(SUGGESTED, str(FORUM) in shown and str(GITHUB) in shown and "no proof" in shown, shown)
    await stage.harness.wait(timedelta(hours=1))
    stage.checks.equal(
        f"{NAME_ALONE}, also once members have seen them", stage.world.where_shut_out(linden), (DISCORD,)
    )


async def _by_the_members(stage: Stage, linden: Human, case: str) -> None:
    group, nadia, tomas = stage.group, stage["nadia"], stage["tomas"]
    person = await group.person_of(nadia, case)
    await group.link(
        nadia, person, GITHUB, linden.key, "The commits there carry the mail address of the messages here."
    )
    await stage.harness.rest()
    stage.checks.equal(ONE_WORD, stage.world.where_shut_out(linden), (DISCORD,))
    before = stage.now()
    await group.in_room(tomas, case, f"{linden.key} is theirs")
    await stage.harness.rest()
    held = stage.world.where_shut_out(linden)
    detail = f"held: {held}, {stage.now() - before} later"
    stage.checks.check(AT_ONCE, held == (DISCORD, GITHUB) and stage.now() == before, detail)


STORY: Final = Story(
    "account-linked-later", "a restriction reaches accounts that become known later; a name alone never", play
)
