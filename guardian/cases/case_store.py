"""What is stored of cases, and the view of a transaction by which it is asked who may know of one.

Read `CaseStore` first.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from guardian.cases.case import Case, Party
from guardian.cases.case_marks import CaseMark
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


class CaseStore(Protocol):
    """Cases with all that belongs to them."""

    async def add_case(self, case: Case) -> None:
        """Store a new case; its code name is taken for good."""
        ...

    async def save_case(self, case: Case) -> Case:
        """Store the case as given, one version later; Stale where somebody was quicker."""
        ...

    async def case(self, case: CaseId) -> Case | None:
        """Return the case of that id."""
        ...

    async def read_ahead(self, those: Collection[CaseId]) -> None:
        """Read these cases and who is kept out of them together, in a view that only reads."""
        ...

    async def read_people_ahead(self, people: Collection[PersonId]) -> tuple[CaseId, ...]:
        """Read the cases in which these people are reported together, in a view that only reads; returns which they are."""
        ...

    async def read_material_ahead(self, cases: Collection[CaseId]) -> None:
        """Read what was sent in for these cases together, in a view that only reads, before it is asked for one by one."""
        ...

    async def case_by_code_name(self, code_name: str) -> Case | None:
        """Return the case of that code name."""
        ...

    async def cases(self) -> tuple[Case, ...]:
        """Return every case, oldest first."""
        ...

    async def cases_of(self, person: PersonId) -> tuple[Case, ...]:
        """Return the cases in which the person is reported, oldest first."""
        ...

    async def used_code_names(self, names: Collection[str]) -> frozenset[str]:
        """Return which of these names a case has, or had while it was a local matter."""
        ...

    async def add_report(self, report: Report) -> None:
        """Store a new report."""
        ...

    async def save_report(self, report: Report) -> None:
        """Store the report as given."""
        ...

    async def report(self, report: ReportId) -> Report | None:
        """Return the report of that id."""
        ...

    async def reports_of(self, case: CaseId) -> tuple[Report, ...]:
        """Return the case's reports, oldest first."""
        ...

    async def reports_through(self, channel: ReportChannel, since: datetime) -> tuple[Report, ...]:
        """Return the reports that came in by this channel at that instant or after it, oldest first."""
        ...

    async def reports_mailed_from(self, address: str, since: datetime) -> tuple[Report, ...]:
        """Return the reports by mail from that address at that instant or after it, oldest first; capitals do not matter."""
        ...

    async def reports_from(self, reporter: Account, since: datetime | None = None) -> tuple[Report, ...]:
        """Return the reports made by that account at that instant or after it (None: ever), oldest first."""
        ...

    async def add_evidence(self, evidence: Evidence) -> None:
        """Store a piece of evidence, its bytes too."""
        ...

    async def save_evidence(self, evidence: Evidence) -> None:
        """Store the piece as given, and destroy bytes that were kept and are not in it any more."""
        ...

    async def evidence_of(self, case: CaseId) -> tuple[Evidence, ...]:
        """Return the case's evidence, oldest first, without the bytes."""
        ...

    async def evidence(self, evidence: EvidenceId) -> Evidence | None:
        """Return one piece of evidence with its bytes."""
        ...

    async def add_addition(self, addition: Addition) -> None:
        """Store a new addition."""
        ...

    async def additions_of(self, case: CaseId) -> tuple[Addition, ...]:
        """Return what was added to the case, oldest first."""
        ...

    async def add_party(self, party: Party) -> None:
        """Store a new party; its reference is taken for good."""
        ...

    async def parties_of(self, case: CaseId) -> tuple[Party, ...]:
        """Return the parties of the case."""
        ...

    async def party(self, reference: Reference) -> Party | None:
        """Return the party to whom that reference was given."""
        ...

    async def add_receipt(self, receipt: Receipt) -> None:
        """Store a new receipt, so that its secret opens what it says."""
        ...

    async def save_receipt(self, receipt: Receipt) -> None:
        """Store the receipt as given."""
        ...

    async def receipt(self, digest: str) -> Receipt | None:
        """Return the receipt with that digest."""
        ...

    async def receipts_of(self, person: PersonId) -> tuple[Receipt, ...]:
        """Return the receipts that open the person's page, oldest first."""
        ...

    async def add_exclusion(self, exclusion: Exclusion) -> None:
        """Store a new exclusion, from the case and from what was joined into it."""
        ...

    async def save_exclusion(self, exclusion: Exclusion) -> None:
        """Store the exclusion as given: standing or lifted."""
        ...

    async def exclusions_of(self, case: CaseId) -> tuple[Exclusion, ...]:
        """Return every exclusion of the case, lifted ones too, oldest first."""
        ...

    async def exclusions_of_member(self, member: MemberId) -> tuple[Exclusion, ...]:
        """Return every exclusion of the member, lifted ones too."""
        ...

    async def joined_cases(self, case: CaseId) -> tuple[Case, ...]:
        """Return the cases whose reports this one took over, oldest first."""
        ...

    async def move_report(self, report: Report, to: CaseId) -> None:
        """Move the report with all that came with it, its reporter's part, receipts and conversation."""
        ...

    async def move_person(self, reference: Reference, to: CaseId) -> None:
        """Move somebody's part to the other case; it ends where they have the same part in that one already."""
        ...

    async def move_notes(self, case: CaseId, to: CaseId) -> None:
        """Move the thread, with what members found themselves."""
        ...

    async def add_risk_mark(self, mark: RiskMark) -> None:
        """Store a mark beside the earlier ones."""
        ...

    async def risk_marks_of(self, case: CaseId) -> tuple[RiskMark, ...]:
        """Return what members have marked in the case, oldest first."""
        ...

    async def add_case_mark(self, mark: CaseMark) -> None:
        """Store a new mark of a case."""
        ...

    async def save_case_mark(self, mark: CaseMark) -> CaseMark:
        """Store who agreed to the mark, and its end, one version later; Stale where somebody was quicker."""
        ...

    async def case_marks_of(self, case: CaseId) -> tuple[CaseMark, ...]:
        """Return the marks of the case and those of others that name it, oldest first."""
        ...

    async def add_conflict_claim(self, claim: ConflictClaim) -> None:
        """Store a new conflict claim."""
        ...

    async def save_conflict_claim(self, claim: ConflictClaim) -> ConflictClaim:
        """Store the claim as given, one version later; Stale where somebody was quicker."""
        ...

    async def conflict_claims_of(self, case: CaseId) -> tuple[ConflictClaim, ...]:
        """Return the conflicts that were raised in the case, decided ones too, oldest first."""
        ...


class CaseView(BaseReadView, Protocol):
    """What of a transaction is needed to say who may know of a case."""

    @property
    def people(self) -> PeopleStore:
        """Return the store of members and people."""

    @property
    def cases(self) -> CaseStore:
        """Return the store of cases."""

    @property
    def links(self) -> LinkStore:
        """Return the store of disputes, ownership codes and merges."""
