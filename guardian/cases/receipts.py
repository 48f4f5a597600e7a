"""Receipts: secrets shown once, of which only a digest is kept. Typed by people, so case, dashes and spaces are free."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guardian.cases.values import Receipt, ReceiptKind
from guardian.ids import AccountId, CaseId, PersonId, ReportId, new_secret

_RECEIPT: Final = re.compile(r"\b(?:[2-9A-HJ-NP-Z]{5}-){5}[2-9A-HJ-NP-Z]\b", re.IGNORECASE)


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


def for_account(account: AccountId, at: datetime, case: CaseId) -> Minted:
    """A receipt that opens what the owner of a linked account may read of that, and nothing of anybody's case."""
    secret = new_secret()
    return Minted(secret, Receipt(digest_of(secret), ReceiptKind.ACCOUNT, at, case=case, account=account))


def for_mail(case: CaseId, report: ReportId, token: str, at: datetime) -> Receipt:
    """What is kept of the mail address that was made for one reporter: it leads to their report, and opens no page."""
    return Receipt(digest_of(token), ReceiptKind.MAIL, at, case=case, report=report)


def mail_token() -> str:
    """The secret part of a mail address made for one party: 128 random bits in small letters and digits."""
    return new_secret().replace("-", "").lower()


def without_receipts(text: str) -> str:
    """The text with every receipt in it made unreadable: who quotes our mail would hand theirs to all who read it."""
    return _RECEIPT.sub("[receipt]", text)


def digest_of(typed: str) -> str:
    """The digest by which a secret is recognised, however it was typed."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()
