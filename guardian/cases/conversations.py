"""Conversations in spaces by which reports come in and go on, and how far each has been read.

Where a space cannot remember this for us it is stored here, for as long as the case is. Knows no space's ways. Read
`Conversation` first.
"""

from dataclasses import dataclass
from typing import Protocol

from guardian.ids import CaseId, ReportId, SpaceName


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, or one single arrival, by the name that its inbox has for it.

    `read_to` is the number of the last message in it that was read. `report` None: it is no report's (a command).
    """

    id: str
    space: SpaceName
    name: str
    read_to: int = 0
    case: CaseId | None = None
    report: ReportId | None = None
    version: int = 0


class ConversationStore(Protocol):
    """What is stored of conversations."""

    async def conversations_in(self, space: SpaceName) -> tuple[Conversation, ...]:
        """Return every conversation in that space whose case has not been expunged, oldest first."""
        ...

    async def add_conversation(self, conversation: Conversation) -> None:
        """Store a new conversation."""
        ...

    async def save_conversation(self, conversation: Conversation) -> Conversation:
        """Store the conversation as given, one version later; Stale where somebody was quicker."""
        ...
