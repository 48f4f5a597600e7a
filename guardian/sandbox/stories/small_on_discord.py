"""Three members on one Discord server, without a Board and without mail: set up by the command, decided by two, ended.

What a party asks a Board reaches the chair and the stand-ins who were named beforehand.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import people_messaged
from guardian.sandbox.community import DISCORD
from guardian.sandbox.runner import Story
from guardian.sandbox.set_up import SMALL_GROUP, Arrangement
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.forum_only import still_wrong
from guardian.sandbox.stories.journey import WHAT

TERM: Final = timedelta(days=30)
SHORT: Final = "short_suspension"

CHECKED: Final = "after set-up the check finds nothing wrong but what only people can do"
HELD: Final = "two of three members decide, and the server shuts the person out"
CONCLUDED: Final = "the chair has the report of the decision in place of a Board, and no stand-in hears of it"
ASKED: Final = "asked to look again, chair and stand-ins hear of it: it goes to nobody else, and never to nobody"
RETURNS: Final = "the term ends by itself on the server"


async def play(context: StoryContext) -> None:
    """Wren reports Rowan; Nadia proposes, Tomas agrees; the reporter asks for another look; the term ends."""
    arrangement = Arrangement(size=3, seats=SMALL_GROUP, spaces=(DISCORD,), theirs=(DISCORD,), has_mail=False)
    async with context.open_set_up_stage(arrangement) as (stage, checked):
        stage.checks.check_equal(CHECKED, still_wrong(checked.ill), [])
        receipt = await stage.people.report(stage["wren"], WHAT, "rowan")
        await stage.driver.run_until_idle()
        await _decide(stage)
        begun = stage.now()
        stage.checks.check(HELD, _is_shut_out(stage), "the server lets them in")
        stage.checks.check_equal(CONCLUDED, _told(stage, "in place of a Board"), {"nadia"})
        await _ask_again(stage, receipt)
        await stage.driver.advance(begun + TERM + timedelta(minutes=1))
        stage.checks.check(RETURNS, not _is_shut_out(stage), "still shut out")


async def _decide(stage: Stage) -> None:
    group, nadia, tomas = stage.group, stage["nadia"], stage["tomas"]
    case = await group.newest_case(nadia)
    await group.name_person(nadia, case, "rowan", DISCORD)
    await group.skip_step(nadia, tomas, case, "hearing", "They were heard about the same matter already.")
    await group.propose(nadia, case, SHORT, TERM.days)
    await group.agree(case, tomas, stage["kofi"])
    await stage.driver.run_until_idle()
    await group.skip_step(nadia, tomas, case, "feedback", "The reporter asked not to be written to again.")
    await group.approve_newest_text(tomas, case)
    await group.enact(nadia, case)
    await stage.driver.run_until_idle()


async def _ask_again(stage: Stage, receipt: str) -> None:
    await stage.driver.pass_time(timedelta(days=1))
    await stage.people.ask_for_another_look(stage["wren"], receipt, "They also wrote to me in private.")
    await stage.driver.run_until_idle()
    stage.checks.check_equal(ASKED, _told(stage, "There is no Board here"), {"nadia", "tomas", "kofi", "ruth", "sven"})


def _told(stage: Stage, words: str) -> set[str]:
    return people_messaged(stage.world, map(stage.__getitem__, SMALL_GROUP), words)


def _is_shut_out(stage: Stage) -> bool:
    return stage.world.is_shut_out(stage["rowan"], DISCORD, stage.now())


STORY: Final = Story("small-on-discord", "three members on one server, without a Board, to the end of a term", play)
