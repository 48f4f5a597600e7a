"""When a case is forgotten, from the facts of everybody in it. Policy: P-9.5."""

from datetime import datetime, timedelta

import pytest

from rules.data_requests import readable_until
from rules.ladder import Outcome
from rules.retention import (
    Finding,
    Matter,
    Needs,
    RetentionDate,
    RetentionGround,
    copies_open_until,
    finding_of,
    forget_at,
    may_forget,
    may_hold,
    next_retention_review,
)
from tests.rules.community import DAY, DJANGO, NOW, after

HALF, YEAR = 182 * DAY, 365 * DAY


def a_matter(case: str = "own", finding: Finding = Finding.MINOR, received: datetime = NOW) -> Matter:
    """A case about the person, closed ten days after it came in."""
    closed = None if finding is Finding.OPEN else received + 10 * DAY
    return Matter(case, received, finding, closed)


def date_of(*matters: Matter, needs: Needs | None = None) -> RetentionDate:
    """When `own` is forgotten, of a person with these matters."""
    return forget_at("own", [matters], needs or Needs(), DJANGO)


@pytest.mark.parametrize(
    ("outcomes", "broke", "danger", "found"),
    [
        ([Outcome.NO_VIOLATION], None, False, Finding.NOT_UPHELD),
        ([Outcome.OUT_OF_SCOPE], None, True, Finding.NOT_UPHELD),
        ([], False, False, Finding.NOT_UPHELD),
        ([], None, False, Finding.MINOR),
        ([Outcome.NO_ACTION], None, False, Finding.MINOR),
        ([Outcome.NO_VIOLATION, Outcome.WARNING], None, False, Finding.MINOR),
        ([Outcome.SHORT_SUSPENSION], True, False, Finding.MINOR),
        ([Outcome.WARNING], True, True, Finding.SERIOUS),
        ([Outcome.EXTENDED_SUSPENSION], None, False, Finding.SERIOUS),
        ([Outcome.PERMANENT_BAN], True, False, Finding.SERIOUS),
    ],
)
def test_what_a_case_came_to(outcomes: list[Outcome], broke: bool | None, danger: bool, found: Finding) -> None:
    """P-9.5: what nobody wrote down is kept longer, not shorter."""
    assert finding_of(outcomes, is_closed=True, broke_the_code=broke, is_dangerous=danger, policy=DJANGO) is found


def test_an_open_case_has_no_date() -> None:
    """P-9.5."""
    assert finding_of([], is_closed=False, broke_the_code=None, is_dangerous=False, policy=DJANGO) is Finding.OPEN
    assert date_of(a_matter(finding=Finding.OPEN)) == RetentionDate(None, RetentionGround.OPEN)


def test_not_upheld_goes_after_half_a_year_and_minor_after_one() -> None:
    """P-9.5."""
    closed = after(days=10)
    assert date_of(a_matter(finding=Finding.NOT_UPHELD)) == RetentionDate(closed + HALF, RetentionGround.NOT_UPHELD)
    assert date_of(a_matter()) == RetentionDate(closed + YEAR, RetentionGround.MINOR)


def test_a_serious_one_and_each_of_a_repeated_kind_have_no_date() -> None:
    """P-9.5."""
    later = a_matter("later", received=after(days=30))
    assert date_of(a_matter(finding=Finding.SERIOUS)) == RetentionDate(None, RetentionGround.SERIOUS)
    assert date_of(a_matter(), later) == RetentionDate(None, RetentionGround.REPEATED)


@pytest.mark.harm("report-does-not-reset")
@pytest.mark.parametrize("finding", [Finding.OPEN, Finding.MINOR, Finding.SERIOUS])
def test_a_new_report_moves_the_date_of_what_was_not_upheld(finding: Finding) -> None:
    """P-9.5: as long after the new report; provisional for as long as that one is open."""
    new = a_matter("new", finding, received=after(days=100))
    moved = date_of(a_matter(finding=Finding.NOT_UPHELD), new)
    assert moved == RetentionDate(
        after(days=100) + HALF, RetentionGround.NEW_REPORT, provisional=finding is Finding.OPEN
    )


@pytest.mark.harm("unfounded-report-prolongs")
def test_the_former_date_returns_where_the_new_report_was_unfounded() -> None:
    """P-9.5: no violation, or bad faith."""
    former = date_of(a_matter())
    unfounded = a_matter("new", Finding.NOT_UPHELD, received=after(days=100))
    bad_faith = Matter("new", after(days=100), Finding.MINOR, after(days=110), bad_faith=True)
    assert date_of(a_matter(), unfounded) == date_of(a_matter(), bad_faith) == former


def test_an_earlier_report_and_one_after_the_day_move_nothing() -> None:
    """P-9.5."""
    earlier = a_matter("earlier", Finding.OPEN, received=after(days=-5))
    late = a_matter("late", Finding.OPEN, received=after(days=400))
    assert date_of(a_matter(), earlier, late) == date_of(a_matter())


def test_a_second_report_before_the_moved_day_moves_it_again() -> None:
    """P-9.5."""
    own = a_matter(finding=Finding.NOT_UPHELD)
    first = a_matter("first", Finding.MINOR, received=after(days=150))
    second = a_matter("second", Finding.OPEN, received=after(days=300))
    assert date_of(own, second, first).at == after(days=300) + HALF


