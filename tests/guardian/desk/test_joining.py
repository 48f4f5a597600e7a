"""Two people found to be one, and parted again: what holds on one reaches both, and nothing of either is lost (P-6.3, P-6.4)."""

from datetime import timedelta

import pytest

from guardian.desk.acting import Target, act
from guardian.desk.joining import confirm_join, join, part
from guardian.desk.linking import name_reported
from guardian.desk.outlook import running
from guardian.desk.owners import apologise
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName
from guardian.notices.values import News, NoticeKind
from guardian.sanctions.facts import read
from guardian.spaces.port import Account
from rules.precedence import Hold, Restriction
from rules.unilateral import Ground
from tests.builders.desk import AMARA, BRUNO, DISCORD, DMITRI, ELENI, FARID, FORUM, SOMEBODY, Community
from tests.builders.post import delivered, inbox

SAME = "They told Bruno so in the hearing."
OTHER = Account(FORUM, "52")


async def two_people(community: Community, **facts: object) -> tuple[str, str, str]:
    """Grumbler, on whom an act runs, and somebody else on the forum: both code names, and the second one's case."""
    _, held = await community.a_named_case()
    why = "Insults just now."
    target = Target(DISCORD, "grumbler")
    await act(community.desk, FARID, target, Restriction.SUSPENDED, Ground.ONGOING, why, term=timedelta(days=3))
    community.spaces[FORUM].add(OTHER.native_id, "quiet52")
    case = await community.a_case(who="quiet52", **facts)
    return held, await name_reported(community.desk, AMARA, case.code_name, FORUM, "quiet52"), case.code_name


async def wanted(community: Community, account: Account) -> Hold:
    """What is wanted of the account now."""
    async with community.works.look() as view:
        (link,) = [each for each in await view.people.owners(account) if each.binding]
        facts = await read(view, link.id)
        assert facts is not None
        return facts.wish(view.now).hold


async def joined(community: Community, held: str, other: str, case: str) -> None:
    """Two members have agreed that the two are one."""
    made = await join(community.desk, BRUNO, held, other, SAME)
    await community.read(ELENI, case)
    await confirm_join(community.desk, ELENI, made.join)


async def test_what_holds_on_one_reaches_the_other_only_by_the_yes_of_a_second_who_has_read_why(
    community: Community,
) -> None:
    held, other, case = await two_people(community)
    made = await join(community.desk, BRUNO, held, other, SAME)
    for by, code in ((BRUNO, "same_member"), (ELENI, "not_seen")):
        with pytest.raises(Refused) as refusal:
            await confirm_join(community.desk, by, made.join)
        assert refusal.value.code == code
    assert await wanted(community, OTHER) is Hold.OPEN
    await community.read(ELENI, case)
    assert (await confirm_join(community.desk, ELENI, made.join)).stands
    assert (await wanted(community, OTHER), await wanted(community, SOMEBODY)) == (Hold.BARRED, Hold.BARRED)


async def test_parting_gives_each_back_what_was_theirs_and_opens_no_gap_for_the_one_who_is_held(
    community: Community,
) -> None:
    held, other, case = await two_people(community)
    await joined(community, held, other, case)
    await part(community.desk, DMITRI, other, held, "It was a namesake.")
    assert (await wanted(community, OTHER), await wanted(community, SOMEBODY)) == (Hold.OPEN, Hold.BARRED)
    with pytest.raises(Refused) as refusal:
        await part(community.desk, DMITRI, other, held, "Once more.")
    assert refusal.value.code == "not_joined"


async def test_whoever_was_joined_to_somebody_by_mistake_is_told_and_asked_for_pardon(community: Community) -> None:
    held, other, case = await two_people(community)
    await joined(community, held, other, case)
    await delivered(community)
    (letter,) = inbox(community, FORUM, OTHER.native_id)
    assert "If that is not you" in letter
    assert held not in letter
    await part(community.desk, DMITRI, other, held, "It was a namesake.")
    async with community.works.begin() as work:
        (link,) = await work.people.owners(OTHER)
        await apologise(work, link.id)
    await delivered(community)
    assert "our mistake" in inbox(community, FORUM, OTHER.native_id)[-1]


async def test_a_member_kept_out_of_a_case_of_either_learns_nothing_of_the_join(community: Community) -> None:
    """P-4.2: what they may see of the one person looks as if the other had never been named."""
    held, other, case = await two_people(community, names_members=(DMITRI,))
    before = await seen_by(community, DMITRI)
    made = await join(community.desk, BRUNO, held, other, SAME)
    await community.read(ELENI, case)
    with pytest.raises(NotFound):
        await confirm_join(community.desk, DMITRI, made.join)
    await confirm_join(community.desk, ELENI, made.join)
    assert await seen_by(community, DMITRI) == before
    told = [n.facts.get("news") for n in await community.told(DMITRI)]
    assert News.PEOPLE_JOINED not in told
    assert NoticeKind.JOIN_TO_CONFIRM not in await community.kinds_told(DMITRI)
    assert News.PEOPLE_JOINED in [n.facts.get("news") for n in await community.told(FARID)]
    with pytest.raises(NotFound):
        await part(community.desk, DMITRI, held, other, "They are two.")


async def test_somebody_who_is_one_of_the_two_is_kept_out_of_the_cases_of_both(community: Community) -> None:
    """P-2.5"""
    case, held = await community.a_named_case()
    community.spaces[FORUM].add("4", "dmitri4x")
    own = await community.a_case(who="dmitri4x")
    theirs = await name_reported(community.desk, AMARA, own.code_name, FORUM, "dmitri4x")
    await community.may_see(DMITRI, case.code_name)
    await join(community.desk, BRUNO, held, theirs, SAME)
    with pytest.raises(NotFound):
        await community.may_see(DMITRI, case.code_name)


async def seen_by(community: Community, member: MemberId) -> list[tuple[str, dict[SpaceName, str]]]:
    """Every running sanction as the member is shown it."""
    lines = await running(community.desk, member)
    return [(line.person, {row.space: row.state for row in line.coverage}) for line in lines]
