"""What several stories of the group's own life share: pages of members and of the rota, as people use them."""

from collections.abc import Iterable
from typing import Final

from guardian.people.models import Group
from guardian.sandbox.browser import Page
from guardian.sandbox.checks import people_messaged
from guardian.sandbox.community import Human
from guardian.sandbox.stage import Stage

MEMBERS: Final = "/console/members"
OWN: Final = "/console/membership"
ROTA: Final = "/console/rota"
WHAT: Final = "They keep posting insults under questions of newcomers."


def group_of(stage: Stage) -> tuple[Human, ...]:
    """Return the working group."""
    return stage.world.community.in_group(Group.WORKING_GROUP)


def told(stage: Stage, words: str, people: Iterable[Human] = ()) -> set[str]:
    """Return who of the people, or of the working group, was sent something with these words."""
    return people_messaged(stage.world, tuple(people) or group_of(stage), words)


async def put_on_duty(stage: Stage, chair: Human, first: Human, second: Human) -> None:
    """Let a chair plan two periods, and put these two on duty in both."""
    at_console = stage.group.at_console(chair)
    page = await at_console.submit(ROTA, "Plan them", {"count": "2"})
    for turn, _ in page.find_form("Change the period").choices["turn"]:
        values = {"turn": turn, "first": str(first.member), "second": str(second.member)}
        await at_console.submit(ROTA, "Change the period", values)
    await stage.driver.run_until_idle()


async def remove(stage: Stage, chair: Human, member: Human, ground: str) -> Page:
    """Let a chair remove somebody on that ground, after reading what it ends."""
    at_console = stage.group.at_console(chair)
    shown = await at_console.submit(f"{MEMBERS}/{member.member}", "Show what it ends", {"ground": ground})
    done = await at_console.press(shown, "Remove")
    await stage.driver.run_until_idle()
    return done


async def report(stage: Stage, who: str = "birch", *, concerns: tuple[str, ...] = ()) -> str:
    """Let somebody report on the page, and return their receipt."""
    receipt = await stage.people.report_on_page(WHAT, who, concerns=concerns)
    await stage.driver.run_until_idle()
    return receipt
