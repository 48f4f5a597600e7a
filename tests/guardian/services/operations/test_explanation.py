"""How things stand: the operator sees numbers, a member sees what they may know of, and each look is journalled."""

from datetime import timedelta

import pytest

from guardian.errors import NotFound, Refused
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions import board_answers
from guardian.services.decisions.enactment import enact
from guardian.services.members import AccountInput
from guardian.services.operations.explanation import explain_account, explain_person
from guardian.services.operations.roster import compile_roster
from guardian.services.operations.setup import is_chair_unconfirmed
from guardian.services.operations.status import status_counts
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from rules.conflicts import ConflictReason
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground
from tests.builders.community import AMARA, BRUNO, DISCORD, GRETA, HIROSHI, INES, Community
from tests.builders.journey import a_suspension, begin_hearing, journey_in

TROUBLE = "rowdy"


async def acted(community: Community) -> str:
    """Bruno has suspended somebody on Discord at once; the code name of the person."""
    community.spaces[DISCORD].add("700000000000000009", TROUBLE)
    await act(
        community.app,
        BRUNO,
        AccountInput(DISCORD, TROUBLE),
        ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults in every channel, right now.", frozenset({DISCORD})),
    )
    async with community.units_of_work.read() as view:
        (sanction,) = await view.sanctions.unlifted()
        person = await view.people.person(sanction.person)
        assert person is not None
        return person.code_name


async def case_of_act(community: Community) -> str:
    async with community.units_of_work.read() as view:
        (sanction,) = await view.sanctions.unlifted()
        case = await view.cases.case(sanction.case)
        assert case is not None
        return case.code_name


async def test_an_account_is_explained_by_what_runs_on_its_person(community: Community) -> None:
    person = await acted(community)
    (line,) = await explain_account(community.app, AMARA, DISCORD, TROUBLE)
    assert (line.person, line.explanation.desired) == (person, AccessLevel.BARRED)
    assert line.because
    assert line.because[0].state == "running"
    assert (await community.journal_acts())[-1] == "person.was_explained"


async def test_explaining_changes_nothing_in_the_space(community: Community) -> None:
    await acted(community)
    before = list(community.spaces[DISCORD].actions)
    await explain_account(community.app, AMARA, DISCORD, TROUBLE)
    assert community.spaces[DISCORD].actions == before


async def test_a_person_is_explained_by_the_code_name_however_it_is_typed(community: Community) -> None:
    person = await acted(community)
    lines = await explain_person(community.app, AMARA, person.replace("-", " ").upper())
    assert [line.person for line in lines] == [person]


async def test_an_unknown_account_and_a_walled_one_get_the_same_answer(community: Community) -> None:
    """P-2.5."""
    person = await acted(community)
    await recuse(community.app, AMARA, await case_of_act(community), ConflictReason.PERSONAL_RELATIONSHIP)
    with pytest.raises(NotFound) as walled:
        await explain_account(community.app, AMARA, DISCORD, TROUBLE)
    with pytest.raises(NotFound) as walled_by_name:
        await explain_person(community.app, AMARA, person)
    with pytest.raises(NotFound) as unknown:
        await explain_account(community.app, AMARA, DISCORD, "nobody-of-that-name")
    assert walled.value.sentence == walled_by_name.value.sentence == unknown.value.sentence


async def test_a_moderator_explains_nothing(community: Community) -> None:
    """P-1.1."""
    await acted(community)
    with pytest.raises(Refused):
        await explain_account(community.app, INES, DISCORD, TROUBLE)


async def test_the_roster_says_who_is_kept_out_where_and_until_when(community: Community) -> None:
    person = await acted(community)
    (line,) = await compile_roster(community.app, AMARA)
    assert (line.person, line.restriction) == (person, Restriction.SUSPENDED)
    assert [(place.space, place.handle, place.native_id) for place in line.accounts] == [
        (DISCORD, TROUBLE, "700000000000000009")
    ]
    assert (await community.journal_acts())[-1] == "roster.was_printed"


async def test_the_roster_has_nothing_of_what_its_printer_is_kept_out_of(community: Community) -> None:
    """P-2.5."""
    await acted(community)
    await recuse(community.app, AMARA, await case_of_act(community), ConflictReason.PERSONAL_RELATIONSHIP)
    assert await compile_roster(community.app, AMARA) == ()
    assert len(await compile_roster(community.app, BRUNO)) == 1


async def test_the_operator_sees_numbers_and_no_content(community: Community) -> None:
    """P-1.5."""
    person = await acted(community)
    found = await status_counts(community.app, await is_chair_unconfirmed(community.app))
    assert dict(found.sanctions) == {"running": 1}
    assert sum(found.cases.values()) == 1
    words = repr(found)
    assert person not in words
    assert TROUBLE not in words
    assert (await community.journal_acts())[-1] == "status.was_read"


async def test_a_sanction_in_a_case_of_the_board_alone_is_in_the_boards_roster_and_in_no_members(
    community: Community,
) -> None:
    """P-2.5: for the day the service is gone, somebody must be able to lift it by hand."""
    case, person = await community.a_named_case(named_members=(AMARA,))
    assert case.board_only
    journey = await journey_in(community, case, person)
    await begin_hearing(community, case.code_name, GRETA, HIROSHI)
    await board_answers.record_answer(community.app, GRETA, case.code_name, a_suspension())
    await board_answers.confirm_answer(community.app, HIROSHI, case.code_name)
    await journey.pass_time(timedelta(days=8))
    await enact(community.app, GRETA, case.code_name, unread=True)
    assert [line.person for line in await compile_roster(community.app, GRETA)] == [person]
    assert (await explain_person(community.app, GRETA, person))[0].person == person
    assert await compile_roster(community.app, BRUNO) == ()
    with pytest.raises(NotFound):
        await explain_person(community.app, BRUNO, person)
