"""Whose words keep a member out of a case: a reporter's report, and nobody's later words before a chair has decided."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from guardian.cases.case import CaseState
from guardian.cases.proposals import ProposalResult
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.services.conflicts.conflict_claims import FROM_OUTSIDE, decide_conflict, open_claims
from guardian.services.conflicts.exclusions import POINTED_AT
from guardian.services.conflicts.recusal import decide_pending_exclusion
from guardian.services.identity import linking
from guardian.services.operations import deadline_runner
from guardian.services.parties import personal_page
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReceiptAccess, add_to_report
from guardian.spaces.port import Account
from rules.conflicts import Speaker
from tests.builders.community import (
    AMARA,
    BRUNO,
    CHIARA,
    DISCORD,
    DMITRI,
    GRETA,
    HIROSHI,
    WORKING_GROUP,
    Community,
)
from tests.builders.journey import DAY, Journey, a_journey

EVERYBODY_NAMED = "Ask Amara Okafor, Bruno Keller, Chiara Rossi, Dmitri Volkov, Eleni Pappas and Farid Haddad."
ONE_NAMED = "Dmitri Volkov has it in for me."
WHY = "I read it. They do not know each other."


async def in_the_hearing(journey: Journey, text: str) -> None:
    """What the person says when they are asked."""
    await personal_page.give_hearing_answer(journey.community.app, await journey.begin_hearing(), text)


async def in_a_reconsideration(journey: Journey, text: str) -> None:
    """What the person says when they ask the Board to look again."""
    await journey.enact()
    await personal_page.request_board_reconsideration(journey.community.app, await journey.receipt(), text)


async def in_a_readmission(journey: Journey, text: str) -> None:
    """What the person says when they ask to return."""
    await journey.enact()
    await journey.pass_time(61 * DAY)
    await personal_page.submit_readmission_request(journey.community.app, await journey.receipt(), text)


async def waiting_claims(journey: Journey) -> set[MemberId]:
    """The members of whom it waits to be decided whether they have a conflict, in any case."""
    async with journey.community.units_of_work.read() as view:
        cases = await view.cases.cases()
        claims = [claim for case in cases for claim in await view.cases.conflict_claims_of(case.id)]
    return {claim.about for claim in claims if claim.decided_at is None}


async def kept_out(journey: Journey) -> set[MemberId]:
    """The members with an exclusion in any case."""
    async with journey.community.units_of_work.read() as view:
        cases = await view.cases.cases()
        exclusions = [each for case in cases for each in await view.cases.exclusions_of(case.id)]
    return {each.member for each in exclusions if each.lifted_at is None}


@pytest.mark.parametrize("say", [in_the_hearing, in_a_reconsideration, in_a_readmission])
@pytest.mark.harm("accused-picks-the-judges")
async def test_the_accused_does_not_choose_who_judges(
    community: Community, say: Callable[[Journey, str], Awaitable[None]]
) -> None:
    """P-2.5: by naming members a reported person would be rid of them, and name by name of the whole group."""
    journey = await a_journey(community)
    await say(journey, ONE_NAMED)
    assert await kept_out(journey) == set()
    assert await waiting_claims(journey) == {DMITRI}
    assert (await community.open_case(DMITRI, journey.code_name)).id == journey.id


@pytest.mark.harm("accused-picks-the-judges")
async def test_by_naming_the_whole_group_the_accused_does_not_move_the_case_to_the_board(community: Community) -> None:
    """P-2.5"""
    journey = await a_journey(community)
    before = await journey.case()
    await in_the_hearing(journey, EVERYBODY_NAMED)
    after = await journey.case()
    assert (after.board_only, after.contact, after.state) == (False, before.contact, before.state)
    assert {m for m in WORKING_GROUP if await may_open(community, m, journey.code_name)} == set(WORKING_GROUP)


async def may_open(community: Community, member: MemberId, code_name: str) -> bool:
    """Whether the case exists for the member."""
    try:
        await community.open_case(member, code_name)
    except NotFound:
        return False
    return True


@pytest.mark.harm("ballots-undone-by-later-words")
async def test_by_naming_those_who_agreed_the_accused_does_not_undo_the_decision(community: Community) -> None:
    """P-2.5, P-5.1: a ballot is not void for what the accused writes."""
    journey = await a_journey(community)
    receipt = await journey.begin_hearing()
    await journey.agree()
    agreed = await journey.newest_proposal()
    await personal_page.give_hearing_answer(community.app, receipt, "Amara Okafor and Bruno Keller are against me.")
    assert (await journey.case()).state is CaseState.AGREED
    assert (await journey.newest_proposal()).result == agreed.result == ProposalResult.AGREED


@pytest.mark.harm("unproved-words-keep-a-member-out")
async def test_the_words_of_whoever_cannot_be_shown_to_be_the_reporter_keep_nobody_out(community: Community) -> None:
    """P-2.5: else anybody who learns a receipt, or writes in the reporter's name, would choose who judges."""
    received = await community.report()
    case = await community.case(received)
    added = AdditionInput("Dmitri Volkov and Eleni Pappas are friends of his.", verified=False)
    await add_to_report(community.app, ReceiptAccess(received.receipt), added)
    assert await may_open(community, DMITRI, case.code_name)
    assert {each.about for each in await open_claims(community.app, AMARA, case.code_name)} == {
        "Dmitri Volkov",
        "Eleni Pappas",
    }


