"""The short memory: what it keeps, for whom, and what it lets go."""

from dataclasses import dataclass
from datetime import timedelta

from connectors.discord.keeping import Keeping


@dataclass
class Seconds:
    """A clock that stands until it is set."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def kept(most: int = 3) -> tuple[Keeping[str], Seconds]:
    seconds = Seconds()
    return Keeping(most, timedelta(minutes=1), seconds), seconds


def test_a_thing_is_kept_for_its_owner_alone() -> None:
    keeping, _ = kept()
    keeping.put("rowan", "draft", "A text.")
    assert keeping.look("sorrel", "draft") is None
    assert keeping.take("sorrel", "draft") is None
    assert keeping.look("rowan", "draft") == "A text."


def test_what_is_taken_is_kept_no_more() -> None:
    keeping, _ = kept()
    keeping.put("rowan", "draft", "A text.")
    assert [keeping.take("rowan", "draft"), keeping.take("rowan", "draft")] == ["A text.", None]


def test_a_thing_is_gone_when_its_time_is_over_however_often_it_was_looked_at() -> None:
    keeping, seconds = kept()
    keeping.put("rowan", "draft", "A text.")
    for seconds.now, left in ((1059.9, "A text."), (1060.0, None)):
        assert keeping.look("rowan", "draft") == left
    assert keeping.take("rowan", "draft") is None


def test_what_is_put_again_is_kept_as_long_as_a_new_thing() -> None:
    keeping, seconds = kept()
    keeping.put("rowan", "draft", "A text.")
    seconds.now = 1050.0
    keeping.put("rowan", "draft", "Another text.")
    seconds.now = 1100.0
    assert keeping.look("rowan", "draft") == "Another text."


def test_of_too_many_things_the_one_that_was_put_first_goes_even_if_it_was_just_looked_at() -> None:
    keeping, _ = kept(most=3)
    for name in ("one", "two", "three"):
        keeping.put("rowan", name, name)
    keeping.put("rowan", "one", "one again")
    keeping.look("rowan", "two")
    keeping.put("rowan", "four", "four")
    assert [keeping.look("rowan", n) for n in ("one", "two", "three", "four")] == ["one again", None, "three", "four"]
