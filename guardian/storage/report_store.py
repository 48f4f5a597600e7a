"""Stores what was sent in: reports, their evidence and what was added later, each encrypted under the key of its case.

Read `SqlReportStore` first.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, select, update

from guardian.cases.report_questions import HANDLED
from guardian.cases.reports import Addition, Evidence, ReplyAddress, Report, ReportChannel
from guardian.ids import CaseId, EvidenceId, MemberId, ReportId, SpaceName
from guardian.spaces.port import Account
from guardian.storage.blind_index import IndexTerm
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.risk_store import SqlRiskStore
from guardian.storage.statements import insert, select_columns
from guardian.storage.tables.cases import additions, evidence, reports
from guardian.storage.utc_datetime import from_microseconds, to_microseconds

EXPUNGED_TEXT: Final = "Expunged"

_OLDEST: Final = (reports.c.received_at, reports.c.id)


class SqlReportStore(SqlRiskStore):
    """The part of the store of cases that has what was sent in."""

    async def add_report(self, report: Report) -> None:
        """Store a new report."""
        fixed = {"id": report.id, "case_id": report.case, "channel": report.channel, "received_at": report.received_at}
        await self._connection.execute(insert(reports), {**fixed, **await self._report_columns(report)})
        await self._index_report(report)

    async def save_report(self, report: Report) -> None:
        """Store the report as given."""
        columns = await self._report_columns(report)
        await self._connection.execute(update(reports).where(reports.c.id == report.id).values(columns))
        await self._index_report(report)

    async def report(self, report: ReportId) -> Report | None:
        """Return the report of that id."""
        row = (await self._connection.execute(select(reports).where(reports.c.id == report))).first()
        return await self._report(row) if row else None

    async def reports_of(self, case: CaseId) -> tuple[Report, ...]:
        """Return the case's reports, oldest first."""
        return tuple([await self._report(row) for row in await self._rows_at(reports.c.case_id, case, *_OLDEST)])

    async def reports_through(self, channel: ReportChannel, since: datetime) -> tuple[Report, ...]:
        """Return the reports that came in by this channel at that instant or after it, oldest first."""
        matching = (reports.c.channel == channel) & (reports.c.received_at >= since)
        statement = select(reports).where(matching).order_by(reports.c.received_at, reports.c.id)
        return tuple([await self._report(row) for row in await self._connection.execute(statement)])

    async def reports_mailed_from(self, address: str, since: datetime) -> tuple[Report, ...]:
        """Return the reports by mail from that address at that instant or after it, oldest first; capitals do not matter."""
        found = await self._numbered.find(_address_term(address))
        matching = reports.c.id.in_(found) & (reports.c.received_at >= since)
        statement = select(reports).where(matching).order_by(reports.c.received_at, reports.c.id)
        return tuple([await self._report(row) for row in await self._connection.execute(statement)])

    async def reports_from(self, reporter: Account, since: datetime | None = None) -> tuple[Report, ...]:
        """Return the reports made by that account at that instant or after it (None: ever), oldest first."""
        matching = reports.c.id.in_(await self._numbered.find(_reporter_term(reporter)))
        statement = select(reports).where(matching).order_by(reports.c.received_at)
        if since is not None:
            statement = statement.where(reports.c.received_at >= since)
        rows = await self._connection.execute(statement)
        return tuple([await self._report(row) for row in rows])

    async def add_evidence(self, piece: Evidence) -> None:
        """Add the evidence, with its bytes."""
        fixed = {"id": piece.id, "case_id": piece.case, "report_id": piece.report, "at": piece.at, "kind": piece.kind}
        await self._connection.execute(insert(evidence), {**fixed, **await self._evidence_columns(piece)})

    async def save_evidence(self, piece: Evidence) -> None:
        """Save the evidence; bytes that were kept and are not in it any more are destroyed."""
        columns = await self._evidence_columns(piece)
        await self._connection.execute(update(evidence).where(evidence.c.id == piece.id).values(columns))

    async def evidence_of(self, case: CaseId) -> tuple[Evidence, ...]:
        """Return the case's evidence, oldest first, without the bytes."""
        return tuple([await self._evidence(row, None) for row in await self._selected_at(_select_evidence(), case)])

    async def read_material_ahead(self, cases: Collection[CaseId]) -> None:
        """Read what was sent in for these cases together, in a view that only reads, before it is asked for one by one."""
        await self._read_rows_ahead(reports.c.case_id, cases, *_OLDEST)
        await self._select_ahead(_select_evidence(), _select_evidence(among=True), "case_id", cases)

    async def evidence(self, piece: EvidenceId) -> Evidence | None:
        """Return one piece of evidence with its bytes."""
        row = (await self._connection.execute(select(evidence).where(evidence.c.id == piece))).first()
        if row is None:
            return None
        content: bytes | Expunged | None = None
        if row.content is not None:
            content = await self._encryption.decrypt("evidence", row.id, "content", row.content)
        return await self._evidence(row, None if isinstance(content, Expunged) else content)

    async def add_addition(self, addition: Addition) -> None:
        """Store a new addition."""
        scope = KeyScope.of_case(addition.case)
        row = {
            "id": addition.id,
            "case_id": addition.case,
            "report_id": addition.report,
            "at": addition.at,
            "from_party": addition.from_party,
            "verified": addition.verified,
            "text": await self._encryption.encrypt(scope, "additions", addition.id, "text", addition.text),
        }
        await self._connection.execute(insert(additions), row)

    async def additions_of(self, case: CaseId) -> tuple[Addition, ...]:
        """Return what was added to the case, oldest first."""
        statement = select(additions).where(additions.c.case_id == case).order_by(additions.c.at, additions.c.id)
        return tuple([await self._addition(row) for row in await self._connection.execute(statement)])

    async def _evidence_columns(self, piece: Evidence) -> dict[str, Any]:
        scope = KeyScope.of_case(piece.case)
        content: bytes | None = None
        if piece.content is not None:
            content = await self._encryption.encrypt(scope, "evidence", piece.id, "content", piece.content)
        encrypted = await self._encryption.encrypt_json(scope, "evidence", piece.id, "sealed", _encode_evidence(piece))
        return {"sealed": encrypted, "content": content}

    async def _report_columns(self, report: Report) -> dict[str, Any]:
        scope = KeyScope.of_case(report.case)
        return {
            "handled": report.answers.get(HANDLED) == "yes",
            "danger": report.danger,
            "contact_is_safe": report.contact_is_safe,
            "do_not_contact": report.do_not_contact,
            "withdrawn_at": report.withdrawn_at,
            "held_back": report.csam_claimed_by is not None,
            "sealed": await self._encryption.encrypt_json(
                scope, "reports", report.id, "sealed", _encode_report(report)
            ),
        }

    async def _report(self, row: Row[Any]) -> Report:
        content = await self._decrypt_row("reports", row)
        return Report(
            id=ReportId(row.id),
            case=CaseId(row.case_id),
            channel=ReportChannel(row.channel),
            received_at=row.received_at,
            what_happened=content.get("what_happened", EXPUNGED_TEXT),
            who=content.get("who", ""),
            danger=row.danger,
            named_members=tuple(MemberId(member) for member in content.get("names_members", ())),
            answers=content.get("answers", {}),
            reporter=_read_account(content.get("reporter")),
            reporter_handle=content.get("reporter_handle", ""),
            contact_is_safe=row.contact_is_safe,
            do_not_contact=row.do_not_contact,
            withdrawn_at=row.withdrawn_at,
            locale=content.get("locale", ""),
            csam=content.get("minors", False),
            csam_claimed_by=MemberId(content["minors_said_by"]) if content.get("minors_said_by") else None,
            verified=content.get("verified", True),
            mail=ReplyAddress(*content["mail"]) if content.get("mail") else None,
        )

    async def _evidence(self, row: Row[Any], content: bytes | None) -> Evidence:
        known = await self._decrypt_row("evidence", row)
        return Evidence(
            id=EvidenceId(row.id),
            case=CaseId(row.case_id),
            report=None if row.report_id is None else ReportId(row.report_id),
            at=row.at,
            kind=row.kind,
            link=known.get("link", ""),
            author=_read_account(known.get("author")),
            author_handle=known.get("author_handle", ""),
            text=known.get("text", EXPUNGED_TEXT),
            file_name=known.get("file_name", ""),
            content=content,
            why_not=known.get("why_not", ""),
            sha256=known.get("sha256", ""),
            written_at=_read_instant(known.get("written_at")),
            found_by=MemberId(known["found_by"]) if known.get("found_by") else None,
        )

    async def _addition(self, row: Row[Any]) -> Addition:
        text = await self._encryption.decrypt_text("additions", row.id, "text", row.text)
        shown = EXPUNGED_TEXT if isinstance(text, Expunged) else text
        report = None if row.report_id is None else ReportId(row.report_id)
        return Addition(
            id=row.id,
            case=CaseId(row.case_id),
            report=report,
            at=row.at,
            text=shown,
            from_party=row.from_party,
            verified=row.verified is not False,
        )

    async def _index_report(self, report: Report) -> None:
        """Let the report be found by who sent it; that two reports are one reporter's stands nowhere."""
        scope = KeyScope.of_case(report.case)
        if report.mail:
            await self._numbered.add(scope, report.id, _address_term(report.mail.address))
        if report.reporter:
            await self._numbered.add(scope, report.id, _reporter_term(report.reporter))

    async def _decrypt_row(self, table: str, row: Row[Any]) -> Mapping[str, Any]:
        """Return what was encrypted in the row; nothing where the key of its case is destroyed."""
        content = await self._encryption.decrypt_json(table, row.id, "sealed", row.sealed)
        return {} if isinstance(content, Expunged) else content


