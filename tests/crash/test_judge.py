"""Histories made by hand: the judge sees each harm, and does not see harm where there is none."""

from datetime import UTC, datetime, timedelta

from tests.crash.judge import Harms, RestrictionChange, Trail, judge
from tests.crash.plan import DesiredLevels, Level, Planned, desired_levels_of

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
BAR, MUTE = Level.BARRED, Level.MUTED
ONE_HOUR = DesiredLevels(((T0, BAR), (T0 + HOUR, Level.OPEN)))


def a_trail(desired: DesiredLevels, *changes: RestrictionChange, **facts: object) -> Trail:
    """A trail that goes on for some hours after everything."""
    return Trail(desired=desired, changes=changes, ends=T0 + 9 * HOUR, **facts)  # type: ignore[arg-type]  # the facts are named by the tests


def placed(at: datetime, level: Level = BAR, *, ours: bool = True, until: datetime | None = None) -> RestrictionChange:
    return RestrictionChange(at, level, True, ours, until)


def lifted(at: datetime, level: Level = BAR, *, ours: bool = True) -> RestrictionChange:
    return RestrictionChange(at, level, False, ours)


def test_placed_and_lifted_in_time_is_no_harm() -> None:
    trail = a_trail(ONE_HOUR, placed(T0 + 5 * SECOND), lifted(T0 + HOUR + 60 * SECOND))
    assert judge(trail) == Harms()


def test_a_restriction_that_never_took_hold_is_lost() -> None:
    assert judge(a_trail(ONE_HOUR)) == Harms(lost=1)


def test_a_restriction_that_could_not_take_hold_while_the_space_was_away_is_not_lost() -> None:
    assert judge(a_trail(ONE_HOUR, outages=((T0, T0 + HOUR),))) == Harms()


def test_a_restriction_placed_after_more_than_a_minute_is_late() -> None:
    trail = a_trail(ONE_HOUR, placed(T0 + 61 * SECOND), lifted(T0 + HOUR))
    assert judge(trail) == Harms(late=1)


def test_a_minute_is_counted_only_while_the_space_answers() -> None:
    away = ((T0, T0 + 40 * SECOND),)
    trail = a_trail(ONE_HOUR, placed(T0 + 90 * SECOND), lifted(T0 + HOUR), outages=away)
    assert judge(trail) == Harms()


def test_a_release_after_more_than_a_minute_is_late() -> None:
    trail = a_trail(ONE_HOUR, placed(T0), lifted(T0 + HOUR + 61 * SECOND))
    assert judge(trail) == Harms(late=1)


def test_a_hold_that_is_never_released_is_late() -> None:
    assert judge(a_trail(ONE_HOUR, placed(T0))) == Harms(late=1)


def test_a_release_before_the_end_is_early() -> None:
    trail = a_trail(ONE_HOUR, placed(T0), lifted(T0 + HOUR - SECOND))
    assert judge(trail).early == 1


def test_a_gap_of_no_length_at_all_is_early() -> None:
    at = T0 + HOUR / 2
    trail = a_trail(ONE_HOUR, placed(T0), lifted(at), placed(at), lifted(T0 + HOUR))
    assert judge(trail) == Harms(early=1)


def test_a_gap_at_the_very_instant_of_the_placing_is_early() -> None:
    trail = a_trail(ONE_HOUR, placed(T0), lifted(T0), placed(T0), lifted(T0 + HOUR))
    assert judge(trail) == Harms(early=1)


def test_an_older_hold_let_go_as_a_new_sanction_begins_is_no_harm() -> None:
    trail = a_trail(ONE_HOUR, placed(T0 - HOUR, ours=False), lifted(T0, ours=False), placed(T0), lifted(T0 + HOUR))
    assert judge(trail) == Harms()


def test_a_gap_in_which_one_sanction_takes_over_from_another_is_early() -> None:
    change = T0 + HOUR
    first = Planned(order="one", level=BAR, spaces=None, starts=T0, ends=None, stopped=change)
    second = Planned(order="two", level=BAR, spaces=None, starts=change, ends=change + HOUR)
    desired = desired_levels_of((first, second), "discord")  # type: ignore[arg-type]  # a name is a name
    trail = a_trail(desired, placed(T0), lifted(change), placed(change), lifted(change + HOUR))
    assert judge(trail) == Harms(early=1)


def test_a_native_end_before_the_term_is_early() -> None:
    desired = DesiredLevels(((T0, MUTE), (T0 + HOUR, Level.OPEN)))
    trail = a_trail(desired, placed(T0, MUTE, until=T0 + HOUR / 2))
    assert judge(trail).early == 1


def test_a_native_end_with_the_term_is_no_harm() -> None:
    desired = DesiredLevels(((T0, MUTE), (T0 + HOUR, Level.OPEN)))
    assert judge(a_trail(desired, placed(T0, MUTE, until=T0 + HOUR))) == Harms()


