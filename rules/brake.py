"""The brake of P-7.5: how much one member, or the service itself, may do before somebody else has looked.

It slows restricting and never lifting; a second member's confirmation, or danger to life, takes it off. Read `may_act`
first.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from rules.policy import Policy
from rules.policy_sections.sanctions import RaidNotification
from rules.policy_sections.source import HOUR
from rules.unilateral import Ground
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)
Person = TypeVar("Person", bound=Hashable)

ALONE = "alone"
CONFIRMED = "with_second"
DANGER = "danger"
"""Codes of an allowed act: DANGER also pages the chairs."""


@dataclass(frozen=True, slots=True)
class PastAct(Generic[Who, Person]):
    """An act already taken: by whom, on whom, confirmed by which second member, and what became of it."""

    by: Who
    on: Person
    at: datetime
    ground: Ground
    confirmed_by: Who | None = None
    reviewed: bool = False
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class IntendedAct(Generic[Who, Person]):
    """An act about to be taken; `on_leader`: the person is a member, moderator, administrator or on the Board."""

    by: Who
    on: Person
    ground: Ground
    term: timedelta | None
    on_leader: bool = False
    confirmed_by: Who | None = None


@dataclass(frozen=True, slots=True)
class StopFact(Generic[Who]):
    """One member's word that another may not act alone any more; it stands until its review ends it."""

    by: Who
    of: Who


@dataclass(frozen=True, slots=True)
class NamingRaid:
    """A raid that names a person. `until`: so long it counts as announced; None until it is confirmed."""

    until: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class PastRestriction(Generic[Person]):
    """A restriction that the service has made; `reapplied`: a person or a rejoin had removed it."""

    on: Person
    at: datetime
    reapplied: bool = False


def may_act(
    intended: IntendedAct[Who, Person],
    acts: Iterable[PastAct[Who, Person]],
    members: frozenset[Who],
    stops: Iterable[StopFact[Who]],
    now: datetime,
    policy: Policy,
) -> Verdict:
    """Return whether the member may act now; the code says how. Policy: P-7.1, P-7.5.

    The code of a yes is ALONE, CONFIRMED or DANGER. A conflict is no reason to refuse: the refusal would give the case
    away (P-4.4). The caller shortens the review.
    """
    if intended.by not in members:
        return refused("not_a_member", "Only members of the working group can act on their own word.", "P-7.1")
    stopped = {stop.of for stop in stops}
    confirmed = intended.confirmed_by in (members - stopped - {intended.by})
    if confirmed:
        return allowed("P-7.5", CONFIRMED, "A second member has agreed to this act.")
    if intended.by in stopped:
        return refused("stopped", "Another member has asked you to stop. You can act with a second member.", "P-7.5")
    refusal = _brake_refusal(intended, tuple(acts), now, policy)
    if refusal is None:
        return allowed("P-7.1", ALONE)
    if intended.ground is Ground.PHYSICAL_DANGER:
        return allowed("P-7.5", DANGER, "Somebody's life may be in danger, so this goes ahead; the chairs are called.")
    return refusal


def may_stop(by: Who, of: Who, members: frozenset[Who], stops: Iterable[StopFact[Who]]) -> Verdict:
    """Return whether one member may stop another; whoever is stopped stops nobody. Policy: P-7.5."""
    if by not in members or of not in members or by == of:
        return refused("not_a_member", "One member can stop another member of the working group.", "P-7.5")
    if any(stop.of == by for stop in stops):
        return refused("stopped", "While you are stopped you cannot stop somebody else. The chairs will look.", "P-7.5")
    return allowed("P-7.5")


def released_by_stop(acts: Iterable[PastAct[Who, Person]], of: Who) -> tuple[PastAct[Who, Person], ...]:
    """Return the acts that a stop of this member releases: theirs, unreviewed, not for danger. Policy: P-7.5."""
    return tuple(act for act in _unreviewed_acts(acts, of) if act.ground is not Ground.PHYSICAL_DANGER)


def sent_to_chairs_by_stop(acts: Iterable[PastAct[Who, Person]], of: Who) -> tuple[PastAct[Who, Person], ...]:
    """Return the acts that outlast a stop of this member and go to the chairs: those for danger. Policy: P-7.5."""
    return tuple(act for act in _unreviewed_acts(acts, of) if act.ground is Ground.PHYSICAL_DANGER)


def may_restrict(
    person: Person,
    restrictions: Iterable[PastRestriction[Person]],
    now: datetime,
    policy: Policy,
    *,
    reapplied: bool,
    raid: bool,
) -> Verdict:
    """Return whether the service may restrict one more person within this hour; a refusal pages. Policy: P-7.5.

    People are counted, not spaces. `restrictions` are those made so far, oldest first; reapplying counts only from the
    allowance on. An announced raid takes the bound away from those whom it names.
    """
    before = tuple(restrictions)
    counted = _newly_restricted((*before, PastRestriction(person, now, reapplied)), now, policy.brake.put_backs)
    if raid or person not in counted or person in _newly_restricted(before, now, policy.brake.put_backs):
        return allowed("P-7.5")
    if len(counted) <= policy.brake.max_people_per_hour:
        return allowed("P-7.5")
    sentence = "More people were restricted within an hour than is usual. Nothing more is placed until somebody looks."
    return refused("too_many_people", sentence, "P-7.5")


