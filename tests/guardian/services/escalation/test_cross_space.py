"""One person in several spaces: the liaisons are asked, and it becomes one case with what was sent in everywhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guardian.cases.case import CaseKind
from guardian.errors import NotFound
from guardian.ids import CaseId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id, new_reference
from guardian.people.models import Group, LinkEvidence, Office, Trust
from guardian.sanctions.models import Authority, Sanction
from guardian.services.escalation.cross_space import (
    PatternLine,
    accept_pattern,
    list_escalations_and_patterns,
    propose_if_cross_space,
)
from guardian.services.identity.linking import FoundAccount, link_account, link_vouched_accounts, person_for_account
from guardian.services.notify import ensure_reference
from guardian.spaces.port import Account
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction
from tests.builders.community import (
    AMARA,
    BRUNO,
    DISCORD,
    FORUM,
    INES,
    SOMEBODY,
    Community,
    a_community,
    a_member,
    a_message,
    a_role,
    everybody,
)
from tests.builders.journey import a_journey, a_warning, newest_case
from tests.guardian.services.escalation.test_local_matters import a_flag, a_matter

PAVEL = MemberId("m10-pavel")
PAVELS = a_member(PAVEL, "Pavel Dvorak", a_role(Group.MODERATORS, Office.LIAISON), number=0)


async def patterns_for(community: Community, member: MemberId) -> tuple[PatternLine, ...]:
    return (await list_escalations_and_patterns(community.app, member)).patterns


async def measured(community: Community, space: SpaceName, **facts: Any) -> tuple[PersonId, bool]:
    """The person behind the reported account was measured in the space; whether the liaisons were asked."""
    case = await a_matter(community, space=space, delivery=f"flag in {space}", **facts)
    async with community.units_of_work.begin() as uow:
        found = FoundAccount(SOMEBODY, "grumbler", ((Account(FORUM, "77"), "grumbler"),))
        person = await person_for_account(uow, found, INES)
        await ensure_reference(uow, case, person.id)
        link_evidence = LinkEvidence(case.id, Trust.EVIDENCED, "service")
        await link_account(uow, person, SOMEBODY, "grumbler", link_evidence)
        await link_vouched_accounts(uow, person, found, link_evidence, INES)
        await uow.sanctions.add_sanction(a_measure(person.id, case.id, space, uow.now))
        return person.id, await propose_if_cross_space(uow, community.app.policy, person.id)


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
        notification=NotificationState.NOTIFIED,
        waits_until=None,
        enacted_at=at,
    )


async def test_the_second_space_asks_the_liaisons_once_and_names_nobody(tmp_path: Path) -> None:
    """P-8.3"""
    async with a_community(tmp_path, members=(*everybody(), PAVELS)) as community:
        person, first = await measured(community, DISCORD)
        _, second = await measured(community, FORUM)
        assert (first, second) == (False, True)
        async with community.units_of_work.begin() as uow:
            assert not await propose_if_cross_space(uow, community.app.policy, person)
            (handoff,) = await uow.handoffs.of_person(person)
        assert handoff.spaces == (DISCORD, FORUM)
        for liaison in (BRUNO, PAVEL):
            assert [line.spaces for line in await patterns_for(community, liaison)] == [(DISCORD, FORUM)]
        assert await patterns_for(community, INES) == ()


async def test_a_spread_becomes_one_case_with_what_every_space_had(tmp_path: Path) -> None:
    """P-8.1, P-8.3"""
    async with a_community(tmp_path, members=(*everybody(), PAVELS)) as community:
        await measured(community, DISCORD)
        await measured(community, FORUM, text="The same on the forum.")
        (line,) = await patterns_for(community, PAVEL)
        seen = await accept_pattern(community.app, PAVEL, line.reference)
        case = await newest_case(community)
        file = await community.read_case(AMARA, case.code_name)
        assert case.kind is CaseKind.REPORT
        assert {read.report.what_happened for read in file.reports} >= {a_flag().text, "The same on the forum."}
        assert [known.account.space for known in file.people[0].accounts] == [DISCORD, FORUM]
        assert case.code_name not in seen.text
        with pytest.raises(NotFound):
            await accept_pattern(community.app, BRUNO, line.reference)


async def test_a_violation_found_by_the_group_counts_beside_a_measure_elsewhere(tmp_path: Path) -> None:
    """P-8.3"""
    async with a_community(tmp_path, members=(*everybody(), PAVELS)) as community:
        journey = await a_journey(community, evidence=(a_message(),))
        await measured(community, FORUM)
        assert await patterns_for(community, BRUNO) == ()
        await journey.enact(a_warning())
        assert [line.spaces for line in await patterns_for(community, BRUNO)] == [(DISCORD, FORUM)]


async def test_a_liaison_who_is_that_person_is_not_asked_and_finds_nothing(tmp_path: Path) -> None:
    """P-2.5"""
    pavel = replace(PAVELS, accounts=(*PAVELS.accounts, Account(FORUM, "77")))
    async with a_community(tmp_path, members=(*everybody(), pavel)) as community:
        await measured(community, DISCORD)
        await measured(community, FORUM)
        (line,) = await patterns_for(community, BRUNO)
        assert await patterns_for(community, PAVEL) == ()
        with pytest.raises(NotFound):
            await accept_pattern(community.app, PAVEL, line.reference)


async def test_nobody_takes_up_what_was_not_proposed(community: Community) -> None:
    with pytest.raises(NotFound):
        await accept_pattern(community.app, BRUNO, Reference("GRD-222222222222"))
