"""What is sent in, and what becomes of it: a Report with its Evidence, a Case, a Party, and the promises that now run.

Judges nothing and stores nothing; every limit is handed in.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Final

from guardian.cases.questions import CHOICES, CONTACT_IS_SAFE, DANGER, HANDLED, HOLD_CONTACT, WHO
from guardian.cases.receipts import mail_token
from guardian.cases.values import (
    Case,
    CaseKind,
    CaseState,
    Door,
    Evidence,
    Hears,
    MailWay,
    Party,
    PartyRole,
    Promise,
    PromiseKind,
    Report,
)
from guardian.errors import Refused
from guardian.ids import CaseId, EvidenceId, MemberId, ReportId, new_id, new_reference
from guardian.people.values import Member
from guardian.spaces.port import Account
from rules.conflicts import Signs
from rules.deadlines import Deadline, due, reminders
from rules.policy import Policy
from rules.routing import ReportKind, kind_of_report

MOST_FILES: Final = 10

_NOT_HELD: Final = "It may be sexual material of minors, which is never fetched, copied or shown."

_PROMISED: Final[Mapping[PromiseKind, Deadline]] = {
    PromiseKind.FIRST_ANSWER: Deadline.FIRST_ANSWER,
    PromiseKind.SUBSTANTIVE_ANSWER: Deadline.SUBSTANTIVE_ANSWER,
    PromiseKind.RESOLUTION: Deadline.RESOLUTION,
}


@dataclass(frozen=True, slots=True)
class EvidenceIn:
    """One piece of evidence as a door takes it in; `why_not` says why there are no bytes where there could be."""

    kind: str
    link: str = ""
    author: Account | None = None
    author_handle: str = ""
    text: str = ""
    file_name: str = ""
    content: bytes | None = None
    why_not: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A report as a door takes it in. `delivery` is the door's own id of it, by which a repeat is recognised.

    `mail` is the address that it was mailed from, and `answers_by_mail` whether answers go there by themselves.
    `entered_by` is the member who wrote down what somebody else told them: never the reporter.
    `locale`, `minors` and `verified` are as in the report that it becomes. `hears_first` are the members whom the reporter
    chose, where `hears` says so.
    """

    door: Door
    what_happened: str
    who: str = ""
    danger: bool = False
    names_members: tuple[MemberId, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    reporter: Account | None = None
    reporter_handle: str = ""
    evidence: tuple[EvidenceIn, ...] = ()
    delivery: str | None = None
    locale: str = ""
    minors: bool = False
    verified: bool = True
    hears: Hears = Hears.ALL
    hears_first: tuple[MemberId, ...] = ()
    mail: str = ""
    answers_by_mail: bool = False
    entered_by: MemberId | None = None


def check_submission(submission: Submission, longest_text: int, largest_file: int) -> None:
    """Refused where the report says nothing, or more than is taken. Policy: P-2.2."""
    if not submission.what_happened.strip():
        raise Refused("empty", "Please say in a few words what happened. Everything else can be left out.", "P-2.2")
    words = (submission.what_happened, submission.who, *submission.answers.values())
    check_length(sum(len(text) for text in words), longest_text)
    check_files(submission.evidence, largest_file)


def check_length(length: int, longest_text: int) -> None:
    """Refused where a text is longer than is taken."""
    if length > longest_text:
        sentence = (
            f"This is longer than we can take at once: {length} characters, where {longest_text} fit. "
            "Please shorten it, or send the first part now and add the rest afterwards."
        )
        raise Refused("too_long", sentence, "P-2.2", {"length": length, "most": longest_text})


def check_files(files: tuple[EvidenceIn, ...], largest_file: int) -> None:
    """Refused where there are more files, or larger ones, than are taken."""
    if len(files) > MOST_FILES:
        sentence = f"At most {MOST_FILES} files fit at once. More can be added afterwards."
        raise Refused("too_many", sentence, "P-2.2", {"most": MOST_FILES})
    for each in files:
        if each.content is not None and len(each.content) > largest_file:
            size = largest_file // 1_000_000
            sentence = f"The file {each.file_name!r} is larger than {size} MB, which is too much."
            raise Refused("too_large", sentence, "P-2.2", {"name": each.file_name, "size": size})


def signs_of(submission: Submission, members: tuple[Member, ...]) -> Signs[MemberId]:
    """Whom the report points to: picked from the list, author of evidence, or somewhere in its words. Policy: P-2.5."""
    words = (submission.what_happened, submission.who, *submission.answers.values())
    return Signs(
        picked=frozenset(submission.names_members),
        authors=authors_of(submission.evidence, members),
        texts=(*words, *words_of(submission.evidence)),
    )


def authors_of(evidence: tuple[EvidenceIn, ...], members: tuple[Member, ...]) -> frozenset[MemberId]:
    """The members whose own accounts wrote the evidence."""
    authors = writers_of(evidence)
    return frozenset(member.id for member in members if authors & set(member.accounts))


def writers_of(evidence: tuple[EvidenceIn, ...]) -> frozenset[Account]:
    """The accounts that wrote the evidence."""
    return frozenset(piece.author for piece in evidence if piece.author is not None)


def words_of(evidence: tuple[EvidenceIn, ...]) -> tuple[str, ...]:
    """All free words of the evidence."""
    return tuple(chain.from_iterable((each.text, each.author_handle, each.file_name) for each in evidence))


def new_case(code_name: str, at: datetime, *, danger: bool) -> Case:
    """A case that has just been opened by a report."""
    return Case(CaseId(new_id()), code_name, CaseKind.REPORT, CaseState.OPEN, at, safety_risk=danger)


def report_from(submission: Submission, case: CaseId, at: datetime) -> Report:
    """The report as it is kept."""
    safe = {"yes": True, "no": False}.get(submission.answers.get(CONTACT_IS_SAFE, ""))
    return Report(
        id=ReportId(new_id()),
        case=case,
        door=submission.door,
        received_at=at,
        what_happened=submission.what_happened.strip(),
        who=submission.who.strip(),
        danger=submission.danger,
        names_members=submission.names_members,
        answers=submission.answers,
        reporter=submission.reporter,
        reporter_handle=submission.reporter_handle,
        contact_is_safe=safe,
        hold_contact=submission.answers.get(HOLD_CONTACT) == "yes",
        locale=submission.locale,
        minors=submission.minors,
        verified=submission.verified,
        mail=MailWay(submission.mail, mail_token(), submission.answers_by_mail) if submission.mail else None,
    )


def with_answers(report: Report, answers: Mapping[str, str]) -> Report:
    """The report with what its reporter answered later: of choices the last one counts, of words none is lost. Policy: P-2.12."""
    kept = dict(report.answers)
    for name, said in answers.items():
        if name not in (DANGER, WHO):
            kept[name] = said if name in CHOICES else _beside(kept.get(name, ""), said)
    safe = {"yes": True, "no": False}.get(answers.get(CONTACT_IS_SAFE, ""), report.contact_is_safe)
    hold = answers[HOLD_CONTACT] == "yes" if HOLD_CONTACT in answers else report.hold_contact
    who = _beside(report.who, answers.get(WHO, ""))
    danger = report.danger or answers.get(DANGER) == "yes"
    return replace(report, answers=kept, contact_is_safe=safe, hold_contact=hold, who=who, danger=danger)


def _beside(said: str, more: str) -> str:
    """Both texts, once where they are the same."""
    return "\n\n".join(dict.fromkeys(text for text in (said, more) if text))


def says_the_same(report: Report, submission: Submission) -> bool:
    """Whether the report says already all that the submission says, its evidence left aside; it may say more by now."""
    known = (report.door, report.what_happened, report.names_members, report.minors)
    words = (submission.door, submission.what_happened.strip(), submission.names_members, submission.minors)
    answers = all(report.answers.get(name) == said for name, said in submission.answers.items())
    more = report.who.startswith(submission.who.strip()) and (report.danger or not submission.danger)
    return known == words and answers and more


def in_the_same_words(report: Report, submission: Submission) -> bool:
    """Whether the report's own words are those of the submission, capitals and spaces aside, and say the same of danger."""
    said = (_bare(report.what_happened), _bare(report.who), report.danger, report.minors)
    return said == (_bare(submission.what_happened), _bare(submission.who), submission.danger, submission.minors)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def kind_of(report: Report) -> ReportKind:
    """What the report asks for. Policy: P-2.3."""
    return kind_of_report(handled=report.answers.get(HANDLED) == "yes", danger=report.danger)


def evidence_from(piece: EvidenceIn, report: Report, at: datetime) -> Evidence:
    """The piece of evidence as it is kept, with the hash of its bytes. Policy: P-2.7.

    Of suspected sexual material of minors only the link, the author and the time are.
    """
    kept = Evidence(
        id=EvidenceId(new_id()),
        case=report.case,
        report=report.id,
        at=at,
        kind=piece.kind,
        link=piece.link,
        author=piece.author,
        author_handle=piece.author_handle,
        text=piece.text,
        file_name=piece.file_name,
        content=piece.content,
        why_not=piece.why_not,
        sha256="" if piece.content is None else hashlib.sha256(piece.content).hexdigest(),
        written_at=piece.written_at,
    )
    return without_contents(kept) if report.minors else kept


def without_contents(piece: Evidence) -> Evidence:
    """What of the piece may be kept where it may be sexual material of minors: link, author and time. Policy: P-2.7."""
    return replace(piece, text="", file_name="", content=None, sha256="", why_not=_NOT_HELD)


def reporter_of(report: Report) -> Party:
    """The reporter as a party of the case, with a reference of their own."""
    return Party(report.case, PartyRole.REPORTER, new_reference(), report=report.id)


def promises_for(report: Report, policy: Policy) -> tuple[Promise, ...]:
    """What a reporter is promised, and for danger the call that is repeated until somebody has it. Policy: P-2.4, P-3.6."""
    since = report.received_at
    made = [_promised(kind, deadline, report, policy) for kind, deadline in _PROMISED.items()]
    if report.danger:
        made.append(danger_call(report, since, policy))
    return tuple(made)


def danger_call(report: Report, since: datetime, policy: Policy) -> Promise:
    """The call for danger, repeated until somebody has it. Policy: P-3.6."""
    page, repeat = since + policy.reports.danger_page, since + policy.reports.danger_repeat
    return Promise(new_id(), PromiseKind.DANGER_PAGE, report.case, since, page, repeat, about=report.id)


def _promised(kind: PromiseKind, deadline: Deadline, report: Report, policy: Policy) -> Promise:
    """A promise whose first reminder is the next thing due; the target for the first answer is such a reminder."""
    since = report.received_at
    until = due(deadline, since, policy)
    looks = [*reminders(deadline, since, policy), until]
    if kind is PromiseKind.FIRST_ANSWER:
        looks.append(due(Deadline.FIRST_ANSWER_TARGET, since, policy))
    return Promise(new_id(), kind, report.case, since, until, min(looks), about=report.id)
