"""What a notice to somebody outside the group is made of: no value of it is a plain string that anybody has typed.

A text that a person has written is a `ReadText`, or it cannot be sent: whatever else is a `str` does not type-check as a
`PartyFact`. Read `PartyFact` first. Policy: P-5.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from guardian.ids import ContactAddress, MemberId, PageAddress, Reference, Secret, SpaceName


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text that a second member has read for what would give somebody away; only `read_text` of a draft makes one."""

    text: str
    read_by: MemberId


class PartyAnswer(StrEnum):
    """What a request of a party came to."""

    YES = "yes"
    NO = "no"
    ENDED = "ended"
    STANDS = "stands"


class DataNews(StrEnum):
    """What somebody who asked about what is kept of them is told."""

    ANSWERED = "data_answered"
    LATE = "data_late"


PartyFact: TypeAlias = (
    StrEnum
    | datetime
    | timedelta
    | ReadText
    | Reference
    | Secret
    | PageAddress
    | ContactAddress
    | SpaceName
    | tuple[SpaceName, ...]
)
"""A value that may leave: a choice of ours, an instant, a length, a text that was read, a page, a name of a space."""

PartyFacts: TypeAlias = Mapping[str, PartyFact]

_DAY: Final = timedelta(days=1)
NO_PARTY_FACTS: Final[PartyFacts] = MappingProxyType({})


def write_out(facts: PartyFacts) -> dict[str, str]:
    """Return the facts as a notice keeps them: instants in ISO format, lengths in days."""
    return {key: _written(fact) for key, fact in facts.items()}


def _written(fact: PartyFact) -> str:
    match fact:
        case datetime():
            return fact.isoformat()
        case timedelta():
            return f"{fact / _DAY:g}"
        case ReadText():
            return fact.text
        case tuple():
            return ", ".join(sorted(fact))
        case _:
            return str(fact)
