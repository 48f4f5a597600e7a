"""Ids are time-ordered, and secrets long enough and easy to type."""

import re

from hypothesis import given
from hypothesis import strategies as st

from guardian.ids import new_id, new_reference, new_secret


def test_ids_made_later_sort_later() -> None:
    ids = [new_id() for _ in range(500)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_a_reference_says_nothing_but_that_it_is_ours() -> None:
    assert re.fullmatch(r"GRD-[2-9A-HJKMNP-Z]{12}", new_reference())


def test_references_do_not_repeat() -> None:
    assert len({new_reference() for _ in range(2000)}) == 2000


def test_a_secret_holds_at_least_128_bits_in_groups_that_people_can_type() -> None:
    secret = new_secret()
    letters = secret.replace("-", "")
    assert all(len(group) <= 5 for group in secret.split("-"))
    assert 31 ** len(letters) >= 2**128


@given(st.integers(min_value=1, max_value=50))
def test_no_id_or_secret_has_letters_that_are_easily_misread(count: int) -> None:
    made = "".join(f"{new_secret()}{new_reference().removeprefix('GRD-')}" for _ in range(count))
    assert not set(made) & set("01ILO")
