"""Every act of a case in its page: done, refused beside its field with the words kept, and not there for others."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from starlette.routing import Route

from guardian.cases.case import CaseState, PartyRole
from guardian.cases.drafts import DraftKind, DraftState
from guardian.cases.notes import CaseAssessment, Findings, Violation
from guardian.ids import MemberId
from guardian.services.case_flow import get_case
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions.enactment import enact
from guardian.services.deliberation import proposals
from guardian.services.notes.determination import write_assessment, write_findings
from guardian.services.records.sheet import read_record
from guardian.web.console.case_pages import CASE
from rules.conflicts import ConflictReason
from rules.quorum import Answer
from rules.violation_types import ViolationType
from tests.builders.community import AMARA, BRUNO, CHIARA, DISCORD, DMITRI, ELENI, FORUM, GRETA, INES, Community
from tests.builders.journey import HOUR, Journey, a_journey, a_suspension, a_warning
from tests.builders.pages import Pages, SeenForm, forms_of, text_of


class Desk:
    """One case before one browser, in which members take turns."""

    def __init__(self, pages: Pages, journey: Journey) -> None:
        self.pages = pages
        self.journey = journey
        self.at = f"/console/cases/{journey.code_name}"

    async def sit(self, member: MemberId) -> None:
        """The member has the browser now."""
        await self.pages.sign_in(self.journey.community, member)

    async def words(self) -> str:
        """What stands on the page."""
        return text_of(await self.pages.get(self.at))

    async def forms(self) -> Sequence[SeenForm]:
        """The forms of the page."""
        return forms_of(await self.pages.get(self.at))

    async def send(self, below: str, **typed: str) -> tuple[int, str]:
        """The form at the address below the case's is filled in and sent; the status and the words of the answer."""
        answer = await self.pages.fill(self.at, self.at + below, **typed)
        return answer.status_code, text_of(answer)


@pytest.fixture
async def desk(pages: Pages, community: Community) -> Desk:
    """A case about one named person, before its chair."""
    opened = Desk(pages, await a_journey(community))
    await opened.sit(AMARA)
    return opened


def _below(pages: Pages, code_name: str) -> list[str]:
    """The address of every form of a case, with nothing real in it but the case's name."""
    routes = [each for each in pages.app.routes if isinstance(each, Route) and "POST" in (each.methods or ())]
    paths = [each.path.replace("{case}", code_name) for each in routes if each.path.startswith(CASE)]
    return [re.sub(r"\{\w+\}", "nothing", path) for path in paths]


@pytest.mark.parametrize("member", [BRUNO, DMITRI, INES])
async def test_no_form_tells_anybody_of_a_case_that_is_kept_from_them(
    pages: Pages, community: Community, member: MemberId
) -> None:
    """P-4.1, P-4.2: who stepped back, whom it concerns, and a moderator."""
    case = await community.a_case(named_members=(DMITRI,))
    await recuse(community.app, BRUNO, case.code_name, ConflictReason.SAME_EMPLOYER)
    await pages.sign_in(community, member)
    token = forms_of(await pages.get("/console"))[0].fields["token"]
    hidden_forms, missing_forms = _below(pages, case.code_name), _below(pages, "no-such")
    assert len(hidden_forms) > 30
    for hidden, missing in zip(hidden_forms, missing_forms, strict=True):
        answers = [await pages.post(path, {"token": token}) for path in (hidden, missing)]
        assert (answers[0].status_code, answers[0].text) == (404, answers[1].text), hidden


async def test_a_case_is_taken_and_its_contact_handed_over(desk: Desk) -> None:
    """P-3.4"""
    if (await desk.journey.case()).contact is None:
        await desk.send("/take")
    status, words = await desk.send("/hand-over", **{"hand-over-to": CHIARA})
    assert (status, "They speak to the reporter" in words) == (200, True)
    assert (await desk.journey.case()).contact == CHIARA


