"""Showing which accounts are one's own, by one's own yes: somebody else's yes links nothing, and no answer tells (P-6.4)."""

import re
from dataclasses import replace

import pytest

from guardian.cases.case import Case
from guardian.errors import NotFound, Refused
from guardian.notices.models import News, NoticeKind
from guardian.people.models import Trust
from guardian.reconciler.snapshot import load_snapshot
from guardian.services.identity import disputes, self_disclosure
from guardian.services.identity.linking import propose_link
from guardian.services.members import AccountInput
from guardian.services.parties import personal_page
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from guardian.spaces.account_proof import ProofResult, ProvenAccount
from guardian.spaces.port import Account
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground
from tests.builders.case_accounts import list_case_accounts
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, FORUM, GITHUB, SOMEBODY, Community
from tests.builders.journey import begin_hearing
from tests.builders.notices import deliver_all, inbox

ELSEWHERE = Account(GITHUB, "990001")
VOUCHED = (ProvenAccount(ELSEWHERE, "grumbler-dev"),)
THEIRS = ProofResult(SOMEBODY, "grumbler", VOUCHED)
RECEIPT = re.compile(r"\b(?:[2-9A-Z]{5}-){5}[2-9A-Z]\b")


async def somebody_restricted(community: Community) -> tuple[Case, str, str]:
    """Grumbler is known on Discord alone, and held everywhere: case, person, and the receipt of their page."""
    case, person = await community.a_named_case(named_members=(DMITRI,))
    await act(
        community.app,
        BRUNO,
        AccountInput(DISCORD, "grumbler"),
        ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults."),
    )
    await deliver_all(community)
    community.spaces[GITHUB].add(ELSEWHERE.native_id, "grumbler-dev")
    receipt = RECEIPT.findall("".join(inbox(community, DISCORD, SOMEBODY.native_id)))[-1]
    return case, person, receipt


async def trusts(community: Community, case: Case) -> dict[str, Trust]:
    """The accounts of the case's person, by space."""
    (person,) = await list_case_accounts(community.app, AMARA, case.code_name)
    return {link.account.space: link.trust for link in person.accounts}


async def test_what_somebody_shows_to_be_theirs_is_reached_by_what_runs_on_them(community: Community) -> None:
    case, _, receipt = await somebody_restricted(community)
    await personal_page.disclose_accounts(community.app, receipt, THEIRS)
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED, GITHUB: Trust.SELF_DISCLOSED}
    async with community.units_of_work.read() as view:
        (link,) = await view.people.links_of_account(ELSEWHERE)
        snapshot, item = await load_snapshot(view, link.id), await view.sanctions.work_item(link.id)
        assert link in await view.people.contactable_accounts(link.person)
    assert snapshot is not None
    assert snapshot.desired(community.clock.now()).level is AccessLevel.BARRED
    assert item is not None
    assert item.due_at == community.clock.now()
    assert (await community.journal_acts()).count("account.was_linked") == 1


async def test_somebody_elses_yes_links_nothing_and_reads_the_same_answer(community: Community) -> None:
    """The harm: a receipt that was passed on, or stolen, draws a stranger's accounts into a sanction, or tells whose it is."""
    case, _, receipt = await somebody_restricted(community)
    stranger = ProofResult(Account(DISCORD, "720000000000000009"), "stranger", VOUCHED)
    before = repr(await personal_page.read_page(community.app, receipt))
    answer = await personal_page.disclose_accounts(community.app, receipt, stranger)
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED}
    assert repr(await personal_page.read_page(community.app, receipt)) == before
    assert answer == await personal_page.disclose_accounts(community.app, receipt, THEIRS)
    assert "showing.came_from_elsewhere" in await community.journal_acts()


async def test_nothing_of_a_case_is_in_the_answer_or_on_the_page(community: Community) -> None:
    """P-2.6, P-4.2: nor does a member hear of it by a case from which they are kept out."""
    case, person, receipt = await somebody_restricted(community)
    answer = await personal_page.disclose_accounts(community.app, receipt, THEIRS)
    page = repr(await personal_page.read_page(community.app, receipt))
    assert [secret for secret in (case.code_name, person) if secret in answer.word("en") + page] == []
    assert NoticeKind.CASE_NEWS in await community.notice_kinds_to(ELENI)
    assert case.id not in {notice.case for notice in await community.notices_to(DMITRI)}


