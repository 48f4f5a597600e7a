"""Put what the reconciler of content restrictions finds to people who may know the matter, in its own unit of work."""

from guardian.journal import SERVICE
from guardian.notices.models import NoticeKind
from guardian.reconciler.alerts import Alert
from guardian.reconciler.content_store import ContentRestriction
from guardian.sanctions.models import LiftingCause
from guardian.services.case_flow import get_case
from guardian.services.context import UnitOfWork
from guardian.services.measures.measure_records import end_measure
from guardian.services.notify import notify_members


class ContentAlerts:
    """What becomes of content restrictions, put to people by `notify`."""

    async def blocked(self, uow: UnitOfWork, restriction: ContentRestriction) -> None:
        """Notify everybody who may know the matter that the space does not do it."""
        case = await get_case(uow, restriction.case)
        await notify_members(
            uow, case, NoticeKind.BLOCKED, {"space": str(restriction.content.space), "alarm": Alert.BLOCKED}
        )

    async def lifted_manually(self, uow: UnitOfWork, restriction: ContentRestriction) -> None:
        """End a moderator's own measure where somebody lifts it manually. Architecture 5.13."""
        measure = await uow.measures.measure(restriction.id)
        if measure is not None and measure.runs_at(uow.now):
            await end_measure(uow, measure, SERVICE, LiftingCause.LIFTED_MANUALLY)