async def test_an_account_is_shown_before_it_is_kept(desk: Desk) -> None:
    """P-6.4"""
    desk.journey.community.spaces[DISCORD].add("700000000000000077", "second")
    shown = await desk.pages.fill(
        desk.at, f"{desk.at}/accounts/look", **{"look-space": DISCORD, "look-account": "second"}
    )
    assert "That is second in discord (the account with the id 700000000000000077 )" in text_of(shown)
    keep = next(form for form in forms_of(shown) if form.action.endswith("/accounts/keep"))
    assert len((await desk.journey.community.read_case(AMARA, desk.journey.code_name)).people) == 1
    kept = await desk.pages.post(keep.action, keep.fields)
    assert "is called" in text_of(kept)
    assert len((await desk.journey.community.read_case(AMARA, desk.journey.code_name)).people) == 2


async def test_a_name_that_means_nobody_stands_with_its_fault_beside_the_field(desk: Desk) -> None:
    answer = await desk.pages.fill(
        desk.at, f"{desk.at}/accounts/look", **{"look-space": DISCORD, "look-account": "nobody-here"}
    )
    assert answer.status_code == 422
    assert 'value="nobody-here"' in answer.text
    assert 'id="look-account-error"' in answer.text


async def test_an_account_of_the_same_name_is_shown_as_no_proof_and_links_nothing(desk: Desk) -> None:
    """P-6.4"""
    desk.journey.community.spaces[FORUM].add("77", "grumbler")
    shown = text_of(await desk.pages.fill(desk.at, f"{desk.at}/accounts/suggest#suggestions"))
    assert "In forum somebody is called as" in shown
    assert "A name is no proof" in shown
    (person,) = (await desk.journey.community.read_case(AMARA, desk.journey.code_name)).people
    assert FORUM not in {known.account.space for known in person.accounts}


async def test_a_proposal_shows_what_would_hold_where_before_it_is_made(desk: Desk) -> None:
    """P-5.2, P-6.7"""
    chosen = {"propose-outcome": "short_suspension", "propose-days": "60", "propose-summary": "Insults."}
    form = next(form for form in await desk.forms() if form.action.endswith("/propose"))
    shown = await desk.pages.post(f"{desk.at}/propose/preview", {**form.fields, **chosen})
    assert "Nothing is proposed yet" in text_of(shown)
    assert "discord will hold" in text_of(shown)
    assert (await desk.journey.case()).state is CaseState.OPEN
    again = next(form for form in forms_of(shown) if form.action.endswith("/propose"))
    made = await desk.pages.post(again.action, {**again.fields, "propose-outcome": "short_suspension"})
    assert "Your proposal is before the group" in text_of(made)
    assert (await desk.journey.newest_proposal()).consequence == a_suspension(summary="Insults.")


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"propose-outcome": ""}, "propose-outcome"),
        ({"propose-outcome": "short_suspension", "propose-days": "5"}, "propose-days"),
        ({"propose-outcome": "short_suspension", "propose-days": "soon"}, "propose-days"),
        ({"propose-outcome": "extended_suspension", "propose-days": "120"}, "propose-conditions"),
    ],
)
async def test_what_a_proposal_lacks_is_said_beside_its_field(desk: Desk, chosen: dict[str, str], field: str) -> None:
    """P-5.2"""
    answer = await desk.pages.fill(desk.at, f"{desk.at}/propose", **{"propose-summary": "Kept words.", **chosen})
    assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True)
    assert "Kept words." in answer.text


async def test_a_proposal_begins_with_what_was_found_and_assessed(desk: Desk) -> None:
    """P-3.2, P-3.3, P-5.6"""
    app, case = desk.journey.community.app, desk.journey.code_name
    await write_findings(app, AMARA, case, Findings("They insulted two people.", Violation.YES, "grumbler", ""))
    await write_assessment(app, AMARA, case, CaseAssessment("Ours.", "One of them has left.", "It may go on."))
    form = next(form for form in await desk.forms() if form.action.endswith("/propose"))
    known = ("They insulted two people.", "One of them has left.")
    assert (form.fields["propose-summary"].strip(), form.fields["propose-impact"].strip()) == known


