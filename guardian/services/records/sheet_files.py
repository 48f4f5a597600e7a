"""The tracking sheet as a file, and a file as cells: CSV and XLSX, read within bounds, and harmless where it is opened.

Read `write_csv` and `read_cells` first. Policy: P-9.1.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from guardian.errors import Refused
from rules.sheet_cells import neutralize, restore
from rules.tracking_sheet import COLUMNS, SheetRow, cells_of

MOST_ROWS: Final = 20_000
_MOST_CELLS: Final = 60
_LARGEST_UNPACKED: Final = 100_000_000
_LONGEST_CELL: Final = 2_000
_ZIP: Final = b"PK\x03\x04"
_BYTE_ORDER_MARK: Final = "\ufeff"
# What no file of this kind can hold. A tab and the ends of lines are text.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNREADABLE: Final = "This is no sheet that can be read: save it as CSV (UTF-8) or as XLSX, and try again."


class SheetFormat(StrEnum):
    """The kinds of file that the sheet comes as."""

    CSV = "csv"
    XLSX = "xlsx"


def write_table(table_format: SheetFormat, header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """Return the lines as a file, in which no cell is taken for a formula."""
    safe = ([neutralize(_CONTROL.sub("", cell)) for cell in line] for line in (header, *lines))
    return _write_csv(safe) if table_format is SheetFormat.CSV else _write_xlsx(safe)


def write_sheet(table_format: SheetFormat, rows: Iterable[SheetRow]) -> bytes:
    """Return the tracking sheet as a file."""
    return write_table(table_format, COLUMNS, (cells_of(row) for row in rows))


def read_cells(content: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Return the lines of a sheet with their numbers in the file, each cell by its column.

    Refused where it is no such file, too large, or where a column is missing that has to be there. Empty lines are left out.
    """
    lines = enumerate(_read_xlsx(content) if content.startswith(_ZIP) else _read_csv(content), start=1)
    _, header = next(lines, (0, []))
    columns = [_column(cell) for cell in header]
    missing = [column for column in COLUMNS[:-2] if column not in columns]
    if missing:
        raise Refused("columns", f"The first line has to name the columns. Not there: {', '.join(missing)}.", "P-9.1")
    for number, cells in lines:
        if number > MOST_ROWS + 1:
            raise Refused("too_long", f"The sheet has more than {MOST_ROWS} rows. Take them in in parts.", "P-9.1")
        if any(cell.strip() for cell in cells):
            found = {column: restore(cell) for column, cell in zip(columns, cells, strict=False) if column}
            yield number, found


def _column(cell: str) -> str:
    """Return which of our columns the header's cell means; empty where it is another."""
    wanted = " ".join(restore(cell).split()).casefold()
    return next((column for column in COLUMNS if column.casefold() == wanted), "")


def _write_csv(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def _write_xlsx(lines: Iterable[Sequence[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            cell = sheet.cell(row, column)
            cell.value = text
            # Whatever it looks like, it is text, and no formula.
            cell.data_type = "s"
    sheet.freeze_panes = "A2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _read_csv(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_bounded(cell) for cell in line[:_MOST_CELLS]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused("unreadable", _UNREADABLE, "P-9.1") from error


def _read_xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > _LARGEST_UNPACKED:
                raise Refused("too_long", "The sheet is too large to be read.", "P-9.1")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for line in sheet.iter_rows(max_col=_MOST_CELLS, values_only=True):
            yield [_text_of(cell) for cell in line]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as error:
        raise Refused("unreadable", _UNREADABLE, "P-9.1") from error


def _text_of(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else _bounded(str(cell))


def _bounded(cell: str) -> str:
    if len(cell) > _LONGEST_CELL:
        raise Refused("too_long", f"A cell has more than {_LONGEST_CELL} characters.", "P-9.1")
    return cell
