"""Codes written from two accounts, namesakes, what a space vouches for later, and what would hold where (P-6.4, P-6.7)."""

from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import select

from guardian.cases.receipts import digest_secret
from guardian.errors import NotFound, Refused
from guardian.people.models import Trust
from guardian.services.identity.link_refresh import refresh_vouched_links
from guardian.services.identity.link_suggestions import list_suggestions
from guardian.services.identity.linking import identify_reported_person, propose_link
from guardian.services.identity.ownership_codes import CODE_LIFETIME, issue_code, redeem_code
from guardian.services.identity.unlinking import unlink
from guardian.services.members import AccountInput
from guardian.services.sanctions.coverage_preview import PreviewState, preview_case_coverage
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from guardian.spaces.port import Account
from guardian.storage.tables.links import ownership_codes
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.builders.case_accounts import list_case_accounts
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, FORUM, GITHUB, SOMEBODY, Community

ELSEWHERE = Account(FORUM, "61")


async def trusts(community: Community, case: str) -> dict[str, Trust]:
    """The accounts of the case's person, by space."""
    (person,) = await list_case_accounts(community.app, AMARA, case)
    return {link.account.space: link.trust for link in person.accounts}


async def a_code(community: Community) -> tuple[str, str]:
    """A case, and a code for its person and an account on the forum."""
    case, person = await community.a_named_case()
    community.spaces[FORUM].add(ELSEWHERE.native_id, "somebody61")
    return case.code_name, (await issue_code(community.app, BRUNO, person, FORUM, "somebody61")).code


@pytest.mark.parametrize("order", [(SOMEBODY, ELSEWHERE), (ELSEWHERE, SOMEBODY)])
async def test_a_code_written_from_both_accounts_links_them_without_anybodys_word(
    community: Community, order: tuple[Account, Account]
) -> None:
    case, code = await a_code(community)
    first, second = order
    assert await redeem_code(community.app, first, f"  {code.upper()} \n")
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED}
    assert await redeem_code(community.app, second, code)
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED, FORUM: Trust.PROVED_BY_CODE}


async def test_a_code_from_a_third_account_or_too_late_links_nothing_and_a_report_is_never_taken_for_one(
    community: Community,
) -> None:
    case, code = await a_code(community)
    assert await redeem_code(community.app, Account(GITHUB, "9"), code)
    assert not await redeem_code(community.app, SOMEBODY, f"My code is {code}, and somebody insulted me.")
    assert not await redeem_code(community.app, SOMEBODY, "insulted")
    await redeem_code(community.app, SOMEBODY, code)
    community.pass_time(CODE_LIFETIME)
    await redeem_code(community.app, ELSEWHERE, code)
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED}


@pytest.mark.harm("showing-tells-an-owner")
async def test_a_code_links_an_account_that_some_on_the_case_may_not_know_as_anothers(community: Community) -> None:
    """P-4.2: left out, it would tell them whose it is."""
    case, code = await a_code(community)
    other = await community.a_case(named_members=(BRUNO,))
    await identify_reported_person(community.app, AMARA, other.code_name, FORUM, "somebody61")
    await redeem_code(community.app, SOMEBODY, code)
    await redeem_code(community.app, ELSEWHERE, code)
    (seen,) = await list_case_accounts(community.app, BRUNO, case)
    assert ELSEWHERE in {each.account for each in seen.accounts}


async def test_a_code_takes_no_account_that_all_on_the_case_know_as_anothers(community: Community) -> None:
    """P-6.4"""
    case, code = await a_code(community)
    other = await community.a_case(who="somebody61")
    await identify_reported_person(community.app, AMARA, other.code_name, FORUM, "somebody61")
    for account in (SOMEBODY, ELSEWHERE):
        assert await redeem_code(community.app, account, code)
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED}


@pytest.mark.harm("code-tried-out-from-a-copy")
async def test_nothing_in_the_database_tells_whose_a_code_is_without_the_key_ring(community: Community) -> None:
    """P-6.4: whoever reads the messages of a platform, or tries codes, cannot join one to a person by a copy."""
    _, code = await a_code(community)
    async with community.units_of_work.read() as view:
        stored = (await view.connection.execute(select(ownership_codes.c.digest))).scalar_one()
    assert stored not in {digest_secret(code), sha256(code.encode()).hexdigest()}


async def test_nobody_is_told_to_write_a_code_where_everybody_could_read_it(community: Community) -> None:
    github = community.spaces[GITHUB]
    github.add("990001", "grumbler-dev")
    github.capabilities = replace(github.capabilities, private_messages=False)
    _, person = await community.a_named_case()
    with pytest.raises(Refused, match="ask them for it on the page of the case") as refused:
        await issue_code(community.app, BRUNO, person, GITHUB, "grumbler-dev")
    assert refused.value.code == "no_private_door"


async def test_the_same_name_is_a_suggestion_and_binds_nothing(community: Community) -> None:
    case, person = await community.a_named_case()
    community.spaces[GITHUB].add("990001", "grumbler")
    (found,) = await list_suggestions(community.app, AMARA, case.code_name)
    assert (found.person, found.space) == (person, GITHUB)
    assert await trusts(community, case.code_name) == {DISCORD: Trust.EVIDENCED}


