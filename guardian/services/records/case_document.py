"""The document of a case, put together from what happened in it instead of typed twice, and what a given reader gets of it.

Read `read_document` first. Policy: P-9.3, P-2.6, P-8.5.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.cases.conditions import Condition
from guardian.cases.drafts import Draft, DraftState
from guardian.cases.notes import CaseAssessment, Findings, Inquiry, MotionReport
from guardian.cases.proposals import Consequence
from guardian.cases.question_labels import answer_label, question_label
from guardian.cases.report_questions import CONTACT, WITNESSES
from guardian.cases.reports import Report
from guardian.ids import MemberId
from guardian.services.context import AppContext
from guardian.services.notes.determination import Determination, read_determination
from guardian.services.notes.thread import NoteView, list_thread
from guardian.services.reading_room.case_file import CaseFile, ReportView, read_case
from guardian.services.reading_room.proceedings import Proceedings, read_proceedings
from guardian.services.records.sheet import RecordView, read_record
from rules.conditions import AskedCondition

LEFT_OUT: Final = "[left out]"
_SHORTEST_NAME: Final = 3


class DocumentReader(StrEnum):
    """For whom a copy is.

    The members on the case have all of it. The Board learns neither who reported nor who said what. Whoever advises the
    group from outside, such as a lawyer, learns nobody's name: nor who is reported, and who of the group did what.
    """

    GROUP = "group"
    BOARD = "board"
    ADVISER = "adviser"


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """One part of the document: its heading, and its lines in order."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseDocument:
    """The document of a case under its code name, as that reader gets it."""

    code_name: str
    reader: DocumentReader
    sections: tuple[DocumentSection, ...]


@dataclass(frozen=True, slots=True)
class _Sources:
    """Everything that the document is made of."""

    file: CaseFile
    became: Proceedings
    thread: tuple[NoteView, ...]
    determination: Determination
    record: RecordView


async def read_document(app: AppContext, by: MemberId, code_name: str, reader: DocumentReader) -> CaseDocument:
    """Return the case's document for that reader, from what this member may read; each reading is journalled.

    In the Board's copy and in an adviser's stands nothing that a reporter wrote or is called by, and nobody's words of the
    discussion; in an adviser's no other name either. Policy: P-9.3, P-2.6, P-2.11.
    """
    record = await read_record(app, by, code_name)
    sources = _Sources(
        file=await read_case(app, by, code_name),
        became=await read_proceedings(app, by, code_name),
        thread=await list_thread(app, by, code_name),
        determination=await read_determination(app, by, code_name),
        record=record,
    )
    hidden = _names_hidden_from(reader, sources)
    return CaseDocument(
        sources.file.case.code_name,
        reader,
        tuple(
            DocumentSection(title, tuple(hide_names(line, hidden) for line in part(sources)))
            for title, part in _PARTS[reader].items()
        ),
    )


def write_document(document: CaseDocument) -> str:
    """Return the document as Markdown; a part in which nothing happened says so."""
    lines = [f"# {document.code_name}", "", confidentiality_of(document.reader), ""]
    for section in document.sections:
        lines += [f"## {section.title}", "", *(section.lines or ("Nothing is on record.",)), ""]
    return "\n".join(lines)


def confidentiality_of(reader: DocumentReader) -> str:
    """Return the sentence that says for whom a copy is."""
    return f"Confidential: for {_WHO[reader]} alone. Not to be passed on."


_WHO: Final = {
    DocumentReader.GROUP: "the members on the case",
    DocumentReader.BOARD: "the Board",
    DocumentReader.ADVISER: "whoever advises the group in this case",
}


def _names_hidden_from(reader: DocumentReader, sources: _Sources) -> tuple[str, ...]:
    if reader is DocumentReader.GROUP:
        return ()
    reporters = names_of_reporters(view.report for view in sources.file.reports)
    if reader is DocumentReader.BOARD:
        return reporters
    accounts = [link for person in sources.file.people for link in person.accounts]
    others = {name for link in accounts for name in (link.handle, link.account.native_id)}
    others |= {name for report in sources.file.reports for name in report.concerns}
    others |= {each.name for each in sources.file.exclusions} | set(sources.became.names.values())
    others |= {note.author for note in sources.thread} | {sources.file.contact}
    return _longest_first({*reporters, *(in_one_line(name) for name in others)})