async def test_a_second_member_reads_what_was_reported_and_the_hearing_begins_with_it(desk: Desk) -> None:
    """P-3.5, P-5.6: two presses, of two members."""
    await desk.pages.fill(
        desk.at,
        f"{desk.at}/texts/hearing/reported",
        **{"text-hearing-reported": "You are said to have insulted people."},
    )
    assert not [form for form in await desk.forms() if form.action.endswith("/approve-and-hear")]
    await desk.sit(BRUNO)
    (form,) = [form for form in await desk.forms() if form.action.endswith("/approve-and-hear")]
    assert "has begun" in text_of(await desk.pages.post(form.action, form.fields))


async def test_a_proposal_says_in_words_which_majority_it_needs_and_who_is_missing(desk: Desk) -> None:
    """P-5.1"""
    proposal = await desk.journey.propose()
    assert "2 others have to agree" in await desk.words()
    await desk.sit(BRUNO)
    vote = f"/proposals/{proposal.id}/vote"
    _, words = await desk.send(vote, **{f"answer-{proposal.id}": "object", f"reason-{proposal.id}": "Too long."})
    assert "Somebody objects: at least 2/3 of the 6 members who count have to agree." in words
    assert "Too long." in words
    assert "Still missing: Chiara Rossi, Dmitri Volkov, Eleni Pappas, Farid Haddad." in words
    await desk.send(vote, **{f"answer-{proposal.id}": "abstain", f"severe-{proposal.id}": "yes"})
    words = await desk.words()
    assert "It counts as severe: more than 1/2 of the 6 members who count have to agree" in words
    assert "Bruno Keller abstains and marks it as severe" in words
    await desk.sit(AMARA)
    await desk.send(f"/proposals/{proposal.id}/withdraw")
    assert (await desk.journey.case()).state is CaseState.OPEN


@pytest.mark.harm("text-with-a-gap-sent")
async def test_a_text_whose_opening_was_not_filled_in_is_put_before_nobody(desk: Desk) -> None:
    """P-5.6"""
    status, words = await desk.send("/texts/answer/reporter")
    assert (status, "still has a gap" in words) == (422, True)
    assert await desk.journey.drafts() == ()


async def test_a_text_is_written_read_by_another_and_rewritten_in_its_place(desk: Desk) -> None:
    """P-5.6"""
    await desk.send("/texts/answer/reporter", **{"text-answer-reporter": "We are looking at it."})
    (first,) = await desk.journey.drafts()
    assert f"{desk.at}/drafts/{first.id}/approve" not in [form.action for form in await desk.forms()]
    await desk.sit(BRUNO)
    await desk.send(f"/drafts/{first.id}/rewrite", **{f"rewrite-{first.id}": "We are looking at what you wrote."})
    old, new = await desk.journey.drafts()
    assert (old.state, new.text, new.state) == (
        DraftState.WITHDRAWN,
        "We are looking at what you wrote.",
        DraftState.WRITTEN,
    )
    await desk.sit(AMARA)
    await desk.send(f"/drafts/{new.id}/approve")
    assert (await desk.journey.drafts())[-1].state is DraftState.SENT


async def test_a_text_that_is_sent_twice_is_one_text(desk: Desk) -> None:
    form = next(each for each in await desk.forms() if each.action.endswith("/texts/answer/reporter"))
    for _ in range(2):
        await desk.pages.post(form.action, {**form.fields, "text-answer-reporter": "We look at it."})
    assert len(await desk.journey.drafts()) == 1


async def test_the_hearing_waits_for_words_that_a_second_member_has_read(desk: Desk) -> None:
    """P-3.5, P-5.5"""
    status, words = await desk.send("/hear")
    assert (status, "Say first, in neutral words" in words) == (422, True)
    await desk.journey.have_read(DraftKind.HEARING, "You are said to have insulted people.")
    _, words = await desk.send("/hear")
    assert "has begun" in words


