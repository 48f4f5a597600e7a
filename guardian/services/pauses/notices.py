"""Notify those who look after a space of its pauses, and put to them what the reconciler finds. Policy: P-1.6, P-7.3.

Read `notify_of_pause` first.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from guardian.cases.deadlines import Deadline
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.reconciler.pause_store import SpacePause
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete, reschedule
from guardian.services.measures.measure_records import may_measure_in
from guardian.services.notify import notify_member, notify_office
from rules.policy import Policy


class PauseNews(StrEnum):
    """What there is to say of a pause; the template words it."""

    BEGUN = "begun"
    KEPT = "kept"
    ENDED = "ended"
    OVER = "over"
    OPENED_BY_HAND = "opened_by_hand"
    BLOCKED = "blocked"
    SET_ASIDE = "set_aside"
    TO_REVIEW = "to_review"
    REVIEW_LATE = "review_late"


async def notify_of_pause(
    uow: UnitOfWork, pause: SpacePause, news: PauseNews, *, besides: MemberId | None = None
) -> None:
    """Notify everybody who looks after the space: its moderators and the working group."""
    for member in await uow.people.members():
        if member.id != besides and may_measure_in(member, pause.target.space, uow.now):
            await notify_member(uow, member.id, NoticeKind.SPACE_PAUSED, _facts(pause, news))


async def on_pause_review_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind of the review of a pause; late, it goes to the chairs, and then to the Board's liaison, again and again.

    Policy: P-7.3.
    """
    pause = await uow.pauses.pause(deadline.about)
    if pause is None or pause.reviewed_at is not None:
        await complete(uow, deadline)
        return
    if uow.now < deadline.due:
        await notify_of_pause(uow, pause, PauseNews.TO_REVIEW, besides=pause.by)
        await reschedule(uow, deadline, _next_reminder(app.policy, deadline, uow.now))
        return
    office = Office.CHAIR if not deadline.stage or deadline.stage % 2 == 0 else Office.BOARD_LIAISON
    await notify_office(uow, Group.WORKING_GROUP, office, NoticeKind.SPACE_PAUSED, _facts(pause, PauseNews.REVIEW_LATE))
    await reschedule(uow, deadline, uow.now + app.policy.unilateral.liaison_after)
    uow.journal.note(Entry(act="pause.was_asked_about", by=SERVICE, authority="P-7.3", about={"pause": pause.id}))


class PauseAlerts:
    """What becomes of pauses in their spaces, put to people by `notify`."""

    async def blocked(self, uow: UnitOfWork, pause: SpacePause) -> None:
        """Notify everybody who looks after the space that it does not do what was asked."""
        await notify_of_pause(uow, pause, PauseNews.BLOCKED)

    async def lifted_manually(self, uow: UnitOfWork, pause: SpacePause) -> SpacePause:
        """End the pause that somebody has opened in the space itself. Architecture 5.13."""
        ended = await uow.pauses.save(
            replace(pause, until=min(pause.until, uow.now), ended_at=uow.now, ended_by=SERVICE, due_at=uow.now)
        )
        await notify_of_pause(uow, ended, PauseNews.OPENED_BY_HAND)
        return ended

    async def over(self, uow: UnitOfWork, pause: SpacePause) -> None:
        """Notify everybody who looks after the space that nothing of ours stands there any more."""
        await notify_of_pause(uow, pause, PauseNews.OVER)


def _next_reminder(policy: Policy, deadline: Deadline, now: datetime) -> datetime:
    length = deadline.due - deadline.since
    ahead = [deadline.since + length * s.numerator / s.denominator for s in sorted(policy.reminders.shares)]
    return next((at for at in ahead if at > now), deadline.due)


def _facts(pause: SpacePause, news: PauseNews) -> dict[str, str]:
    return {
        "what": news,
        "space": str(pause.target.space),
        "step": pause.target.kind,
        "until": pause.until.isoformat(),
        "needs": pause.detail,
    }
