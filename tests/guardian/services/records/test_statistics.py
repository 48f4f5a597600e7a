"""Statistics and the yearly report: frozen once published, and nothing of a hidden case before that."""

from datetime import timedelta

import pytest

from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.people.links import Merge
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
from tests.builders.community import AMARA, BRUNO, CHIARA, DMITRI, Community
from tests.builders.statements import statements
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


async def an_older_case(community: Community, day: str, number: int) -> None:
    older = a_file(
        {
            "Date of report": day,
            "Case code name": f"amber-{number}",
            "Person code name": f"linen-{number}",
            "Resolution date": day,
        }
    )
    outcome = await import_sheet(community.app, AMARA, older, is_dry_run=False)
    assert not outcome.refused


@pytest.mark.harm("published-number-changes")
async def test_half_years_before_and_after_a_published_one_are_counted_each_with_its_own(community: Community) -> None:
    """P-10.1"""
    days = ("2019-03-01", "2020-05-04", "2020-06-30", "2020-07-01", "2022-12-31")
    for number, day in enumerate(days):
        await an_older_case(community, day, number)
    await publish_half_year(community.app, BRUNO, "2020-1")
    await an_older_case(community, "2020-05-05", len(days))
    shown = {str(line.period): line.counts.reports for line in await read_statistics(community.app, AMARA)}
    assert shown == {"2026-1": 0, "2022-2": 1, "2020-2": 1, "2020-1": 2, "2019-1": 1}


@pytest.mark.harm("published-number-changes")
async def test_people_found_to_be_one_in_a_case_of_another_year_are_published_as_one(community: Community) -> None:
    """P-10.1"""
    for number, day in enumerate(("2020-05-04", "2020-06-30", "2022-12-31")):
        await an_older_case(community, day, number)
    async with community.units_of_work.begin() as uow:
        cases = {case.code_name: case.id for case in await uow.cases.cases()}
        kept, other = [(await uow.cases.parties_of(cases[f"amber-{number}"]))[0].person for number in (0, 1)]
        assert kept is not None
        assert other is not None
        said = Merge(
            id="merge-1",
            kept=kept,
            other=other,
            case=cases["amber-2"],
            at=uow.now,
            by=BRUNO,
            evidence="the same voice",
            confirmed_at=uow.now,
            confirmed_by=CHIARA,
        )
        await uow.links.add_merge(said)
    assert (await numbers(community, "2020-1")).people_named == 1
    await publish_half_year(community.app, BRUNO, "2020-1")
    assert (await numbers(community, "2020-1")).people_named == 1


async def test_what_is_published_is_not_read_again_to_be_counted(community: Community) -> None:
    """P-10.1: the numbers of many years cost what those of the open ones do."""
    await an_older_case(community, "2020-05-04", 1)
    with statements() as before:
        await read_statistics(community.app, AMARA)
    await publish_half_year(community.app, BRUNO, "2020-1")
    with statements() as after:
        await read_statistics(community.app, AMARA)
    of_reports = [statement for statement, _ in before if "FROM stated_records" in statement]
    assert of_reports
    assert not [statement for statement, _ in after if "FROM stated_records" in statement]


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
