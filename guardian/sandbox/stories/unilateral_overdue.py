"""One member acts at once and nobody reviews it: it is brought to the chair and the liaison, and ends at last."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import messages_to, openings
from guardian.sandbox.community import Human
from guardian.sandbox.playing import Story
from guardian.sandbox.studio import Stage, Studio

UNREVIEWED_END: Final = timedelta(days=14)
REMINDED: Final = "the reviewers are reminded before the review is late, and the actor is not among them"
CHAIR: Final = "a late review is brought to the chair"
LIAISON: Final = "a review that is later still is brought to the Board's liaison"
HOLDS: Final = "it holds as long as it is under review"
ENDS: Final = "an act that nobody ever reviewed ends by itself, everywhere"
TOLD_OF_END: Final = "the members are told that it has ended"


async def play(studio: Studio) -> None:
    """Kofi acts on Alder, and everybody is away."""
    async with studio.stage() as stage:
        alder = stage["alder"]
        acted = stage.now()
        case = await stage.group.act(stage["kofi"], alder, "ongoing", "Insults newcomers in every channel, just now.")
        await stage.harness.rest()
        await stage.group.account(stage["kofi"], case, "I saw it in the help channel.")
        await stage.harness.rest()
        before = _heard(stage, "nadia", "yuki", "lena", "kofi", "ines")
        await stage.harness.advance(acted + timedelta(hours=23, minutes=50))
        reminded = {key for key in ("yuki", "lena", "kofi") if _heard(stage, key)[key] > before[key]}
        stage.checks.equal(REMINDED, reminded, {"yuki", "lena"})
        chair = _heard(stage, "nadia")["nadia"]
        await stage.harness.advance(acted + timedelta(hours=24, minutes=10))
        stage.checks.check(CHAIR, _heard(stage, "nadia")["nadia"] > chair, "the chair heard nothing new")
        liaison = _heard(stage, "ines")["ines"]
        await stage.harness.advance(acted + timedelta(hours=48, minutes=10))
        stage.checks.check(LIAISON, _heard(stage, "ines")["ines"] > liaison, "the liaison heard nothing new")
        await stage.harness.advance(acted + UNREVIEWED_END - timedelta(minutes=5))
        open_ = openings(stage.world, alder, acted, stage.now())
        stage.checks.check(HOLDS, not open_, "; ".join(open_))
        ended = _heard(stage, "lena")["lena"]
        await stage.harness.advance(acted + UNREVIEWED_END + timedelta(minutes=5))
        stage.checks.equal(ENDS, stage.world.where_shut_out(alder), ())
        stage.checks.check(TOLD_OF_END, _heard(stage, "lena")["lena"] > ended, "no member heard of the end")


def _heard(stage: Stage, *keys: str) -> dict[str, int]:
    """How many messages of the bot each of them has."""
    people: list[Human] = [stage[key] for key in keys]
    return {human.key: len(messages_to(stage.world, human)) for human in people}


STORY: Final = Story("unilateral-overdue", "one member acts at once and nobody reviews it", play)
