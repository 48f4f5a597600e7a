"""The document of a case as a file: every sign of it can be read, and a copy names only whom its reader may know."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from guardian.cases.drafts import DraftKind
from guardian.cases.notes import Findings, Violation
from guardian.services.notes.determination import write_findings
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


async def test_a_report_is_read_in_the_words_of_its_questions(community: Community) -> None:
    """P-9.3: nobody outside the group knows the names of our fields."""
    answers = {"hold_contact": "no", "contact_is_safe": "yes", "ongoing": "unsure"}
    journey = await a_journey(community, answers=answers)
    file = await export_document(community.app, AMARA, journey.code_name, DocumentReader.GROUP, DocumentFormat.MARKDOWN)
    copy = file.content.decode()
    for words in ("- May the reported person be contacted? yes", "- Is it still going on? they are not sure"):
        assert words in copy
    assert "hold" not in copy


@pytest.mark.harm("document-loses-its-paragraphs")
async def test_a_letter_keeps_its_paragraphs_on_the_page(community: Community) -> None:
    """P-9.3: what a person was written is read as they read it."""
    letter = "We have heard you.\n\nThis was not fair to them.\nPlease stop."
    journey = await a_journey(community)
    await journey.have_read(DraftKind.HEARING, letter)
    file = await export_document(community.app, AMARA, journey.code_name, DocumentReader.GROUP, DocumentFormat.MARKDOWN)
    assert "> We have heard you.\n> \n> This was not fair to them.\n> Please stop." in file.content.decode()
    quoted = tuple(f"> {line}" for line in letter.splitlines())
    gap, plain = (_tops(quoted), _tops(tuple(line for line in quoted if line != "> ")))
    assert gap[1] - gap[0] > plain[1] - plain[0]
    assert gap[2] - gap[1] == pytest.approx(plain[2] - plain[1])


def _tops(lines: tuple[str, ...]) -> list[float]:
    """How far from the top each line of the only part stands on its page."""
    document = CaseDocument("amber-anchor", DocumentReader.GROUP, (DocumentSection("Letters", lines),))
    found: list[float] = []

    def note(text: str, _: object, at: list[float], *_rest: object) -> None:
        if text.strip():
            found.append(-at[5])

    PdfReader(io.BytesIO(write_pdf(document, AT))).pages[0].extract_text(visitor_text=note)
    return found[2:5]


@pytest.mark.harm("document-loses-its-paragraphs")
async def test_no_answer_by_yes_takes_that_word_out_of_a_copy(community: Community) -> None:
    """P-9.3: what is left out is what a reporter is called and how they are reached, and no answer to a question."""
    journey = await a_journey(community, answers={"contact_is_safe": "yes", "contact": "yarrow@witness.example"})
    await write_findings(community.app, AMARA, journey.code_name, Findings("Insults.", Violation.YES, "they", "no"))
    file = await export_document(community.app, AMARA, journey.code_name, DocumentReader.BOARD, DocumentFormat.MARKDOWN)
    assert "Violation: yes" in file.content.decode()
