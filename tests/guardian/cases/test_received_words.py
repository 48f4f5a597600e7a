"""Every word that comes in is kept without a receipt in it, whichever field it was typed into, and can be stored."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.cases.receipts import digest_receipt, digest_receipts
from guardian.cases.received_words import kept_text, search_file
from guardian.cases.report_questions import WHO
from guardian.cases.reports import Addition, Evidence, Report, ReportChannel
from guardian.cases.submissions import (
    EvidenceInput,
    Submission,
    build_addition,
    build_evidence,
    build_report,
    is_repeat,
    merge_answers,
    without_receipts,
)
from guardian.ids import CaseId
from tests.fakes.clock import START
from tests.guardian.cases.test_receipts import written_receipts

CASE = CaseId("a-case")
WORDS = st.text(max_size=20)
SURROGATES = st.sampled_from(["\ud800", "\udfff", "a\udc80b"])


def words_of(kept: Report | Addition | Evidence) -> Iterator[str]:
    """Every word of what is kept that a member may read."""
    match kept:
        case Report():
            yield from (kept.what_happened, kept.who, kept.reporter_handle, *kept.answers.values())
        case Addition():
            yield kept.text
        case Evidence():
            yield from (kept.text, kept.file_name, kept.author_handle, kept.why_not)
            yield (kept.content or b"").decode("utf-8", "replace")


def everything_stored(kept: Report | Addition | Evidence) -> Iterator[str]:
    """Every text of what is kept: its words, and where it stood."""
    yield from words_of(kept)
    yield kept.link if isinstance(kept, Evidence) else ""


def everything_kept(typed: str) -> Iterator[Report | Addition | Evidence]:
    """What is made of a text, in every field and by every way in which one comes in."""
    submission = Submission(
        channel=ReportChannel.PAGE, what_happened=typed, who=typed, answers={"where": typed}, reporter_handle=typed
    )
    report = build_report(submission, CASE, START)
    yield report
    yield merge_answers(report, {WHO: typed, "when": typed, "where": typed})
    yield build_addition(CASE, report.id, typed, START)
    content = typed.encode("utf-8", "replace")
    piece = EvidenceInput(kind="file", text=typed, file_name=typed, author_handle=typed, content=content, why_not=typed)
    yield build_evidence(piece, report, START)
    yield build_evidence(EvidenceInput(kind="message", link=f"https://forum.example/t/{typed}"), report, START)


@pytest.mark.harm("receipt-shown-in-kept-words")
@given(WORDS, written_receipts(), WORDS)
def test_no_receipt_is_kept_wherever_it_was_typed(before: str, typed: str, after: str) -> None:
    """P-2.6"""
    secrets = set(digest_receipts(typed))
    for kept in everything_kept(f"{before} {typed} {after}"):
        for words in words_of(kept):
            assert not secrets & set(digest_receipts(words))


@pytest.mark.harm("report-lost-for-half-a-character")
@given(WORDS, SURROGATES, WORDS)
def test_whatever_is_kept_can_be_stored(before: str, half: str, after: str) -> None:
    """P-2.1: JSON of a platform can hold half a character, which no store takes."""
    for kept in everything_kept(f"{before}{half}{after}"):
        for words in everything_stored(kept):
            assert words.encode("utf-8").decode() == words


@given(st.text(max_size=60) | written_receipts())
def test_what_is_kept_stays_as_it_is_when_it_comes_in_again(typed: str) -> None:
    assert kept_text(kept_text(typed)) == kept_text(typed)


@given(written_receipts())
def test_the_same_report_again_is_the_same_with_a_receipt_in_it(typed: str) -> None:
    """P-2.4"""
    submission = Submission(channel=ReportChannel.PAGE, what_happened=f"They said: {typed}", answers={"where": typed})
    assert is_repeat(build_report(submission, CASE, START), without_receipts(submission))


@pytest.mark.harm("receipt-shown-in-kept-words")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_a_receipt_in_a_file_is_taken_out_and_the_rest_stays(encoding: str) -> None:
    """P-2.6"""
    receipt = "ABCDE-FGHJK-MNPQR-STUVW-XYZ23-4"
    found = search_file(f"Für dich: {receipt}, gut?".encode(encoding)).decode(encoding)
    assert found == "Für dich: [receipt], gut?"
    assert digest_receipt(found) == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_a_file_without_a_receipt_is_kept_byte_for_byte(encoding: str) -> None:
    """P-2.7"""
    content = "Größe 5, \u00e9t\u00e9 42".encode(encoding)
    assert search_file(content) == content
