"""A conflict that one member raises of another: told to whoever decides, to nobody else, and nothing before their word."""

from datetime import timedelta

import pytest

from guardian.cases.case import Case
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.services.cases.overview import case_overview, list_cases
from guardian.services.conflicts.conflict_claims import decide_conflict, open_claims, raise_conflict
from guardian.services.conflicts.recusal import recuse
from guardian.services.operations import deadline_runner
from guardian.services.reading_room.proceedings import Proceedings, read_proceedings
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, CHIARA, DMITRI, ELENI, FARID, GRETA, HIROSHI, INES, Community
from tests.builders.journey import OTHERS, a_journey

WORDS = "They share a flat with the person."
WHY = "They do, and they said so."


async def a_claim(community: Community, about: MemberId = DMITRI, by: MemberId = ELENI) -> Case:
    """A case in which one member has raised a conflict of another."""
    case = await community.a_case()
    await raise_conflict(community.app, by, case.code_name, about, ConflictReason.PERSONAL_RELATIONSHIP, WORDS)
    return case


async def proceedings_for(community: Community, member: MemberId, case: Case) -> Proceedings:
    """What the member reads of the proceedings."""
    return await read_proceedings(community.app, member, case.code_name)


async def test_the_chair_is_told_and_nobody_else(community: Community) -> None:
    """P-4.1"""
    await a_claim(community)
    assert await community.who_was_notified(NoticeKind.CONFLICT_CLAIM_TO_DECIDE) == {AMARA}
    assert all(WORDS not in str(dict(notice.facts)) for notice in await community.notices_to(AMARA))


async def test_until_it_is_decided_everything_is_for_the_member_as_if_nothing_was_raised(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()

    async def all_that_dmitri_sees() -> tuple[object, ...]:
        app, name = community.app, case.code_name
        file, seen = await community.read_case(DMITRI, name), await proceedings_for(community, DMITRI, case)
        return (
            await list_cases(app, DMITRI),
            await case_overview(app, DMITRI, name),
            file,
            seen,
            await community.notices_to(DMITRI),
        )

    before = await all_that_dmitri_sees()
    await raise_conflict(community.app, ELENI, case.code_name, DMITRI, ConflictReason.INVOLVED, WORDS)
    assert await all_that_dmitri_sees() == before


async def test_the_members_ballot_counts_until_the_chairs_word_and_not_after_it(community: Community) -> None:
    """P-4.1, P-4.3"""
    journey = await a_journey(community)
    await raise_conflict(community.app, ELENI, journey.code_name, DMITRI, ConflictReason.INVOLVED, WORDS)
    seen = await journey.vote(await journey.propose(), DMITRI)
    assert seen.agreeing == 2
    await decide_conflict(community.app, AMARA, journey.code_name, DMITRI, steps_back=True, reason=WHY)
    assert (await journey.vote(seen, BRUNO)).agreeing == 2


async def test_the_deciders_read_who_raised_what_of_whom(community: Community) -> None:
    """P-4.1, P-9.8"""
    case = await a_claim(community)
    (found,) = await open_claims(community.app, AMARA, case.code_name)
    assert (found.about, found.by, found.words) == ("Dmitri Volkov", "Eleni Pappas", WORDS)
    assert "conflict.was_read" in await community.journal_acts()


async def test_a_member_whose_conflict_is_upheld_loses_sight_of_the_case(community: Community) -> None:
    """P-4.1"""
    case = await a_claim(community)
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=True, reason=WHY)
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, case.code_name)
    (line,) = await list_cases(community.app, DMITRI)
    assert line.recused
    assert {"conflict.was_raised", "conflict.was_upheld"} <= set(await community.journal_acts())


async def test_a_conflict_that_is_set_aside_changes_nothing_and_the_raiser_hears_of_it(community: Community) -> None:
    """P-4.1"""
    case = await a_claim(community)
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=False, reason="They do not.")
    await community.open_case(DMITRI, case.code_name)
    assert await community.who_was_notified(NoticeKind.CASE_NEWS) == {ELENI}
    (claim,) = (await proceedings_for(community, DMITRI, case)).claims
    assert (claim.upheld, claim.answer, claim.decided_by) == (False, "They do not.", AMARA)


async def test_the_board_decides_on_the_only_chair_who_learns_nothing_of_it(community: Community) -> None:
    """P-4.1"""
    case = await a_claim(community, about=AMARA)
    assert await community.who_was_notified(NoticeKind.CONFLICT_CLAIM_TO_DECIDE) == {CHIARA, GRETA, HIROSHI}
    assert await open_claims(community.app, AMARA, case.code_name) == ()
    with pytest.raises(NotFound):
        await decide_conflict(community.app, AMARA, case.code_name, AMARA, steps_back=False, reason="I am fine.")
    assert len(await open_claims(community.app, GRETA, case.code_name)) == 1
    await decide_conflict(community.app, GRETA, case.code_name, AMARA, steps_back=True, reason=WHY)
    with pytest.raises(NotFound):
        await community.open_case(AMARA, case.code_name)