def _select_evidence(*, among: bool = False) -> Select[Any]:
    """The select of a case's evidence, oldest first, without the bytes."""
    return select_columns(evidence.c.case_id, "content", evidence.c.at, evidence.c.id, among=among)


def _address_term(address: str) -> IndexTerm:
    return IndexTerm("mail", (address.strip().casefold(),))


def _reporter_term(reporter: Account) -> IndexTerm:
    return IndexTerm("reporter", (reporter.space, reporter.native_id))


def _encode_report(report: Report) -> dict[str, Any]:
    return {
        "what_happened": report.what_happened,
        "who": report.who,
        "names_members": list(report.named_members),
        "answers": dict(report.answers),
        "reporter": _encode_account(report.reporter),
        "reporter_handle": report.reporter_handle,
        "locale": report.locale,
        "minors": report.csam,
        "minors_said_by": report.csam_claimed_by,
        "verified": report.verified,
        "mail": [report.mail.address, report.mail.token, report.mail.answers] if report.mail else None,
    }


def _encode_evidence(piece: Evidence) -> dict[str, Any]:
    return {
        "link": piece.link,
        "author": _encode_account(piece.author),
        "author_handle": piece.author_handle,
        "text": piece.text,
        "file_name": piece.file_name,
        "why_not": piece.why_not,
        "sha256": piece.sha256,
        "found_by": piece.found_by,
        "written_at": None if piece.written_at is None else to_microseconds(piece.written_at),
    }


def _encode_account(account: Account | None) -> list[str] | None:
    return None if account is None else [account.space, account.native_id]


def _read_instant(written: int | None) -> datetime | None:
    return None if written is None else from_microseconds(written)


def _read_account(written: list[str] | None) -> Account | None:
    return None if written is None else Account(SpaceName(written[0]), written[1])
