"""What a unit of work wakes once it has been committed: start at `WakeupTopic`."""

from enum import StrEnum


class WakeupTopic(StrEnum):
    """What a commit may wake up."""

    NOTICES = "notices"
    DEADLINES = "deadlines"
    WORK_ITEMS = "work_items"
    CONTENT = "content"
