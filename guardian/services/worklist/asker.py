"""A member who asks what waits for them, with what they may know of it. Pure. Read `Asker` first. Policy: P-4.2."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from guardian.cases.access import may_know_by_status, may_know_for_board, may_read_by_status
from guardian.cases.case import CaseKind
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.open_work import CaseSummary, OpenItem, OpenWork
from guardian.cases.tasks import TaskKind
from guardian.ids import CaseId, MemberId
from guardian.people.models import LinkedAccount, Member
from rules.policy import Policy
from rules.routing import HandlingGroups


@dataclass(frozen=True, slots=True)
class AskedTask:
    """One thing that the member is asked for, before it is known who sees to it. `case` None: it is about no case."""

    kind: TaskKind
    case: CaseSummary | None
    subject: str
    since: datetime
    due: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """The member who asks what waits for them, with all that waits for anybody.

    `names` are the members', `dues` when what is about a thing (or a case, by its id) is due.
    """

    member: Member
    work: OpenWork
    groups: HandlingGroups[MemberId]
    names: Mapping[MemberId, str]
    at: datetime
    policy: Policy
    dues: Mapping[tuple[DeadlineKind, str], datetime]

    def summary(self, case: CaseId | None) -> CaseSummary | None:
        """Return the case in brief, where it is among those that have something open."""
        return None if case is None else self.work.cases.get(case)

    def may_know(self, case: CaseSummary) -> bool:
        """Return whether they may know of the case."""
        return may_know_by_status(self.member, case, self.work.statuses_in(case.id), self.at)

    def may_know_for_board(self, case: CaseSummary) -> bool:
        """Return whether they may know of it as the Board while it lies there."""
        return may_know_for_board(self.member, case, self.work.statuses_in(case.id), self.at)

    def visible_link(self, link: LinkedAccount) -> LinkedAccount | None:
        """Return the link as the cases say that are theirs to read; None where none of those names it."""
        known = [each for each in (self.summary(said.case) for said in link.case_evidence) if each is not None]
        read = {
            each.id for each in known if may_read_by_status(self.member, each, self.work.statuses_in(each.id), self.at)
        }
        return link.visible_from(read)

    def person_name(self, item: OpenItem, case: CaseSummary) -> dict[str, str]:
        """Return the person's code name as a fact: it is the group's, and moderators know the matter alone (P-4.2)."""
        name = self.work.people.get(item.person, "") if item.person is not None else ""
        return {"person": name} if name and case.kind is not CaseKind.LOCAL else {}
