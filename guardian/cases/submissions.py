"""What is sent in, and what becomes of it: a Report with its Evidence, a Case, a Party, and the deadlines that now run.

Judges nothing and stores nothing; every limit is an argument. Read `Submission` first.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Final

from guardian.cases.case import Case, CaseKind, CaseState, Party, PartyRole
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.receipts import create_mail_token
from guardian.cases.received_words import kept_text, search_file, whole_characters
from guardian.cases.report_questions import CHOICES, CONTACT_IS_SAFE, DANGER, DO_NOT_CONTACT, HANDLED, WHO
from guardian.cases.reports import Addition, Audience, Evidence, ReplyAddress, Report, ReportChannel
from guardian.errors import Refused
from guardian.ids import CaseId, EvidenceId, MemberId, ReportId, new_id, new_reference
from guardian.people.models import Member
from guardian.spaces.content import ContentCopy
from guardian.spaces.port import Account
from rules.conflicts import ConflictIndicators
from rules.deadlines import TimeLimit, due_at, reminder_times
from rules.policy import Policy
from rules.routing import ReportKind, kind_of_report

MAX_FILES: Final = 10

_WITHHELD: Final = "It may be sexual material of minors, which is never fetched, copied or shown."

ANSWER_TIME_LIMITS: Final[Mapping[DeadlineKind, TimeLimit]] = {
    DeadlineKind.FIRST_ANSWER: TimeLimit.FIRST_ANSWER,
    DeadlineKind.SUBSTANTIVE_ANSWER: TimeLimit.SUBSTANTIVE_ANSWER,
    DeadlineKind.RESOLUTION: TimeLimit.RESOLUTION,
}
"""What a reporter is owed. Policy: P-2.4."""


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    """One piece of evidence as a channel receives it; `why_not` says why there are no bytes where there could be.

    `is_whole`: it is all that came in, as it came, and so says nothing that does not stand elsewhere in the submission.
    `is_searched`: its bytes were searched for receipts before, since it is long; any other is searched as it is stored.
    """

    kind: str
    link: str = ""
    author: Account | None = None
    author_handle: str = ""
    text: str = ""
    file_name: str = ""
    content: bytes | None = None
    why_not: str = ""
    written_at: datetime | None = None
    is_whole: bool = False
    is_searched: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """A report as a channel receives it. `delivery` is the channel's own id of it, by which a repeat is recognised.

    `mail` is the address that it was mailed from, and `accepts_mail_replies` whether answers go there by themselves.
    `entered_by` is the member who wrote down what somebody else reported to them: never the reporter. `locale`, `csam`
    and `verified` are as in the report that it becomes. `audience_members` are the members whom the reporter chose,
    where `audience` says so.
    """

    channel: ReportChannel
    what_happened: str
    who: str = ""
    danger: bool = False
    named_members: tuple[MemberId, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    reporter: Account | None = None
    reporter_handle: str = ""
    evidence: tuple[EvidenceInput, ...] = ()
    delivery: str | None = None
    locale: str = ""
    csam: bool = False
    verified: bool = True
    audience: Audience = Audience.ALL
    audience_members: tuple[MemberId, ...] = ()
    mail: str = ""
    accepts_mail_replies: bool = False
    entered_by: MemberId | None = None


def check_submission(submission: Submission, max_text: int, max_file_size: int) -> None:
    """Refuse a report that says nothing, or more than is taken. Policy: P-2.2."""
    if not submission.what_happened.strip():
        raise Refused("empty", "Please say in a few words what happened. Everything else can be left out.", "P-2.2")
    texts = (submission.what_happened, submission.who, *submission.answers.values())
    check_length(sum(len(text) for text in texts), max_text)
    check_files(submission.evidence, max_file_size)


def check_length(length: int, max_text: int) -> None:
    """Refuse a text that is longer than is taken."""
    if length > max_text:
        sentence = (
            f"This is longer than we can take at once: {length} characters, where {max_text} fit. "
            "Please shorten it, or send the first part now and add the rest afterwards."
        )
        raise Refused("too_long", sentence, "P-2.2", {"length": length, "most": max_text})


def check_files(files: tuple[EvidenceInput, ...], max_file_size: int) -> None:
    """Refuse more files, or larger ones, than are taken."""
    if len(files) > MAX_FILES:
        sentence = f"At most {MAX_FILES} files fit at once. More can be added afterwards."
        raise Refused("too_many", sentence, "P-2.2", {"most": MAX_FILES})
    for each in files:
        if each.content is not None and len(each.content) > max_file_size:
            size = max_file_size // 1_000_000
            sentence = f"The file {each.file_name!r} is larger than {size} MB, which is too much."
            raise Refused("too_large", sentence, "P-2.2", {"name": each.file_name, "size": size})


def conflict_indicators(submission: Submission, members: tuple[Member, ...]) -> ConflictIndicators[MemberId]:
    """Return whom the report points to: picked from the list, author of evidence, or somewhere in its words.

    Policy: P-2.5.
    """
    texts = (submission.what_happened, submission.who, *submission.answers.values())
    return ConflictIndicators(
        picked=frozenset(submission.named_members),
        authors=member_authors(submission.evidence, members),
        texts=(*texts, *texts_of(submission.evidence)),
    )


def member_authors(evidence: tuple[EvidenceInput, ...], members: tuple[Member, ...]) -> frozenset[MemberId]:
    """Return the members whose own accounts wrote the evidence."""
    authors = author_accounts(evidence)
    return frozenset(member.id for member in members if authors & set(member.accounts))


def author_accounts(evidence: tuple[EvidenceInput, ...]) -> frozenset[Account]:
    """Return the accounts that wrote the evidence."""
    return frozenset(piece.author for piece in evidence if piece.author is not None)


def is_missing(piece: EvidenceInput) -> bool:
    """Return whether something belongs to the piece that did not come in, so that nobody could read it.

    What may be sexual material of minors is left where it is by rule: its author is known, and nothing else is asked.
    """
    return piece.content is None and piece.why_not not in ("", _WITHHELD)


def texts_of(evidence: tuple[EvidenceInput, ...]) -> tuple[str, ...]:
    """Return all free words of the evidence."""
    return tuple(chain.from_iterable((each.text, each.author_handle, each.file_name) for each in evidence))


def new_case(code_name: str, at: datetime, *, danger: bool) -> Case:
    """Return a case that has just been opened by a report."""
    return Case(
        id=CaseId(new_id()),
        code_name=code_name,
        kind=CaseKind.REPORT,
        state=CaseState.OPEN,
        opened_at=at,
        safety_risk=danger,
    )


def build_report(submission: Submission, case: CaseId, at: datetime) -> Report:
    """Build the report as it is kept."""
    safe = {"yes": True, "no": False}.get(submission.answers.get(CONTACT_IS_SAFE, ""))
    return Report(
        id=ReportId(new_id()),
        case=case,
        channel=submission.channel,
        received_at=at,
        what_happened=kept_text(submission.what_happened).strip(),
        who=kept_text(submission.who).strip(),
        danger=submission.danger,
        named_members=submission.named_members,
        answers=_kept_answers(submission.answers),
        reporter=submission.reporter,
        reporter_handle=kept_text(submission.reporter_handle),
        contact_is_safe=safe,
        do_not_contact=submission.answers.get(DO_NOT_CONTACT) == "yes",
        locale=submission.locale,
        csam=submission.csam,
        verified=submission.verified,
        mail=ReplyAddress(submission.mail, create_mail_token(), submission.accepts_mail_replies)
        if submission.mail
        else None,
    )


def with_proved_sender(report: Report, address: ReplyAddress, handle: str) -> Report:
    """Return the report as that of whoever is now shown to have mailed it."""
    return replace(report, mail=address, reporter_handle=kept_text(handle), verified=True)


def build_addition(
    case: CaseId, report: ReportId | None, text: str, at: datetime, *, verified: bool = True
) -> Addition:
    """Build what a party adds as it is kept; `report` is None where it is no reporter's."""
    return Addition(id=new_id(), case=case, report=report, at=at, text=kept_text(text).strip(), verified=verified)


