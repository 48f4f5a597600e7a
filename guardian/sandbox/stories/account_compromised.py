"""Somebody else uses an account: it is restricted until its owner has it back, then let in, and counts against nobody.

Rowan's account sends links that nobody should open. Two members agree when Rowan has it back. Policy: P-3.3.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import find_openings, forum_messages_to, messages_to
from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import name_target

WHAT: Final = "Their account sends everybody the same link, and they never wrote like that before."
HELD: Final = "the account is restricted in every space"
TOLD: Final = "the owner is told that somebody else has used the account, and that it is held against nobody"
NO_END: Final = "it stays restricted for as long as nobody has shown that the owner has it back"
ONE_IS_NOT_ENOUGH: Final = "one member's word lets nobody in"
BACK: Final = "once a second member agrees access returns in every space, at once"
NO_VIOLATION: Final = "the words to the owner never say that they broke the code of conduct"


async def play(context: StoryContext) -> None:
    """From the report to the account's return."""
    async with context.open_stage() as stage:
        rowan, group = stage["rowan"], stage.group
        case = await _restrict(stage)
        begun = stage.now()
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(rowan), SPACES)
        letters = _letters(stage)
        told = any("somebody else has used your account" in text for text in letters)
        stage.checks.check(TOLD, told, "; ".join(letters))
        await stage.driver.pass_time(timedelta(days=40))
        open_ = find_openings(stage.world, rowan, begun, stage.now())
        stage.checks.check(NO_END, not open_, "; ".join(open_))
        said = {"mark-kind": "recovered", "mark-reason": "Wrote from the mail address that we know, and changed all."}
        await group.submit_on_page(stage["kofi"], case, "Mark the case", said)
        await stage.driver.run_until_idle()
        stage.checks.check_equal(ONE_IS_NOT_ENOUGH, stage.world.spaces_shut_out_of(rowan), SPACES)
        await group.submit_on_page(stage["yuki"], case, "Agree to this mark")
        await stage.driver.run_until_idle()
        stage.checks.check_equal(BACK, stage.world.spaces_shut_out_of(rowan), ())
        letters = _letters(stage)
        against = [text for text in letters if "goes against the code" in text]
        stage.checks.check(NO_VIOLATION, not against, "; ".join(against))


async def _restrict(stage: Stage) -> str:
    """Wren reports it; the group agrees that it was somebody else."""
    group, nadia = stage.group, stage["nadia"]
    await stage.people.report(stage["wren"], WHAT, "rowan")
    await stage.driver.run_until_idle()
    case = await group.newest_case(nadia)
    await name_target(stage, case, stage["rowan"], DISCORD)
    await group.skip_step(nadia, stage["tomas"], case, "hearing", "Whoever has the account now would answer.")
    await group.propose(nadia, case, "account_compromised", summary="Links were sent from the account.")
    await group.agree(case, *(stage[key] for key in ("tomas", "ines", "kofi", "yuki", "lena")))
    await stage.driver.run_until_idle()
    await group.skip_step(nadia, stage["tomas"], case, "feedback", "It cannot wait.")
    await group.approve_newest_text(stage["ines"], case)
    await group.enact(nadia, case)
    await stage.driver.run_until_idle()
    return case


def _letters(stage: Stage) -> list[str]:
    rowan = stage["rowan"]
    return [*messages_to(stage.world, rowan), *forum_messages_to(stage.world, rowan)]


STORY: Final = Story("account-compromised", "a stolen account is restricted until its owner has it back", play)
