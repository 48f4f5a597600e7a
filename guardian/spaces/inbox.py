"""The Inbox port: a place where reports and commands arrive without asking us, read by us and each thing taken in once."""

from datetime import timedelta
from typing import Protocol


class Inbox(Protocol):
    """One such place: a forum account's messages, comments that mention us, a mailbox.

    What was taken in is remembered by the desk (deliveries) or by the place itself (archived, removed, seen), so that a
    reading that was cut off anywhere loses nothing and doubles nothing when it is repeated.
    """

    @property
    def name(self) -> str:
        """Its name among all inboxes: a space's name, or `mail`."""
        ...

    @property
    def poll_interval(self) -> timedelta:
        """How often it is read when nothing knocks, in case time."""
        ...

    async def read(self, items: tuple[str, ...] = ()) -> bool:
        """What is new there is with the desk; False where it could not be read. `things` names what knocked, if anything."""
        ...
