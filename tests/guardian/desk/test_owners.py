"""Whoever owns an account that people took for somebody's: a stranger to the matter learns nothing of it (P-2.11, P-6.4)."""

import re
from datetime import timedelta

import pytest

from guardian.cases.values import WallKind
from guardian.desk import disputes, hearing, owners, personal, unlinking
from guardian.desk.acting import Target, act
from guardian.desk.deadlines import keep_due
from guardian.desk.linking import confirm_link, propose_link
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId
from guardian.notices.values import NoticeKind
from guardian.people.values import Trust
from guardian.sanctions.facts import read
from rules.precedence import Hold, Restriction
from rules.unilateral import Ground
from tests.builders.desk import AMARA, BRUNO, DISCORD, DMITRI, ELENI, FARID, FORUM, SOMEBODY, Community
from tests.builders.post import delivered, inbox

STRANGER = "41"
WHY = "They write alike, and both know of the quarrel in the kitchen channel."
DAY = timedelta(days=1)
RECEIPT = re.compile(r"\b(?:[2-9A-Z]{5}-){5}[2-9A-Z]\b")


async def a_wrong_link(community: Community) -> tuple[str, str, AccountId]:
    """Grumbler is held everywhere, and two members took a stranger's forum account for theirs: case, person, link."""
    case, person = await community.a_named_case()
    target = Target(DISCORD, "grumbler")
    await act(community.desk, FARID, target, Restriction.SUSPENDED, Ground.ONGOING, "Insults just now.", term=DAY)
    community.spaces[FORUM].add(STRANGER, "innocent")
    made = await propose_link(community.desk, BRUNO, person, FORUM, "innocent", WHY)
    await community.confirmed(ELENI, case.code_name, made.link)
    return case.code_name, person, made.link


async def the_receipt(community: Community) -> str:
    """The receipt that has reached the stranger."""
    await delivered(community)
    return str(RECEIPT.findall(inbox(community, FORUM, STRANGER)[-1])[-1])


async def wanted(community: Community, link: AccountId) -> Hold:
    """What is wanted of the account now."""
    async with community.works.look() as view:
        facts = await read(view, link)
        assert facts is not None
        return facts.wish(view.now).hold


async def test_a_stranger_whose_account_was_linked_is_sent_nothing_of_the_case(community: Community) -> None:
    """The harm: the letters of a hearing or a decision go to every account that is known of a person."""
    case, person, _ = await a_wrong_link(community)
    await hearing.begin(community.desk, AMARA, case)
    await delivered(community)
    (letter,) = inbox(community, FORUM, STRANGER)
    for secret in (case, person, "GRD-", "kitchen", "insult", "heard", "personal"):
        assert secret not in letter.casefold(), letter
    assert len(inbox(community, DISCORD, SOMEBODY.native_id)) >= 2


async def test_the_strangers_receipt_opens_their_own_account_and_nobodys_page(community: Community) -> None:
    case, person, _ = await a_wrong_link(community)
    receipt = await the_receipt(community)
    shown = repr(await owners.owner_page(community.desk, receipt))
    for secret in (case, person, WHY, SOMEBODY.native_id, "grumbler"):
        assert secret not in shown
    with pytest.raises(NotFound):
        await personal.page(community.desk, receipt)
    with pytest.raises(NotFound):
        await owners.owner_page(community.desk, "ABCDE-ABCDE")


async def test_the_persons_own_receipt_opens_no_owners_page(community: Community) -> None:
    await a_wrong_link(community)
    await delivered(community)
    theirs = RECEIPT.findall("".join(inbox(community, DISCORD, SOMEBODY.native_id)))[-1]
    assert (await personal.page(community.desk, theirs)).sanctions
    with pytest.raises(NotFound):
        await owners.owner_page(community.desk, theirs)


async def test_the_owner_is_told_before_the_account_is_held_since_nobody_is_reached_there_afterwards(
    community: Community,
) -> None:
    _, _, link = await a_wrong_link(community)
    async with community.works.look() as view:
        before = await view.sanctions.key(link)
    await delivered(community)
    async with community.works.look() as view:
        after = await view.sanctions.key(link)
    assert before is not None
    assert after is not None
    assert (before.next_look, after.next_look) == (
        community.clock.now() + owners.FIRST_WORD,
        community.clock.now(),
    )


async def test_a_second_member_agrees_only_once_they_have_read_the_evidence(community: Community) -> None:
    """P-6.4: a yes to what nobody has looked at is one member's word said twice."""
    _, person = await community.a_named_case()
    community.spaces[FORUM].add(STRANGER, "innocent")
    made = await propose_link(community.desk, BRUNO, person, FORUM, "innocent", WHY)
    with pytest.raises(Refused) as refusal:
        await confirm_link(community.desk, ELENI, made.link)
    assert refusal.value.code == "not_seen"


async def test_this_is_not_me_is_looked_at_by_somebody_who_had_no_part_in_the_link(community: Community) -> None:
    case, _, link = await a_wrong_link(community)
    receipt = await the_receipt(community)
    await disputes.not_mine(community.desk, receipt, "I have had this account for ten years.")
    assert await wanted(community, link) is Hold.BARRED
    assert NoticeKind.LINK_DISPUTED in await community.kinds_told(DMITRI)
    (person,) = (await community.read(DMITRI, case)).people
    assert [(each.text, each.by_owner, each.may_keep) for each in person.disputes] == [
        ("I have had this account for ten years.", True, True)
    ]
    for part in (BRUNO, ELENI):
        with pytest.raises(Refused) as refusal:
            await disputes.keep_link(community.desk, part, link)
        assert refusal.value.code == "own_link"
    await disputes.keep_link(community.desk, DMITRI, link)
    assert (await owners.owner_page(community.desk, receipt)).kept_at == community.clock.now()


