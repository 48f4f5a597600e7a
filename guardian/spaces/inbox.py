"""The Inbox port: where reports and commands arrive without asking us, read by us and each taken in once.

Read `Inbox.read` first.
"""

from datetime import timedelta
from typing import Protocol


class Inbox(Protocol):
    """One such inbox: a forum account's messages, comments that mention us, a mailbox.

    What was taken in is remembered by the service (deliveries) or by the inbox itself (archived, removed, seen), so
    that a reading that was cut off anywhere loses nothing and doubles nothing when it is repeated.
    """

    @property
    def name(self) -> str:
        """Return its name among all inboxes: a space's name, or `mail`."""
        ...

    @property
    def poll_interval(self) -> timedelta:
        """Return how often it is read when no webhook asks for it, in case time."""
        ...

    async def read(self, items: tuple[str, ...] = ()) -> bool:
        """Take in what is new there; False where it could not be read.

        `items` names what a webhook reported, if anything.
        """
        ...
