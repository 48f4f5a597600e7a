"""Naming the reported person, and linking accounts: what binds at once, what waits for a second member."""

import pytest

from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, SpaceName
from guardian.notices.models import NoticeKind
from guardian.people.models import Trust
from guardian.services.identity.linking import confirm_link, identify_reported_person, propose_link
from guardian.spaces.port import Account
from tests.builders.case_accounts import list_case_accounts
from tests.builders.community import (
    AMARA,
    BRUNO,
    CHIARA,
    DISCORD,
    DMITRI,
    ELENI,
    FORUM,
    GITHUB,
    SOMEBODY,
    WORKING_GROUP,
    Community,
    a_message,
)


async def trusts(community: Community, code_name: str) -> dict[str, Trust]:
    """The accounts of the case's person, by space."""
    (person,) = await list_case_accounts(community.app, AMARA, code_name)
    return {link.account.space: link.trust for link in person.accounts}


async def test_an_account_that_the_report_names_binds_at_once(community: Community) -> None:
    case, person = await community.a_named_case()
    assert await trusts(community, case.code_name) == {DISCORD: Trust.EVIDENCED}
    assert person != case.code_name


async def test_the_author_of_the_evidence_binds_at_once(community: Community) -> None:
    community.spaces[DISCORD].add(SOMEBODY.native_id, "renamed-since")
    case = await community.a_case(evidence=(a_message(),))
    await identify_reported_person(community.app, BRUNO, case.code_name, DISCORD, "renamed-since")
    assert await trusts(community, case.code_name) == {DISCORD: Trust.EVIDENCED}


async def test_an_account_that_nothing_in_the_report_shows_waits_for_a_second_member(community: Community) -> None:
    community.spaces[DISCORD].add("720000000000000001", "elsewhere")
    case = await community.a_case()
    await identify_reported_person(community.app, BRUNO, case.code_name, DISCORD, "elsewhere")
    assert await trusts(community, case.code_name) == {DISCORD: Trust.ASSERTED}
    assert await community.who_was_notified(NoticeKind.LINK_TO_CONFIRM) == set(WORKING_GROUP) - {BRUNO}


async def test_one_human_keeps_one_code_name_across_cases(community: Community) -> None:
    """P-3.1"""
    _, first = await community.a_named_case()
    other = await community.a_case(who="grumbler")
    assert await identify_reported_person(community.app, BRUNO, other.code_name, DISCORD, "grumbler") == first
    file = await community.read_case(ELENI, other.code_name)
    assert len(file.people[0].other_cases) == 1


async def test_what_the_forum_vouches_for_is_linked_in_the_same_act(community: Community) -> None:
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    community.spaces[GITHUB].add("990001", "grumbler-dev")
    elsewhere = (SOMEBODY, Account(GITHUB, "990001"))
    community.spaces[FORUM].add("41", "grumbler", elsewhere=elsewhere)
    case = await community.a_case(who="grumbler")
    await identify_reported_person(community.app, BRUNO, case.code_name, FORUM, "grumbler")
    assert await trusts(community, case.code_name) == {
        FORUM: Trust.EVIDENCED,
        DISCORD: Trust.VOUCHED,
        GITHUB: Trust.VOUCHED,
    }


async def test_a_proposed_account_binds_only_by_the_yes_of_a_second_member(community: Community) -> None:
    """P-6.4"""
    case, person = await community.a_named_case()
    community.spaces[GITHUB].add("990001", "other-name")
    link = await propose_link(community.app, BRUNO, person, GITHUB, "other-name", "The same picture and project.")
    assert link.trust is Trust.ASSERTED
    with pytest.raises(Refused) as refusal:
        await confirm_link(community.app, BRUNO, link.link)
    assert refusal.value.code == "same_member"
    assert (await community.read_and_confirm(ELENI, case.code_name, link.link)).trust is Trust.CONFIRMED
    async with community.units_of_work.read() as view:
        item = await view.sanctions.work_item(link.link)
    assert item is not None
    assert await trusts(community, case.code_name) == {DISCORD: Trust.EVIDENCED, GITHUB: Trust.CONFIRMED}


