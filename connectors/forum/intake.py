"""The forum's inbox: private messages to our account or its group become reports and additions, flags become local matters.

A conversation leaves the inbox once it is answered, and comes back when somebody writes in it. What was read is known
to the service, so that a reading that was cut off anywhere loses nothing and doubles nothing.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from connectors.forum import commands, translate
from connectors.forum.changes import ChangedPosts
from connectors.forum.connection import ForumConnection
from connectors.forum.content import ForumContent
from connectors.forum.flags import FlagQueue, flag_name
from connectors.forum.inbox_pages import MAX_PAGES, InboxPages, NotRead
from connectors.forum.posts import Flag, ForumConversation, Opening, Post
from connectors.forum.private_replies import PrivateReplies
from connectors.forum.reply_drafts import ReplyDraft
from connectors.forum.report_intake import ReportIntake, fit_evidence
from connectors.http import CallFailed, Priority
from guardian.cases.conversations import Conversation
from guardian.errors import NotFound
from guardian.ids import MemberId, ReportId
from guardian.logs import location_of, logger
from guardian.notices.translations import translate_text
from guardian.services.context import AppContext
from guardian.services.escalation.local_matters import receive_flag
from guardian.services.failed_items import isolate
from guardian.services.identity.ownership_codes import redeem_code
from guardian.services.members import member_for_account
from guardian.services.reports import conversations
from guardian.spaces.port import Unknown
from guardian.spaces.registry import Mode

log = logger("forum")
_MAX_REPLIES: Final = 40
"""Past so many answers of ours in one conversation nothing more is said there: two machines may be talking."""
_MAX_ROUNDS: Final = 5
_CEILINGS: Final = 8
_REVIEW: Final = "review"
_TOPIC: Final = "topic "
_PARTS: Final = {
    "inbox": "the messages to our account on the forum",
    "queue": "the forum's review queue",
    "webhook": "an entry in the forum's review queue",
    "flag": "a flag in the forum's review queue",
    "conversation": "a conversation with our account on the forum",
}


class ForumInbox(InboxPages):
    """What arrives on one forum, read for one service."""

    def __init__(
        self, app: AppContext, connection: ForumConnection, content: ForumContent, most_pages: int = MAX_PAGES
    ) -> None:
        super().__init__(connection, most_pages)
        self._app, self._content = app, content
        self._flag_queue, self._report_intake = FlagQueue(connection, content), ReportIntake(app, connection, content)
        self._changed_posts = ChangedPosts(app, content, self._report_intake)
        self._private_replies = PrivateReplies(connection, content)
        self._command_context = commands.CommandContext(app, content.space, connection.config.base_url)
        self._lock = asyncio.Lock()
        self._conversations: dict[str, Conversation] | None = None

    @property
    def poll_interval(self) -> timedelta:
        """As often as the configuration says."""
        return self._connection.config.inbox_every

    async def read(self, items: tuple[str, ...] = ()) -> bool:
        """Take in what is new there; False where something could not be read. `items`: `review 12` for a flag."""
        async with self._lock:
            if self._conversations is None:
                found = await conversations.list_conversations(self._app, self._content.space)
                self._conversations = {each.name: each for each in found}
            if items:
                done = [await self._guarded(self._read_item(item), "webhook", item) for item in items]
            else:
                done = [
                    await self._guarded(self._read_messages(), "inbox"),
                    await self._guarded(self._read_flag_queue(), "queue"),
                ]
            return all(done)

    async def _guarded(self, operation: Coroutine[Any, Any, bool], part: str, item: str = "") -> bool:
        """One part of the reading, or one thing in it, never stops the others."""

        async def take_in() -> bool:
            try:
                return await operation
            except (NotRead, CallFailed) as error:
                log.warning("inbox.not_read", space=self.name, part=part, at=location_of(error))
                return False

        return await isolate(self._app, f"{_PARTS[part]} ({self.name})", item or part, take_in())

    # -- flags

    async def _read_item(self, item: str) -> bool:
        kind, _, number = item.partition(" ")
        if kind != _REVIEW or not number.isdigit():
            return True
        found = await self._request(self._flag_queue.flags_of_entry(int(number)))
        if not found:
            log.info("webhook.led_nowhere", space=self.name)
        return await self._receive_flags(found)

    async def _read_flag_queue(self) -> bool:
        known = set(self._conversations or ())
        return await self._receive_flags(await self._request(self._flag_queue.pending(known)))

    async def _receive_flags(self, flags: list[Flag]) -> bool:
        """Each flag that is not known yet is a local matter; one that cannot be taken stops no other."""
        new = [flag for flag in flags if self._find(flag_name(flag)) is None]
        done = [await self._guarded(self._receive_flag(flag), "flag", flag_name(flag)) for flag in new]
        return all(done)

    async def _receive_flag(self, flag: Flag) -> bool:
        found = await self._flag_queue.read_flag(flag)
        evidence = fit_evidence([*((found.evidence,) if found.evidence else ()), *found.files], self._app.largest_file)
        await receive_flag(self._app, replace(found, evidence=evidence[0] if evidence else None, files=evidence[1:]))
        await self._begin(flag_name(flag), 0)
        return True

    # -- private messages

    async def _read_messages(self) -> bool:
        """Every conversation in the inbox has been read, answered, and put away."""
        done = True
        waiting_topics = await self._list_inbox()
        for waiting in waiting_topics:
            known = self._find(_topic_name(waiting.topic))
            if not self._is_enforcing and known is not None and known.read_to >= waiting.highest:
                continue
            name = _topic_name(waiting.topic)
            done = await self._guarded(self._read_conversation(waiting.topic), "conversation", name) and done
        await self._guarded(
            self._look_again({_topic_name(each.topic) for each in waiting_topics}), "conversation", "again"
        )
        return done

    async def _look_again(self, waiting: set[str]) -> bool:
        """One of the conversations that are no longer in the inbox has been looked at for messages that were changed."""
        reported = [each for each in (self._conversations or {}).values() if each.report and each.name not in waiting]
        name = self._changed_posts.next_of([each.name for each in reported if each.name.startswith(_TOPIC)])
        known = self._find(name) if name is not None else None
        if known is None:
            return True
        topic = int(known.name.removeprefix(_TOPIC))
        found = await self._connection.caller.read_item(self._content.read_conversation(topic), _CEILINGS)
        if not isinstance(found, Unknown):
            await self._changed_posts.receive(found, known)
        return True

    async def _read_conversation(self, topic: int) -> bool:
        """The conversation is read and answered, until nothing new stands in it once it has left the inbox.

        What was written while we answered would otherwise leave the inbox with the rest, and be read by nobody.
        """
        own = await self._load_own_id()
        conversation = await self._request(self._content.read_conversation(topic), _CEILINGS)
        for _ in range(_MAX_ROUNDS):
            opening = self._opening(conversation, own)
            by_people = opening.asker is None or opening.asker > 0
            known = self._find(_topic_name(topic))
            if known is not None:
                await self._changed_posts.receive(conversation, known)
            answer = await self._missing_reply(conversation, own) if by_people else ReplyDraft()
            if by_people and opening.invited_at and known is None:
                await self._receive_shown(conversation, opening, own, answer)
            for post in self._new_posts(conversation, own) if by_people else ():
                await self._handle_post(conversation, post, own, answer)
            if not await self._send_reply(conversation, own, answer):
                return True
            conversation = await self._request(self._content.read_conversation(topic), _CEILINGS)
            if not by_people or not self._new_posts(conversation, own):
                return True
        return False

    def _opening(self, conversation: ForumConversation, own: int) -> Opening:
        config = self._connection.config
        return conversation.find_opening(own, config.api_username, config.group)

    async def _receive_shown(
        self, conversation: ForumConversation, opening: Opening, own: int, answer: ReplyDraft
    ) -> None:
        """A conversation into which we were let is a report of whoever did so, and they alone are told."""
        report, preferences = await self._report_intake.receive_shown(conversation, opening)
        await self._begin(_topic_name(conversation.id), opening.invited_at, report)
        if opening.asker is None:
            answer.add(self._report_intake.text("", "others"))
            return
        alone = conversation.others_take_part(own, opening.asker)
        acknowledgement = self._report_intake.acknowledgement(preferences, first=True, alone=alone)
        answer.add_for(0, acknowledgement, alone=alone)

    def _new_posts(self, conversation: ForumConversation, own: int) -> list[Post]:
        """What has not been read yet; where nothing of the conversation is known any more, what follows our last answer."""
        known = self._find(_topic_name(conversation.id))
        read_to = known.read_to if known is not None else _last_own_number(conversation, own)
        return [
            each for each in conversation.posts if each.number > read_to and each.user_id != own and each.user_id > 0
        ]

    async def _missing_reply(self, conversation: ForumConversation, own: int) -> ReplyDraft:
        """What is still owed for what was read before, because the answer to it was lost or never sent."""
        answer = ReplyDraft()
        known = self._find(_topic_name(conversation.id))
        if known is None:
            return answer
        last = _last_own_number(conversation, own)
        reporter = await self._reporter(known)
        alone = reporter is not None and conversation.others_take_part(own, reporter)
        if alone and known.report is not None and not last and not self._elsewhere(known):
            preferences = await conversations.reply_preferences(self._app, known.report)
            answer.add_for(0, self._report_intake.acknowledgement(preferences, first=True, alone=True), alone=True)
        for post in (
            each for each in conversation.posts if last < each.number <= known.read_to and each.user_id != own
        ):
            if await self._command_author(post) is not None:
                answer.to_command = True
                answer.add(commands.unsure_text(self._app))
            elif known.report is not None and post.user_id == reporter and not alone:
                preferences = await conversations.reply_preferences(self._app, known.report)
                answer.add(self._report_intake.acknowledgement(preferences, first=last == 0))
        return answer

    async def _reporter(self, known: Conversation | None) -> int | None:
        """Whose report came of the conversation, as is stored with it; None where none did, or it is not kept."""
        if known is None or known.report is None:
            return None
        try:
            reporter = await conversations.reporter_of(self._app, known.report)
        except NotFound as gone:
            raise self._not_kept(known) from gone
        return int(reporter.native_id) if reporter is not None else None

    def _not_kept(self, known: Conversation) -> NotRead:
        """Its case has been expunged meanwhile: what follows in the conversation is, read again, a report of its own."""
        self._conversations = {k: v for k, v in (self._conversations or {}).items() if v.report != known.report}
        return NotRead()

    def _elsewhere(self, known: Conversation) -> list[int]:
        """The other conversations that are about the same report."""
        others = [each for each in (self._conversations or {}).values() if each.report == known.report]
        return [int(each.name.removeprefix(_TOPIC)) for each in others if each.name != known.name]

    async def _handle_post(self, conversation: ForumConversation, post: Post, own: int, answer: ReplyDraft) -> None:
        """One private message goes where it belongs: carried out, taken in, added, or answered only."""
        by = await self._command_author(post)
        known = self._find(_topic_name(conversation.id))
        if by is not None:
            # It counts as read before it is carried out: cut off in between, it is not done twice but asked about.
            await self._mark_read_to(conversation, post)
            answer.to_command = True
            answer.add(await commands.execute(self._command_context, post, by, self._app.clock.now()))
            return
        reporter = await self._reporter(known)
        asker = self._opening(conversation, own).asker if reporter is None else reporter
        alone = conversation.others_take_part(own, post.user_id)
        if await redeem_code(self._app, self._report_intake.account_of(post), post.text):
            answer.add(translate_text("", "direct.code"))
        elif post.user_id != asker:
            answer.add(self._report_intake.text("", "no_answers" if asker == own else "others"))
        elif known is None:
            # Where we have answered before, its case is expunged: what its title said is forgotten as well.
            title = "" if _last_own_number(conversation, own) else conversation.title
            report, preferences = await self._report_intake.receive(title, post)
            await self._begin(_topic_name(conversation.id), post.number, report)
            answer.add_for(0, self._report_intake.acknowledgement(preferences, first=True, alone=alone), alone=alone)
        elif known.report is None:
            answer.to_command = True
            answer.add(commands.NO_REPORT)
        else:
            in_group = bool(conversation.groups) and self._report_intake.asks_for_receipt(post.text)
            try:
                said = await self._report_intake.add_to_report(known.report, post)
            except NotFound as gone:
                raise self._not_kept(known) from gone
            answer.add_for(post.number, said, alone=alone or in_group)
        await self._mark_read_to(conversation, post)

    async def _command_author(self, post: Post) -> MemberId | None:
        """The member who orders something by this message; None where it is no command, or nobody's who may order."""
        if not commands.looks_like_command(post.text):
            return None
        member = await member_for_account(self._app, self._report_intake.account_of(post))
        return member.id if member else None

    # -- answering, and what is known

    async def _send_reply(self, conversation: ForumConversation, own: int, answer: ReplyDraft) -> bool:
        """The answer stands in the conversation, which has left the inbox; False where we only look, and write nothing."""
        if not self._is_enforcing and not answer.to_command:
            return False
        own_posts = sum(1 for post in conversation.posts if post.user_id == own)
        if answer.parts and own_posts < _MAX_REPLIES:
            raw = translate.to_plain_text(answer.text)
            await self._request(
                self._connection.caller.request(
                    lambda: self._connection.client.answer(conversation.id, raw), Priority.OBSERVATION, tries=1
                )
            )
        if answer.alone:
            await self._answer_alone(conversation, answer)
        await self._request(
            self._connection.caller.request(lambda: self._connection.client.archive(conversation.id), Priority.LISTING)
        )
        return True

    async def _answer_alone(self, conversation: ForumConversation, answer: ReplyDraft) -> None:
        """What is for the reporter alone stands in a conversation with nobody but them, which is about the report too."""
        known = self._find(_topic_name(conversation.id))
        reporter = await self._reporter(known)
        if known is None or reporter is None:
            return
        title, text = translate_text("", "forum.alone_title"), "\n\n".join(dict.fromkeys(answer.alone.values()))
        nonce = f"alone-{conversation.id}-{min(answer.alone)}"
        begun = await self._private_replies.send(reporter, title, text, nonce, self._elsewhere(known))
        if begun is not None and self._find(_topic_name(begun)) is None:
            await self._begin(_topic_name(begun), 1, known.report)

    async def _mark_read_to(self, conversation: ForumConversation, post: Post) -> None:
        known = self._find(_topic_name(conversation.id))
        if known is None:
            await self._begin(_topic_name(conversation.id), post.number)
        elif post.number > known.read_to:
            self._remember(await conversations.mark_read_to(self._app, known, post.number))

    async def _begin(self, name: str, read_to: int, report: ReportId | None = None) -> None:
        self._remember(await conversations.start_conversation(self._app, self._content.space, name, read_to, report))

    def _find(self, name: str) -> Conversation | None:
        return (self._conversations or {}).get(name)

    def _remember(self, conversation: Conversation) -> None:
        if self._conversations is not None:
            self._conversations[conversation.name] = conversation

    @property
    def _is_enforcing(self) -> bool:
        return self._app.spaces.mode(self._content.space) is Mode.ENFORCE


def _topic_name(topic: int) -> str:
    return f"{_TOPIC}{topic}"


def _last_own_number(conversation: ForumConversation, own: int) -> int:
    """The number of our last answer in the conversation; 0 where we have said nothing."""
    return max((post.number for post in conversation.posts if post.user_id == own), default=0)
