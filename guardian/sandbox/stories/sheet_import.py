"""An older tracking sheet is taken in: looked at first, then for good, once, and without a consequence for anybody.

Policy: P-9.1.
"""

from typing import Final

from guardian.sandbox.checks import forum_messages_to, messages_to
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.older_sheet import OlderRow, write_csv

_ROWS: Final = (
    OlderRow("2021-05-06", "amber-anchor", "linen-lantern", "Warning"),
    OlderRow("2021-05-06", "amber-anchor", "velvet-valley", "Ban"),
    OlderRow("2022-09-30", "cobalt-creek", "", "No action taken"),
    OlderRow("2023-01-02", "dusty-dune", "linen-lantern", "no idea"),
)
LOOKED_AT: Final = "the first look names the line that cannot be taken, its column and why, and keeps nothing"
TAKEN: Final = "what is taken in stands in the sheet as it stood in the old one"
ONCE: Final = "the same sheet a second time adds nothing"
NO_CONSEQUENCE: Final = "nobody is restricted by it, and nobody is written to"


async def play(context: StoryContext) -> None:
    """The chair takes in three rows of four."""
    async with context.open_stage() as stage:
        chair, content = stage.group.at_console(stage["nadia"]), write_csv(_ROWS)
        await chair.open("/console/records")
        before = _messages(stage)
        seen = await chair.upload("/console/records/import", "Show what it would do", "sheet.csv", content)
        named = all(words in seen.text for words in ("3 rows can be taken in", "5\nConsequences"))
        kept = "amber-anchor" in (await chair.open("/console/records")).text
        stage.checks.check(LOOKED_AT, named and not kept, seen.text[-1500:])
        await chair.press(seen, "Take these rows in")
        await stage.driver.run_until_idle()
        sheet = (await chair.open("/console/records/sheet.csv")).text
        stage.checks.check_equal(TAKEN, sorted(sheet.splitlines()[1:]), sorted(row.exported() for row in _ROWS[:3]))
        seen = await chair.upload("/console/records/import", "Show what it would do", "sheet.csv", content)
        known = "These cases are here already and stay as they are: amber-anchor, cobalt-creek" in seen.text
        stage.checks.check(ONCE, known and "There is nothing to take in" in seen.text, seen.text[-1500:])
        stage.checks.check_equal(NO_CONSEQUENCE, _messages(stage), before)


def _messages(stage: Stage) -> int:
    """How much was written to anybody, and changed on anybody's account; the chair has signed in before."""
    people = stage.world.community.people.values()
    written = sum(len(messages_to(stage.world, each)) + len(forum_messages_to(stage.world, each)) for each in people)
    return written + sum(len(stage.world.spaces_shut_out_of(each)) for each in people)


STORY: Final = Story("sheet-import", "an older tracking sheet is taken in, with consequences for nobody", play)
