"""Receipts: shown once, kept as a digest, typed by people."""

import base64
import unicodedata
from random import Random

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from guardian.cases.receipts import (
    ReceiptKind,
    create_personal_receipt,
    create_reporter_receipt,
    digest_receipt,
    digest_secret,
    redact_receipts,
)
from guardian.ids import CaseId, PersonId, ReportId, new_secret
from tests.fakes.clock import START


@pytest.mark.parametrize("typed", ["ABCDE-FGHJK", "abcde-fghjk", "ABCDEFGHJK", " abcde fghjk ", "ABCDE\u2013FGHJK"])
def test_a_receipt_is_recognised_however_it_is_typed(typed: str) -> None:
    assert digest_secret(typed) == digest_secret("ABCDE-FGHJK")


def test_another_receipt_has_another_digest() -> None:
    assert digest_secret("ABCDE-FGHJK") != digest_secret("ABCDE-FGHJL")


def test_what_is_kept_of_a_receipt_does_not_hold_the_secret() -> None:
    minted = create_reporter_receipt(CaseId("c"), ReportId("r"), START)
    assert minted.receipt.digest == digest_secret(minted.secret)
    assert minted.secret not in repr(minted.receipt)
    assert (minted.receipt.kind, minted.receipt.report) == (ReceiptKind.REPORTER, "r")


def test_a_personal_receipt_opens_a_persons_page_and_no_report() -> None:
    kept = create_personal_receipt(PersonId("p"), START).receipt
    assert (kept.kind, kept.person, kept.report) == (ReceiptKind.PERSONAL, "p", None)


def test_no_two_receipts_are_the_same() -> None:
    secrets = {create_personal_receipt(PersonId("p"), START).secret for _ in range(200)}
    assert len(secrets) == 200
    assert min(len(secret.replace("-", "")) for secret in secrets) == 26


SECRETS = st.text(alphabet="23456789ABCDEFGHJKMNPQRSTUVWXYZ", min_size=26, max_size=26)
GAPS = st.sampled_from(
    ["-", " ", "  ", " - ", "\u2013", "\n", "\n> ", "-\r\n> > ", "_", "*-*", "\u00a0", ".", "|", "\u3000"]
)
INSIDE = st.sampled_from(["", "", "", "", "\u00ad", "\u200b", "\ufe0f"])


@st.composite
def written_receipts(draw: st.DrawFn) -> str:
    """A receipt as somebody may write it down: in groups of a size, with anything between them, in any case or width."""
    signs, size = draw(SECRETS), draw(st.sampled_from([1, 2, 3, 4, 5, 5, 5, 6, 26]))
    wide = draw(st.booleans())
    shown = [draw(st.sampled_from([sign, sign.lower(), chr(ord(sign) + 0xFEE0) if wide else sign])) for sign in signs]
    groups = [draw(INSIDE).join(shown[i : i + size]) for i in range(0, 26, size)]
    return "".join(each + draw(GAPS) for each in groups[:-1]) + groups[-1]


@pytest.mark.harm("receipt-left-in-a-quotation")
@given(st.text(max_size=30), written_receipts() | st.text(max_size=60), st.text(max_size=30))
def test_whatever_is_accepted_as_a_receipt_is_taken_out_of_a_text(before: str, typed: str, after: str) -> None:
    redacted = redact_receipts(f"{before} {typed} {after}")
    if digest_receipt(typed):
        event("accepted")
        assert typed not in redacted
    assert digest_receipt(redacted) == ""


@given(written_receipts())
def test_a_receipt_is_accepted_however_its_groups_are_written(typed: str) -> None:
    signs = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    assert digest_receipt(typed) == digest_secret(signs)


@pytest.mark.parametrize(
    "around", ["{}", "**{}**", "_{}_", "收据{}。", "> {}", "Your receipt: {}", "?receipt={}", "<b>{}</b>"]
)
def test_a_receipt_is_taken_out_whatever_stands_around_it(around: str) -> None:
    written = around.format(new_secret())
    assert digest_receipt(written)
    assert redact_receipts(written) == around.format("[receipt]")


def test_a_receipt_that_a_mail_program_broke_over_two_lines_is_taken_out() -> None:
    assert redact_receipts("> abcde-fghjk-mn\r\n> pqr-stuvw-xyz23-4, they wrote.") == "> [receipt], they wrote."


@pytest.mark.harm("receipt-left-in-a-quotation")
def test_no_word_of_a_reporter_is_taken_for_a_receipt() -> None:
    words = "They were at the tent and then ran past the stage; we asked them, they sent us away, and that was that."
    assert redact_receipts(words) == words


def test_a_file_that_is_encoded_in_a_mail_stays_as_it_is() -> None:
    encoded = base64.encodebytes(Random(7).randbytes(1_000_000)).decode()
    assert redact_receipts(encoded) == encoded


@pytest.mark.harm("receipt-left-in-a-quotation")
def test_a_receipt_behind_many_words_as_long_as_its_groups_is_taken_out() -> None:
    """P-2.6: what goes on before it must not hide it."""
    receipt = "ABCDE-FGHJK-MNPQR-STUVW-XYZ23-4"
    assert receipt not in redact_receipts("water never tests " * 40 + receipt)


def test_a_text_of_letters_that_goes_on_and_on_is_kept() -> None:
    text = " x" * 5_000
    assert redact_receipts(text) == text