async def test_a_step_is_skipped_by_two_members_for_a_reason(desk: Desk) -> None:
    """P-5.5"""
    status, words = await desk.send("/skip", **{"skip-step": "hearing"})
    assert (status, "Say in a sentence why" in words) == (422, True)
    await desk.send("/skip", **{"skip-step": "hearing", "skip-reason": "They threatened whoever writes."})
    await desk.sit(BRUNO)
    await desk.send("/skip/hearing/confirm")
    assert "The reported person is heard skipped" in await desk.words()


async def test_enacting_shows_what_would_hold_and_asks_where_no_letter_was_read(desk: Desk) -> None:
    """P-5.6, P-6.7"""
    await desk.journey.prepare_decision(letter=False)
    await desk.sit(AMARA)
    page = f"{desk.at}/enact"
    shown = await desk.pages.get(page)
    for said in ("grumbler in discord", "the person will not learn what it is that they did", "discord will hold"):
        assert said in text_of(shown)
    (button,) = [form for form in forms_of(shown) if "/enact/" in form.action]
    refused = await desk.pages.post(button.action, button.fields)
    assert (refused.status_code, (await desk.journey.case()).state) == (422, CaseState.AGREED)
    done = await desk.pages.post(button.action, {**button.fields, "enact-unread": "yes"})
    assert "is in force" in text_of(done)


@pytest.mark.harm("another-decision-enacted-than-the-one-looked-at")
async def test_what_was_not_looked_at_is_not_enacted(desk: Desk) -> None:
    """P-5.6"""
    await desk.journey.prepare_decision()
    await desk.sit(AMARA)
    shown = await desk.pages.get(f"{desk.at}/enact")
    (button,) = [form for form in forms_of(shown) if "/enact/" in form.action]
    answer = await desk.pages.post(f"{desk.at}/enact/another", button.fields)
    assert (answer.status_code, "has become another since you looked" in text_of(answer)) == (422, True)
    assert (await desk.journey.case()).state is CaseState.AGREED


async def test_a_case_is_closed_with_its_outcome_and_opened_again(desk: Desk) -> None:
    """P-5.8, P-10.4: what it was is asked for as it ends."""
    await desk.journey.prepare_decision(a_warning())
    await enact(desk.journey.community.app, AMARA, desk.journey.code_name)
    await desk.sit(AMARA)
    status, words = await desk.send("/close", **{"close-outcome": "Warned.", "close-review": "next week"})
    assert (status, "year-month-day" in words, "Warned." in words) == (422, True, True)
    await desk.send("/close", **{"close-outcome": "Warned.", "close-types": "harassment"})
    assert "Outcome Warned." in await desk.words()
    record = await read_record(desk.journey.community.app, AMARA, desk.journey.code_name)
    assert record.stated.types == (ViolationType.HARASSMENT,)
    status, _ = await desk.send("/reopen")
    assert status == 422
    _, words = await desk.send("/reopen", **{"reopen-reason": "It began again."})
    assert "is open again" in words


async def test_a_conflict_is_raised_and_decided_without_the_member_seeing_it(desk: Desk) -> None:
    """P-4.1"""
    await desk.sit(BRUNO)
    status, _ = await desk.send("/conflict", **{"conflict-who": DMITRI, "conflict-words": "The same team."})
    assert status == 422
    await desk.send("/conflict", **{"conflict-who": DMITRI, "conflict-reason": "same_employer"})
    await desk.sit(DMITRI)
    assert "A conflict of" not in await desk.words()
    await desk.sit(AMARA)
    assert "A conflict of Dmitri Volkov was raised" in await desk.words()
    decided = {f"steps-back-{DMITRI}": "yes", f"decide-{DMITRI}": "They work together."}
    await desk.send(f"/conflict/{DMITRI}/decide", **decided)
    await desk.sit(DMITRI)
    assert (await desk.pages.get(desk.at)).status_code == 404


async def test_who_steps_back_is_led_away_from_the_case(desk: Desk) -> None:
    """P-4.1"""
    await desk.sit(ELENI)
    _, words = await desk.send("/step-back", **{"recuse-reason": "involved"})
    assert "You do not see" in words
    assert (await desk.pages.get(desk.at)).status_code == 404


