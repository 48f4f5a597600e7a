"""Before anybody writes to a reported person, the reporter is asked whether that is safe (P-3.5)."""

from datetime import timedelta

import pytest

from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.cases.reports import ReportChannel
from guardian.errors import Refused
from guardian.notices.models import News, NoticeKind
from guardian.services.decisions import drafts
from guardian.services.decisions.drafts import DraftInput
from guardian.services.deliberation import procedure
from guardian.services.identity.linking import identify_reported_person
from guardian.services.operations.deadline_runner import run_due
from guardian.services.reports.intake import ReceiptAccess, ReporterRequest, Submission, make_request, receive
from tests.builders.community import AMARA, BRUNO, DISCORD, SOMEBODY, TEXT, Community
from tests.builders.journey import BEHAVIOUR


async def _begun(community: Community) -> tuple[str, str]:
    """A hearing that a member wants to begin, where the reporter never said whether it is safe; receipt and case."""
    received = await receive(community.app, Submission(channel=ReportChannel.PAGE, what_happened=TEXT, who="grumbler"))
    case = await community.case(received)
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    await identify_reported_person(community.app, AMARA, case.code_name, DISCORD, "grumbler")
    await procedure.begin_hearing(community.app, AMARA, case.code_name)
    return received.receipt, case.code_name


async def test_nobody_is_written_to_before_the_reporter_could_say_whether_it_is_safe(community: Community) -> None:
    """P-3.5"""
    _, code_name = await _begun(community)
    assert await _heard(community, code_name) == 0
    with pytest.raises(Refused) as refusal:
        await procedure.begin_hearing(community.app, AMARA, code_name)
    assert refusal.value.code == "question_open"


async def test_a_reporter_who_says_not_yet_is_obeyed(community: Community) -> None:
    """P-2.12"""
    receipt, code_name = await _begun(community)
    await make_request(community.app, ReceiptAccess(receipt), ReporterRequest.DO_NOT_CONTACT)
    with pytest.raises(Refused) as refusal:
        await procedure.begin_hearing(community.app, AMARA, code_name)
    assert refusal.value.code == "do_not_contact"


async def test_the_hearing_begins_once_the_reporter_agrees_and_members_hear_of_it(community: Community) -> None:
    """P-3.5"""
    receipt, code_name = await _begun(community)
    await make_request(community.app, ReceiptAccess(receipt), ReporterRequest.MAY_CONTACT)
    assert News.MAY_CONTACT_NOW in {n.facts.get("news") for n in await community.notices_to(BRUNO)}
    await _words_are_read(community, code_name)
    await procedure.begin_hearing(community.app, AMARA, code_name)
    assert await _heard(community, code_name) == 1


async def test_a_reporter_who_never_answers_does_not_stop_the_hearing_for_ever(community: Community) -> None:
    """P-3.5"""
    _, code_name = await _begun(community)
    community.pass_time(timedelta(hours=48))
    await run_due(community.app)
    await _words_are_read(community, code_name)
    await procedure.begin_hearing(community.app, AMARA, code_name)
    assert await _heard(community, code_name) == 1


async def _words_are_read(community: Community, code_name: str) -> None:
    """A second member has read what the person is to be told of the report."""
    written = DraftInput(DraftKind.HEARING, PartyRole.REPORTED, BEHAVIOUR)
    draft = await drafts.write_draft(community.app, AMARA, code_name, written)
    await drafts.approve_draft(community.app, BRUNO, draft.id)


async def _heard(community: Community, code_name: str) -> int:
    """How many people have been written to in the case."""
    async with community.units_of_work.read() as view:
        case = await view.cases.case_by_code_name(code_name)
        assert case is not None
        return sum(notice.kind is NoticeKind.HEARING for notice in await view.notices.of_case(case.id))