def merge_answers(report: Report, later: Mapping[str, str]) -> Report:
    """Merge what its reporter answered later into the report: of choices the last one counts, of words none is lost.

    Policy: P-2.12.
    """
    merged, answers = dict(report.answers), _kept_answers(later)
    for name, answer in answers.items():
        if name not in (DANGER, WHO):
            merged[name] = answer if name in CHOICES else _join_texts(merged.get(name, ""), answer)
    safe = {"yes": True, "no": False}.get(answers.get(CONTACT_IS_SAFE, ""), report.contact_is_safe)
    do_not_contact = answers[DO_NOT_CONTACT] == "yes" if DO_NOT_CONTACT in answers else report.do_not_contact
    who = _join_texts(report.who, answers.get(WHO, ""))
    danger = report.danger or answers.get(DANGER) == "yes"
    return replace(report, answers=merged, contact_is_safe=safe, do_not_contact=do_not_contact, who=who, danger=danger)


def _kept_answers(answers: Mapping[str, str]) -> dict[str, str]:
    return {name: kept_text(answer) for name, answer in answers.items()}


def without_receipts(submission: Submission) -> Submission:
    """Return the submission with its words as they are kept, so that it is compared with what is kept already."""
    return replace(
        submission,
        what_happened=kept_text(submission.what_happened),
        who=kept_text(submission.who),
        answers=_kept_answers(submission.answers),
    )


def _join_texts(known: str, addition: str) -> str:
    """Both texts, once where they are the same."""
    return "\n\n".join(dict.fromkeys(text for text in (known, addition) if text))


def is_repeat(report: Report, submission: Submission) -> bool:
    """Return whether the report, which may say more by now, says all that the submission says, its evidence left aside."""
    report_facts = (report.channel, report.what_happened, report.named_members, report.csam)
    submission_facts = (submission.channel, submission.what_happened.strip(), submission.named_members, submission.csam)
    has_answers = all(report.answers.get(name) == answer for name, answer in submission.answers.items())
    has_rest = report.who.startswith(submission.who.strip()) and (report.danger or not submission.danger)
    return report_facts == submission_facts and has_answers and has_rest


