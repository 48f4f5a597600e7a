"""How the texts to people outside begin before a member has written a word: a start to work on, never sent as it is.

Read `list_openings` first. Policy: P-5.5, P-5.6.
"""

from dataclasses import dataclass
from typing import Final

from guardian.cases.case import Case, PartyRole
from guardian.cases.drafts import GAP, DraftKind
from guardian.cases.proposals import Decision
from guardian.notices.letters import compose_letter
from guardian.services.case_flow import reported_people
from guardian.services.context import ReadView
from guardian.services.deliberation.letter_drafts import hearing_words

_TEXTS: Final = (
    (DraftKind.HEARING, PartyRole.REPORTED, f"In {GAP}, you are said to have {GAP}."),
    (DraftKind.DECISION, PartyRole.REPORTED, ""),
    (
        DraftKind.DECISION,
        PartyRole.REPORTER,
        f"Hello,\n\nwe have come to a decision on what you reported: {GAP}\n\nWhy: {GAP}",
    ),
    (
        DraftKind.RESOLUTION,
        PartyRole.REPORTER,
        f"Hello,\n\nwhat you reported is dealt with: {GAP}\n\nIf anything new happens, please write to us again.",
    ),
    (DraftKind.ANSWER, PartyRole.REPORTER, f"Hello,\n\nthank you for writing to us. {GAP}"),
    (DraftKind.ANSWER, PartyRole.REPORTED, f"Hello,\n\nthank you for your answer. {GAP}"),
)
_BEHAVIOUR: Final = GAP


@dataclass(frozen=True, slots=True)
class DraftOpening:
    """One kind of text to a party, and the words with which its form begins."""

    kind: DraftKind
    to: PartyRole
    text: str


async def list_openings(view: ReadView, case: Case) -> tuple[DraftOpening, ...]:
    """Return the texts that can be written in the case, in the order in which it comes to them."""
    reporters, people = await view.cases.reports_of(case.id), await reported_people(view, case)
    present = {PartyRole.REPORTER: bool(reporters), PartyRole.REPORTED: bool(people)}
    return tuple(
        [DraftOpening(kind, to, text or await _begin_letter(view, case)) for kind, to, text in _TEXTS if present[to]]
    )


async def _begin_letter(view: ReadView, case: Case) -> str:
    """The letter about the newest decision as it would be drafted from its words; the general one where none is made."""
    decisions = [each for each in await view.deliberation.decisions_of(case.id) if each.person is not None]
    if not decisions:
        return (
            f"Hello,\n\nthe people who handle conduct reports here have come to a decision that concerns you.\n\n{GAP}"
        )
    newest = max(decisions, key=lambda decision: (decision.at, decision.id))
    chosen = newest.consequence
    return compose_letter(chosen.outcome, await _behaviour(view, case, newest), chosen.impact, chosen.conditions)


async def _behaviour(view: ReadView, case: Case, decision: Decision) -> str:
    heard = await hearing_words(view, case, decision.person) if decision.person else None
    return decision.consequence.summary.strip() or (heard.text if heard else "") or _BEHAVIOUR
