"""The short memory: what it keeps, for whom, and what it lets go."""

from dataclasses import dataclass
from datetime import timedelta

from connectors.discord.ttl_cache import TtlCache


@dataclass
class Seconds:
    """A clock that stands until it is set."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def kept(most: int = 3) -> tuple[TtlCache[str], Seconds]:
    seconds = Seconds()
    return TtlCache(most, timedelta(minutes=1), seconds), seconds


def test_a_thing_is_kept_for_its_owner_alone() -> None:
    keeping, _ = kept()
    keeping.put("rowan", "draft", "A text.")
    assert keeping.get("sorrel", "draft") is None
    assert keeping.pop("sorrel", "draft") is None
    assert keeping.get("rowan", "draft") == "A text."


def test_what_is_taken_is_kept_no_more() -> None:
    keeping, _ = kept()
    keeping.put("rowan", "draft", "A text.")
    assert [keeping.pop("rowan", "draft"), keeping.pop("rowan", "draft")] == ["A text.", None]


def test_a_thing_is_gone_when_its_time_is_over_however_often_it_was_looked_at() -> None:
    keeping, seconds = kept()
    keeping.put("rowan", "draft", "A text.")
    for seconds.now, left in ((1059.9, "A text."), (1060.0, None)):
        assert keeping.get("rowan", "draft") == left
    assert keeping.pop("rowan", "draft") is None


def test_what_is_put_again_is_kept_as_long_as_a_new_thing() -> None:
    keeping, seconds = kept()
    keeping.put("rowan", "draft", "A text.")
    seconds.now = 1050.0
    keeping.put("rowan", "draft", "Another text.")
    seconds.now = 1100.0
    assert keeping.get("rowan", "draft") == "Another text."


def test_of_too_many_things_the_one_that_was_put_first_goes_even_if_it_was_just_looked_at() -> None:
    keeping, _ = kept(most=3)
    for name in ("one", "two", "three"):
        keeping.put("rowan", name, name)
    keeping.put("rowan", "one", "one again")
    keeping.get("rowan", "two")
    keeping.put("rowan", "four", "four")
    assert [keeping.get("rowan", n) for n in ("one", "two", "three", "four")] == ["one again", None, "three", "four"]
