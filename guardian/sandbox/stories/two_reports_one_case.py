"""Two people tell of the same evening: one matter, decided once. A third tells of another, which is parted from it.

The second report names Kofi, who knew of the first alone until then. Policy: P-2.4, P-2.5, P-2.6, P-2.9, P-3.1.
"""

from typing import Final

from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import DISCORD
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import bring_into_force, name_target, skip_hearing

FIRST: Final = "After the talk they shouted at me in front of everybody."
SECOND: Final = "I saw how they shouted at somebody after the talk. Kofi stood beside them."
THIRD: Final = "Somebody keeps posting the same advertisement in three channels."
WHY: Final = "Both tell of the evening of the sprint."
OTHER: Final = "It is about something else altogether."

SHOWN: Final = "before anything happens it is said which reports go where, and who sees the matter no more"
ONE_MATTER: Final = "both reports are read in one case, and the other name leads to it"
KEPT_OUT: Final = "whoever is kept out of one of the two sees neither any more"
PARTED: Final = "a report about something else is a case of its own again, with its receipt"
DECIDED: Final = "one decision answers both reporters, each under their own reference"
APART: Final = "no reporter reads a word of another's report, on any page of theirs"

_NOT_THERE: Final = 404


async def play(context: StoryContext) -> None:
    """Three reports, of which two are joined and one is parted again."""
    async with context.open_stage() as stage:
        receipts = {
            FIRST: await stage.people.report(stage["wren"], FIRST, "alder"),
            SECOND: await _report_beside(stage, SECOND),
        }
        await stage.driver.run_until_idle()
        second, first = (await stage.group.at_console(stage["nadia"]).list_cases())[:2]
        await _join(stage, second, first)
        receipts[THIRD] = await stage.people.report_on_page(THIRD, "an account that I do not know")
        await stage.driver.run_until_idle()
        await _join_and_part(stage, first, receipts[THIRD])
        await name_target(stage, first, stage["alder"], DISCORD)
        await skip_hearing(stage, first)
        await _decide(stage, first, receipts)


async def _report_beside(stage: Stage, what: str) -> str:
    """Report on the page, as somebody without an account, and tick Kofi in the list of those whom it concerns."""
    await stage.driver.run_until_idle()
    return await stage.people.report_on_page(what, "alder", concerns=[stage["kofi"].name])


async def _join(stage: Stage, second: str, first: str) -> None:
    group, nadia, kofi = stage.group, stage["nadia"], stage["kofi"]
    before = await group.at_console(kofi).list_cases()
    at_console = group.at_console(nadia)
    typed = {"into": first, "joining-reason": WHY}
    preview = await at_console.submit(f"/console/cases/{second}/joining", "Show what it does", typed)
    told = all(word in preview.text for word in (second, first, kofi.name))
    stage.checks.check(SHOWN, told, preview.text)
    await at_console.press(preview, "Join them now")
    await stage.driver.run_until_idle()
    pages = [(await group.read_case(stage["yuki"], each)).text for each in (first, second)]
    joined = all(FIRST in page and SECOND in page for page in pages)
    stage.checks.check(ONE_MATTER, joined, "\n".join(pages)[:3000])
    after = [(await group.read_case(kofi, each)).status for each in (first, second)]
    gone = first in before and after == [_NOT_THERE, _NOT_THERE]
    stage.checks.check(KEPT_OUT, gone, f"{before}, then {after}")


async def _join_and_part(stage: Stage, first: str, receipt: str) -> None:
    """A member joins the third by mistake, sees it, and parts it again."""
    group, ines = stage.group, stage["ines"]
    third = await group.newest_case(ines)
    at_console = group.at_console(ines)
    typed = {"into": first, "joining-reason": WHY}
    preview = await at_console.submit(f"/console/cases/{third}/joining", "Show what it does", typed)
    await at_console.press(preview, "Join them now")
    page = await at_console.open(f"/console/cases/{first}/joining")
    newest = page.find_form("Part the report").choices["report"][-1][0]
    await at_console.press(page, "Part the report", {"report": newest, "parting-reason": OTHER})
    await stage.driver.run_until_idle()
    own = await group.newest_case(ines)
    apart = (await group.read_case(ines, own)).text
    rest = (await group.read_case(ines, first)).text
    seen = THIRD in apart and FIRST not in apart and THIRD not in rest and THIRD in await _follow_up(stage, receipt)
    stage.checks.check(PARTED, seen and own not in (first, third), apart[:2000])


async def _decide(stage: Stage, case: str, receipts: dict[str, str]) -> None:
    """One decision for both; Kofi, who would have voted, hears nothing of it."""
    heard = len(messages_to(stage.world, stage["kofi"]))
    await stage.group.propose(stage["nadia"], case, "warning")
    await stage.group.agree(case, *(stage[key] for key in ("tomas", "ines", "yuki", "lena")))
    await stage.driver.run_until_idle()
    await bring_into_force(stage, case)
    own = {what: await _follow_up(stage, receipt) for what, receipt in receipts.items()}
    answered = (
        all("There is a decision" in own[what] for what in (FIRST, SECOND)) and "There is a decision" not in own[THIRD]
    )
    silent = len(messages_to(stage.world, stage["kofi"])) == heard
    stage.checks.check(DECIDED, answered and silent, "\n\n".join(own.values())[:3000])
    crossed = [what for what in own for other in own if other != what and other in own[what]]
    stage.checks.check(APART, not crossed, "\n\n".join(crossed))


async def _follow_up(stage: Stage, receipt: str) -> str:
    return (await stage.people.follow_up(receipt)).text


STORY: Final = Story("two-reports-one-case", "two reports are one matter, and a third is another", play)
