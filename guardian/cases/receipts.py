"""Receipts: secrets shown once, of which only a digest is kept. Typed by people, so case, dashes and spaces are free.

Read `Receipt` first.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.ids import AccountId, CaseId, PersonId, ReportId, Secret, new_secret


class ReceiptKind(StrEnum):
    """What a receipt opens."""

    REPORTER = "reporter"
    PERSONAL = "personal"
    MAIL = "mail"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A secret's digest and what it opens: a reporter's follow-up, somebody's personal page, or what the owner of an
    account that was taken for somebody's may read of that alone."""

    digest: str
    kind: ReceiptKind
    created_at: datetime
    case: CaseId | None = None
    report: ReportId | None = None
    person: PersonId | None = None
    used_at: datetime | None = None
    account: AccountId | None = None


_RECEIPT: Final = re.compile(r"\b(?:[2-9A-HJ-NP-Z]{5}-){5}[2-9A-HJ-NP-Z]\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A new receipt: the secret for its holder, and what is kept of it."""

    secret: Secret
    receipt: Receipt


def create_reporter_receipt(case: CaseId, report: ReportId, at: datetime) -> NewReceipt:
    """Create a receipt that opens the follow-up of one report."""
    secret = new_secret()
    return NewReceipt(
        secret,
        Receipt(digest=digest_secret(secret), kind=ReceiptKind.REPORTER, created_at=at, case=case, report=report),
    )


def create_personal_receipt(person: PersonId, at: datetime, case: CaseId | None = None) -> NewReceipt:
    """Create a receipt that opens the personal page of somebody heard or sanctioned."""
    secret = new_secret()
    return NewReceipt(
        secret,
        Receipt(digest=digest_secret(secret), kind=ReceiptKind.PERSONAL, created_at=at, case=case, person=person),
    )


def create_account_receipt(account: AccountId, at: datetime, case: CaseId) -> NewReceipt:
    """Create a receipt that opens what the owner of a linked account may read of that, and nothing of anybody's case."""
    secret = new_secret()
    return NewReceipt(
        secret,
        Receipt(digest=digest_secret(secret), kind=ReceiptKind.ACCOUNT, created_at=at, case=case, account=account),
    )


def create_mail_receipt(case: CaseId, report: ReportId, token: str, at: datetime) -> Receipt:
    """Create what is kept of the mail address made for one reporter: it leads to their report, and opens no page."""
    return Receipt(digest=digest_secret(token), kind=ReceiptKind.MAIL, created_at=at, case=case, report=report)


def create_mail_token() -> str:
    """Create the secret part of a mail address made for one party: 128 random bits in small letters and digits."""
    return new_secret().replace("-", "").lower()


def redact_receipts(text: str) -> str:
    """Make every receipt in the text unreadable: who quotes our mail would pass theirs to all who read it."""
    return _RECEIPT.sub("[receipt]", text)


def digest_secret(text: str) -> str:
    """Return the digest by which a secret is recognised, however it was typed."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()
