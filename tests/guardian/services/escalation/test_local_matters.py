"""Local matters: a flag is the moderators', less those whom it concerns, and who flagged is shown to none of them."""

from pathlib import Path
from typing import Any

import pytest

from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.flags import FlagInput
from guardian.cases.proposals import check_consequence
from guardian.cases.submissions import EvidenceInput
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.people.models import Group
from guardian.services.cases.overview import list_cases
from guardian.services.escalation import local_matters
from guardian.services.reading_room.case_file import read_case as read_room
from guardian.spaces.port import Account
from tests.builders.community import (
    AMARA,
    DISCORD,
    FORUM,
    INES,
    SOMEBODY,
    Community,
    a_community,
    a_member,
    a_role,
    everybody,
)
from tests.builders.journey import a_warning

PAVEL = MemberId("m10-pavel")
FLAGGER = Account(FORUM, "500")
WORDS = "This post tells a newcomer to go and die."


def a_flag(**facts: Any) -> FlagInput:
    """A flag of "something else" on a message on Discord."""
    thing = EvidenceInput(
        kind="message",
        link="https://space.example/t/1/2",
        author=SOMEBODY,
        author_handle="grumbler",
        text="Go and die.",
    )
    given = {"space": DISCORD, "delivery": "flag 1", "kind": "something else", "text": WORDS, "on": SOMEBODY}
    return FlagInput(**{**given, "by": FLAGGER, "by_handle": "flagger", "evidence": thing, **facts})


async def a_matter(community: Community, **facts: Any) -> Case:
    """The case behind a flag."""
    code = await local_matters.receive_flag(community.app, a_flag(**facts))
    assert code is not None
    async with community.units_of_work.read() as view:
        found = await view.cases.case_by_code_name(code)
    assert found is not None
    return found


async def test_a_flag_is_told_to_the_moderators_of_its_space_and_to_nobody_else(community: Community) -> None:
    """P-8.1"""
    case = await a_matter(community)
    assert (case.kind, case.space) == (CaseKind.LOCAL, DISCORD)
    assert await community.who_was_notified(NoticeKind.NEW_MATTER) == {INES}
    assert await community.notices_to(AMARA) == ()
    assert [line.code_name for line in await local_matters.list_matters(community.app, INES)] == [case.code_name]
    assert await list_cases(community.app, AMARA) == ()


async def test_a_flag_that_is_delivered_twice_is_one_matter(community: Community) -> None:
    await a_matter(community)
    assert await local_matters.receive_flag(community.app, a_flag()) is None
    assert len(await local_matters.list_matters(community.app, INES)) == 1


async def test_a_moderator_reads_the_words_and_never_who_flagged_them(community: Community) -> None:
    """P-2.6"""
    case = await a_matter(community)
    file = await read_room(community.app, INES, case.code_name)
    (report,) = file.reports
    assert report.report.what_happened == WORDS
    assert [piece.text for piece in report.evidence] == ["Go and die."]
    assert "500" not in repr(file)
    assert "flagger" not in repr(file)


async def test_a_moderator_of_another_space_and_a_member_of_the_group_find_nothing(community: Community) -> None:
    """P-8.1"""
    case = await a_matter(community, space=FORUM, delivery="flag 2")
    with pytest.raises((NotFound, Refused)):
        await read_room(community.app, INES, case.code_name)
    with pytest.raises(Refused):
        await local_matters.list_matters(community.app, AMARA)


async def test_a_flag_on_the_only_moderator_goes_to_the_group_and_they_hear_nothing(community: Community) -> None:
    """P-2.5"""
    own = Account(DISCORD, "600000000000000009")
    thing = EvidenceInput(
        kind="message", link="https://space.example/t/1/2", author=own, author_handle="ines9x", text="Go and die."
    )
    case = await a_matter(community, on=own, evidence=thing)
    assert case.kind is CaseKind.REPORT
    assert await community.notices_to(INES) == ()
    assert AMARA in await community.who_was_notified(NoticeKind.NEW_REPORT)
    assert await local_matters.list_matters(community.app, INES) == ()


async def test_what_was_handled_is_closed_with_what_was_done(community: Community) -> None:
    """P-2.3"""
    case = await a_matter(community)
    with pytest.raises(Refused):
        await local_matters.mark_handled(community.app, INES, case.code_name, " ")
    await local_matters.mark_handled(community.app, INES, case.code_name, "Removed it and spoke with them.")
    async with community.units_of_work.read() as view:
        closed = await view.cases.case(case.id)
    assert closed is not None
    assert (closed.state, closed.outcome) == (CaseState.CLOSED, "Removed it and spoke with them.")
    assert await local_matters.list_matters(community.app, INES) == ()


async def test_a_local_matter_is_listed_and_decided_by_nobody_of_both_groups(tmp_path: Path) -> None:
    """P-8.1"""
    both = a_member(PAVEL, "Pavel Dvorak", a_role(Group.WORKING_GROUP), a_role(Group.MODERATORS), number=0)
    async with a_community(tmp_path, members=(*everybody(), both)) as community:
        case = await a_matter(community)
        assert await list_cases(community.app, PAVEL) == ()
        verdict = check_consequence(case, a_warning(), about_person=True, policy=community.app.policy)
        assert verdict.code == "local"
