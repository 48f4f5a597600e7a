"""One private message to our account becomes a report, or is added to one; and what is said to its writer, in their own language.

The forum's administrators can read what is said: no receipt stands in it unless its reporter has asked for that.
"""

from dataclasses import replace
from typing import Final

from connectors.forum import posts
from connectors.forum.connection import ForumConnection
from connectors.forum.content import ForumContent
from connectors.forum.posts import Post
from connectors.http import Priority
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
_ELLIPSIS: Final = " …"
_TOO_LARGE: Final = "larger than what is kept"
_NOT_GIVEN: Final = "the forum did not give it, or not to its reporter"


class ReportIntake:
    """Takes in what people write to one forum's account, for one service."""

    def __init__(self, app: AppContext, connection: ForumConnection, content: ForumContent) -> None:
        self._app, self._connection, self._content = app, connection, content

    async def receive(self, title: str, post: Post) -> tuple[ReportId | None, str]:
        """Receive the message as a report, once, and return the answer; None where its case is not kept any more."""
        text, whole_file = self._fit_text(f"{title}\n\n{post.text}")
        preferences = ReplyPreferences(await self._read_locale(post))
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
            return None, ""
        return received.report, self.acknowledgement(preferences, first=True)

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

    def acknowledgement(self, preferences: ReplyPreferences, *, first: bool) -> str:
        """Return what is said to somebody whose message has been taken in.

        Nothing where it is not safe to write to them.
        """
        if preferences.silent:
            return ""
        locale = preferences.locale
        if not first:
            return self.text(locale, "added")
        words = {word: translate_text(locale, f"forum.word_{word}") for word in _WORDS}
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
        longest = self._app.longest_text
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

    async def _read_locale(self, post: Post) -> str:
        """The language that the account has chosen on the forum; none where that is not known."""
        ask = self._connection.caller.request(lambda: self._connection.client.profile(post.username), Priority.LISTING)
        answer = await self._connection.caller.observe(ask)
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
