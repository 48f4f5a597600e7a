"""The two groups do not agree in time: a chair turns the matter over, and the Board reads both positions.

Policy: P-8.4.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import people_messaged
from guardian.sandbox.community import FORUM, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import bring_into_force, skip_hearing

INSULT: Final = "Nobody wants you here. Go away and do not come back."
OURS: Final = "We think that a warning is enough, since it was the first time."
TOO_EARLY: Final = "the two groups have their time to come to an agreement first"
WITH_BOARD: Final = "once a chair turns it over the matter lies with the Board"
TOLD: Final = "whoever speaks to the Board is told"
READ: Final = "the Board reads how the group sees it"
HELD: Final = "what the Board answers holds in every space"


async def play(context: StoryContext) -> None:
    """Priya escalates, Nadia turns it over, Ruth and Sven answer."""
    async with context.open_stage() as stage:
        group, nadia = stage.group, stage["nadia"]
        case = await _escalate(stage)
        await group.name_person(nadia, case, "alder", FORUM)
        await skip_hearing(stage, case)
        typed = {"which": case, "position": OURS}
        refused = await group.at_console(nadia).submit("/console/passing-on", "Turn it over to the Board", typed)
        stage.checks.check(TOO_EARLY, refused.status == 422 and "until" in refused.text, refused.text[:800])
        await stage.driver.pass_time(timedelta(days=14, minutes=1))
        await group.at_console(nadia).submit("/console/passing-on", "Turn it over to the Board", typed)
        await stage.driver.run_until_idle()
        page = (await group.read_case(nadia, case)).text
        stage.checks.check(WITH_BOARD, "with the Board" in page, page[:800])
        told = people_messaged(stage.world, [stage["ines"]], f"{case}: with the Board")
        stage.checks.check_equal(TOLD, told, {"ines"})
        page = (await group.read_case(stage["ruth"], case)).text
        stage.checks.check(READ, OURS in page, page[:1500])
        answer = {"board-outcome": "short_suspension", "board-days": "30", "board-summary": "Told somebody to leave."}
        await group.submit_on_page(stage["ruth"], case, "Record the answer", answer)
        await group.submit_on_page(stage["sven"], case, "I have read this: it is the Board's answer")
        await stage.driver.run_until_idle()
        await bring_into_force(stage, case)
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(stage["alder"]), SPACES)


async def _escalate(stage: Stage) -> str:
    """Priya passes on what Alder wrote on the forum."""
    stage.world.forum.person("alder").publish("How do I upgrade this?", INSULT)
    typed = {
        "what": "alder",
        "kind": "account",
        "space": str(FORUM),
        "words": INSULT,
        "done": "Asked twice.",
        "urgency": "soon",
    }
    await stage.group.at_console(stage["priya"]).submit("/console/escalations/new", "Pass it on", typed)
    await stage.driver.run_until_idle()
    case = await stage.group.newest_case(stage["nadia"])
    await stage.group.accept(stage["kofi"], case)
    return case


STORY: Final = Story("groups-disagree", "the two groups do not agree, and the Board reads both", play)
