"""Stores conversations in spaces. Read `SqlConversationStore` first.

Their names there are encrypted: with the case that came of one, or with the service.
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import select

from guardian.cases.conversations import Conversation
from guardian.ids import CaseId, ReportId, SpaceName
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.conversations import conversations

_WITHOUT_CASE: Final = KeyScope.of_service("conversations")


class SqlConversationStore(EncryptedSqlStore):
    """The store of conversations."""

    async def conversations_in(self, space: SpaceName) -> tuple[Conversation, ...]:
        """Return every conversation in that space whose case has not been expunged, oldest first."""
        found = select(conversations).where(conversations.c.space == space).order_by(conversations.c.id)
        known = []
        for row in await self._connection.execute(found):
            name = await self._encryption.decrypt_text("conversations", row.id, "sealed", row.sealed)
            if not isinstance(name, Expunged):
                case = None if row.case_id is None else CaseId(row.case_id)
                report = None if row.report_id is None else ReportId(row.report_id)
                known.append(
                    Conversation(
                        id=row.id,
                        space=space,
                        name=name,
                        read_to=row.read_to,
                        case=case,
                        report=report,
                        version=row.version,
                    )
                )
        return tuple(known)

    async def add_conversation(self, conversation: Conversation) -> None:
        """Store a new conversation."""
        scope = _WITHOUT_CASE if conversation.case is None else KeyScope.of_case(conversation.case)
        row = {
            "id": conversation.id,
            "space": conversation.space,
            "case_id": conversation.case,
            "report_id": conversation.report,
            "read_to": conversation.read_to,
            "sealed": await self._encryption.encrypt(
                scope, "conversations", conversation.id, "sealed", conversation.name
            ),
            "version": conversation.version,
        }
        await self._connection.execute(insert(conversations), row)

    async def save_conversation(self, conversation: Conversation) -> Conversation:
        """Store the conversation as given, one version later; Stale where somebody was quicker."""
        version = await self._change(conversations, conversation.id, conversation.version, read_to=conversation.read_to)
        return replace(conversation, version=version)
