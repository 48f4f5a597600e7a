"""Receipts: secrets shown once, of which only a digest is kept. Typed by people, so case, dashes and spaces are free.

One grammar says what a receipt looks like: whatever is accepted as one is recognised in a text, and taken out of it.
Read `Receipt` first, then `_find_receipts`.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.ids import AccountId, CaseId, PersonId, ReportId, Secret, new_secret


class ReceiptKind(StrEnum):
    """What a receipt opens."""

    REPORTER = "reporter"
    PERSONAL = "personal"
    HANDED = "handed"
    MAIL = "mail"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A secret's digest and what it opens: a reporter's follow-up, somebody's personal page, one case on it (where a
    member hands the receipt over), or what the owner of an account that was taken for somebody's may read of that."""

    digest: str
    kind: ReceiptKind
    created_at: datetime
    case: CaseId | None = None
    report: ReportId | None = None
    person: PersonId | None = None
    used_at: datetime | None = None
    account: AccountId | None = None


_SIGNS: Final = frozenset("23456789ABCDEFGHJKMNPQRSTUVWXYZ")
_LENGTH: Final = 26
_MOST: Final = 255
_LONGEST_RUN: Final = 4 * _LENGTH
_GROUPS: Final = (1, 2, 3, 4, 5, 6)
"""How many signs stand together where they are parted: as we write them (5), or as somebody may write them down."""

_PIECE: Final = re.compile(bytes([_LENGTH]))
_PARTED_UNEVENLY: Final = {
    size: re.compile(bytes([size] * (_LENGTH // size) + [_LENGTH % size])) for size in _GROUPS if _LENGTH % size
}
"""Groups of one size and a shorter last one, as we write them, whatever stands before: in bytes, one for each group."""

_PARTED_EVENLY: Final = {
    size: re.compile(
        b"(?<!%(group)b)%(group)b{%(least)d,%(most)d}(?!%(group)b)"
        % {b"group": b"\\x%02x" % size, b"least": _LENGTH // size, b"most": _LONGEST_RUN // size}
    )
    for size in _GROUPS
    if not _LENGTH % size
}
"""Even groups. Where they go on and on they are no receipt: nobody writes one so, and all of a long text would be taken
out.
"""

_REDACTED: Final = "[receipt]"
_PARTED, _UNSEEN, _LETTER, _FOREIGN, _CODED = " ", "\x02", "0", "~", "="
_GAPS: Final = (_PARTED, _UNSEEN, "\n")
_AREA: Final = re.compile(r"[2-9A-HJKMNP-Z \n\x02]{26,}")
"""Where in a folded text a receipt can stand at all."""
_GROUP: Final = re.compile(r"[^ \n\x02][^ \n]*")
_GROUP_BROKEN: Final = re.compile(r"[^ \n\x02](?:[^ \n]|\n{1,2}[ \x02]*(?=[^ \n\x02]))*")
"""The same where mail programs have broken lines anywhere, and marked them as quoted."""


class _Folding(dict[int, str]):
    """What each character counts as, one for one: a sign, a gap, nothing that is seen, or another letter."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if code <= _COMMON:
            self[code] = folded
        return folded


def _fold(character: str) -> str:
    sign = unicodedata.normalize("NFKC", character).upper()
    if sign in _SIGNS:
        return sign
    if any(each.isalnum() for each in sign):
        return _LETTER if sign.isascii() else _FOREIGN
    if unicodedata.category(character) in ("Cf", "Mn"):
        return _UNSEEN
    return _CODED if character in "+/=" else "\n" if character in "\r\n" else _PARTED


_COMMON: Final = 0xFFFF
"""Characters past these are not remembered: what a stranger writes takes no memory that stays."""
_FOLDING: Final = _Folding()


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


def create_handed_receipt(person: PersonId, at: datetime, case: CaseId) -> NewReceipt:
    """Create a receipt that a member hands over: it opens one case on the person's page, which that member knows."""
    secret = new_secret()
    return NewReceipt(
        secret,
        Receipt(digest=digest_secret(secret), kind=ReceiptKind.HANDED, created_at=at, case=case, person=person),
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
    kept, done = [], 0
    for begin, end in _find_receipts(text):
        if end > done:
            kept += [text[done:begin], _REDACTED] if begin >= done else []
            done = end
    return "".join((*kept, text[done:]))


def digest_receipt(typed: str) -> str:
    """Return the digest of the one receipt in what somebody typed; empty, which opens nothing, where there is not one."""
    found = digest_receipts(typed)
    return found[0] if len(found) == 1 else ""


def digest_receipts(text: str) -> tuple[str, ...]:
    """Return the digests of what may be receipts in the text, in order."""
    return tuple(
        digest_secret("".join(sign for sign in text[begin:end].translate(_FOLDING) if sign in _SIGNS))
        for begin, end in _find_receipts(text)
    )


def _find_receipts(text: str) -> list[tuple[int, int]]:
    """Return where each receipt in the text begins and ends, in order; two may overlap."""
    folded = text.translate(_FOLDING)
    found: set[tuple[int, int]] = set()
    for area in _AREA.finditer(folded):
        found.update(_find_in(folded, area, _GROUP))
        if "\n" in area.group():
            found.update(_find_in(folded, area, _GROUP_BROKEN))
    return sorted(found)


def _find_in(folded: str, area: re.Match[str], group: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield what stands in groups of one size, the last one shorter; or in one piece, if of no encoded file.

    How many signs each group has is written down, a byte for a group, and what a receipt looks like is sought in that: a
    text of a stranger's making may be one short group after the other for megabytes.
    """
    sizes = _sizes_of(folded, area, group)
    if not any(meant.search(sizes) for meant in (_PIECE, *_PARTED_UNEVENLY.values(), *_PARTED_EVENLY.values())):
        return
    spans = [found.span() for found in group.finditer(folded, *area.span())]
    for at in _places_of(sizes, _PIECE):
        begin, end = spans[at]
        if _CODED not in folded[max(0, begin - 1) : begin] + folded[end : end + 1]:
            yield begin, end
    for size, parted in _PARTED_UNEVENLY.items():
        for at in _places_of(sizes, parted):
            yield spans[at][0], spans[at + _LENGTH // size][1]
    for size, run in _PARTED_EVENLY.items():
        count = _LENGTH // size
        for found in run.finditer(sizes):
            for at in range(found.start(), found.end() - count + 1):
                yield spans[at][0], spans[at + count - 1][1]


def _places_of(sizes: bytes, meant: re.Pattern[bytes]) -> Iterator[int]:
    return (found.start() for found in meant.finditer(sizes))


def _sizes_of(folded: str, area: re.Match[str], group: re.Pattern[str]) -> bytes:
    """Return how many signs each group has, at most 255; none where it touches a letter that is no sign."""
    begin, end = area.span()
    groups = group.findall(folded, begin, end)
    sizes = bytearray(min(len(each) if each.isalnum() else _count_signs(each), _MOST) for each in groups)
    # Within the area there are only signs and gaps: no more than its first and its last group can touch anything else.
    if groups and folded.startswith(groups[0], begin) and folded[max(0, begin - 1) : begin] == _LETTER:
        sizes[0] = 0
    if groups and folded.endswith(groups[-1], begin, end) and folded[end : end + 1] == _LETTER:
        sizes[-1] = 0
    return bytes(sizes)


def _count_signs(group: str) -> int:
    return len(group) - sum(map(group.count, _GAPS))


def digest_secret(text: str) -> str:
    """Return the digest by which a secret is recognised, however it was typed."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()
