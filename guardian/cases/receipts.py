"""Receipts: secrets shown once, of which only a digest is kept. Typed by people, so case, dashes and spaces are free."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from guardian.cases.values import Receipt, ReceiptKind
from guardian.ids import CaseId, PersonId, ReportId, new_secret


@dataclass(frozen=True, slots=True)
class Minted:
    """A new receipt: the secret for its holder, and what is kept of it."""

    secret: str
    kept: Receipt


def for_reporter(case: CaseId, report: ReportId, at: datetime) -> Minted:
    """A receipt that opens the follow-up of one report."""
    secret = new_secret()
    return Minted(secret, Receipt(digest_of(secret), ReceiptKind.REPORTER, at, case=case, report=report))


def for_person(person: PersonId, at: datetime, case: CaseId | None = None) -> Minted:
    """A receipt that opens the personal page of somebody heard or sanctioned."""
    secret = new_secret()
    return Minted(secret, Receipt(digest_of(secret), ReceiptKind.PERSONAL, at, case=case, person=person))


def digest_of(typed: str) -> str:
    """The digest by which a secret is recognised, however it was typed."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()
