"""A report page and mail, and no space at all: set up by the command; members are told, sign in and read by mail alone.

Without a space nothing can be restricted: shown is how a report reaches whom it should. Policy: P-1.5, P-11.2.
"""

from typing import Final

from guardian.sandbox.mailed_links import mails_to, sign_in_by_mail
from guardian.sandbox.runner import Story
from guardian.sandbox.set_up import SMALL_GROUP, Arrangement
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.forum_only import still_wrong

WHAT: Final = "Somebody shouts at newcomers in our monthly meeting."

CHECKED: Final = "after set-up without any space the check finds nothing wrong but what only people can do"
NOTIFIED: Final = "every member hears of the report by mail, and no stand-in does"
READ: Final = "each member signs in by a mailed link, and reads the report"
CHAIR: Final = "a report that concerns the chair reaches the stand-ins, and neither the chair nor the group"


async def play(context: StoryContext) -> None:
    """Somebody reports on the page, and the members read it; somebody else reports the chair."""
    async with context.open_set_up_stage(Arrangement(size=3, seats=SMALL_GROUP)) as (stage, checked):
        stage.checks.check_equal(CHECKED, still_wrong(checked.ill), [])
        await stage.people.report_on_page(WHAT, "a tall person")
        await stage.driver.run_until_idle()
        stage.checks.check_equal(NOTIFIED, _told(stage), ["nadia", "tomas", "kofi"])
        for key in ("nadia", "tomas", "kofi"):
            async with sign_in_by_mail(stage, stage[key]) as member:
                page = await member.read_case(await member.newest_case())
                stage.checks.check(f"{READ} ({stage[key].name})", WHAT in page.text, page.text)
        before = {key: len(mails_to(stage, stage[key])) for key in SMALL_GROUP}
        await stage.people.report_on_page("The chair laughed at me.", "the chair", concerns=[stage["nadia"].name])
        await stage.driver.run_until_idle()
        heard = [key for key in SMALL_GROUP if len(mails_to(stage, stage[key])) > before[key]]
        stage.checks.check_equal(CHAIR, heard, ["ruth", "sven"])


def _told(stage: Stage) -> list[str]:
    return [key for key in SMALL_GROUP if any("new report" in text for text in mails_to(stage, stage[key]))]


STORY: Final = Story("page-and-mail-only", "a report page and mail, and no space at all", play)
