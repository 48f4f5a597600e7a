"""Statistics and the yearly report: frozen once published, and nothing of a hidden case before that."""

from datetime import timedelta

import pytest

from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.services.records.sheet_import import import_sheet
from guardian.services.records.statistics import export_statistics, publish_half_year, read_statistics
from guardian.services.records.yearly import (
    YearlyWords,
    list_yearly_reports,
    prepare_yearly_report,
    publish_yearly_report,
)
from guardian.services.records.yearly_files import write_html, write_markdown
from rules.statistics import Counts
from tests.builders.community import AMARA, BRUNO, DMITRI, Community
from tests.guardian.services.records.test_sheet import a_file


async def numbers(community: Community, period: str, by: MemberId = AMARA) -> Counts:
    lines = await read_statistics(community.app, by)
    return next((line.counts for line in lines if str(line.period) == period), Counts())


@pytest.mark.harm("published-number-changes")
async def test_what_is_published_stays_as_it_is(community: Community) -> None:
    """P-10.1"""
    await import_sheet(community.app, AMARA, a_file({}), is_dry_run=False)
    await publish_half_year(community.app, BRUNO, "2021-1")
    before = await numbers(community, "2021-1")
    await import_sheet(community.app, AMARA, a_file({"Case code name": "velvet-valley"}), is_dry_run=False)
    assert await numbers(community, "2021-1") == before == Counts(reports=1, people_named=1, acted=1, warned=1)
    with pytest.raises(Refused):
        await publish_half_year(community.app, BRUNO, "2021-1")
    assert b"2021-1,1,1,1" in await export_statistics(community.app, AMARA)


@pytest.mark.harm("statistics-show-a-hidden-case")
async def test_numbers_that_are_not_public_have_nothing_of_a_case_that_is_kept_from_the_reader(
    community: Community,
) -> None:
    """P-4.2"""
    await community.a_named_case(named_members=(DMITRI,))
    assert (await numbers(community, "2026-1")).reports == 1
    assert (await numbers(community, "2026-1", DMITRI)).reports == 0


async def test_a_half_year_that_goes_on_is_not_published(community: Community) -> None:
    """P-10.1"""
    with pytest.raises(Refused):
        await publish_half_year(community.app, BRUNO, "2026-1")


@pytest.mark.harm("yearly-report-unread")
async def test_a_yearly_report_is_published_by_another_member_than_prepared_it(community: Community) -> None:
    """P-10.2, P-5.6"""
    lines = [{"Case code name": f"amber-{n}", "Person code name": f"linen-{n}"} for n in range(12)]
    await import_sheet(community.app, AMARA, a_file(*lines), is_dry_run=False)
    words = YearlyWords(lessons="Answer *sooner*.")
    await prepare_yearly_report(community.app, AMARA, 2021, words)
    with pytest.raises(Refused):
        await publish_yearly_report(community.app, AMARA, 2021)
    await publish_yearly_report(community.app, BRUNO, 2021)
    community.pass_time(timedelta(days=1))
    (report,) = await list_yearly_reports(community.app, DMITRI)
    assert report.published_at is not None
    text = write_markdown(report, "Example", 5)
    assert "| Warned | people | 12 | 0 |" in text
    assert "Answer *sooner*." in write_html(report, "Example", 5)
    with pytest.raises(Refused):
        await prepare_yearly_report(community.app, AMARA, 2021, words)
