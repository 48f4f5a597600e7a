"""Two people found to be one, and parted again: what holds on one reaches both, and nothing of either is lost (P-6.3, P-6.4)."""

from datetime import timedelta

import pytest

from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName
from guardian.notices.models import News, NoticeKind
from guardian.reconciler.snapshot import load_snapshot
from guardian.services.cases.overview import list_sanctions
from guardian.services.identity.account_owners import apologise
from guardian.services.identity.linking import identify_reported_person
from guardian.services.identity.merging import confirm_merge, merge_people, split_people
from guardian.services.members import AccountInput
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from guardian.spaces.port import Account
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, FARID, FORUM, SOMEBODY, Community
from tests.builders.notices import deliver_all, inbox

SAME = "They told Bruno so in the hearing."
OTHER = Account(FORUM, "52")


async def two_people(community: Community, **facts: object) -> tuple[str, str, str]:
    """Grumbler, on whom an act runs, and somebody else on the forum: both code names, and the second one's case."""
    _, held = await community.a_named_case()
    why = "Insults just now."
    target = AccountInput(DISCORD, "grumbler")
    await act(
        community.app, FARID, target, ActInput(Restriction.SUSPENDED, Ground.ONGOING, why, term=timedelta(days=3))
    )
    community.spaces[FORUM].add(OTHER.native_id, "quiet52")
    case = await community.a_case(who="quiet52", **facts)
    return held, await identify_reported_person(community.app, AMARA, case.code_name, FORUM, "quiet52"), case.code_name


async def desired_level(community: Community, account: Account) -> AccessLevel:
    """What is wanted of the account now."""
    async with community.units_of_work.read() as view:
        (link,) = [each for each in await view.people.links_of_account(account) if each.binding]
        snapshot = await load_snapshot(view, link.id)
        assert snapshot is not None
        return snapshot.desired(view.now).level


async def merged(community: Community, restricted: str, other: str, case: str) -> None:
    """Two members have agreed that the two are one."""
    made = await merge_people(community.app, BRUNO, restricted, other, SAME)
    await community.read_case(ELENI, case)
    await confirm_merge(community.app, ELENI, made.merge)


async def test_what_holds_on_one_reaches_the_other_only_by_the_yes_of_a_second_who_has_read_why(
    community: Community,
) -> None:
    held, other, case = await two_people(community)
    made = await merge_people(community.app, BRUNO, held, other, SAME)
    for by, code in ((BRUNO, "same_member"), (ELENI, "not_seen")):
        with pytest.raises(Refused) as refusal:
            await confirm_merge(community.app, by, made.merge)
        assert refusal.value.code == code
    assert await desired_level(community, OTHER) is AccessLevel.OPEN
    await community.read_case(ELENI, case)
    assert (await confirm_merge(community.app, ELENI, made.merge)).stands
    assert (await desired_level(community, OTHER), await desired_level(community, SOMEBODY)) == (
        AccessLevel.BARRED,
        AccessLevel.BARRED,
    )


async def test_parting_gives_each_back_what_was_theirs_and_opens_no_gap_for_the_one_who_is_held(
    community: Community,
) -> None:
    held, other, case = await two_people(community)
    await merged(community, held, other, case)
    await split_people(community.app, DMITRI, other, held, "It was a namesake.")
    assert (await desired_level(community, OTHER), await desired_level(community, SOMEBODY)) == (
        AccessLevel.OPEN,
        AccessLevel.BARRED,
    )
    with pytest.raises(Refused) as refusal:
        await split_people(community.app, DMITRI, other, held, "Once more.")
    assert refusal.value.code == "not_joined"


async def test_whoever_was_joined_to_somebody_by_mistake_is_told_and_asked_for_pardon(community: Community) -> None:
    held, other, case = await two_people(community)
    await merged(community, held, other, case)
    await deliver_all(community)
    (letter,) = inbox(community, FORUM, OTHER.native_id)
    assert "If that is not you" in letter
    assert held not in letter
    await split_people(community.app, DMITRI, other, held, "It was a namesake.")
    async with community.units_of_work.begin() as uow:
        (link,) = await uow.people.links_of_account(OTHER)
        await apologise(uow, link.id)
    await deliver_all(community)
    assert "our mistake" in inbox(community, FORUM, OTHER.native_id)[-1]


async def test_a_member_kept_out_of_a_case_of_either_learns_nothing_of_the_join(community: Community) -> None:
    """P-4.2: what they may see of the one person looks as if the other had never been named."""
    held, other, case = await two_people(community, named_members=(DMITRI,))
    before = await seen_by(community, DMITRI)
    made = await merge_people(community.app, BRUNO, held, other, SAME)
    await community.read_case(ELENI, case)
    with pytest.raises(NotFound):
        await confirm_merge(community.app, DMITRI, made.merge)
    await confirm_merge(community.app, ELENI, made.merge)
    assert await seen_by(community, DMITRI) == before
    told = [n.facts.get("news") for n in await community.notices_to(DMITRI)]
    assert News.PEOPLE_MERGED not in told
    assert NoticeKind.MERGE_TO_CONFIRM not in await community.notice_kinds_to(DMITRI)
    assert News.PEOPLE_MERGED in [n.facts.get("news") for n in await community.notices_to(FARID)]
    with pytest.raises(NotFound):
        await split_people(community.app, DMITRI, held, other, "They are two.")


async def test_somebody_who_is_one_of_the_two_is_kept_out_of_the_cases_of_both(community: Community) -> None:
    """P-2.5"""
    case, held = await community.a_named_case()
    community.spaces[FORUM].add("4", "dmitri4x")
    own = await community.a_case(who="dmitri4x")
    theirs = await identify_reported_person(community.app, AMARA, own.code_name, FORUM, "dmitri4x")
    await community.open_case(DMITRI, case.code_name)
    await merge_people(community.app, BRUNO, held, theirs, SAME)
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, case.code_name)


async def seen_by(community: Community, member: MemberId) -> list[tuple[str, dict[SpaceName, str]]]:
    """Every running sanction as the member is shown it."""
    lines = await list_sanctions(community.app, member)
    return [(line.person, {row.space: row.state for row in line.coverage}) for line in lines]
