"""The report that organisers read before their motion: owed by a date, read by them alone, without who reported. P-8.5"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.cases.notes import Findings, Violation
from guardian.errors import NotFound, Refused, Stale
from guardian.notices.models import NoticeKind
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.services.motions.motion_reports import send_motion_report
from guardian.services.motions.motions import read_motion, record_motion
from guardian.services.notes.determination import write_findings
from tests.builders.community import A_REPORTER, AMARA, BRUNO, GRETA, HIROSHI, Community, a_community
from tests.builders.journey import DAY, a_journey

FOUND = Findings("Insulted shy-reporter in a thread.", Violation.YES, "the reported person", "no")


@pytest.fixture
async def chipy(tmp_path: Path) -> AsyncIterator[Community]:
    """A community whose organisers approve a suspension by a motion."""
    async with a_community(tmp_path, policy=read_policy(load_preset("chipy"))) as community:
        yield community


@pytest.mark.harm("motion-without-report")
async def test_no_motion_is_recorded_before_the_report_that_was_read_is_there(chipy: Community) -> None:
    """P-8.5"""
    journey = await a_journey(chipy)
    await journey.agree()
    with pytest.raises(Refused, match="confidential report"):
        await record_motion(chipy.app, GRETA, journey.code_name, granted=False, read="")
    read = await journey.report_before_motion()
    await send_motion_report(chipy.app, BRUNO, journey.code_name, "It goes on.")
    with pytest.raises(Stale):
        await record_motion(chipy.app, GRETA, journey.code_name, granted=True, read=read)


async def test_without_findings_there_is_nothing_to_report(chipy: Community) -> None:
    """P-8.5"""
    journey = await a_journey(chipy)
    await journey.agree()
    with pytest.raises(Refused, match="findings"):
        await send_motion_report(chipy.app, AMARA, journey.code_name, "It went on for months.")


async def test_the_report_before_a_motion_does_not_say_who_reported(chipy: Community) -> None:
    """P-2.6, P-8.5"""
    journey = await a_journey(chipy, reporter=A_REPORTER, reporter_handle="shy-reporter")
    await journey.agree()
    await write_findings(chipy.app, AMARA, journey.code_name, FOUND)
    await send_motion_report(chipy.app, AMARA, journey.code_name, "As shy-reporter says, it goes on.")
    seen = await read_motion(chipy.app, GRETA, journey.code_name)
    assert seen.report is not None
    text = "\n".join([seen.report.words, *(line for each in seen.report.sections for line in each.lines)])
    assert "it goes on" in text
    assert "Insulted" in text
    assert "shy-reporter" not in text


async def test_an_organiser_whom_the_case_names_reads_no_report(chipy: Community) -> None:
    """P-4.2, P-8.5"""
    journey = await a_journey(chipy, named_members=(HIROSHI,))
    await journey.agree()
    await journey.report_before_motion()
    with pytest.raises(NotFound):
        await read_motion(chipy.app, HIROSHI, journey.code_name)


async def test_the_group_is_reminded_of_a_late_report_until_it_is_sent(chipy: Community) -> None:
    """P-8.5"""
    journey = await a_journey(chipy)
    await journey.agree()
    for _ in range(2):
        await journey.pass_time(DAY)
    assert await _reminders(chipy) == 2
    await journey.report_before_motion()
    await journey.pass_time(DAY)
    assert await _reminders(chipy) == 2


async def _reminders(community: Community) -> int:
    notices = [each for each in await community.notices_to(BRUNO) if each.kind is NoticeKind.DEADLINE_PASSED]
    return len([each for each in notices if each.facts.get("promise") == "motion_report"])
