"""Instants survive both databases to the microsecond, and one without a zone never gets in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.storage.utc_datetime import from_microseconds, to_microseconds

instants = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7)), timezone(timedelta(hours=12))]))


@given(instants)
def test_an_instant_comes_back_as_the_same_instant_in_utc(instant: datetime) -> None:
    back = from_microseconds(to_microseconds(instant))
    assert back == instant
    assert back.tzinfo is UTC


@given(instants, instants)
def test_counts_are_in_the_order_of_their_instants(one: datetime, other: datetime) -> None:
    assert (to_microseconds(one) < to_microseconds(other)) == (one < other)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_microseconds(datetime(2026, 3, 1))  # noqa: DTZ001 - the very thing that is refused
