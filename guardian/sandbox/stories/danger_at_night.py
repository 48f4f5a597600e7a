"""At three in the morning somebody is in danger: everybody is called at once, whoever is on duty, until one has it."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.browser import Browser
from guardian.sandbox.checks import messages_to
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.membership_journey import WHAT, group_of, put_on_duty, told

AT_ONCE: Final = "everybody is called at once, whoever is on duty or asleep"
AGAIN: Final = "they are called again until somebody has it, and the Board as well"
QUIET: Final = "once somebody has it, nobody is called any more"
NO_PROMISE: Final = "the reporter is told to call the emergency services, and not that somebody watches"

_NIGHT: Final = timedelta(hours=18)


async def play(context: StoryContext) -> None:
    """Yuki and Lena are on duty; a stranger reports danger at night; Kofi takes it after twenty minutes."""
    async with context.open_stage() as stage:
        await put_on_duty(stage, stage["nadia"], stage["yuki"], stage["lena"])
        await stage.driver.pass_time(_NIGHT)
        answer = await _report_danger(stage)
        everybody = {human.key for human in group_of(stage)}
        stage.checks.check_equal(AT_ONCE, told(stage, "danger"), everybody)
        watches = any(words in answer.casefold() for words in ("on duty", "on call", "is watching"))
        stage.checks.check(NO_PROMISE, "emergency" in answer and not watches, answer)
        await stage.driver.pass_time(timedelta(minutes=20))
        board = told(stage, "danger", (stage["ruth"], stage["sven"]))
        stage.checks.check_equal(AGAIN, (_calls(stage, "kofi") > 1, board), (True, {"ruth", "sven"}))
        await stage.group.take_case(stage["kofi"], await stage.group.newest_case(stage["kofi"]))
        await stage.driver.run_until_idle()
        before = _calls(stage, "lena")
        await stage.driver.pass_time(timedelta(hours=1))
        stage.checks.check_equal(QUIET, _calls(stage, "lena"), before)


def _calls(stage: Stage, key: str) -> int:
    return sum("danger" in text.casefold() for text in messages_to(stage.world, stage[key]))


async def _report_danger(stage: Stage) -> str:
    """What a stranger is shown who reports danger on the page."""
    async with Browser(stage.group.origin) as browser:
        page = await browser.open("/report")
        values = {"what_happened": WHAT, "danger": "yes"}
        answer = await browser.send(page, page.find_form("Send the report"), values)
    await stage.driver.run_until_idle()
    return page.text + answer.text


STORY: Final = Story("danger-at-night", "a report of danger at night calls everybody at once, whoever is on duty", play)
