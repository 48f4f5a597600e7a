"""One member acts at once and nobody reviews it: it is brought to the chair and the liaison, and ends at last."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import find_openings, messages_to
from guardian.sandbox.community import Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

UNREVIEWED_END: Final = timedelta(days=14)
REMINDED: Final = "the reviewers are reminded before the review is late, and the actor is not among them"
CHAIR: Final = "a late review is brought to the chair"
LIAISON: Final = "a review that is later still is brought to the Board's liaison"
HOLDS: Final = "it holds as long as it is under review"
ENDS: Final = "an act that nobody ever reviewed ends by itself, everywhere"
NOTIFIED_OF_END: Final = "the members are told that it has ended"


async def play(context: StoryContext) -> None:
    """Kofi acts on Alder, and everybody is away."""
    async with context.open_stage() as stage:
        alder = stage["alder"]
        acted = stage.now()
        case = await stage.group.act(stage["kofi"], alder, "ongoing", "Insults newcomers in every channel, just now.")
        await stage.driver.run_until_idle()
        await stage.group.give_statement(stage["kofi"], case, "I saw it in the help channel.")
        await stage.driver.run_until_idle()
        before = _count_messages(stage, "nadia", "yuki", "lena", "kofi", "ines")
        await stage.driver.advance(acted + timedelta(hours=23, minutes=50))
        reminded = {key for key in ("yuki", "lena", "kofi") if _count_messages(stage, key)[key] > before[key]}
        stage.checks.check_equal(REMINDED, reminded, {"yuki", "lena"})
        chair = _count_messages(stage, "nadia")["nadia"]
        await stage.driver.advance(acted + timedelta(hours=24, minutes=10))
        stage.checks.check(CHAIR, _count_messages(stage, "nadia")["nadia"] > chair, "the chair heard nothing new")
        liaison = _count_messages(stage, "ines")["ines"]
        await stage.driver.advance(acted + timedelta(hours=48, minutes=10))
        stage.checks.check(LIAISON, _count_messages(stage, "ines")["ines"] > liaison, "the liaison heard nothing new")
        await stage.driver.advance(acted + UNREVIEWED_END - timedelta(minutes=5))
        open_ = find_openings(stage.world, alder, acted, stage.now())
        stage.checks.check(HOLDS, not open_, "; ".join(open_))
        ended = _count_messages(stage, "lena")["lena"]
        await stage.driver.advance(acted + UNREVIEWED_END + timedelta(minutes=5))
        stage.checks.check_equal(ENDS, stage.world.spaces_shut_out_of(alder), ())
        stage.checks.check(
            NOTIFIED_OF_END, _count_messages(stage, "lena")["lena"] > ended, "no member heard of the end"
        )


def _count_messages(stage: Stage, *keys: str) -> dict[str, int]:
    """How many messages of the bot each of them has."""
    people: list[Human] = [stage[key] for key in keys]
    return {human.key: len(messages_to(stage.world, human)) for human in people}


STORY: Final = Story("unilateral-overdue", "one member acts at once and nobody reviews it", play)