def may_announce_raid(
    by: Who, accounts: int, members: frozenset[Who], stops: Iterable[StopFact[Who]], policy: Policy
) -> Verdict:
    """Return whether the member may announce a raid of so many accounts. Policy: P-7.5.

    A second member still has to agree.
    """
    if by not in members:
        return refused("not_a_member", "Only members of the working group can announce a raid.", "P-7.5")
    if any(stop.of == by for stop in stops):
        return refused("stopped", "Another member has asked you to stop, so somebody else announces this.", "P-7.5")
    if not accounts:
        return refused("empty_list", "The list names no account that can be restricted.", "P-7.5")
    if accounts > policy.brake.raid_most:
        sentence = f"One raid has at most {policy.brake.raid_most} accounts. Please split the list."
        return refused("too_many_accounts", sentence, "P-7.5")
    return allowed("P-7.5")


def may_confirm_raid(by: Who, announced_by: Who, members: frozenset[Who], stops: Iterable[StopFact[Who]]) -> Verdict:
    """Return whether the member may confirm a raid: of the group, not the first, not stopped. Policy: P-7.5."""
    if by not in members:
        return refused("not_a_member", "Only members of the working group can agree to a raid.", "P-7.5")
    if by == announced_by:
        return refused("own_raid", "You announced this yourself. Another member has to agree.", "P-7.5")
    if any(stop.of == by for stop in stops):
        return refused("stopped", "Another member has asked you to stop, so somebody else agrees to this.", "P-7.5")
    return allowed("P-7.5")


def raid_announced_until(confirmed_at: datetime, policy: Policy) -> datetime:
    """Return until when a raid counts as announced, so that the brake does not count its accounts. Policy: P-7.5."""
    return confirmed_at + policy.brake.raid_lasts


def is_in_announced_raid(raids: Iterable[NamingRaid], now: datetime) -> bool:
    """Return whether one of the raids that name a person takes the bound away from them at that instant. Policy: P-7.5.

    One that was reversed or is over announces nobody any more, whatever its time says.
    """
    return any(raid.until is not None and now < raid.until and not raid.is_over for raid in raids)


def notifies_each_of_raid(policy: Policy) -> bool:
    """Return whether everybody in a raid is notified. Policy: P-6.2, P-7.5."""
    return policy.brake.raid_tells is RaidNotification.EACH


def are_lifts_alarming(lifts: Iterable[datetime], now: datetime, policy: Policy) -> bool:
    """Return whether one person's restriction was lifted by hand so often that people are paged.

    It stands all the same.
    """
    since = now - policy.brake.lifts_within
    return sum(since < at <= now for at in lifts) >= policy.brake.lifts_by_hand


def _brake_refusal(
    intended: IntendedAct[Who, Person], acts: tuple[PastAct[Who, Person], ...], now: datetime, policy: Policy
) -> Verdict | None:
    if any(act.on == intended.on and act.reversed for act in acts):
        sentence = "An act on this person was reversed before. A second member needs to agree."
        return refused("after_reversal", sentence, "P-7.5")
    alone = {
        act.on for act in acts if act.by == intended.by and act.confirmed_by is None and now - HOUR < act.at <= now
    }
    if len(alone | {intended.on}) > policy.brake.solo_people:
        sentence = f"Alone, one member acts on at most {policy.brake.solo_people} people an hour. Ask a second member."
        return refused("too_many_people", sentence, "P-7.5")
    limit = policy.brake.leader_hold
    if intended.on_leader and (intended.term is None or intended.term > limit):
        hours = limit // HOUR
        sentence = f"On somebody with a role here, one member acts for {hours} hours at most. Ask a second member."
        return refused("leader_term", sentence, "P-7.5")
    return None


def _unreviewed_acts(acts: Iterable[PastAct[Who, Person]], of: Who) -> Iterable[PastAct[Who, Person]]:
    return (act for act in acts if act.by == of and not act.reviewed)


def _newly_restricted(
    restrictions: Iterable[PastRestriction[Person]], now: datetime, allowance: int
) -> frozenset[Person]:
    used: dict[Person, int] = {}
    counted: set[Person] = set()
    for restriction in restrictions:
        used[restriction.on] = used.get(restriction.on, 0) + restriction.reapplied
        is_new = not restriction.reapplied or used[restriction.on] > allowance
        if is_new and now - HOUR < restriction.at <= now:
            counted.add(restriction.on)
    return frozenset(counted)
