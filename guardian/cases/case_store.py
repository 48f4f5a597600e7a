"""What the cases room needs remembered, and the view of a transaction that its own sequences ask for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.cases.case import Case, Party
from guardian.cases.conflict_claims import ConflictClaim
from guardian.cases.exclusions import Exclusion
from guardian.cases.receipts import Receipt
from guardian.cases.reports import Addition, Evidence, Report, ReportChannel
from guardian.cases.risk import RiskMark
from guardian.ids import CaseId, EvidenceId, MemberId, PersonId, Reference, ReportId
from guardian.people.link_store import LinkStore
from guardian.people.store import PeopleStore
from guardian.spaces.port import Account
from guardian.unit_of_work import BaseReadView


@dataclass(frozen=True, slots=True)
class ReadingPass:
    """A one-time link or an open session of the reading room: a secret's digest, whose it is, and for which case.

    `until` is wire time, as for every token. `used_at` is set for a link that has been opened.
    """

    digest: str
    member: MemberId
    case: CaseId
    until: datetime
    is_session: bool = False
    used_at: datetime | None = None


class CaseStore(Protocol):
    """Cases with all that belongs to them."""

    async def add_case(self, case: Case) -> None:
        """The case is remembered; its code name is taken for good."""
        ...

    async def save_case(self, case: Case) -> Case:
        """The case stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def case(self, case: CaseId) -> Case | None:
        """The case of that id."""
        ...

    async def case_by_code_name(self, code_name: str) -> Case | None:
        """The case of that code name."""
        ...

    async def cases(self) -> tuple[Case, ...]:
        """Every case, oldest first."""
        ...

    async def cases_of(self, person: PersonId) -> tuple[Case, ...]:
        """The cases in which the person is reported, oldest first."""
        ...

    async def code_names(self) -> frozenset[str]:
        """Every code name that a case has, or had while it was a local matter."""
        ...

    async def add_report(self, report: Report) -> None:
        """The report is remembered."""
        ...

    async def save_report(self, report: Report) -> None:
        """The report stands as given."""
        ...

    async def report(self, report: ReportId) -> Report | None:
        """The report of that id."""
        ...

    async def reports_of(self, case: CaseId) -> tuple[Report, ...]:
        """The case's reports, oldest first."""
        ...

    async def reports_through(self, channel: ReportChannel, since: datetime) -> tuple[Report, ...]:
        """The reports that came in by this door at that instant or after it, oldest first."""
        ...

    async def reports_from(self, reporter: Account, since: datetime | None = None) -> tuple[Report, ...]:
        """The reports made by that account at that instant or after it (None: ever), oldest first."""
        ...

    async def add_evidence(self, evidence: Evidence) -> None:
        """The piece of evidence is remembered, its bytes too."""
        ...

    async def save_evidence(self, evidence: Evidence) -> None:
        """The piece stands as given; bytes that were kept and are not in it any more are destroyed."""
        ...

    async def evidence_of(self, case: CaseId) -> tuple[Evidence, ...]:
        """The case's evidence, oldest first, without the bytes."""
        ...

    async def evidence(self, evidence: EvidenceId) -> Evidence | None:
        """One piece of evidence with its bytes."""
        ...

    async def add_addition(self, addition: Addition) -> None:
        """The addition is remembered."""
        ...

    async def additions_of(self, case: CaseId) -> tuple[Addition, ...]:
        """What was added to the case, oldest first."""
        ...

    async def add_party(self, party: Party) -> None:
        """The party is remembered; its reference is taken for good."""
        ...

    async def parties_of(self, case: CaseId) -> tuple[Party, ...]:
        """The parties of the case."""
        ...

    async def party(self, reference: Reference) -> Party | None:
        """The party to whom that reference was given."""
        ...

    async def add_receipt(self, receipt: Receipt) -> None:
        """The receipt's digest opens what it says."""
        ...

    async def save_receipt(self, receipt: Receipt) -> None:
        """The receipt stands as given."""
        ...

    async def receipt(self, digest: str) -> Receipt | None:
        """The receipt with that digest."""
        ...

    async def receipts_of(self, person: PersonId) -> tuple[Receipt, ...]:
        """The receipts that open the person's page, oldest first."""
        ...

    async def add_exclusion(self, exclusion: Exclusion) -> None:
        """The wall stands."""
        ...

    async def save_exclusion(self, exclusion: Exclusion) -> None:
        """The wall stands, or is lifted, as given."""
        ...

    async def exclusions_of(self, case: CaseId) -> tuple[Exclusion, ...]:
        """Every wall of the case, lifted ones too, oldest first."""
        ...

    async def exclusions_of_member(self, member: MemberId) -> tuple[Exclusion, ...]:
        """Every wall in front of the member, lifted ones too."""
        ...

    async def add_risk_mark(self, mark: RiskMark) -> None:
        """The mark is remembered beside the earlier ones."""
        ...

    async def risk_marks_of(self, case: CaseId) -> tuple[RiskMark, ...]:
        """What members have marked in the case, oldest first."""
        ...

    async def add_conflict_claim(self, claim: ConflictClaim) -> None:
        """The raised conflict is remembered."""
        ...

    async def save_conflict_claim(self, claim: ConflictClaim) -> ConflictClaim:
        """What was decided on it stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def conflict_claims_of(self, case: CaseId) -> tuple[ConflictClaim, ...]:
        """The conflicts that were raised in the case, decided ones too, oldest first."""
        ...

    async def add_pass(self, reading_pass: ReadingPass) -> None:
        """The secret with that digest opens the reading room until its end."""
        ...

    async def save_pass(self, reading_pass: ReadingPass) -> None:
        """The pass stands as given."""
        ...

    async def reading_pass(self, digest: str) -> ReadingPass | None:
        """The link or session with that digest."""
        ...

    async def delete_ended_passes(self, ended_by: datetime) -> None:
        """Links and sessions that had ended by then are forgotten."""
        ...


class CaseView(BaseReadView, Protocol):
    """What of a transaction is needed to say who may know of a case."""

    @property
    def people(self) -> PeopleStore: ...

    @property
    def cases(self) -> CaseStore: ...

    @property
    def links(self) -> LinkStore: ...
