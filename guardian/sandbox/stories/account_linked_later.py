"""A restriction reaches accounts that become known later, at once; the same name alone restricts nobody. Policy: P-6.4."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import restricted_since
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Human
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify

TERM: Final = timedelta(days=30)
OPTIONS: Final = SandboxOptions(link_refresh_every="1d")
NAME_ALONE: Final = "accounts that only have the same name are left alone"
SUGGESTED: Final = "members are told where somebody has the same name, and that it is no proof"
ONE_WORD: Final = "one member's word restricts no account"
AT_ONCE: Final = "an account that a second member has confirmed is held at once"
VOUCHED: Final = "an account that the forum vouches for later is held within a day, by itself"
STAYS: Final = "what was held stays held"


async def play(context: StoryContext) -> None:
    """Linden is held on Discord; their other accounts become known one by one."""
    async with context.open_stage(OPTIONS) as stage:
        linden = stage["linden"]
        user = stage.world.forum.state.users[int(linden.forum)]
        user.external_ids.clear()
        stage.narrate("Linden signs in to the forum with a password, so it vouches for no other account of theirs")
        case = await act_and_ratify(stage, linden, TERM, space=DISCORD)
        begun = stage.now()
        await _check_same_name(stage, linden, case)
        await _link_by_members(stage, linden, case)
        user.external_ids["discord"] = linden.discord
        stage.narrate("Linden connects their Discord account to the forum")
        await stage.driver.pass_time(timedelta(days=1, hours=1))
        stage.checks.check_equal(VOUCHED, stage.world.spaces_shut_out_of(linden), SPACES)
        since = restricted_since(stage.world, linden, DISCORD)
        stage.checks.check(STAYS, since is not None and since <= begun, f"held since {since}, begun {begun}")


async def _check_same_name(stage: Stage, linden: Human, case: str) -> None:
    stage.checks.check_equal(NAME_ALONE, stage.world.spaces_shut_out_of(linden), (DISCORD,))
    page = await stage.group.submit_on_page(stage["nadia"], case, "Look where else somebody has their name")
    shown = [f"In {space} somebody is called as" in page.text for space in (FORUM, GITHUB)]
    stage.checks.check(SUGGESTED, all(shown) and "no proof" in page.text, page.text)
    await stage.driver.pass_time(timedelta(hours=1))
    stage.checks.check_equal(
        f"{NAME_ALONE}, also once members have seen them", stage.world.spaces_shut_out_of(linden), (DISCORD,)
    )


async def _link_by_members(stage: Stage, linden: Human, case: str) -> None:
    group, nadia, tomas = stage.group, stage["nadia"], stage["tomas"]
    person = await group.person_of(nadia, case)
    await group.link_account(
        nadia, person, GITHUB, linden.key, "The commits there carry the mail address of the messages here."
    )
    await stage.driver.run_until_idle()
    stage.checks.check_equal(ONE_WORD, stage.world.spaces_shut_out_of(linden), (DISCORD,))
    before = stage.now()
    await group.submit_on_page(tomas, case, f"{linden.key} is theirs")
    await stage.driver.run_until_idle()
    held = stage.world.spaces_shut_out_of(linden)
    detail = f"held: {held}, {stage.now() - before} later"
    stage.checks.check(AT_ONCE, held == (DISCORD, GITHUB) and stage.now() == before, detail)


STORY: Final = Story(
    "account-linked-later", "a restriction reaches accounts that become known later; a name alone never", play
)
