"""Enter what somebody reported to a member, in neutral words: the member writes it down and is never the reporter.

A member with a conflict passes it on unread. Read `report_on_behalf` first. Policy: P-2.10.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from guardian.cases.access import may_know, require_permission
from guardian.cases.report_questions import CONTACT_IS_SAFE
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import Submission
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext
from guardian.services.reports.intake import IntakeResult, receive

SOURCE_QUESTION: Final = "who_told_it_and_when"
"""The answer that says whose words they are, since when, and how that person can be reached."""

_NO_SOURCE: Final = (
    "Please say who told you, or “they want to stay unnamed”: the others have to know whether there is somebody to ask."
)


@dataclass(frozen=True, slots=True)
class OralReport:
    """What a member was told in person: by whom, when, and how to reach them (`source`).

    `safe` is whether that is safe: "yes", "no", or "" where nobody knows. `outside` are the answers on an event or an
    affiliated program that had it before, by the names of the questions (P-8.1).
    """

    source: str
    what: str
    who: str = ""
    concerns: tuple[MemberId, ...] = ()
    danger: bool = False
    safe: str = ""
    outside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OralReportResult:
    """What the member who entered it has: a receipt to pass on to its source, unless the report keeps the member out.

    `text` is what the source is to know.
    """

    receipt: str
    reference: str
    text: str


async def report_on_behalf(
    app: AppContext, by: MemberId, oral_report: OralReport, delivery: str | None = None
) -> OralReportResult:
    """Receive what a member was told as a report like any other; exclude whom it points to, the member too.

    The same delivery again gets the first answer again. Policy: P-2.5, P-2.10.
    """
    answers = {SOURCE_QUESTION: oral_report.source.strip(), **oral_report.outside}
    if oral_report.safe:
        answers[CONTACT_IS_SAFE] = oral_report.safe
    submission = Submission(
        channel=ReportChannel.VOICE,
        what_happened=oral_report.what,
        who=oral_report.who,
        danger=oral_report.danger,
        named_members=oral_report.concerns,
        answers=answers,
        delivery=delivery,
    )
    received = await _submit(app, by, oral_report.source, submission)
    return OralReportResult(
        received.receipt if await _may_see_case(app, by, received) else "", received.reference, received.text
    )


async def pass_on_unread(app: AppContext, by: MemberId, source: str, delivery: str | None = None) -> str:
    """Notify the others of whom to ask, and of nothing else; the member takes no part in it from this instant.

    Returns the reference. Policy: P-2.10, P-4.1.
    """
    submission = Submission(
        channel=ReportChannel.VOICE,
        what_happened=(
            "Somebody told a member something that is meant for the group. The member knows the people in it, has taken "
            "nothing of it in, and hands it on. Please ask whoever told it, and enter what they say on the console, under “Told to you”."
        ),
        named_members=(by,),
        answers={SOURCE_QUESTION: source.strip()},
        delivery=delivery,
    )
    return (await _submit(app, by, source, submission)).reference


async def _submit(app: AppContext, by: MemberId, source: str, submission: Submission) -> IntakeResult:
    if not source.strip():
        raise Refused("nobody_told_it", _NO_SOURCE, "P-2.10")
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.REPORT_ON_BEHALF)
    return await receive(app, replace(submission, entered_by=by, reporter_handle=f"told to {member.name}"))


async def _may_see_case(app: AppContext, by: MemberId, received: IntakeResult) -> bool:
    """Return whether the member may know of the case that the report became: with its receipt they would, if excluded
    too.
    """
    async with app.units_of_work.read() as view:
        member, report = await view.people.member(by), await view.cases.report(received.report)
        case = await view.cases.case(report.case) if report else None
        if member is None or case is None:
            return False
        return may_know(member, case, await view.cases.exclusions_of(case.id), view.now)
