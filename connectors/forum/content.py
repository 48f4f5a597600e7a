"""Posts and topics of the forum: found by what people write, kept as evidence, closed for a while.

Files are fetched from the forum's own address alone. The forum cannot hide a post and show it again as it was.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from connectors.forum import posts
from connectors.forum.connection import ForumConnection
from connectors.forum.posts import ForumConversation, Post, PostAttachment
from connectors.http import CallFailed, Priority
from guardian.ids import SpaceName
from guardian.spaces.content import ContentCopy, ContentFile, ContentRef, ContentRestrictionKind, ObservedContent
from guardian.spaces.outcomes import Already, Done, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account, Missing, Unknown

MAX_FILES: Final = 8
_POSTS_A_REQUEST: Final = 20
_CEILINGS: Final = 4
_POST: Final = "post"
_TOPIC: Final = "topic"
_CANNOT_HIDE: Final = "the forum cannot hide a post and show it again as it was"


class ForumContent:
    """The posts and topics of one forum. Ids of our own: `post 12`, `topic 3`."""

    def __init__(self, connection: ForumConnection) -> None:
        self._config, self._client, self._caller = connection.config, connection.client, connection.caller

    @property
    def space(self) -> SpaceName:
        """The configured name."""
        return self._config.name

    @property
    def supported(self) -> frozenset[ContentRestrictionKind]:
        """A topic can be closed and opened again."""
        return frozenset({ContentRestrictionKind.LOCKED})

    # -- looking

    async def find(self, text: str) -> ContentRef | None:
        """Return the post or topic that is meant: its link, or a post's number; None if there is none, or no answer.

        What stands in a conversation between people is not found: our key may see more than whoever names it to us.
        """
        found = await self._caller.observe(self._find(text.strip(), private=False), _CEILINGS)
        return None if isinstance(found, Unknown) else found

    async def find_including_private(self, text: str) -> ContentRef | None:
        """Return the same with conversations between people among it, for `read_copy_for`."""
        found = await self._caller.observe(self._find(text.strip(), private=True))
        return None if isinstance(found, Unknown) else found

    async def read_copy(self, content: ContentRef) -> ContentCopy | Unknown | Missing:
        """Return the post as it stands now, with its files; of a topic its first post."""
        return await self._caller.observe(self._read_copy(content, with_files=True), _CEILINGS)

    async def read_copy_for(self, content: ContentRef, reader: int) -> ContentCopy | Unknown | Missing:
        """Return the same; but what stands in a conversation between people is given to those in it alone.

        Our key may see more than the person who sends us a link: nobody reads others' messages through us.
        """
        return await self._caller.observe(self._read_copy(content, with_files=True, reader=reader), _CEILINGS)

    async def read_text_and_names(self, content: ContentRef) -> ContentCopy | Unknown | Missing:
        """Return the post as it stands now; of its files nothing but their names."""
        return await self._caller.observe(self._read_copy(content, with_files=False))

    async def observe(self, content: ContentRef) -> ObservedContent | Unknown | Missing:
        """Return whether the topic is closed, and who closed it."""
        return await self._caller.observe(self._observe(content), _CEILINGS)

    async def fetch_files(self, text: str) -> tuple[ContentFile, ...]:
        """Return the files that a post's text names, fetched; those beyond the first few by name alone."""
        attachments = posts.find_attachments(text)
        kept = [await self._fetch_file(each) for each in attachments[:MAX_FILES]]
        return (
            *kept,
            *(ContentFile(each.file_name, why_not="more files than are kept") for each in attachments[MAX_FILES:]),
        )

    async def read_conversation(self, topic: int, priority: Priority = Priority.OBSERVATION) -> ForumConversation:
        """Return the whole topic, page by page; Failed where the forum does not give it."""
        page = await self._caller.request(lambda: self._client.conversation(topic), priority)
        found = posts.parse_conversation(_require_page(page))
        rest = [post for page in await self._read_rest(found, priority) for post in page]
        return replace(
            found,
            posts=tuple(sorted((*found.posts, *posts.parse_posts(rest)), key=lambda post: post.number)),
            missing_post_ids=(),
            invitations=(*found.invitations, *posts.parse_invitations(rest)),
        )

    # -- acting

    async def restrict(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        """Let only staff answer in the topic."""
        return await self._set_closed(content, restriction, closed=True)

    async def release(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        """Let everybody answer in the topic again."""
        return await self._set_closed(content, restriction, closed=False)

    # -- the steps of each

    async def _find(self, text: str, *, private: bool) -> ContentRef | None:
        link_target = (
            posts.LinkTarget(post=int(text)) if text.isdigit() else posts.parse_link(text, self._config.base_url)
        )
        if link_target is None:
            return None
        try:
            if link_target.topic is None or link_target.number is not None:
                post = await self._read_post(link_target)
                return self._post_ref(post) if private or await self._is_public(int(post["topic_id"])) else None
            page = await self._caller.request(lambda: self._client.conversation(link_target.topic or 0))
            if not private and posts.parse_conversation(_require_page(page)).private:
                return None
        except CallFailed as failed:
            if isinstance(failed.outcome, Gone):
                return None
            raise
        return ContentRef(self.space, f"{_TOPIC} {page['id']}", f"{self._base_url}/t/{page['id']}")

    async def _read_post(self, link_target: posts.LinkTarget) -> Mapping[str, Any]:
        topic, number = link_target.topic, link_target.number
        if topic is not None and number is not None:
            return _require_page(await self._caller.request(lambda: self._client.post_by_number(topic, number)))
        return _require_page(await self._caller.request(lambda: self._client.post_by_id(link_target.post or 0)))

    async def _read_copy(
        self, content: ContentRef, *, with_files: bool, reader: int | None = None
    ) -> ContentCopy | Missing:
        try:
            post = await self._read_post(_parse_ref(content))
            if reader is not None and not await self._may_read(int(post["topic_id"]), reader):
                return Missing()
        except CallFailed as failed:
            if isinstance(failed.outcome, Gone):
                return Missing()
            raise
        found = posts.parse_posts([post])
        if not found:
            return Missing()
        return await self._build_copy(self._post_ref(post), found[0], with_files=with_files)

    async def _build_copy(self, content: ContentRef, post: Post, *, with_files: bool) -> ContentCopy:
        if with_files:
            files = await self.fetch_files(post.text)
        else:
            files = tuple(
                ContentFile(each.file_name, why_not="not fetched") for each in posts.find_attachments(post.text)
            )
        author = Account(self.space, str(post.user_id))
        return ContentCopy(
            content=content,
            text=post.text,
            author=author,
            author_handle=post.username,
            written_at=post.written_at,
            files=files,
        )

    async def _is_public(self, topic: int) -> bool:
        return not posts.parse_conversation(
            _require_page(await self._caller.request(lambda: self._client.conversation(topic)))
        ).private

    async def _may_read(self, topic: int, reader: int) -> bool:
        found = posts.parse_conversation(
            _require_page(await self._caller.request(lambda: self._client.conversation(topic)))
        )
        return not found.private or reader in found.participants

    async def _fetch_file(self, attachment: PostAttachment) -> ContentFile:
        largest = self._config.largest_file
        try:
            content = await self._caller.request(lambda: self._client.file(attachment.path, largest))
        except CallFailed as failed:
            return ContentFile(attachment.file_name, why_not=_unavailable_reason(failed.outcome))
        return ContentFile(attachment.file_name, content)

    async def _observe(self, content: ContentRef) -> ObservedContent | Missing:
        try:
            topic = await self._topic_id(content)
            page = _require_page(await self._caller.request(lambda: self._client.conversation(topic)))
        except CallFailed as failed:
            if isinstance(failed.outcome, Gone):
                return Missing()
            raise
        found = posts.parse_conversation(page)
        if not found.closed:
            return ObservedContent()
        rest = await self._read_rest(found, Priority.OBSERVATION)
        by = posts.find_closer([*page["post_stream"]["posts"], *(post for more in rest for post in more)])
        named = {} if by is None else {ContentRestrictionKind.LOCKED: str(by)}
        return ObservedContent(frozenset({ContentRestrictionKind.LOCKED}), named)

    async def _read_rest(self, found: ForumConversation, priority: Priority) -> list[list[Mapping[str, Any]]]:
        """The posts that did not come with the topic's page: asked for until an answer brings none of them."""
        pages, left = [], list(found.missing_post_ids)
        while left:
            ids = left[:_POSTS_A_REQUEST]
            answer = await self._caller.request(lambda ids=ids: self._client.some_posts(found.id, ids), priority)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            page = list(_require_page(answer)["post_stream"]["posts"])
            came = {post.get("id") for post in page if isinstance(post, dict)} & set(ids)
            pages.append(page)
            # What an answer leaves out is asked for again; what then does not come is not there any more.
            left = [i for i in left if i not in (came or ids)]
        return pages

    async def _set_closed(self, content: ContentRef, restriction: ContentRestrictionKind, *, closed: bool) -> Outcome:
        if restriction is not ContentRestrictionKind.LOCKED:
            return Rejected(_CANNOT_HIDE)
        return await self._caller.perform(self._change_closed(content, closed))

    async def _change_closed(self, content: ContentRef, closed: bool) -> Outcome:
        topic = await self._topic_id(content, Priority.ACTION)
        page = await self._caller.request(lambda: self._client.conversation(topic), Priority.ACTION)
        if posts.parse_conversation(_require_page(page)).closed is closed:
            return Already()
        await self._caller.request(lambda: self._client.update_topic_status(topic, "closed", closed), Priority.ACTION)
        return Done()

    async def _topic_id(self, content: ContentRef, priority: Priority = Priority.OBSERVATION) -> int:
        link_target = _parse_ref(content)
        if link_target.topic is not None:
            return link_target.topic
        return int(
            _require_page(await self._caller.request(lambda: self._client.post_by_id(link_target.post or 0), priority))[
                "topic_id"
            ]
        )

    def _post_ref(self, post: Mapping[str, Any]) -> ContentRef:
        link = f"{self._base_url}/t/{post['topic_id']}/{post['post_number']}"
        return ContentRef(self.space, f"{_POST} {post['id']}", link)

    @property
    def _base_url(self) -> str:
        return self._config.base_url.rstrip("/")


def _parse_ref(content: ContentRef) -> posts.LinkTarget:
    kind, _, number = content.native_id.partition(" ")
    if kind not in (_POST, _TOPIC) or not number.isdigit():
        raise CallFailed(Rejected("this names no post and no topic of the forum"))
    return posts.LinkTarget(topic=int(number), number=1) if kind == _TOPIC else posts.LinkTarget(post=int(number))


def _require_page(answer: Any) -> Mapping[str, Any]:
    """The answer, which has to be about what was asked for."""
    if not isinstance(answer, dict):
        raise CallFailed(Unavailable("the forum answered about something else"))
    return answer


def _unavailable_reason(outcome: Outcome) -> str:
    match outcome:
        case Unavailable(why) | Rejected(why):
            return why
        case Gone():
            return "the forum does not have it any more"
        case _:
            return "the forum does not give it to us"
