"""Every story there is, by name."""

from collections.abc import Mapping
from typing import Final

from guardian.sandbox.playing import Story
from guardian.sandbox.stories import (
    cross_space_suspension,
    foreign_ban_before,
    named_member_blind,
    outage,
    overlap,
    restart,
    unilateral_overdue,
    unilateral_ratified,
    unilateral_reversed,
)

MAIN: Final = cross_space_suspension.STORY
STORIES: Final[Mapping[str, Story]] = {
    story.name: story
    for story in (
        MAIN,
        unilateral_ratified.STORY,
        unilateral_reversed.STORY,
        unilateral_overdue.STORY,
        overlap.STORY,
        foreign_ban_before.STORY,
        outage.STORY,
        restart.STORY,
        named_member_blind.STORY,
    )
}
