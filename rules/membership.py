"""How somebody's place in a group ends: on which grounds, and never so that the group loses its last chair unseen.

Read `may_leave` first. Policy: P-1.1, P-1.2.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from rules.policy import Policy
from rules.routing import HandlingGroups
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


class LeavingGround(StrEnum):
    """Why somebody's place in a group ended (P-1.2)."""

    STEPPED_DOWN = "stepped_down"
    CONFIDENTIALITY = "confidentiality"
    SILENCE = "silence"
    NO_ANSWER = "no_answer"
    SANCTION = "sanction"
    OTHER = "other"


REMOVAL_GROUNDS = (LeavingGround.CONFIDENTIALITY, LeavingGround.SILENCE, LeavingGround.OTHER)
"""The grounds that a chair can give; the others follow from what somebody else decided."""


def may_remove(ground: LeavingGround, words: str, *, own: bool) -> Verdict:
    """Return whether a chair may remove somebody on that ground; nobody removes themselves. Policy: P-1.2."""
    if own:
        return refused("own", "You step down yourself; nobody has to remove you.", "P-1.2")
    if ground not in REMOVAL_GROUNDS:
        return refused("ground", "Please choose the ground on which they are removed.", "P-1.2")
    if ground is LeavingGround.OTHER and not words.strip():
        return refused("no_reason", "Say in a sentence why they are removed. The chairs can read it later.", "P-1.2")
    return allowed("P-1.2")


def may_leave(who: Who, groups: HandlingGroups[Who], successor: Who | None) -> Verdict:
    """Return whether the place of `who` as a chair may end: not as the last one, unless somebody follows. Policy: P-1.2.

    Nobody is held back where nobody is left who could follow: then what a chair decides is the Board's.
    """
    others = groups.members - {who}
    if who not in groups.chairs or groups.chairs - {who} or not others:
        return allowed("P-1.2")
    if successor is None:
        return refused("last_chair", "The group would have no chair. Say who is chair from then on.", "P-1.2")
    if successor not in others:
        return refused("no_successor", "Only another member of the group can be chair from then on.", "P-1.2")
    return allowed("P-1.2")


def may_name_chair(by: Who, chair: Who, groups: HandlingGroups[Who]) -> Verdict:
    """Return whether `by` may name the chair of a group that has none: the Board, else another member. Policy: P-1.2."""
    if groups.chairs:
        return refused("has_chair", "The group has a chair, who changes it.", "P-1.2")
    deciding = groups.board | groups.liaisons or groups.members
    if by not in deciding:
        return refused("not_your_seat", "This step belongs to others: your role does not include it.", "P-1.2")
    if chair == by or chair not in groups.members:
        return refused("no_successor", "Only another member of the group can be its chair.", "P-1.2")
    return allowed("P-1.2")


class RenewalStep(StrEnum):
    """What the January round asks for of one member now (P-1.2)."""

    NOTHING = "nothing"
    REMIND = "remind"
    ASK = "ask"
    END = "end"
    HOLD_OVER = "hold_over"
    ASK_OTHERWISE = "ask_otherwise"


@dataclass(frozen=True, slots=True)
class TermFacts:
    """Where one member's term stands: since when they are a member, what they were asked and said, and what depends on them.

    `heard` is the last that was done in the round: a reminder, the question, a holding over. `was_reached`: the question
    is known to have reached them. `is_needed`: without them the group would be too small, or without a chair.
    """

    since: datetime
    renewed_at: datetime | None
    asked_at: datetime | None
    heard_at: datetime | None
    was_reached: bool
    is_needed: bool


