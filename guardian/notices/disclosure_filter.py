"""What kind of fact each entry of a notice is, and which of them may be disclosed to its recipient.

The rule is `rules.disclosure`'s. Read `disclosable_facts` first.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from guardian.logs import logger
from guardian.notices.models import RecipientKind
from rules.disclosure import Fact, RecipientRole, may_disclose

log = logger("notices")

_ROLES: Final[Mapping[RecipientKind, RecipientRole]] = {
    RecipientKind.MEMBER: RecipientRole.MEMBER,
    RecipientKind.REPORTER: RecipientRole.REPORTER,
    RecipientKind.PERSON: RecipientRole.REPORTED,
    RecipientKind.ACCOUNT: RecipientRole.OWNER,
    RecipientKind.ADMINISTRATOR: RecipientRole.ADMINISTRATOR,
}
_KEYS_BY_FACT: Final[Mapping[Fact, str]] = {
    Fact.STATUS: "news ask cause result state look alarm promise step wish needs ground conflict what when answer_given local fault unread source group office",
    Fact.DUE_DATE: "due since until closes new_date words_by answer_by review_on",
    Fact.SPACE: "space spaces standing",
    Fact.CASE_CODE_NAME: "code_name review",
    Fact.PERSON_CODE_NAME: "person",
    Fact.MEMBER_NAME: "by of",
    Fact.OPAQUE_ID: "proposal draft act stop sanction hop",
    Fact.OWN_SIGN_IN: "link",
    Fact.CONTACT_PERSON: "turn_to",
    Fact.OWN_REFERENCE: "reference",
    Fact.OWN_RECEIPT: "own_receipt",
    Fact.OWN_PAGE: "page receipt",
    Fact.READ_TEXT: "text about",
    Fact.DECISION: "outcome restriction return answer measure measured_for",
    Fact.RESULT: "decided decided_for",
    Fact.TERM: "from ends ended returns",
}
FACT_KINDS: Final[Mapping[str, Fact]] = MappingProxyType(
    {key: fact for fact, keys in _KEYS_BY_FACT.items() for key in keys.split()}
)
"""The kind of each entry that a notice may have. One that is not listed is disclosed to nobody."""


def disclosable_facts(to: RecipientKind, facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts that may be disclosed to somebody in this role; the others are left out."""
    allowed = {
        key: fact for key, fact in facts.items() if key in FACT_KINDS and may_disclose(_ROLES[to], FACT_KINDS[key])
    }
    for key in facts.keys() - allowed.keys():
        log.error("fact.was_left_out", fact=key, to=to)
    return allowed
