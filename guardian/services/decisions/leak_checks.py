"""Mark, beside a text that waits for its second reader, what in it may give a reporter or a witness away.

Nothing is blocked by it: the reader decides, and that the marks were there is on record. Read `check_texts` first.
Policy: P-2.6, P-5.6.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from guardian.cases import report_questions
from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case, PartyRole
from guardian.cases.drafts import Draft
from guardian.cases.notes import Inquiry
from guardian.cases.reports import Report
from guardian.ids import DraftId, MemberId
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, ReadView
from rules.leaks import Leak, LeakKind, ProtectedFacts, find_leaks

_NAME: Final = re.compile(r"[^\W\d_][\w.'\u2019-]{2,}")
_EVERYDAY: Final = frozenset(
    [
        "and",
        "the",
        "yes",
        "none",
        "nobody",
        "maybe",
        "everybody",
        "people",
        "somebody",
        "also",
        "from",
        "with",
        "und",
        "die",
        "der",
        "das",
        "niemand",
        "alle",
        "et",
        "les",
        "des",
        "personne",
        "avec",
        "please",
        "mail",
        "email",
        "discord",
        "signal",
        "call",
    ]
)


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part of a text as it is shown: `kind` says why it is marked; None: it is not."""

    text: str
    kind: LeakKind | None = None


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A text in parts, how many of them are marked, and whether it names somebody in a way that shows at no one place."""

    parts: tuple[TextPart, ...]
    marks: int
    names_somebody: bool


async def check_texts(app: AppContext, by: MemberId, code_name: str) -> Mapping[DraftId, CheckedText]:
    """Return each text of the case to somebody outside, with what in it may give a protected person away."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.WRITE_DRAFT)
        case = await case_for_member(view, by, code_name)
        drafts = await view.deliberation.drafts_of(case.id)
        facts = {to: await protected_facts(view, case, to) for to in {draft.to for draft in drafts}}
        conflicts = app.policy.conflicts
        return {draft.id: _in_parts(draft.text, find_leaks(draft.text, facts[draft.to], conflicts)) for draft in drafts}


async def count_marks(app: AppContext, view: ReadView, case: Case, draft: Draft) -> int:
    """Return how many marks stood beside the text when it was read."""
    return len(find_leaks(draft.text, await protected_facts(view, case, draft.to), app.policy.conflicts))


async def protected_facts(view: ReadView, case: Case, to: PartyRole) -> ProtectedFacts:
    """Return what is known of reporters, harmed people and witnesses. A reporter's own words are no secret from that reporter."""
    reports = await view.cases.reports_of(case.id)
    own = to is PartyRole.REPORTER and len(reports) == 1
    additions = [each for each in await view.cases.additions_of(case.id) if each.report is not None and each.from_party]
    inquiries = [note.content for note in await view.notes.notes_of(case.id) if isinstance(note.content, Inquiry)]
    told = () if own else tuple(name for report in reports for name in _reporter_names(report))
    witnesses = [report.answers.get(report_questions.WITNESSES, "") for report in reports]
    asked = [each.asked_of for each in inquiries]
    own_words = [] if own else [*(report.what_happened for report in reports), *(each.text for each in additions)]
    return ProtectedFacts(
        names=(*told, *_names_in((*witnesses, *asked))),
        places=() if own else tuple(report.answers.get(report_questions.WHERE, "") for report in reports),
        words=(*own_words, *(each.answer for each in inquiries)),
    )


def _reporter_names(report: Report) -> tuple[str, ...]:
    mailed = report.mail.address.partition("@")[0] if report.mail is not None else ""
    typed = _names_in((report.answers.get(report_questions.CONTACT, ""),))
    return tuple(name for name in (report.reporter_handle, mailed, *typed) if name)


def _names_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The words that may be names: those that begin with a capital, or in letters that have none."""
    found = (match.group() for text in texts for match in _NAME.finditer(text))
    return tuple(dict.fromkeys(each for each in found if not each[0].islower() and each.casefold() not in _EVERYDAY))


def _in_parts(text: str, leaks: tuple[Leak, ...]) -> CheckedText:
    parts, at = [], 0
    for leak in (each for each in leaks if each.end > each.start):
        if leak.start < at:
            continue
        parts += [TextPart(text[at : leak.start]), TextPart(text[leak.start : leak.end], leak.kind)]
        at = leak.end
    names_somebody = any(leak.start == leak.end for leak in leaks)
    return CheckedText((*parts, TextPart(text[at:])), len(leaks), names_somebody)