@pytest.mark.harm("forgotten-while-in-force")
def test_nothing_goes_before_what_is_in_force_ends() -> None:
    """P-9.5: also where no end is known."""
    end = after(days=800)
    assert date_of(a_matter(), needs=Needs(in_force_until=[after(days=3), end])) == RetentionDate(
        end, RetentionGround.IN_FORCE
    )
    assert date_of(a_matter(), needs=Needs(in_force_until=[end, None])) == RetentionDate(None, RetentionGround.IN_FORCE)
    assert date_of(a_matter(), needs=Needs(flagged=True)) == RetentionDate(None, RetentionGround.FLAGGED)


@pytest.mark.harm("forgotten-under-a-hold")
def test_a_legal_hold_keeps_a_case_until_its_end() -> None:
    """P-9.5."""
    end = after(days=500)
    assert date_of(a_matter(), needs=Needs(held_until=[end])) == RetentionDate(end, RetentionGround.LEGAL_HOLD)
    assert date_of(a_matter(), needs=Needs(held_until=[after(days=20)])) == date_of(a_matter())


@pytest.mark.harm("forgotten-with-another")
def test_of_several_people_the_one_who_is_kept_longest_keeps_the_case() -> None:
    """P-9.5."""
    alone = [a_matter()]
    repeated = [a_matter(), a_matter("later", received=after(days=30))]
    assert forget_at("own", [alone, repeated], Needs(), DJANGO).at is None


@pytest.mark.harm("forgotten-on-a-wrong-clock")
@pytest.mark.parametrize(
    ("retention", "trusted", "released", "code"),
    [
        (RetentionDate(NOW, RetentionGround.MINOR), True, True, "allowed"),
        (RetentionDate(NOW, RetentionGround.MINOR), False, True, "time"),
        (RetentionDate(NOW + timedelta(seconds=1), RetentionGround.MINOR), True, True, "not_yet"),
        (RetentionDate(None, RetentionGround.SERIOUS), True, True, "not_yet"),
        (RetentionDate(NOW, RetentionGround.NEW_REPORT, provisional=True), True, True, "open_report"),
        (RetentionDate(NOW, RetentionGround.MINOR), True, False, "not_released"),
    ],
)
def test_what_is_lost_for_good_is_doubted_first(
    retention: RetentionDate, trusted: bool, released: bool, code: str
) -> None:
    """P-9.5."""
    assert may_forget(retention, NOW, is_time_trusted=trusted, is_released=released).code == code


def test_a_legal_hold_has_an_end_within_bounds() -> None:
    """P-9.5."""
    most = DJANGO.retention.legal_hold_most
    allowed = [bool(may_hold(until, NOW, DJANGO)) for until in (NOW, after(days=1), NOW + most, NOW + most + DAY)]
    assert allowed == [False, True, True, False]


def test_what_has_no_date_is_looked_at_every_year() -> None:
    """P-9.5: also when a year was missed."""
    assert next_retention_review(NOW, NOW, DJANGO) == after(days=365)
    assert next_retention_review(NOW, after(days=800), DJANGO) == after(days=1095)


@pytest.mark.harm("erased-what-is-needed")
def test_what_goes_on_request_goes_sooner_and_never_before_what_still_needs_it() -> None:
    """P-9.5"""
    soon, held = after(days=20), after(days=40)
    own = a_matter(finding=Finding.NOT_UPHELD)
    assert date_of(own, needs=Needs(erase_from=soon)) == RetentionDate(soon, RetentionGround.ERASURE)
    kept = Needs(erase_from=soon, held_until=[held], asked_until=[after(days=30)])
    assert date_of(own, needs=kept) == RetentionDate(held, RetentionGround.LEGAL_HOLD)
    assert date_of(a_matter(finding=Finding.SERIOUS), needs=Needs(erase_from=soon)).at is None


@pytest.mark.harm("data-request-unanswered")
def test_what_somebody_has_asked_to_read_is_kept_until_they_could() -> None:
    """P-6.2"""
    late = after(days=900)
    assert date_of(a_matter(), needs=Needs(asked_until=[late])) == RetentionDate(late, RetentionGround.ASKED_FOR)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (None, RetentionDate(NOW + DJANGO.retention.let_go_after, RetentionGround.LET_GO)),
        (Finding.OPEN, RetentionDate(NOW + DJANGO.retention.let_go_after, RetentionGround.LET_GO, provisional=True)),
        (Finding.NOT_UPHELD, RetentionDate(NOW + DJANGO.retention.let_go_after, RetentionGround.LET_GO)),
        (Finding.MINOR, RetentionDate(None, RetentionGround.SERIOUS)),
    ],
)
def test_what_was_let_go_is_kept_again_where_another_matter_is_upheld_since(
    other: Finding | None, found: RetentionDate
) -> None:
    """P-9.5: and while another one is open, nothing goes."""
    own = a_matter(finding=Finding.SERIOUS, received=NOW - 5 * YEAR)
    others = [a_matter("other", other)] if other else []
    assert date_of(own, *others, needs=Needs(let_go_at=NOW)) == found


def test_an_event_that_has_to_be_told_outweighs_that_a_case_was_let_go() -> None:
    """P-9.5, P-9.4."""
    needs = Needs(let_go_at=NOW, flagged=True)
    assert date_of(a_matter(finding=Finding.SERIOUS), needs=needs) == RetentionDate(None, RetentionGround.FLAGGED)


def test_no_copy_opens_for_longer_than_thirty_days_for_what_was_forgotten() -> None:
    """P-9.5"""
    assert copies_open_until(NOW, DJANGO) == after(days=30)


def test_an_answer_can_be_read_for_two_weeks_whatever_else_goes() -> None:
    """P-6.2"""
    assert readable_until(NOW, DJANGO) == after(days=14)
