"""The document of a case as a file: every sign of it can be read, and a copy names only whom its reader may know."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from guardian.services.records.case_document import CaseDocument, DocumentReader, DocumentSection, in_one_line
from guardian.services.records.document_files import DocumentFormat, export_document, write_pdf
from tests.builders.community import A_REPORTER, AMARA, Community
from tests.builders.journey import a_journey, a_warning

AT = datetime(2027, 3, 1, tzinfo=UTC)
WORDS = "Übergriffe, dépassées à l'excès: Привет, *not* bold 中"


def test_a_pdf_has_every_sign_and_says_on_each_page_for_whom_it_is() -> None:
    """P-9.3: no sign of a report is left out unseen, and a page that lies alone still says that it is confidential."""
    quoted = "\n".join(f"> {in_one_line(WORDS)}" for _ in range(80))
    document = CaseDocument("amber-anchor", DocumentReader.BOARD, (DocumentSection("Scope", (quoted,)),))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(write_pdf(document, AT))).pages]
    assert len(pages) > 1
    assert all("Confidential: for the Board alone" in page for page in pages)
    assert "".join(pages).count(WORDS.replace("中", "[U+4E2D]")) == 80


@pytest.mark.harm("document-names-the-reporter")
async def test_an_advisers_copy_names_nobody(community: Community) -> None:
    """P-2.6, P-2.11, P-9.3: neither who reported, nor who is reported, nor who of the group did what."""
    journey = await a_journey(community, reporter=A_REPORTER, reporter_handle="mara-lin")
    await journey.enact(a_warning(summary="Insulted mara-lin, said Amara Okafor of grumbler."))
    file = await export_document(
        community.app, AMARA, journey.code_name, DocumentReader.ADVISER, DocumentFormat.MARKDOWN
    )
    copy = file.content.decode().replace("\\", "")
    assert "warning" in copy
    for words in ("again and again", "mara-lin", A_REPORTER.native_id, "grumbler", "Amara Okafor"):
        assert words not in copy
    assert "document.was_exported" in await community.journal_acts()