def test_a_bar_let_go_before_the_mute_that_follows_is_early() -> None:
    desired = DesiredLevels(((T0, BAR), (T0 + HOUR, MUTE), (T0 + 2 * HOUR, Level.OPEN)))
    change, end = T0 + HOUR, T0 + 2 * HOUR
    changes = (placed(T0), lifted(change), placed(change, MUTE), lifted(end, MUTE))
    assert judge(a_trail(desired, *changes)) == Harms(early=1)


def test_a_bar_that_stays_where_only_a_mute_is_wanted_is_late() -> None:
    desired = DesiredLevels(((T0, BAR), (T0 + HOUR, MUTE), (T0 + 2 * HOUR, Level.OPEN)))
    assert judge(a_trail(desired, placed(T0), lifted(T0 + 2 * HOUR))) == Harms(late=1)


def test_nobody_can_be_muted_before_they_come_back() -> None:
    desired = DesiredLevels(((T0, MUTE), (T0 + 2 * HOUR, Level.OPEN)))
    away = ((T0 - HOUR, False), (T0 + HOUR, True))
    trail = a_trail(desired, placed(T0 + HOUR, MUTE, until=T0 + 2 * HOUR), presence=away)
    assert judge(trail) == Harms()


def test_a_mute_that_never_came_after_the_return_is_seen() -> None:
    desired = DesiredLevels(((T0, MUTE), (T0 + 2 * HOUR, Level.OPEN)))
    trail = a_trail(desired, presence=((T0 - HOUR, False), (T0 + HOUR, True)))
    assert judge(trail).lost + judge(trail).late == 1


def test_a_lift_by_hand_is_not_our_doing_but_must_be_put_back() -> None:
    at = T0 + HOUR / 2
    by_hand = lifted(at, ours=False)
    back = a_trail(ONE_HOUR, placed(T0), by_hand, placed(at + 5 * SECOND), lifted(T0 + HOUR))
    never = a_trail(ONE_HOUR, placed(T0), by_hand)
    assert judge(back) == Harms()
    assert judge(never) == Harms(late=1)


def test_an_event_that_was_missed_gives_time_until_the_next_sweep() -> None:
    at = T0 + HOUR / 4
    swept = a_trail(
        ONE_HOUR,
        placed(T0),
        lifted(at, ours=False),
        placed(at + 20 * 60 * SECOND),
        lifted(T0 + HOUR),
        unheard=timedelta(minutes=20),
    )
    assert judge(swept) == Harms()


def test_a_foreign_hold_is_enough() -> None:
    held = a_trail(ONE_HOUR, placed(T0 - HOUR, ours=False))
    assert judge(held) == Harms()


def test_lifting_what_another_placed_is_doubled() -> None:
    trail = a_trail(DesiredLevels(()), placed(T0, ours=False), lifted(T0 + HOUR))
    assert judge(trail) == Harms(doubled=1)


def test_placing_what_nobody_wanted_is_doubled() -> None:
    trail = a_trail(ONE_HOUR, placed(T0), lifted(T0 + HOUR), placed(T0 + 2 * HOUR), lifted(T0 + 2 * HOUR + SECOND))
    assert judge(trail) == Harms(doubled=1)


def test_a_call_that_lands_at_the_very_instant_of_the_end_is_no_harm() -> None:
    end = T0 + HOUR
    assert judge(a_trail(ONE_HOUR, placed(T0), lifted(end), placed(end), lifted(end))) == Harms()


def test_putting_somebody_out_whom_nothing_bars_is_doubled() -> None:
    trail = a_trail(ONE_HOUR, placed(T0), lifted(T0 + HOUR), removals=(T0, T0 + 2 * HOUR))
    assert judge(trail) == Harms(doubled=1)


def test_a_sanction_that_waits_for_readmission_asks_on_after_its_term() -> None:
    waits = Planned(order="one", level=BAR, spaces=None, starts=T0, ends=T0 + HOUR, awaits=True)
    assert waits.binding_until is None
    waits.readmitted = T0 + HOUR / 2
    assert waits.binding_until == T0 + HOUR
    waits.readmitted = T0 + 3 * HOUR
    assert waits.binding_until == T0 + 3 * HOUR


def test_the_strongest_of_several_sanctions_is_wanted() -> None:
    mute = Planned(order="one", level=MUTE, spaces=None, starts=T0, ends=T0 + 3 * HOUR)
    bar = Planned(order="two", level=BAR, spaces=None, starts=T0 + HOUR, ends=T0 + 2 * HOUR)
    desired = desired_levels_of((mute, bar), "forum")  # type: ignore[arg-type]  # a name is a name
    assert desired.steps == ((T0, MUTE), (T0 + HOUR, BAR), (T0 + 2 * HOUR, MUTE), (T0 + 3 * HOUR, Level.OPEN))
