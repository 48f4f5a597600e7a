"""The document of a case as a file that somebody takes out: for whom, in which format, and that it was taken.

Read `export_document` first. Policy: P-9.3, P-9.8.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.fonts import TTFFont

from guardian.cases.access import case_for_reader, require_permission
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext
from guardian.services.records.case_document import (
    CaseDocument,
    DocumentReader,
    confidentiality_of,
    read_document,
    text_of_line,
    write_document,
)
from guardian.worker_processes import WorkStopped, shared_workers

_FONT: Final = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
_TITLE, _SECTION, _REPORT, _TEXT = 18, 13, 11, 10
_LINE: Final = 1.4
_QUOTED_BY: Final = 6
_MM_OF_A_POINT: Final = 25.4 / 72
_PARAGRAPH_ENDS: Final = ">"
"""An empty line of what is quoted."""


class DocumentFormat(StrEnum):
    """In which format a document is taken out, by the end of its file's name."""

    MARKDOWN = "md"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file, and what it is called."""

    name: str
    content: bytes


async def export_document(
    app: AppContext, by: MemberId, code_name: str, reader: DocumentReader, file_format: DocumentFormat
) -> DocumentFile:
    """Return the case's document for that reader as a file; that this copy was taken out is an entry of the journal."""
    document = await read_document(app, by, code_name, reader)
    content = await _content_of(document, file_format, app.clock.now())
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.STATE_RECORD)
        # Making a file takes a while: whoever was excluded meanwhile gets none.
        case = await case_for_reader(uow, by, code_name)
        about = {"case": str(case.id), "reader": reader.value, "format": file_format.value}
        uow.journal.note(
            Entry(act="document.was_exported", by=by_member(by), authority="P-9.8", about=about, case=case.id)
        )
    return DocumentFile(f"{document.code_name}-{reader}.{file_format}", content)


async def _content_of(document: CaseDocument, file_format: DocumentFormat, at: datetime) -> bytes:
    if file_format is DocumentFormat.MARKDOWN:
        return write_document(document).encode()
    try:
        # Its words are strangers', and may be many: a page takes a while to set.
        return await shared_workers().run(write_pdf, document, at)
    except WorkStopped as stopped:
        sentence = "This document is too long for a PDF. It can be taken out as Markdown."
        raise Refused("too_long", sentence, "P-9.3") from stopped


def write_pdf(document: CaseDocument, at: datetime) -> bytes:
    """Return the document as a PDF of A4 pages, each with its code name, its number, and for whom it is.

    A character that the font does not have is written as its number in Unicode, so that none is left out unseen.
    """
    page = _Pages(document)
    page.set_creation_date(at)
    page.add_page()
    page.write_block(document.code_name, _TITLE)
    for section in document.sections:
        page.write_block(section.title, _SECTION, above=5)
        for line in _lines(section.lines):
            page.write_line(line)
    return bytes(page.output())


class _Pages(FPDF):
    """The pages of one document."""

    def __init__(self, document: CaseDocument) -> None:
        super().__init__(format="A4")
        self._document = document
        self.add_font("dejavu", fname=_FONT)
        self.set_font("dejavu", size=_TEXT)
        self._known = self.current_font.cmap if isinstance(self.current_font, TTFFont) else {}
        # Letters that are joined, and words that run from right to left, stand as they are read.
        self.set_text_shaping(True)
        self.set_margin(20)
        self.set_auto_page_break(True, margin=20)
        self.set_title(document.code_name)
        self.set_lang("en")

    def footer(self) -> None:
        """Say on each page for whom it is: pages are printed, and taken apart."""
        self.set_y(-15)
        self.set_font(size=8)
        self.cell(0, 5, f"{confidentiality_of(self._document.reader)}  {self._document.code_name}, {self.page_no()}")

    def write_line(self, line: str) -> None:
        """Write one line of the document by what its first signs say of it."""
        text = text_of_line(line)
        if line.strip() == _PARAGRAPH_ENDS:
            self.ln(_TEXT * _MM_OF_A_POINT)
        elif line.startswith("### "):
            self.write_block(text, _REPORT, above=3)
        elif line.startswith("> "):
            self.write_block(text, _TEXT, indent=_QUOTED_BY)
        elif line.startswith("  - "):
            self.write_block(f"- {text}", _TEXT, indent=_QUOTED_BY)
        else:
            self.write_block(f"• {text}" if line.startswith("- ") else text, _TEXT)

    def write_block(self, text: str, size: int, *, above: float = 0, indent: float = 0) -> None:
        """Write a paragraph of that size in points, with millimetres above it and to its left."""
        self.set_font(size=size)
        self.ln(above)
        self.set_x(self.l_margin + indent)
        height = size * _MM_OF_A_POINT * _LINE
        self.multi_cell(0, height, _with_known_signs(text, self._known), align="L", new_x="LMARGIN", new_y="NEXT")


def _lines(lines: Iterable[str]) -> Iterator[str]:
    found = [each for line in lines for each in line.splitlines() if each.strip()]
    yield from found or ("Nothing is on record.",)


def _with_known_signs(text: str, known: Container[int]) -> str:
    return "".join(sign if ord(sign) in known and sign.isprintable() else f"[U+{ord(sign):04X}]" for sign in text)
