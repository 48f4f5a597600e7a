"""All that waits in any case, read together, whatever the number of cases: who may know of it is judged afterwards.

Nothing here is shown to anybody as it is. Read `OpenWork` first.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from guardian.cases.case import CaseKind, CaseState
from guardian.cases.deadlines import Deadline
from guardian.cases.tasks import TaskKind
from guardian.ids import CaseId, MemberId, PersonId, SpaceName
from guardian.people.models import LinkedAccount
from rules.conflicts import ConflictStatus

ALSO_WHEN_CLOSED: Final = frozenset(
    {
        TaskKind.READ_DRAFT,
        TaskKind.GIVE_STATEMENT,
        TaskKind.CONFIRM_LINK,
        TaskKind.CONFIRM_MERGE,
        TaskKind.CONFIRM_CSAM,
        TaskKind.LOOK_AT_LINK,
        TaskKind.MEND_SPACE,
        TaskKind.REACH_PERSON,
        TaskKind.GIVE_BACK,
        TaskKind.AGREE_TO_EXPUNGE,
    }
)
"""What is still asked for once its case is closed: somebody is restricted by it, or waits for it."""


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A case as lists need it: its name, where it stands, and what says who may know of it."""

    id: CaseId
    code_name: str
    kind: CaseKind
    state: CaseState
    opened_at: datetime
    board_only: bool = False
    space: SpaceName | None = None
    audience: tuple[MemberId, ...] | None = None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One thing that waits for somebody, since `at`.

    `by` made it, and may not be its second. `answered` are those who have given their answer. `word` says more of it: a
    step, a kind of text, a space. `link` is the account that it is about, whose evidence says who may know of it.
    `other` is said to be one with the person. `former_name`: what its case was called while it was the moderators'.
    """

    kind: TaskKind
    case: CaseId | None
    subject: str
    at: datetime
    by: str | None = None
    word: str = ""
    answered: frozenset[MemberId] = frozenset()
    person: PersonId | None = None
    other: PersonId | None = None
    link: LinkedAccount | None = None
    former_name: str = ""


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What waits at one instant: cases, who is kept out of which, deadlines, and what is half done."""

    cases: Mapping[CaseId, CaseSummary]
    statuses: Mapping[CaseId, Mapping[MemberId, ConflictStatus]]
    deadlines: tuple[Deadline, ...] = ()
    items: tuple[OpenItem, ...] = ()
    people: Mapping[PersonId, str] = field(default_factory=dict)

    def claimed_by_words(self, case: CaseId) -> frozenset[MemberId]:
        """Return those of whom words point to a conflict in the case: none of them decides on another (P-4.1)."""
        claims = (item for item in self.items if item.kind is TaskKind.DECIDE_CONFLICT)
        return frozenset(MemberId(item.word) for item in claims if item.case == case and item.by is None)

    def statuses_in(self, case: CaseId) -> Mapping[MemberId, ConflictStatus]:
        """Return how those who are kept out of the case stand to it."""
        return self.statuses.get(case, {})


class OpenWorkStore(Protocol):
    """Reads over all cases, each in a number of statements that does not depend on how many there are."""

    async def summaries(self) -> tuple[CaseSummary, ...]:
        """Return every case in brief, oldest first."""
        ...

    async def open_summaries(self, kind: CaseKind | None = None) -> tuple[CaseSummary, ...]:
        """Return every case in brief that is not closed, of that kind or of any, oldest first."""
        ...

    async def summaries_of(self, those: Collection[CaseId]) -> tuple[CaseSummary, ...]:
        """Return these cases in brief, oldest first."""
        ...

    async def newest_summaries(self, before: CaseId | None, sought: str, most: int) -> tuple[CaseSummary, ...]:
        """Return so many cases in brief, the newest first, that came before that one and have this in their names."""
        ...

    async def statuses_of(self, those: Collection[CaseId]) -> Mapping[CaseId, Mapping[MemberId, ConflictStatus]]:
        """Return how everybody stands to each of these cases who is kept out of it."""
        ...

    async def deadlines_of(self, those: Collection[CaseId]) -> tuple[Deadline, ...]:
        """Return the deadlines of these cases that are not settled, the earliest due first."""
        ...

    async def statuses(self) -> Mapping[CaseId, Mapping[MemberId, ConflictStatus]]:
        """Return how everybody stands to each case who is kept out of it."""
        ...

    async def case_deadlines(self) -> tuple[Deadline, ...]:
        """Return the deadlines that are not settled, the earliest due first."""
        ...

    async def cases_of_contact(self, member: MemberId) -> frozenset[CaseId]:
        """Return the open cases whose contact is that member."""
        ...

    async def cases_of_unread_drafts(self, by: str) -> tuple[CaseId, ...]:
        """Return the case of each text by that member that nobody has read yet."""
        ...

    async def own_acts(self, member: MemberId) -> frozenset[str]:
        """Return the acts of that member that wait for their review or its end."""
        ...

    async def open_work(self, now: datetime) -> OpenWork:
        """Return what waits for somebody."""
        ...
