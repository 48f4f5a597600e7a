"""Posts and topics of the forum: found by what people write, kept as evidence, closed for a while.

Files are fetched from the forum's own address alone. The forum cannot hide a post and show it again as it was.
"""

from collections.abc import Mapping
from typing import Any, Final

from connectors.forum import letters
from connectors.forum.letters import Attached, Letter, Talk
from connectors.forum.wire import Wire
from connectors.http import Failed, Urgency
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Done, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account, Missing, Unknown
from guardian.spaces.things import Piece, PieceFile, Thing, ThingHold, ThingLook

MOST_FILES: Final = 8
_AT_ONCE: Final = 20
_CEILINGS: Final = 4
_POST: Final = "post"
_TOPIC: Final = "topic"
_NO_SUCH_HOLD: Final = "the forum cannot hide a post and show it again as it was"


class ForumThings:
    """The posts and topics of one forum. Ids of our own: `post 12`, `topic 3`."""

    def __init__(self, wire: Wire) -> None:
        self._config, self._forum, self._line = wire.config, wire.forum, wire.line

    @property
    def space(self) -> SpaceName:
        """The configured name."""
        return self._config.name

    @property
    def can(self) -> frozenset[ThingHold]:
        """A topic can be closed and opened again."""
        return frozenset({ThingHold.LOCKED})

    # -- looking

    async def find(self, text: str) -> Thing | None:
        """The post or topic that is meant: its link, or a post's number; None if there is none, or no answer.

        What stands in a conversation between people is not found: our key may see more than whoever names it to us.
        """
        found = await self._line.look(self._find(text.strip(), private=False), _CEILINGS)
        return None if isinstance(found, Unknown) else found

    async def find_for(self, text: str) -> Thing | None:
        """The same with conversations between people among it, for `piece_for`."""
        found = await self._line.look(self._find(text.strip(), private=True))
        return None if isinstance(found, Unknown) else found

    async def piece(self, thing: Thing) -> Piece | Unknown | Missing:
        """The post as it stands now, with its files; of a topic its first post."""
        return await self._line.look(self._piece(thing, with_files=True), _CEILINGS)

    async def piece_for(self, thing: Thing, reader: int) -> Piece | Unknown | Missing:
        """The same; but what stands in a conversation between people is given to those in it alone.

        Our key may see more than the person who sends us a link: nobody reads others' messages through us.
        """
        return await self._line.look(self._piece(thing, with_files=True, reader=reader), _CEILINGS)

    async def words_and_names(self, thing: Thing) -> Piece | Unknown | Missing:
        """The post as it stands now; of its files nothing but their names."""
        return await self._line.look(self._piece(thing, with_files=False))

    async def look(self, thing: Thing) -> ThingLook | Unknown | Missing:
        """Whether the topic is closed, and who closed it."""
        return await self._line.look(self._look(thing), _CEILINGS)

    async def files(self, text: str) -> tuple[PieceFile, ...]:
        """The files that a post's text names, fetched; those beyond the first few by name alone."""
        named = letters.attached(text)
        kept = [await self._file(each) for each in named[:MOST_FILES]]
        return (*kept, *(PieceFile(each.file_name, why_not="more files than are kept") for each in named[MOST_FILES:]))

    async def talk(self, topic: int, urgency: Urgency = Urgency.LOOK) -> Talk:
        """The whole topic, page by page; Failed where the forum does not give it."""
        page = await self._line.ask(lambda: self._forum.conversation(topic), urgency)
        found = letters.talk(_page(page))
        posts = [letter for rest in await self._rest(found, urgency) for letter in letters.letters(rest)]
        return _with(found, (*found.letters, *posts))

    # -- acting

    async def place(self, thing: Thing, hold: ThingHold) -> Outcome:
        """Only staff can answer in the topic."""
        return await self._set(thing, hold, closed=True)

    async def take_away(self, thing: Thing, hold: ThingHold) -> Outcome:
        """Everybody can answer in the topic again."""
        return await self._set(thing, hold, closed=False)

    # -- the steps of each

    async def _find(self, text: str, *, private: bool) -> Thing | None:
        place = letters.Place(post=int(text)) if text.isdigit() else letters.place(text, self._config.base_url)
        if place is None:
            return None
        try:
            if place.topic is None or place.number is not None:
                post = await self._post(place)
                return self._thing(post) if private or await self._is_public(int(post["topic_id"])) else None
            page = await self._line.ask(lambda: self._forum.conversation(place.topic or 0))
            if not private and letters.talk(_page(page)).private:
                return None
        except Failed as failed:
            if isinstance(failed.outcome, Gone):
                return None
            raise
        return Thing(self.space, f"{_TOPIC} {page['id']}", f"{self._base}/t/{page['id']}")

    async def _post(self, place: letters.Place) -> Mapping[str, Any]:
        topic, number = place.topic, place.number
        if topic is not None and number is not None:
            return _page(await self._line.ask(lambda: self._forum.post_by_number(topic, number)))
        return _page(await self._line.ask(lambda: self._forum.post_by_id(place.post or 0)))

    async def _piece(self, thing: Thing, *, with_files: bool, reader: int | None = None) -> Piece | Missing:
        try:
            post = await self._post(_place_of(thing))
            if reader is not None and not await self._may_read(int(post["topic_id"]), reader):
                return Missing()
        except Failed as failed:
            if isinstance(failed.outcome, Gone):
                return Missing()
            raise
        found = letters.letters([post])
        if not found:
            return Missing()
        return await self._kept(self._thing(post), found[0], with_files=with_files)

    async def _kept(self, thing: Thing, letter: Letter, *, with_files: bool) -> Piece:
        if with_files:
            files = await self.files(letter.text)
        else:
            files = tuple(PieceFile(each.file_name, why_not="not fetched") for each in letters.attached(letter.text))
        author = Account(self.space, str(letter.user_id))
        return Piece(thing, letter.text, author, letter.username, letter.written_at, files)

    async def _is_public(self, topic: int) -> bool:
        return not letters.talk(_page(await self._line.ask(lambda: self._forum.conversation(topic)))).private

    async def _may_read(self, topic: int, reader: int) -> bool:
        found = letters.talk(_page(await self._line.ask(lambda: self._forum.conversation(topic))))
        return not found.private or reader in found.participants

    async def _file(self, named: Attached) -> PieceFile:
        largest = self._config.largest_file
        try:
            content = await self._line.ask(lambda: self._forum.file(named.path, largest))
        except Failed as failed:
            return PieceFile(named.file_name, why_not=_why(failed.outcome))
        return PieceFile(named.file_name, content)

    async def _look(self, thing: Thing) -> ThingLook | Missing:
        try:
            topic = await self._topic_of(thing)
            page = _page(await self._line.ask(lambda: self._forum.conversation(topic)))
        except Failed as failed:
            if isinstance(failed.outcome, Gone):
                return Missing()
            raise
        found = letters.talk(page)
        if not found.closed:
            return ThingLook()
        rest = await self._rest(found, Urgency.LOOK)
        by = letters.closed_by([*page["post_stream"]["posts"], *(post for posts in rest for post in posts)])
        named = {} if by is None else {ThingHold.LOCKED: str(by)}
        return ThingLook(frozenset({ThingHold.LOCKED}), named)

    async def _rest(self, found: Talk, urgency: Urgency) -> list[list[Mapping[str, Any]]]:
        """The posts that did not come with the topic's page."""
        pages = []
        for begin in range(0, len(found.missing), _AT_ONCE):
            ids = found.missing[begin : begin + _AT_ONCE]
            answer = await self._line.ask(lambda ids=ids: self._forum.some_posts(found.id, ids), urgency)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            pages.append(list(_page(answer)["post_stream"]["posts"]))
        return pages

    async def _set(self, thing: Thing, hold: ThingHold, *, closed: bool) -> Outcome:
        if hold is not ThingHold.LOCKED:
            return Rejected(_NO_SUCH_HOLD)
        return await self._line.act(self._closed(thing, closed))

    async def _closed(self, thing: Thing, closed: bool) -> Outcome:
        topic = await self._topic_of(thing, Urgency.ACT)
        page = await self._line.ask(lambda: self._forum.conversation(topic), Urgency.ACT)
        if letters.talk(_page(page)).closed is closed:
            return Already()
        await self._line.ask(lambda: self._forum.update_topic_status(topic, "closed", closed), Urgency.ACT)
        return Done()

    async def _topic_of(self, thing: Thing, urgency: Urgency = Urgency.LOOK) -> int:
        place = _place_of(thing)
        if place.topic is not None:
            return place.topic
        return int(_page(await self._line.ask(lambda: self._forum.post_by_id(place.post or 0), urgency))["topic_id"])

    def _thing(self, post: Mapping[str, Any]) -> Thing:
        link = f"{self._base}/t/{post['topic_id']}/{post['post_number']}"
        return Thing(self.space, f"{_POST} {post['id']}", link)

    @property
    def _base(self) -> str:
        return self._config.base_url.rstrip("/")


def _place_of(thing: Thing) -> letters.Place:
    kind, _, number = thing.native_id.partition(" ")
    if kind not in (_POST, _TOPIC) or not number.isdigit():
        raise Failed(Rejected("this names no post and no topic of the forum"))
    return letters.Place(topic=int(number), number=1) if kind == _TOPIC else letters.Place(post=int(number))


def _page(answer: Any) -> Mapping[str, Any]:
    """The answer, which has to be about what was asked for."""
    if not isinstance(answer, dict):
        raise Failed(Unavailable("the forum answered about something else"))
    return answer


def _with(found: Talk, posts: tuple[Letter, ...]) -> Talk:
    ordered = tuple(sorted(posts, key=lambda letter: letter.number))
    return Talk(found.id, found.title, ordered, (), found.private, found.participants, found.closed)


def _why(outcome: Outcome) -> str:
    match outcome:
        case Unavailable(why) | Rejected(why):
            return why
        case Gone():
            return "the forum does not have it any more"
        case _:
            return "the forum does not give it to us"
