"""What is wanted of a space, from all of a person's sanctions: the strongest and longest, and never a minute less."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.ids import SanctionId, SpaceName
from guardian.sanctions.desired_state import demand, desired_state
from guardian.sanctions.models import Authority, Lifting, LiftingCause, Sanction, binding_until, term_state_at
from rules.ladder import AuthorityKind, TermState
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction, access_level_of
from tests.builders.sanctions import SPACE, a_sanction, day
from tests.fakes.clock import START

ELSEWHERE = SpaceName("discord")
STRENGTH = {AccessLevel.OPEN: 0, AccessLevel.MUTED: 1, AccessLevel.BARRED: 2}
MOMENT = timedelta(seconds=1)


def lifted(sanction: Sanction, number: float, cause: LiftingCause = LiftingCause.REVERSAL) -> Sanction:
    """The sanction with its end on record, from that day on."""
    return replace(
        sanction,
        lifting=Lifting(
            sanction=sanction.id,
            effective_from=day(number),
            cause=cause,
            by="0192-member",
            authority="P-7.3",
            recorded_at=START,
        ),
    )


def desired_level(at: float, *sanctions: Sanction) -> AccessLevel:
    return desired_state(sanctions, SPACE, day(at)).level


# -- one sanction


@pytest.mark.parametrize(
    ("facts", "at", "level"),
    [
        ({}, 0, AccessLevel.BARRED),
        ({}, 29.99, AccessLevel.BARRED),
        ({}, 30, AccessLevel.OPEN),
        ({"starts": day(2)}, 1.99, AccessLevel.OPEN),
        ({"starts": day(2)}, 2, AccessLevel.BARRED),
        ({"ends": None}, 9_999, AccessLevel.BARRED),
        ({"restriction": Restriction.MUTED}, 1, AccessLevel.MUTED),
        ({"restriction": Restriction.BANNED}, 1, AccessLevel.BARRED),
        ({"restriction": Restriction.NONE}, 1, AccessLevel.OPEN),
        ({"spaces": frozenset({ELSEWHERE})}, 1, AccessLevel.OPEN),
        ({"spaces": frozenset({ELSEWHERE, SPACE})}, 1, AccessLevel.BARRED),
        ({"on_term_end": OnTermEnd.AWAIT_READMISSION}, 300, AccessLevel.BARRED),
        ({"notification": NotificationState.TO_NOTIFY, "waits_until": day(1)}, 0.99, AccessLevel.OPEN),
        ({"notification": NotificationState.TO_NOTIFY, "waits_until": day(1)}, 1, AccessLevel.BARRED),
        ({"notification": NotificationState.NOTIFIED, "waits_until": day(1)}, 0, AccessLevel.BARRED),
        ({"notification": NotificationState.COULD_NOT_NOTIFY, "waits_until": day(1)}, 0, AccessLevel.BARRED),
        ({"notification": NotificationState.TO_NOTIFY, "waits_until": None}, 0, AccessLevel.BARRED),
    ],
)
def test_a_sanction_asks_for_its_restriction_in_its_term_and_scope_alone(
    facts: dict[str, Any], at: float, level: AccessLevel
) -> None:
    """Policy: P-5.6, P-6.1, P-6.2, P-7.1."""
    assert desired_level(at, a_sanction(**facts)) is level


@pytest.mark.parametrize(
    ("on_term_end", "from_", "cause", "until"),
    [
        (OnTermEnd.LIFT, 10, LiftingCause.REVERSAL, day(10)),
        (OnTermEnd.LIFT, 40, LiftingCause.REVERSAL, day(30)),
        (OnTermEnd.AWAIT_READMISSION, 40, LiftingCause.REVERSAL, day(40)),
        (OnTermEnd.AWAIT_READMISSION, 20, LiftingCause.READMISSION, day(30)),
        (OnTermEnd.AWAIT_READMISSION, 45, LiftingCause.READMISSION, day(45)),
    ],
)
def test_a_lifting_ends_it_from_its_instant_and_readmission_never_before_the_term(
    on_term_end: OnTermEnd, from_: float, cause: LiftingCause, until: datetime
) -> None:
    """Policy: P-6.2."""
    sanction = lifted(a_sanction(on_term_end=on_term_end), from_, cause)
    assert binding_until(sanction) == until
    assert desired_state([sanction], SPACE, until - MOMENT).level is AccessLevel.BARRED
    assert desired_state([sanction], SPACE, until).level is AccessLevel.OPEN


def test_a_term_that_is_over_and_awaits_readmission_is_called_so() -> None:
    """Policy: P-6.2."""
    sanction = a_sanction(on_term_end=OnTermEnd.AWAIT_READMISSION)
    assert term_state_at(sanction, day(29)) is TermState.RUNNING
    assert term_state_at(sanction, day(31)) is TermState.AWAITING
    assert term_state_at(lifted(sanction, 40, LiftingCause.READMISSION), day(41)) is TermState.OVER


def test_a_sanction_lifted_before_it_could_act_never_asks_for_anything() -> None:
    waiting = a_sanction(notification=NotificationState.TO_NOTIFY, waits_until=day(3))
    assert desired_level(4, lifted(waiting, 1)) is AccessLevel.OPEN


# -- several


def test_the_stronger_counts_while_it_runs_and_then_the_weaker() -> None:
    """Policy: P-6.3."""
    mute, bar = a_sanction(restriction=Restriction.MUTED), a_sanction(ends=day(5))
    assert [desired_level(at, mute, bar) for at in (0, 4.9, 5, 29.9, 30)] == [
        AccessLevel.BARRED,
        AccessLevel.BARRED,
        AccessLevel.MUTED,
        AccessLevel.MUTED,
        AccessLevel.OPEN,
    ]
    assert desired_state([mute, bar], SPACE, day(1)).changes_at == day(5)


def test_suspensions_that_join_up_hold_until_the_last_of_them_ends() -> None:
    """Policy: P-6.3."""
    first, second = a_sanction(), a_sanction(restriction=Restriction.BANNED, starts=day(30), ends=day(60))
    assert desired_state([first, second], SPACE, day(1)).until == day(60)


def test_a_new_placement_carries_the_reference_of_the_longest() -> None:
    short, long = a_sanction(), a_sanction(ends=day(60))
    endless = a_sanction(ends=None)
    assert desired_state([long, short], SPACE, START).reference == long.reference
    assert desired_state([endless, long, short], SPACE, START).reference == endless.reference
    assert desired_state([short], SPACE, day(31)).reference is None


def test_it_rests_on_those_alone_that_ask_for_it_now() -> None:
    mute, bar, later = a_sanction(restriction=Restriction.MUTED), a_sanction(), a_sanction(starts=day(3))
    assert desired_state([mute, bar, later], SPACE, day(1)).reasons == (bar.id,)


@pytest.mark.harm("ended-beside-an-adoption")
@pytest.mark.parametrize(
    ("kinds", "adopted"),
    [
        ((AuthorityKind.ADOPTED,), True),
        ((AuthorityKind.ADOPTED, AuthorityKind.LOCAL), False),
        ((AuthorityKind.LOCAL,), False),
        ((AuthorityKind.ADOPTED, AuthorityKind.DECISION), False),
    ],
)
def test_what_runs_beside_an_adopted_restriction_does_not_end_with_anybodys_lift(
    kinds: tuple[AuthorityKind, ...], adopted: bool
) -> None:
    """P-6.3: adopted is only what nothing else stands behind."""
    sanctions = [a_sanction(authority=Authority(kind, "0192-word")) for kind in kinds]
    assert desired_state(sanctions, SPACE, day(1)).adopted is adopted


@pytest.mark.parametrize(
    ("kinds", "binding"),
    [
        ((AuthorityKind.LOCAL,), False),
        ((AuthorityKind.LOCAL, AuthorityKind.LOCAL), False),
        ((AuthorityKind.LOCAL, AuthorityKind.DECISION), True),
        ((AuthorityKind.UNILATERAL,), True),
    ],
)
def test_one_word_of_the_group_is_enough_to_bind(kinds: tuple[AuthorityKind, ...], binding: bool) -> None:
    sanctions = [a_sanction(authority=Authority(kind, "0192-word")) for kind in kinds]
    assert desired_state(sanctions, SPACE, day(1)).binding is binding


# -- whatever the sanctions

DAYS = st.integers(0, 12)


@st.composite
def some_sanction(draw: st.DrawFn) -> Sanction:
    starts = draw(DAYS)
    ends = draw(st.none() | st.integers(starts + 1, 14))
    sanction = a_sanction(
        id=SanctionId(f"s{draw(st.integers(0, 10**6)):06}"),
        restriction=draw(st.sampled_from([Restriction.MUTED, Restriction.SUSPENDED, Restriction.BANNED])),
        starts=day(starts),
        ends=None if ends is None else day(ends),
        spaces=draw(st.sampled_from([None, frozenset({SPACE}), frozenset({ELSEWHERE})])),
        on_term_end=draw(st.sampled_from(list(OnTermEnd))),
        notification=draw(st.sampled_from([NotificationState.NOTIFIED, NotificationState.TO_NOTIFY])),
        waits_until=draw(st.none() | st.just(day(starts + 1))),
    )
    cause = draw(st.none() | st.sampled_from([LiftingCause.REVERSAL, LiftingCause.READMISSION]))
    return sanction if cause is None else lifted(sanction, draw(DAYS), cause)


SANCTIONS = st.lists(some_sanction(), max_size=5, unique_by=lambda s: s.id)


@given(SANCTIONS, DAYS, st.randoms(use_true_random=False))
def test_the_order_in_which_sanctions_are_known_changes_nothing(
    sanctions: list[Sanction], at: int, random: Any
) -> None:
    shuffled = list(sanctions)
    random.shuffle(shuffled)
    one, other = desired_state(sanctions, SPACE, day(at)), desired_state(shuffled, SPACE, day(at))
    assert replace(one, reasons=()) == replace(other, reasons=())
    assert set(one.reasons) == set(other.reasons)


@given(SANCTIONS, DAYS)
def test_the_end_of_one_never_lifts_another(sanctions: list[Sanction], at: int) -> None:
    """Policy: P-6.3. Asked one by one, the strongest wish is the wish of all."""
    alone = [desired_state([s], SPACE, day(at)).level for s in sanctions]
    together = desired_state(sanctions, SPACE, day(at)).level
    assert STRENGTH[together] == max((STRENGTH[level] for level in alone), default=0)


@given(SANCTIONS, DAYS)
def test_nothing_that_is_wanted_until_an_instant_is_wanted_less_before_it(sanctions: list[Sanction], at: int) -> None:
    desired = desired_state(sanctions, SPACE, day(at))
    for half_days in range(2 * at, 2 * 15):
        instant = day(half_days / 2)
        if desired.until is None or instant < desired.until:
            assert STRENGTH[desired_state(sanctions, SPACE, instant).level] >= STRENGTH[desired.level]


@given(SANCTIONS, DAYS)
def test_the_wish_changes_at_no_instant_that_was_not_foretold(sanctions: list[Sanction], at: int) -> None:
    desired = desired_state(sanctions, SPACE, day(at))
    assert desired.changes_at is None or desired.changes_at > day(at)
    for half_days in range(2 * at, 2 * 20):
        instant = day(half_days / 2)
        if desired.changes_at is None or instant < desired.changes_at:
            assert desired_state(sanctions, SPACE, instant).level is desired.level


@given(some_sanction())
def test_a_demand_never_ends_before_it_starts(sanction: Sanction) -> None:
    found = demand(sanction)
    assert found.ends is None or found.ends >= found.starts
    assert access_level_of(found.restriction) is not AccessLevel.OPEN