async def test_an_account_that_two_members_linked_is_surely_theirs_once_they_show_it(community: Community) -> None:
    case, person, receipt = await somebody_restricted(community)
    made = await propose_link(community.app, BRUNO, person, GITHUB, "grumbler-dev", "The same picture.")
    await community.read_and_confirm(ELENI, case.code_name, made.link)
    assert len((await personal_page.read_page(community.app, receipt)).linked_accounts) == 1
    await personal_page.disclose_accounts(community.app, receipt, THEIRS)
    assert (await trusts(community, case))[GITHUB] is Trust.SELF_DISCLOSED
    assert (await personal_page.read_page(community.app, receipt)).linked_accounts == ()


async def test_an_account_that_is_known_as_anothers_is_taken_from_nobody(community: Community) -> None:
    _, _, receipt = await somebody_restricted(community)
    other, _ = await community.a_named_case("someone-else", who="someone-else")
    ((link,),) = [each.accounts for each in await list_case_accounts(community.app, AMARA, other.code_name)]
    taken = replace(THEIRS, linked_accounts=(ProvenAccount(link.account, link.handle),))
    await personal_page.disclose_accounts(community.app, receipt, taken)
    assert await trusts(community, other) == {DISCORD: Trust.EVIDENCED}
    assert "showing.met_another" in await community.journal_acts()


@pytest.mark.harm("showing-tells-an-owner")
async def test_an_account_that_some_on_the_case_may_not_know_as_anothers_is_linked_as_any_other(
    community: Community,
) -> None:
    """P-4.2: left out, it would tell them; those who know it as somebody's are told."""
    case, _, receipt = await somebody_restricted(community)
    other, _ = await community.a_named_case("someone-else", who="someone-else", named_members=(ELENI,))
    ((link,),) = [each.accounts for each in await list_case_accounts(community.app, AMARA, other.code_name)]
    taken = replace(THEIRS, linked_accounts=(ProvenAccount(link.account, link.handle),))
    await personal_page.disclose_accounts(community.app, receipt, taken)
    (seen,) = await list_case_accounts(community.app, ELENI, case.code_name)
    assert link.account in {each.account for each in seen.accounts}
    told = [n for n in await community.notices_to(AMARA) if n.facts.get("news") == News.SAME_ACCOUNT]
    assert {notice.case for notice in told} == {other.id}
    assert News.SAME_ACCOUNT not in {n.facts.get("news") for n in await community.notices_to(ELENI)}


@pytest.mark.parametrize("vouched", [(), None])
async def test_a_sign_in_that_names_nothing_changes_nothing_and_says_so(
    community: Community, vouched: tuple[ProvenAccount, ...] | None
) -> None:
    _, _, receipt = await somebody_restricted(community)
    with pytest.raises(Refused) as refusal:
        await personal_page.disclose_accounts(community.app, receipt, replace(THEIRS, linked_accounts=vouched))
    assert refusal.value.code == "nothing_shown"


async def test_somebody_is_asked_to_show_only_where_it_is_not_the_first_word_to_them(community: Community) -> None:
    """P-3.5"""
    app = replace(community.app, offers_self_disclosure=True)
    case, person = await community.a_named_case(named_members=(DMITRI,))
    with pytest.raises(Refused) as refusal:
        await self_disclosure.request_disclosure(app, BRUNO, person)
    assert refusal.value.code == "not_told_yet"
    await begin_hearing(community, case.code_name)
    assert await self_disclosure.request_disclosure(app, BRUNO, person) == person
    await deliver_all(community)
    letter = inbox(community, DISCORD, SOMEBODY.native_id)[-1]
    assert "You need not" in letter
    assert [secret for secret in (case.code_name, person) if secret in letter] == []
    with pytest.raises(NotFound):
        await self_disclosure.request_disclosure(app, DMITRI, person)


async def test_what_an_owner_shows_stands_with_their_words_for_the_members_alone(community: Community) -> None:
    """The owner of a wrongly linked account shows who they are; nobody else reads it, and it is kept sealed."""
    case, person = await community.a_named_case()
    target = AccountInput(DISCORD, "grumbler")
    await act(community.app, BRUNO, target, ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults."))
    community.spaces[FORUM].add("41", "innocent")
    made = await propose_link(community.app, BRUNO, person, FORUM, "innocent", "They write alike.")
    await community.read_and_confirm(ELENI, case.code_name, made.link)
    await deliver_all(community)
    receipt = RECEIPT.findall(inbox(community, FORUM, "41")[-1])[-1]
    shown = ProvenAccount(Account(DISCORD, "720000000000000041"), "innocent-me")
    await disputes.dispute_as_owner(community.app, receipt, "It is not me.", (shown,))
    await disputes.dispute_as_owner(community.app, receipt, "Please look.", (shown,))
    (found,) = (await community.read_case(DMITRI, case.code_name)).people
    assert [each.shown for each in found.disputes] == [(shown,)]
    assert shown.handle not in repr(await community.notices_to(DMITRI))
