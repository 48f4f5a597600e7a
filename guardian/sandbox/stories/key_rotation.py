"""All keys are replaced beside the running service: everything stays readable, and the old keys are gone on their day.

Policy: P-9.5, P-1.5.
"""

import re
from datetime import timedelta
from typing import Final

from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Installation, StoryContext
from guardian.sandbox.stories.records_journey import ROUND, file_case, read_records_case, report_on_page

SAID: Final = "Alder shouted wombatface at a speaker, and apologised."
OTHER: Final = "Somebody posts vellichor under every question of newcomers."
READ_ON: Final = "the case from before is read as it was, while the service runs on"
FOUND_ON: Final = "who was known before is known again, and a receipt from before still opens"
DESTROYED: Final = "a month later the old keys are destroyed: none of before is left that opens anything"
STILL: Final = "and every case is still read"
PROVEN: Final = "the journal is whole over all of it"
_NUMBERS: Final = re.compile(r"^(wrapping|index): ([\d, ]+) \(", re.MULTILINE)


async def play(context: StoryContext) -> None:
    """The operator replaces every kind of key, and a month passes."""
    async with context.open_installation() as home, home.serve() as stage:
        case = await file_case(stage, SAID, "alder")
        person = await stage.group.person_of(stage["nadia"], case)
        receipt = await report_on_page(stage, OTHER, "birch")
        before = await _keys(home)
        await home.run("keys", "rotate")
        await home.run("keys", "master")
        shown = await read_records_case(stage, case)
        stage.checks.check(READ_ON, "wombatface" in shown and "alder" in shown, shown[:1500])
        newest = await stage.group.newest_case(stage["nadia"])
        known = await stage.group.name_person(stage["nadia"], newest, "alder")
        page = await stage.people.follow_up(receipt)
        stage.checks.check(FOUND_ON, known == person and "vellichor" in page.text, f"{known}, {person}: {page.text}")
        await stage.driver.leap(timedelta(days=31))
        await stage.driver.leap(ROUND)
        after = await _keys(home)
        left = {kind: sorted(before[kind] & numbers) for kind, numbers in after.items() if before[kind] & numbers}
        stage.checks.check_equal(DESTROYED, left, {})
        shown = await read_records_case(stage, case) + await read_records_case(stage, newest)
        stage.checks.check(STILL, "wombatface" in shown and "vellichor" in shown, shown[:1500])
        verified = await home.run("journal", "verify")
        stage.checks.check(PROVEN, "whole" in verified.casefold(), verified)


async def _keys(home: Installation) -> dict[str, set[str]]:
    """The numbers of the keys that open something, by their kind."""
    status = await home.run("keys", "status")
    return {kind: set(numbers.split(", ")) for kind, numbers in _NUMBERS.findall(status)}


STORY: Final = Story("key-rotation", "every kind of key is replaced while the service runs", play)
