"""What the group decided is lifted by hand: it is back at once, whoever did it is asked privately, and the third time calls
people. A moderator's own measure that is lifted by hand has ended."""

from datetime import timedelta
from itertools import pairwise
from typing import Final

from guardian.ids import SpaceName
from guardian.sandbox.checks import bars_of, messages_to, people_messaged
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify
from guardian.sandbox.world import World

TERM: Final = timedelta(days=30)
BACK: Final = "lifted by hand, what the group decided is back in the same moment, in every space"
ASKED: Final = "whoever lifted is asked for the reason, privately, and nobody else is"
SAYS_NOTHING: Final = "the question names nobody and no case"
NOTIFIED: Final = "the members are told that somebody lifted it"
THIRD_HOLDS: Final = "lifted a third time within a day it is put back all the same"
THIRD_CALLS: Final = "and the chair is called, for the first time"
OWN_ENDS: Final = "a measure that its moderator lifts by hand has ended, and is not put back"
ENDS: Final = "it ends with its term all the same, in every space"

_QUESTION: Final = "A question about something you lifted"
_AGAIN: Final = "not for the first time today"
_MEMBERS: Final = ("nadia", "tomas", "ines", "kofi", "yuki", "lena")


async def play(context: StoryContext) -> None:
    """Rowan is suspended everywhere; Oskar, Priya and Marek each lift it in the space that they look after."""
    async with context.open_stage(before=_enable_audit_log) as stage:
        rowan = stage["rowan"]
        case = await act_and_ratify(stage, rowan, TERM)
        ends = stage.now() + TERM
        await stage.driver.pass_time(timedelta(days=2))
        for space in SPACES:
            await _lift_by_hand(stage, rowan, space)
        stage.checks.check_equal(BACK, _restricted_without_gap(stage, rowan), (SPACES, True))
        _check_questions(stage, rowan, case)
        await _lift_again(stage, rowan)
        await _lift_own_measure(stage, stage["hazel"])
        await stage.driver.advance(ends + timedelta(minutes=1))
        stage.checks.check_equal(ENDS, stage.world.spaces_shut_out_of(rowan), ())


def _enable_audit_log(world: World) -> None:
    """The organisation pays for a plan whose records name who lifted a block."""
    world.github.state.paid = True


async def _lift_by_hand(stage: Stage, human: Human, space: SpaceName) -> None:
    world = stage.world
    lifter = {DISCORD: "oskar", FORUM: "priya", GITHUB: "marek"}[space]
    stage.narrate(f"{stage[lifter].name} lifts what is held on {human.name} on {space}, by hand")
    if space == DISCORD:
        world.discord.unban_by_hand(stage[lifter].discord, human.discord)
    elif space == FORUM:
        world.forum.manual_actions.unsuspend_by_hand(lifter, human.key)
    else:
        world.github.manual_actions.unblock_by_hand(lifter, human.key)
    await stage.driver.run_until_idle()


def _restricted_without_gap(stage: Stage, human: Human) -> tuple[tuple[SpaceName, ...], bool]:
    """Where they are shut out, and whether after each lift it was so again at the same instant."""
    gaps = [
        after.at - lifted.at
        for space in SPACES
        for lifted, after in pairwise(bars_of(stage.world, human, space))
        if lifted.after is None
    ]
    return stage.world.spaces_shut_out_of(human), bool(gaps) and not any(gaps)


def _check_questions(stage: Stage, rowan: Human, case: str) -> None:
    world = stage.world
    asked = people_messaged(world, world.community.people.values(), _QUESTION)
    stage.checks.check_equal(ASKED, asked, {"oskar", "priya", "marek"})
    texts = [text for key in asked for text in messages_to(world, stage[key]) if _QUESTION in text]
    named = [word for word in (rowan.key, rowan.name, case) for text in texts if word.casefold() in text.casefold()]
    stage.checks.check(SAYS_NOTHING, bool(texts) and not named, "; ".join(texts))
    members = [stage[key] for key in _MEMBERS]
    stage.checks.check_equal(NOTIFIED, people_messaged(world, members, "somebody lifted a restriction"), set(_MEMBERS))


async def _lift_again(stage: Stage, rowan: Human) -> None:
    called = []
    for _ in range(2):
        await stage.driver.pass_time(timedelta(hours=1))
        await _lift_by_hand(stage, rowan, DISCORD)
        called.append(people_messaged(stage.world, [stage["nadia"]], _AGAIN))
    stage.checks.check_equal(THIRD_HOLDS, _restricted_without_gap(stage, rowan), (SPACES, True))
    stage.checks.check_equal(THIRD_CALLS, called, [set(), {"nadia"}])


async def _lift_own_measure(stage: Stage, hazel: Human) -> None:
    group, discord, oskar = stage.group, stage.world.discord, stage["oskar"]
    wanted = {"kind": "muted", "reason": "insults", "name": hazel.key, "space": str(DISCORD)}
    seen = await group.command(oskar, "measure", hours=72, **wanted)
    await group.press(oskar, seen, "Set it now")
    await stage.driver.run_until_idle()
    was_muted = discord.was_muted(hazel.discord, stage.now())
    stage.narrate("Oskar Nilsen lifts his own measure on Hazel Okoro by hand")
    discord.timeout_by_hand(oskar.discord, hazel.discord, None)
    await stage.driver.pass_time(timedelta(hours=1))
    muted = discord.was_muted(hazel.discord, stage.now())
    stage.checks.check(OWN_ENDS, was_muted and not muted, f"muted before: {was_muted}, after: {muted}")


STORY: Final = Story("manual-lift", "what the group decided is lifted by hand, and holds all the same", play)