def renewal_step(facts: TermFacts, now: datetime, policy: Policy) -> RenewalStep:
    """Return what the round asks for of the member now. Policy: P-1.2.

    Who came shortly before it is asked a year later. Nobody's place ends unless the question has reached them, and never
    by the clock alone where the group needs them.
    """
    if not policy.membership.renewal_month:
        return RenewalStep.NOTHING
    begins = _round_begins(now, policy)
    told_since = facts.renewed_at or facts.since
    if now < begins:
        is_near = begins - policy.membership.remind_from <= now and told_since < begins - policy.membership.remind_from
        return RenewalStep.REMIND if is_near and _is_due_again(facts, now, policy) else RenewalStep.NOTHING
    if told_since >= begins - policy.membership.remind_from:
        return RenewalStep.NOTHING
    if facts.asked_at is None or facts.asked_at < begins:
        return RenewalStep.ASK if now.month == policy.membership.renewal_month else RenewalStep.NOTHING
    if now < facts.asked_at + policy.membership.answer_within:
        return RenewalStep.NOTHING
    return _late_step(facts, answer_due_at(facts.asked_at, policy), now, policy)


def answer_due_at(asked_at: datetime, policy: Policy) -> datetime:
    """Return by when somebody says whether they go on. Policy: P-1.2."""
    return asked_at + policy.membership.answer_within


def is_needed(who: Who, groups: HandlingGroups[Who], policy: Policy) -> bool:
    """Return whether the group would be too small, or without a chair, if `who` were gone. Policy: P-1.2."""
    others = groups.members - {who}
    return len(others) < policy.membership.least_members or groups.chairs == {who}


def silent_since(last_act: datetime | None, seated_at: datetime, now: datetime, policy: Policy) -> datetime | None:
    """Return since when nothing was heard of a member, once that is long enough for the chair to see. Policy: P-1.2."""
    last = max(last_act or seated_at, seated_at)
    return last if now - last >= policy.membership.silence else None


def administration_faults(administrators: Mapping[str, Collection[str]], policy: Policy) -> tuple[str, ...]:
    """Return in words where one person holds every platform, and which platform too few hold. Policy: P-1.4.

    `administrators` are names by platform.
    """
    everybody = dict.fromkeys(who for names in administrators.values() for who in names)
    several = len(administrators) > 1
    alone = [who for who in everybody if several and all(who in names for names in administrators.values())]
    found = [f"{who} administers every platform: give one of them to somebody else." for who in alone]
    for platform, names in administrators.items():
        if len(names) < policy.membership.least_administrators:
            whom = f"only {', '.join(names)}" if names else "nobody that is noted"
            found.append(f"{platform} is administered by {whom}: it needs {policy.membership.least_administrators}.")
    return tuple(found)


def _late_step(facts: TermFacts, due: datetime, now: datetime, policy: Policy) -> RenewalStep:
    if facts.was_reached and not facts.is_needed:
        return RenewalStep.END
    is_first = facts.heard_at is None or facts.heard_at < due
    if not is_first and not _is_due_again(facts, now, policy):
        return RenewalStep.NOTHING
    return RenewalStep.HOLD_OVER if facts.was_reached else RenewalStep.ASK_OTHERWISE


def _is_due_again(facts: TermFacts, now: datetime, policy: Policy) -> bool:
    return facts.heard_at is None or now >= facts.heard_at + policy.membership.holdover


def _round_begins(now: datetime, policy: Policy) -> datetime:
    """The begin of this year's round, or of the next once it is so near that people are reminded of it."""
    begins = now.replace(month=policy.membership.renewal_month, day=1, hour=0, minute=0, second=0, microsecond=0)
    following = begins.replace(year=begins.year + 1)
    return following if now >= following - policy.membership.remind_from else begins


def may_represent_until(until: datetime, now: datetime, policy: Policy) -> Verdict:
    """Return whether a local representative can be named until then: a seat of theirs always has an end. Policy: P-1.1."""
    if not now < until <= now + policy.membership.represent_for:
        days = policy.membership.represent_for.days
        sentence = f"Give a day within the next {days} days on which it ends; it can be given again."
        return refused("until", sentence, "P-1.1")
    return allowed("P-1.1")
