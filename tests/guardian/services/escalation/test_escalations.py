"""Passing a matter up: it comes to the group with what was done, and only how far it has come goes back."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.handoffs import Urgency
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import EvidenceInput
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.people.models import Group, Office
from guardian.services.decisions import closing
from guardian.services.escalation import escalations, local_matters
from guardian.services.escalation.board_referral import refer_matter_to_board
from guardian.services.escalation.escalations import (
    AccountSubject,
    ContentSubject,
    EscalationInput,
    EscalationView,
    MatterSubject,
)
from guardian.services.operations import deadline_runner
from guardian.services.reading_room.case_file import read_case as read_room
from guardian.spaces.port import Account
from rules.escalation import HandoffStatus
from tests.builders.community import (
    AMARA,
    BRUNO,
    DISCORD,
    FORUM,
    GRETA,
    INES,
    SOMEBODY,
    WORKING_GROUP,
    Community,
    a_community,
    a_member,
    a_role,
    everybody,
)
from tests.builders.journey import HOUR, newest_case
from tests.guardian.services.escalation.test_local_matters import WORDS, a_matter

PAVEL = MemberId("m10-pavel")
ROSA = MemberId("m11-rosa")
THING = EvidenceInput(
    kind="message", link="https://space.example/t/1/2", author=SOMEBODY, author_handle="grumbler", text="Go and die."
)
DONE = "Hidden, and asked to stop."
WHY = "It goes on in several places."


async def passed_on(community: Community, *, delivery: str | None = None, **facts: Any) -> tuple[EscalationView, Case]:
    """What the moderator has passed on, and the case that came of it."""
    given = EscalationInput(ContentSubject(DISCORD, "", (THING,)), Urgency.SOON, DONE, WHY)
    seen = await escalations.escalate(community.app, INES, replace(given, **facts), delivery)
    return seen, await newest_case(community)


async def status(community: Community, member: MemberId = INES) -> list[HandoffStatus]:
    """How far what they may see has come."""
    return [line.status for line in await escalations.list_escalations(community.app, member)]


async def test_an_escalation_is_a_case_of_the_group_with_evidence_and_what_was_done(community: Community) -> None:
    """P-8.2"""
    seen, case = await passed_on(community)
    file = await community.read_case(AMARA, case.code_name)
    (report,) = file.reports
    assert (report.report.channel, report.report.what_happened) == (ReportChannel.ESCALATION, WHY)
    assert [piece.text for piece in report.evidence] == ["Go and die."]
    assert await community.who_was_notified(NoticeKind.ESCALATED) == set(WORKING_GROUP)
    assert case.code_name not in seen.text
    with pytest.raises(NotFound):
        await community.open_case(INES, case.code_name)


async def test_a_local_matter_goes_along_under_a_name_that_its_moderators_do_not_know(community: Community) -> None:
    """P-3.1, P-8.2"""
    local = await a_matter(community)
    _, case = await passed_on(community, subject=MatterSubject(local.code_name))
    assert (case.id, case.kind) == (local.id, CaseKind.REPORT)
    assert case.code_name != local.code_name
    file = await community.read_case(BRUNO, case.code_name)
    assert [read.report.what_happened for read in file.reports] == [WORDS, WHY]
    assert await local_matters.list_matters(community.app, INES) == ()
    for name in (local.code_name, case.code_name):
        with pytest.raises((NotFound, Refused)):
            await read_room(community.app, INES, name)


async def test_what_is_about_the_very_thing_of_a_matter_takes_that_matter_along(community: Community) -> None:
    """P-8.2"""
    local = await a_matter(community)
    await passed_on(community, subject=ContentSubject(DISCORD, "", (THING,)))
    assert await local_matters.list_matters(community.app, INES) == ()
    async with community.units_of_work.read() as view:
        (case,) = await view.cases.cases()
    assert (case.id, case.kind) == (local.id, CaseKind.REPORT)


async def test_the_page_of_a_matter_that_a_moderator_reads_closes_when_the_matter_is_passed_on(
    community: Community,
) -> None:
    """P-8.2"""
    local = await a_matter(community)
    await read_room(community.app, INES, local.code_name)
    await passed_on(community, subject=MatterSubject(local.code_name))
    with pytest.raises((NotFound, Refused)):
        await read_room(community.app, INES, local.code_name)


async def test_the_moderator_learns_how_far_it_has_come_and_nothing_of_the_case(community: Community) -> None:
    """P-8.2"""
    seen, case = await passed_on(community)
    assert await status(community) == [HandoffStatus.RECEIVED]
    await escalations.accept_escalation(community.app, BRUNO, case.code_name)
    assert await status(community) == [HandoffStatus.ACCEPTED]
    async with community.units_of_work.begin() as uow:
        await uow.cases.save_case(replace(await newest_case(community), state=CaseState.IN_FORCE))
    assert await status(community) == [HandoffStatus.DECIDED]
    await closing.close(community.app, AMARA, case.code_name, "A warning.", None)
    assert await status(community) == [HandoffStatus.CLOSED]
    told = [notice for notice in await community.notices_to(INES) if notice.kind is NoticeKind.ESCALATION_NEWS]
    assert [notice.facts["state"] for notice in told] == ["accepted", "closed"]
    assert all(notice.facts["hop"] == seen.reference for notice in told)
    assert case.code_name not in repr([notice.facts for notice in told])


async def test_whoever_is_concerned_hears_nothing_on_either_side(tmp_path: Path) -> None:
    """P-2.5, P-8.2"""
    pavel = a_member(PAVEL, "Pavel Dvorak", a_role(Group.MODERATORS, Office.LIAISON), number=0)
    async with a_community(tmp_path, members=(*everybody(), pavel)) as community:
        theirs = EvidenceInput(
            kind="message", link="", author=pavel.account_in(DISCORD), author_handle="pavel0x", text="Go and die."
        )
        await passed_on(community, subject=ContentSubject(DISCORD, "", (theirs,)), words="Amara Okafor knows about it.")
        assert await status(community, PAVEL) == []
        assert await community.notices_to(PAVEL) == ()
        # Every chair is mentioned, so it is the Board's: the moderators cannot tell.
        assert AMARA not in await community.who_was_notified(NoticeKind.ESCALATED)
        assert GRETA in await community.who_was_notified(NoticeKind.ESCALATED)
        assert await status(community) == [HandoffStatus.RECEIVED]


async def test_the_liaison_of_the_moderators_is_told_that_and_not_what(tmp_path: Path) -> None:
    """P-8.2"""
    pavel = a_member(PAVEL, "Pavel Dvorak", a_role(Group.MODERATORS, Office.LIAISON), number=0)
    async with a_community(tmp_path, members=(*everybody(), pavel)) as community:
        seen, _ = await passed_on(community)
        (notice,) = await community.notices_to(PAVEL)
        assert notice.facts == {"hop": seen.reference, "space": DISCORD, "state": "made"}


async def test_what_turns_out_to_concern_its_own_moderator_stands_still_for_them(community: Community) -> None:
    """P-2.5"""
    _, case = await passed_on(community)
    async with community.units_of_work.begin() as uow:
        await uow.cases.add_exclusion(
            Exclusion(case=case.id, member=INES, kind=ExclusionKind.EXCLUDED, cause="named", at=uow.now, by="party")
        )
    community.pass_time(HOUR)
    await escalations.accept_escalation(community.app, BRUNO, case.code_name)
    assert await status(community) == [HandoffStatus.RECEIVED]
    assert await community.notices_to(INES) == ()


async def test_nobody_accepts_what_they_passed_on_and_only_once(community: Community) -> None:
    """P-8.2"""
    _, case = await passed_on(community)
    await escalations.accept_escalation(community.app, BRUNO, case.code_name)
    with pytest.raises(Refused):
        await escalations.accept_escalation(community.app, AMARA, case.code_name)
    async with community.units_of_work.read() as view:
        (handoff,) = await view.handoffs.of_case(case.id)
    assert (handoff.accepted_by, handoff.done_locally, handoff.urgency) == (BRUNO, DONE, Urgency.SOON)


async def test_what_nobody_accepts_in_time_is_put_to_the_chair(community: Community) -> None:
    """P-8.2"""
    await passed_on(community)
    community.pass_time(timedelta(hours=24))
    await deadline_runner.run_due(community.app)
    assert await community.who_was_notified(NoticeKind.ACCEPTANCE_LATE) == {AMARA}


async def test_danger_calls_everybody_as_a_report_does(community: Community) -> None:
    """P-3.6"""
    _, case = await passed_on(community, urgency=Urgency.DANGER)
    assert case.safety_risk
    assert await community.who_was_notified(NoticeKind.DANGER) == set(WORKING_GROUP)


async def test_the_same_message_again_passes_nothing_on_twice(community: Community) -> None:
    first, _ = await passed_on(community, delivery="d1")
    second, _ = await passed_on(community, delivery="d1")
    assert first.reference == second.reference
    assert len(await status(community)) == 1


@pytest.mark.harm("passed-on-and-told-it-is-not-there")
async def test_a_matter_that_is_passed_on_by_the_same_form_again_gets_the_first_answer(community: Community) -> None:
    """P-8.2"""
    subject = MatterSubject((await a_matter(community)).code_name)
    first, _ = await passed_on(community, subject=subject, delivery="d1")
    second, _ = await passed_on(community, subject=subject, delivery="d1")
    assert (first.reference, len(await status(community))) == (second.reference, 1)


async def test_an_account_of_a_member_keeps_that_member_out(community: Community) -> None:
    """P-2.5"""
    own = Account(FORUM, "4")
    community.spaces[FORUM].add(own.native_id, "dmitri4x")
    _, case = await passed_on(
        community, subject=AccountSubject(FORUM, "dmitri4x"), words="This account insults people."
    )
    async with community.units_of_work.read() as view:
        assert [exclusion.member for exclusion in await view.cases.exclusions_of(case.id)] == ["m04-dmitri"]


async def test_a_thing_that_cannot_be_read_is_kept_as_its_link(community: Community) -> None:
    """P-2.7"""
    seen, case = await passed_on(community, subject=ContentSubject(FORUM, "https://forum.example/t/9"))
    async with community.units_of_work.read() as view:
        (piece,) = await view.cases.evidence_of(case.id)
    assert (piece.link, piece.text) == ("https://forum.example/t/9", "")
    assert piece.why_not
    assert "could not be read" in seen.text


async def test_somebody_without_a_seat_among_the_moderators_passes_nothing_on(community: Community) -> None:
    with pytest.raises(Refused):
        await escalations.escalate(
            community.app, AMARA, EscalationInput(ContentSubject(DISCORD, "x"), Urgency.SOON, "", WHY)
        )


async def test_where_the_groups_do_not_agree_in_time_both_positions_go_to_the_board(tmp_path: Path) -> None:
    """P-8.4"""
    rosa = a_member(ROSA, "Rosa Lund", a_role(Group.MODERATORS, Office.CHAIR), number=0)
    async with a_community(tmp_path, members=(*everybody(), rosa)) as community:
        seen, case = await passed_on(community)
        with pytest.raises(Refused, match="until"):
            await refer_matter_to_board(community.app, ROSA, seen.reference, "It needs an answer now.")
        community.pass_time(timedelta(hours=25))
        with pytest.raises(NotFound):
            await refer_matter_to_board(community.app, ROSA, case.code_name, "It needs an answer now.")
        await refer_matter_to_board(community.app, ROSA, seen.reference, "It needs an answer now.")
        assert (await newest_case(community)).state is CaseState.WITH_BOARD
        assert AMARA in await community.who_was_notified(NoticeKind.POSITION_REQUESTED)
        await refer_matter_to_board(community.app, AMARA, case.code_name, "We were away.")
        async with community.units_of_work.read() as view:
            (handoff,) = await view.handoffs.of_case(case.id)
        assert handoff.positions == {"moderators": "It needs an answer now.", "group": "We were away."}
        assert await status(community, ROSA) == [HandoffStatus.UNDER_REVIEW]
