"""Which accounts of an announced raid may be restricted together (P-7.5): `is_plain` decides from facts alone.

Whoever is not plain is restricted all the same, but by the way of every other account, which asks all that there is to
ask.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulkFacts:
    """What has been decided or found of a person and their account since they were named in a raid."""

    has_other_sanction: bool = False
    is_lifted: bool = False
    is_unlinked: bool = False
    is_merged: bool = False
    is_raid_over: bool = False


def is_plain(facts: BulkFacts) -> bool:
    """Return whether one sanction, which stands, is all that there is: of a person with this account, in this raid.

    A lifting asks for less than the sanction, another sanction may ask for more. An account that is unlinked is nobody's,
    that of a merged person has a desired state with others'. Once the raid is over its restrictions count for the brake.
    """
    return not (
        facts.has_other_sanction or facts.is_lifted or facts.is_unlinked or facts.is_merged or facts.is_raid_over
    )
