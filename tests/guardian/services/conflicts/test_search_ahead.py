"""Long texts are searched for names before the transaction in which they are kept, so that nobody waits to write."""

from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import EvidenceInput
from guardian.services.parties import personal_page
from guardian.services.reports import follow_up
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReceiptAccess
from guardian.services.reports.mail import receive_mail
from tests.builders.community import DMITRI, Community
from tests.builders.journey import a_journey
from tests.guardian.services.escalation.test_escalations import passed_on
from tests.guardian.services.reports.test_mail import a_letter

LONG = "They wrote to me again and again, and Dmitri Volkov saw it. " * 50
SEARCHED_LATE = "names.searched_late"


async def report(community: Community) -> None:
    """A report comes in on the page, with a file."""
    await community.report(what_happened=LONG, evidence=(EvidenceInput(kind="file", content=LONG.encode()),))


async def mail(community: Community) -> None:
    """A report comes in by mail."""
    await receive_mail(community.app, a_letter(text=LONG))


async def addition(community: Community) -> None:
    """A reporter adds something."""
    received = await community.report()
    await follow_up.add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput(LONG))


async def hearing(community: Community) -> None:
    """A person is heard."""
    journey = await a_journey(community)
    await personal_page.give_hearing_answer(community.app, await journey.begin_hearing(), LONG)


async def request(community: Community) -> None:
    """A person asks the Board."""
    journey = await a_journey(community)
    await journey.enact()
    await personal_page.request_board_reconsideration(community.app, await journey.receipt(), LONG)


async def escalation(community: Community) -> None:
    """A moderator passes something on, with what stands there."""
    await passed_on(community, words=LONG)


async def burst(community: Community) -> None:
    """Several reports in the same words come in."""
    for _ in range(community.app.policy.reports.burst_from + 1):
        await community.report(what_happened=LONG, channel=ReportChannel.PAGE, reporter=None)


@pytest.mark.harm("nobody-can-write-while-a-text-is-searched")
@pytest.mark.parametrize("come_in", [report, mail, addition, hearing, request, escalation, burst])
async def test_a_long_text_is_searched_before_anything_is_written(
    community: Community, come_in: Callable[[Community], Awaitable[None]]
) -> None:
    """P-2.5, P-7.1: a ban, or a report of danger, would wait meanwhile."""
    with capture_logs() as logs:
        await come_in(community)
    assert SEARCHED_LATE not in [each["event"] for each in logs]


async def test_whom_a_text_names_that_was_searched_ahead_is_held_out(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(what_happened=LONG)
    async with community.units_of_work.read() as view:
        assert DMITRI in {each.member for each in await view.cases.exclusions_of(case.id)}
