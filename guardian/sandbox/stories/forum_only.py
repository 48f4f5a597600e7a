"""A small community with a forum and nothing else: set up by the command, and served without Discord anywhere.

Its members have mail and the console: they read a report there, and an act is taken, ratified, holds, and ends.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.community import FORUM, Human
from guardian.sandbox.mailed_links import mails_to, sign_in_by_mail
from guardian.sandbox.runner import Story
from guardian.sandbox.set_up import SMALL_GROUP, Arrangement
from guardian.sandbox.stage import Stage, StoryContext

WHAT: Final = "They insult everybody who asks a question on the forum."
REASON: Final = "It goes on at this moment, under each new question."
TERM: Final = timedelta(days=7)
SMALL: Final = {**SMALL_GROUP, "kofi": ("working_group", "moderators@forum")}

CHECKED: Final = "after set-up the check finds nothing wrong but what only people can do"
NOTIFIED: Final = "every member hears of the report by mail, and no stand-in does"
READ: Final = "a member who has only mail signs in by a mailed link, and reads the report"
HELD: Final = "one member acts on the console, and the forum shuts the person out at once"
RETURNS: Final = "ratified by another for a week, it ends by itself on the forum"
_LATER: Final = ("first chair is not confirmed", "open on this machine alone")


async def play(context: StoryContext) -> None:
    """Somebody reports Rowan; Kofi acts at once, Tomas ratifies, and the term ends."""
    arrangement = Arrangement(size=3, seats=SMALL, spaces=(FORUM,))
    async with context.open_set_up_stage(arrangement) as (stage, checked):
        stage.checks.check_equal(CHECKED, still_wrong(checked.ill), [])
        await stage.people.report_on_page(WHAT, "rowan")
        await stage.driver.run_until_idle()
        told = [human.key for human in map(stage.__getitem__, SMALL) if _has_report(stage, human)]
        stage.checks.check_equal(NOTIFIED, told, ["nadia", "tomas", "kofi"])
        await read_as(stage, stage["nadia"])
        await act_and_ratify(stage, stage["rowan"])
        await stage.driver.pass_time(TERM + timedelta(minutes=1))
        stage.checks.check(RETURNS, not _is_shut_out(stage), "still shut out")


def still_wrong(ill: tuple[str, ...]) -> list[str]:
    """Return what the check found beside what only people can do: confirm the chair, and give the pages an address."""
    return [each for each in ill if not any(words in each for words in _LATER)]


async def read_as(stage: Stage, human: Human) -> str:
    """Read the newest report as a member who has mail alone, and return the case."""
    async with sign_in_by_mail(stage, human) as member:
        case = await member.newest_case()
        page = await member.read_case(case)
        stage.checks.check(READ, WHAT in page.text, page.text)
        return case


async def act_and_ratify(stage: Stage, target: Human) -> None:
    """Kofi acts on the console, gives their account, Tomas ratifies for the term, and Nadia reads the letter."""
    async with sign_in_by_mail(stage, stage["kofi"]) as kofi:
        given = {"who": target.key, "restriction": "suspended", "ground": "ongoing", "reason": REASON}
        shown = await kofi.submit("/console/act", "Show what it does", given)
        await kofi.press(shown, "Act now")
        await stage.driver.run_until_idle()
        stage.checks.check(HELD, _is_shut_out(stage), "the forum lets them in")
        case = await kofi.newest_review()
        await kofi.submit(f"/console/reviews/{case}", "Give your account", {"account": "I saw it myself."})
    async with sign_in_by_mail(stage, stage["tomas"]) as tomas:
        given = {"answer": "ratify", "days": str(TERM.days), "reason": "It has to stop."}
        shown = await tomas.submit(f"/console/reviews/{case}", "Show what your answer does", given)
        await tomas.press(shown, "Give this answer")
        await stage.driver.run_until_idle()
    async with sign_in_by_mail(stage, stage["nadia"]) as nadia:
        await nadia.submit(f"/console/cases/{case}", "I have read it", {})


def _has_report(stage: Stage, human: Human) -> bool:
    return any("new report" in text for text in mails_to(stage, human))


def _is_shut_out(stage: Stage) -> bool:
    return stage.world.is_shut_out(stage["rowan"], FORUM, stage.now())


STORY: Final = Story("forum-only", "a small community with a forum alone, from set-up to the end of a term", play)
