"""How the texts to people outside begin before a member has written a word: a start to work on, never sent as it is.

Read `list_openings` first. Policy: P-5.5, P-5.6.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from guardian.cases.case import Case, PartyRole
from guardian.cases.drafts import GAP, DraftKind
from guardian.cases.proposals import Decision
from guardian.notices.letters import compose_letter
from guardian.notices.translations import translate_text
from guardian.services.case_flow import reported_people
from guardian.services.context import ReadView
from guardian.services.deliberation.letter_drafts import hearing_words
from rules.ladder import Outcome

_TEXTS: Final = (
    (DraftKind.HEARING, PartyRole.REPORTED, "opening.hearing"),
    (DraftKind.DECISION, PartyRole.REPORTED, ""),
    (DraftKind.DECISION, PartyRole.REPORTER, "opening.decision_reporter"),
    (DraftKind.RESOLUTION, PartyRole.REPORTER, "opening.resolution_reporter"),
    (DraftKind.ANSWER, PartyRole.REPORTER, "opening.answer_reporter"),
    (DraftKind.ANSWER, PartyRole.REPORTED, "opening.answer_reported"),
)
"""The texts in the order in which a case comes to them, each with its opening in the catalogues; "": the letter."""


_WITHOUT_HELLO: Final = "opening.hearing"
"""It stands within a message that greets by itself."""


@dataclass(frozen=True, slots=True)
class DraftOpening:
    """One kind of text to a party, and the words with which its form begins."""

    kind: DraftKind
    to: PartyRole
    text: str


async def list_openings(view: ReadView, case: Case) -> tuple[DraftOpening, ...]:
    """Return the texts that can be written in the case, in the order in which it comes to them.

    Each begins in the language of those whom it goes to; in English where they have several, or none is known.
    """
    reports, people = await view.cases.reports_of(case.id), await reported_people(view, case)
    languages = {
        PartyRole.REPORTER: {report.locale for report in reports},
        PartyRole.REPORTED: {await view.people.language_of(person) for person in people},
    }
    return tuple(
        [
            DraftOpening(kind, to, await _begin(view, case, key, _common(languages[to])))
            for kind, to, key in _TEXTS
            if languages[to]
        ]
    )


def _common(languages: Set[str]) -> str:
    return next(iter(languages)) if len(languages) == 1 else ""


async def _begin(view: ReadView, case: Case, key: str, locale: str) -> str:
    if not key:
        return await _begin_letter(view, case, locale)
    text = translate_text(locale, key, gap=GAP)
    return text if key == _WITHOUT_HELLO else f"{translate_text(locale, 'notice.hello')}\n\n{text}"


async def _begin_letter(view: ReadView, case: Case, locale: str) -> str:
    """The letter about the newest decision as it would be drafted from its words; with gaps in its parts where none is made.

    With gaps as well where the case has several people: what was decided on one of them is not the others' to read.
    """
    decisions = [each for each in await view.deliberation.decisions_of(case.id) if each.person is not None]
    if not decisions or len(await reported_people(view, case)) > 1:
        return compose_letter(Outcome.WARNING, GAP, GAP, GAP, locale=locale)
    newest = max(decisions, key=lambda decision: (decision.at, decision.id))
    chosen, behaviour = newest.consequence, await _behaviour(view, case, newest)
    known = await view.people.language_of(newest.person) if newest.person else ""
    words = behaviour, chosen.impact, chosen.conditions
    return compose_letter(chosen.outcome, *words, chosen.asked, locale=known)


async def _behaviour(view: ReadView, case: Case, decision: Decision) -> str:
    heard = await hearing_words(view, case, decision.person) if decision.person else None
    return decision.consequence.summary.strip() or (heard.text if heard else "") or GAP
