"""Messages that were changed after they were taken in: what they say now stands with the report, too. Read `ChangedPosts` first."""

from collections import deque

from connectors.forum.content import ForumContent
from connectors.forum.posts import ForumConversation
from connectors.forum.report_intake import ReportIntake
from guardian.cases.conversations import Conversation
from guardian.errors import NotFound
from guardian.services.context import AppContext
from guardian.services.reports import conversations
from guardian.spaces.port import Account


class ChangedPosts:
    """The changed messages of known conversations; no event tells of them, and none brings them back into the inbox."""

    def __init__(self, app: AppContext, content: ForumContent, report_intake: ReportIntake) -> None:
        self._app, self._content, self._report_intake = app, content, report_intake
        self._waiting: deque[str] = deque()

    def next_of(self, known: list[str]) -> str | None:
        """Return the name of the conversation whose turn it is to be looked at again, one at a time."""
        if not self._waiting:
            self._waiting.extend(known)
        return self._waiting.popleft() if self._waiting else None

    async def receive(self, conversation: ForumConversation, known: Conversation) -> None:
        """Add what the reporter's own messages say now, each once, to their report.

        Unverified: whoever administers the forum can change what others wrote there.
        """
        changed = [post for post in conversation.posts if post.edited and post.number <= known.read_to]
        if known.report is None or not changed:
            return
        try:
            reporter = await conversations.reporter_of(self._app, known.report)
        except NotFound:
            return
        for post in changed:
            own = Account(self._content.space, str(post.user_id)) == reporter
            if own and not await conversations.is_kept(self._app, known.report, post.text):
                await self._report_intake.add_change(known.report, post)
