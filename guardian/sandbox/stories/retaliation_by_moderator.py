"""A moderator restricts whoever reported them: it looks as always to the moderator, and the group is told at once.

Wren reports Priya, who moderates the forum; Priya then mutes Wren there. Policy: P-4.4, P-2.8.
"""

from typing import Final

from guardian.sandbox.checks import forum_messages_to, messages_to, people_messaged
from guardian.sandbox.community import FORUM
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

WHAT: Final = "She deletes my answers and calls me names, again and again."
GROUP: Final = ("nadia", "tomas", "ines", "kofi", "yuki", "lena")
AS_ALWAYS: Final = "the moderator is answered as always, and hears nothing of the report"
NOTIFIED: Final = "every member of the group is told at once that somebody whom the case protects was restricted"
MARKED: Final = "the two are shown as linked, in both cases, once the group marks it as retaliation"
UNHARMED: Final = "whoever reported is told of the measure, and neither who set it nor of the case"


async def play(context: StoryContext) -> None:
    """Wren's report, Priya's measure, and what the group makes of it."""
    async with context.open_stage() as stage:
        await stage.people.report(stage["wren"], WHAT, "priya", concerns=["Priya Nair"])
        await stage.driver.run_until_idle()
        case = await stage.group.newest_case(stage["nadia"])
        await _retaliate(stage, case)
        await stage.people.report(stage["wren"], "She has silenced me for reporting her.", "priya")
        await stage.driver.run_until_idle()
        later = await stage.group.newest_case(stage["nadia"])
        typed = {"mark-kind": "retaliation", "mark-other": case, "mark-reason": "An hour after the report came in."}
        await stage.group.submit_on_page(stage["kofi"], later, "Mark the case", typed)
        pages = [(await stage.group.read_case(stage["yuki"], each)).text for each in (case, later)]
        linked = later in pages[0] and case in pages[1] and all("retaliation" in page for page in pages)
        stage.checks.check(MARKED, linked, "\n".join(pages)[-3000:])


async def _retaliate(stage: Stage, case: str) -> None:
    """Priya silences Wren, by the form that she always uses."""
    priya, wren, world = stage["priya"], stage["wren"], stage.world
    at_console = stage.group.at_console(priya)
    before = len(messages_to(world, priya))
    typed = {"space": str(FORUM), "kind": "muted", "on": "wren", "hours": "24", "reason": "insults"}
    preview = await at_console.submit("/console/measures/new", "Show what it does", typed)
    done = await at_console.press(preview, "Set it now")
    await stage.driver.run_until_idle()
    heard = [done.text, *messages_to(world, priya)[before:], *forum_messages_to(world, priya)]
    silent = not any(
        word in text.casefold() for text in heard for word in (case, "conflict", "protects", "report came")
    )
    placed = world.forum.was_silenced(wren.forum, stage.now())
    stage.checks.check(AS_ALWAYS, silent and placed, "; ".join(heard))
    told = people_messaged(world, [stage[key] for key in GROUP], f"{case}: a measure on somebody")
    stage.checks.check_equal(NOTIFIED, told, set(GROUP))
    received = forum_messages_to(world, wren)
    stage.checks.check(UNHARMED, not any(case in text or "priya" in text.casefold() for text in received))


STORY: Final = Story("retaliation-by-moderator", "a moderator restricts whoever reported them", play)
