"""Showing which accounts are one's own, by one's own yes: somebody else's yes links nothing, and no answer tells (P-6.4)."""

import re
from dataclasses import replace

import pytest

from guardian.cases.values import Case
from guardian.desk import consenting, disputes, hearing, personal
from guardian.desk.acting import Target, act
from guardian.desk.linking import accounts_of, propose_link
from guardian.errors import NotFound, Refused
from guardian.notices.values import NoticeKind
from guardian.people.values import Trust
from guardian.sanctions.facts import read
from guardian.spaces.port import Account
from guardian.spaces.proof import Proven, Shown
from rules.precedence import Hold, Restriction
from rules.unilateral import Ground
from tests.builders.desk import AMARA, BRUNO, DISCORD, DMITRI, ELENI, FORUM, GITHUB, SOMEBODY, Community
from tests.builders.post import delivered, inbox

ELSEWHERE = Account(GITHUB, "990001")
VOUCHED = (Shown(ELSEWHERE, "grumbler-dev"),)
THEIRS = Proven(SOMEBODY, "grumbler", VOUCHED)
RECEIPT = re.compile(r"\b(?:[2-9A-Z]{5}-){5}[2-9A-Z]\b")


async def somebody_held(community: Community) -> tuple[Case, str, str]:
    """Grumbler is known on Discord alone, and held everywhere: case, person, and the receipt of their page."""
    case, person = await community.a_named_case(names_members=(DMITRI,))
    await act(community.desk, BRUNO, Target(DISCORD, "grumbler"), Restriction.SUSPENDED, Ground.ONGOING, "Insults.")
    await delivered(community)
    community.spaces[GITHUB].add(ELSEWHERE.native_id, "grumbler-dev")
    receipt = RECEIPT.findall("".join(inbox(community, DISCORD, SOMEBODY.native_id)))[-1]
    return case, person, receipt


async def trusts(community: Community, case: Case) -> dict[str, Trust]:
    """The accounts of the case's person, by space."""
    (person,) = await accounts_of(community.desk, AMARA, case.code_name)
    return {link.account.space: link.trust for link in person.accounts}


async def test_what_somebody_shows_to_be_theirs_is_reached_by_what_runs_on_them(community: Community) -> None:
    case, _, receipt = await somebody_held(community)
    await personal.show_accounts(community.desk, receipt, THEIRS)
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED, GITHUB: Trust.CONSENTED}
    async with community.works.look() as view:
        (link,) = await view.people.owners(ELSEWHERE)
        facts, key = await read(view, link.id), await view.sanctions.key(link.id)
        assert link in await view.people.surely_of(link.person)
    assert facts is not None
    assert facts.wish(community.clock.now()).hold is Hold.BARRED
    assert key is not None
    assert key.next_look == community.clock.now()
    assert (await community.journalled()).count("account.was_linked") == 1


async def test_somebody_elses_yes_links_nothing_and_reads_the_same_answer(community: Community) -> None:
    """The harm: a receipt that was passed on, or stolen, draws a stranger's accounts into a sanction, or tells whose it is."""
    case, _, receipt = await somebody_held(community)
    stranger = Proven(Account(DISCORD, "720000000000000009"), "stranger", VOUCHED)
    before = repr(await personal.page(community.desk, receipt))
    answer = await personal.show_accounts(community.desk, receipt, stranger)
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED}
    assert repr(await personal.page(community.desk, receipt)) == before
    assert answer == await personal.show_accounts(community.desk, receipt, THEIRS)
    assert "showing.came_from_elsewhere" in await community.journalled()


async def test_nothing_of_a_case_is_in_the_answer_or_on_the_page(community: Community) -> None:
    """P-2.6, P-4.2: nor does a member hear of it by a case from which they are kept out."""
    case, person, receipt = await somebody_held(community)
    answer = await personal.show_accounts(community.desk, receipt, THEIRS)
    page = repr(await personal.page(community.desk, receipt))
    assert [secret for secret in (case.code_name, person) if secret in answer + page] == []
    assert NoticeKind.CASE_NEWS in await community.kinds_told(ELENI)
    assert case.id not in {notice.case for notice in await community.told(DMITRI)}