def has_same_text(report: Report, submission: Submission) -> bool:
    """Return whether the report's own words are those of the submission, and say the same of danger.

    Capitals and spaces do not matter.
    """
    report_text = (_normalize(report.what_happened), _normalize(report.who), report.danger, report.csam)
    return report_text == (
        _normalize(submission.what_happened),
        _normalize(submission.who),
        submission.danger,
        submission.csam,
    )


def _normalize(text: str) -> str:
    return " ".join(text.casefold().split())


def report_kind(report: Report) -> ReportKind:
    """Return what the report asks for. Policy: P-2.3."""
    return kind_of_report(handled=report.answers.get(HANDLED) == "yes", danger=report.danger)


def build_evidence(evidence_input: EvidenceInput, report: Report, at: datetime) -> Evidence:
    """Build the piece of evidence as it is kept, with the hash of its bytes. Policy: P-2.7.

    Of suspected sexual material of minors only the link, the author and the time are.
    """
    evidence = replace(_kept_evidence(evidence_input, report.case, at), report=report.id)
    return strip_contents(evidence) if report.csam else evidence


def build_found_evidence(evidence_input: EvidenceInput, case: CaseId, by: MemberId, at: datetime) -> Evidence:
    """Build what a member found themselves as it is kept, with the hash of its bytes. Policy: P-3.3."""
    return replace(_kept_evidence(evidence_input, case, at), found_by=by)


def _kept_evidence(evidence_input: EvidenceInput, case: CaseId, at: datetime) -> Evidence:
    content = evidence_input.content
    if content is not None and not evidence_input.is_searched:
        content = search_file(content)
    return Evidence(
        id=EvidenceId(new_id()),
        case=case,
        report=None,
        at=at,
        kind=evidence_input.kind,
        link=whole_characters(evidence_input.link),
        author=evidence_input.author,
        author_handle=kept_text(evidence_input.author_handle),
        text=kept_text(evidence_input.text),
        file_name=kept_text(evidence_input.file_name),
        content=content,
        why_not=kept_text(evidence_input.why_not),
        sha256="" if content is None else hashlib.sha256(content).hexdigest(),
        written_at=evidence_input.written_at,
    )


def strip_contents(evidence: Evidence) -> Evidence:
    """Return what may be kept of a piece that may be sexual material of minors: link, author and time.

    Policy: P-2.7.
    """
    return replace(evidence, text="", file_name="", content=None, sha256="", why_not=_WITHHELD)


def reporter_party(report: Report) -> Party:
    """Return the reporter as a party of the case, with a reference of their own."""
    return Party(report.case, PartyRole.REPORTER, new_reference(), report=report.id)


def initial_deadlines(report: Report, policy: Policy) -> tuple[Deadline, ...]:
    """Return what a reporter is owed, and for danger the call that is repeated until somebody has it.

    Policy: P-2.4, P-3.6.
    """
    since = report.received_at
    deadlines = [_answer_deadline(kind, time_limit, report, policy) for kind, time_limit in ANSWER_TIME_LIMITS.items()]
    if report.danger:
        deadlines.append(danger_deadline(report, since, policy))
    return tuple(deadlines)


def danger_deadline(report: Report, since: datetime, policy: Policy) -> Deadline:
    """Return the call for danger, repeated until somebody has it. Policy: P-3.6."""
    due, next_at = since + policy.reports.danger_page, since + policy.reports.danger_repeat
    return Deadline(
        id=new_id(),
        kind=DeadlineKind.DANGER_PAGE,
        case=report.case,
        since=since,
        due=due,
        next_at=next_at,
        about=report.id,
    )


def _answer_deadline(kind: DeadlineKind, time_limit: TimeLimit, report: Report, policy: Policy) -> Deadline:
    """Return a deadline whose first reminder is what is due next; the target for the first answer is such a reminder."""
    since = report.received_at
    until = due_at(time_limit, since, policy)
    instants = [*reminder_times(time_limit, since, policy), until]
    if kind is DeadlineKind.FIRST_ANSWER:
        instants.append(due_at(TimeLimit.FIRST_ANSWER_TARGET, since, policy))
    return Deadline(
        id=new_id(), kind=kind, case=report.case, since=since, due=until, next_at=min(instants), about=report.id
    )


def evidence_of(copy: ContentCopy) -> tuple[EvidenceInput, ...]:
    """Return a message of a space and its files as evidence, as they stood when they were read. Policy: P-2.7."""
    link, author, handle = copy.content.link, copy.author, copy.author_handle
    message = EvidenceInput(
        kind="message", link=link, author=author, author_handle=handle, text=copy.text, written_at=copy.written_at
    )
    files = (
        EvidenceInput(
            kind="file",
            link=link,
            author=author,
            author_handle=handle,
            file_name=f.file_name,
            content=f.content,
            why_not=f.why_not,
        )
        for f in copy.files
    )
    return (message, *files)