async def test_a_namesake_is_theirs_where_the_forum_vouches_for_exactly_this_account(community: Community) -> None:
    """Naming by Discord alone reaches the other spaces; a namesake of another human does not count."""
    community.spaces[FORUM].add("41", "grumbler", elsewhere=(SOMEBODY, Account(GITHUB, "990001")))
    community.spaces[GITHUB].add("990001", "grumbler-dev")
    case, _ = await community.a_named_case()
    assert await trusts(community, case.code_name) == {
        DISCORD: Trust.EVIDENCED,
        FORUM: Trust.VOUCHED,
        GITHUB: Trust.VOUCHED,
    }
    community.spaces[FORUM].add("42", "another", elsewhere=(Account(DISCORD, "1"),))
    community.spaces[DISCORD].add("710000000000000003", "another")
    other = await community.a_case(who="another")
    await identify_reported_person(community.app, AMARA, other.code_name, DISCORD, "another")
    assert await trusts(community, other.code_name) == {DISCORD: Trust.EVIDENCED}


async def test_an_account_that_the_forum_vouches_for_later_is_reached_by_what_runs(community: Community) -> None:
    """P-6.4"""
    community.spaces[FORUM].add("41", "grump", elsewhere=(SOMEBODY,))
    case = await community.a_case(who="grump")
    await identify_reported_person(community.app, AMARA, case.code_name, FORUM, "grump")
    await act(
        community.app, BRUNO, AccountInput(FORUM, "41"), ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults.")
    )
    assert await refresh_vouched_links(community.app) == 0
    community.spaces[GITHUB].add("990001", "grumbler-dev")
    community.spaces[FORUM].accounts["41"].elsewhere = (SOMEBODY, Account(GITHUB, "990001"))
    assert (await refresh_vouched_links(community.app), await refresh_vouched_links(community.app)) == (1, 0)
    assert (await trusts(community, case.code_name))[GITHUB] is Trust.VOUCHED
    (person,) = await list_case_accounts(community.app, AMARA, case.code_name)
    await unlink(community.app, AMARA, person.person, GITHUB, "", "It is their sibling's.")
    assert await refresh_vouched_links(community.app) == 0


async def test_what_would_hold_where_names_what_is_missing_refused_destroyed_and_not_agreed_to(
    community: Community,
) -> None:
    case, person = await community.a_named_case()
    community.spaces[DISCORD].accounts[SOMEBODY.native_id].outranks_us = True
    community.spaces[FORUM].add(ELSEWHERE.native_id, "somebody61")
    await propose_link(community.app, BRUNO, person, FORUM, "somebody61", "They write alike.")
    (seen,) = await preview_case_coverage(community.app, AMARA, case.code_name)
    found = {each.space: (each.state, each.waiting) for each in seen.spaces}
    assert found == {
        DISCORD: (PreviewState.REFUSED, 0),
        FORUM: (PreviewState.NO_ACCOUNT, 1),
        GITHUB: (PreviewState.NO_ACCOUNT, 0),
    }
    assert seen.spaces[0].detail


async def test_a_member_kept_out_is_told_nothing_of_what_would_hold(community: Community) -> None:
    """P-4.2"""
    case, _ = await community.a_named_case(named_members=(DMITRI,))
    for ask in (preview_case_coverage, list_suggestions):
        with pytest.raises(NotFound):
            await ask(community.app, DMITRI, case.code_name)


@pytest.mark.harm("code-links-without-the-person")
@pytest.mark.parametrize("third", [Account(GITHUB, "9"), Account(DISCORD, "710000000000000009"), ELSEWHERE])
async def test_a_code_from_the_claimed_account_and_any_but_the_persons_own_links_nothing(
    community: Community, third: Account
) -> None:
    """P-6.4: whoever holds the claimed account must not make it somebody's by writing twice, or with a friend."""
    case, code = await a_code(community)
    for account in (ELSEWHERE, third, ELSEWHERE):
        assert await redeem_code(community.app, account, code)
    assert await trusts(community, case) == {DISCORD: Trust.EVIDENCED}


@pytest.mark.harm("code-links-without-the-person")
async def test_a_code_from_an_account_that_only_people_took_for_theirs_links_nothing(community: Community) -> None:
    """P-6.4, P-2.11: it may be a stranger's."""
    case, person = await community.a_named_case()
    community.spaces[GITHUB].add("990001", "alleged")
    link = await propose_link(community.app, BRUNO, person, GITHUB, "alleged", "They write alike.")
    await community.read_and_confirm(ELENI, case.code_name, link.link)
    community.spaces[FORUM].add(ELSEWHERE.native_id, "somebody61")
    made = await issue_code(community.app, BRUNO, person, FORUM, "somebody61")
    for account in (ELSEWHERE, Account(GITHUB, "990001")):
        assert await redeem_code(community.app, account, made.code)
    assert FORUM not in await trusts(community, case.code_name)
