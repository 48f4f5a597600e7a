"""Properties that speak of some examples only. How many met the condition is counted: a property that hardly any did
shows nothing, and fails. Read `given_often` first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st


@dataclass(slots=True)
class Condition:
    """What a property is about."""

    met_by: int = 0

    def is_met(self, met: bool) -> bool:
        """Whether the example meets it, which is counted."""
        self.met_by += met
        return met


def given_often(least: int, *strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Hypothesis's `given` for a property with a condition, which the test is handed before the example.

    Fails where fewer than `least` examples met it.
    """

    def decorate(test: Callable[..., None]) -> Callable[[], None]:
        def check_all() -> None:
            condition = Condition()

            @given(st.tuples(*strategies))
            def check(example: tuple[Any, ...]) -> None:
                test(condition, *example)

            check()
            assert condition.met_by >= least, f"only {condition.met_by} examples were what this is about"

        check_all.__name__, check_all.__doc__, check_all.__module__ = test.__name__, test.__doc__, test.__module__
        return check_all

    return decorate
