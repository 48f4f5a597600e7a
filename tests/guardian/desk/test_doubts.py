"""A conflict that one member raises of another: told to whoever decides, to nobody else, and nothing before their word."""

from datetime import timedelta

import pytest

from guardian.cases.values import Case
from guardian.desk import deadlines
from guardian.desk.doubts import decide_conflict, raise_conflict, raised_in
from guardian.desk.outlook import docket, outlook
from guardian.desk.proceedings import Proceedings, proceedings
from guardian.desk.reading import link_for, open_session
from guardian.desk.recusal import recuse
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.values import NoticeKind
from rules.conflicts import Reason
from tests.builders.desk import AMARA, BRUNO, CHIARA, DMITRI, ELENI, FARID, GRETA, HIROSHI, INES, Community
from tests.builders.journey import OTHERS, a_journey

WORDS = "They share a flat with the person."
WHY = "They do, and they said so."


async def raised(community: Community, about: MemberId = DMITRI, by: MemberId = ELENI) -> Case:
    """A case in which one member has raised a conflict of another."""
    case = await community.a_case()
    await raise_conflict(community.desk, by, case.code_name, about, Reason.PERSONAL_RELATIONSHIP, WORDS)
    return case


async def became(community: Community, member: MemberId, case: Case) -> Proceedings:
    """What the member reads of the proceedings."""
    url = await link_for(community.desk, member, case.code_name)
    return await proceedings(community.desk, await open_session(community.desk, url.rsplit("/", 1)[1]))


async def test_the_chair_is_told_and_nobody_else(community: Community) -> None:
    """P-4.1"""
    await raised(community)
    assert await community.who_was_told(NoticeKind.CONFLICT_TO_DECIDE) == {AMARA}
    assert all(WORDS not in str(dict(notice.facts)) for notice in await community.told(AMARA))