async def test_a_dispute_that_nobody_looks_at_comes_before_whoever_decides(community: Community) -> None:
    await a_wrong_link(community)
    await disputes.not_mine(community.desk, await the_receipt(community), "It is not me.")
    before = (await community.kinds_told(AMARA)).count(NoticeKind.LINK_DISPUTED)
    community.later(DAY)
    await keep_due(community.desk)
    assert (await community.kinds_told(AMARA)).count(NoticeKind.LINK_DISPUTED) == before + 1
    assert (await community.kinds_told(DMITRI)).count(NoticeKind.LINK_DISPUTED) == 1


async def test_the_person_can_say_on_their_own_page_that_an_account_is_not_theirs(community: Community) -> None:
    _, _, link = await a_wrong_link(community)
    await delivered(community)
    theirs = RECEIPT.findall("".join(inbox(community, DISCORD, SOMEBODY.native_id)))[-1]
    (line,) = (await personal.page(community.desk, theirs)).linked
    assert (line.link, line.handle) == (link, "innocent")
    await personal.dispute_link(community.desk, theirs, link, "I have no account there.")
    (line,) = (await personal.page(community.desk, theirs)).linked
    assert line.looked_at_by == community.clock.now() + DAY


async def test_a_wrong_link_is_undone_by_one_act_and_everything_else_of_the_person_stays(community: Community) -> None:
    """P-6.4"""
    case, person, link = await a_wrong_link(community)
    assert await wanted(community, link) is Hold.BARRED
    done = await unlinking.unlink(community.desk, BRUNO, person, FORUM, "innocent", "They met each other in person.")
    assert (done.person, done.space, done.left) == (person, FORUM, 1)
    assert await wanted(community, link) is Hold.OPEN
    async with community.works.look() as view:
        (kept,) = await view.people.owners(SOMEBODY)
        ended = await view.people.account(link)
        key = await view.sanctions.key(link)
    assert await wanted(community, kept.id) is Hold.BARRED
    assert ended is not None
    assert (ended.trust, ended.ended_by, ended.binding) == (Trust.CONFIRMED, BRUNO, False)
    assert key is not None
    assert key.next_look == community.clock.now()
    assert "link.was_undone" in await community.journalled()
    assert [each.account.space for each in (await community.read(ELENI, case)).people[0].accounts] == [DISCORD]


async def test_the_owner_has_an_apology_once_the_space_has_let_go_and_the_dispute_is_answered(
    community: Community,
) -> None:
    _, person, link = await a_wrong_link(community)
    receipt = await the_receipt(community)
    await disputes.not_mine(community.desk, receipt, "It is not me.")
    await unlinking.unlink_this(community.desk, DMITRI, link, "They are two people.")
    async with community.works.begin() as work:
        await owners.apologise(work, link)
        await owners.apologise(work, link)
    await delivered(community)
    letters = inbox(community, FORUM, STRANGER)
    assert len(letters) == 2
    assert "our mistake" in letters[-1]
    assert person not in letters[-1]
    page = await owners.owner_page(community.desk, receipt)
    assert (page.freed_at, page.look_by) == (community.clock.now(), None)


async def test_an_account_that_was_let_go_may_be_linked_to_whoever_it_really_is(community: Community) -> None:
    _, _, link = await a_wrong_link(community)
    await unlinking.unlink_this(community.desk, DMITRI, link, "They are two people.")
    _, other = await community.a_named_case("someone-else", who="someone-else")
    made = await propose_link(community.desk, BRUNO, other, FORUM, "innocent", "They said so themselves.")
    assert made.link != link
    assert await wanted(community, link) is Hold.OPEN


async def test_a_member_kept_out_for_a_wrong_link_alone_waits_for_a_word_and_is_not_let_in_by_the_clock(
    community: Community,
) -> None:
    """P-2.5"""
    case, person = await community.a_named_case()
    community.spaces[FORUM].add("4", "dmitri4x")
    made = await propose_link(community.desk, BRUNO, person, FORUM, "dmitri4x", "The same words.")
    await community.confirmed(ELENI, case.code_name, made.link)
    await unlinking.unlink_this(community.desk, ELENI, made.link, "It was a joke of theirs.")
    async with community.works.look() as view:
        walls = [w for w in await view.cases.walls_of(case.id) if w.member == DMITRI and w.lifted_at is None]
    assert [wall.kind for wall in walls] == [WallKind.HELD_OUT]
    assert NoticeKind.HELD_OUT_TO_DECIDE in await community.kinds_told(AMARA)


async def test_a_member_kept_out_cannot_undo_or_even_ask_for_a_link(community: Community) -> None:
    """P-4.2"""
    _, person = await community.a_named_case(names_members=(DMITRI,))
    with pytest.raises(NotFound):
        await unlinking.unlink(community.desk, DMITRI, person, DISCORD, "grumbler", "They are a friend.")