async def test_an_account_that_two_members_linked_is_surely_theirs_once_they_show_it(community: Community) -> None:
    case, person, receipt = await somebody_held(community)
    made = await propose_link(community.desk, BRUNO, person, GITHUB, "grumbler-dev", "The same picture.")
    await community.confirmed(ELENI, case.code_name, made.link)
    assert len((await personal.page(community.desk, receipt)).linked) == 1
    await personal.show_accounts(community.desk, receipt, THEIRS)
    assert (await trusts(community, case))[GITHUB] is Trust.CONSENTED
    assert (await personal.page(community.desk, receipt)).linked == ()


async def test_an_account_that_is_known_as_anothers_is_taken_from_nobody(community: Community) -> None:
    _, _, receipt = await somebody_held(community)
    other, _ = await community.a_named_case("someone-else", who="someone-else")
    ((link,),) = [each.accounts for each in await accounts_of(community.desk, AMARA, other.code_name)]
    taken = replace(THEIRS, vouched=(Shown(link.account, link.handle),))
    await personal.show_accounts(community.desk, receipt, taken)
    assert await trusts(community, other) == {DISCORD: Trust.EVIDENCED}
    assert "showing.met_another" in await community.journalled()


@pytest.mark.parametrize("vouched", [(), None])
async def test_a_sign_in_that_names_nothing_changes_nothing_and_says_so(
    community: Community, vouched: tuple[Shown, ...] | None
) -> None:
    _, _, receipt = await somebody_held(community)
    with pytest.raises(Refused) as refusal:
        await personal.show_accounts(community.desk, receipt, replace(THEIRS, vouched=vouched))
    assert refusal.value.code == "nothing_shown"


async def test_somebody_is_asked_to_show_only_where_it_is_not_the_first_word_to_them(community: Community) -> None:
    """P-3.5"""
    desk = replace(community.desk, shows_accounts=True)
    case, person = await community.a_named_case(names_members=(DMITRI,))
    with pytest.raises(Refused) as refusal:
        await consenting.ask_to_show(desk, BRUNO, person)
    assert refusal.value.code == "not_told_yet"
    await hearing.begin(community.desk, AMARA, case.code_name)
    assert await consenting.ask_to_show(desk, BRUNO, person) == person
    await delivered(community)
    letter = inbox(community, DISCORD, SOMEBODY.native_id)[-1]
    assert "You need not" in letter
    assert [secret for secret in (case.code_name, person) if secret in letter] == []
    with pytest.raises(NotFound):
        await consenting.ask_to_show(desk, DMITRI, person)


async def test_what_an_owner_shows_stands_with_their_words_for_the_members_alone(community: Community) -> None:
    """The owner of a wrongly linked account shows who they are; nobody else reads it, and it is kept sealed."""
    case, person = await community.a_named_case()
    target = Target(DISCORD, "grumbler")
    await act(community.desk, BRUNO, target, Restriction.SUSPENDED, Ground.ONGOING, "Insults.")
    community.spaces[FORUM].add("41", "innocent")
    made = await propose_link(community.desk, BRUNO, person, FORUM, "innocent", "They write alike.")
    await community.confirmed(ELENI, case.code_name, made.link)
    await delivered(community)
    receipt = RECEIPT.findall(inbox(community, FORUM, "41")[-1])[-1]
    shown = Shown(Account(DISCORD, "720000000000000041"), "innocent-me")
    await disputes.not_mine(community.desk, receipt, "It is not me.", (shown,))
    await disputes.not_mine(community.desk, receipt, "Please look.", (shown,))
    (found,) = (await community.read(DMITRI, case.code_name)).people
    assert [each.shown for each in found.disputes] == [(shown,)]
    assert shown.handle not in repr(await community.told(DMITRI))
