"""A suspended person takes another login, and somebody innocent takes the old one: acts follow the person, not the name."""

from datetime import timedelta
from typing import Final

from connectors.emulators.shared.history import Change
from guardian.sandbox.community import GITHUB
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify

TERM: Final = timedelta(days=10)
HELD: Final = "the block holds the person, whatever their login is"
PUT_BACK: Final = "lifted by hand under the new login, it is put back on the same person"
UNHARMED: Final = "whoever took the old login was never blocked for an instant"
CAN_WRITE: Final = "whoever took the old login can write"
ON_TIME: Final = "the term ends on time for the person, under the login of that day"

OLD: Final = "rowan"
NEW: Final = "rowan-was-here"


async def play(context: StoryContext) -> None:
    """Rowan is suspended, and renamed twice; Rowan's first login is taken by somebody who has done nothing."""
    async with context.open_stage() as stage:
        rowan, hub = stage["rowan"], stage.world.github
        await act_and_ratify(stage, rowan, TERM)
        ends = stage.now() + TERM
        stage.narrate(f"Rowan takes the login {NEW} on GitHub, and somebody who has done nothing takes the free one")
        hub.rename(int(rowan.github), NEW)
        innocent = hub.register(OLD)
        await stage.driver.pass_time(timedelta(days=8))
        stage.checks.check(
            HELD, hub.was_blocked(rowan.github, stage.now()), _describe_changes(_blocks(stage, rowan.github))
        )
        await _lift_by_hand(stage)
        _check_unharmed(stage, UNHARMED, innocent.id)
        hub.person(OLD).open_issue("website", "A question", "How do I install it?")
        stage.checks.check(CAN_WRITE, "A question" in hub.person("linden").reads("website", 1))
        hub.rename(int(rowan.github), f"{NEW}-again")
        await stage.driver.advance(ends + timedelta(hours=1))
        held = stage.world.is_shut_out(rowan, GITHUB, ends - timedelta(minutes=1))
        free = not hub.was_blocked(rowan.github, stage.now())
        stage.checks.check(ON_TIME, held and free, _describe_changes(_blocks(stage, rowan.github)))
        _check_unharmed(stage, f"{UNHARMED}, to the end", innocent.id)


async def _lift_by_hand(stage: Stage) -> None:
    """Marek, an owner, lifts the block under the new login, for a reason of his own."""
    rowan, hub = stage["rowan"], stage.world.github
    stage.narrate(f"Marek, an owner, unblocks {NEW} by hand")
    hub.manual_actions.unblock_by_hand("marek", NEW)
    await stage.driver.run_until_idle()
    held = hub.was_blocked(rowan.github, stage.now())
    stage.checks.check(PUT_BACK, held, _describe_changes(_blocks(stage, rowan.github)))


def _check_unharmed(stage: Stage, name: str, account: int) -> None:
    harm = _blocks(stage, str(account))
    stage.checks.check(name, not harm, _describe_changes(harm))


def _blocks(stage: Stage, account: str) -> list[Change]:
    return list(stage.world.github.history.changes_of("block", account))


def _describe_changes(changes: list[Change]) -> str:
    return "; ".join(f"{c.at:%Y-%m-%d %H:%M} {'lifted' if c.after is None else 'placed'} by {c.by}" for c in changes)


STORY: Final = Story("renamed-login", "a suspended person's old login is taken by somebody innocent", play)
