"""What the records are computed from: the facts of every case, read together, and what the group has stated of one.

Frozen values; what is stated is plain here and stored encrypted. Read `CaseFacts` first. Policy: P-9.1, P-9.4, P-10.1.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from guardian.cases.case import CaseKind
from guardian.cases.open_work import CaseSummary
from guardian.cases.reports import ReportChannel
from guardian.ids import CaseId, MemberId, PersonId
from rules.ladder import AuthorityKind, Outcome
from rules.precedence import Restriction
from rules.tracking_sheet import SheetAnswer, SheetRow
from rules.violation_types import ViolationType


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """One report as it is counted: when and how it came, and whether it was dealt with before it was sent in."""

    received_at: datetime
    channel: ReportChannel
    handled: bool = False


@dataclass(frozen=True, slots=True)
class DecidedOutcome:
    """What was enacted for one person of a case (None: for the matter as a whole), and whether the Board decided it."""

    at: datetime
    outcome: Outcome
    person: PersonId | None = None
    by_board: bool = False


@dataclass(frozen=True, slots=True)
class ImposedRestriction:
    """A restriction that a case brought, on whose word, and whether it stood: what a review reverses did not.

    `until` is from when it asks for nothing, as far as is known; None: no such instant is known.
    """

    person: PersonId
    restriction: Restriction
    authority: AuthorityKind
    stood: bool = True
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatedRecord:
    """What the group says of a case in its records, for one person or for the matter (None), where nothing else tells.

    `row` is what an imported sheet said of it. `flagged`: it would be irresponsible not to inform an event. `summary` may
    be shared, in words that its subject could read; `advice` are suggestions for attending. `summary_read_by` is the second member who has
    read both, without whom they reach nobody (P-5.6). `place`: which space it was about. None: nobody has said it.
    """

    case: CaseId
    person: PersonId | None = None
    by: MemberId | None = None
    at: datetime | None = None
    ongoing: SheetAnswer | None = None
    acted: bool | None = None
    acted_locally: bool | None = None
    source_words: str = ""
    consequence_words: str = ""
    document: str = ""
    place: str = ""
    types: tuple[ViolationType, ...] = ()
    flagged: bool = False
    summary: str = ""
    advice: str = ""
    summary_by: MemberId | None = None
    summary_read_by: MemberId | None = None
    row: SheetRow | None = None
    version: int = 0

    @property
    def edition(self) -> str:
        """Return which state of it this is, for whoever had it before them; empty while nothing has been stated."""
        return f"{self.version}" if self.at is not None else ""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case with all that its records are computed from; `people` are those whom it concerns, by their code names.

    `contacted`: something was sent to a person whom it concerns. `first_answer_at`: when a member first answered whoever
    reported it.
    """

    case: CaseSummary
    safety_risk: bool = False
    closed_at: datetime | None = None
    reports: tuple[ReceivedReport, ...] = ()
    people: Mapping[PersonId, str] = field(default_factory=dict)
    decisions: tuple[DecidedOutcome, ...] = ()
    restrictions: tuple[ImposedRestriction, ...] = ()
    contacted: bool = False
    first_answer_at: datetime | None = None
    stated: Mapping[PersonId | None, StatedRecord] = field(default_factory=dict)

    def stated_of(self, person: PersonId | None) -> StatedRecord:
        """Return what is stated of the person; an empty record where nothing is."""
        return self.stated.get(person, StatedRecord(case=self.case.id, person=person))


@dataclass(frozen=True, slots=True)
class ConfirmedMerge:
    """Two records of people that are one human's, as was agreed in a case."""

    kept: PersonId
    other: PersonId
    case: CaseId


@dataclass(frozen=True, slots=True)
class KnownName:
    """What a person is called, as a case says: it stands in the identity key and nowhere else."""

    id: str
    person: PersonId
    case: CaseId
    name: str
    by: MemberId
    at: datetime


@dataclass(frozen=True, slots=True)
class IdentityLook:
    """Somebody looked at who a person is."""

    id: str
    person: PersonId
    by: MemberId
    at: datetime


@dataclass(frozen=True, slots=True)
class Publication:
    """Numbers that were published: they stay as they are from then on. `content` is how they stand, as JSON."""

    id: str
    kind: str
    period: str
    at: datetime
    by: MemberId
    content: str


class RecordStore(Protocol):
    """Reads the facts of many cases together, keeps what is stated of them, and what was published."""

    async def case_facts(self, those: Collection[CaseId] | None = None) -> tuple[CaseFacts, ...]:
        """Return the facts of these cases, of every case where none are named; the oldest first.

        The statements hardly grow with how many they are.
        """
        ...

    async def newest_cases(
        self, kinds: Collection[CaseKind], before: CaseId | None, most: int
    ) -> tuple[CaseSummary, ...]:
        """Return so many cases of these kinds in brief, the last opened first, that were opened before that one."""
        ...

    async def cases_between(self, since: datetime, until: datetime) -> tuple[CaseId, ...]:
        """Return the cases that were opened, or of which a report was received, in `[since, until)`."""
        ...

    async def first_opened_at(self) -> datetime | None:
        """Return when the first of all cases was opened; None where there is none."""
        ...

    async def confirmed_merges(self) -> tuple[ConfirmedMerge, ...]:
        """Return which records of people were found to be one human's, and in which case."""
        ...

    async def add_stated(self, record: StatedRecord) -> None:
        """Store what is stated of a case that nothing was stated of."""
        ...

    async def save_stated(self, record: StatedRecord) -> StatedRecord:
        """Store it as given, one version later; Stale where somebody was quicker."""
        ...

    async def stated_of(self, case: CaseId) -> Mapping[PersonId | None, StatedRecord]:
        """Return what is stated of the case, by person."""
        ...

    async def keep_stated(self, record: StatedRecord) -> None:
        """Store what stays of a person's record once its case is expunged, in the place of what was stated of them."""

    async def add_known_name(self, name: KnownName) -> None:
        """Store what a person is called."""
        ...

    async def names_of(self, person: PersonId) -> tuple[KnownName, ...]:
        """Return what the person is called, oldest first."""
        ...

    async def add_identity_look(self, look: IdentityLook) -> None:
        """Store that somebody looked at who a person is."""
        ...

    async def identity_looks(self, person: PersonId) -> tuple[IdentityLook, ...]:
        """Return who looked at who the person is, the latest first."""
        ...

    async def add_publication(self, publication: Publication) -> None:
        """Store what was published; its kind and period are taken for good."""
        ...

    async def drop_publication(self, publication: str) -> None:
        """Remove what was prepared and not published."""
        ...

    async def publications(self) -> tuple[Publication, ...]:
        """Return everything that was published, oldest first."""
        ...


def as_stated(record: StatedRecord, by: MemberId, at: datetime) -> StatedRecord:
    """Return the record with who stated it last, and when."""
    return replace(record, by=by, at=at)
