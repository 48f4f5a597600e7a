"""One person in several spaces: the liaisons are asked, and it becomes one case with what was sent in everywhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guardian.cases.values import CaseKind
from guardian.desk.linking import Found, link_account, link_vouched, person_behind
from guardian.desk.spreading import propose_if_spread, spreads, take_up
from guardian.desk.telling import reference_of
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id, new_reference
from guardian.people.values import Group, Naming, Office, Trust
from guardian.sanctions.values import Authority, Sanction
from guardian.spaces.port import Account
from rules.ladder import Authority as AuthorityKind
from rules.policy import OnTermEnd
from rules.precedence import Restriction
from rules.telling import Telling
from tests.builders.desk import (
    AMARA,
    BRUNO,
    DISCORD,
    FORUM,
    INES,
    SOMEBODY,
    Community,
    a_desk,
    a_member,
    a_message,
    a_role,
    everybody,
)
from tests.builders.journey import a_journey, a_warning, newest_case
from tests.guardian.desk.test_matters import a_flag, a_matter

PAVEL = MemberId("m10-pavel")
PAVELS = a_member(PAVEL, "Pavel Dvorak", a_role(Group.MODERATORS, Office.LIAISON), number=0)


async def measured(community: Community, space: SpaceName, **facts: Any) -> tuple[PersonId, bool]:
    """The person behind the reported account was measured in the space; whether the liaisons were asked."""
    case = await a_matter(community, space=space, delivery=f"flag in {space}", **facts)
    async with community.works.begin() as work:
        found = Found(SOMEBODY, "grumbler", ((Account(FORUM, "77"), "grumbler"),))
        person = await person_behind(work, found)
        await reference_of(work, case, person.id)
        naming = Naming(case.id, Trust.EVIDENCED, "service")
        await link_account(work, person, SOMEBODY, "grumbler", naming)
        await link_vouched(work, person, found, naming)
        await work.sanctions.add_sanction(a_measure(person.id, case.id, space, work.now))
        return person.id, await propose_if_spread(work, community.desk.policy, person.id)


def a_measure(person: PersonId, case: CaseId, space: SpaceName, at: datetime) -> Sanction:
    """A mute of two days in one space, on a moderator's word."""
    return Sanction(
        id=SanctionId(new_id()),
        person=person,
        case=case,
        restriction=Restriction.MUTED,
        starts=at,
        ends=at + timedelta(days=2),
        spaces=frozenset({space}),
        on_term_end=OnTermEnd.LIFT,
        authority=Authority(AuthorityKind.LOCAL, "measure"),
        reference=new_reference(),
        telling=Telling.TOLD,
        holds_from=None,
        enacted_at=at,
    )


async def test_the_second_space_asks_the_liaisons_once_and_names_the_person_by_code(tmp_path: Path) -> None:
    """P-8.3"""
    async with a_desk(tmp_path, members=(*everybody(), PAVELS)) as community:
        person, first = await measured(community, DISCORD)
        _, second = await measured(community, FORUM)
        assert (first, second) == (False, True)
        async with community.works.begin() as work:
            assert not await propose_if_spread(work, community.desk.policy, person)
            (hop,) = await work.hops.of_person(person)
        assert hop.spaces == (DISCORD, FORUM)
        for liaison in (BRUNO, PAVEL):
            assert [line.spaces for line in await spreads(community.desk, liaison)] == [(DISCORD, FORUM)]
        with pytest.raises(Refused):
            await spreads(community.desk, INES)


async def test_a_spread_becomes_one_case_with_what_every_space_had(tmp_path: Path) -> None:
    """P-8.1, P-8.3"""
    async with a_desk(tmp_path, members=(*everybody(), PAVELS)) as community:
        await measured(community, DISCORD)
        await measured(community, FORUM, text="The same on the forum.")
        (line,) = await spreads(community.desk, PAVEL)
        seen = await take_up(community.desk, PAVEL, line.reference)
        case = await newest_case(community)
        file = await community.read(AMARA, case.code_name)
        assert case.kind is CaseKind.REPORT
        assert {read.report.what_happened for read in file.reports} >= {a_flag().text, "The same on the forum."}
        assert [known.account.space for known in file.people[0].accounts] == [DISCORD, FORUM]
        assert case.code_name not in seen.text
        with pytest.raises(NotFound):
            await take_up(community.desk, BRUNO, line.reference)


async def test_a_violation_found_by_the_group_counts_beside_a_measure_elsewhere(tmp_path: Path) -> None:
    """P-8.3"""
    async with a_desk(tmp_path, members=(*everybody(), PAVELS)) as community:
        journey = await a_journey(community, evidence=(a_message(),))
        await measured(community, FORUM)
        assert await spreads(community.desk, BRUNO) == ()
        await journey.enacted(a_warning())
        assert [line.spaces for line in await spreads(community.desk, BRUNO)] == [(DISCORD, FORUM)]


async def test_a_liaison_who_is_that_person_is_not_asked_and_finds_nothing(tmp_path: Path) -> None:
    """P-2.5"""
    pavel = replace(PAVELS, accounts=(*PAVELS.accounts, Account(FORUM, "77")))
    async with a_desk(tmp_path, members=(*everybody(), pavel)) as community:
        await measured(community, DISCORD)
        await measured(community, FORUM)
        (line,) = await spreads(community.desk, BRUNO)
        assert await spreads(community.desk, PAVEL) == ()
        with pytest.raises(NotFound):
            await take_up(community.desk, PAVEL, line.reference)


async def test_nobody_takes_up_what_was_not_proposed(community: Community) -> None:
    with pytest.raises(NotFound):
        await take_up(community.desk, BRUNO, Reference("GRD-222222222222"))
