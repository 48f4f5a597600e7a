"""The types of our own ids, and how they are made. An id says nothing about whom or what it stands for.

Read `new_id` first.
"""

import secrets
from typing import NewType

import uuid_utils

MemberId = NewType("MemberId", str)
PersonId = NewType("PersonId", str)
AccountId = NewType("AccountId", str)
CaseId = NewType("CaseId", str)
ReportId = NewType("ReportId", str)
EvidenceId = NewType("EvidenceId", str)
ProposalId = NewType("ProposalId", str)
DecisionId = NewType("DecisionId", str)
DraftId = NewType("DraftId", str)
SanctionId = NewType("SanctionId", str)
IntentId = NewType("IntentId", str)
NoticeId = NewType("NoticeId", str)
ManualTaskId = NewType("ManualTaskId", str)
ApiTokenId = NewType("ApiTokenId", str)
PasskeyId = NewType("PasskeyId", str)
SessionId = NewType("SessionId", str)

Secret = NewType("Secret", str)
"""What whoever holds it is let in by: a receipt, a one-time link. It is shown to nobody else."""

PageAddress = NewType("PageAddress", str)
"""The address of a page of ours."""

ContactAddress = NewType("ContactAddress", str)
"""A configured address to which people can turn, somebody's mail or page: checked to be one."""

SpaceName = NewType("SpaceName", str)
"""The configured name of a space (`discord`, `forum`, `github`, ...)."""

Reference = NewType("Reference", str)
"""What a platform's reason field or a party gets instead of a name: opaque, resolvable by the service alone."""

REFERENCE_PREFIX = "GRD-"
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_id() -> str:
    """Return a time-ordered UUID, made before what it names is stored."""
    return str(uuid_utils.uuid7())


def new_reference() -> Reference:
    """Return an opaque reference: `GRD-` and twelve characters (59 bits) that are hard to misread."""
    return Reference(REFERENCE_PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(12)))


def new_secret() -> Secret:
    """Return 128 random bits in groups of five characters, for receipts and one-time links; typed by people."""
    letters = [secrets.choice(_ALPHABET) for _ in range(26)]
    return Secret("-".join("".join(letters[i : i + 5]) for i in range(0, 26, 5)))
