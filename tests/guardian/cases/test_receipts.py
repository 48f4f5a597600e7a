"""Receipts: shown once, kept as a digest, typed by people."""

import pytest

from guardian.cases.receipts import ReceiptKind, create_personal_receipt, create_reporter_receipt, digest_secret
from guardian.ids import CaseId, PersonId, ReportId
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
