"""Matters that an event or an affiliated program had first: why they come to the group, and that somebody accepts each.

A report says so by its answers, whoever sends it: the reporter, the reported person, or a member to whom it was told.
The moderators learn nothing of it. Read `open_outside_handoff` first. Policy: P-8.1, P-8.2.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from guardian.cases.handoffs import Direction, OutsideOrigin, Urgency, new_handoff
from guardian.cases.report_questions import OUTSIDE_ANSWERED, OUTSIDE_DONE, OUTSIDE_GROUND, OUTSIDE_NAME
from guardian.cases.reports import Report
from guardian.cases.submissions import Submission
from guardian.ids import SpaceName
from guardian.journal import PARTY, Entry
from guardian.services.authorization import require
from guardian.services.case_flow import open_handoff
from guardian.services.context import UnitOfWork
from rules.escalation import OutsideGround, may_appeal
from rules.policy import Policy


def require_in_time(submission: Submission, now: datetime, policy: Policy) -> None:
    """Raise Refused for an appeal against a program's answer that comes too late, unless somebody is in danger.

    Policy: P-8.1.
    """
    origin = origin_in(submission.answers)
    if origin is None or origin.ground is not OutsideGround.PROGRAM_APPEAL or submission.danger or submission.csam:
        return
    require(may_appeal(origin.answered_on, now, policy))


async def open_outside_handoff(uow: UnitOfWork, policy: Policy, report: Report) -> None:
    """Note from where the report comes to the group, to be accepted by somebody by name; nothing where it says nothing.

    Policy: P-8.1, P-8.2.
    """
    origin = origin_in(report.answers)
    if origin is None:
        return
    handoff = replace(
        new_handoff(report.case, Direction.IN, SpaceName(""), uow.now, None),
        urgency=Urgency.DANGER if report.danger else Urgency.ORDINARY,
        done_locally=report.answers.get(OUTSIDE_DONE, ""),
        origin=origin,
    )
    await open_handoff(uow, policy, handoff)
    about = {"case": str(report.case), "hop": handoff.id, "report": str(report.id)}
    uow.journal.note(Entry(act="matter.was_escalated", by=PARTY, authority="P-8.1", about=about, case=report.case))


def origin_in(answers: Mapping[str, str]) -> OutsideOrigin | None:
    """Return from where the answers say that a matter comes; None where no event or program had it."""
    ground = answers.get(OUTSIDE_GROUND, "")
    if ground not in set(OutsideGround):
        return None
    return OutsideOrigin(
        ground=OutsideGround(ground),
        name=answers.get(OUTSIDE_NAME, "").strip(),
        answered_on=_day(answers.get(OUTSIDE_ANSWERED, "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
