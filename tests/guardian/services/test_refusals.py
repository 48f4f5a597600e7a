"""What comes too late, twice, or from somebody whose step it is not, is refused in a sentence, by a rule that it names.

A row says what is done before, what is tried, and by which rule it is refused. Read `ROWS` first.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pytest

from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.cases.proposals import Consequence
from guardian.errors import NotFound, Refused
from guardian.ids import ReportId
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions import closing, drafts, enactment
from guardian.services.decisions.drafts import DraftInput
from guardian.services.deliberation import procedure, proposals
from guardian.services.parties import personal_page
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import PolicyAccess, add_to_report
from rules.conflicts import ConflictReason
from rules.ladder import Outcome
from rules.precedence import Restriction
from rules.procedure import Step
from rules.quorum import Answer
from tests.builders.community import AMARA, BRUNO, FARID, INES, Community
from tests.builders.journey import DAY, Journey, a_ban, a_journey, a_warning
from tests.builders.pages import open_pages, text_of

WHY: Final = "For a reason."
Attempt = Callable[[Journey], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Row:
    """One bad input: what stands before it, what is tried, and the code and rule of the refusal."""

    name: str
    before: Attempt
    attempt: Attempt
    code: str
    rule: str


async def nothing(journey: Journey) -> None:
    """The case as it was opened."""


def proposing(consequence: Consequence) -> Attempt:
    return lambda journey: journey.propose(consequence)


async def decided(journey: Journey) -> None:
    await journey.agree()


async def enacted(journey: Journey) -> None:
    await journey.enact()


async def late_ballot(journey: Journey) -> object:
    return await proposals.vote(journey.community.app, FARID, (await journey.newest_proposal()).id, Answer.OBJECT)


async def ballot_of_the_recused(journey: Journey) -> object:
    proposal = (await journey.newest_proposal()).id
    await recuse(journey.community.app, BRUNO, journey.code_name, ConflictReason.SAME_EMPLOYER)
    return await proposals.vote(journey.community.app, BRUNO, proposal, Answer.AGREE)


async def ballot_of_a_moderator(journey: Journey) -> object:
    return await proposals.vote(journey.community.app, INES, (await journey.newest_proposal()).id, Answer.AGREE)


async def second_proposal(journey: Journey) -> object:
    return await proposals.propose(journey.community.app, AMARA, journey.code_name, a_warning())


async def own_text_read(journey: Journey) -> object:
    draft = await journey.write(DraftKind.ANSWER, "We look at it.", PartyRole.REPORTER)
    return await drafts.approve_draft(journey.community.app, AMARA, draft.id)


async def enacted_unread(journey: Journey) -> object:
    return await enactment.enact(journey.community.app, BRUNO, journey.code_name)


async def prepared_without_letter(journey: Journey) -> None:
    await journey.prepare_decision(letter=False)


async def own_skip(journey: Journey) -> object:
    await procedure.request_skip(journey.community.app, AMARA, journey.code_name, Step.HEARING, WHY)
    return await procedure.confirm_skip(journey.community.app, AMARA, journey.code_name, Step.HEARING)


async def answer_after_the_end(journey: Journey) -> object:
    receipt = await journey.receipt()
    return await personal_page.give_hearing_answer(journey.community.app, receipt, "I have thought about it.")


async def closed(journey: Journey) -> None:
    await journey.enact(a_warning())
    await closing.close(journey.community.app, BRUNO, journey.code_name, "Said sorry.")


async def close(journey: Journey) -> object:
    return await closing.close(journey.community.app, BRUNO, journey.code_name, "Said sorry.")


async def reopened_without_reason(journey: Journey) -> object:
    return await closing.reopen(journey.community.app, BRUNO, journey.code_name, " ")


async def recused_without_words(journey: Journey) -> object:
    return await recuse(journey.community.app, BRUNO, journey.code_name, ConflictReason.OTHER)


async def letter_to_nobody(journey: Journey) -> object:
    written = DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, " ")
    return await drafts.write_draft(journey.community.app, AMARA, journey.code_name, written)


async def enact(journey: Journey) -> object:
    return await enactment.enact(journey.community.app, BRUNO, journey.code_name)


def a_term(outcome: Outcome, days: int | None, **facts: object) -> Consequence:
    term = None if days is None else timedelta(days=days)
    return Consequence(outcome=outcome, restriction=Restriction.SUSPENDED, term=term, **facts)  # type: ignore[arg-type]


SHORT: Final = Outcome.SHORT_SUSPENSION
EXTENDED: Final = Outcome.EXTENDED_SUSPENSION
ROWS: Final = (
    Row("a ballot after the decision", decided, late_ballot, "closed", "P-5.1"),
    Row("a ballot of somebody who has no vote", decided, ballot_of_a_moderator, "not_your_seat", "P-1.1"),
    Row("a second proposal", lambda journey: journey.propose(), second_proposal, "not_now", "P-5.8"),
    Row("a proposal after the decision", decided, second_proposal, "not_now", "P-5.8"),
    Row("a short suspension that is too short", nothing, proposing(a_term(SHORT, 29)), "term", "P-5.2"),
    Row("a short suspension that is too long", nothing, proposing(a_term(SHORT, 91)), "term", "P-5.2"),
    Row("a suspension without a term", nothing, proposing(a_term(SHORT, None)), "term", "P-5.2"),
    Row("an extended suspension that is short", nothing, proposing(a_term(EXTENDED, 89)), "term", "P-5.2"),
    Row("a ban with a term", nothing, proposing(a_ban(term=DAY)), "term", "P-5.2"),
    Row("a text read by its own writer", nothing, own_text_read, "own_draft", "P-5.6"),
    Row("a decision whose letter nobody read", prepared_without_letter, enacted_unread, "letter_unread", "P-5.6"),
    Row("an enactment before anybody agreed", nothing, enact, "nothing_agreed", "P-5.1"),
    Row("an enactment before the hearing", decided, enact, "steps_missing", "P-5.5"),
    Row("a second enactment", enacted, enact, "nothing_agreed", "P-5.1"),
    Row("a step skipped by one alone", nothing, own_skip, "own_skip", "P-5.5"),
    Row("an answer after the decision", closed, answer_after_the_end, "nothing_open", "P-3.5"),
    Row("a case closed before its decision holds", decided, close, "person_undecided", "P-5.8"),
    Row("a case opened again for no reason", closed, reopened_without_reason, "no_reason", "P-5.8"),
    Row("a conflict of another kind without a word", nothing, recused_without_words, "no_reason", "P-4.1"),
    Row("a text without words", nothing, letter_to_nobody, "empty", "P-5.6"),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_bad_input_is_refused_in_a_sentence_by_its_rule(community: Community, row: Row) -> None:
    """P-5.1, P-5.2, P-5.5, P-5.8, P-3.5, P-4.1, P-1.1"""
    journey = await a_journey(community)
    await row.before(journey)
    with pytest.raises(Refused) as refusal:
        await row.attempt(journey)
    assert (refusal.value.code, refusal.value.rule) == (row.code, row.rule), refusal.value.sentence
    assert refusal.value.sentence.endswith((".", "?"))
    assert refusal.value.citing_rule.endswith(f"(rule {row.rule})")


async def test_a_recused_member_who_votes_is_answered_as_if_there_were_no_proposal(community: Community) -> None:
    """P-4.2, P-4.3, P-5.1"""
    journey = await a_journey(community)
    await journey.propose()
    with pytest.raises(NotFound):
        await ballot_of_the_recused(journey)


async def test_a_reporters_words_after_the_window_are_kept_and_stop_nothing(community: Community) -> None:
    """P-2.12, P-5.4"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    await add_to_report(
        community.app, PolicyAccess(await a_report_of(journey)), AdditionInput("I do not agree at all.")
    )
    await enact(journey)
    file = await community.read_case(BRUNO, journey.code_name)
    assert [each.text for each in file.reports[0].additions] == ["I do not agree at all."]


async def a_report_of(journey: Journey) -> ReportId:
    async with journey.community.units_of_work.read() as view:
        return (await view.cases.reports_of(journey.id))[0].id


async def test_the_page_names_the_rule_and_keeps_what_was_typed(community: Community) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    async with open_pages(community) as pages:
        await pages.sign_in(community, AMARA)
        page = f"/console/cases/{journey.code_name}"
        typed = {"propose-outcome": "short_suspension", "propose-days": "120"}
        shown = await pages.fill(page, f"{page}/propose", **typed)
    assert "(rule P-5.2)" in text_of(shown)
    assert 'value="120"' in shown.text
