"""Many reports at once: members hear of them calmly, and a burst of the very same words lies in one case.

Each report is kept, with a receipt and a reference of its own. Policy: P-2.1, P-2.9.
"""

from collections.abc import Mapping
from typing import Final

from guardian.cases.access import members_who_may_know
from guardian.cases.intake import Submission, in_the_same_words, signs_of
from guardian.cases.values import Case, CaseState, Door, Hears
from guardian.desk.desk import View, Work
from guardian.desk.moving import case_of
from guardian.desk.telling import tell_members
from guardian.desk.walling import tell_of_walls, wall_off
from guardian.ids import MemberId
from guardian.journal import PARTY
from guardian.notices.values import NoticeKind
from rules.floods import ToldHow, flood_since, how_told, joins_the_same_words
from rules.policy import Policy

_KINDS: Final = (NoticeKind.NEW_REPORT, NoticeKind.MANY_REPORTS)


async def tell_of_report(work: Work, policy: Policy, case: Case) -> None:
    """Everybody who may know hears of the new report, or once of many, counted by what they themselves were told."""
    counted = await work.notices.told_since(_KINDS, flood_since(work.now, policy))
    heard: dict[ToldHow, list[MemberId]] = {how: [] for how in ToldHow}
    for member in await members_who_may_know(work, case):
        heard[_how(counted, member.id, policy)].append(member.id)
    await tell_members(work, case, NoticeKind.NEW_REPORT, only=heard[ToldHow.EACH])
    await tell_members(work, case, NoticeKind.MANY_REPORTS, only=heard[ToldHow.MANY])


async def case_of_the_same_words(view: View, policy: Policy, submission: Submission) -> Case | None:
    """The case that a burst of reports in these very words has made, where one more belongs there; None otherwise.

    Only of reports without an account, and never where the reporter chose who hears first, or the others did.
    """
    if submission.door is not Door.PAGE or submission.reporter is not None or submission.hears is not Hears.ALL:
        return None
    recent = await view.cases.reports_by(Door.PAGE, flood_since(view.now, policy))
    same = [report for report in recent if report.withdrawn_at is None and in_the_same_words(report, submission)]
    if not joins_the_same_words(len(same), policy):
        return None
    case = await case_of(view, same[-1].case)
    return None if case.state is CaseState.CLOSED or case.hearers is not None else case


async def take_in_with_the_same(work: Work, policy: Policy, case: Case, submission: Submission) -> Case:
    """Whoever the report points to is kept out of the case, before it stands there; the case as it then stands.

    Nobody is told of a report beyond the first ones: they are in the same words.
    """
    signs = signs_of(submission, await work.people.members())
    after, changed = await wall_off(work, policy, case, signs, PARTY)
    if changed:
        await tell_of_walls(work, case, after)
    return after


def _how(counted: Mapping[tuple[MemberId, NoticeKind], int], member: MemberId, policy: Policy) -> ToldHow:
    told_of, of_many = (counted.get((member, kind), 0) for kind in _KINDS)
    return how_told(told_of, told_of_many=of_many > 0, policy=policy)
