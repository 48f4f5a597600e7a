"""How a row of the sheet and what is stated of a case are written down before they are encrypted, and read again.

Read `encode_stated` first.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from guardian.cases.case_records import StatedRecord
from guardian.ids import CaseId, MemberId, PersonId
from rules.tracking_sheet import ResolutionSource, SheetAnswer, SheetConsequence, SheetRow, SheetStatus
from rules.violation_types import ViolationType


def encode_stated(record: StatedRecord) -> dict[str, Any]:
    """Return what is stated as plain JSON, without what stands in columns of its own."""
    return {
        "ongoing": record.ongoing,
        "acted": record.acted,
        "acted_locally": record.acted_locally,
        "source_words": record.source_words,
        "consequence_words": record.consequence_words,
        "document": record.document,
        "place": record.place,
        "types": list(record.types),
        "flagged": record.flagged,
        "summary": record.summary,
        "advice": record.advice,
        "summary_by": record.summary_by,
        "summary_read_by": record.summary_read_by,
        "row": None if record.row is None else _encode_row(record.row),
    }


def decode_stated(
    content: Mapping[str, Any], *, case: CaseId, person: PersonId | None, by: MemberId, at: datetime, version: int
) -> StatedRecord:
    """Return the record that the content stands for; what was expunged reads as nothing stated."""
    ongoing = content.get("ongoing")
    row = content.get("row")
    return StatedRecord(
        case=case,
        person=person,
        by=by,
        at=at,
        ongoing=None if ongoing is None else SheetAnswer(ongoing),
        acted=content.get("acted"),
        acted_locally=content.get("acted_locally"),
        source_words=content.get("source_words", ""),
        consequence_words=content.get("consequence_words", ""),
        document=content.get("document", ""),
        place=content.get("place", ""),
        types=tuple(ViolationType(each) for each in content.get("types", ())),
        flagged=content.get("flagged", False),
        summary=content.get("summary", ""),
        advice=content.get("advice", ""),
        summary_by=content.get("summary_by"),
        summary_read_by=content.get("summary_read_by"),
        row=None if row is None else _decode_row(row),
        version=version,
    )


def _encode_row(row: SheetRow) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(row).items()}


def _decode_row(content: Mapping[str, Any]) -> SheetRow:
    resolved_on = content["resolved_on"]
    return SheetRow(
        received_on=date.fromisoformat(content["received_on"]),
        case=content["case"],
        person=content["person"],
        status=SheetStatus(content["status"]),
        source=ResolutionSource(content["source"]),
        source_words=content["source_words"],
        resolved_on=None if resolved_on is None else date.fromisoformat(resolved_on),
        safety_risk=content["safety_risk"],
        ongoing=SheetAnswer(content["ongoing"]),
        consequence=SheetConsequence(content["consequence"]),
        consequence_words=content["consequence_words"],
        document=content["document"],
        acted=content["acted"],
        acted_locally=content["acted_locally"],
    )
