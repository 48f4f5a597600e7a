"""Whoever owns an account that people took for somebody's: a stranger to the matter learns nothing of it (P-2.11, P-6.4)."""

import re
from datetime import timedelta

import pytest

from guardian.cases.exclusions import ExclusionKind
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId
from guardian.notices.models import NoticeKind
from guardian.people.models import Trust
from guardian.reconciler.snapshot import load_snapshot
from guardian.services.identity import account_owners, disputes, unlinking
from guardian.services.identity.linking import confirm_link, propose_link
from guardian.services.members import AccountInput
from guardian.services.operations.deadline_runner import run_due
from guardian.services.parties import personal_page
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, FARID, FORUM, SOMEBODY, Community
from tests.builders.journey import begin_hearing
from tests.builders.notices import deliver_all, inbox

STRANGER = "41"
WHY = "They write alike, and both know of the quarrel in the kitchen channel."
DAY = timedelta(days=1)
RECEIPT = re.compile(r"\b(?:[2-9A-Z]{5}-){5}[2-9A-Z]\b")


async def a_wrong_link(community: Community) -> tuple[str, str, AccountId]:
    """Grumbler is held everywhere, and two members took a stranger's forum account for theirs: case, person, link."""
    case, person = await community.a_named_case()
    target = AccountInput(DISCORD, "grumbler")
    await act(
        community.app, FARID, target, ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults just now.", term=DAY)
    )
    community.spaces[FORUM].add(STRANGER, "innocent")
    made = await propose_link(community.app, BRUNO, person, FORUM, "innocent", WHY)
    await community.read_and_confirm(ELENI, case.code_name, made.link)
    return case.code_name, person, made.link


async def the_receipt(community: Community) -> str:
    """The receipt that has reached the stranger."""
    await deliver_all(community)
    return str(RECEIPT.findall(inbox(community, FORUM, STRANGER)[-1])[-1])


async def desired_level(community: Community, link: AccountId) -> AccessLevel:
    """What is wanted of the account now."""
    async with community.units_of_work.read() as view:
        snapshot = await load_snapshot(view, link)
        assert snapshot is not None
        return snapshot.desired(view.now).level


async def test_a_stranger_whose_account_was_linked_is_sent_nothing_of_the_case(community: Community) -> None:
    """The harm: the letters of a hearing or a decision go to every account that is known of a person."""
    case, person, _ = await a_wrong_link(community)
    await begin_hearing(community, case)
    await deliver_all(community)
    (letter,) = inbox(community, FORUM, STRANGER)
    for secret in (case, person, "GRD-", "kitchen", "insult", "heard", "personal"):
        assert secret not in letter.casefold(), letter
    assert len(inbox(community, DISCORD, SOMEBODY.native_id)) >= 2


async def test_the_strangers_receipt_opens_their_own_account_and_nobodys_page(community: Community) -> None:
    case, person, _ = await a_wrong_link(community)
    receipt = await the_receipt(community)
    shown = repr(await account_owners.read_owner_page(community.app, receipt))
    for secret in (case, person, WHY, SOMEBODY.native_id, "grumbler"):
        assert secret not in shown
    with pytest.raises(NotFound):
        await personal_page.read_page(community.app, receipt)
    with pytest.raises(NotFound):
        await account_owners.read_owner_page(community.app, "ABCDE-ABCDE")


async def test_the_persons_own_receipt_opens_no_owners_page(community: Community) -> None:
    await a_wrong_link(community)
    await deliver_all(community)
    theirs = RECEIPT.findall("".join(inbox(community, DISCORD, SOMEBODY.native_id)))[-1]
    assert (await personal_page.read_page(community.app, theirs)).sanctions
    with pytest.raises(NotFound):
        await account_owners.read_owner_page(community.app, theirs)


async def test_the_owner_is_told_before_the_account_is_held_since_nobody_is_reached_there_afterwards(
    community: Community,
) -> None:
    _, _, link = await a_wrong_link(community)
    async with community.units_of_work.read() as view:
        before = await view.sanctions.work_item(link)
    await deliver_all(community)
    async with community.units_of_work.read() as view:
        after = await view.sanctions.work_item(link)
    assert before is not None
    assert after is not None
    assert (before.due_at, after.due_at) == (
        community.clock.now() + account_owners.NOTICE_LEAD,
        community.clock.now(),
    )


async def test_a_second_member_agrees_only_once_they_have_read_the_evidence(community: Community) -> None:
    """P-6.4: a yes to what nobody has looked at is one member's word said twice."""
    _, person = await community.a_named_case()
    community.spaces[FORUM].add(STRANGER, "innocent")
    made = await propose_link(community.app, BRUNO, person, FORUM, "innocent", WHY)
    with pytest.raises(Refused) as refusal:
        await confirm_link(community.app, ELENI, made.link)
    assert refusal.value.code == "not_seen"


async def test_this_is_not_me_is_looked_at_by_somebody_who_had_no_part_in_the_link(community: Community) -> None:
    case, _, link = await a_wrong_link(community)
    receipt = await the_receipt(community)
    await disputes.dispute_as_owner(community.app, receipt, "I have had this account for ten years.")
    assert await desired_level(community, link) is AccessLevel.BARRED
    assert NoticeKind.LINK_DISPUTED in await community.notice_kinds_to(DMITRI)
    (person,) = (await community.read_case(DMITRI, case)).people
    assert [(each.text, each.by_owner, each.may_keep) for each in person.disputes] == [
        ("I have had this account for ten years.", True, True)
    ]
    for part in (BRUNO, ELENI):
        with pytest.raises(Refused) as refusal:
            await disputes.keep_link(community.app, part, link)
        assert refusal.value.code == "own_link"
    await disputes.keep_link(community.app, DMITRI, link)
    assert (await account_owners.read_owner_page(community.app, receipt)).kept_at == community.clock.now()


