"""The Board reads of concluded cases what was found and decided, by code names, and nothing of a case that names it. P-8.5"""

import pytest

from guardian.cases.notes import Findings, Violation
from guardian.errors import NotFound, Refused
from guardian.services.notes.determination import write_findings
from guardian.services.records.board_reports import list_board_reports, read_board_report
from guardian.services.records.case_document import write_document
from tests.builders.community import A_REPORTER, AMARA, GRETA, HIROSHI, INES, Community
from tests.builders.journey import a_journey, a_warning

FOUND = Findings(
    what_happened="somebody insulted shy-reporter in a thread",
    violation=Violation.YES,
    responsible="the reported person",
    ongoing="no",
)


async def test_the_board_reads_what_was_found_and_decided_once_it_is_concluded(community: Community) -> None:
    """P-8.5"""
    journey = await a_journey(community)
    await write_findings(community.app, AMARA, journey.code_name, FOUND)
    assert await list_board_reports(community.app, HIROSHI) == ()
    with pytest.raises(NotFound):
        await read_board_report(community.app, HIROSHI, journey.code_name)
    await journey.enact(a_warning())
    (line,) = await list_board_reports(community.app, HIROSHI)
    text = write_document(await read_board_report(community.app, HIROSHI, line.code_name))
    assert text.splitlines()[2] == "Confidential: for the Board alone. Not to be passed on."
    for said in (journey.code_name, journey.person_code, "insulted", "Violation: yes", "warning"):
        assert said in text


@pytest.mark.harm("board-report-tells-who-reported")
async def test_who_reported_is_not_in_the_report_even_where_findings_name_them(community: Community) -> None:
    """P-2.6, P-8.5"""
    journey = await a_journey(community, reporter=A_REPORTER, reporter_handle="shy-reporter")
    await write_findings(community.app, AMARA, journey.code_name, FOUND)
    await journey.enact(a_warning())
    text = write_document(await read_board_report(community.app, HIROSHI, journey.code_name))
    assert "shy" not in text
    assert A_REPORTER.native_id not in text


@pytest.mark.harm("board-report-read-by-whom-it-names")
async def test_whom_the_case_names_finds_no_report_and_members_read_none(community: Community) -> None:
    """P-4.2, P-8.5"""
    journey = await a_journey(community, named_members=(GRETA,))
    await journey.enact(a_warning())
    assert await list_board_reports(community.app, GRETA) == ()
    with pytest.raises(NotFound):
        await read_board_report(community.app, GRETA, journey.code_name)
    for stranger in (AMARA, INES):
        with pytest.raises(Refused):
            await list_board_reports(community.app, stranger)
