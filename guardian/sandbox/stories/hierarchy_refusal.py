"""Every space refuses: a role above the bot's, a moderator of the forum, an owner of the organisation. It is shown, told with
what it takes, tried slowly for ever, and done as soon as somebody has mended it."""

from datetime import datetime, timedelta
from typing import Final

from connectors.emulators.github.state import Role
from guardian.ids import SpaceName
from guardian.sandbox.checks import count_placed_and_lifted, messages_to, people_messaged
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Human
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify
from guardian.sandbox.world import World

PHASE: Final = timedelta(hours=36)
SLOW: Final = SandboxOptions(retry_least="1h", retry_share=1.0, retry_most="8h")
"""Slow tries take less of the machine's time, and change nothing of what the story shows."""
PREVIEWED: Final = "before anything is done, the member reads that each of the spaces will refuse"
SHOWN: Final = "the total says of each space that it is blocked, and what it takes"
NOTIFIED: Final = "the members are told of each space, with what it takes"
NOT_LOOPED: Final = "a refusal is tried again, slowly: never in a loop, and never given up"
MENDED: Final = "once it is mended, it is placed by itself, in every space"
NOTIFIED_OF_END: Final = "the members are told that it holds now"
ONCE: Final = "it was placed once everywhere, and nothing was lifted"

_OPERATIONS: Final = {DISCORD: "ban.put", FORUM: "user.suspend", GITHUB: "account.by_id"}
_TAKES: Final = {DISCORD: "a bot role above", FORUM: "the forum protects its own staff", GITHUB: "owner"}
_MEMBERS: Final = ("nadia", "tomas", "ines", "kofi", "yuki", "lena")


async def play(context: StoryContext) -> None:
    """Linden stands above the bot on Discord, is a moderator of the forum, and an owner of the organisation."""
    async with context.open_stage(SLOW, before=_raise_above_us) as stage:
        linden = stage["linden"]
        await _check_preview(stage, linden)
        begun = stage.now()
        case = await act_and_ratify(stage, linden, timedelta(days=30))
        await stage.driver.pass_time(PHASE)
        total = await stage.group.coverage(stage["nadia"], case)
        shown = all(total.is_open(space) and words in total.text for space, words in _TAKES.items())
        stage.checks.check(SHOWN, shown and stage.world.spaces_shut_out_of(linden) == (), total.text)
        _check_notified(stage)
        _check_tries(stage, begun)
        _lower_again(stage, linden)
        await stage.driver.pass_time(timedelta(hours=9))
        stage.checks.check_equal(MENDED, stage.world.spaces_shut_out_of(linden), SPACES)
        members = [stage[key] for key in _MEMBERS]
        stage.checks.check_equal(NOTIFIED_OF_END, people_messaged(stage.world, members, "holds now"), set(_MEMBERS))
        counts = {str(space): count_placed_and_lifted(stage.world, linden, space) for space in SPACES}
        stage.checks.check_equal(ONCE, counts, {str(space): (1, 0) for space in SPACES})


def _raise_above_us(world: World) -> None:
    linden = world["linden"]
    elders = world.discord.state.add_role("Elders", position=90)
    world.discord.state.members[linden.discord].roles.append(elders)
    world.forum.state.users[int(linden.forum)].moderator = True
    world.github.state.members[int(linden.github)] = Role.OWNER


def _lower_again(stage: Stage, linden: Human) -> None:
    stage.narrate(
        "The role goes below the bot's; Linden is no moderator of the forum any more, and an ordinary member on GitHub"
    )
    state = stage.world.discord.state
    elders = next(role for role in state.roles.values() if role.name == "Elders")
    elders.position = 1
    stage.world.forum.state.users[int(linden.forum)].moderator = False
    account = stage.world.github.state.accounts[int(linden.github)]
    stage.world.github.rules.set_role(account, Role.MEMBER, "marek")


async def _check_preview(stage: Stage, linden: Human) -> None:
    wanted = {"name": linden.key, "name_in": str(FORUM), "restriction": "suspended", "ground": "ongoing"}
    seen = await stage.group.command(stage["kofi"], "act", reason="Insults newcomers, just now.", **wanted)
    words = ("stands at or above the bot's", "staff", "owner")
    stage.checks.check(PREVIEWED, all(each in seen.text for each in words), seen.text)


def _check_notified(stage: Stage) -> None:
    missing = [f"{key}: {space}" for key in _MEMBERS for space in SPACES if not _is_notified(stage, key, space)]
    stage.checks.check(NOTIFIED, not missing, "; ".join(missing))


def _is_notified(stage: Stage, key: str, space: SpaceName) -> bool:
    texts = [text for text in messages_to(stage.world, stage[key]) if "does not hold yet" in text]
    return sum(f"on {space}" in text and _TAKES[space] in text for text in texts) == 1


def _check_tries(stage: Stage, begun: datetime) -> None:
    counts = {}
    for space, operation in _OPERATIONS.items():
        asked = stage.world.emulator(space).history.exchanges
        counts[str(space)] = sum(e.operation == operation and e.at >= begun for e in asked)
    stage.checks.check(NOT_LOOPED, all(3 <= tries <= 60 for tries in counts.values()), str(counts))


STORY: Final = Story("hierarchy-refusal", "every space refuses, people are told what it takes, and then it holds", play)
