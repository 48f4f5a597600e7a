"""Every number, window and switch of policy as one frozen value, each field with the rule it comes from.

A policy file fills it; no rule holds a number of its own. A field enters together with the rule that reads it, in its
section's module in `rules/policy_sections`. Read `Policy` first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import get_args, get_type_hints

from rules.policy_sections.community import Groups, Help, Ladder, Membership, Names, Rota, Tokens, Worklist
from rules.policy_sections.procedure import (
    Closing,
    Conflicts,
    Enactment,
    Hearing,
    Quorum,
    Reconsideration,
    Reminders,
    Reports,
    Routing,
)
from rules.policy_sections.records import Affiliates, Data, Events, Records, Retention
from rules.policy_sections.sanctions import Brake, Links, Manual, Measures, Pauses, Readmission, Sanctions, Unilateral
from rules.policy_sections.source import Source


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of one community; each field is a section of its policy file."""

    reports: Reports
    hearing: Hearing
    conflicts: Conflicts
    quorum: Quorum
    enactment: Enactment
    reconsideration: Reconsideration
    sanctions: Sanctions
    readmission: Readmission
    unilateral: Unilateral
    brake: Brake
    measures: Measures
    pauses: Pauses
    links: Links
    routing: Routing
    reminders: Reminders
    closing: Closing
    records: Records
    retention: Retention
    data: Data
    affiliates: Affiliates
    events: Events
    worklist: Worklist
    membership: Membership
    rota: Rota
    manual: Manual
    tokens: Tokens
    groups: Groups
    ladder: Ladder
    names: Names
    help: Help


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """One entry of a policy file: its section and key, the type of what stands there, and its source."""

    section: str
    key: str
    kind: type
    is_list: bool
    source: Source

    @property
    def path(self) -> str:
        """Return the entry's name in the file's own terms."""
        return f"{self.section}.{self.key}"


@cache
def policy_sections() -> Mapping[str, type]:
    """Return the sections of a policy file and the group that each one fills, in reading order."""
    hints = get_type_hints(Policy)
    return {field.name: hints[field.name] for field in fields(Policy)}


@cache
def policy_values() -> tuple[PolicyValue, ...]:
    """Return every number, window and switch of a policy file, in reading order."""
    return tuple(value for value in _iterate_values() if value.kind is not str)


@cache
def policy_texts() -> tuple[PolicyValue, ...]:
    """Return every entry of a policy file that is words for people, and may be left out."""
    return tuple(value for value in _iterate_values() if value.kind is str)


def _iterate_values() -> Iterator[PolicyValue]:
    for section, group in policy_sections().items():
        for key, hint in get_type_hints(group, include_extras=True).items():
            kind, source = get_args(hint)
            items = get_args(kind)
            yield PolicyValue(section, key, items[0] if items else kind, bool(items), source)