def _facts(sources: _Sources) -> Iterator[str]:
    case = sources.file.case
    yield f"- Status: {sources.file.state}"
    yield f"- Opened: {_at(case.opened_at)}"
    yield f"- Kind of record: {sources.record.kind.value}"
    yield f"- People: {', '.join(sources.record.people) or 'nobody is named'}"
    if case.outcome:
        yield f"- Outcome: {in_one_line(case.outcome)}"


def _reports(sources: _Sources) -> Iterator[str]:
    for number, view in enumerate(sources.file.reports, start=1):
        yield from _report(number, view)


def _report(number: int, view: ReportView) -> Iterator[str]:
    report = view.report
    yield f"### Report {number}, {_at(report.received_at)}"
    yield ""
    yield _quoted(report.what_happened)
    if report.who:
        yield f"- Who was involved: {in_one_line(report.who)}"
    yield from (_answer(name, text) for name, text in sorted(report.answers.items()) if text)
    for piece in view.evidence:
        yield f"- Evidence, {_at(piece.at)}: {in_one_line(piece.file_name or piece.link or piece.kind)} (SHA-256 {piece.sha256})"
    for addition in view.additions:
        yield f"- {_at(addition.at)}, {'from the reporter' if addition.from_party else 'to the reporter'}:"
        yield _quoted(addition.text)


def _answer(name: str, text: str) -> str:
    question = question_label(name)
    return f"- {question}{'' if question.endswith('?') else ':'} {in_one_line(answer_label(text, name))}"


def _summary(sources: _Sources) -> Iterator[str]:
    found, weighed = sources.determination.findings, sources.determination.assessment
    if found is not None:
        yield f"- Behaviour: {in_one_line(found.what_happened)}"
        yield f"- Violation: {found.violation.value.replace('_', ' ')}"
    if weighed is not None:
        yield f"- Impact: {in_one_line(weighed.impact)}"
        yield f"- Risk: {in_one_line(weighed.risk)}"


def _scope(sources: _Sources) -> Iterator[str]:
    if sources.determination.assessment is not None:
        yield f"- {in_one_line(sources.determination.assessment.jurisdiction)}"


def _discussion(sources: _Sources) -> Iterator[str]:
    for note in sources.thread:
        corrected = ", corrected later" if note.superseded_by else ""
        yield f"- {_at(note.at)}, {note.author} ({note.kind.value}{corrected}): {in_one_line(_note_text(note))}"


def _note_text(note: NoteView) -> str:
    match note.content:
        case Inquiry():
            return f"asked {note.content.asked_of}: {note.content.question} / {note.content.answer or 'no answer yet'}"
        case CaseAssessment():
            return f"{note.content.jurisdiction} / {note.content.impact} / {note.content.risk}"
        case Findings():
            return f"{note.content.what_happened} / {note.content.responsible} / {note.content.ongoing}"
        case MotionReport() | None:
            return note.text


def _proposals(sources: _Sources) -> Iterator[str]:
    for proposal in sources.file.proposals:
        ballots = sources.became.ballots[proposal.id].ballots if proposal.id in sources.became.ballots else ()
        answers = ", ".join(f"{_name(sources.became, each.member)}: {each.answer.value}" for each in ballots)
        result = proposal.result or "open"
        yield f"- {_at(proposal.at)}, {_name(sources.became, proposal.by)}: {describe_consequence(proposal.consequence)} ({result})"
        if answers:
            yield f"  - {answers}"


def _unnamed_proposals(sources: _Sources) -> Iterator[str]:
    for proposal in sources.file.proposals:
        yield f"- {_at(proposal.at)}: {describe_consequence(proposal.consequence)} ({proposal.result or 'open'})"


def _decisions(sources: _Sources) -> Iterator[str]:
    for decision in sources.file.decisions:
        by = "the Board" if decision.by_board else "the group"
        enacted = f", enacted {_at(decision.enacted_at)}" if decision.enacted_at else ", not enacted yet"
        yield f"- {_at(decision.at)}, {by}: {describe_consequence(decision.consequence)}{enacted}"
        yield from (_condition(each) for each in sources.became.conditions if each.decision == decision.id)


def _condition(line: Condition) -> str:
    shown = f" ({_at(line.checked_at)}: {in_one_line(line.evidence)})" if line.checked_at else ""
    return f"  - {line.kind.value.replace('_', ' ')}, {in_one_line(line.words)}: {line.state.value.replace('_', ' ')}{shown}"


def _with_moderators(sources: _Sources) -> Iterator[str]:
    for handoff in sources.became.handoffs:
        yield f"- {_at(handoff.at)}, {handoff.direction.value}, {handoff.space}: {in_one_line(handoff.words)}"
        if handoff.done_locally:
            yield f"  - Done there: {in_one_line(handoff.done_locally)}"


