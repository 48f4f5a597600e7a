"""What people do by hand when somebody joins, leaves or changes office: the membership stands in lists elsewhere as well.

Those lists are the public page of members, the group's mailbox, its channel for talk, and its shared documents. Read
`CHECKLISTS` first. Policy: P-1.2.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class MembershipChange(StrEnum):
    """What changes in somebody's place."""

    JOINING = "joining"
    LEAVING = "leaving"
    OFFICE = "office"


CHECKLISTS: Final[Mapping[MembershipChange, tuple[str, ...]]] = MappingProxyType(
    {
        MembershipChange.JOINING: (
            "Ask them to read the manual and to promise confidentiality, in writing.",
            "Seat them here, with every name and account by which a report may mean them.",
            "Have them sign in, set a passkey, and state their conflicts from the list of code names.",
            "Add them to the public page of members, with the day on which they begin.",
            "Add them to the group's mailbox: for what comes from now on, not for what came before.",
            "Add them to the group's channel for talk, if nothing confidential stands in its past.",
            "Give them the shared documents that every member needs; those of cases stand here.",
        ),
        MembershipChange.LEAVING: (
            "End their place here first: that ends their access in the same instant.",
            "Go through what is left open, which stands on their page, and give each to somebody.",
            "Take them off the public page of members, or list them as a former one.",
            "Take them out of the group's mailbox, and end what it forwards to them.",
            "Take them out of the group's channel for talk.",
            "Take back the shared documents, and every key, token and copy that they hold; change what they knew by heart.",
            "Remind them that what they learned stays confidential, and thank them.",
        ),
        MembershipChange.OFFICE: (
            "Change the office on the public page of members, and tell the Board and the other group who it is now.",
            "Change what the office alone may open: in the mailbox, the channel, the documents and at the platforms.",
        ),
    }
)
"""The steps of each change, in order."""