async def test_the_board_sees_nothing_of_a_case_in_which_nothing_was_raised_of_a_chair(community: Community) -> None:
    """P-4.2"""
    case = await a_claim(community)
    with pytest.raises(NotFound):
        await open_claims(community.app, GRETA, case.code_name)
    with pytest.raises(NotFound):
        await decide_conflict(community.app, GRETA, case.code_name, DMITRI, steps_back=True, reason=WHY)


@pytest.mark.parametrize("by", [DMITRI, ELENI, FARID, INES])
async def test_nobody_but_those_who_decide_settles_it(community: Community, by: MemberId) -> None:
    """P-4.1"""
    case = await a_claim(community)
    with pytest.raises((NotFound, Refused)):
        await decide_conflict(community.app, by, case.code_name, DMITRI, steps_back=True, reason=WHY)
    await community.open_case(DMITRI, case.code_name)


async def test_a_conflict_is_not_decided_twice_nor_raised_twice_by_the_same_member(community: Community) -> None:
    case = await a_claim(community)
    with pytest.raises(Refused) as refusal:
        await raise_conflict(community.app, ELENI, case.code_name, DMITRI, ConflictReason.INVOLVED, WORDS)
    assert refusal.value.code == "raised"
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=False, reason="They do not.")
    with pytest.raises(Refused) as refusal:
        await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=True, reason=WHY)
    assert refusal.value.code == "not_raised"


async def test_a_conflict_for_another_reason_says_which(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    with pytest.raises(Refused) as refusal:
        await raise_conflict(community.app, ELENI, case.code_name, DMITRI, ConflictReason.OTHER)
    assert refusal.value.code == "no_reason"


async def test_somebody_without_the_case_raises_nothing_in_it(community: Community) -> None:
    """P-4.2"""
    case = await community.a_case(named_members=(FARID,))
    with pytest.raises(NotFound):
        await raise_conflict(community.app, FARID, case.code_name, DMITRI, ConflictReason.INVOLVED, WORDS)


async def test_those_who_decide_are_reminded_until_somebody_has_and_the_member_never(community: Community) -> None:
    """P-4.1"""
    case = await a_claim(community)

    async def asked(member: MemberId) -> int:
        return (await community.notice_kinds_to(member)).count(NoticeKind.CONFLICT_CLAIM_TO_DECIDE)

    for _ in range(2):
        community.pass_time(timedelta(days=1))
        await deadline_runner.run_due(community.app)
    assert [await asked(member) for member in (AMARA, DMITRI, ELENI)] == [3, 0, 0]
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=False, reason="They do not.")
    community.pass_time(timedelta(days=3))
    await deadline_runner.run_due(community.app)
    assert await asked(AMARA) == 3


async def test_a_member_who_steps_back_meanwhile_leaves_nothing_to_decide(community: Community) -> None:
    case = await a_claim(community)
    await recuse(community.app, DMITRI, case.code_name, ConflictReason.INVOLVED)
    assert await open_claims(community.app, AMARA, case.code_name) == ()
    community.pass_time(timedelta(days=2))
    await deadline_runner.run_due(community.app)
    assert (await community.notice_kinds_to(AMARA)).count(NoticeKind.CONFLICT_CLAIM_TO_DECIDE) == 1


async def test_with_too_few_left_after_it_the_case_goes_to_the_board(community: Community) -> None:
    """P-2.5"""
    case = await a_claim(community, about=DMITRI, by=BRUNO)
    for member in OTHERS:
        if member not in (BRUNO, DMITRI):
            await recuse(community.app, member, case.code_name, ConflictReason.INVOLVED)
    await recuse(community.app, BRUNO, case.code_name, ConflictReason.INVOLVED)
    await decide_conflict(community.app, AMARA, case.code_name, DMITRI, steps_back=True, reason=WHY)
    async with community.units_of_work.read() as view:
        kept = await view.cases.case(case.id)
    assert kept is not None
    assert kept.board_only


async def test_in_a_case_of_the_boards_alone_no_chair_hears_of_a_raised_conflict(community: Community) -> None:
    """P-2.5, P-4.1"""
    case = await community.a_case(named_members=(BRUNO, CHIARA, DMITRI, ELENI, FARID))
    await raise_conflict(community.app, GRETA, case.code_name, HIROSHI, ConflictReason.INVOLVED, WORDS)
    assert await community.who_was_notified(NoticeKind.CONFLICT_CLAIM_TO_DECIDE) == set()
    assert len(await open_claims(community.app, GRETA, case.code_name)) == 1
    with pytest.raises(NotFound):
        await open_claims(community.app, AMARA, case.code_name)
