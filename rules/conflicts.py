"""Who may know a case, and who is excluded from it: for certain, pending, or recused (P-2.5, P-4.1 to P-4.3).

What somebody who is excluded is answered must not differ from the answer about a case that does not exist. Read
`conflict_statuses` first.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from rules.name_matching import KnownNames, find_mentioned
from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


class ConflictStatus(StrEnum):
    """How somebody stands to one case. EXCLUDED and PENDING see nothing; RECUSED sees that it exists."""

    CLEAR = "clear"
    RECUSED = "recused"
    PENDING = "pending"
    EXCLUDED = "excluded"


class ConflictReason(StrEnum):
    """Why a member steps back (P-4.1)."""

    INVOLVED = "involved"
    PERSONAL_RELATIONSHIP = "personal_relationship"
    SAME_EMPLOYER = "same_employer"
    PRIVATE_INFORMATION = "private_information"
    OTHER = "other"


class Speaker(StrEnum):
    """Whose word it is that points to somebody (P-2.5).

    MEMBER has looked at what points there. OTHER are the reported person, wherever they write, and whoever cannot be
    shown to be the reporter.
    """

    MEMBER = "member"
    REPORTER = "reporter"
    OTHER = "other"


class WordsEffect(StrEnum):
    """What words that point to somebody bring about before a human has read them (P-2.5)."""

    NOTHING = "nothing"
    CLAIM = "claim"
    EXCLUSION = "exclusion"


@dataclass(frozen=True, slots=True)
class ConflictIndicators(Generic[Who]):
    """What a report says about whom it concerns.

    `picked` chose the reporter from the list, `authors` wrote the evidence, `texts` are all free words of the report.
    `linked` are people whom the report points to by account without picking them.
    """

    picked: frozenset[Who] = frozenset()
    authors: frozenset[Who] = frozenset()
    linked: frozenset[Who] = frozenset()
    texts: tuple[str, ...] = ()


_UNDECIDED = frozenset({ConflictStatus.CLEAR, ConflictStatus.PENDING})
_WEIGHT = {status: weight for weight, status in enumerate(ConflictStatus)}


def conflict_statuses(
    indicators: ConflictIndicators[Who], people: Iterable[KnownNames[Who]], policy: Policy
) -> dict[Who, ConflictStatus]:
    """Return how each of the people stands to a report, before anybody is notified of it. Policy: P-2.5.

    Picked, or author of the evidence: excluded. Merely mentioned, linked, or unclear: pending.
    """
    known = tuple(people)
    return statuses_of_mentioned(
        indicators, known, find_mentioned("\n".join(indicators.texts), known, policy.conflicts)
    )


def statuses_of_mentioned(
    indicators: ConflictIndicators[Who], people: Iterable[KnownNames[Who]], mentioned: frozenset[Who] | None
) -> dict[Who, ConflictStatus]:
    """Return the same where the texts have been searched before: whom they mention; None: they could not be searched.

    Then any of the people may be mentioned. Policy: P-2.5.
    """
    certain = indicators.picked | indicators.authors
    everybody = tuple(person.who for person in people)
    possible = frozenset(everybody) if mentioned is None else indicators.linked | mentioned
    return {who: _status_of(who, certain, possible) for who in everybody}


def effect_of_words(
    indicated: ConflictStatus, current: ConflictStatus, speaker: Speaker, *, takes_part: bool
) -> WordsEffect:
    """Return what words do that indicate `indicated` of somebody who stands at `current`. Policy: P-2.5.

    Only a reporter's words keep anybody out unread, and a mention only whoever does not take part yet: else whoever is
    accused, or writes in a reporter's name, could choose who judges. All else is a claim that a chair decides.
    """
    if stricter(indicated, current) is current:
        return WordsEffect.NOTHING
    late_mention = speaker is Speaker.REPORTER and indicated is ConflictStatus.PENDING and takes_part
    if speaker is Speaker.OTHER or late_mention:
        return WordsEffect.CLAIM if current is ConflictStatus.CLEAR else WordsEffect.NOTHING
    return WordsEffect.EXCLUSION


def stricter(one: ConflictStatus, other: ConflictStatus) -> ConflictStatus:
    """Return the status of somebody of whom both are true: the one that shows less."""
    return max(one, other, key=_WEIGHT.__getitem__)


def who_may_know(members: Iterable[Who], statuses: Mapping[Who, ConflictStatus]) -> frozenset[Who]:
    """Return the members who may know the case in full. Policy: P-2.5, P-4.3.

    Whoever has no status has no conflict.
    """
    return frozenset(who for who in members if statuses.get(who, ConflictStatus.CLEAR) is ConflictStatus.CLEAR)


def voters(members: Iterable[Who], statuses: Mapping[Who, ConflictStatus]) -> frozenset[Who]:
    """Return the members who count towards quorum: all but those of whom a conflict is decided. Policy: P-2.5, P-4.3.

    Held out is not excluded: a ballot given before stands, and stands as it was given when its member is admitted.
    """
    return frozenset(who for who in members if statuses.get(who, ConflictStatus.CLEAR) in _UNDECIDED)


def board_only(
    members: frozenset[Who], chairs: frozenset[Who], statuses: Mapping[Who, ConflictStatus], policy: Policy
) -> bool:
    """Return whether the matter goes to the Board and to nobody else. Policy: P-2.5.

    So it is where every one of the chairs is concerned, pending included, since then nobody could admit anybody, and
    where decided conflicts leave fewer members than the policy asks, or nobody at all may know.
    """
    remaining = who_may_know(members, statuses)
    no_chair_is_free = bool(chairs) and not chairs & remaining
    return no_chair_is_free or not remaining or len(voters(members, statuses)) < policy.conflicts.members_left


def may_admit(
    by: Who, about: Who, deciders: frozenset[Who], statuses: Mapping[Who, ConflictStatus], reason: str
) -> Verdict:
    """Return whether `by` may decide that somebody whose exclusion is pending takes part after all. Policy: P-2.5.

    `deciders` come from `routing.deciders_for_chair`; an exclusion stays, whoever asks.
    """
    if by == about or by not in deciders:
        return refused("not_found", "There is no such case.", "P-2.5")
    status = statuses.get(about, ConflictStatus.CLEAR)
    if status is ConflictStatus.EXCLUDED:
        return refused("excluded", "The report concerns this person, so they stay out of it.", "P-2.5")
    if status is not ConflictStatus.PENDING:
        return refused("not_held_out", "This person is not held out of the case.", "P-2.5")
    if not reason.strip():
        return refused(
            "no_reason", "Say in a sentence why this person may take part. It is kept with the case.", "P-2.5"
        )
    return allowed("P-2.5")


def may_recuse(
    by: Who, about: Who, deciders: frozenset[Who], statuses: Mapping[Who, ConflictStatus], reason: str
) -> Verdict:
    """Return whether `by` may have `about` step back. Policy: P-4.1.

    Members step back themselves at once, others by the chair's word.
    """
    status = statuses.get(about, ConflictStatus.CLEAR)
    if statuses.get(by, ConflictStatus.CLEAR) is not ConflictStatus.CLEAR:
        return refused("not_found", "There is no such case.", "P-4.2")
    if status is not ConflictStatus.CLEAR:
        return refused("not_taking_part", "This person does not take part in the case.", "P-4.1")
    if by != about and by not in deciders:
        sentence = "A chair decides whether another member has a conflict. Your doubt can be put to them."
        return refused("not_decider", sentence, "P-4.1")
    if not reason.strip():
        return refused("no_reason", "Say in a sentence what the conflict is. It is kept with the case.", "P-4.1")
    return allowed("P-4.1")


def may_claim_conflict(
    by: Who, about: Who, statuses: Mapping[Who, ConflictStatus], *, claimed: bool, reason: str
) -> Verdict:
    """Return whether `by` may put a conflict of `about` to those who decide. Policy: P-4.1.

    `claimed`: they have done so already.
    """
    if statuses.get(by, ConflictStatus.CLEAR) is not ConflictStatus.CLEAR:
        return refused("not_found", "There is no such case.", "P-4.2")
    if by == about:
        return refused("own", "Of a conflict of your own you step back yourself; it needs nobody's word.", "P-4.1")
    if statuses.get(about, ConflictStatus.CLEAR) is not ConflictStatus.CLEAR:
        return refused("not_taking_part", "This person does not take part in the case.", "P-4.1")
    if claimed:
        return refused("raised", "You have raised this already. Whoever decides has been told.", "P-4.1")
    if not reason.strip():
        return refused("no_reason", "Say in a sentence what the conflict is. It is kept with the case.", "P-4.1")
    return allowed("P-4.1")


def may_decide_claim(by: Who, about: Who, deciders: frozenset[Who], *, claimed: bool, reason: str) -> Verdict:
    """Return whether `by` may settle a conflict of `about` that somebody has claimed. Policy: P-4.1.

    `deciders` come from `routing.deciders_for_chair`, asked about this very person.
    """
    if by == about or by not in deciders:
        return refused("not_found", "There is no such case.", "P-4.1")
    if not claimed:
        return refused("not_raised", "No conflict of this person waits for a word in this case.", "P-4.1")
    if not reason.strip():
        return refused("no_reason", "Say in a sentence why you decide so. It is kept with the case.", "P-4.1")
    return allowed("P-4.1")


def _status_of(who: Who, certain: frozenset[Who], possible: frozenset[Who]) -> ConflictStatus:
    if who in certain:
        return ConflictStatus.EXCLUDED
    return ConflictStatus.PENDING if who in possible else ConflictStatus.CLEAR