async def test_until_it_is_decided_everything_is_for_the_member_as_if_nothing_was_raised(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()

    async def all_that_dmitri_sees() -> tuple[object, ...]:
        desk, name = community.desk, case.code_name
        file, seen = await community.read(DMITRI, name), await became(community, DMITRI, case)
        return await docket(desk, DMITRI), await outlook(desk, DMITRI, name), file, seen, await community.told(DMITRI)

    before = await all_that_dmitri_sees()
    await raise_conflict(community.desk, ELENI, case.code_name, DMITRI, Reason.INVOLVED, WORDS)
    assert await all_that_dmitri_sees() == before


async def test_the_members_ballot_counts_until_the_chairs_word_and_not_after_it(community: Community) -> None:
    """P-4.1, P-4.3"""
    journey = await a_journey(community)
    await raise_conflict(community.desk, ELENI, journey.code_name, DMITRI, Reason.INVOLVED, WORDS)
    seen = await journey.vote(await journey.propose(), DMITRI)
    assert seen.agreeing == 2
    await decide_conflict(community.desk, AMARA, journey.code_name, DMITRI, steps_back=True, reason=WHY)
    assert (await journey.vote(seen, BRUNO)).agreeing == 2


async def test_the_deciders_read_who_raised_what_of_whom(community: Community) -> None:
    """P-4.1, P-9.8"""
    case = await raised(community)
    (found,) = await raised_in(community.desk, AMARA, case.code_name)
    assert (found.about, found.by, found.words) == ("Dmitri Volkov", "Eleni Pappas", WORDS)
    assert "conflict.was_read" in await community.journalled()


async def test_a_member_whose_conflict_is_upheld_loses_sight_of_the_case(community: Community) -> None:
    """P-4.1"""
    case = await raised(community)
    await decide_conflict(community.desk, AMARA, case.code_name, DMITRI, steps_back=True, reason=WHY)
    with pytest.raises(NotFound):
        await community.may_see(DMITRI, case.code_name)
    (line,) = await docket(community.desk, DMITRI)
    assert line.recused
    assert {"conflict.was_raised", "conflict.was_upheld"} <= set(await community.journalled())


async def test_a_conflict_that_is_set_aside_changes_nothing_and_the_raiser_hears_of_it(community: Community) -> None:
    """P-4.1"""
    case = await raised(community)
    await decide_conflict(community.desk, AMARA, case.code_name, DMITRI, steps_back=False, reason="They do not.")
    await community.may_see(DMITRI, case.code_name)
    assert await community.who_was_told(NoticeKind.CASE_NEWS) == {ELENI}
    (doubt,) = (await became(community, DMITRI, case)).doubts
    assert (doubt.upheld, doubt.answer, doubt.decided_by) == (False, "They do not.", AMARA)


async def test_the_board_decides_on_the_only_chair_who_learns_nothing_of_it(community: Community) -> None:
    """P-4.1"""
    case = await raised(community, about=AMARA)
    assert await community.who_was_told(NoticeKind.CONFLICT_TO_DECIDE) == {CHIARA, GRETA, HIROSHI}
    assert await raised_in(community.desk, AMARA, case.code_name) == ()
    with pytest.raises(NotFound):
        await decide_conflict(community.desk, AMARA, case.code_name, AMARA, steps_back=False, reason="I am fine.")
    assert len(await raised_in(community.desk, GRETA, case.code_name)) == 1
    await decide_conflict(community.desk, GRETA, case.code_name, AMARA, steps_back=True, reason=WHY)
    with pytest.raises(NotFound):
        await community.may_see(AMARA, case.code_name)


async def test_the_board_sees_nothing_of_a_case_in_which_nothing_was_raised_of_a_chair(community: Community) -> None:
    """P-4.2"""
    case = await raised(community)
    with pytest.raises(NotFound):
        await raised_in(community.desk, GRETA, case.code_name)
    with pytest.raises(NotFound):
        await decide_conflict(community.desk, GRETA, case.code_name, DMITRI, steps_back=True, reason=WHY)


@pytest.mark.parametrize("by", [DMITRI, ELENI, FARID, INES])
async def test_nobody_but_those_who_decide_settles_it(community: Community, by: MemberId) -> None:
    """P-4.1"""
    case = await raised(community)
    with pytest.raises((NotFound, Refused)):
        await decide_conflict(community.desk, by, case.code_name, DMITRI, steps_back=True, reason=WHY)
    await community.may_see(DMITRI, case.code_name)


async def test_a_conflict_is_not_decided_twice_nor_raised_twice_by_the_same_member(community: Community) -> None:
    case = await raised(community)
    with pytest.raises(Refused) as refusal:
        await raise_conflict(community.desk, ELENI, case.code_name, DMITRI, Reason.INVOLVED, WORDS)
    assert refusal.value.code == "raised"
    await decide_conflict(community.desk, AMARA, case.code_name, DMITRI, steps_back=False, reason="They do not.")
    with pytest.raises(Refused) as refusal:
        await decide_conflict(community.desk, AMARA, case.code_name, DMITRI, steps_back=True, reason=WHY)
    assert refusal.value.code == "not_raised"


async def test_a_conflict_for_another_reason_says_which(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    with pytest.raises(Refused) as refusal:
        await raise_conflict(community.desk, ELENI, case.code_name, DMITRI, Reason.OTHER)
    assert refusal.value.code == "no_reason"


async def test_somebody_without_the_case_raises_nothing_in_it(community: Community) -> None:
    """P-4.2"""
    case = await community.a_case(names_members=(FARID,))
    with pytest.raises(NotFound):
        await raise_conflict(community.desk, FARID, case.code_name, DMITRI, Reason.INVOLVED, WORDS)


async def test_those_who_decide_are_reminded_until_somebody_has_and_the_member_never(community: Community) -> None:
    """P-4.1"""
    case = await raised(community)

    async def asked(member: MemberId) -> int:
        return (await community.kinds_told(member)).count(NoticeKind.CONFLICT_TO_DECIDE)

    for _ in range(2):
        community.later(timedelta(days=1))
        await deadlines.keep_due(community.desk)
    assert [await asked(member) for member in (AMARA, DMITRI, ELENI)] == [3, 0, 0]
    await decide_conflict(community.desk, AMARA, case.code_name, DMITRI, steps_back=False, reason="They do not.")
    community.later(timedelta(days=3))
    await deadlines.keep_due(community.desk)
    assert await asked(AMARA) == 3


async def test_a_member_who_steps_back_meanwhile_leaves_nothing_to_decide(community: Community) -> None:
    case = await raised(community)
    await recuse(community.desk, DMITRI, case.code_name, Reason.INVOLVED)
    assert await raised_in(community.desk, AMARA, case.code_name) == ()
    community.later(timedelta(days=2))
    await deadlines.keep_due(community.desk)
    assert (await community.kinds_told(AMARA)).count(NoticeKind.CONFLICT_TO_DECIDE) == 1


async def test_with_too_few_left_after_it_the_case_goes_to_the_board(community: Community) -> None:
    """P-2.5"""
    case = await raised(community, about=DMITRI, by=BRUNO)
    for member in OTHERS:
        if member not in (BRUNO, DMITRI):
            await recuse(community.desk, member, case.code_name, Reason.INVOLVED)
    await recuse(community.desk, BRUNO, case.code_name, Reason.INVOLVED)
    await decide_conflict(community.desk, AMARA, case.code_name, DMITRI, steps_back=True, reason=WHY)
    async with community.works.look() as view:
        kept = await view.cases.case(case.id)
    assert kept is not None
    assert kept.board_only


async def test_in_a_case_of_the_boards_alone_no_chair_hears_of_a_raised_conflict(community: Community) -> None:
    """P-2.5, P-4.1"""
    case = await community.a_case(names_members=(BRUNO, CHIARA, DMITRI, ELENI, FARID))
    await raise_conflict(community.desk, GRETA, case.code_name, HIROSHI, Reason.INVOLVED, WORDS)
    assert await community.who_was_told(NoticeKind.CONFLICT_TO_DECIDE) == set()
    assert len(await raised_in(community.desk, GRETA, case.code_name)) == 1
    with pytest.raises(NotFound):
        await raised_in(community.desk, AMARA, case.code_name)
