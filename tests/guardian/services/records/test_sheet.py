"""The tracking sheet for a member: computed from what happened, kept from whoever may not know, taken in and out."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from guardian.errors import Refused
from guardian.services.conflicts.recusal import recuse
from guardian.services.records.sheet import SheetWords, export_sheet, read_sheet, state_in_sheet
from guardian.services.records.sheet_files import SheetFormat, read_cells, write_table
from guardian.services.records.sheet_import import import_sheet
from rules.conflicts import ConflictReason
from rules.tracking_sheet import (
    COLUMNS,
    ResolutionSource,
    SheetAnswer,
    SheetConsequence,
    SheetRow,
    SheetStatus,
    read_row,
)
from tests.builders.community import AMARA, BRUNO, DMITRI, Community
from tests.builders.journey import a_journey, a_warning

OLD = {
    "Date of report": "2021-05-06",
    "Case code name": "Amber Anchor",
    "Person code name": "linen-lantern",
    "Status": "Resolved",
    "Resolution source": "Working group",
    "Resolution date": "2021-06-01",
    "Safety risk": "No",
    "Ongoing harassment": "Maybe",
    "Consequences": "Warning",
    "Case document": "",
}


def a_file(*lines: dict[str, str], table_format: SheetFormat = SheetFormat.CSV) -> bytes:
    """An older sheet with these lines."""
    cells = [[{**OLD, **line}[column] for column in COLUMNS[:-2]] for line in lines]
    return write_table(table_format, COLUMNS[:-2], cells)


async def rows(community: Community) -> list[SheetRow]:
    return [line.row for line in (await read_sheet(community.app, AMARA)).lines]


async def test_a_case_is_a_row_that_says_what_happened(community: Community) -> None:
    """P-9.1"""
    journey = await a_journey(community)
    (row,) = await rows(community)
    assert (row.case, row.person, row.status) == (journey.code_name, journey.person_code, SheetStatus.ONGOING)
    assert (row.consequence, row.acted) == (SheetConsequence.PENDING, False)
    await journey.enact(a_warning())
    (row,) = await rows(community)
    assert (row.consequence, row.acted) == (SheetConsequence.WARNING, True)


async def test_what_nothing_tells_is_stated_and_wording_that_says_too_much_is_marked(community: Community) -> None:
    """P-9.1"""
    journey = await a_journey(community)
    words = SheetWords(ongoing=SheetAnswer.YES, acted_locally=True, source_words="talked with him")
    marks = await state_in_sheet(community.app, BRUNO, journey.code_name, words)
    (line,) = (await read_sheet(community.app, AMARA)).lines
    assert (line.row.ongoing, line.row.acted_locally) == (SheetAnswer.YES, True)
    assert [mark.words for mark in line.marks] == [mark.words for mark in marks] == ["him"]


@pytest.mark.harm("sheet-shows-a-hidden-case")
async def test_the_sheet_has_no_row_of_a_case_that_concerns_the_reader_and_a_bare_one_of_a_recused_case(
    community: Community,
) -> None:
    """P-4.2"""
    await community.a_named_case(named_members=(DMITRI,))
    journey = await a_journey(community, who="grumbler")
    await recuse(community.app, DMITRI, journey.code_name, ConflictReason.SAME_EMPLOYER)
    sheet = await read_sheet(community.app, DMITRI)
    assert sheet.lines == ()
    assert [line.case for line in sheet.recused] == [journey.code_name]
    assert journey.code_name.encode() not in await export_sheet(community.app, DMITRI, SheetFormat.CSV)


@pytest.mark.parametrize("table_format", SheetFormat)
async def test_an_exported_sheet_is_read_back_as_it_was(community: Community, table_format: SheetFormat) -> None:
    """P-9.1"""
    journey = await a_journey(community)
    await state_in_sheet(community.app, AMARA, journey.code_name, SheetWords(source_words="=cmd", document="@a +b"))
    content = await export_sheet(community.app, AMARA, table_format)
    found = [read_row(cells, community.clock.now().date()) for _, cells in read_cells(content)]
    assert found == await rows(community)


@pytest.mark.harm("sheet-runs-a-formula")
def test_no_cell_of_a_workbook_is_a_formula() -> None:
    """P-9.1"""
    content = write_table(SheetFormat.XLSX, ("a",), [["=1+1"]])
    assert b"<f>" not in content
    (line,) = [cells for _, cells in _cells_of_any(content)]
    assert line == ["'=1+1"]


def _cells_of_any(content: bytes) -> list[tuple[int, list[str]]]:
    book = load_workbook(BytesIO(content))
    return [(n, [str(cell.value) for cell in line]) for n, line in enumerate(book.worksheets[0].iter_rows(min_row=2))]


@pytest.mark.harm("sheet-row-lost")
async def test_a_dry_run_changes_nothing_and_names_every_row_that_cannot_be_taken(community: Community) -> None:
    """P-9.1"""
    content = a_file(
        {}, {"Status": "who knows"}, {"Person code name": "Ann Example!"}, {"Case code name": "Amber anchor"}
    )
    seen = await import_sheet(community.app, AMARA, content, is_dry_run=True)
    assert (seen.rows, [(row.number, row.faults[0].column) for row in seen.refused]) == (
        1,
        [(3, "Status"), (4, "Person code name"), (5, "Person code name")],
    )
    assert await rows(community) == []
    assert "sheet.was_imported" not in await community.journal_acts()


@pytest.mark.parametrize("table_format", SheetFormat)
async def test_what_is_taken_in_is_in_the_sheet_and_once_only(community: Community, table_format: SheetFormat) -> None:
    """P-9.1, P-10.1"""
    content = a_file({}, {"Person code name": "velvet-valley", "Consequences": "Ban"}, table_format=table_format)
    await import_sheet(community.app, AMARA, content, is_dry_run=False)
    again = await import_sheet(community.app, AMARA, content, is_dry_run=False)
    assert (again.rows, again.known) == (0, ("amber-anchor",))
    found = await rows(community)
    assert {(row.person, row.consequence, row.acted) for row in found} == {
        ("linen-lantern", SheetConsequence.WARNING, True),
        ("velvet-valley", SheetConsequence.BAN, True),
    }
    assert {(row.received_on, row.source, row.resolved_on) for row in found} == {
        (date(2021, 5, 6), ResolutionSource.WORKING_GROUP, date(2021, 6, 1))
    }


@pytest.mark.harm("import-restricts-somebody")
async def test_taking_a_sheet_in_restricts_nobody(community: Community) -> None:
    """P-9.1"""
    await import_sheet(community.app, AMARA, a_file({"Consequences": "Ban"}), is_dry_run=False)
    async with community.units_of_work.read() as view:
        assert await view.sanctions.unlifted() == ()


@pytest.mark.harm("sheet-shows-a-hidden-case")
async def test_a_case_that_is_kept_from_whoever_takes_a_sheet_in_is_answered_as_a_new_one(community: Community) -> None:
    """P-4.2"""
    case, _ = await community.a_named_case(named_members=(AMARA,))
    content = a_file({"Case code name": case.code_name}, {"Case code name": "velvet-valley"})
    seen = await import_sheet(community.app, AMARA, content, is_dry_run=False)
    assert (seen.rows, seen.known, seen.refused) == (2, (), ())


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"PK\x03\x04 no workbook"])
async def test_a_file_that_is_no_sheet_is_refused_in_words(community: Community, content: bytes) -> None:
    """P-9.1"""
    with pytest.raises(Refused):
        await import_sheet(community.app, AMARA, content, is_dry_run=True)
