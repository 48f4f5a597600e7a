"""A report that began as a public comment: what a doorbell in a public place needs beyond every other report's way."""

from guardian.desk.desk import AppContext
from guardian.ids import ReportId
from guardian.journal import SERVICE, Entry


async def record_public_text_removed(app: AppContext, report: ReportId) -> None:
    """It is on record that the service took the report's text away from where everybody could read it. Policy: P-10.3."""
    async with app.units_of_work.begin() as uow:
        found = await uow.cases.report(report)
        if found is not None:
            about = {"case": found.case, "report": found.id}
            uow.journal.note(Entry("mention.was_removed", SERVICE, "P-10.3", about, found.case))