def _with_reported(sources: _Sources) -> Iterator[str]:
    for answer in sources.file.hearing_answers:
        yield f"- {_at(answer.at)}, from them:"
        yield _quoted(answer.text)
    yield from _sent(sources.file.drafts, "reported")


def _to_reporter(sources: _Sources) -> Iterator[str]:
    yield from _sent(sources.file.drafts, "reporter")


def _sent(drafts: Iterable[Draft], to: str) -> Iterator[str]:
    for draft in drafts:
        if draft.to.value == to and draft.state is not DraftState.WITHDRAWN:
            state = "sent" if draft.state is DraftState.SENT else "not sent yet"
            yield f"- {_at(draft.at)}, {draft.kind.value} ({state}):"
            yield _quoted(draft.text)


def describe_consequence(consequence: Consequence) -> str:
    """Return what is proposed or decided, with its conditions, in one line."""
    parts = [consequence.outcome.value.replace("_", " ")]
    parts += [f"{consequence.term.days} days"] if consequence.term else []
    parts += [f"conditions: {in_one_line(consequence.conditions)}"] if consequence.conditions else []
    parts += [describe_asked(each) for each in consequence.asked]
    parts += [f"behaviour: {in_one_line(consequence.summary)}"] if consequence.summary else []
    return "; ".join(parts)


def describe_asked(asked: AskedCondition) -> str:
    """Return one thing that is asked of the person, and by when."""
    until = f" within {asked.within.days} days" if asked.within else ""
    return f"asked{until}: {asked.kind.value.replace('_', ' ')}, {in_one_line(asked.words)}"


_PARTS_FOR_GROUP: Final = {
    "The case": _facts,
    "What was reported": _reports,
    "Summary: behaviour apart from impact": _summary,
    "Scope": _scope,
    "Discussion": _discussion,
    "Proposed modifications and consequences": _proposals,
    "Decisions": _decisions,
    "With the moderators": _with_moderators,
    "With the reported person": _with_reported,
    "Sent to the reporter": _to_reporter,
}
_PARTS_FOR_BOARD: Final = {
    "The case": _facts,
    "Summary: behaviour apart from impact": _summary,
    "Scope": _scope,
    "Decisions": _decisions,
}
_PARTS_FOR_ADVISER: Final = {
    **_PARTS_FOR_BOARD,
    "Proposed modifications and consequences": _unnamed_proposals,
    "With the reported person": _with_reported,
}
_PARTS: Final = {
    DocumentReader.GROUP: _PARTS_FOR_GROUP,
    DocumentReader.BOARD: _PARTS_FOR_BOARD,
    DocumentReader.ADVISER: _PARTS_FOR_ADVISER,
}


def names_of_reporters(reports: Iterable[Report]) -> tuple[str, ...]:
    """Return what whoever reported is called, as it reads in a line, longest first: accounts, handles, addresses."""
    found = set()
    for report in reports:
        found |= {report.reporter_handle, report.mail.address if report.mail else ""}
        found |= {report.reporter.native_id} if report.reporter else set()
        found |= {report.answers.get(name, "") for name in (CONTACT, WITNESSES)}
    return _longest_first(in_one_line(name) for name in found)


def _longest_first(names: Iterable[str]) -> tuple[str, ...]:
    """The names that can be sought in a line, those first that others are part of."""
    return tuple(sorted({name for name in names if len(name) >= _SHORTEST_NAME}, key=lambda name: (-len(name), name)))


def hide_names(line: str, names: Iterable[str]) -> str:
    """Return the line with `LEFT_OUT` in the place of each of the names."""
    for name in names:
        line = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", LEFT_OUT, line, flags=re.IGNORECASE)
    return line


def _name(became: Proceedings, who: str) -> str:
    names: Mapping[str, str] = became.names
    return names.get(who, "a member")


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def in_one_line(text: str) -> str:
    """Return a text as one line in which no sign of Markdown and no address does anything."""
    words = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in words)


def text_of_line(line: str) -> str:
    """Return what a line of the document says, without the signs of Markdown that `in_one_line` and its parts gave it."""
    return re.sub(r"\\([\\`*_\[\]<>#|])", r"\1", re.sub(r"^(### | *- |> )", "", line))


def _quoted(text: str) -> str:
    return "\n".join(f"> {in_one_line(line)}" for line in text.splitlines()) + "\n"
