"""What somebody concerned asks about what is kept of them, and the answer that is drafted, read by a second, and kept.

Frozen values, and their store. Read `DataRequest` first. Policy: P-2.6, P-2.11, P-9.5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.cases.access import CaseInBrief, may_read_by_status
from guardian.ids import CaseId, MemberId, PersonId, ReportId
from guardian.people.models import Member
from guardian.people.permissions import BOARD, PRIVACY_OFFICERS, holds_seat
from rules.conflicts import ConflictStatus
from rules.data_requests import DataOutcome, DataRefusal, ObjectionEffect, Withholding, handlers, readable_until
from rules.policy import Policy


class DataRequestKind(StrEnum):
    """What somebody asks: to read it, to have it put right, to have it destroyed, that it is not used."""

    ACCESS = "access"
    CORRECTION = "correction"
    ERASURE = "erasure"
    OBJECTION = "objection"


class DataSource(StrEnum):
    """Where in a case a part of what is kept stands."""

    REPORT = "report"
    ANSWER = "answer"
    ADDITION = "addition"
    FILE = "file"
    HEARING = "hearing"
    ACCOUNT = "account"
    NAME = "name"
    RESTRICTION = "restriction"
    DECISION = "decision"
    SUMMARY = "summary"
    SHARED = "shared"
    NOTE = "note"
    INQUIRY = "inquiry"
    FINDINGS = "findings"
    ASSESSMENT = "assessment"


@dataclass(frozen=True, slots=True)
class DataPart:
    """One part of what is kept: as it stands in the case, and what of it the answer gives.

    `key` tells it from the others of the case. `given` is empty where it is left out, on a ground. `is_own`: the one who asks wrote it, or was sent it.
    """

    key: str
    source: DataSource
    kept: str
    at: datetime | None = None
    is_own: bool = False
    given: str = ""
    ground: Withholding | None = None


@dataclass(frozen=True, slots=True)
class DataAnswer:
    """The answer as one handler has drafted it; `refusal` says why what is refused is refused.

    `effect` is what a granted objection brings about; `keep_until` the day that it names where the case goes sooner.
    """

    by: MemberId
    at: datetime
    outcome: DataOutcome
    words: str = ""
    refusal: DataRefusal | None = None
    parts: tuple[DataPart, ...] = ()
    effect: ObjectionEffect | None = None
    keep_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DataRequest:
    """One request in one case, of a reporter (`report`) or of a person of it. `words` are the asker's own.

    `stepped_back` are those who have said that they have a conflict with it. `answer` is a draft until `answered_at`,
    when a second one had read it; it stays as it was sent.
    """

    id: str
    case: CaseId
    kind: DataRequestKind
    at: datetime
    words: str = ""
    report: ReportId | None = None
    person: PersonId | None = None
    stepped_back: tuple[MemberId, ...] = ()
    answer: DataAnswer | None = None
    read_by: MemberId | None = None
    answered_at: datetime | None = None
    version: int = field(default=0)

    @property
    def erases(self) -> bool:
        """Return whether it was agreed that what is kept goes before its day."""
        granted = self.answer is not None and self.answer.outcome is DataOutcome.GRANTED
        return self.kind is DataRequestKind.ERASURE and self.answered_at is not None and granted

    def erased_from(self, policy: Policy) -> datetime | None:
        """Return from when what is kept goes before its day, because this was agreed to; None where it was not.

        Not before whoever asked has had time to read the answer.
        """
        if self.answered_at is None or self.answer is None:
            return None
        readable = readable_until(self.answered_at, policy)
        if self.erases:
            return readable
        shortens = self.answer.effect is ObjectionEffect.KEPT_SHORTER and self.answer.keep_until is not None
        return max(readable, self.answer.keep_until or readable) if shortens else None

    def is_of(self, report: ReportId | None, person: PersonId | None) -> bool:
        """Return whether it was asked by that reporter, or by that person."""
        return (self.report, self.person) == (report, person)


def who_handles(
    request: DataRequest,
    case: CaseInBrief,
    members: Iterable[Member],
    statuses: Mapping[MemberId, ConflictStatus],
    at: datetime,
    *,
    is_late: bool,
) -> frozenset[MemberId]:
    """Return who is asked to answer the request at this instant; `is_late` also says who may read as the second.

    Policy: P-1.1, P-4.1.
    """
    known = tuple(members)
    return handlers(
        [each.id for each in known if holds_seat(each, PRIVACY_OFFICERS, at)],
        [each.id for each in known if may_read_by_status(each, case, statuses, at)],
        [each.id for each in known if holds_seat(each, BOARD, at)],
        statuses,
        request.stepped_back,
        is_late=is_late,
    )


class DataRequestStore(Protocol):
    """What those concerned have asked about what is kept of them."""

    async def add_request(self, request: DataRequest) -> None:
        """Store a new request, encrypted with the case's key."""
        ...

    async def save_request(self, request: DataRequest) -> DataRequest:
        """Store the request as given, one version later; Stale where somebody was quicker."""
        ...

    async def request(self, request: str) -> DataRequest | None:
        """Return the request of that id; None where it is forgotten with its case as well."""
        ...

    async def requests_of(self, case: CaseId) -> tuple[DataRequest, ...]:
        """Return the requests in the case, answered ones too, oldest first."""
        ...

    async def open_requests(self) -> tuple[DataRequest, ...]:
        """Return every request that is not answered, oldest first."""
        ...
