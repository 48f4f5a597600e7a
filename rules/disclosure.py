"""Which kinds of facts a notice may carry to whom (P-2.6, P-2.11, P-3.1, P-6.2).

A table and nothing else: what is not listed is not disclosed. Wording is the business of notices; what a page shows is
asked of who may know the case. Read `may_disclose` first.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from rules.verdict import Verdict, allowed, refused


class RecipientRole(StrEnum):
    """In which role somebody is notified."""

    MEMBER = "member"
    REPORTER = "reporter"
    REPORTED = "reported"
    ADMINISTRATOR = "administrator"  # of a space without a connector: does by hand what is asked, and is not told why
    OWNER = "owner"  # of an account that was taken for somebody's: perhaps a stranger to the whole matter


class Fact(StrEnum):
    """A kind of fact that a notice may carry. Reports, evidence, identities, ballots and discussion are none of them."""

    STATUS = "status"
    DUE_DATE = "due_date"
    SPACE = "place"
    CASE_CODE_NAME = "case_code_name"
    PERSON_CODE_NAME = "person_code_name"
    MEMBER_NAME = "member_name"
    OPAQUE_ID = "opaque_id"
    OWN_SIGN_IN = "own_sign_in"
    CONTACT_PERSON = "contact_person"
    OWN_REFERENCE = "own_reference"
    OWN_RECEIPT = "own_receipt"
    OWN_PAGE = "own_page"
    READ_TEXT = "read_text"
    DECISION = "decision"
    RESULT = "result"
    TERM = "term"


_ANYBODY: Final = frozenset({Fact.STATUS, Fact.DUE_DATE})
_PARTY: Final = _ANYBODY | {Fact.OWN_REFERENCE, Fact.READ_TEXT}
_DISCLOSED: Final[Mapping[RecipientRole, frozenset[Fact]]] = {
    RecipientRole.MEMBER: _ANYBODY
    | {Fact.CASE_CODE_NAME, Fact.PERSON_CODE_NAME, Fact.MEMBER_NAME, Fact.OPAQUE_ID, Fact.SPACE, Fact.OWN_SIGN_IN},
    RecipientRole.REPORTER: _PARTY | {Fact.CONTACT_PERSON, Fact.OWN_RECEIPT, Fact.RESULT},
    RecipientRole.REPORTED: _PARTY | {Fact.OWN_PAGE, Fact.DECISION, Fact.TERM, Fact.SPACE},
    RecipientRole.OWNER: frozenset({Fact.SPACE, Fact.OWN_PAGE}),
    RecipientRole.ADMINISTRATOR: _ANYBODY | {Fact.SPACE, Fact.OWN_PAGE},
}


def may_disclose(recipient: RecipientRole, fact: Fact) -> Verdict:
    """Return whether a notice may carry such a fact to somebody in this role. Policy: P-2.6, P-2.11, P-3.1."""
    if fact in _DISCLOSED[recipient]:
        return allowed("P-3.1")
    return refused("not_told", "This stays with the members who handle the case.", "P-2.6")