async def test_the_board_is_offered_its_answer_alone_on_a_case_that_lies_with_it(desk: Desk) -> None:
    """P-8.4"""
    proposal = await desk.journey.propose()
    await proposals.vote(desk.journey.community.app, BRUNO, proposal.id, Answer.OBJECT)
    await desk.journey.pass_time(15 * 24 * HOUR)
    await desk.sit(GRETA)
    offered = {form.action.removeprefix(desk.at) for form in await desk.forms() if form.action.startswith(desk.at)}
    assert offered == {"/board-answer", "/thread", "/inquiry", "/assessment", "/findings", "/hold"}
    _, words = await desk.send("/board-answer", **{"board-outcome": "warning", "board-summary": "Insults."})
    assert "A second member of the Board has to confirm it" in words


async def test_the_group_writes_in_its_thread_and_keeps_what_it_corrects(desk: Desk) -> None:
    """P-3.3"""
    assert (await desk.send("/thread"))[0] == 422
    await desk.send("/thread", **{"note-text": "I have seen it myslf."})
    correct = next(form for form in await desk.forms() if form.action.endswith("/correct"))
    note = correct.action.split("/")[-2]
    await desk.send(f"/thread/{note}/correct", **{f"correct-{note}": "I have seen it myself."})
    words = await desk.words()
    assert ("myslf" in words, "I have seen it myself." in words, "(corrected below)" in words) == (True, True, True)


async def test_findings_that_were_corrected_meanwhile_come_back_with_what_was_typed(desk: Desk) -> None:
    """P-3.3"""
    found = {"found-what": "They insulted people.", "found-violation": "yes"}
    form = next(each for each in await desk.forms() if each.action.endswith("/findings"))
    first = await desk.pages.post(form.action, {**form.fields, **found})
    assert "A violation: yes. They insulted people." in text_of(first)
    late = await desk.pages.post(form.action, {**form.fields, **found, "found-what": "They joked."})
    assert (late.status_code, "They joked." in late.text) == (422, True)


async def test_a_risk_is_marked_with_its_reason(desk: Desk) -> None:
    """P-3.2"""
    await desk.send("/risk", **{"risk-reason": "They were followed home."})
    assert "They were followed home." in await desk.words()
    assert (await desk.journey.case()).safety_risk


async def test_reporters_are_told_a_new_day(desk: Desk) -> None:
    """P-2.4"""
    status, _ = await desk.send("/expected-by")
    assert status == 422
    _, words = await desk.send("/expected-by", **{"expect-day": "2031-03-01", "expect-why": "Somebody is ill."})
    assert "expected by 01 March 2031" in words
    assert (await desk.journey.drafts())[-1].to is PartyRole.REPORTER


async def test_a_serious_case_is_let_go_once_another_member_agrees(desk: Desk) -> None:
    """P-9.5: the page says what is destroyed, and offers to keep it until its day."""
    await desk.journey.enact(a_warning())
    await desk.sit(AMARA)
    async with desk.journey.community.units_of_work.begin() as uow:
        case = await get_case(uow, desk.journey.id)
        closed_at = desk.journey.community.clock.now()
        await uow.cases.save_case(replace(case, safety_risk=True, state=CaseState.CLOSED, closed_at=closed_at))
    assert (await desk.send("/expunge"))[0] == 422
    assert "another member has agreed" in (await desk.send("/expunge", **{"expunge-reason": "It is long ago."}))[1]
    assert "/expunge/agree" not in {form.action.removeprefix(desk.at) for form in await desk.forms()}
    await desk.sit(BRUNO)
    assert "cannot be brought back" in await desk.words()
    assert "Agreed to by Bruno" in (await desk.send("/expunge/agree"))[1]
    assert "is kept, and looked at again" in (await desk.send("/keep", **{"keep-reason": "They were seen again."}))[1]


async def test_a_page_with_every_form_stays_small(desk: Desk) -> None:
    answer = await desk.pages.get(desk.at)
    assert len(answer.content) < 100_000
