"""One private message to our account becomes a report, or is added to one; and what is said to its writer, in their own language.

The forum's administrators can read what is said: no receipt stands in it unless its reporter has asked for that.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from connectors.forum import posts
from connectors.forum.connection import ForumConnection
from connectors.forum.content import ForumContent
from connectors.forum.posts import ForumConversation, Opening, Post
from connectors.http import Priority
from guardian.cases.received_words import kept_text
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import MAX_FILES, EvidenceInput, Submission, evidence_of
from guardian.errors import Refused
from guardian.ids import ReportId
from guardian.notices.translations import ENGLISH, LANGUAGES, translate_text
from guardian.services.context import AppContext
from guardian.services.reports import conversations, intake
from guardian.services.reports.conversations import ReplyPreferences
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReporterAccess
from guardian.spaces.port import Account, Missing, Unknown

_REPEAT: Final = "repeated"
_SAFE: Final = "safe"
_NOT_SAFE: Final = "not_safe"
_RECEIPT: Final = "receipt"
_WORDS: Final = (_SAFE, _NOT_SAFE, _RECEIPT)
_CURLY_APOSTROPHE: Final = "\N{RIGHT SINGLE QUOTATION MARK}"
_WHOLE_FILE_NAME: Final = "whole message.txt"
_CONVERSATION_FILE_NAME: Final = "conversation.txt"
_NOTHING_OF_THEIRS: Final = (
    "(Whoever let us into this conversation wrote nothing in it. What others wrote is among the evidence.)"
)
_ELLIPSIS: Final = " …"
_TOO_LARGE: Final = "larger than what is kept"
_NOT_GIVEN: Final = "the forum did not give it, or not to its reporter"


class ReportIntake:
    """Takes in what people write to one forum's account, for one service."""

    def __init__(self, app: AppContext, connection: ForumConnection, content: ForumContent) -> None:
        self._app, self._connection, self._content = app, connection, content

    async def receive(self, title: str, post: Post) -> tuple[ReportId | None, ReplyPreferences]:
        """Receive the message as a report, once, and return how its reporter is written to; None where its case is not kept any more."""
        text, whole_file = self._fit_text(f"{title}\n\n{post.text}".strip())
        preferences = ReplyPreferences(await self._locale_of(post.username))
        submission = Submission(
            channel=ReportChannel.FORUM_MESSAGE,
            what_happened=text,
            reporter=self.account_of(post),
            reporter_handle=post.username,
            evidence=(*whole_file, *await self._collect_evidence(post))[:MAX_FILES],
            delivery=self._delivery(post),
            locale=preferences.locale,
        )
        try:
            received = await intake.receive(self._app, submission)
        except Refused as refused:
            if refused.code != _REPEAT:
                raise
            return None, ReplyPreferences(silent=True)
        return received.report, preferences

    async def receive_shown(
        self, conversation: ForumConversation, opening: Opening
    ) -> tuple[ReportId | None, ReplyPreferences]:
        """Receive a conversation into which somebody let us: their report, in which only what they wrote is theirs.

        What others wrote there stands among the evidence, as theirs.
        """
        shown = [post for post in conversation.posts if post.number < opening.invited_at]
        own_words = "\n\n".join(post.text for post in shown if post.user_id == opening.asker) or _NOTHING_OF_THEIRS
        text, whole_file = self._fit_text(f"{conversation.title}\n\n{own_words}")
        username = await self._username(conversation, opening.asker) if opening.asker else ""
        preferences = ReplyPreferences(await self._locale_of(username) if username else "")
        evidence = (*whole_file, *self._others_words(conversation, opening, shown), *await self._files_of(shown))
        submission = Submission(
            channel=ReportChannel.FORUM_MESSAGE,
            what_happened=text,
            reporter=Account(self._content.space, str(opening.asker)) if opening.asker else None,
            reporter_handle=username,
            evidence=fit_evidence(evidence, self._app.largest_file),
            delivery=f"{self._content.space} topic {conversation.id}",
            locale=preferences.locale,
        )
        try:
            return (await intake.receive(self._app, submission)).report, preferences
        except Refused as refused:
            if refused.code != _REPEAT:
                raise
            return None, ReplyPreferences(silent=True)

    def _others_words(
        self, conversation: ForumConversation, opening: Opening, shown: list[Post]
    ) -> Iterator[EvidenceInput]:
        """The conversation as a whole, and what each of the others wrote in it, as theirs."""
        lines = (f"{post.username}, {post.written_at}:\n{post.text}" for post in shown)
        content = kept_text("\n\n".join(lines)).encode()[: self._app.largest_file]
        yield EvidenceInput(kind="file", file_name=_CONVERSATION_FILE_NAME, content=content)
        for author in dict.fromkeys(post.user_id for post in shown if post.user_id != opening.asker):
            words = [post for post in shown if post.user_id == author]
            yield EvidenceInput(
                kind="message",
                link=f"{self._connection.config.base_url.rstrip('/')}/t/{conversation.id}/{words[0].number}",
                author=self.account_of(words[0]) if author > 0 else None,
                author_handle=words[0].username,
                text="\n\n".join(post.text for post in words),
                written_at=words[0].written_at,
            )

    async def _files_of(self, shown: list[Post]) -> list[EvidenceInput]:
        found = [(post, each) for post in shown[:MAX_FILES] for each in await self._content.fetch_files(post.text)]
        return [
            EvidenceInput(
                kind="file",
                author=self.account_of(post) if post.user_id > 0 else None,
                author_handle=post.username,
                file_name=each.file_name,
                content=each.content,
                why_not=each.why_not,
            )
            for post, each in found
        ]

    async def _username(self, conversation: ForumConversation, account: int) -> str:
        """What the account is called; it may have left the conversation."""
        if account in conversation.usernames:
            return conversation.usernames[account]
        ask = self._connection.caller.request(lambda: self._connection.client.user_by_id(account), Priority.LISTING)
        answer = await self._connection.caller.read_item(ask)
        return str(answer.get("username") or "") if isinstance(answer, dict) else ""

    async def add_to_report(self, report: ReportId, post: Post) -> str:
        """What its reporter writes further stands with the report; what to answer. NotFound where it is not kept any more.

        Three answers are asked for in our first one, and do what they say.
        """
        by, word = self.account_of(post), _recognize_word(post.text)
        preferences = await conversations.reply_preferences(self._app, report)
        if word in (_SAFE, _NOT_SAFE):
            await conversations.record_contact_safety(self._app, report, by, safe=word == _SAFE)
            return self.text(preferences.locale, "noted_safe") if word == _SAFE else ""
        if word == _RECEIPT and preferences.silent:
            # Somebody else may be reading there, and asking.
            return ""
        if word == _RECEIPT:
            receipt = await conversations.issue_another_receipt(self._app, report, by)
            return self.text(preferences.locale, "receipt", receipt=receipt, page=f"{self._app.base_url}/follow-up")
        text, whole_file = self._fit_text(post.text)
        takes_files = await intake.accepts_files(self._app, ReporterAccess(report, by))
        found = await self._collect_evidence(post) if takes_files else ()
        files = (*whole_file, *found)[:MAX_FILES]
        await intake.add_to_report(
            self._app, ReporterAccess(report, by), AdditionInput(text, files), delivery=self._delivery(post)
        )
        return self.acknowledgement(preferences, first=False)

    async def add_change(self, report: ReportId, post: Post) -> None:
        """Add what the reporter's message says now that somebody has changed it; nothing of it is carried out."""
        text, whole_file = self._fit_text(post.text)
        access = ReporterAccess(report, self.account_of(post))
        await intake.add_to_report(self._app, access, AdditionInput(text, whole_file, verified=False))

    def asks_for_receipt(self, text: str) -> bool:
        """Return whether the whole text asks for a receipt."""
        return _recognize_word(text) == _RECEIPT

    def acknowledgement(self, preferences: ReplyPreferences, *, first: bool, alone: bool = False) -> str:
        """Return what is said to somebody whose message has been taken in, alone where others read what they sent.

        Nothing where it is not safe to write to them.
        """
        if preferences.silent:
            return ""
        locale = preferences.locale
        if not first:
            return self.text(locale, "added")
        words = {word: translate_text(locale, f"forum.word_{word}") for word in _WORDS}
        if alone:
            return self.text(locale, "taken_alone", **words)
        taken = self.text(locale, "taken", **words)
        return f"{taken}\n\n{self.text(locale, 'taken_group')}" if self._connection.config.group else taken

    def text(self, locale: str, key: str, **facts: str) -> str:
        """Return the text of that key; `page` is where to report without the forum, unless it is said otherwise."""
        return translate_text(locale, f"forum.{key}", **{"page": f"{self._app.base_url}/report", **facts})

    def account_of(self, post: Post) -> Account:
        """Return whose message it is."""
        return Account(self._content.space, str(post.user_id))

    def _delivery(self, post: Post) -> str:
        return f"{self._content.space} post {post.id}"

    def _fit_text(self, text: str) -> tuple[str, tuple[EvidenceInput, ...]]:
        """The text within what is taken at once; one that is longer is whole in a file beside it."""
        # Before it is cut: what is left of a receipt could be tried out.
        text, longest = kept_text(text), self._app.longest_text
        if len(text) <= longest:
            return text, ()
        content = text.encode()[: self._app.largest_file]
        return text[: longest - len(_ELLIPSIS)] + _ELLIPSIS, (
            EvidenceInput(kind="file", file_name=_WHOLE_FILE_NAME, content=content),
        )

    async def _collect_evidence(self, post: Post) -> tuple[EvidenceInput, ...]:
        """The message's own files, and the posts of this forum that it links to, as they stand now."""
        files = await self._content.fetch_files(post.text)
        found = [EvidenceInput(kind="file", file_name=f.file_name, content=f.content, why_not=f.why_not) for f in files]
        for link in posts.find_links(post.text, self._connection.config.base_url)[:MAX_FILES]:
            content = await self._content.find_including_private(link)
            copy = await self._content.read_copy_for(content, post.user_id) if content is not None else None
            if copy is None or isinstance(copy, Unknown | Missing):
                found.append(EvidenceInput(kind="message", link=link, why_not=_NOT_GIVEN))
            else:
                found += evidence_of(copy)
        return fit_evidence(found, self._app.largest_file)

    async def _locale_of(self, username: str) -> str:
        """The language that the account has chosen on the forum; none where that is not known."""
        ask = self._connection.caller.request(lambda: self._connection.client.profile(username), Priority.LISTING)
        answer = await self._connection.caller.read_item(ask)
        return str(answer.get("locale") or "") if isinstance(answer, dict) else ""


def fit_evidence(evidence: list[EvidenceInput] | tuple[EvidenceInput, ...], largest: int) -> tuple[EvidenceInput, ...]:
    """Return as many pieces as are kept at once, without the bytes of those that are too large."""
    return tuple(
        replace(piece, content=None, why_not=_TOO_LARGE)
        if piece.content is not None and len(piece.content) > largest
        else piece
        for piece in evidence[:MAX_FILES]
    )


def _recognize_word(text: str) -> str | None:
    """Which of the answers that we ask for the whole text is, in any language that we speak."""
    said = " ".join(text.replace(_CURLY_APOSTROPHE, "'").split()).strip(" .!\"'“”„«»`*").casefold()
    for language in dict.fromkeys((ENGLISH, *LANGUAGES)):
        for word in _WORDS:
            if said == translate_text(language, f"forum.word_{word}").casefold():
                return word
    return None