@pytest.mark.harm("ballots-undone-by-later-words")
async def test_a_later_mention_by_the_reporter_takes_no_ballot_and_no_place(community: Community) -> None:
    """P-2.5: whoever takes part already keeps it until a chair has read the words."""
    received = await community.report()
    case = await community.case(received)
    await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput("It was Dmitri Volkov."))
    assert await may_open(community, DMITRI, case.code_name)
    (claim,) = await open_claims(community.app, AMARA, case.code_name)
    assert (claim.about, claim.by) == ("Dmitri Volkov", FROM_OUTSIDE)
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=True, reason="They were there.")
    assert not await may_open(community, DMITRI, case.code_name)


@pytest.mark.harm("reported-member-reads-the-report")
async def test_a_report_that_mentions_a_member_holds_them_out_before_anybody_has_read_it(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(what_happened="Dmitri Volkov insulted me.")
    assert not await may_open(community, DMITRI, case.code_name)
    assert await community.who_was_notified(NoticeKind.EXCLUSION_TO_DECIDE) == {AMARA}


@pytest.mark.harm("named-chair-judges-the-claim")
async def test_a_chair_whom_the_words_name_does_not_decide_on_the_others_whom_they_name(community: Community) -> None:
    """P-2.5: the claim is another's to decide, and the one who is named learns nothing of it."""
    journey = await a_journey(community)
    await in_the_hearing(journey, "Amara Okafor and Dmitri Volkov are against me.")
    told = await community.who_was_notified(NoticeKind.CONFLICT_CLAIM_TO_DECIDE)
    assert told == {GRETA, HIROSHI, CHIARA}
    with pytest.raises(NotFound):
        await decide_conflict(community.app, AMARA, journey.code_name, DMITRI, steps_back=False, reason=WHY)


async def test_one_name_written_again_and_again_asks_for_one_decision(community: Community) -> None:
    """P-2.5: neither while it waits, nor once it was set aside; else the accused could keep the chairs busy for ever."""
    received = await community.report()
    case = await community.case(received)
    words = AdditionInput("Dmitri Volkov again.", verified=False)
    for _ in range(3):
        await add_to_report(community.app, ReceiptAccess(received.receipt), words)
    assert len(await open_claims(community.app, AMARA, case.code_name)) == 1
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=False, reason=WHY)
    await add_to_report(community.app, ReceiptAccess(received.receipt), words)
    assert await open_claims(community.app, AMARA, case.code_name) == ()


@pytest.mark.harm("accused-silences-a-reporter")
async def test_the_accused_does_not_use_up_what_a_reporter_says_of_a_member_later(community: Community) -> None:
    """P-2.5: else it would be enough to name a friend in passing, and be told that there is nothing in it."""
    received = await community.report()
    case = await community.case(received)
    access = ReceiptAccess(received.receipt)
    await add_to_report(community.app, access, AdditionInput("Dmitri Volkov, and others.", verified=False))
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=False, reason=WHY)
    await add_to_report(community.app, access, AdditionInput("Dmitri Volkov is his brother."))
    (claim,) = await open_claims(community.app, AMARA, case.code_name)
    assert (claim.about, claim.words) == ("Dmitri Volkov", POINTED_AT[Speaker.REPORTER])


@pytest.mark.harm("claim-left-lying")
async def test_those_who_decide_are_reminded_of_what_words_have_claimed(community: Community) -> None:
    """P-4.1"""
    journey = await a_journey(community)
    await in_the_hearing(journey, ONE_NAMED)
    first = (await community.notice_kinds_to(AMARA)).count(NoticeKind.CONFLICT_CLAIM_TO_DECIDE)
    community.pass_time(timedelta(days=1))
    await deadline_runner.run_due(community.app)
    assert (await community.notice_kinds_to(AMARA)).count(NoticeKind.CONFLICT_CLAIM_TO_DECIDE) == first + 1


@pytest.mark.harm("ballots-undone-by-later-words")
async def test_a_ballot_stands_while_its_member_is_held_out_and_when_they_are_admitted(community: Community) -> None:
    """P-2.5: held out is not excluded, and nobody who is admitted again has to vote again."""
    journey = await a_journey(community)
    theirs = Account(DISCORD, "700000000000000077")
    community.spaces[DISCORD].add(theirs.native_id, "dmitri-elsewhere")
    await community.change_member(DMITRI, accounts=(theirs,))
    proposal = await journey.propose()
    await journey.vote(proposal, DMITRI)
    before = await journey.tally()
    await linking.propose_link(community.app, BRUNO, journey.person_code, DISCORD, "dmitri-elsewhere", "Alike.")
    assert not await may_open(community, DMITRI, journey.code_name)
    assert (await journey.tally()).agreeing == before.agreeing
    await decide_pending_exclusion(community.app, AMARA, journey.code_name, DMITRI, stays_out=False, reason=WHY)
    assert (await journey.tally()).agreeing == before.agreeing


@pytest.mark.harm("accused-picks-the-judges")
async def test_members_who_are_only_held_out_do_not_make_the_group_too_small(community: Community) -> None:
    """P-2.5: only decided conflicts count towards "fewer than two remain"; a chair is free to decide."""
    named = "Bruno Keller, Chiara Rossi, Dmitri Volkov, Eleni Pappas and Farid Haddad were all there."
    case = await community.a_case(what_happened=named)
    assert not case.board_only
    assert {m for m in WORKING_GROUP if await may_open(community, m, case.code_name)} == {AMARA}
