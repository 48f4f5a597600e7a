"""A newcomer states conflicts from code names alone; somebody who was reported is seated and never learns of it."""

from typing import Final

from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import DISCORD, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.membership_journey import MEMBERS, OWN, report

WELCOMED: Final = "the newcomer is told of their place, and that they are asked for conflicts first"
NAMES_ALONE: Final = "until then they see code names, and open no case"
QUIET: Final = "until then they hear nothing of a case that was there before"
KEPT_OUT: Final = "the case that names them is not on their list, and does not open"
READS: Final = "once they have stated their conflicts they read the others, and not those"

_NOT_THERE: Final = 404


async def play(context: StoryContext) -> None:
    """Hazel was reported once; Nadia seats her; two other cases are there, and one more comes."""
    async with context.open_stage() as stage:
        nadia, hazel = stage["nadia"], stage["hazel"]
        cases = []
        for who in ("birch", "alder", "hazel"):
            await report(stage, who if who != "hazel" else "Hazel Okoro")
            cases.append(await stage.group.newest_case(nadia))
        first, second, about_her = cases
        await _seat(stage, nadia, hazel)
        welcome = "\n".join(messages_to(stage.world, hazel))
        stage.checks.check(WELCOMED, "asked for conflicts" in welcome, welcome)
        at_console = stage.group.at_console(hazel)
        asked = (await at_console.open(OWN)).text
        opened = [(await at_console.open(f"/console/cases/{case}")).status for case in cases]
        stage.checks.check(NAMES_ALONE, first in asked and second in asked and set(opened) == {_NOT_THERE}, asked)
        before = len(messages_to(stage.world, hazel))
        await stage.group.propose(nadia, first, "no_action")
        await stage.driver.run_until_idle()
        stage.checks.check_equal(QUIET, len(messages_to(stage.world, hazel)), before)
        await at_console.submit(OWN, "State my conflicts", {"conflict": first, "reason": "same_employer"})
        opened = [(await at_console.open(f"/console/cases/{case}")).status for case in cases]
        stage.checks.check(KEPT_OUT, about_her not in asked and opened[2] == _NOT_THERE, asked)
        stage.checks.check_equal(READS, opened[:2], [_NOT_THERE, 200])


async def _seat(stage: Stage, chair: Human, newcomer: Human) -> None:
    typed = {
        "name": newcomer.name,
        "group": "working_group",
        "office": "member",
        "account": newcomer.key,
        "account_space": DISCORD,
        "aliases": newcomer.key,
    }
    at_console = stage.group.at_console(chair)
    await at_console.press(await at_console.submit(MEMBERS, "Show whom it would be", typed), "Seat them")
    stage.world.discord.state.command_overwrites[newcomer.discord] = True
    await stage.driver.run_until_idle()


STORY: Final = Story(
    "newcomer", "a newcomer states conflicts before reading, and never learns what was reported of them", play
)
