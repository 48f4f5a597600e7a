"""A report that began as a public comment: what a doorbell in a public place needs beyond every other report's way."""

from guardian.desk.desk import Desk
from guardian.ids import ReportId
from guardian.journal import SERVICE, Entry


async def text_was_removed(desk: Desk, report: ReportId) -> None:
    """It is on record that the service took the report's text away from where everybody could read it. Policy: P-10.3."""
    async with desk.works.begin() as work:
        kept = await work.cases.report(report)
        if kept is not None:
            about = {"case": kept.case, "report": kept.id}
            work.journal.note(Entry("mention.was_removed", SERVICE, "P-10.3", about, kept.case))
