"""What a case keeps of whoever asks, part by part: what is theirs is given, everything else is left out on a ground.

A handler gives more by writing it down; nothing of others is given by itself. Read `list_parts` first. Policy: P-2.6,
P-2.11.
"""

from collections.abc import Iterable, Iterator

from guardian.cases.case import Case
from guardian.cases.data_requests import DataPart, DataRequest, DataSource
from guardian.cases.notes import CaseAssessment, Findings, Inquiry, Note, standing_notes
from guardian.cases.proposals import Decision
from guardian.cases.reports import Addition, Evidence, Report
from guardian.ids import PersonId, ReportId
from guardian.people.models import contactable_accounts
from guardian.sanctions.models import Sanction
from guardian.services.case_flow import reported_people
from guardian.services.context import ReadView
from rules.data_requests import Withholding
from rules.shared_facts import SharedOf


async def list_parts(view: ReadView, case: Case, request: DataRequest) -> tuple[DataPart, ...]:
    """Return every part of the case, in the order of places; given is what is the asker's own, and nothing else."""
    reports = await view.cases.reports_of(case.id)
    additions = await view.cases.additions_of(case.id)
    evidence = await view.cases.evidence_of(case.id)
    notes = standing_notes(await view.notes.notes_of(case.id))
    found = [
        *(part for each in reports for part in _of_report(each, request.report)),
        *await _of_additions(view, case, additions, request),
        *(_of_evidence(each, reports, request.report) for each in evidence if each.text or each.file_name),
        *(_of_note(each) for each in notes),
    ]
    if request.person is not None:
        found += await _of_person(view, case, request.person)
    return tuple(part for part in found if part.kept.strip())


def _of_report(report: Report, own: ReportId | None) -> Iterator[DataPart]:
    words = {"": report.what_happened, "who": report.who, **report.answers}
    for name, text in words.items():
        yield DataPart(
            key=f"{report.id} {name}",
            source=DataSource.ANSWER if name else DataSource.REPORT,
            kept=text,
            at=report.received_at,
            is_own=report.id == own,
            given=text if report.id == own else "",
            ground=None if report.id == own else Withholding.WHO_SPOKE,
        )


async def _of_additions(
    view: ReadView, case: Case, additions: Iterable[Addition], request: DataRequest
) -> list[DataPart]:
    """Words added later: a reporter's by their report; a person's where nobody else is heard in the case."""
    is_alone = len(await reported_people(view, case)) == 1
    found = []
    for each in additions:
        is_own = each.report == request.report if request.report else each.report is None and is_alone
        ground = Withholding.OTHERS if each.report is None else Withholding.WHO_SPOKE
        found.append(
            DataPart(
                key=each.id,
                source=DataSource.HEARING if each.report is None else DataSource.ADDITION,
                kept=each.text,
                at=each.at,
                is_own=is_own,
                given=each.text if is_own else "",
                ground=None if is_own else ground,
            )
        )
    return found


def _of_evidence(piece: Evidence, reports: Iterable[Report], own: ReportId | None) -> DataPart:
    """A reporter's own files and words; what others wrote, and what was reported of somebody, shows who spoke."""
    report = next((each for each in reports if each.id == piece.report), None)
    is_own = own is not None and report is not None and report.id == own
    is_own = is_own and (piece.author is None or (report is not None and piece.author == report.reporter))
    kept = "\n".join(text for text in (piece.file_name, piece.text) if text)
    return DataPart(
        key=piece.id,
        source=DataSource.FILE,
        kept=kept,
        at=piece.written_at or piece.at,
        is_own=is_own,
        given=kept if is_own else "",
        ground=None if is_own else Withholding.OTHERS if own is not None else Withholding.WHO_SPOKE,
    )


def _of_note(note: Note) -> DataPart:
    """What the group wrote is never given by itself: what of it is the asker's, a handler writes down."""
    source, text, ground = DataSource.NOTE, note.text, Withholding.DELIBERATION
    match note.content:
        case Inquiry():
            words = (note.content.asked_of, note.content.question, note.content.answer)
            source, text, ground = DataSource.INQUIRY, "\n".join(words), Withholding.WHO_SPOKE
        case Findings():
            source, text = DataSource.FINDINGS, f"{note.content.what_happened}\n{note.content.responsible}"
        case CaseAssessment():
            words = (note.content.jurisdiction, note.content.impact, note.content.risk)
            source, text = DataSource.ASSESSMENT, "\n".join(words)
        case None:
            pass
    return DataPart(key=note.id, source=source, kept=text, at=note.at, ground=ground)


async def _of_person(view: ReadView, case: Case, person: PersonId) -> list[DataPart]:
    links = contactable_accounts(await view.people.accounts_of(person))
    found = [
        _given(link.id, DataSource.ACCOUNT, f"{link.handle or link.account.native_id} ({link.account.space})")
        for link in links
    ]
    found += [
        _given(f"name {number}", DataSource.NAME, each.name)
        for number, each in enumerate(await view.records.names_of(person))
    ]
    sanctions = [each for each in await view.sanctions.of_person(person) if each.case == case.id]
    found += [_given(each.id, DataSource.RESTRICTION, _words_of(each)) for each in sanctions]
    decisions = await view.deliberation.decisions_of(case.id)
    found += [_of_decision(each) for each in decisions if each.enacted_at and each.person in (None, person)]
    shared = [each for each in await view.shared_facts.shared_facts_of(case.id) if each.read_at is not None]
    found += [
        _given(each.id, DataSource.SHARED, f"{each.words.to}: {each.words.what}")
        for each in shared
        if each.words.of is SharedOf.REPORTED
    ]
    stated = (await view.records.stated_of(case.id)).get(person)
    if stated is not None and stated.summary_read_by is not None:
        found.append(_given("summary", DataSource.SUMMARY, stated.summary))
    return found


def _of_decision(decision: Decision) -> DataPart:
    """The words of a decision reached the person in a letter that was read; these here may name others."""
    chosen = decision.consequence
    asked = "\n".join(each.words for each in chosen.asked)
    kept = f"{chosen.outcome.value}\n{chosen.summary}\n{chosen.impact}\n{chosen.conditions}\n{asked}".strip()
    return DataPart(
        key=decision.id, source=DataSource.DECISION, kept=kept, at=decision.at, ground=Withholding.DELIBERATION
    )


def _given(key: str, source: DataSource, text: str) -> DataPart:
    return DataPart(key=key, source=source, kept=text, is_own=True, given=text)


def _words_of(sanction: Sanction) -> str:
    ends = f"{sanction.ends:%Y-%m-%d}" if sanction.ends else "-"
    where = ", ".join(sorted(sanction.spaces)) if sanction.spaces is not None else "*"
    return f"{sanction.restriction}, {sanction.starts:%Y-%m-%d} / {ends}, {where}"
