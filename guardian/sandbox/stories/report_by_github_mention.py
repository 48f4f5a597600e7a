"""Somebody mentions the App in a comment: kept and taken away, nothing said in public, the receipt handed over on the page.

Hazel watches the repository, and so was mailed the text before anybody could do anything about it.
"""

from datetime import timedelta
from typing import Final

from connectors.emulators.shared.faults import FaultKind
from guardian.people.models import Group
from guardian.sandbox.checks import forum_messages_to, messages_to, people_messaged
from guardian.sandbox.community import GITHUB
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

KEPT: Final = "the group reads the text and what it stands on, as both stood"
NOTIFIED: Final = "every member is told in person that a report came in"
GONE: Final = "the comment is gone from the page"
SILENT: Final = "nothing is left in public but the one line that GitHub itself writes"
MAILED: Final = "nobody is mailed but the watchers, by GitHub itself, when the comment was written"
NOT_WRITTEN_TO: Final = "the reporter is written to nowhere"
UNREPORTED: Final = "what nobody reported is left where it is, and read by nobody in the group"
FOUND: Final = "a mention of which no event told is found by the next round"
HANDED_OVER: Final = "after signing in with GitHub the reporter is shown both reports, with a receipt that opens one"
NOT_ANOTHERS: Final = "somebody else who signs in is shown none"

EVERY: Final = timedelta(hours=1)
SITE: Final = "website"
INSULT: Final = "Whoever cannot find that in the manual should not be here."
CALL: Final = "@guardian-app this is the third time this week, and I am afraid to answer."
ASIDE: Final = "I think that the second chapter explains it."
AGAIN: Final = "@guardian-app and now Alder writes it to newcomers."
_EVENT: Final = "issue_comment"


async def play(context: StoryContext) -> None:
    """Wren rings twice below an issue of Alder's; the second time GitHub's event is lost."""
    async with context.open_stage(SandboxOptions(github_inbox_every="1h")) as stage:
        issue = await _open_issue(stage)
        await _mention(stage, issue)
        await _check_case(stage)
        await _mention_unseen(stage, issue)
        await _hand_over_receipts(stage)


async def _open_issue(stage: Stage) -> int:
    hub = stage.world.github
    hub.person("hazel").watch(SITE)
    issue = hub.person("alder").open_issue(SITE, "The manual is clear enough", INSULT)
    hub.person("rowan").comment(SITE, issue, ASIDE)
    stage.narrate(f"Alder Quist opens an issue on GitHub: “{INSULT}”")
    await stage.driver.run_until_idle()
    return issue


async def _mention(stage: Stage, issue: int) -> None:
    """Wren mentions the App; what is public and what was mailed is compared before and after."""
    hub, wren = stage.world.github, stage["wren"]
    before, changes = _public_page(stage, issue), len(hub.history.changes)
    stage.group.narrate(wren, f"comments on it: “{CALL}”")
    hub.person("wren").comment(SITE, issue, CALL)
    await stage.driver.run_until_idle()
    page = _public_page(stage, issue)
    stage.checks.check(GONE, CALL not in page, page)
    stage.checks.check_equal(SILENT, page, f"{before}\n* a comment from wren was deleted")
    mailed = [c for c in hub.history.changes[changes:] if c.what == "mail"]
    wanted = {(stage[key].github, CALL, "wren") for key in ("alder", "rowan", "hazel")}
    stage.checks.check_equal(MAILED, {(c.subject, c.after["text"], c.by) for c in mailed}, wanted)
    written = [*messages_to(stage.world, wren), *forum_messages_to(stage.world, wren)]
    stage.checks.check_equal(NOT_WRITTEN_TO, written, [])


async def _check_case(stage: Stage) -> None:
    members = stage.world.community.in_group(Group.WORKING_GROUP)
    notified = people_messaged(stage.world, members, "new report")
    stage.checks.check_equal(NOTIFIED, notified, {member.key for member in members})
    case = await stage.group.newest_case(stage["nadia"])
    page = await stage.group.read_case(stage["nadia"], case)
    stage.checks.check(KEPT, CALL in page.text and INSULT in page.text, page.text[:600])
    stage.checks.check(UNREPORTED, ASIDE not in page.text and ASIDE in _public_page(stage, 1), page.text[:600])


async def _mention_unseen(stage: Stage, issue: int) -> None:
    stage.world.set_fault(GITHUB, FaultKind.MISSED_EVENT, _EVENT)
    stage.group.narrate(stage["wren"], f"comments again: “{AGAIN}”; GitHub's event is lost on its way")
    stage.world.github.person("wren").comment(SITE, issue, AGAIN)
    await stage.driver.run_until_idle()
    stage.world.clear_faults(GITHUB)
    await stage.driver.pass_time(EVERY + timedelta(minutes=1))
    case = await stage.group.newest_case(stage["nadia"])
    read = await stage.group.read_case(stage["nadia"], case)
    page = _public_page(stage, issue)
    stage.checks.check(FOUND, AGAIN in read.text and AGAIN not in page, page)


async def _hand_over_receipts(stage: Stage) -> None:
    shown = await stage.people.own_reports(stage["wren"])
    receipt = await stage.people.receipt_for_newest(stage["wren"])
    followed = await stage.people.follow_up(receipt)
    both = sum(form.action == "/my-reports/receipt" for form in shown.forms) == 2
    stage.checks.check(HANDED_OVER, both and AGAIN in followed.text, f"{shown.text}\n{followed.text}"[:1200])
    other = await stage.people.own_reports(stage["rowan"])
    stage.checks.check(NOT_ANOTHERS, not any(f.action == "/my-reports/receipt" for f in other.forms), other.text)


def _public_page(stage: Stage, issue: int) -> str:
    """The issue as everybody sees it."""
    return stage.world.github.person("linden").reads(SITE, issue)


STORY: Final = Story(
    "report-by-github-mention", "a comment that mentions the App is kept, removed, and answered by nothing", play
)
