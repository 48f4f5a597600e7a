"""One member acts at once while harm is ongoing; two others ratify it with a term; it ends on time, everywhere."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import find_openings, forum_messages_to, messages_to, people_messaged
from guardian.sandbox.community import SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext

TERM: Final = timedelta(days=30)
AT_ONCE: Final = "the act holds in every space before anybody else has done anything"
ALL_NOTIFIED: Final = "every other member is told of the act"
NAMES_NO_CASE: Final = "nothing that the person is told names the case"
NOT_OWN: Final = "the member who acted cannot review the act"
ONE_IS_NOT_ENOUGH: Final = "one reviewer alone ratifies nothing"
NO_GAP: Final = "ratifying opens no space for an instant"
ON_TIME: Final = "the term ends by itself, in every space"


async def play(context: StoryContext) -> None:
    """Kofi acts on Alder; Yuki and Lena ratify."""
    async with context.open_stage() as stage:
        alder, group = stage["alder"], stage.group
        case = await group.act(stage["kofi"], alder, "ongoing", "Insults newcomers in every channel, just now.")
        await stage.driver.run_until_idle()
        begun = stage.now()
        stage.checks.check_equal(AT_ONCE, stage.world.spaces_shut_out_of(alder), SPACES)
        others = [stage[key] for key in ("nadia", "tomas", "ines", "yuki", "lena")]
        stage.checks.check_equal(
            ALL_NOTIFIED, people_messaged(stage.world, others, case), {human.key for human in others}
        )
        await group.give_statement(
            stage["kofi"], case, "I saw it in the help channel and two people asked me to step in."
        )
        refused = await group.review(stage["kofi"], case, "ratify", TERM)
        await stage.driver.pass_time(timedelta(hours=3))
        stage.checks.check(NOT_OWN, "your act" in refused.casefold(), refused)
        await group.review(stage["yuki"], case, "ratify", TERM)
        still_open = await group.state(stage["nadia"], case)
        await group.review(stage["lena"], case, "ratify", TERM)
        ratified = await group.state(stage["nadia"], case)
        stage.checks.check(ONE_IS_NOT_ENOUGH, still_open != ratified, f"before: {still_open}; after: {ratified}")
        ends = stage.now() + TERM
        await group.approve_newest_text(stage["ines"], case)
        await stage.driver.advance(ends - timedelta(minutes=1))
        open_ = find_openings(stage.world, alder, begun, stage.now())
        stage.checks.check(NO_GAP, not open_, "; ".join(open_))
        await stage.driver.advance(ends + timedelta(minutes=1))
        notified = [*messages_to(stage.world, alder), *forum_messages_to(stage.world, alder)]
        stage.checks.check(NAMES_NO_CASE, not any(case in text for text in notified), "; ".join(notified))
        stage.checks.check_equal(ON_TIME, stage.world.spaces_shut_out_of(alder), ())


STORY: Final = Story("unilateral-ratified", "one member acts at once; two others ratify it with a term", play)