async def test_an_assertion_alone_gives_the_reconciler_nothing_to_act_on(community: Community) -> None:
    _, person = await community.a_named_case()
    community.spaces[GITHUB].add("990001", "other-name")
    link = await propose_link(community.app, BRUNO, person, GITHUB, "other-name", "The same picture.")
    async with community.units_of_work.read() as view:
        assert await view.sanctions.work_item(link.link) is None


async def test_an_account_that_a_space_vouches_for_needs_no_second_member(community: Community) -> None:
    _, person = await community.a_named_case()
    community.spaces[FORUM].add("41", "forum-name", elsewhere=(SOMEBODY,))
    link = await propose_link(community.app, BRUNO, person, FORUM, "forum-name", "The forum's own record.")
    assert link.trust is Trust.VOUCHED


async def test_an_account_of_another_known_person_is_not_taken_from_them(community: Community) -> None:
    _, first = await community.a_named_case()
    _, second = await community.a_named_case("someone-else", who="someone-else")
    assert first != second
    with pytest.raises(Refused) as refusal:
        await propose_link(community.app, BRUNO, second, DISCORD, "grumbler", "They write alike.")
    assert refusal.value.code == "taken"


async def test_a_member_whose_account_turns_out_to_be_the_persons_loses_every_case_about_them(
    community: Community,
) -> None:
    """P-2.5"""
    case, person = await community.a_named_case()
    await community.open_case(DMITRI, case.code_name)
    community.spaces[GITHUB].add("80004", "night-name")
    link = await propose_link(community.app, BRUNO, person, GITHUB, "night-name", "The same key signs both.")
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, case.code_name)
    assert await community.notice_kinds_to(DMITRI) == [NoticeKind.NEW_REPORT, NoticeKind.CASE_NEWS]
    await community.read_and_confirm(ELENI, case.code_name, link.link)
    assert await community.notice_kinds_to(DMITRI) == [NoticeKind.NEW_REPORT, NoticeKind.CASE_NEWS]


async def test_a_member_kept_out_can_neither_name_link_nor_look(community: Community) -> None:
    """P-4.2"""
    case, person = await community.a_named_case(named_members=(DMITRI,))
    community.spaces[GITHUB].add("990001", "other-name")
    with pytest.raises(NotFound):
        await identify_reported_person(community.app, DMITRI, case.code_name, DISCORD, "grumbler")
    with pytest.raises(NotFound):
        await propose_link(community.app, DMITRI, person, GITHUB, "other-name", "It is them.")
    with pytest.raises(NotFound):
        await list_case_accounts(community.app, DMITRI, case.code_name)
    with pytest.raises(NotFound):
        await confirm_link(community.app, DMITRI, AccountId("nothing"))


async def test_for_a_member_kept_out_no_space_is_asked(community: Community) -> None:
    """P-4.2: the space would answer that there is nobody; the desk answers before asking it."""
    case, person = await community.a_named_case(named_members=(DMITRI,))
    with pytest.raises(NotFound):
        await identify_reported_person(community.app, DMITRI, case.code_name, DISCORD, "no-such-name")
    with pytest.raises(NotFound):
        await propose_link(community.app, DMITRI, person, DISCORD, "no-such-name", "It is them.")


async def test_nobody_found_is_said_plainly(community: Community) -> None:
    case = await community.a_case()
    with pytest.raises(Refused) as refusal:
        await identify_reported_person(community.app, BRUNO, case.code_name, DISCORD, "no-such-name")
    assert refusal.value.code == "nobody_found"
    with pytest.raises(Refused) as unknown:
        await identify_reported_person(community.app, CHIARA, case.code_name, SpaceName("wiki"), "grumbler")
    assert unknown.value.code == "no_such_space"
