"""Many reports at once: members hear of them calmly, and a burst of the very same words lies in one case.

Each report is kept, with a receipt and a reference of its own. Read `notify_of_report` first. Policy: P-2.1, P-2.9.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from guardian.cases.access import members_who_may_know
from guardian.cases.case import Case, CaseState
from guardian.cases.reports import Audience, ReportChannel
from guardian.cases.submissions import Submission, author_accounts, conflict_indicators, has_same_text
from guardian.ids import MemberId
from guardian.journal import PARTY
from guardian.notices.models import NoticeKind
from guardian.services.case_flow import get_case
from guardian.services.conflicts.exclusions import exclude_indicated, notify_of_exclusions
from guardian.services.context import ReadView, UnitOfWork
from guardian.services.notify import notify_members
from guardian.services.rota.calls import first_called
from guardian.services.visibility import add_known_accounts
from rules.conflicts import Speaker
from rules.policy import Policy
from rules.report_intake import FloodNotice, flood_notice, flood_window_start, joins_burst_case

_KINDS: Final = (NoticeKind.NEW_REPORT, NoticeKind.REPORT_FLOOD)


async def notify_of_report(uow: UnitOfWork, policy: Policy, case: Case) -> None:
    """Notify everybody who may know of the new report, or once of many, counted by what each was notified of.

    Where somebody is on duty, they are notified first, and the others later (P-3.6).
    """
    on_duty = await first_called(uow, policy, case)
    counts = await uow.notices.count_by_member_since(_KINDS, flood_window_start(uow.now, policy))
    recipients: dict[FloodNotice, list[MemberId]] = {how: [] for how in FloodNotice}
    for member in await members_who_may_know(uow, case):
        if on_duty is not None and member.id not in on_duty:
            continue
        recipients[_notification_mode(counts, member.id, policy)].append(member.id)
    await notify_members(uow, case, NoticeKind.NEW_REPORT, only=recipients[FloodNotice.EACH])
    await notify_members(uow, case, NoticeKind.REPORT_FLOOD, only=recipients[FloodNotice.SUMMARY])


async def burst_case(view: ReadView, policy: Policy, submission: Submission) -> Case | None:
    """Return the case that a burst of reports in these very words has made, where one more belongs there; else None.

    Only of reports without an account, and never where the reporter chose who hears first, or the others did.
    """
    if (
        submission.channel is not ReportChannel.PAGE
        or submission.reporter is not None
        or submission.audience is not Audience.ALL
    ):
        return None
    recent = await view.cases.reports_through(ReportChannel.PAGE, flood_window_start(view.now, policy))
    same = [report for report in recent if report.withdrawn_at is None and has_same_text(report, submission)]
    if not joins_burst_case(len(same), policy):
        return None
    case = await get_case(view, same[-1].case)
    return None if case.state is CaseState.CLOSED or case.audience is not None else case


async def join_burst_case(
    uow: UnitOfWork, policy: Policy, case: Case, submission: Submission, file_texts: tuple[str, ...]
) -> Case:
    """Exclude whomever the report points to, with its files, from the case, before it stands there; return the case as it then stands.

    Nobody is notified of a report beyond the first ones: they are in the same words.
    """
    indicators = conflict_indicators(submission, await uow.people.members())
    indicators = replace(indicators, texts=(*indicators.texts, *file_texts))
    indicators = await add_known_accounts(uow, indicators, author_accounts(submission.evidence))
    after, changed = await exclude_indicated(uow, policy, case, indicators, PARTY, Speaker.REPORTER)
    if changed:
        await notify_of_exclusions(uow, case, after)
    return after


def _notification_mode(
    counts: Mapping[tuple[MemberId, NoticeKind], int], member: MemberId, policy: Policy
) -> FloodNotice:
    report_notices, burst_notices = (counts.get((member, kind), 0) for kind in _KINDS)
    return flood_notice(report_notices, summary_sent=burst_notices > 0, policy=policy)