async def test_a_dispute_that_nobody_looks_at_comes_before_whoever_decides(community: Community) -> None:
    await a_wrong_link(community)
    await disputes.dispute_as_owner(community.app, await the_receipt(community), "It is not me.")
    before = (await community.notice_kinds_to(AMARA)).count(NoticeKind.LINK_DISPUTED)
    community.pass_time(DAY)
    await run_due(community.app)
    assert (await community.notice_kinds_to(AMARA)).count(NoticeKind.LINK_DISPUTED) == before + 1
    assert (await community.notice_kinds_to(DMITRI)).count(NoticeKind.LINK_DISPUTED) == 1


async def test_the_person_can_say_on_their_own_page_that_an_account_is_not_theirs(community: Community) -> None:
    _, _, link = await a_wrong_link(community)
    await deliver_all(community)
    theirs = RECEIPT.findall("".join(inbox(community, DISCORD, SOMEBODY.native_id)))[-1]
    (line,) = (await personal_page.read_page(community.app, theirs)).linked_accounts
    assert (line.link, line.handle) == (link, "innocent")
    await personal_page.dispute_link(community.app, theirs, link, "I have no account there.")
    (line,) = (await personal_page.read_page(community.app, theirs)).linked_accounts
    assert line.review_due_at == community.clock.now() + DAY


async def test_a_wrong_link_is_undone_by_one_act_and_everything_else_of_the_person_stays(community: Community) -> None:
    """P-6.4"""
    case, person, link = await a_wrong_link(community)
    assert await desired_level(community, link) is AccessLevel.BARRED
    done = await unlinking.unlink(community.app, BRUNO, person, FORUM, "innocent", "They met each other in person.")
    assert (done.person, done.space, done.remaining) == (person, FORUM, 1)
    assert await desired_level(community, link) is AccessLevel.OPEN
    async with community.units_of_work.read() as view:
        (kept,) = await view.people.links_of_account(SOMEBODY)
        ended = await view.people.account(link)
        item = await view.sanctions.work_item(link)
    assert await desired_level(community, kept.id) is AccessLevel.BARRED
    assert ended is not None
    assert (ended.trust, ended.ended_by, ended.binding) == (Trust.CONFIRMED, BRUNO, False)
    assert item is not None
    assert item.due_at == community.clock.now()
    assert "link.was_undone" in await community.journal_acts()
    assert [each.account.space for each in (await community.read_case(ELENI, case)).people[0].accounts] == [DISCORD]


async def test_the_owner_has_an_apology_once_the_space_has_let_go_and_the_dispute_is_answered(
    community: Community,
) -> None:
    _, person, link = await a_wrong_link(community)
    receipt = await the_receipt(community)
    await disputes.dispute_as_owner(community.app, receipt, "It is not me.")
    await unlinking.unlink_by_id(community.app, DMITRI, link, "They are two people.")
    async with community.units_of_work.begin() as uow:
        await account_owners.apologise(uow, link)
        await account_owners.apologise(uow, link)
    await deliver_all(community)
    letters = inbox(community, FORUM, STRANGER)
    assert len(letters) == 2
    assert "our mistake" in letters[-1]
    assert person not in letters[-1]
    page = await account_owners.read_owner_page(community.app, receipt)
    assert (page.freed_at, page.review_due_at) == (community.clock.now(), None)


async def test_an_account_that_was_let_go_may_be_linked_to_whoever_it_really_is(community: Community) -> None:
    _, _, link = await a_wrong_link(community)
    await unlinking.unlink_by_id(community.app, DMITRI, link, "They are two people.")
    _, other = await community.a_named_case("someone-else", who="someone-else")
    made = await propose_link(community.app, BRUNO, other, FORUM, "innocent", "They said so themselves.")
    assert made.link != link
    assert await desired_level(community, link) is AccessLevel.OPEN


async def test_a_member_kept_out_for_a_wrong_link_alone_waits_for_a_word_and_is_not_let_in_by_the_clock(
    community: Community,
) -> None:
    """P-2.5"""
    case, person = await community.a_named_case()
    community.spaces[FORUM].add("4", "dmitri4x")
    made = await propose_link(community.app, BRUNO, person, FORUM, "dmitri4x", "The same words.")
    await community.read_and_confirm(ELENI, case.code_name, made.link)
    await unlinking.unlink_by_id(community.app, ELENI, made.link, "It was a joke of theirs.")
    async with community.units_of_work.read() as view:
        exclusions = [w for w in await view.cases.exclusions_of(case.id) if w.member == DMITRI and w.lifted_at is None]
    assert [exclusion.kind for exclusion in exclusions] == [ExclusionKind.PENDING]
    assert NoticeKind.EXCLUSION_TO_DECIDE in await community.notice_kinds_to(AMARA)


async def test_a_member_kept_out_cannot_undo_or_even_ask_for_a_link(community: Community) -> None:
    """P-4.2"""
    _, person = await community.a_named_case(named_members=(DMITRI,))
    with pytest.raises(NotFound):
        await unlinking.unlink(community.app, DMITRI, person, DISCORD, "grumbler", "They are a friend.")
